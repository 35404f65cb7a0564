#include "doc/xml_paged.hpp"

#include <doctest/doctest.h>

#include <string>

#include "doc/xml.hpp"
#include "support/peak_memory.hpp"
#include "support/shown_view.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;
using namespace std::string_literals;
using test::shown_view;

namespace {

constexpr doc::PageSizes kTiny{.window = 256, .page = 64, .largest_child = 200};

std::optional<doc::Document> in_pages(const std::string& text, const Limits& limits = {}) {
  return doc::parse_paged_xml(Bytes::of(text), "x", limits, kTiny);
}

/** `times` elements, each `element` with its number for every '#'. */
std::string repeated(int times, std::string_view element) {
  std::string text;
  for (int i = 0; i < times; ++i) {
    for (const char c : element) text += c == '#' ? std::to_string(i) : std::string(1, c);
  }
  return text;
}

const std::string kFiles =
    "<?xml version=\"1.0\"?>\n<!-- a > b -->\n<checkstyle version='1' v:version=\"2\" xmlns:v='u'>\n" +
    repeated(40, "<file name=\"a#.c\">\n <error line='#' message='a &lt; &quot;b&quot; &#228;'/>\n<error/></file>\n") +
    "</checkstyle>\n<!-- end -->\n";
// Large elements in large ones, several names among the children of one, and what no page has.
const std::string kSuites =
    "<testsuites>\n<properties><property name='a'>x</property></properties>" +
    repeated(3, "<testsuite name='#'><!-- > -->" +
                    repeated(9,
                             "<testcase name='t'><failure>why ]] &amp; &amp;amp; "
                             "<![CDATA[<b>]]> not</failure></testcase><note/>") +
                    "<system-out> " + std::string(300, 'o') + " </system-out></testsuite\n>\n") +
    "<?pi x?><p:empty/><testsuite/></testsuites>";
const std::string kText = "<r><d xml:space='preserve'> t <b>" + std::string(150, 'x') + "</b><b>" +
                          std::string(150, 'x') + "</b>" + repeated(20, "<i>#</i>") + " u </d><e/></r>";

}  // namespace

TEST_CASE("paged XML: shows what the tree of the whole document shows") {
  for (const std::string& text : {kFiles, kSuites, kText, "<a/>"s, "<a></a>"s, " \n<a b='>'>\n</a >\n"s,
                                  "<!DOCTYPE a SYSTEM 'x.dtd'><a>" + repeated(30, "<b c='1' c='2'/>") + "</a>",
                                  "<!DOCTYPE a [<!ELEMENT a (b*)>]>\n<a>" + repeated(30, "<b>ü</b><c>#</c>") + "</a>",
                                  "<n:a xmlns:n='u'>" + repeated(30, "<n:b/><b/>") + "</n:a>",
                                  "<a>" + repeated(50, "<b><b><b/></b><c/></b>") + "</a>"}) {
    CAPTURE(text);
    const auto paged = in_pages(text);
    REQUIRE(paged);
    const auto whole = doc::parse_xml(text, "x");
    REQUIRE_MESSAGE(whole.ok(), whole.error().message);
    CHECK(shown_view(paged->root()) == shown_view(whole->document.root()));
    CHECK_FALSE(paged->changed());
  }
}

TEST_CASE("paged XML: what is strange, or too much, is left to the other reader") {
  const auto list = [](const std::string& inside) {
    return "<a>" + repeated(20, "<b>#</b>") + inside + repeated(20, "<b>#</b>") + "</a>";
  };
  REQUIRE(in_pages(list("<b/>")));
  for (const std::string& text : {""s,
                                  "text"s,
                                  "<!-- -->"s,
                                  "<a>"s,
                                  "<a></b>"s,
                                  "<a/><b/>"s,
                                  "<a/>x"s,
                                  "<a/><![CDATA[x]]>"s,
                                  "</a>"s,
                                  "<a/><!DOCTYPE a>"s,
                                  "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"s,
                                  "x<a/>"s,
                                  "<plist><dict/></plist>"s,
                                  "\xEF\xBB\xBF<a/>"s,
                                  list("<b>"),
                                  list("</b>"),
                                  list("text"),
                                  list("<![CDATA[text]]>"),
                                  list("<b c/>"),
                                  list("<b>\x01</b>"),
                                  list("<b>&#1;</b>"),
                                  list("<b>&#xD800;</b>"),
                                  list("<b>\xFF</b>"),
                                  list("<!DOCTYPE b>"),
                                  list("<b><!DOCTYPE b></b>"),
                                  list("<!ELEMENT b>"),
                                  list("<1 =/>"),
                                  list("<b c='1' =/>"),
                                  list("< b/>"),
                                  list("<!-- "),
                                  list("<? "),
                                  list("<b c='"),
                                  list("<"),
                                  "<a b=>" + list("") + "</a>",
                                  "<a>" + std::string(300, ' ') + "<b></c></b>" + repeated(20, "<b/>") + "</a>"}) {
    CAPTURE(text);
    CHECK_FALSE(in_pages(text));
  }
  std::string names = "<a>";
  for (int i = 0; i < 2000; ++i) names += "<b" + std::to_string(i) + "/>";
  CHECK_FALSE(in_pages(names + "</a>"));
  CHECK_FALSE(in_pages("<a>" + repeated(400, "<b/><c/><d/><e/><f/><g/><h/><i/><j/><k/><l/>") + "</a>"));
  CHECK_FALSE(in_pages(kSuites, {.depth = 3}));
  CHECK_FALSE(in_pages(kSuites, {.element_bytes = 250}));
  CHECK(in_pages(kFiles, {.document_bytes = 100, .values = 10}));  // it is not in memory
}

TEST_CASE("paged XML: a file that changes is told, and is not nested deeper by that") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("report.xml");
  const std::string text = "<a>" + repeated(1000, "<b>#</b>") + "</a>";
  folder.write("report.xml", text);
  const auto bytes = Bytes::open(path);
  REQUIRE(bytes.ok());
  const auto paged = doc::parse_paged_xml(*bytes, "x", {}, {.window = 64, .page = 4000, .largest_child = 64});
  REQUIRE(paged);
  std::string deep = "<a>";
  for (int i = 0; i < 400; ++i) deep += "<b>";
  for (int i = 0; i < 400; ++i) deep += "</b>";
  folder.write("report.xml", deep + std::string(text.size() - deep.size(), ' '));
  for (const doc::View item : paged->root().at("b").items()) CHECK(item.is_object());
  CHECK(paged->changed());
}

TEST_CASE("paged XML: memory does not grow with the file") {
  const test::TemporaryFolder folder;
  const std::string error = "<error line='#' message='" + std::string(70, 'x') + "'/>\n";
  const std::string path = folder.write(
      "report.xml",
      "<checkstyle>" + repeated(20'000, "<file name='a#'>" + repeated(20, error) + "</file>") + "</checkstyle>");
  const auto bytes = Bytes::open(path);
  REQUIRE(bytes.ok());
  REQUIRE(bytes->size() > std::size_t{30} << 20);
  std::size_t errors = 0;
  const auto peak = test::peak_memory_of([&] {
    const auto paged = doc::parse_paged_xml(*bytes, "x", {});
    REQUIRE(paged);
    for (const doc::View item : paged->root().at("file").items()) errors += item.at("error").size();
  });
  CHECK(errors == 400'000);
  if (peak) CHECK(*peak < std::size_t{20} << 20);
}
