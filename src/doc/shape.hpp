// A first look at a stranger's bytes: what kind of file is it, before any parser is tried.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatepost::doc {

enum class Shape : std::uint8_t {
  empty,
  json_object,
  json_array,
  json_other,
  xml,
  html,
  gzip,
  zip,
  utf16,
  binary,
  text
};

struct FirstLook {
  Shape shape = Shape::empty;
  std::size_t start = 0;  // where the content begins: after a byte order mark and white space
};

// Looks at the first bytes of a file (some kilobytes are enough).
FirstLook first_look(std::string_view head);
// "an HTML page", "a gzip archive" …, for messages.
const char* describe(Shape shape);

}  // namespace gatepost::doc
