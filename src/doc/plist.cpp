#include "doc/plist.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.hpp"

namespace gatepost::doc {
namespace {

pugi::xml_node element_from(pugi::xml_node node) {
  while (node && node.type() != pugi::node_element) node = node.next_sibling();
  return node;
}

std::uint64_t place_of(pugi::xml_node node) {
  return static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(node.offset_debug() - 1, 0));
}

std::string text_of(pugi::xml_node node) {
  std::string text;
  for (const pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  }
  return text;
}

class PlistMaker {
 public:
  explicit PlistMaker(TreeBuilder& out) : out_(out) {}

  void value(pugi::xml_node node) {
    const std::string_view tag = node.name();
    if (tag == "dict") return dictionary(node);
    if (tag == "array") return list(node);
    if (tag == "true" || tag == "false")
      return out_.scalar(Kind::boolean, tag == "true" ? "true" : "false", place_of(node));
    std::string text(text::trim(text_of(node)));
    const bool number = (tag == "integer" || tag == "real") && text::parse_number(text).has_value();
    out_.scalar(number ? Kind::number : Kind::string, out_.keep(std::move(text)), place_of(node));
  }

 private:
  // A key without a value, which is where a list was cut, is not there.
  void dictionary(pugi::xml_node node) {
    out_.open(Kind::object, place_of(node));
    pugi::xml_node key = element_from(node.first_child());
    while (key) {
      const pugi::xml_node behind = element_from(key.next_sibling());
      if (std::string_view(key.name()) != "key" || !behind || std::string_view(behind.name()) == "key") {
        key = behind;
        continue;
      }
      out_.key(out_.keep(std::string(text::trim(text_of(key)))), place_of(key));
      value(behind);
      key = element_from(behind.next_sibling());
    }
    out_.close();
  }

  void list(pugi::xml_node node) {
    out_.open(Kind::array, place_of(node));
    for (pugi::xml_node item = element_from(node.first_child()); item; item = element_from(item.next_sibling()))
      value(item);
    out_.close();
  }

  TreeBuilder& out_;
};

}  // namespace

bool is_plist(pugi::xml_node root) {
  return std::string_view(root.name()) == "plist" && element_from(root.first_child());
}

void make_plist(pugi::xml_node root, TreeBuilder& out) { PlistMaker(out).value(element_from(root.first_child())); }

}  // namespace gatepost::doc
