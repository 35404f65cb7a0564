// XML reports as total, positioned views. Namespaces are ignored: names are compared without their prefix.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

namespace detail {
struct XmlTree;
}

class XmlView {
 public:
  XmlView() = default;  // absent

  [[nodiscard]] bool exists() const { return node_ != nullptr; }
  [[nodiscard]] std::string_view tag() const;            // without prefix
  [[nodiscard]] std::string_view namespace_uri() const;  // the default namespace in force, as declared
  // "" when absent. Of equal names the first counts, one without prefix before one with a prefix.
  [[nodiscard]] std::string_view attribute(std::string_view name) const;
  [[nodiscard]] XmlView child(std::string_view tag) const;  // the first with this tag
  [[nodiscard]] std::vector<XmlView> children(std::string_view tag) const;
  [[nodiscard]] std::vector<XmlView> children() const;  // elements only
  [[nodiscard]] std::string text() const;               // of this element itself, blanks trimmed, CDATA included
  [[nodiscard]] std::string pointer() const;            // "/bom/components/component[3]"
  [[nodiscard]] Position position() const;              // of its "<"

 private:
  friend class XmlDocument;
  XmlView(const detail::XmlTree* tree, const void* node) : tree_(tree), node_(node) {}
  const detail::XmlTree* tree_ = nullptr;
  const void* node_ = nullptr;  // pugi::xml_node_struct
};

class XmlDocument {
 public:
  // Refuses documents with a DOCTYPE (nothing good comes from one in a report), nesting beyond limits.depth, more than
  // limits.values elements and attributes, and what is not well-formed, with line and column. Not looked at: attributes
  // given twice, which characters a name has. Entities other than the five built in are left as they stand. Text is
  // UTF-8, or ISO-8859-1 when the document says so.
  static Result<XmlDocument> parse(std::string text, std::string name, const Limits& limits = {});
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;
  ~XmlDocument();
  [[nodiscard]] XmlView root() const;

 private:
  explicit XmlDocument(std::unique_ptr<detail::XmlTree> tree);
  std::unique_ptr<detail::XmlTree> tree_;
};

// An XML document as a tree of plain views. An element is an object: "#tag", "@name" for each attribute, "#text" when
// it has text of its own (blanks at its ends only where xml:space says so), and for each tag among its children a list
// of those, in the order of the text. Names are without their prefix; of equal attributes the one without a prefix
// counts, then the first. A property list is what it states instead: objects, lists, texts, numbers.
struct XmlTree {
  Document document;
  bool truncated = false;  // the text ends in the middle: elements that are not whole are left out, but for the root
                           // and those that are lists of others
  std::vector<Note> notes;
};
// Takes more than XmlDocument: a DOCTYPE, unless it declares entities; characters and references that XML does not
// allow, which are left out with a note; bytes that are not UTF-8; a document of which the end is missing. Nothing that
// a document names is ever loaded.
Result<XmlTree> parse_xml(std::string text, std::string name, const Limits& limits = {});

}  // namespace gatepost::doc
