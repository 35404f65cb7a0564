#include "doc/xml.hpp"

#include <fmt/core.h>

#include <pugixml.hpp>

#include "base/text.hpp"

namespace gatepost::doc {

namespace detail {
struct XmlTree {
  std::string name;
  std::string source;
  pugi::xml_document document;
};
}  // namespace detail

namespace {

pugi::xml_node node_of(const void* node) {
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(const_cast<void*>(node)));  // NOLINT: pugixml's handle type
}

std::string_view local_name(std::string_view name) { return name.substr(name.find(':') + 1); }

// Depth of the tree, counted without recursion; stops beyond `limit`.
bool deeper_than(pugi::xml_node root, std::uint32_t limit) {
  std::uint32_t depth = 1;
  for (pugi::xml_node node = root; node;) {
    if (depth > limit) return true;
    if (const pugi::xml_node child = node.first_child()) {
      node = child;
      ++depth;
      continue;
    }
    while (node && !node.next_sibling()) {
      node = node.parent();
      --depth;
      if (node == root || !node) return false;
    }
    node = node.next_sibling();
  }
  return false;
}

std::string reason_of(const pugi::xml_parse_result& result) {
  switch (result.status) {
    case pugi::status_end_element_mismatch:
      return "an end tag does not match its start tag, or the file ends in the middle";
    case pugi::status_no_document_element:
      return "no element in it";
    default:
      return text::lower(result.description());
  }
}

}  // namespace

std::string_view XmlView::tag() const { return node_ == nullptr ? "" : local_name(node_of(node_).name()); }

std::string_view XmlView::namespace_uri() const {
  for (pugi::xml_node node = node_ == nullptr ? pugi::xml_node() : node_of(node_); node; node = node.parent()) {
    const std::string_view name = node_of(node_).name();
    const std::size_t colon = name.find(':');
    const std::string wanted =
        colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
    if (const pugi::xml_attribute declared = node.attribute(wanted.c_str())) return declared.value();
  }
  return {};
}

std::string_view XmlView::attribute(std::string_view name) const {
  if (node_ == nullptr) return {};
  for (const pugi::xml_attribute attribute : node_of(node_).attributes()) {
    if (local_name(attribute.name()) == name) return attribute.value();
  }
  return {};
}

XmlView XmlView::child(std::string_view tag) const {
  if (node_ == nullptr) return {};
  for (const pugi::xml_node child : node_of(node_).children()) {
    if (child.type() == pugi::node_element && local_name(child.name()) == tag) return {tree_, child.internal_object()};
  }
  return {};
}

std::vector<XmlView> XmlView::children() const {
  std::vector<XmlView> found;
  if (node_ == nullptr) return found;
  for (const pugi::xml_node child : node_of(node_).children()) {
    if (child.type() == pugi::node_element) found.push_back({tree_, child.internal_object()});
  }
  return found;
}

std::vector<XmlView> XmlView::children(std::string_view tag) const {
  std::vector<XmlView> found = children();
  std::erase_if(found, [&](const XmlView& view) { return view.tag() != tag; });
  return found;
}

std::string XmlView::text() const {
  std::string text;
  if (node_ == nullptr) return text;
  for (const pugi::xml_node child : node_of(node_).children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  }
  return std::string(text::trim(text));
}

std::string XmlView::pointer() const {
  std::string pointer;
  for (pugi::xml_node node = node_ == nullptr ? pugi::xml_node() : node_of(node_); node.parent();
       node = node.parent()) {
    std::size_t index = 0;
    for (const pugi::xml_node sibling : node.parent().children(node.name())) {
      ++index;
      if (sibling == node) break;
    }
    pointer = fmt::format("/{}[{}]", local_name(node.name()), index) + pointer;
  }
  return pointer;
}

Position XmlView::position() const {
  const auto offset = node_ == nullptr ? -1 : node_of(node_).offset_debug();
  return offset < 0 ? Position{} : position_of(tree_->source, static_cast<std::size_t>(offset));
}

XmlDocument::XmlDocument(std::unique_ptr<detail::XmlTree> tree) : tree_(std::move(tree)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

XmlView XmlDocument::root() const { return {tree_.get(), tree_->document.document_element().internal_object()}; }

Result<XmlDocument> XmlDocument::parse(std::string text, std::string name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  if (text.size() > limits.document_bytes) {
    return refuse(fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  }
  auto tree = std::make_unique<detail::XmlTree>();
  tree->source = std::move(text);
  const std::string& source = tree->source;
  if (const std::size_t nul = source.find('\0'); nul != std::string::npos) {
    const Position at = position_of(source, nul);
    return refuse(fmt::format("line {}, column {}: NUL byte; expected XML text", at.line, at.column));
  }
  const unsigned options = pugi::parse_default | pugi::parse_doctype;
  const auto result = tree->document.load_buffer(source.data(), source.size(), options, pugi::encoding_auto);
  if (!result) {
    const Position at = position_of(source, static_cast<std::size_t>(result.offset));
    return refuse(fmt::format("line {}, column {}: {}", at.line, at.column, reason_of(result)));
  }
  for (const pugi::xml_node child : tree->document.children()) {
    if (child.type() == pugi::node_doctype) return refuse("has a DOCTYPE; refused, because reports do not need one");
  }
  if (deeper_than(tree->document.document_element(), limits.depth)) {
    return refuse(fmt::format("nested deeper than the limit of {} levels", limits.depth));
  }
  tree->name = std::move(name);
  return XmlDocument(std::move(tree));
}

}  // namespace gatepost::doc
