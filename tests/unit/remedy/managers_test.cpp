#include "remedy/managers.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;
using namespace gatepost::remedy;

namespace {

// "edit ; command", of an upgrade from 1.0.0 unless said otherwise.
std::string told(std::string_view manifest, std::string_view package, std::string_view to, bool transitive = false,
                 bool major = false) {
  const Manager* const manager = manager_of(manifest);
  if (manager == nullptr) return "no manager";
  const auto it = step(
      *manager,
      {.manifest = manifest, .package = package, .from = "1.0.0", .to = to, .major = major, .transitive = transitive});
  if (!it) return "none";
  return it->edit.empty() || it->command.empty() ? it->edit + it->command : it->edit + " ; " + it->command;
}

}  // namespace

TEST_CASE("managers: the command by the file's name, in the file's folder") {
  CHECK(told("package-lock.json", "lodash", "4.17.21") == "npm install lodash@4.17.21 --package-lock-only");
  CHECK(told("web/package-lock.json", "@acme/x", "2.0.0") == "cd web && npm install @acme/x@2.0.0 --package-lock-only");
  CHECK(told("web/package-lock.json", "qs", "6.7.3", true) ==
        "\"overrides\": {\"qs\": \"6.7.3\"} in web/package.json ; cd web && npm install --package-lock-only");
  CHECK(told("yarn.lock", "qs", "6.7.3", true) ==
        "\"resolutions\": {\"qs\": \"6.7.3\"} in package.json ; yarn install");
  CHECK(told("pnpm-lock.yaml", "qs", "6.7.3") == "pnpm update qs@6.7.3");
  CHECK(told("a/requirements.txt", "PyYAML", "5.4") == "PyYAML==5.4 in a/requirements.txt");
  CHECK(told("requirements-dev.txt", "PyYAML", "5.4") == "PyYAML==5.4 in requirements-dev.txt");
  CHECK(told("poetry.lock", "jinja2", "3.1.3") == "poetry update jinja2");
  CHECK(told("poetry.lock", "jinja2", "3.1.3", false, true) == "poetry add 'jinja2@^3.1.3'");
  CHECK(told("go.mod", "golang.org/x/text", "0.3.8") == "go get golang.org/x/text@v0.3.8 && go mod tidy");
  CHECK(told("go.mod", "golang.org/x/text", "v0.3.8") == "go get golang.org/x/text@v0.3.8 && go mod tidy");
  CHECK(told("Cargo.lock", "time", "1.2.3") == "cargo update --package time@1.0.0 --precise 1.2.3");
  CHECK(told("pom.xml", "org.a:b", "2.9.5") == "<version>2.9.5</version> for org.a:b in pom.xml");
  CHECK(told("pom.xml", "org.a:b", "2.9.5", true) == "org.a:b:2.9.5 under <dependencyManagement> in pom.xml");
  CHECK(told("app/build.gradle", "org.a:b", "2.9.5") == "org.a:b:2.9.5 in the build file");
  CHECK(told("src/App.csproj", "A.B", "2.9.5") == "cd src && dotnet add package A.B --version 2.9.5");
  CHECK(told("composer.lock", "a/b", "1.9.5") == "composer update a/b --with-dependencies");
  CHECK(told("Gemfile.lock", "rack", "2.2.3") == "bundle update --conservative rack");
  CHECK(told("main.c", "x", "1.1.0") == "no manager");
}

TEST_CASE("managers: a name that is an option, an address or a command never becomes a part of a command") {
  for (const char* name :
       {"", "-g", "--registry=https://evil.example", "https://evil.example/x.tgz", "user/repo", "../x", ".", "a b",
        "$(id)", "`id`", "x;id", "x\nid", "x'y", "github:a/b", "npm:x", "@a", "@a/b/c", "{version}"}) {
    CAPTURE(name);
    CHECK(told("package-lock.json", name, "1.1.0") == "none");
  }
  for (const char* version :
       {"", "latest", "1.1.0;id", "$(id)", "file:../x", "-1", "npm:x@1.0.0", "1.1.0 --x", "1.1.0\n"}) {
    CAPTURE(version);
    CHECK(told("package-lock.json", "x", version) == "none");
  }
  CHECK(told("go.mod", "stdlib", "1.22.0") == "none");
  CHECK(told("go.mod", "-x.example/y", "1.22.0") == "none");
}

TEST_CASE("managers: a folder is quoted, and is never an option") {
  CHECK(told("a b/$(id)/package-lock.json", "x", "1.1.0") ==
        "cd 'a b/$(id)' && npm install x@1.1.0 --package-lock-only");
  CHECK(told("it's/package-lock.json", "x", "1.1.0") == "cd 'it'\\''s' && npm install x@1.1.0 --package-lock-only");
  CHECK(told("-rf/package-lock.json", "x", "1.1.0") == "cd ./-rf && npm install x@1.1.0 --package-lock-only");
  CHECK(told("{package}/package-lock.json", "x", "1.1.0") ==
        "cd '{package}' && npm install x@1.1.0 --package-lock-only");
  CHECK(told("a\nb/package-lock.json", "x", "1.1.0") == "none");
}

TEST_CASE("managers: whoever does not know whether the project names a package is told the other way, too") {
  const auto it =
      step(*manager_of("package-lock.json"),
           {.manifest = "package-lock.json", .package = "qs", .from = "6.7.0", .to = "6.7.3", .unsure = true});
  REQUIRE(it);
  CHECK(it->hint == "if the project does not name it itself: \"overrides\": {\"qs\": \"6.7.3\"} in package.json");
}

TEST_CASE("managers: a distribution's packages are upgraded by its own tool") {
  REQUIRE(system_of("deb") != nullptr);
  CHECK(step(*system_of("deb"), {.package = "libc6", .from = "2.36-9", .to = "2.36-10"})->command ==
        "apt-get update && apt-get install --yes --only-upgrade libc6");
  CHECK(system_of("npm") == nullptr);
}
