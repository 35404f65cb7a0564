// XML elements as plain views: how parse_xml and parse_paged_xml make the same tree (xml.hpp tells which).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/limits.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

constexpr unsigned kXmlParseOptions = pugi::parse_default | pugi::parse_doctype | pugi::parse_fragment;

inline std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

// `node` itself or the next sibling that is an element; none when there is none.
pugi::xml_node first_element(pugi::xml_node node);
// The element after `node` in document order below `root`, and how many levels deeper it lies; none at the end.
struct Walk {
  pugi::xml_node node;
  int deeper = 0;
};
Walk next_element(pugi::xml_node node, pugi::xml_node root);
// No element lies deeper than `limit`.
bool is_shallow(pugi::xml_node root, std::uint32_t limit);

// True of a document type that makes words of its own, by which anything can be written.
bool declares_entities(pugi::xml_node node);

// The number of the character reference that begins at text[at] ("&#65;", "&#x41;"); empty when it is none.
std::optional<std::uint64_t> referred_character(std::string_view text, std::size_t at);
// U+0000, surrogates, beyond Unicode: the library would make broken text of it.
bool is_no_character(std::uint64_t number);
// Control characters that XML does not have, whether it is written raw or as a reference.
inline bool is_forbidden(std::uint64_t number) {
  return number < 0x20 && number != '\t' && number != '\n' && number != '\r';
}
// There is such a character, or a reference to one or to no character.
bool has_forbidden(std::string_view text);

// Builds the tree of an element and all below it. Elements are nested no deeper than limits.depth.
class XmlTreeMaker {
 public:
  // Where the texts of the library lie: they are copied, or live as long as the tree.
  enum class Texts { to_copy, of_the_tree };
  // What the library has parsed lies at `offset` of the document.
  XmlTreeMaker(TreeBuilder& out, Texts texts, std::uint64_t offset = 0) : out_(out), texts_(texts), offset_(offset) {}

  void element(pugi::xml_node node);
  // The beginning of an element's object, which stays open: its name and attributes.
  void open(pugi::xml_node node);

 private:
  template <class Handle>
  std::uint64_t place_of(Handle node, std::ptrdiff_t before) const;
  std::string_view kept(std::string_view text);
  void text(std::string_view key, std::string_view value, std::uint64_t place);
  std::string_view name(std::string_view prefix, std::string_view name);
  void attributes(pugi::xml_node node);
  void own_text(pugi::xml_node node);
  void children(pugi::xml_node node);

  TreeBuilder& out_;
  const Texts texts_;
  const std::uint64_t offset_;
  std::unordered_set<std::string_view> names_;
  std::string full_;
};

}  // namespace gatepost::doc
