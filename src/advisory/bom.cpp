#include "advisory/bom.hpp"

#include <fmt/core.h>

#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/scan.hpp"
#include "doc/shape.hpp"
#include "doc/xml.hpp"
#include "model/purl.hpp"

namespace gatepost::advisory {
namespace {

// Adds what a document lists.
class Adding {
 public:
  Adding(Inventory& inventory, std::string service, std::string digest)
      : inventory_(inventory), service_(std::move(service)), digest_(std::move(digest)) {}

  void service_if_unknown(std::string_view name) {
    const bool folder = name == "." || name == "/";  // that was scanned, and not called anything
    if (service_.empty() && !folder) service_ = text::fold_whitespace(text::to_utf8(name, 200));
  }

  // `version` is for package URLs that have none.
  void add(std::string_view purl, std::string_view version, std::string_view path, Scope scope) {
    ++counts_.components;
    std::string whole(text::trim(purl));
    const auto parsed = Purl::parse(whole);
    if (parsed && parsed->version().empty() && !version.empty()) whole = with_version(*parsed, version);
    const bool added =
        parsed && inventory_.add({.purl = whole, .service = service_, .path = path, .sbom = digest_, .scope = scope});
    ++(added ? counts_.added : counts_.without_purl);
  }
  [[nodiscard]] BomCounts counts() const { return counts_; }

 private:
  static std::string with_version(const Purl& purl, std::string_view version) {
    const auto made = Purl::make(purl.type(), purl.name_space(), purl.name(), version);
    const std::string bare = purl.to_string();
    return made ? made->to_string() + bare.substr(purl.package().size()) : bare;
  }

  Inventory& inventory_;
  std::string service_, digest_;
  BomCounts counts_;
};

// --- CycloneDX: JSON and XML, which parse_xml turns into lists and "@" members ---

std::string_view cdx_value(doc::View holder, std::string_view name) {
  const doc::View member = holder.at(name);
  if (member.is_string()) return text::trim(member.text());
  const doc::View first = member.at(std::size_t{0});
  if (first.is_object()) return text::trim(first.at("#text").text());
  if (first.is_string()) return text::trim(first.text());
  return text::trim(holder.at("@" + std::string(name)).text());
}

// "components": [..] of JSON, <components><component/>…</components> of XML.
doc::View cdx_list(doc::View holder, std::string_view list, std::string_view item) {
  const doc::View found = holder.at(list);
  const doc::View inner = found.at(std::size_t{0}).at(item);
  return inner.is_array() ? inner : found;
}

std::string_view cdx_property(doc::View component, std::string_view name) {
  for (const doc::View it : cdx_list(component, "properties", "property").items()) {
    if (cdx_value(it, "name") != name) continue;
    const std::string_view value = cdx_value(it, "value");
    return value.empty() ? text::trim(it.at("#text").text()) : value;
  }
  return {};
}

std::string_view cdx_path(doc::View component) {
  const doc::View evidence = component.at("evidence");
  const doc::View shown = evidence.is_array() ? evidence.at(std::size_t{0}) : evidence;
  for (const doc::View it : cdx_list(shown, "occurrences", "occurrence").items()) {
    if (const std::string_view location = cdx_value(it, "location"); !location.empty()) return location;
  }
  for (const char* const property : {"syft:location:0:path", "aquasecurity:trivy:FilePath", "SrcFile"}) {
    if (const std::string_view path = cdx_property(component, property); !path.empty()) return path;
  }
  return {};
}

Scope cdx_scope(doc::View component) {
  if (cdx_property(component, "cdx:npm:package:development") == "true") return Scope::dev;
  const std::string_view scope = cdx_value(component, "scope");
  if (scope == "required") return Scope::runtime;
  if (scope == "optional") return Scope::optional;
  return scope == "excluded" ? Scope::dev : Scope::unknown;
}

// Trivy tells the source package in properties; Syft in a qualifier, which is what an inventory keeps.
std::string cdx_purl(doc::View component) {
  std::string purl(cdx_value(component, "purl"));
  const std::string_view source = cdx_property(component, "aquasecurity:trivy:SrcName");
  const bool system = purl.starts_with("pkg:deb/") || purl.starts_with("pkg:apk/");
  if (!system || source.empty() || purl.find("upstream=") != std::string::npos) return purl;
  std::string upstream(source);
  const std::string_view version = cdx_property(component, "aquasecurity:trivy:SrcVersion");
  const std::string_view epoch = cdx_property(component, "aquasecurity:trivy:SrcEpoch");
  const std::string_view release = cdx_property(component, "aquasecurity:trivy:SrcRelease");
  if (!version.empty()) {
    upstream += "%40";
    if (!epoch.empty()) upstream.append(epoch).append(":");
    upstream += version;
    if (!release.empty()) upstream.append("-").append(release);
  }
  return purl + (purl.find('?') == std::string::npos ? "?" : "&") + "upstream=" + upstream;
}

// The depth of the recursion is bounded by the depth of the document.
void add_cdx(doc::View holder, Adding& out) {
  for (const doc::View component : cdx_list(holder, "components", "component").items()) {
    // What stands between root and packages is no package: a lock file, an operating system.
    const std::string_view type = cdx_value(component, "type");
    const std::string purl = cdx_purl(component);
    const bool holds = type == "file" || type == "operating-system" || type == "application";
    if (!holds || !purl.empty())
      out.add(purl, cdx_value(component, "version"), cdx_path(component), cdx_scope(component));
    add_cdx(component, out);
  }
}

void read_cdx(doc::View root, Adding& out) {
  const doc::View metadata = root.at("metadata");
  const doc::View about = (metadata.is_array() ? metadata.at(std::size_t{0}) : metadata).at("component");
  out.service_if_unknown(cdx_value(about.is_array() ? about.at(std::size_t{0}) : about, "name"));
  add_cdx(root, out);
}

// --- SPDX 2 ---

Scope scope_of_relationship(std::string_view type) {
  if (type == "DEV_DEPENDENCY_OF" || type == "BUILD_DEPENDENCY_OF") return Scope::dev;
  if (type == "TEST_DEPENDENCY_OF") return Scope::test;
  if (type == "OPTIONAL_DEPENDENCY_OF") return Scope::optional;
  return type == "RUNTIME_DEPENDENCY_OF" ? Scope::runtime : Scope::unknown;
}

// What is needed at run time is needed there, whatever else it is needed for.
Scope stronger(Scope a, Scope b) {
  if (a == Scope::unknown || b == Scope::unknown) return a == Scope::unknown ? b : a;
  return a == Scope::runtime || b == Scope::runtime ? Scope::runtime : std::min(a, b);
}

void read_spdx2(doc::View root, Adding& out) {
  std::unordered_map<std::string_view, Scope> scopes;
  for (const doc::View it : root.at("relationships").items()) {
    const Scope scope = scope_of_relationship(it.at("relationshipType").text());
    if (scope == Scope::unknown) continue;
    const auto [known, fresh] = scopes.emplace(it.at("spdxElementId").text(), scope);
    if (!fresh) known->second = stronger(known->second, scope);
  }
  out.service_if_unknown(root.at("name").text());
  for (const doc::View package : root.at("packages").items()) {
    std::string_view purl;
    for (const doc::View reference : package.at("externalRefs").items()) {
      if (purl.empty() && reference.at("referenceType").text() == "purl")
        purl = reference.at("referenceLocator").text();
    }
    const auto scope = scopes.find(package.at("SPDXID").text());
    const bool is_root = purl.empty() && package.at("primaryPackagePurpose").text() == "APPLICATION";
    if (!is_root)
      out.add(purl, package.at("versionInfo").text(), {}, scope == scopes.end() ? Scope::unknown : scope->second);
  }
}

void read_tag_value(std::string_view text, Adding& out) {
  std::string_view version, purl;
  bool open = false;
  const auto flush = [&] {
    if (open) out.add(purl, version, {}, Scope::unknown);
    open = false;
    version = purl = {};
  };
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text::trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view tag = line.substr(0, colon), value = text::trim(line.substr(colon + 1));
    if (tag == "DocumentName") out.service_if_unknown(value);
    if (tag == "PackageName") {
      flush();
      open = true;
    }
    if (tag == "PackageVersion") version = value;
    const std::size_t at = value.find(" purl ");
    if (tag == "ExternalRef" && at != std::string_view::npos && purl.empty()) purl = text::trim(value.substr(at + 6));
  }
  flush();
}

// --- SPDX 3 ---

void read_spdx3(doc::View root, Adding& out) {
  for (const doc::View element : root.at("@graph").items()) {
    const std::string_view type = element.at("type").text();
    if (type == "SpdxDocument") out.service_if_unknown(element.at("name").text());
    if (type != "software_Package") continue;
    std::string_view purl = element.at("software_packageUrl").text();
    for (const doc::View it : element.at("externalIdentifier").items()) {
      const bool is_purl = it.at("externalIdentifierType").text() == "packageUrl";
      if (purl.empty() && is_purl) purl = it.at("identifier").text();
    }
    out.add(purl, element.at("software_packageVersion").text(), {}, Scope::unknown);
  }
}

// --- Syft ---

void read_syft(doc::View root, Adding& out) {
  const doc::View source = root.at("source");
  out.service_if_unknown(source.at("name").text());
  for (const doc::View artifact : root.at("artifacts").items()) {
    out.add(artifact.at("purl").text(), artifact.at("version").text(),
            artifact.at("locations").at(std::size_t{0}).at("path").text(), Scope::unknown);
  }
}

Error no_bom(const std::string& name, std::string_view found) {
  return error(ErrorKind::bad_input, fmt::format("{}: {}; expected a bill of materials", name, found),
               "CycloneDX, SPDX, Syft's JSON and the inventories of gatepost can be read");
}

Result<BomCounts> read_json(std::string text, const std::string& name, Adding& out) {
  GP_TRY(const doc::Document document, doc::parse_json(std::move(text), name, {}, doc::JsonReading::lenient));
  const doc::View root = document.root();
  if (text::equal_ignoring_case(root.at("bomFormat").text(), "CycloneDX")) {
    read_cdx(root, out);
  } else if (root.at("spdxVersion").is_string() && root.at("packages").is_array()) {
    read_spdx2(root, out);
  } else if (root.at("@graph").is_array()) {
    read_spdx3(root, out);
  } else if (root.at("artifacts").is_array() && root.at("source").is_object()) {
    read_syft(root, out);
  } else {
    return no_bom(name, "JSON of another kind");
  }
  return out.counts();
}

Result<BomCounts> read_xml(std::string text, const std::string& name, Adding& out) {
  GP_TRY(const doc::XmlTree tree, doc::parse_xml(std::move(text), name));
  if (tree.truncated) return no_bom(name, "the document ends in the middle");
  if (tree.document.root().at("#tag").text() != "bom") return no_bom(name, "XML of another kind");
  read_cdx(tree.document.root(), out);
  return out.counts();
}

Result<BomCounts> read_lines(Inventory& inventory, std::string_view text, const std::string& name) {
  const std::size_t before = inventory.size();
  GP_CHECK(inventory.add_lines(text, name));
  const std::size_t added = inventory.size() - before;
  return BomCounts{.components = added, .added = added};
}

}  // namespace

Result<BomCounts> read_bom(Inventory& inventory, std::string text, const std::string& name, std::string_view service) {
  const doc::FirstLook look = doc::first_look(text);
  if (is_inventory(std::string_view(text).substr(look.start))) return read_lines(inventory, text, name);
  Adding out(inventory, std::string(service), "sha256:" + hex(sha256(text)));
  switch (look.shape) {
    case doc::Shape::json_object:
      return read_json(std::move(text), name, out);
    case doc::Shape::xml:
      return read_xml(std::move(text), name, out);
    case doc::Shape::text:
      if (text.find("SPDXVersion:") == std::string::npos) break;
      read_tag_value(text, out);
      return out.counts();
    default:
      break;
  }
  return no_bom(name, fmt::format("{}", doc::describe(look.shape)));
}

}  // namespace gatepost::advisory
