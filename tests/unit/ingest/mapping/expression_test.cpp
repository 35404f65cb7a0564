// What expressions of mappings give, and what is said of those that are wrong.
#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "ingest/mapping/expression.hpp"

using namespace gatepost;
using namespace gatepost::ingest::mapping;

namespace {

std::string shown(const Value& value) {
  switch (value.type()) {
    case Value::Type::null:
      return "null";
    case Value::Type::text:
      return "'" + value.text() + "'";
    case Value::Type::object:
      return "{" + std::to_string(value.size()) + "}";
    case Value::Type::list: {
      std::string all;
      for (const Value& item : value.items()) all += (all.empty() ? "" : ", ") + shown(item);
      return "[" + all + "]";
    }
    default:
      return value.text();
  }
}

constexpr const char* kReport = R"({
  "name": "Semgrep", "version": 2, "share": "9.80", "off": false, "nothing": null, "empty": "", "none": [],
  "runs": [{"tool": "a", "results": [{"id": "r1", "line": "12-15"}, {"id": "r2"}]},
           {"tool": "b", "results": [{"id": "r3", "sub": {"id": "r4"}}]}],
  "by-file": {"x.py": [1, 2], "y.py": [3]},
  "text": " CWE-79: XSS; see CVE-2024-12345 and cve-2023-00001 ",
  "html": "<p>a &amp; <b>b</b></p><p>c &lt;d&gt;</p>"
})";

std::string result(const std::string& source) {
  const auto report = doc::parse_json(kReport, "report");
  REQUIRE(report.ok());
  Names names;
  names.tables["sev"] = {{"high", Value(std::string("high"))}, {"*", Value(std::string("other"))}};
  names.tables["strict"] = {{"high", Value(std::string("high"))}};
  names.thresholds["cvss"] = {{9.0, Value(std::string("critical"))}, {7.0, Value(std::string("high"))}};
  auto expr = compile(source, names);
  if (!expr) return expr.error().message;
  Scope scope;
  scope.root = Value(report->root());
  scope.slots.resize(names.slots());
  scope.budget = 100'000;
  std::string text = shown((*expr)(scope));
  for (const std::string& unmapped : scope.unmapped) text += " unmapped " + unmapped;
  return text;
}

struct Case {
  const char* source;
  const char* expected;
};

}  // namespace

TEST_CASE("expression: what it gives") {
  const std::vector<Case> cases = {
      {"$.name", "'Semgrep'"},
      {"$.version", "2"},
      {"$.absent.deeper", "null"},
      {"$.runs.tool", "null"},  // a list has no members: only [*] asks each item
      {"$.runs[*].tool", "['a', 'b']"},
      {"$.runs[*].results[*].id", "['r1', 'r2', 'r3']"},
      {"$.runs[*].results[0].id", "['r1', 'r3']"},
      {"$.runs[-1].tool", "'b'"},
      {"$.runs[7]", "null"},
      {"$//id", "['r1', 'r2', 'r3', 'r4']"},
      {"$.runs[*]//id | last", "'r4'"},
      {"$.\"by-file\".\"x.py\"[*]", "[1, 2]"},
      {"$.\"by-file\"[*]", "[]"},  // members are no items
      {"$.\"by-file\" | values | flat", "[1, 2, 3]"},
      {"$.\"by-file\" | entries | select('{it.key}={it.value | len}')", "['x.py=2', 'y.py=1']"},
      {"$.absent else $.empty else $.none else $.name", "'Semgrep'"},
      {"$.off else 'x'", "false"},  // false is a value
      {"first($.nothing, $.empty, $.version)", "2"},
      {"concat($.name, $.none, $.nothing, [1, 2])", "['Semgrep', 1, 2]"},
      {"exists($.none)", "true"},
      {"exists($.nothing)", "false"},
      {"exists($.runs | where(it.tool == 'z'))", "false"},
      {"$.runs | where(it.tool == 'b') | select(it.results | len)", "[1]"},
      {"$.version == 2 and $.version == '2' and not $.off", "true"},
      {"$.share > 9 and $.share <= 9.8", "true"},
      {"$.absent > 1 or $.absent < 1", "false"},  // nothing is neither more nor less
      {"$.absent != 'x'", "true"},
      {"$.off == 'FALSE'", "true"},
      {"'b' in $.runs[*].tool", "true"},
      {"$.name contains 'grep'", "true"},
      {"$.name in ['Semgrep', 'Bandit']", "true"},
      {"$.runs contains $.runs[0]", "false"},  // objects are equal to nothing
      {"$.runs == $.runs", "false"},
      {"$.version | add(1)", "3"},
      {"'x' | add(1)", "null"},
      {"'aGk=' | base64", "'hi'"},
      {"'*' | base64", "null"},
      {"'{$.runs[*].tool | join(\\', \\')}'", "'a, b'"},
      {"$.text | cwe", "[79]"},
      {"'no number' | cwe", "[]"},
      {"$.text | cve", "['CVE-2024-12345', 'cve-2023-00001']"},
      {"$.text | findall('C[VW]E-([0-9]+)')", "['79', '2024']"},
      {"$.text | regex('see (CVE-[0-9-]+)')", "'CVE-2024-12345'"},
      {"$.text | regex('nowhere')", "null"},
      {"$.text | matches('(?i)xss')", "true"},
      {"$.name | replace('e(.)', '<\\1>')", "'S<m>gr<p>'"},
      {"$.runs[0].results[0].line | int", "12"},
      {"'x' | int", "null"},
      {"$.share | num", "9.8"},
      {"'a, b,,c ' | split(',')", "['a', 'b', 'c']"},
      {"['a', null, '', 'b'] | join('-')", "'a-b'"},
      {"[3, 1, '2'] | max", "3"},
      {"[3, 1, '2'] | min", "1"},
      {"['a', 'b', 'a'] | uniq | reverse", "['b', 'a']"},
      {"'/a/b.c' | basename", "'b.c'"},
      {"'k: v' | after(': ')", "'v'"},
      {"'k' | after(': ')", "null"},
      {"'k: v' | before(': ')", "'k'"},
      {"'2024-01-02 03:04' | date", "'2024-01-02T03:04:00Z'"},
      {"'yesterday' | date", "null"},
      {"$.html | html", "'a & b\nc <d>'"},
      {"'%41&#66;&amp;lt;' | urldecode | unescape", "'AB&lt;'"},
      {"'{$.name} {$.version}: {$.absent}'", "'Semgrep 2: '"},
      {"'a{2}b'", "'a{2}b'"},  // no expression begins with a digit
      {"$.name | upper | lower", "'semgrep'"},
      {"'HIGH' | map('sev')", "'high'"},
      {"'x' | map('sev')", "'other'"},
      {"'x' | map('strict')", "null unmapped strict: x"},
      {"$.share | thresholds('cvss')", "'critical'"},
      {"6 | thresholds('cvss')", "null"},
      {"'a\\'b'", "'a'b'"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.source);
    CHECK(result(it.source) == it.expected);
  }
}

TEST_CASE("expression: what is wrong is told with its column") {
  const std::vector<Case> cases = {
      {"", "column 1: expected a name, found the end"},
      {"$.name |", "column 9: expected a name, found the end"},
      {"$.name | uper", "column 10: there is no filter \"uper\"; did you mean \"upper\"?"},
      {"$.name | split", "column 10: filter \"split\" takes 1 argument, not 0"},
      {"$.name | regex('(')", "column 10: regular expression \"(\": missing ): ("},
      {"high", "column 1: \"high\" is not the name of anything here; a text is written 'high'"},
      {"$head", "column 1: $head is not known; there are $ and $header"},
      {"exist($.a)", "column 1: there is no function \"exist\"; did you mean \"exists\"?"},
      {"exists()", "column 1: exists(…) takes one argument"},
      {"'open", "column 1: the text has no closing quote"},
      {"($.a", "column 5: expected \")\", found the end"},
      {"$.a $.b", "column 5: expected the end of the expression, found \"$.b\""},
      {"$.a[x]", "column 5: expected a text in quotes or a number, found \"x]\""},
      {"$.a | map('nope')", "column 10: map(…) needs the name of a table under \"tables\""},
      {"lookup('nope', $.a)", "column 1: there is no index \"nope\""},
  };
  for (const Case& it : cases) {
    const std::string told = result(it.source);
    CAPTURE(told);
    CHECK(told.starts_with(it.expected));
  }
}

TEST_CASE("expression: nesting is limited, when it is compiled and when it is run") {
  CHECK(result(std::string(1000, '(') + "1" + std::string(1000, ')')).find("nested too deeply") != std::string::npos);
  std::string negations = "$.name";
  for (int i = 0; i < 1000; ++i) negations.insert(0, "not ");
  CHECK(result(negations).find("nested too deeply") != std::string::npos);
}

TEST_CASE("expression: a search of the whole report for each record comes to an end") {
  const auto report = doc::parse_json(kReport, "report");
  Names names;
  auto expr = compile("$//id", names);
  REQUIRE(expr.ok());
  Scope scope;
  scope.root = Value(report->root());
  scope.budget = 10;
  (*expr)(scope);
  CHECK(scope.exhausted);
}

namespace {

// What an expression of the variable `x` gives for one text after the other, in one scope.
struct Asked {
  std::string values;
  std::vector<std::uint64_t> visits;  // of each
  std::vector<bool> compared;         // whether something was compared
};
Asked ask(const std::string& source, const std::vector<std::string>& texts) {
  Names names;
  names.declare("x");
  auto expr = compile(source, names);
  REQUIRE(expr.ok());
  const Expr asked = remembered(std::move(*expr), names);
  Scope scope;
  scope.slots.resize(names.slots());
  Asked all;
  for (const std::string& text : texts) {
    scope.budget = 100'000;
    scope.compared_nothing = scope.compared_something = false;
    scope.slots[0] = Value(text);
    all.values += shown(asked(scope)) + " ";
    all.visits.push_back(100'000 - scope.budget);
    all.compared.push_back(scope.compared_something);
  }
  return all;
}

}  // namespace

TEST_CASE("expression: a text that comes again gives the same, and costs the same") {
  const std::string longer(100, 'a');
  const std::vector<std::string> texts = {"ab", longer, "ab", "b1", longer, "b1", "ab"};
  for (const char* const source :
       {"x | regex('^a') else 'other'", "(x | regex('[0-9]')) == '1'", "x | replace('b', 'c') | matches('c')",
        "not (x | matches('^a')) and x in ['b1', 'b2']", "'{x | regex(\"^.\")}-{x}'"}) {
    CAPTURE(source);
    const Asked at_once = ask(source, texts);
    std::string values;
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const Asked alone = ask(source, {texts[i]});
      values += alone.values;
      CHECK(at_once.visits[i] == alone.visits[0]);
      CHECK(at_once.compared[i] == alone.compared[0]);
    }
    CHECK(at_once.values == values);
  }
}

TEST_CASE("expression: members of different paths are not taken for each other") {
  CHECK(ask("x | matches('a') and x.y | matches('b')", {"a", "a"}).values == "false false ");
  CHECK(result("$.runs[*] | select('{it.tool | upper}{it.results[0].id | upper}')") == "['AR1', 'BR3']");
}

TEST_CASE("expression: a list that is written out keeps its texts") {
  CHECK(ask("x in ['a text that is longer than fifteen bytes', 'b']", {"a text that is longer than fifteen bytes", "c"})
            .values == "true false ");
}
