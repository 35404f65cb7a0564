#include "ingest/formats/cyclonedx_node.hpp"

#include <charconv>

#include "base/text.hpp"

namespace gatepost::ingest::cyclonedx {

bool Node::exists() const { return is_xml_ ? xml_.exists() : json_.exists() && !json_.is_null(); }

Node Node::child(std::string_view name) const { return is_xml_ ? Node(xml_.child(name)) : Node(json_.at(name)); }

std::vector<Node> Node::items(std::string_view list, std::string_view item) const {
  if (is_xml_) return Node(xml_.child(list)).each({}, item);
  return each(list, {});
}

std::vector<Node> Node::each(std::string_view json_name, std::string_view xml_name) const {
  std::vector<Node> nodes;
  if (is_xml_) {
    for (const doc::XmlView& child : xml_.children(xml_name)) nodes.emplace_back(child);
  } else {
    for (const doc::View item : json_.at(json_name).items()) nodes.emplace_back(item);
  }
  return nodes;
}

std::string Node::text() const { return is_xml_ ? xml_.text() : std::string(json_.scalar()); }

std::string Node::value(std::string_view name) const {
  if (!is_xml_) return std::string(json_.at(name).scalar());
  const std::string_view attribute = xml_.attribute(name);
  return attribute.empty() ? xml_.child(name).text() : std::string(attribute);
}

std::optional<double> Node::number(std::string_view name) const {
  const std::string digits(text::trim(value(name)));
  double number = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || failure != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

bool Node::is_misshapen_list(std::string_view list) const {
  const Node found = child(list);
  return found.exists() && !is_xml_ && !found.json_.is_array();
}

}  // namespace gatepost::ingest::cyclonedx
