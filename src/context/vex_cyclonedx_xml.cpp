// CycloneDX as XML: what its VEX reader asks for, in the shape that JSON gives it. One reader judges both.
// Specification: https://cyclonedx.org/docs/1.6/xml
#include <fmt/core.h>

#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "context/vex_parts.hpp"
#include "doc/xml.hpp"

namespace gatepost::context::vex {
namespace {

constexpr std::string_view kNamespace = "http://cyclonedx.org/schema/bom/";

class Converter {
 public:
  explicit Converter(std::string name) : out_(std::move(name), {}, false) {}

  doc::Document run(const doc::XmlView& bom) {
    open(bom);
    if (const std::string_view used = bom.namespace_uri(); used.starts_with(kNamespace)) {
      text("bomFormat", "CycloneDX");
      text("specVersion", used.substr(kNamespace.size()));
    }
    text("serialNumber", bom.attribute("serialNumber"));
    metadata(bom.child("metadata"));
    components(bom.child("components"));
    list("vulnerabilities", bom.child("vulnerabilities"), "vulnerability", &Converter::vulnerability);
    out_.close();
    return out_.finish();
  }

 private:
  using Item = void (Converter::*)(const doc::XmlView& it);

  void open(const doc::XmlView& it) {
    const doc::Position at = it.position();
    place_ = doc::TreeBuilder::line_and_column(at.line, at.column);
    out_.open(doc::Kind::object, place_);
  }
  void object(std::string_view key, const doc::XmlView& it) {
    out_.key(key, place_);
    open(it);
  }
  void text(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    out_.key(key, place_);
    out_.scalar(doc::Kind::string, out_.keep(std::string(value)), place_);
  }
  void child(const doc::XmlView& it, std::string_view tag) { text(tag, it.child(tag).text()); }
  void attribute(const doc::XmlView& it, std::string_view name) { text(name, it.attribute(name)); }

  // <list><item/>…</list>; absent when the element is.
  void list(std::string_view key, const doc::XmlView& holder, std::string_view tag, Item item) {
    if (!holder.exists()) return;
    out_.key(key, place_);
    out_.open(doc::Kind::array, place_);
    for (const doc::XmlView& it : holder.children(tag)) {
      open(it);
      (this->*item)(it);
      out_.close();
    }
    out_.close();
  }

  void organisation(const doc::XmlView& holder, std::string_view tag) {
    const doc::XmlView it = holder.child(tag);
    if (!it.exists()) return;
    object(tag, it);
    child(it, "name");
    out_.close();
  }

  void metadata(const doc::XmlView& it) {
    if (!it.exists()) return;
    object("metadata", it);
    child(it, "timestamp");
    list("authors", it.child("authors"), "author", &Converter::author);
    for (const std::string_view tag : {"supplier", "manufacturer", "manufacture"}) organisation(it, tag);
    if (const doc::XmlView subject = it.child("component"); subject.exists()) {
      object("component", subject);
      component(subject);
      out_.close();
    }
    out_.close();
  }

  void author(const doc::XmlView& it) { child(it, "name"); }

  // The depth of the recursion is bounded by the depth of the document.
  void components(const doc::XmlView& holder) { list("components", holder, "component", &Converter::component); }

  void component(const doc::XmlView& it) {
    attribute(it, "type");
    attribute(it, "bom-ref");
    for (const std::string_view tag : {"name", "version", "purl"}) child(it, tag);
    organisation(it, "supplier");
    components(it.child("components"));
  }

  void vulnerability(const doc::XmlView& it) {
    child(it, "id");
    list("references", it.child("references"), "reference", &Converter::reference);
    if (const doc::XmlView analysis = it.child("analysis"); analysis.exists()) {
      object("analysis", analysis);
      for (const std::string_view tag : {"state", "justification", "detail", "firstIssued", "lastUpdated"})
        child(analysis, tag);
      out_.close();
    }
    list("affects", it.child("affects"), "target", &Converter::target);
  }

  void reference(const doc::XmlView& it) { child(it, "id"); }

  void target(const doc::XmlView& it) {
    child(it, "ref");
    list("versions", it.child("versions"), "version", &Converter::version);
  }

  void version(const doc::XmlView& it) {
    for (const std::string_view tag : {"version", "range", "status"}) child(it, tag);
  }

  doc::TreeBuilder out_;
  std::uint64_t place_ = 0;  // of the element that is open
};

}  // namespace

Result<doc::Document> cyclonedx_of_xml(std::string text, const std::string& name, const Limits& limits) {
  GP_TRY(const doc::XmlDocument document, doc::XmlDocument::parse(std::move(text), name, limits));
  return Converter(name).run(document.root());
}

// "/vulnerabilities/3" is "/bom[1]/vulnerabilities[1]/vulnerability[4]" there.
std::string xml_pointer(std::string_view pointer) {
  constexpr std::string_view kList = "/vulnerabilities/";
  const auto index = pointer.starts_with(kList) ? text::parse_number(pointer.substr(kList.size())) : std::nullopt;
  return index ? fmt::format("/bom[1]/vulnerabilities[1]/vulnerability[{}]", *index + 1) : std::string(pointer);
}

}  // namespace gatepost::context::vex
