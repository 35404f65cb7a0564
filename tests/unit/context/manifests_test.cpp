#include "context/manifests.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;
using namespace gatepost::context;

namespace {

// "name version:line", "dev" behind what is of development.
std::string direct(const char* path, std::string_view text) {
  const auto manifest = read_manifest(path, text);
  if (!manifest) return "none";
  std::string all;
  for (const Declared& it : manifest->direct)
    all +=
        (all.empty() ? "" : "; ") + it.name + " " + it.version + ":" + std::to_string(it.line) + (it.dev ? " dev" : "");
  return all;
}

std::string locked(const char* path, std::string_view text) {
  const auto lock = read_lock(path, text);
  if (!lock) return "none";
  std::string all;
  for (const Locked& it : lock->packages)
    all += (all.empty() ? "" : "; ") + it.name + " " + it.version + (it.host.empty() ? "" : " " + it.host) +
           (it.install_script ? " script" : "");
  all += " |";
  for (const std::string& it : lock->required) all += " " + it;
  return all;
}

}  // namespace

TEST_CASE("manifests: what each kind declares, with its line") {
  CHECK(direct("a/package.json",
               "{\n\"dependencies\": {\n\"lodash\": \"^4\"},\n\"devDependencies\": {\"jest\": \"1\"}}") ==
        "jest 1:4 dev; lodash ^4:3");
  CHECK(direct("requirements.txt", "# c\n-r other.txt\nPy_YAML[x]==5.1 ; python_version>'3'\nflask\n") ==
        "flask :4; py-yaml ==5.1:3");
  CHECK(direct("requirements-dev.txt", "pytest>=1") == "pytest >=1:1 dev");
  CHECK(direct("go.mod",
               "module x\ngo 1.20\nrequire (\n\tgithub.com/A/b v1.2.3\n\tc.d/e v2.0.0 // indirect\n)\nrequire f.g/h "
               "v0.1.0\n") == "f.g/h v0.1.0:7; github.com/a/b v1.2.3:4");
  CHECK(direct("Cargo.toml",
               "[package]\nname = \"x\"\n[dependencies]\nserde = { version = \"1.0\", features = [] }\nlog = \"0.4\"\n"
               "[dev-dependencies]\nrand = \"0.8\"\n[target.'cfg(unix)'.dependencies]\nlibc = "
               "\"0.2\"\n[dependencies.url]\nversion = \"2\"\n") ==
        "libc 0.2:9; log 0.4:5; rand 0.8:7 dev; serde 1.0:4; url 2:10");
  CHECK(direct("pyproject.toml",
               "[project]\ndependencies = [\n \"requests>=2\",\n \"rich\"\n]\n[tool.poetry.dependencies]\npython = "
               "\"^3\"\nflask = \"2\"\n"
               "[tool.poetry.group.dev.dependencies]\nblack = \"1\"\n") ==
        "black 1:10 dev; flask 2:8; requests >=2:3; rich :4");
  CHECK(direct("package.json", "{") == "none");
  CHECK(direct("README.md", "") == "none");
}

TEST_CASE("manifests: where a file itself says packages come from") {
  const auto pip = read_manifest("requirements.txt", "--index-url https://u@pypi.example/simple\n");
  REQUIRE(pip->sources.size() == 1);
  CHECK(pip->sources[0].name == "pypi.example");
  const auto go = read_manifest("go.mod", "module x\nreplace a.b/c => ../fork\n");
  REQUIRE(go->sources.size() == 1);
  CHECK(go->sources[0].name == "../fork");
}

TEST_CASE("manifests: lock files, and what other packages need") {
  CHECK(
      locked(
          "package-lock.json",
          R"({"packages": {"": {"dependencies": {"a": "1"}}, "node_modules/a": {"version": "1.0.0", "resolved": "https://r.example/a.tgz",
                 "hasInstallScript": true, "dependencies": {"b": "2"}}, "node_modules/a/node_modules/@s/b": {"version": "2.0.0"}, "own": {"version": "1"}}})") ==
      "@s/b 2.0.0; a 1.0.0 r.example script | b");
  CHECK(locked("Cargo.lock",
               "version = 3\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\ndependencies = [\n "
               "\"serde\",\n]\n\n[[package]]\nname = \"serde\"\n"
               "version = \"1.0.1\"\nsource = \"registry+https://github.com/x/index\"\ndependencies = [\n "
               "\"serde_derive 1.0\",\n]\n") == "serde 1.0.1 github.com | serde_derive");
  CHECK(locked("poetry.lock",
               "[[package]]\nname = \"Flask\"\nversion = \"2.0\"\n\n[package.dependencies]\nJinja2 = \">=3\"\n") ==
        "flask 2.0 | jinja2");
}

TEST_CASE("manifests: versions are compared when both are plain numbers") {
  CHECK(is_below("npm", "1.9", "1.10.0"));
  CHECK_FALSE(is_below("npm", "1.10.0", "1.9"));
  CHECK_FALSE(is_below("pypi", "1.0", "1.0.0"));
  CHECK(is_below("pypi", "1.0rc1", "1.0"));
  CHECK(is_below("golang", "v1.2.0-rc.1", "v1.2.0"));
  CHECK(is_below("cargo", "0.9.1", "0.10.0"));
  CHECK_FALSE(is_below("npm", "", "1"));
  CHECK_FALSE(is_below("unheard of", "1", "2"));
  CHECK(plain_version("^4.17.21") == "4.17.21");
  CHECK(plain_version("==2.0") == "2.0");
  CHECK(plain_version(">=2.0") == "");
  CHECK(plain_version("1 || 2") == "");
}
