// Where the tags and the other markup of an XML text begin and end; nothing more is known of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatepost::doc {

// Behind the markup without a tag that begins at `at`; `at` when there is none, npos when it does not end. Of a DOCTYPE
// that has an internal subset as far as the subset's end.
std::size_t behind_other_markup(std::string_view text, std::size_t at);
// Where the tag that begins at `at` has its ">"; one in quotes does not count. npos when it has none.
std::size_t end_of_tag(std::string_view text, std::size_t at);
// The name that begins at `at`.
std::string_view name_at(std::string_view text, std::size_t at);

struct XmlToken {
  enum class Sort : std::uint8_t {
    begin,     // of an element
    empty,     // an element without content
    end,       // of an element
    cdata,     // text in brackets
    remark,    // a comment or processing instruction
    declared,  // a DOCTYPE, or what else begins with "<!"
    cut,       // the text ends in the middle of it
  };
  Sort sort = Sort::cut;
  std::size_t behind = 0;
  std::string_view name;  // of an element
};
// What begins with the "<" at `at`. Of a "<!" without more it is said that it is cut, also where it is none of these.
XmlToken xml_token(std::string_view text, std::size_t at);

}  // namespace gatepost::doc
