#include "doc/shape.hpp"

#include "base/text.hpp"

namespace gatepost::doc {
namespace {

bool starts_ignoring_case(std::string_view s, std::string_view prefix) {
  return s.size() >= prefix.size() && text::equal_ignoring_case(s.substr(0, prefix.size()), prefix);
}

// What follows the declaration, comments and processing instructions that may stand before the first tag.
std::string_view without_prolog(std::string_view s) {
  for (;;) {
    const std::string_view end = s.starts_with("<?") ? "?>" : s.starts_with("<!--") ? "-->" : "";
    const std::size_t at = end.empty() ? std::string_view::npos : s.find(end);
    if (at == std::string_view::npos) return s;
    s = text::trim(s.substr(at + end.size()));
  }
}

bool looks_like_html(std::string_view s) {
  s = without_prolog(s);
  for (const std::string_view tag : {"<!doctype html", "<html", "<head", "<body", "<title"}) {
    const bool whole_word = s.size() == tag.size() || (s.size() > tag.size() && !text::is_alnum(s[tag.size()]));
    if (whole_word && starts_ignoring_case(s, tag)) return true;
  }
  return false;
}

Shape shape_of(std::string_view content) {
  if (content.empty()) return Shape::empty;
  if (content[0] == '{') return Shape::json_object;
  if (content[0] == '[') return Shape::json_array;
  if (looks_like_html(content)) return Shape::html;
  if (content[0] == '<') return Shape::xml;
  if (content.find('\0') != std::string_view::npos) return Shape::binary;
  const std::string_view word = text::trim(content);
  if (content[0] == '"' || word == "null" || word == "true" || word == "false") return Shape::json_other;
  return Shape::text;
}

}  // namespace

FirstLook first_look(std::string_view head) {
  if (head.starts_with("\x1f\x8b")) return {Shape::gzip, 0};
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return {Shape::zip, 0};
  if (head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF")) return {Shape::utf16, 0};
  std::size_t start = head.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  while (start < head.size() && text::trim(head.substr(start, 1)).empty()) ++start;
  return {shape_of(head.substr(start)), start};
}

const char* describe(Shape shape) {
  switch (shape) {
    case Shape::empty:
      return "nothing at all";
    case Shape::json_object:
      return "a JSON object";
    case Shape::json_array:
      return "a JSON array";
    case Shape::json_other:
      return "a bare JSON value";
    case Shape::xml:
      return "an XML document";
    case Shape::html:
      return "an HTML page";
    case Shape::gzip:
      return "gzip data";
    case Shape::zip:
      return "a zip archive";
    case Shape::utf16:
      return "UTF-16 text";
    case Shape::binary:
      return "binary data";
    case Shape::text:
      return "plain text";
  }
  return "nothing at all";
}

}  // namespace gatepost::doc
