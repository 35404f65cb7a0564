#include "context/import_evidence.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace gatepost;
using namespace gatepost::context;

namespace {

using Files = std::vector<std::pair<const char*, const char*>>;  // path, text

std::string about(const char* purl, const Files& files, const char* folder = "", bool may_be_absent = true,
                  const std::vector<std::string>& go_modules = {}, bool complete = true) {
  const auto package = importable(*Purl::parse(purl));
  REQUIRE(package.has_value());
  const ImportFinder finder({*package}, go_modules);
  std::vector<ImportFinder::File> read;
  for (const auto& [path, text] : files) read.push_back(finder.read(path, *import_language(path), text));
  const ImportEvidence evidence({*package}, std::move(read), complete);
  const auto fact = evidence.about(*package, folder, may_be_absent);
  return fact ? because_of(*fact) : "";
}

}  // namespace

TEST_CASE("import evidence: an import of the manifest's folder is the evidence, with its place") {
  const Files files = {{"services/cart/src/a.js", "\nconst _ = require('lodash/fp')"}, {"web/b.js", "import 'react'"}};
  CHECK(about("pkg:npm/lodash@4", files, "services/cart") == "imported at services/cart/src/a.js:2");
  CHECK(about("pkg:npm/lodash@4", files) == "imported at services/cart/src/a.js:2");
  CHECK(about("pkg:npm/lodash@4", files, "web") == "the only JavaScript file below web does not import it");
  CHECK(about("pkg:npm/lodash@4", files, "web", false) == "");
}

TEST_CASE("import evidence: nobody imports it is said only when nothing speaks against it") {
  const Files plain = {{"a.js", "require('x')"}, {"b.js", ""}};
  CHECK(about("pkg:npm/lodash@4", plain) == "none of the 2 JavaScript files imports it");
  CHECK(about("pkg:npm/lodash@4", plain, "", true, {}, false) == "");                // files left out
  CHECK(about("pkg:npm/lodash@4", {{"a.js", "require(x)"}}) == "");                  // not understood
  CHECK(about("pkg:npm/lodash@4", {{"a.js", "use('lodash')"}}) == "");               // named
  CHECK(about("pkg:npm/lodash@4", {{"a.js", ""}, {".babelrc", "[lodash]"}}) == "");  // named in a setting
  CHECK(about("pkg:npm/lodash@4", {{"a.js", ""}, {"package.json", "{\"scripts\": {\"a\": \"lodash x\"}}"}}) == "");
  CHECK(about("pkg:npm/lodash@4", {{"src/a.js", ""}}, "services/cart") == "");  // no code of its own
  CHECK(about("pkg:npm/lodash@4", {}) == "");
  CHECK(about("pkg:npm/lodash@4", {{"a.test.js", "require('lodash')"}, {"a.js", ""}}) ==
        "imported by tests only, first at a.test.js:1");
}

TEST_CASE("import evidence: names in code differ from the packages' names") {
  CHECK(about("pkg:pypi/pyyaml@5", {{"a.py", "import yaml"}}) == "imported at a.py:1");
  CHECK(about("pkg:pypi/beautifulsoup4@4", {{"a.py", "from bs4 import x"}}) == "imported at a.py:1");
  CHECK(about("pkg:pypi/Pillow@9", {{"a.py", "import PIL.Image"}}) == "imported at a.py:1");
  CHECK(about("pkg:pypi/google-cloud-storage@2", {{"a.py", "from google.cloud import storage"}}) ==
        "imported at a.py:1");
  CHECK(about("pkg:pypi/google-cloud-storage@2", {{"a.py", "from google.cloud import pubsub"}}) ==
        "the only Python file does not import it");
  // Nobody has told that its name in code is that of the package.
  CHECK(about("pkg:pypi/my-own-lib@1", {{"a.py", "import other"}}) == "");
  CHECK(about("pkg:pypi/my-own-lib@1", {{"a.py", "import my_own_lib.x"}}) == "imported at a.py:1");
  // Python has no border between folders.
  CHECK(about("pkg:pypi/pyyaml@5", {{"lib/a.py", "import yaml"}, {"svc/b.py", ""}}, "svc") == "imported at lib/a.py:1");
  CHECK(about("pkg:cargo/serde_json@1", {{"src/a.rs", "serde_json::from_str()"}}) == "imported at src/a.rs:1");
  CHECK(about("pkg:cargo/tokio-util@1", {{"src/a.rs", "use tokio_util::x;"}}) == "imported at src/a.rs:1");
}

TEST_CASE("import evidence: an import of Go belongs to the module with the longest path") {
  const Files files = {{"a.go", "package a\nimport \"github.com/AWS/sdk/service/s3\""}};
  CHECK(about("pkg:golang/github.com/aws/sdk@v1", files) == "imported at a.go:2");
  CHECK(about("pkg:golang/github.com/aws/sdk@v1", files, "", false, {"github.com/aws/sdk/service/s3"}) == "");
  CHECK(about("pkg:golang/github.com/aws/sd@v1", files, "", false) == "");
}

TEST_CASE("import evidence: of Maven only a match is told") {
  CHECK(about("pkg:maven/org.apache.commons/commons-text@1", {{"A.java", "import org.apache.commons.text.X;"}}) ==
        "imported at A.java:1");
  CHECK(about("pkg:maven/com.fasterxml.jackson.core/jackson-databind@2",
              {{"A.java", "import com.fasterxml.jackson.databind.ObjectMapper;"}}) == "imported at A.java:1");
  CHECK(about("pkg:maven/org.springframework/spring-web@5", {{"A.java", "import org.springframework.beans.X;"}}) == "");
  CHECK(about("pkg:maven/com.google.guava/guava@30", {{"A.kt", "import com.google.common.base.X"}}) ==
        "imported at A.kt:1");
  CHECK(about("pkg:maven/com.google.guava/guava@30", {{"A.java", "class A {}"}}) == "");
}

TEST_CASE("import evidence: other people's code is not ours, by ecosystem") {
  const ImportRules& rules = import_rules();
  CHECK(rules.is_skipped(ImportLanguage::javascript, "a/node_modules/x/i.js"));
  CHECK_FALSE(rules.is_skipped(ImportLanguage::javascript, "vendor/own.js"));
  CHECK(rules.is_skipped(ImportLanguage::go, "vendor/x/a.go"));
  CHECK(rules.is_test("src/__tests__/a.js"));
  CHECK(rules.is_test("pkg/a_test.go"));
  CHECK_FALSE(rules.is_test("src/contest.js"));
  CHECK(rules.is_declaration("a/package-lock.json"));
  CHECK_FALSE(importable(*Purl::parse("pkg:golang/stdlib@1.20")).has_value());
  CHECK_FALSE(importable(*Purl::parse("pkg:deb/debian/curl@1")).has_value());
}
