#include "doc/html.hpp"

#include <doctest/doctest.h>

#include "doc/entities.hpp"

using namespace gatepost;
using namespace std::string_literals;

namespace {

// Tag, attributes, label and children; the text where an element has no children.
std::string shown(doc::View element) {
  std::string out(element.at("#tag").text());
  std::string inside;
  for (const auto& [key, value] : element.members()) {
    if (key.starts_with('@')) out += " " + std::string(key.substr(1)) + "=" + std::string(value.text());
    if (key == "#before") out += " after '" + std::string(value.text()) + "'";
    for (const doc::View child : value.items()) inside += (inside.empty() ? "" : ",") + shown(child);
  }
  if (inside.empty() && element.at("#text").exists()) out += "='" + std::string(element.at("#text").text()) + "'";
  return inside.empty() ? out : out + "(" + inside + ")";
}

std::string read(std::string text) {
  const auto page = doc::parse_html(std::move(text), "page");
  if (!page) return page.error().message;
  std::string out = shown(page->document.root()) + (page->truncated ? " cut" : "");
  for (const Note& note : page->notes) out += " #" + note.code;
  return out;
}

std::string all_text(std::string text) {
  const auto page = doc::parse_html(std::move(text), "page");
  return page ? std::string(page->document.root().at("#text").text()) : page.error().message;
}

std::string times(std::size_t count, const std::string& part) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += part;
  return out;
}

}  // namespace

TEST_CASE("html: the tree of a page") {
  struct Case {
    std::string text, tree;
  };
  const Case cases[] = {
      {"<!DOCTYPE html><html lang=en><head><title>T</title></head><body>x</body></html>",
       "html lang=en(head(title='T'),body after 'T'='x')"},
      {"<HTML><BODY CLASS='A B' Id=i hidden data-x=\"&quot;1&amp;2&quot;\"></BODY></HTML>",
       "html(body class=A B id=i hidden= data-x=\"1&2\")"},
      {"<html><p a=1 a=2>x</html>", "html(p a=1='x')"},
      {"<html><p =a x = 1/>y</html>", "html(p =a= x=1/='y')"},
      {"<p>x", "html cut"},
      {"words", "html='words' cut"},
      {"", "html cut"},
      // End tags that are left out, and those that belong to nothing.
      {"<html><ul><li>a<li>b<ul><li>c</ul></ul></html>", "html(ul(li='a',li after 'a'(ul(li='c'))))"},
      {"<html><dl><dt>a<dd>b<dt>c<dd>d</dl></html>",
       "html(dl(dt='a',dt after 'b'='c',dd after 'a'='b',dd after 'c'='d'))"},
      {"<html><p>a<div>b</div></p>c</html>", "html(p='a',div after 'a'='b')"},
      {"<html><table><tr><td>a<td>b<tr><td>c</table></html>",
       "html(table(tbody(tr(td='a',td after 'a'='b'),tr after 'a b'(td='c'))))"},
      {"<html><table><thead><tr><th>h<tbody><tr><td>a</table></html>",
       "html(table(thead(tr(th='h')),tbody after 'h'(tr(td='a'))))"},
      {"<html><div><table><tr><td></div>a</td></tr></table>b</div></html>", "html(div(table(tbody(tr(td='a')))))"},
      {"<html></p></x><b>a</i></b></html>", "html(b='a')"},
      {"<html><br/><a/>x</a><svg><path/><path/></svg></html>", "html(br,a='x',svg after 'x'(path,path))"},
      // What is no markup.
      {"<html><!-- <p>x</p> --><!x><?y><p>1 < 2 <3</p></html>", "html(p='1 < 2 <3')"},
      {"<html><!--><p>x</p></html>", "html(p='x')"},
      {"<html><script>if (a<b) '</p></html>'</SCRIPT ><p>x</html>", "html(script='if (a<b) '</p></html>'',p='x')"},
      {"<html><textarea><p>&lt;</p></textarea></html>", "html(textarea='<p><</p>')"},
      {"<html><body>\xFF</body></html>", "html(body='\xEF\xBF\xBD') #invalid-utf8"},
      // Pages that end in the middle: what is half there is left out.
      {"<html><body><table><tr><td>a</td></tr><tr><td>b", "html(body) cut"},
      {"<html><body><ul><li>a</li><li>b</li><li>c", "html(body(ul(li='a',li after 'a'='b'))) cut"},
      {"<html><body><p>a</p><p title='x", "html(body(p='a')) cut"},
      {"<html><p>a</p></html", "html(p='a') cut"},
      {"<html><p>a</p></html><p>b", "html(p='a') cut"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    CHECK(read(it.text) == it.tree);
  }
}

TEST_CASE("html: the text of a page is what a reader sees") {
  CHECK(all_text(
            "<html><h1> A\n B </h1><p>one<br>two <b>th</b>ree&nbsp;x</p><script>no</script><style>no</style></html>") ==
        "A B\none\ntwo three x");
  CHECK(all_text("<html><table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>") == "a b\nc");
  CHECK(all_text("<html><pre>  a\n    b</pre>c</html>") == "a\n    b\nc");
  CHECK(all_text("<html>&lt;p&gt; &#65;&#x42; &unknown; &amp</html>") == "<p> AB &unknown; &amp");
  CHECK(doc::without_entities("&Auml;&zwnj;&#0;&#xD800;&;&&amp;") == "Ä\xE2\x80\x8C&#0;&#xD800;&;&&");
}

TEST_CASE("html: an element's place is that of its tag") {
  const auto page = doc::parse_html("<html>\n  <p>x</p>\n  <p>y</p></html>", "page");
  REQUIRE(page.ok());
  const doc::View second = page->document.root().at("p").at(1);
  CHECK(second.position().line == 3);
  CHECK(second.position().column == 3);
  CHECK(second.pointer() == "/p/1");
}

TEST_CASE("html: pages that would take for ever are refused, or read in linear time") {
  CHECK(read(times(200, "<div>")) == "page: nested deeper than the limit of 128 levels");
  CHECK(read(times(200'000, "<x>")).ends_with("levels"));
  Limits few;
  few.values = 100;
  CHECK(doc::parse_html("<html><p " + times(200, "a b ") + ">", "page", few).ok());
  std::string attributes = "<html><p";
  for (int i = 0; i < 200; ++i) attributes += " a" + std::to_string(i);
  CHECK(doc::parse_html(attributes + ">", "page", few).error().message ==
        "page: more than the limit of 100 elements and attributes");
  few.values = 0;
  for (const char* const text : {"", "x", "<html>", "<tr>"}) CHECK(!doc::parse_html(text, "page", few).ok());
  few.document_bytes = 10;
  CHECK(doc::parse_html("<html></html>", "page", few).error().message ==
        "page: larger than the limit of 10 bytes for one page");
  // Each of these is a second of work for readers that look back.
  for (int i = 0; i < 100'000; ++i) attributes += " b" + std::to_string(i);
  CHECK(doc::parse_html(attributes + "></html>", "page").ok());
  for (const std::string& part : {"</y>"s, "<p><b>x</p>"s, "<!--"s, "<script>"s, "</"s, "<p a='"s, "&amp"s, "<td><tr>"s,
                                  "<li></ul>"s, "< "s, "<p>x</div>"s}) {
    CAPTURE(part);
    const std::string page = read("<html>" + times(100'000, part));
    CHECK(!page.empty());
  }
}
