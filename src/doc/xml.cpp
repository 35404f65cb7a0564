#include "doc/xml.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <pugixml.hpp>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "doc/plist.hpp"
#include "doc/xml_cut.hpp"
#include "doc/xml_tree.hpp"

namespace gatepost::doc {

namespace detail {
struct XmlTree {
  std::string name;
  std::string source;
  LineIndex lines;
  pugi::xml_document document;
  // Each element's number among its siblings of the same name, from 1; sorted by the element's handle.
  std::vector<std::pair<const void*, std::uint32_t>> ordinals;
};
}  // namespace detail

namespace {

pugi::xml_node node_of(const void* node) {
  if (node == nullptr) return {};
  return pugi::xml_node(static_cast<pugi::xml_node_struct*>(const_cast<void*>(node)));  // NOLINT: pugixml's handle type
}

// Numbers all elements. False when they are nested deeper than `limit`.
bool number_elements(detail::XmlTree& tree, std::uint32_t limit) {
  using Counts = std::unordered_map<std::string_view, std::uint32_t>;
  const pugi::xml_node root = tree.document.document_element();
  std::vector<Counts> open(1);
  for (Walk at{root, 0}; at.node; at = next_element(at.node, root)) {
    if (at.deeper > 0) open.emplace_back();
    for (int level = 0; level > at.deeper; --level) open.pop_back();
    if (open.size() > limit) return false;
    tree.ordinals.emplace_back(at.node.internal_object(), ++open.back()[at.node.name()]);
  }
  std::ranges::sort(tree.ordinals);
  return true;
}

std::uint32_t ordinal_of(const detail::XmlTree& tree, pugi::xml_node node) {
  const void* const handle = node.internal_object();
  const auto found = std::ranges::lower_bound(tree.ordinals, handle, {}, [](const auto& entry) { return entry.first; });
  return found == tree.ordinals.end() ? 0 : found->second;
}

bool says_latin1(std::string_view text) {
  const std::string declaration = text::lower(text.substr(0, std::min<std::size_t>(text.find("?>"), 200)));
  return declaration.starts_with("<?xml") &&
         (declaration.find("iso-8859-1") != std::string::npos || declaration.find("latin1") != std::string::npos);
}

std::string latin1_to_utf8(std::string_view text) {
  std::string out;
  for (const char c : text) text::append_utf8(out, static_cast<unsigned char>(c));
  return out;
}

std::string_view reason_of(const pugi::xml_parse_result& result) {
  switch (result.status) {
    case pugi::status_end_element_mismatch:
      return "an end tag does not match its start tag, or the file ends in the middle";
    case pugi::status_unrecognized_tag:
      return "a \"<\" that begins no tag; in text it is written &lt;";
    case pugi::status_bad_start_element:
    case pugi::status_bad_end_element:
      return "a tag is not complete";
    case pugi::status_bad_attribute:
      return "an attribute is not written as name=\"value\"";
    case pugi::status_bad_comment:
    case pugi::status_bad_cdata:
    case pugi::status_bad_pi:
      return "a comment, CDATA section or processing instruction is not closed";
    case pugi::status_bad_doctype:
      return "a DOCTYPE; refused, because reports do not need one";
    default:
      return "not well-formed";
  }
}

// Where a reference to what is no character stands (U+0000, surrogates, beyond Unicode): the library would make broken
// text of it. Comments, CDATA and processing instructions have no references.
std::optional<std::size_t> bad_reference(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kOpaque[] = {
      {"<![CDATA[", "]]>"}, {"<!--", "-->"}, {"<?", "?>"}};
  for (std::size_t at = text.find_first_of("<&"); at < text.size(); at = text.find_first_of("<&", at)) {
    const std::string_view rest = text.substr(at);
    const auto opaque = std::ranges::find_if(kOpaque, [&](const auto& pair) { return rest.starts_with(pair.first); });
    if (opaque != std::end(kOpaque)) {
      at = text.find(opaque->second, at + opaque->first.size());
      continue;
    }
    const auto number = rest.starts_with("&#") ? referred_character(text, at) : std::nullopt;
    if (number && is_no_character(*number)) return at;
    ++at;
  }
  return std::nullopt;
}

}  // namespace

std::string_view XmlView::tag() const { return local_name(node_of(node_).name()); }

std::string_view XmlView::namespace_uri() const {
  for (pugi::xml_node node = node_of(node_); node; node = node.parent()) {
    const std::string_view name = node_of(node_).name();
    const std::size_t colon = name.find(':');
    const std::string wanted =
        colon == std::string_view::npos ? "xmlns" : "xmlns:" + std::string(name.substr(0, colon));
    if (const pugi::xml_attribute declared = node.attribute(wanted.c_str())) return declared.value();
  }
  return {};
}

std::string_view XmlView::attribute(std::string_view name) const {
  std::string_view prefixed;
  bool found = false;
  for (const pugi::xml_attribute attribute : node_of(node_).attributes()) {
    const std::string_view full = attribute.name();
    if (full == name) return attribute.value();
    if (found || full.starts_with("xmlns:") || local_name(full) != name) continue;
    prefixed = attribute.value();
    found = true;
  }
  return prefixed;
}

XmlView XmlView::child(std::string_view tag) const {
  for (const pugi::xml_node child : node_of(node_).children()) {
    if (child.type() == pugi::node_element && local_name(child.name()) == tag) return {tree_, child.internal_object()};
  }
  return {};
}

std::vector<XmlView> XmlView::children() const {
  std::vector<XmlView> found;
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
  for (const pugi::xml_node child : node_of(node_).children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) text += child.value();
  }
  return std::string(text::trim(text));
}

std::string XmlView::pointer() const {
  std::string pointer;
  for (pugi::xml_node node = node_of(node_); node.parent(); node = node.parent()) {
    pointer = fmt::format("/{}[{}]", local_name(node.name()), ordinal_of(*tree_, node)) + pointer;
  }
  return pointer;
}

Position XmlView::position() const {
  const auto offset = node_of(node_).offset_debug();  // of the name
  return offset < 1 ? Position{} : tree_->lines.position(tree_->source, static_cast<std::size_t>(offset - 1));
}

XmlDocument::XmlDocument(std::unique_ptr<detail::XmlTree> tree) : tree_(std::move(tree)) {}
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;
XmlDocument::~XmlDocument() = default;

XmlView XmlDocument::root() const { return {tree_.get(), tree_->document.document_element().internal_object()}; }

namespace {

// Every element has a "<", every attribute a "=": the tree is not built to find that it is too large.
std::optional<std::string> refused_by_its_size(std::string_view text, const Limits& limits) {
  const auto most = std::ranges::count(text, '<') + std::ranges::count(text, '=');
  if (static_cast<std::uint64_t>(most) <= limits.values) return std::nullopt;
  return fmt::format("more than the limit of {} elements and attributes", limits.values);
}

// What is wrong with the bytes, before any markup; makes UTF-8 of what says that it is ISO-8859-1.
std::optional<std::string> refused_by_its_bytes(std::string& text, const Limits& limits) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto refuse = [&](std::size_t offset, std::string_view why) {
    const Position at = position_of(text, offset);
    return fmt::format("line {}, column {}: {}", at.line, at.column, why);
  };
  if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF")) return "is UTF-16 text; expected UTF-8";
  if (const std::size_t nul = text.find('\0'); nul != std::string::npos) return refuse(nul, "NUL byte");
  if (const auto broken = text::first_invalid_utf8(text)) {
    if (!says_latin1(text)) return refuse(*broken, "invalid UTF-8");
    text = latin1_to_utf8(text);
  }
  if (const auto bad = bad_reference(text)) return refuse(*bad, "a reference to what is no character");
  return refused_by_its_size(text, limits);
}

// What the library lets pass, and XML does not.
enum class Doctype { refused, without_entities };
std::optional<std::string> refused_by_its_outermost(const detail::XmlTree& tree, Doctype doctype) {
  std::size_t elements = 0;
  for (const pugi::xml_node child : tree.document.children()) {
    const bool text = child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata;
    if (child.type() == pugi::node_doctype && doctype == Doctype::refused)
      return "has a DOCTYPE; refused, because reports do not need one";
    if (declares_entities(child))
      return "has a DOCTYPE that declares entities; refused, because they can make any text of a report";
    if (text || (child.type() == pugi::node_element && ++elements > 1)) {
      const auto offset = std::max<std::ptrdiff_t>(child.offset_debug() - (text ? 0 : 1), 0);
      const Position at = tree.lines.position(tree.source, static_cast<std::size_t>(offset));
      return fmt::format("line {}, column {}: {}", at.line, at.column,
                         text ? "text outside of the root element"
                              : "a second root element; one file is one XML document: give each in a file of its own");
    }
  }
  if (elements == 0) return "no element in it";
  return std::nullopt;
}

}  // namespace

Result<XmlDocument> XmlDocument::parse(std::string text, std::string name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  if (text.size() > limits.document_bytes) {
    return refuse(fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  }
  if (const auto why = refused_by_its_bytes(text, limits)) return refuse(*why);
  auto tree = std::make_unique<detail::XmlTree>();
  tree->source = std::move(text);
  tree->lines = LineIndex(tree->source);
  const auto result =
      tree->document.load_buffer(tree->source.data(), tree->source.size(), kXmlParseOptions, pugi::encoding_utf8);
  if (!result) {
    const Position at = tree->lines.position(tree->source, static_cast<std::size_t>(result.offset));
    return refuse(fmt::format("line {}, column {}: {}", at.line, at.column, reason_of(result)));
  }
  if (const auto why = refused_by_its_outermost(*tree, Doctype::refused)) return refuse(*why);
  if (!number_elements(*tree, limits.depth)) {
    return refuse(fmt::format("nested deeper than the limit of {} levels", limits.depth));
  }
  tree->name = std::move(name);
  return XmlDocument(std::move(tree));
}

namespace {

// Leaves out what no XML text may have, and references to it. True when there was any.
bool strip_forbidden(std::string& text) {
  const auto forbidden = [](char c) { return is_forbidden(static_cast<unsigned char>(c)); };
  const bool raw = std::erase_if(text, forbidden) > 0;
  std::string out;
  std::size_t kept = 0;  // text before it is in `out`, or left out
  for (std::size_t at = text.find("&#"); at != std::string::npos; at = text.find("&#", at + 2)) {
    const auto number = referred_character(text, at);
    if (!number || (!is_forbidden(*number) && !is_no_character(*number))) continue;
    out.append(text, kept, at - kept);
    kept = text.find(';', at) + 1;
  }
  if (kept == 0) return raw;
  text = out.append(text, kept);
  return true;
}

// Windows-1252 where it differs from ISO-8859-1, which is often said instead. Source: the WHATWG's encoding standard.
constexpr std::array<char32_t, 32> kWindows1252 = {0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021,
                                                   0x2C6,  0x2030, 0x160,  0x2039, 0x152,  0x8D,   0x17D,  0x8F,
                                                   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                   0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

std::string windows1252_to_utf8(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    text::append_utf8(out, byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80U] : char32_t{byte});
  }
  return out;
}

bool says_windows1252(std::string_view text) {
  const std::string declaration = text::lower(text.substr(0, std::min<std::size_t>(text.find("?>"), 200)));
  return text::trim(declaration).starts_with("<?xml") &&
         (declaration.find("windows-1252") != std::string::npos ||
          declaration.find("iso-8859-1") != std::string::npos || declaration.find("latin1") != std::string::npos);
}

// Makes UTF-8 without forbidden characters of it, and tells what that took.
void make_plain(std::string& text, std::vector<Note>& notes) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (!text::is_utf8(text)) {
    const bool declared = says_windows1252(text);
    text = declared ? windows1252_to_utf8(text) : text::to_utf8(text);
    if (!declared)
      notes.push_back({Note::Level::warning, "invalid-utf8", "bytes that are not UTF-8 were read as U+FFFD", ""});
  }
  if (strip_forbidden(text))
    notes.push_back({Note::Level::warning, "control-characters",
                     "it has characters that XML does not allow; they were left out", ""});
}

}  // namespace

Result<XmlTree> parse_xml(std::string text, std::string name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  if (text.size() > limits.document_bytes) {
    return refuse(fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  }
  std::vector<Note> notes;
  make_plain(text, notes);
  if (const auto why = refused_by_its_size(text, limits)) return refuse(*why);
  detail::XmlTree tree;
  tree.source = std::move(text);
  const auto load = [&] {
    return tree.document.load_buffer(tree.source.data(), tree.source.size(), kXmlParseOptions, pugi::encoding_utf8);
  };
  auto result = load();
  auto whole = result ? std::nullopt : close_cut_xml(tree.source);
  if (whole) {
    tree.source = std::move(*whole);
    result = load();
  }
  if (!result) {
    const Position at = position_of(tree.source, static_cast<std::size_t>(result.offset));
    return refuse(fmt::format("line {}, column {}: {}", at.line, at.column, reason_of(result)));
  }
  if (const auto why = refused_by_its_outermost(tree, Doctype::without_entities)) return refuse(*why);
  const pugi::xml_node root = tree.document.document_element();
  if (!is_shallow(root, limits.depth))
    return refuse(fmt::format("nested deeper than the limit of {} levels", limits.depth));
  TreeBuilder out(std::move(name), std::move(tree.source), true);
  if (is_plist(root)) {
    make_plist(root, out);
  } else {
    XmlTreeMaker(out, XmlTreeMaker::Texts::to_copy).element(root);
  }
  return XmlTree{out.finish(), whole.has_value(), std::move(notes)};
}

}  // namespace gatepost::doc
