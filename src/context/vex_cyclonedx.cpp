// CycloneDX from 1.4: the analysis of vulnerabilities. Specification: https://cyclonedx.org/docs/1.6/json
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/text.hpp"
#include "context/vex_parts.hpp"
#include "model/repo_path.hpp"

namespace gatepost::context::vex {
namespace {

constexpr std::pair<std::string_view, VexStatus> kStates[] = {{"resolved", VexStatus::fixed},
                                                              {"resolved_with_pedigree", VexStatus::fixed},
                                                              {"exploitable", VexStatus::affected},
                                                              {"in_triage", VexStatus::under_investigation},
                                                              {"false_positive", VexStatus::not_affected},
                                                              {"not_affected", VexStatus::not_affected}};
constexpr std::size_t kLongestRange = 4096;
constexpr std::array<std::string_view, 9> kJustifications = {
    "code_not_present",     "code_not_reachable",     "requires_configuration",
    "requires_dependency",  "requires_environment",   "protected_by_compiler",
    "protected_at_runtime", "protected_at_perimeter", "protected_by_mitigating_control"};

VexProduct product_of(const doc::View& component) {
  return package(component.at("purl").text(), component.at("name").text(), component.at("version").text(),
                 component.at("type").text() == "container");
}

// The parts of the document by their references; its subject is the product they are in.
class Parts {
 public:
  explicit Parts(const doc::View& root) {
    const doc::View subject = root.at("metadata").at("component");
    if (subject.is_object()) {
      subject_ = product_of(subject);
      subject_reference_ = subject.at("bom-ref").text();
    }
    serial_ = root.at("serialNumber").text();
    add(root.at("components"));
    add(subject.at("components"));
  }

  [[nodiscard]] std::optional<VexTarget> target(std::string_view written) const {
    const std::string reference = local(written);
    if (!subject_reference_.empty() && reference == subject_reference_) return VexTarget{subject_, {}};
    const auto known = parts_.find(reference);
    // Documents that only hold statements often refer by purl to what stands elsewhere.
    VexProduct part = known == parts_.end() ? product(reference) : known->second;
    if (part.id.empty() || (known == parts_.end() && part.purl.empty())) return std::nullopt;
    if (subject_.id.empty()) return VexTarget{std::move(part), {}};
    return VexTarget{subject_, {std::move(part)}};
  }

 private:
  // The depth of the recursion is bounded by the depth of the document.
  void add(const doc::View& components) {
    for (const doc::View it : components.items()) {
      const std::string_view reference = it.at("bom-ref").text();
      if (!reference.empty()) parts_.emplace(reference, product_of(it));
      add(it.at("components"));
    }
  }

  // "urn:cdx:<serial>/<version>#<reference>" into this very document is "<reference>".
  [[nodiscard]] std::string local(std::string_view reference) const {
    constexpr std::string_view kLink = "urn:cdx:", kUuid = "urn:uuid:";
    const std::size_t hash = reference.find('#');
    if (!reference.starts_with(kLink) || hash == std::string_view::npos) return std::string(reference);
    const std::string_view serial = reference.substr(kLink.size(), reference.find('/') - kLink.size());
    const bool here = serial_.starts_with(kUuid) && text::equal_ignoring_case(serial_.substr(kUuid.size()), serial);
    const std::string part = percent_decode(reference.substr(hash + 1));
    return here || part.starts_with("pkg:") ? part : std::string(reference);
  }

  VexProduct subject_;
  std::string_view subject_reference_, serial_;
  std::unordered_map<std::string_view, VexProduct> parts_;
};

std::string author_of(const doc::View& metadata) {
  for (const std::string_view list : {"authors"}) {
    if (std::string name = words(metadata.at(list).at(0).at("name")); !name.empty()) return name;
  }
  for (const std::string_view member : {"supplier", "manufacturer", "manufacture"}) {
    if (std::string name = words(metadata.at(member).at("name")); !name.empty()) return name;
  }
  return words(metadata.at("component").at("supplier").at("name"));
}

// The product at one version or range: what the part is followed by in the statement.
VexProduct at_entry(VexProduct it, const doc::View& entry) {
  const std::string_view range = entry.at("range").text();
  if (range.empty()) return at_version(std::move(it), entry.at("version").text());
  it.versions = range;
  return it;
}

class Analysis {
 public:
  Analysis(const doc::View& it, const Parts& parts, const VexStatement& inherited, Collector& out)
      : it_(it), parts_(parts), statement_(inherited), out_(out) {}

  void read() {
    const doc::View analysis = it_.at("analysis");
    const std::string_view state = analysis.at("state").text();
    if (state.empty()) return;  // reported, not judged
    add_id(statement_.ids, it_.at("id").text());
    for (const doc::View other : it_.at("references").items()) add_id(statement_.ids, other.at("id").text());
    if (statement_.ids.empty()) return out_.reject(it_, "it names no vulnerability");
    const auto* const known = std::ranges::find(kStates, state, &std::pair<std::string_view, VexStatus>::first);
    if (known == std::end(kStates)) {
      return out_.reject(analysis,
                         fmt::format("its state is \"{}\", which CycloneDX does not have", text::printable(state, 40)));
    }
    statement_.status = known->second;
    const std::string_view label = analysis.at("justification").text();
    if (std::ranges::find(kJustifications, label) != kJustifications.end()) statement_.justification = label;
    if (state == "false_positive") statement_.justification = state;
    statement_.statement = words(analysis.at("detail"));
    if (statement_.status == VexStatus::not_affected && statement_.justification.empty() &&
        statement_.statement.empty())
      return out_.reject(analysis, "not_affected needs a justification or a detail");
    if (const auto time = std::max(time_of(analysis.at("lastUpdated")), time_of(analysis.at("firstIssued"))))
      statement_.time = time;
    for (const doc::View affected : it_.at("affects").items()) add(affected);
    if (statement_.targets.empty()) return out_.reject(it_, "it names no part that we can make out");
    out_.add(std::move(statement_), it_);
  }

 private:
  void add(const doc::View& affected) {
    if (!out_.take()) return;
    auto target = parts_.target(affected.at("ref").text());
    if (!target) return out_.tell(affected, "this reference leads nowhere, and the statement does not count for it");
    const doc::View versions = affected.at("versions");
    if (versions.size() == 0) return statement_.targets.push_back(std::move(*target));
    for (const doc::View entry : versions.items()) {
      const std::string_view status = entry.at("status").text();
      // What is not known is no statement; what is said to be spared is none of those that are hit.
      if (status == "unknown" || (status == "unaffected" && !suppresses(statement_.status))) continue;
      if (entry.at("range").text().empty() && entry.at("version").text().empty()) continue;
      if (!out_.take()) return;
      if (entry.at("range").text().size() > kLongestRange) {
        out_.tell(entry, "this range is too long, and the statement does not count for it");
        continue;
      }
      VexTarget one = *target;
      VexProduct& part = one.subcomponents.empty() ? one.product : one.subcomponents.front();
      part = at_entry(std::move(part), entry);
      statement_.targets.push_back(std::move(one));
    }
  }

  const doc::View it_;
  const Parts& parts_;
  VexStatement statement_;
  Collector& out_;
};

}  // namespace

bool is_cyclonedx(const doc::View& root) {
  return text::equal_ignoring_case(root.at("bomFormat").text(), "CycloneDX") && root.at("vulnerabilities").is_array();
}

Status read_cyclonedx(const doc::View& root, Collector& out) {
  const std::string_view version = root.at("specVersion").text();
  const auto parts = text::split(version, '.');
  const auto minor = parts.size() == 2 && parts[0] == "1" ? text::parse_number(parts[1]) : std::nullopt;
  if (!minor || *minor < 4) {
    return error(ErrorKind::bad_input, root.where() + ": CycloneDX \"" + text::printable(version, 20) +
                                           "\"; VEX statements can be read from 1.4 on");
  }
  VexStatement inherited;
  inherited.author = author_of(root.at("metadata"));
  inherited.supplier = words(root.at("metadata").at("supplier").at("name"));
  inherited.time = time_of(root.at("metadata").at("timestamp"));
  const Parts known(root);
  for (const doc::View it : root.at("vulnerabilities").items()) Analysis(it, known, inherited, out).read();
  return Done{};
}

}  // namespace gatepost::context::vex
