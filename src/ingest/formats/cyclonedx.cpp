// CycloneDX bills of materials with their vulnerabilities. Specification: https://cyclonedx.org/specification/overview/
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "ingest/engine.hpp"
#include "ingest/format.hpp"
#include "ingest/formats/cyclonedx_node.hpp"
#include "ingest/formats/cyclonedx_parts.hpp"
#include "ingest/formats/cyclonedx_vulnerability.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {

extern const Format kCycloneDx;

namespace {

using cyclonedx::Node;
using cyclonedx::Part;
using cyclonedx::Parts;

constexpr std::string_view kNamespace = "cyclonedx.org/schema/bom/";
constexpr std::size_t kNewestMinor = 7;

// Tools that write an empty list of vulnerabilities also when nobody asked them to look for any: from them the list
// proves nothing. Trivy does, as `trivy fs --format cyclonedx` shows.
constexpr std::array<std::string_view, 1> kListWithoutLooking = {"trivy"};

Node document_of(Candidate& candidate) {
  return candidate.shape() == doc::Shape::xml ? Node(candidate.xml()) : Node(candidate.json_in_memory());
}

// "1.5" of the document, from its member or its namespace.
std::string version_of(Candidate& candidate, const Node& bom) {
  if (!bom.is_xml()) return plain_name(bom.value("specVersion"));
  const std::string_view space = candidate.xml().namespace_uri();
  return plain_name(space.substr(space.rfind('/') + 1));
}

bool recognise(Candidate& candidate) {
  if (candidate.shape() == doc::Shape::xml) {
    if (candidate.head().find(kNamespace) == std::string_view::npos) return false;
    const doc::XmlView root = candidate.xml();
    return root.tag() == "bom" && root.namespace_uri().find(kNamespace) != std::string_view::npos;
  }
  return candidate.shape() == doc::Shape::json_object &&
         text::equal_ignoring_case(candidate.json().at("bomFormat").text(), "CycloneDX");
}

// True when this version of the format can be read. A newer minor version only adds to what an older one has.
bool accept_version(const std::string& version, ReportWriter& out) {
  const auto parts = text::split(version, '.');
  const auto major = text::parse_number(parts[0]);
  const auto minor = parts.size() > 1 ? text::parse_number(parts[1]) : std::optional<std::size_t>(0);
  if (!major || !minor) {
    out.note(
        Note::Level::warning, "unknown-version",
        fmt::format("the version of the format is \"{}\"; read as 1.{}", text::printable(version, 20), kNewestMinor));
    return true;
  }
  if (*major != 1) {
    out.refuse(
        fmt::format("CycloneDX {}; versions 1.0 to 1.{} can be read", text::printable(version, 20), kNewestMinor));
    return false;
  }
  if (*minor > kNewestMinor) {
    out.note(Note::Level::warning, "newer-version",
             fmt::format("CycloneDX {} is newer than 1.{}: what it added is not read", text::printable(version, 20),
                         kNewestMinor));
  }
  return true;
}

// "alpine:3.19" or "alpine@sha256:…" of the component that the document is about.
std::string image_name(const Part& subject) {
  const std::size_t slash = subject.name.rfind('/');
  const std::size_t tag = subject.name.find_first_of(":@", slash == std::string::npos ? 0 : slash);
  if (subject.version.empty() || tag != std::string::npos) return subject.name;
  return subject.name + (subject.version.starts_with("sha256:") ? "@" : ":") + subject.version;
}

// The vulnerabilities of the old XML extension stand inside the component that they affect.
class NestedVulnerabilities {
 public:
  NestedVulnerabilities(const Parts& parts, const cyclonedx::Setting& setting, ReportWriter& out)
      : parts_(parts), setting_(setting), out_(out) {}

  // The depth of the recursion is bounded by the depth of the document.
  void read(const Node& holder, const std::string& at) {
    const std::vector<Node> components = holder.items("components", "component");
    for (std::size_t i = 0; i < components.size(); ++i) {
      const Node& component = components[i];
      const std::string place = fmt::format("{}/components/component[{}]", at, i + 1);
      found_ = found_ || component.child("vulnerabilities").exists();
      const std::vector<Node> records = component.items("vulnerabilities", "vulnerability");
      for (std::size_t k = 0; k < records.size(); ++k) {
        const std::string record_at = fmt::format("{}/vulnerabilities/vulnerability[{}]", place, k + 1);
        cyclonedx::read_vulnerability(records[k], record_at, reference_of(component), parts_, setting_, out_);
      }
      read(component, place);
    }
  }
  [[nodiscard]] bool found() const { return found_; }

 private:
  static std::string reference_of(const Node& component) {
    const std::string ref = component.value("bom-ref");
    return ref.empty() ? component.value("purl") : ref;
  }
  const Parts& parts_;
  const cyclonedx::Setting& setting_;
  ReportWriter& out_;
  bool found_ = false;
};

// Reads all vulnerabilities; false when the document has no place where any could stand.
bool read_vulnerabilities(const Node& bom, const Parts& parts, const cyclonedx::Setting& setting, ReportWriter& out) {
  const std::vector<Node> records = bom.items("vulnerabilities", "vulnerability");
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string at = bom.is_xml() ? fmt::format("/bom/vulnerabilities/vulnerability[{}]", i + 1)
                                        : fmt::format("/vulnerabilities/{}", i);
    cyclonedx::read_vulnerability(records[i], at, "", parts, setting, out);
  }
  NestedVulnerabilities nested(parts, setting, out);
  if (bom.is_xml()) nested.read(bom, "/bom");
  return bom.child("vulnerabilities").exists() || nested.found();
}

// Without one of these the document is hardly more than its first line.
bool has_substance(const Node& bom, const Parts& parts) {
  return parts.size() > 0 || bom.child("metadata").exists() || !bom.value("serialNumber").empty();
}

void read(Candidate& candidate, ReportWriter& out) {
  const Node bom = document_of(candidate);
  if (!accept_version(version_of(candidate, bom), out)) return;
  for (const std::string_view list : {"components", "dependencies", "services", "vulnerabilities"}) {
    if (bom.is_misshapen_list(list))
      out.incomplete("not-a-list", "not a list, and so not read", "/" + std::string(list));
  }
  if (candidate.truncated()) out.truncated();
  ToolInfo tool;
  cyclonedx::Setting setting{.engine = cyclonedx::engine_among(bom.child("metadata"), &tool)};
  if (setting.engine.empty()) setting.engine = kCycloneDx.id;
  if (!tool.name.empty()) out.tool(tool.name, tool.version);
  const Parts parts(bom);
  if (parts.subject() != nullptr && parts.subject()->type == "container") {
    setting.about_image = true;
    setting.image = image_name(*parts.subject());
  }
  const std::uint64_t before = out.table().report(out.report()).records.seen;
  const bool has_list = read_vulnerabilities(bom, parts, setting, out);
  const bool has_records = out.table().report(out.report()).records.seen != before;
  const bool proves_nothing = std::ranges::find(kListWithoutLooking, setting.engine) != kListWithoutLooking.end();
  if (has_list && (has_records || !proves_nothing)) {
    if (!tool.name.empty() || !has_records) out.engine(setting.engine);
    if (has_substance(bom, parts)) out.evidence_of_a_scan();
  } else if (has_substance(bom, parts) && !candidate.truncated()) {
    out.inventory(
        fmt::format("an inventory of {} without any analysis of vulnerabilities: it is no scan, and closes nothing",
                    text::count_of(parts.size() - (parts.subject() == nullptr ? 0 : 1), "component")));
  }
}

}  // namespace

const Format kCycloneDx{
    .id = "cyclonedx",
    .title = "CycloneDX 1.0 to 1.7, JSON and XML",
    .kind = "sca, container, malware",
    .recognised_by =
        "JSON: \"bomFormat\" is \"CycloneDX\"; XML: the root <bom> has a namespace of cyclonedx.org/schema/bom",
    .yields =
        "one finding for each vulnerability and affected component: every rating with its source, method and CVSS "
        "vector, CWEs, aliases, package URL, scope, direct or not and the shortest dependency path, versions that "
        "fix it, where it was found, and the analysis (VEX); without vulnerabilities an inventory, which is no scan",
    .recognise = recognise,
    .read = read,
};

}  // namespace gatepost::ingest
