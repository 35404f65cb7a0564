// HTML pages as a tree of plain views, like the one that XML becomes.
#pragma once

#include <string>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

// A page. An element is an object: "#tag", "@name" for each attribute, "#text" for all text in it and below it as a
// reader sees it (blanks folded, a line for each paragraph, item and row, scripts and styles left out), "#before" for
// that of the nearest element before it among its siblings that has any, and for each tag among its children a list of
// those. Tags and names of attributes are in lower case; of equal attributes the first counts. As in browsers the end
// tags that HTML lets one leave out are found, and the rows of a table lie in a "tbody". The root is "html", also where
// it is not written.
struct HtmlTree {
  Document document;
  // The page ends in the middle, which is before its "</html>": elements that are not whole are left out, but for those
  // that are lists of others.
  bool truncated = false;
  std::vector<Note> notes;
};
// Takes any bytes of bounded size, number of elements and attributes, and nesting, in linear time. Nothing that a page
// names is ever loaded, and nothing in it is run.
Result<HtmlTree> parse_html(std::string text, std::string name, const Limits& limits = {});

}  // namespace gatepost::doc
