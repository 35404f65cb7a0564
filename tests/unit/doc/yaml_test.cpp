#include "doc/yaml.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using doc::Kind;
using doc::View;
using namespace std::string_literals;

namespace {

// Numbers as they are written, texts in quotes.
std::string shown(View view) {
  std::string out;
  switch (view.kind()) {
    case Kind::absent:
      return "nothing";
    case Kind::null:
      return "null";
    case Kind::boolean:
    case Kind::number:
      return std::string(view.scalar());
    case Kind::string:
      return "'" + std::string(view.text()) + "'";
    case Kind::array:
      for (const View item : view.items()) out += (out.empty() ? "" : ",") + shown(item);
      return "[" + out + "]";
    case Kind::object:
      for (const auto& [key, value] : view.members()) {
        out.append(out.empty() ? "" : ",").append(key).append(":").append(shown(value));
      }
      return "{" + out + "}";
  }
  return out;
}

std::string nested_flow(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

std::string nested_block(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += std::string(i, ' ') + "a:\n";
  return text;
}

}  // namespace

TEST_CASE("yaml: what is read") {
  struct Case {
    std::string text, value;
  };
  const Case cases[] = {
      {"", "nothing"},
      {"\n\n", "nothing"},
      {"# only\n# comments\n", "nothing"},
      {"---\n", "null"},
      {"a: 1\n...\n", "{a:1}"},
      {"%YAML 1.2\n---\na: 1", "{a:1}"},
      {"\xEF\xBB\xBF"
       "a: 1",
       "{a:1}"},
      {"a: 1\r\nb:\r\n  - c\r\n", "{a:1,b:['c']}"},
      {"a: no\nb: yes\nc: on\nd: off\ne: y", "{a:'no',b:'yes',c:'on',d:'off',e:'y'}"},
      {"[true, True, FALSE, tRue]", "[true,true,false,'tRue']"},
      {"[null, Null, ~, nULL]", "[null,null,null,'nULL']"},
      {"a:\nb: null\n", "{a:null,b:null}"},
      {"[0, -0, 12, +5, -7, 0.5, .5, 5., 1e3, 1.5E-2, 1.10]", "[0,-0,12,+5,-7,0.5,.5,5.,1e3,1.5E-2,1.10]"},
      {"[0o17, 017, 08, 0x1F, 1_000, .inf, .nan, 1.2.3, '12:30', 1e, 1e5.5, ., 2024-01-01]",
       "['0o17','017','08','0x1F','1_000','.inf','.nan','1.2.3','12:30','1e','1e5.5','.','2024-01-01']"},
      {"a: '1'\nb: \"true\"\nc: \"x\\ty\\u00e4\\x41\"\nd: 'it''s'\ne: ! 12",
       "{a:'1',b:'true',c:'x\tyäA',d:'it's',e:'12'}"},
      {"\"\": 1\n'null': 2\n3: 4\ntrue: 5", "{:1,null:2,3:4,true:5}"},
      {"? a\n: b\n", "{a:'b'}"},
      {"key with blanks: v # comment", "{key with blanks:'v'}"},
      {"- - a\n  - b\n-\n  c: d", "[['a','b'],{c:'d'}]"},
      {"{a: 1, b: [x, {y: z}], }", "{a:1,b:['x',{y:'z'}]}"},
      {"{\"a\":1,\"b\":[true,null]}", "{a:1,b:[true,null]}"},
      {"a: |\n  x\n   y\n\n  z\nb: x", "{a:'x\n y\n\nz\n',b:'x'}"},
      {"a: |-\n  x\nb: >\n  f\n  g\nc: >-\n  f\n\n  g\nd: |+\n  k\n\ne: |2\n   m\n",
       "{a:'x',b:'f g\n',c:'f\ng',d:'k\n\n',e:' m\n'}"},
      {"a: b\n   c\n", "{a:'b c'}"},
      {"ä: ö\nb: 😀", "{ä:'ö',b:'😀'}"},
      {"a:b", "'a:b'"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto document = doc::parse_yaml(it.text, "f.yml");
    REQUIRE_MESSAGE(document.ok(), document.error().message);
    CHECK(shown(document->root()) == it.value);
  }
}

TEST_CASE("yaml: what is refused, where, and with which words") {
  struct Case {
    std::string text, message;
  };
  const Case cases[] = {
      {"a: &x 1\nb: *x\n", "1:4: anchors (\"&name\") are not supported"},
      {"&a b: c", "1:1: anchors (\"&name\") are not supported"},
      {"a: &a [*a]", "1:4: anchors (\"&name\") are not supported"},
      {"- a\n- *x", "2:3: aliases (\"*name\") are not supported; write the value out"},
      {"a: 1\n<<: {b: 1}", "2:1: merge keys (\"<<\") are not supported"},
      {"a: 1\nb: 2\na: 3", "3:1: key \"a\" was already given at 1:1"},
      {"'a': 1\na: 2", "2:1: key \"a\" was already given at 1:1"},
      {"x: {b: 1, b: 2}", "1:11: key \"b\" was already given at 1:5"},
      {"a: !!str 1", "1:4: tag \"tag:yaml.org,2002:str\" is not supported"},
      {"a: !foo [1]", "1:4: tag \"!foo\" is not supported"},
      {"a: !foo {b: 1}", "1:4: tag \"!foo\" is not supported"},
      {"!!binary aGk=", "1:1: tag \"tag:yaml.org,2002:binary\" is not supported"},
      {"a: 1\n---\nb: 2\n", "2:1: a second document begins; expected one"},
      {"--- a\n--- b", "2:1: a second document begins; expected one"},
      {"- a\nb: c", "2:1: does not fit what stands before it; check the indentation and the quotes"},
      {"a:\n  - b\n c: d", "3:2: does not fit what stands before it; check the indentation and the quotes"},
      {"a: 'b' c", "1:8: does not fit what stands before it; check the indentation and the quotes"},
      {"[a]: b", "1:1: a key must be a text; lists and mappings cannot be keys"},
      {"? {a: b}\n: c", "1:3: a key must be a text; lists and mappings cannot be keys"},
      {"~: 1", "1:1: a key must be a text; put it in quotes"},
      {": 1", "1:1: a key must be a text; put it in quotes"},
      {"a:\n\t- b", "2:2: a tab cannot indent; use blanks"},
      {"a:\n  b: 1\n\tc: 2", "3:1: a tab cannot indent; use blanks"},
      {"x:\n  a: [1, 2", "2:6: a \"[\" is not closed"},
      {"a: {b: 1", "1:4: a \"{\" is not closed"},
      {"a: \"x", "1:6: a quoted text is not closed"},
      {"a: b: c", "1:5: a \":\" where no value can begin; put a text that contains \": \" in quotes"},
      {"a: - b", "1:4: a list entry (\"- \") where none can begin; check the indentation"},
      {"a: @x", "1:4: a text cannot begin with this character; put it in quotes"},
      {"a: \"x\\N\"", "1:4: an escape that is not supported; use \\u and four digits"},
      {"a: \"\\q\"", "1:7: unknown escape character: q"},
      {"a: b\0c"s, "1:5: control character \\x00"},
      {"a: \x01", "1:4: control character \\x01"},
      {"a: 1\nb: \xFF", "2:4: invalid UTF-8"},
      {"\xFF\xFE"
       "a\0"s,
       "1:1: invalid UTF-8"},
      {nested_flow(129), "1:129: nested deeper than the limit of 128 levels"},
      {nested_flow(400), "1:129: nested deeper than the limit of 128 levels"},
      {nested_flow(600), "1:129: nested deeper than the limit of 128 levels"},
      {nested_flow(100'000), "1:129: nested deeper than the limit of 128 levels"},
      {nested_block(129), "129:129: nested deeper than the limit of 128 levels"},
      {nested_block(600), "129:129: nested deeper than the limit of 128 levels"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text.substr(0, 60));
    const auto document = doc::parse_yaml(it.text, "f.yml");
    REQUIRE_FALSE(document.ok());
    CHECK(document.error().message == "f.yml:" + it.message);
    CHECK(document.error().kind == ErrorKind::config);
  }
  CHECK(doc::parse_yaml(nested_flow(128), "f.yml").ok());
  CHECK(doc::parse_yaml(nested_block(128), "f.yml").ok());
  CHECK(doc::parse_yaml("a: 1", "f.yml", {.yaml_bytes = 3}).error().message ==
        "f.yml: larger than the limit of 3 bytes");
}

TEST_CASE("yaml: every key and value knows where it is") {
  const auto document =
      doc::parse_yaml("# c\ngate:\n  fail_at: 120\n  scopes: [a, 'b']\n  text: |\n    x\n", ".gatepost.yml");
  const View gate = document->root().at("gate");
  CHECK(gate.key_where() == ".gatepost.yml:2:1");
  CHECK(gate.where() == ".gatepost.yml:3:3");
  CHECK(gate.at("fail_at").where() == ".gatepost.yml:3:12");
  CHECK(gate.at("fail_at").key_where() == ".gatepost.yml:3:3");
  CHECK(gate.at("fail_at").pointer() == "/gate/fail_at");
  CHECK(gate.at("scopes").at(1).where() == ".gatepost.yml:4:15");
  CHECK(gate.at("scopes").at(1).pointer() == "/gate/scopes/1");
  CHECK(gate.at("text").where() == ".gatepost.yml:5:9");
}

TEST_CASE("yaml: numbers are read as they are meant") {
  const auto document = doc::parse_yaml("[+5, .5, 5., 1e3, -0, 1.10]", "n");
  const View root = document->root();
  CHECK(root.at(0).integer() == 5);
  CHECK(root.at(1).number() == 0.5);
  CHECK(root.at(2).integer() == 5);
  CHECK(root.at(3).integer() == 1000);
  CHECK(root.at(4).integer() == 0);
  CHECK(root.at(5).scalar() == "1.10");
}
