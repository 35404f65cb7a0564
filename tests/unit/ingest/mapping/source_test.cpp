#include "ingest/mapping/source.hpp"

#include <doctest/doctest.h>

#include "ingest/format.hpp"

using namespace gatepost;
using namespace std::string_literals;
using ingest::Candidate;
using ingest::mapping::Source;
using ingest::mapping::SourceFormat;

namespace {

// As compact JSON; texts as they are.
std::string shown(doc::View view) {
  std::string out;
  if (view.is_array()) {
    for (const doc::View item : view.items()) out += (out.empty() ? "" : ",") + shown(item);
    return "[" + out + "]";
  }
  if (view.is_object()) {
    for (const auto& [key, value] : view.members())
      out += (out.empty() ? "" : ",") + std::string(key) + ":" + shown(value);
    return "{" + out + "}";
  }
  if (view.is_string()) return "'" + std::string(view.text()) + "'";
  return view.is_null() ? "null" : std::string(view.scalar());
}

std::string shown(const Source* source) {
  if (source == nullptr) return "nothing";
  std::string out;
  for (const doc::View root : source->roots) out += (out.empty() ? "" : " ") + shown(root);
  if (source->truncated) out += " cut";
  for (const std::string& why : source->rejected) out += " (" + why + ")";
  for (const Note& note : source->notes) out += " #" + note.code;
  return out;
}

struct Report {
  Limits limits;
  Candidate candidate;
  explicit Report(std::string text) : candidate("report", Bytes::of(std::move(text)), limits) {}
  std::string as(SourceFormat format) { return shown(candidate.source(format)); }
};

std::string as(SourceFormat format, const std::string& text) { return Report(text).as(format); }

std::string utf16(const std::string& ascii) {
  std::string out = "\xFF\xFE";
  for (const char c : ascii) out += std::string{c, '\0'};
  return out;
}

constexpr auto kXml = SourceFormat::xml;
constexpr auto kCsv = SourceFormat::csv;

}  // namespace

TEST_CASE("source: JSON") {
  struct Case {
    std::string text, expected;
  };
  const Case cases[] = {
      {R"({"a": [1, "x"]})", "{a:[1,'x']}"},
      {"\xEF\xBB\xBF[{}]", "[{}]"},
      {R"({"a": [{"b": 1}, {"c": 2)", "{a:[{b:1}]} cut"},
      {"warning: x\n{\"a\": 1}", "{a:1}"},
      {"[INFO] x\n[\n {\"a\": 1}]", "nothing"},  // begins as JSON and is none
      {"warning: x\n[WARN] y\n[{\"a\": 1}]", "[{a:1}]"},
      {"{\"a\": \"x\ty\x01z\"}", "{a:'x\tyz'} #control-characters"},
      {"{\"a\": \"x\ny\"}", "{a:'x\ny'} #control-characters"},
      {R"({"a": "\u0000x\u001b[31mred\u001b[0m"})", "{a:'xred'}"},
      {utf16(R"({"a": 1})"), "{a:1}"},
      {"{\"a\": \"\xFF\"}", "{a:'\xEF\xBF\xBD'} #invalid-utf8"},
      {"a,b\n1,2", "nothing"},
      {"<a/>", "nothing"},
      // Words behind the document; other values there are records.
      {"{\"a\": \"}\"}\nDone, 3 findings.\n", "{a:'}'} #text-after-document"},
      {"[{\"a\": 1}] bye", "[{a:1}] #text-after-document"},
      {"{\"a\": 1}\n{\"a\": 2}\n", "nothing"},
      {"{\"a\": 1}\nDone.\n{\"a\": 2}\n", "nothing"},
      {"{\"a\": 1}}", "nothing"},
      {"{\"a\" 1} bye", "nothing"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(as(SourceFormat::json, it.text) == it.expected);
  }
}

TEST_CASE("source: JSON behind a prefix") {
  const auto after = [](const std::string& text, std::string_view prefix) {
    Report report(text);
    return shown(report.candidate.json_after(prefix));
  };
  CHECK(after("scoutsuite_results =\n{\"a\": 1}\n", "scoutsuite_results =\n") == "{a:1}");
  CHECK(after("\xEF\xBB\xBF\nvar x = [1];\n", "var x =") == "[1]");
  CHECK(after("var y = [1];", "var x =") == "nothing");
  CHECK(after("var x = 1 + ", "var x =") == "nothing");
  CHECK(after("", "var x =") == "nothing");
  Report report("var x =\n {\"a\":\n 1}");
  CHECK(report.candidate.json_after("var x =")->roots[0].at("a").where() == "report:3:2");
}

TEST_CASE("source: JSON lines") {
  struct Case {
    std::string text, expected;
  };
  const Case cases[] = {
      {"{\"a\": 1}\n\n  {\"a\": 2}\r\n", "{a:1} {a:2}"},
      {"{\"a\": 1}\n{\"a\": 2", "{a:1} cut"},
      {"{\"a\": 1}\n{\"a\": 2\n{\"a\": 3}\n", "{a:1} {a:3} (line 2, column 8: the document ends in the middle)"},
      {"start\n{\"a\": 1}\n", "{a:1} (line 1: found no JSON object)"},
      {"{\"a\": 1} {\"a\": 2}\n{\"a\": 3}", "{a:3} (line 1, column 10: text after the end of the document)"},
      {"[{\"a\": 1}]", "nothing"},
      {"{\n \"a\": 1\n}\n", "nothing"},
      {"one\ntwo\n", "nothing"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(as(SourceFormat::jsonl, it.text) == it.expected);
  }
}

TEST_CASE("source: a line that is refused leaves nothing behind") {
  Report report("{\"a\": {\"b\": [1, 2, {\"c\": \"\\n\"}]}, x}\n{\"a\": 2}\n");
  const Source* const source = report.candidate.source(SourceFormat::jsonl);
  REQUIRE(source != nullptr);
  REQUIRE(source->roots.size() == 1);
  CHECK(source->rejected_count == 1);
  CHECK(source->roots[0].at("a").where() == "report:2:7");
  CHECK(source->roots[0].at("a").pointer() == "/0/a");
}

TEST_CASE("source: JSON documents one after the other") {
  struct Case {
    std::string text, expected;
  };
  const Case cases[] = {
      {"{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", "{a:1} {a:2}"},
      {"{\"a\": \"}\"}{\"a\": 2}[3]", "{a:'}'} {a:2} [3]"},
      {"go: x\n{\"a\": 1}\nmore\n{\"a\": 2}",
       "{a:1} {a:2} (line 1: found no JSON object) (line 3: found no JSON object)"},
      {"{\"a\": 1}\n{\"a\": [2,", "{a:1} cut"},
      {"{\"a\" 1}\n{\"a\": 2}", "{a:2} (line 1, column 6: found \"1\", expected \":\")"},
      {"{\"a\": 1}\0{\"a\": 2}\0"s, "{a:1} {a:2}"},
      {"<a/>", "nothing"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(as(SourceFormat::json_stream, it.text) == it.expected);
  }
}

TEST_CASE("source: XML") {
  struct Case {
    std::string text, expected;
  };
  const Case cases[] = {
      {"<a/>", "{#tag:'a'}"},
      {"<?xml version=\"1.0\"?>\n<a x='1' n:y='2'><b>t</b><c/><b> u <d/> v </b></a>",
       "{#tag:'a',@x:'1',@y:'2',b:[{#tag:'b',#text:'t'},{#tag:'b',#text:'u  v',d:[{#tag:'d'}]}],c:[{#tag:'c'}]}"},
      {"<n:a xmlns:n='u' xmlns='v' n:x='1' x='2'><n:b/></n:a>", "{#tag:'a',@xmlns:'v',@x:'2',b:[{#tag:'b'}]}"},
      {"<a><![CDATA[<b>&amp;]]>&lt;&#65;</a>", "{#tag:'a',#text:'<b>&amp;<A'}"},
      {"<!DOCTYPE nmaprun>\n<a/>", "{#tag:'a'}"},
      {"<!DOCTYPE issues [\n<!ELEMENT issues (issue*)>\n<!ATTLIST issues v CDATA \"\">\n]>\n<a/>", "{#tag:'a'}"},
      {"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "{#tag:'a'}"},
      {"<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "nothing"},
      {"<a>x\x01\x1B</a>", "{#tag:'a',#text:'x'} #control-characters"},
      {"<a b='&#0;x&#x1b;'>&#xD800;y&#10;z</a>", "{#tag:'a',@b:'x',#text:'y\nz'} #control-characters"},
      {"<a>\0x</a>"s, "{#tag:'a',#text:'x'} #control-characters"},
      {"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><a>\xE4\x80</a>", "{#tag:'a',#text:'ä€'}"},
      {"<?xml version=\"1.0\" encoding=\"windows-1252\"?><a>\x93x\x94</a>", "{#tag:'a',#text:'“x”'}"},
      {"<a>\xE4</a>", "{#tag:'a',#text:'\xEF\xBF\xBD'} #invalid-utf8"},
      {utf16("<a>x</a>"), "{#tag:'a',#text:'x'}"},
      {"starting\n<?xml version=\"1.0\"?><a/>", "{#tag:'a'} #text-before-document"},
      {"<a></b>", "nothing"},
      {"{}", "nothing"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(as(kXml, it.text) == it.expected);
  }
}

TEST_CASE("source: a property list is what it states") {
  const auto plist = [](const std::string& inside) {
    return as(SourceFormat::xml,
              "<?xml version='1.0'?><!DOCTYPE plist PUBLIC 'a' 'b'><plist version='1.0'>" + inside + "</plist>");
  };
  CHECK(plist("<dict><key>a</key><array><integer>1</integer><true/><string> x "
              "</string></array><key>b</key><dict/></dict>") == "{a:[1,true,'x'],b:{}}");
  CHECK(plist("<dict><key>a</key><key>b</key><integer>-1</integer><string>no key</string></dict>") == "{b:'-1'}");
  CHECK(plist("<array/>") == "[]");
  CHECK(plist("") == "{#tag:'plist',@version:'1.0'}");
}

TEST_CASE("source: of XML that ends in the middle lists and whole records are left") {
  struct Case {
    std::string text, expected;
  };
  const Case cases[] = {
      {"<a><r><x/></r><r><x/></r><r><x>", "{#tag:'a',r:[{#tag:'r',x:[{#tag:'x'}]},{#tag:'r',x:[{#tag:'x'}]}]} cut"},
      {"<a><l><r/><r/><r><x/></l>", "nothing"},  // not cut, but wrong
      {"<a v='1'><l><r/><r/><r><x/><y", "{#tag:'a',@v:'1',l:[{#tag:'l',r:[{#tag:'r'},{#tag:'r'}]}]} cut"},
      {"<a><l><r/><r attr='", "{#tag:'a',l:[{#tag:'l',r:[{#tag:'r'}]}]} cut"},
      {"<a><r><x/><y/>", "{#tag:'a'} cut"},
      {"<a><r/><!-- <r", "{#tag:'a',r:[{#tag:'r'}]} cut"},
      {"<a><r/><![CDATA[ ]]>te", "{#tag:'a',r:[{#tag:'r'}]} cut"},
      {"<a", "nothing"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(as(kXml, it.text) == it.expected);
  }
}

TEST_CASE("source: positions in XML") {
  Report report("\n\n<a>\n  <b/><c x='1'/>\n  <b>\n text</b>\n</a>");
  const Source* const source = report.candidate.source(kXml);
  REQUIRE(source != nullptr);
  const doc::View root = source->roots[0];
  CHECK(root.where() == "report:3:1");
  CHECK(root.at("b").at(1).where() == "report:5:3");
  CHECK(root.at("c").at(std::size_t{0}).at("@x").where() == "report:4:7");
  CHECK(root.at("b").at(1).pointer() == "/b/1");
}

TEST_CASE("source: CSV") {
  struct Case {
    std::string text, expected;
  };
  const Case cases[] = {
      {"a,b\n1,2\n", "[{a:'1',b:'2'}]"},
      {"\xEF\xBB\xBF a ;b\r\n1; 2\r\n", "[{a:'1',b:' 2'}]"},
      {"\"a\",\"b\"\n\"1 \"\"x\"\"\n2\",\"\"\n", "[{a:'1 \"x\"\n2',b:''}]"},
      {"a,b,a,\n1,2,3,4\n", "[{a:'1',b:'2'}]"},
      {"a\tb\n1\n", "[{a:'1'}]"},
      {"a|b\n1|2|3\n4|5||\n", "[{a:'4',b:'5'}] (line 2: 3 cells, but the header has 2)"},
      {"a,b\n1,2\n3,\"4\n5,6\n", "[{a:'1',b:'2'}] cut"},
      {"sep=;\na,x;b\n1;2\n", "[{a,x:'1',b:'2'}]"},
      {"a,b\n", "[]"},
      {"a,b\n1,\0\x1B[1m2"s + std::string(50, 'x') + "\n",
       "[{a:'1',b:'2" + std::string(50, 'x') + "'}] #control-characters"},
      {"a,b\n\0\1\2,\3\n"s, "nothing"},
      {"{\"a\": 1}", "nothing"},
      {"<a/>", "nothing"},
      {"", "nothing"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(as(kCsv, it.text) == it.expected);
  }
}

TEST_CASE("source: the header of a CSV is found by its columns") {
  const std::vector<std::string> columns = {"QID", "Title"};
  const auto with = [&](const std::string& text) {
    Report report(text);
    return shown(report.candidate.csv(columns));
  };
  CHECK(with("\"A report; of 2020\"\n\"x\",\"y\",\"z\",\"w\"\n\nQID,IP,Title\n1,2,3\n") ==
        "[{QID:'1',IP:'2',Title:'3'}]");
  CHECK(with("a,b,c\nx,y,z\nQID;Title\n1;2\n") == "[{QID:'1',Title:'2'}]");
  CHECK(with("qid,title\n1,2\n") == "nothing");
  std::string late;
  for (int i = 0; i < 50; ++i) late += "x\n";
  CHECK(with(late + "QID,Title\n1,2\n") == "nothing");
  Report report("t\n\nQID,Title\n\n1,\"2\n\"\n3,4\n");
  const Source* const source = report.candidate.csv(columns);
  REQUIRE(source != nullptr);
  CHECK(source->header == columns);
  CHECK(source->roots[0].at(std::size_t{0}).at("Title").where() == "report:5:4");
  CHECK(source->roots[0].at(1).where() == "report:7:1");
}

TEST_CASE("source: YAML and text") {
  CHECK(as(SourceFormat::yaml, "# x\na: 1\n---\n- b\n") == "{a:1} ['b']");
  CHECK(as(SourceFormat::yaml, "---\na: {\n---\nb: 1\n").starts_with("{b:1} (line 2:"));
  CHECK(as(SourceFormat::yaml, "just words\n") == "nothing");
  CHECK(as(SourceFormat::yaml, "a,b\n1,2\n") == "nothing");
  CHECK(as(SourceFormat::text, "\x1B[1mone\x1B[0m\r\n\n two\x07\n") == "['one','',' two']");
  CHECK(as(SourceFormat::text, "[ 05:12 ] x\n") == "['[ 05:12 ] x']");
  CHECK(as(SourceFormat::html, "<!doctype html><p>a<p>b") == "{#tag:'html',#text:'a',p:[{#tag:'p',#text:'a'}]} cut");
  CHECK(as(SourceFormat::html, "<p>a") == "nothing");
  CHECK(as(SourceFormat::html, "<?xml version='1.0'?><html></html>") == "{#tag:'html'}");
  CHECK(as(SourceFormat::xml, "<html></html>") == "nothing");
  CHECK(as(SourceFormat::text, "PK\x03\x04") == "nothing");
  CHECK(as(SourceFormat::text, "") == "nothing");
}

TEST_CASE("source: each is made once, and says why it is not there") {
  Report report("{\"a\": 1}");
  CHECK(report.candidate.source(SourceFormat::json) == report.candidate.source(SourceFormat::json));
  CHECK(report.candidate.source(SourceFormat::jsonl) == report.candidate.source(SourceFormat::jsonl));
  CHECK(report.candidate.source(kXml) == nullptr);
  CHECK(report.candidate.source_problem() == "not of this notation");
  CHECK(report.candidate.problem().empty());
  Report entity("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>");
  CHECK(entity.candidate.source(kXml) == nullptr);
  CHECK(entity.candidate.source_problem() ==
        "report: has a DOCTYPE that declares entities; refused, because they can make any text of a report");
}

TEST_CASE("source: at most twenty sentences about what cannot be read, but all are counted") {
  std::string text = "{}\n";
  for (int i = 0; i < 1000; ++i) text += "{x}\n";
  Report report(text);
  const Source* const source = report.candidate.source(SourceFormat::jsonl);
  REQUIRE(source != nullptr);
  CHECK(source->rejected.size() == 20);
  CHECK(source->rejected_count == 1000);
}

TEST_CASE("source: nothing takes longer than in proportion to the size") {
  // Each would take hours if it were quadratic.
  const auto many = [](std::string_view part, int times) {
    std::string text;
    for (int i = 0; i < times; ++i) text += part;
    return text;
  };
  CHECK(Report("{}\n" + many("{x\n", 300'000)).candidate.source(SourceFormat::jsonl)->rejected_count == 300'000);
  CHECK(Report("{}\n" + many("{]\n", 300'000)).candidate.source(SourceFormat::json_stream) != nullptr);
  CHECK(Report("{}\n" + many("{", 300'000)).candidate.source(SourceFormat::json_stream)->roots.size() == 1);
  CHECK(Report("<a>" + many("<b/><c/>", 200'000) + "</a>").candidate.source(kXml) != nullptr);
  CHECK(Report("<a>" + many("<b/>", 200'000)).candidate.source(kXml)->truncated);
  CHECK(Report("<a>" + many("<b>", 3'000)).candidate.source(kXml)->roots[0].size() == 1);
  CHECK(Report(many("<a>", 200'000)).candidate.source(kXml) == nullptr);
  CHECK(Report(many("<a>", 200) + many("</a>", 200)).candidate.source(kXml) == nullptr);
  CHECK(Report("<a>" + many("&#1;", 200'000) + "</a>").candidate.source(kXml) != nullptr);
  CHECK(Report("a,b\n" + many("1,2,3\n", 300'000)).candidate.source(kCsv)->rejected_count == 300'000);
  CHECK(Report("a,b\n" + many("\",", 300'000)).candidate.source(kCsv) != nullptr);
  CHECK(Report(many("\x1B[", 300'000)).candidate.source(SourceFormat::text) != nullptr);
  CHECK(Report("x: 1\n" + many("\x1B]", 300'000)).candidate.source(SourceFormat::text) != nullptr);
}
