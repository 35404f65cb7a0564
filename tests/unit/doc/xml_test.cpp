#include "doc/xml.hpp"

#include <doctest/doctest.h>

using namespace gatepost;
using doc::XmlDocument;
using doc::XmlView;
using namespace std::string_literals;

namespace {

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "<a>";
  text += "x";
  for (std::size_t i = 0; i < depth; ++i) text += "</a>";
  return text;
}

// Tags, texts and children.
std::string shown(XmlView view) {
  std::string out = std::string(view.tag()) + (view.text().empty() ? "" : "=" + view.text());
  std::string inside;
  for (const XmlView child : view.children()) inside += (inside.empty() ? "" : ",") + shown(child);
  return inside.empty() ? out : out + "(" + inside + ")";
}

}  // namespace

TEST_CASE("xml: what is read") {
  struct Case {
    std::string text, tree;
  };
  const Case cases[] = {
      {"<a/>", "a"},
      {"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->\n<a><b/></a>\n<!-- d -->\n", "a(b)"},
      {"<a> 1 <b>2</b> 3 </a>", "a=1  3(b=2)"},
      {"<a>&lt;&gt;&amp;&quot;&apos;&#65;&#x42;</a>", "a=<>&\"'AB"},
      {"<a>&custom;&#xyz;</a>", "a=&custom;&#xyz;"},
      {"<a><![CDATA[<b>&amp;&#0;]]></a>", "a=<b>&amp;&#0;"},
      {"<a><!-- &#0; --><?pi &#0;?>x</a>", "a=x"},
      {"<x:a xmlns:x='u'><y:b/></x:a>", "a(b)"},
      {"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE4</a>", "a=ä"},
      {"<?xml version='1.0' encoding='iso-8859-1'?><a>\xC3\xA4</a>", "a=ä"},  // says so, and is UTF-8 nevertheless
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto document = XmlDocument::parse(it.text, "r.xml");
    REQUIRE_MESSAGE(document.ok(), document.error().message);
    CHECK(shown(document->root()) == it.tree);
  }
}

TEST_CASE("xml: what is refused, and with which words") {
  struct Case {
    std::string text, message;
  };
  const Case cases[] = {
      {"", "no element in it"},
      {" <!-- only a comment --> ", "no element in it"},
      {"<a>", "line 1, column 3: an end tag does not match its start tag, or the file ends in the middle"},
      {"<a>\n<b></a>", "line 2, column 6: an end tag does not match its start tag, or the file ends in the middle"},
      {"<a/><b/>",
       "line 1, column 5: a second root element; one file is one XML document: give each in a file of its own"},
      {"<?xml version='1.0'?>\n<a/>\n<?xml version='1.0'?>\n<a/>",
       "line 4, column 1: a second root element; one file is one XML document: give each in a file of its own"},
      {"<a/>\ntext", "line 1, column 5: text outside of the root element"},
      {"text<a/>", "line 1, column 1: text outside of the root element"},
      {"<!DOCTYPE a><a/>", "has a DOCTYPE; refused, because reports do not need one"},
      {"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>",
       "has a DOCTYPE; refused, because reports do not need one"},
      {"<a b=c/>", "line 1, column 6: an attribute is not written as name=\"value\""},
      {"<a b='x", "line 1, column 7: an attribute is not written as name=\"value\""},
      {"<a", "line 1, column 2: a tag is not complete"},
      {"<a><1/></a>", "line 1, column 5: a \"<\" that begins no tag; in text it is written &lt;"},
      {"<a><!-- x</a>", "line 1, column 13: a comment, CDATA section or processing instruction is not closed"},
      {"<a>\xFF</a>", "line 1, column 4: invalid UTF-8"},
      {"<?xml version='1.0' encoding='UTF-8'?>\n<a>\xE4</a>", "line 2, column 4: invalid UTF-8"},
      {"\xFF\xFE<\0a\0/\0>\0"s, "is UTF-16 text; expected UTF-8"},
      {"<a>\0</a>"s, "line 1, column 4: NUL byte"},
      {"<a>&#0;</a>", "line 1, column 4: a reference to what is no character"},
      {"<a>&#00000000000000000000000000000000;</a>", "line 1, column 4: a reference to what is no character"},
      {"<a b='&#xD800;'/>", "line 1, column 7: a reference to what is no character"},
      {"<a>&#x110000;</a>", "line 1, column 4: a reference to what is no character"},
      {"<a>&#4294967361;</a>", "line 1, column 4: a reference to what is no character"},
      {"<a>&#99999999999999999999999;</a>", "line 1, column 4: a reference to what is no character"},
      {nested(129), "nested deeper than the limit of 128 levels"},
      {nested(1'000'000), "nested deeper than the limit of 128 levels"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text.substr(0, 100));
    const auto document = XmlDocument::parse(it.text, "r.xml");
    REQUIRE_FALSE(document.ok());
    CHECK(document.error().message == "r.xml: " + it.message);
    CHECK(document.error().kind == ErrorKind::bad_input);
  }
  CHECK(XmlDocument::parse(nested(128), "r.xml").ok());
}

TEST_CASE("xml: limits are named") {
  CHECK(XmlDocument::parse("<a b='1'/>", "x", {.document_bytes = 9}).error().message ==
        "x: larger than the limit of 9 bytes for one document");
  CHECK(XmlDocument::parse("<a b='1'/>", "x", {.values = 1}).error().message ==
        "x: more than the limit of 1 elements and attributes");
  CHECK(XmlDocument::parse("<a b='1'/>", "x", {.values = 2}).ok());
}

TEST_CASE("xml: views are total") {
  const auto document = XmlDocument::parse("<a x='1'><b>t</b></a>", "x").value();
  const XmlView root = document.root(), nothing = root.child("no").child("such");
  CHECK(root.exists());
  CHECK(root.attribute("x") == "1");
  CHECK(root.attribute("y") == "");
  CHECK(root.child("b").text() == "t");
  CHECK_FALSE(nothing.exists());
  CHECK(nothing.tag() == "");
  CHECK(nothing.text() == "");
  CHECK(nothing.attribute("x") == "");
  CHECK(nothing.children().empty());
  CHECK(nothing.children("x").empty());
  CHECK(nothing.pointer() == "");
  CHECK(nothing.namespace_uri() == "");
  CHECK(nothing.position() == doc::Position{});
}

TEST_CASE("xml: names are compared without their prefix, the plain attribute wins") {
  const auto document =
      XmlDocument::parse("<n:a xmlns:n='uri:n' xmlns='uri:plain' n:id='1' id='2' n:only='3'><b xmlns=''/><c/></n:a>",
                         "x")
          .value();
  const XmlView root = document.root();
  CHECK(root.tag() == "a");
  CHECK(root.attribute("id") == "2");
  CHECK(root.attribute("n:id") == "1");
  CHECK(root.attribute("only") == "3");
  CHECK(root.attribute("n") == "");  // a declaration is no attribute
  CHECK(root.namespace_uri() == "uri:n");
  CHECK(root.child("b").namespace_uri() == "");
  CHECK(root.child("c").namespace_uri() == "uri:plain");
  CHECK(root.children("c").size() == 1);
}

TEST_CASE("xml: every element knows where it is") {
  const auto document =
      XmlDocument::parse("<?xml version='1.0'?>\n<r>\n  <i>1</i><j/>\r\n  <i>ä<k/></i>\n</r>", "x").value();
  const auto items = document.root().children("i");
  REQUIRE(items.size() == 2);
  CHECK(items[1].pointer() == "/r[1]/i[2]");
  CHECK(items[1].position() == doc::Position{4, 3});
  CHECK(items[1].child("k").pointer() == "/r[1]/i[2]/k[1]");
  CHECK(items[1].child("k").position() == doc::Position{4, 8});
  CHECK(document.root().child("j").pointer() == "/r[1]/j[1]");
  CHECK(document.root().position() == doc::Position{2, 1});
}

TEST_CASE("xml: many siblings, attributes and ampersands do not take quadratic time") {
  constexpr std::size_t kMany = 100'000;
  std::string text = "<r>", odd = "<r>";
  for (std::size_t i = 0; i < kMany; ++i) {
    text += "\n<t" + std::to_string(i % 1000) + "/>";
    odd += "&#&#x1&";
  }
  const auto document = XmlDocument::parse(text + "</r>", "x").value();
  std::size_t length = 0, lines = 0;
  for (const XmlView child : document.root().children()) {
    length += child.pointer().size();
    lines += child.position().line;
  }
  CHECK(document.root().children().back().pointer() == "/r[1]/t999[100]");
  CHECK(lines == kMany * (kMany + 3) / 2);
  CHECK(length > kMany);
  CHECK(XmlDocument::parse(odd + "</r>", "x").ok());
}

TEST_CASE("xml: a document may be moved while it is viewed") {
  auto document = XmlDocument::parse("<a><b>t</b></a>", "x").value();
  const XmlView view = document.root().child("b");
  const XmlDocument moved = std::move(document);
  CHECK(view.text() == "t");
  CHECK(view.pointer() == "/a[1]/b[1]");
}
