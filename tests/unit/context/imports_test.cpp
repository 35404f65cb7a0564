#include "context/imports.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gatepost;
using context::ImportLanguage;

namespace {

// "name:line" of imports, "(name)" of what is only mentioned; "?" at the end when the file was not understood.
std::string seen(ImportLanguage language, std::string_view text) {
  std::string all;
  const bool understood =
      context::scan_imports(language, text, [&](std::string_view name, std::uint32_t line, bool imported) {
        all += all.empty() ? "" : " ";
        all += imported ? std::string(name) + ":" + std::to_string(line) : "(" + std::string(name) + ")";
      });
  return all + (understood ? "" : "?");
}

struct Case {
  const char* text;
  const char* expected;
};

void check(ImportLanguage language, const std::vector<Case>& cases) {
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(seen(language, it.text) == it.expected);
  }
}

}  // namespace

TEST_CASE("imports: JavaScript and TypeScript in all their forms") {
  check(ImportLanguage::javascript,
        {{"import a from 'lodash';\nimport 'side';", "lodash:1 side:2"},
         {"import {\n  a,\n  b as c\n} from \"@scope/pkg/sub\"", "@scope/pkg/sub:4"},
         {"export * from 'x'; export { a } from 'y'", "x:1 y:1"},
         {"const a = require('a'), b = require(\"b\")", "a:1 b:1"},
         {"await import('lazy')", "lazy:1"},
         {"import fs = require('fs-extra')", "fs-extra:1"},
         {"// import a from 'no'\n/* require('no') */ require('yes')", "yes:2"},
         {"const s = \"import x from 'no'\"", "(import x from 'no')"},
         {"require(`tpl`)", "tpl:1"},
         {"const t = `${require('inside')} ${`${a}`}`; require('after')", "inside:1 after:1"},
         {"const t = `import x from 'no'`", "(import x from 'no')"},
         {"x = /['\"`]/.test(y); require('after')", "after:1"},
         {"x = a / b; y = c / d; require('z')", "z:1"},
         {"const p = <p>Don't</p>;\nimport a from 'b'", "(t</p>;) b:2"},
         {"import type { T } from 'types'; import { type U, v } from 'both'", "(types) both:1"},
         {"import type from 'named'", "named:1"},
         {"export type { T } from 'types'; import x from 'y'", "(types) y:1"},
         {"plugins: ['postcss-x', \"y\"]", "(postcss-x) (y)"},
         {"jest.mock('a'); require.resolve('b')", "(a) (b)"},
         {"import '~bootstrap/scss'", "bootstrap/scss:1"},
         {"import.meta.url; x.from('not')", "(not)"}});
}

TEST_CASE("imports: what only running tells is not understood") {
  check(ImportLanguage::javascript, {{"require(name)", "?"},
                                     {"import(base + '/x')", "(/x)?"},
                                     {"require('a-' + b)", "a-:1?"},
                                     {"require('./locale/' + b)", "./locale/:1"},
                                     {"import(`./pages/${p}.js`)", ""},
                                     {"import(`${p}`)", "?"},
                                     {"a = `never closed", "?"},
                                     {"/* never closed", "?"}});
  check(ImportLanguage::python, {{"importlib.import_module(name)", "?"},
                                 {"importlib.import_module('yaml')", "yaml:1"},
                                 {"__import__(\"os\")", "os:1"},
                                 {"s = '''open", "?"}});
}

TEST_CASE("imports: Python statements, not its strings and comments") {
  check(ImportLanguage::python, {{"import os, yaml as y, a.b.c", "os:1 yaml:1 a.b.c:1"},
                                 {"from bs4 import BeautifulSoup", "bs4:1 bs4.BeautifulSoup:1"},
                                 {"from google.cloud import (\n  storage,  # x\n  pubsub as p,\n)\nimport z",
                                  "google.cloud:1 google.cloud.storage:2 google.cloud.pubsub:3 z:5"},
                                 {"from . import own\nfrom .a import b", ""},
                                 {"if x: import a\ntry:\n    import b\nexcept: pass; import c", "a:1 b:3 c:4"},
                                 {"# import no\n\"\"\"\nimport no\n\"\"\"\nimport yes", "yes:5"},
                                 {"import a, \\\n  b", "a:1 b:2"},
                                 {"INSTALLED_APPS = ['rest_framework']", "(rest_framework)"},
                                 {"x = important; from_y = 1", ""}});
}

TEST_CASE("imports: Go reads what stands before the code") {
  check(ImportLanguage::go, {{"package a\nimport \"fmt\"\n", "fmt:2"},
                             {"// c\npackage a // d\n\nimport (\n\t\"fmt\"\n\ty \"gopkg.in/yaml.v3\"\n\t_ \"a/b\"; . "
                              "`c/d`\n)\nimport \"e\"\nfunc f() { x(\"no\") }",
                              "fmt:5 gopkg.in/yaml.v3:6 a/b:7 c/d:7 e:9"},
                             {"package a; import \"x\"; var y = \"import\"", "x:1"},
                             {"package a\nimport (\n\"x\"", "x:3?"}});
}

TEST_CASE("imports: Java and Kotlin") {
  check(ImportLanguage::java,
        {{"package a;\nimport static org.x.Y.z;\nimport java.util.*;", "org.x.Y.z:2 java.util:3"},
         {"import com.a.B\nimport com.c.D as E\nval s = \"\"\"\nimport no.X\n\"\"\"", "com.a.B:1 com.c.D:2"},
         {"// import no.A\n/* import no.B */ class X { String i = \"import no.C\"; }", ""}});
}

TEST_CASE("imports: Rust paths that begin with a crate") {
  check(ImportLanguage::rust,
        {{"use serde::{Deserialize, de::Error};\nextern crate log;", "serde:1 de:1 log:2"},
         {"#[derive(serde::Serialize)] struct A<'a>(&'a str, char);", "serde:1"},
         {"fn f() { let c = '\"'; rand::random(); a::b::c() }", "rand:1 a:1"},
         {"// use no::x;\n/* /* nested */ use no::y; */ \"use no::z\"; r#\"no::q \"# ; yes::z()", "yes:2"},
         {"mod log; fn f() { log::info(); ::url::parse() }", "url:1"},
         {"use tokio;", "tokio:1"}});
}

TEST_CASE("imports: a package.json names what it runs and sets up, not what it depends on") {
  std::string all;
  const char* const text =
      R"({"name": "shop", "scripts": {"start": "nodemon --x src"}, "babel": {"presets": ["@babel/env"]},
    "dependencies": {"lodash": "1"}, "devDependencies": {"jest": "2"}})";
  CHECK(context::scan_package_json(text, [&](std::string_view name, std::uint32_t, bool imported) {
    CHECK_FALSE(imported);
    all += std::string(name) + " ";
  }));
  for (const char* const word : {"nodemon ", "@babel/env "}) CHECK(all.find(word) != std::string::npos);
  for (const char* const word : {"lodash", "jest", "shop"}) CHECK(all.find(word) == std::string::npos);
  CHECK_FALSE(context::scan_package_json("{", [](std::string_view, std::uint32_t, bool) {}));
}

TEST_CASE("imports: hostile files end, and in linear time") {
  const std::vector<std::string> pieces = {"`${",  "import(", "require(`", "/*",     "'", "\\", "from ",
                                           "r#\"", "::",      "import a,", "\"\"\"", "(", "{"};
  for (const std::string& piece : pieces) {
    std::string text;
    while (text.size() < 400'000) text += piece;
    for (std::size_t i = 0; i < context::kImportLanguageNames.size(); ++i) {
      std::size_t count = 0;
      context::scan_imports(static_cast<ImportLanguage>(i), text, [&](std::string_view name, std::uint32_t, bool) {
        CHECK(name.size() <= 2 * context::kLongestImportName + 1);
        ++count;
      });
      CHECK(count <= text.size());
    }
  }
}
