// One element of a CycloneDX document. JSON and XML spell one model: a member is a key, an attribute or a child
// element; a list is an array, or an element around its items.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "doc/document.hpp"
#include "doc/xml.hpp"

namespace gatepost::ingest::cyclonedx {

class Node {
 public:
  Node() = default;
  explicit Node(doc::View view) : json_(view) {}
  explicit Node(doc::XmlView view) : xml_(view), is_xml_(true) {}

  [[nodiscard]] bool exists() const;  // null counts as absent
  [[nodiscard]] bool is_xml() const { return is_xml_; }
  // True for an element, or for a JSON value that is an object.
  [[nodiscard]] bool is_object() const { return is_xml_ ? xml_.exists() : json_.is_object(); }
  [[nodiscard]] Node child(std::string_view name) const;
  // The items of the list `list`, which XML spells <list><item/>…</list>.
  [[nodiscard]] std::vector<Node> items(std::string_view list, std::string_view item) const;
  // Every child element of this name, or every item of the array of this name.
  [[nodiscard]] std::vector<Node> each(std::string_view json_name, std::string_view xml_name) const;
  [[nodiscard]] std::string text() const;                        // of this value itself
  [[nodiscard]] std::string value(std::string_view name) const;  // of a member
  [[nodiscard]] std::optional<double> number(std::string_view name) const;
  // True when the member is there, but is no list.
  [[nodiscard]] bool is_misshapen_list(std::string_view list) const;

 private:
  doc::View json_;
  doc::XmlView xml_;
  bool is_xml_ = false;
};

}  // namespace gatepost::ingest::cyclonedx
