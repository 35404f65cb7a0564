// SPDX 3.0 as JSON-LD: the VEX relationships of its security profile.
// Specification: https://spdx.github.io/spdx-spec/v3.0.1/model/Security/Security/
#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "context/vex_parts.hpp"

namespace gatepost::context::vex {
namespace {

constexpr std::string_view kContext = "https://spdx.org/rdf/";
constexpr std::string_view kProfile = "security_";

struct Assessment {
  std::string_view type;          // without the profile
  std::string_view relationship;  // what the specification demands with it
  VexStatus status;
};
constexpr Assessment kAssessments[] = {
    {"VexNotAffectedVulnAssessmentRelationship", "doesNotAffect", VexStatus::not_affected},
    {"VexFixedVulnAssessmentRelationship", "fixedIn", VexStatus::fixed},
    {"VexAffectedVulnAssessmentRelationship", "affects", VexStatus::affected},
    {"VexUnderInvestigationVulnAssessmentRelationship", "underInvestigationFor", VexStatus::under_investigation}};

// The same five as OpenVEX has; they are told by its words.
constexpr std::pair<std::string_view, std::string_view> kJustifications[] = {
    {"componentNotPresent", "component_not_present"},
    {"vulnerableCodeNotPresent", "vulnerable_code_not_present"},
    {"vulnerableCodeNotInExecutePath", "vulnerable_code_not_in_execute_path"},
    {"vulnerableCodeCannotBeControlledByAdversary", "vulnerable_code_cannot_be_controlled_by_adversary"},
    {"inlineMitigationsAlreadyExist", "inline_mitigations_already_exist"}};

std::string_view type_of(const doc::View& element) {
  const doc::View type = element.at("type").exists() ? element.at("type") : element.at("@type");
  return type.text();
}

// Members of the profile come with its name before them.
doc::View security(const doc::View& element, std::string_view member) {
  const doc::View own = element.at(std::string(kProfile) + std::string(member));
  return own.exists() ? own : element.at(member);
}

const Assessment* assessment_of(const doc::View& element) {
  std::string_view type = type_of(element);
  if (type.starts_with(kProfile)) type.remove_prefix(kProfile.size());
  const auto* const found = std::ranges::find(kAssessments, type, &Assessment::type);
  return found == std::end(kAssessments) ? nullptr : found;
}

// One value, or a list of them.
std::vector<doc::View> values(const doc::View& it) {
  if (!it.is_array()) return it.exists() && !it.is_null() ? std::vector{it} : std::vector<doc::View>{};
  std::vector<doc::View> all;
  for (const doc::View item : it.items()) all.push_back(item);
  return all;
}

bool is_package(const doc::View& element) { return type_of(element).ends_with("Package"); }

VexProduct product_of(const doc::View& element) {
  std::string_view purl = element.at("software_packageUrl").text(), cpe;
  for (const doc::View it : values(element.at("externalIdentifier"))) {
    const std::string_view kind = it.at("externalIdentifierType").text(), id = it.at("identifier").text();
    if (kind == "packageUrl" && purl.empty()) purl = id;
    if ((kind == "cpe22" || kind == "cpe23") && id.size() <= 256) cpe = id;
  }
  VexProduct it = package(purl, element.at("name").text(), element.at("software_packageVersion").text(),
                          element.at("software_primaryPurpose").text() == "container");
  it.cpe = cpe;
  return it;
}

// The elements of a document by their ids.
class Graph {
 public:
  explicit Graph(const doc::View& root) {
    if (root.at("@graph").is_array()) {
      for (const doc::View it : root.at("@graph").items()) elements_.push_back(it);
    } else {
      elements_.push_back(root);
    }
    for (const doc::View it : elements_) {
      const std::string_view id = id_of(it);
      if (!id.empty()) by_id_.emplace(id, it);
    }
    find_roots();
  }

  [[nodiscard]] const std::vector<doc::View>& elements() const { return elements_; }
  // The packages that the document is about.
  [[nodiscard]] const std::vector<doc::View>& roots() const { return roots_; }
  [[nodiscard]] bool is_root(const doc::View& it) const { return root_ids_.contains(id_of(it)); }

  // What is referred to, or stands in place of the reference; absent when the document does not have it.
  [[nodiscard]] doc::View at(const doc::View& reference) const {
    if (reference.is_object()) return reference;
    const auto found = by_id_.find(reference.text());
    return found == by_id_.end() ? doc::View() : found->second;
  }

  static std::string_view id_of(const doc::View& it) {
    const std::string_view id = it.at("spdxId").text();
    return id.empty() ? it.at("@id").text() : id;
  }

 private:
  // A document's root may be a bill of materials, which has roots of its own.
  void find_roots() {
    for (const doc::View it : elements_) {
      const std::string_view type = type_of(it);
      if (type != "SpdxDocument" && type != "software_Sbom" && type != "Bom") continue;
      for (const doc::View reference : values(it.at("rootElement"))) {
        const doc::View root = at(reference);
        if (is_package(root) && root_ids_.insert(id_of(root)).second) roots_.push_back(root);
      }
    }
  }

  std::vector<doc::View> elements_, roots_;
  std::unordered_map<std::string_view, doc::View> by_id_;
  std::unordered_set<std::string_view> root_ids_;
};

class Statement {
 public:
  Statement(const doc::View& it, const Assessment& kind, const Graph& graph, Collector& out)
      : it_(it), kind_(kind), graph_(graph), out_(out) {}

  void read() {
    statement_.status = kind_.status;
    if (const std::string why = why_not(); !why.empty()) return out_.reject(it_, why);
    for (const doc::View to : values(it_.at("to"))) add(to);
    if (statement_.targets.empty()) return out_.reject(it_, "it names no package that we can make out");
    out_.add(std::move(statement_), it_);
  }

 private:
  // Reads all but the products; says what is missing.
  std::string why_not() {
    const std::string_view relationship = it_.at("relationshipType").text();
    if (relationship != kind_.relationship)
      return fmt::format("its relationshipType is \"{}\"; expected {}", text::printable(relationship, 40),
                         kind_.relationship);
    if (security(it_, "withdrawnTime").exists()) return "it was withdrawn";
    read_names();
    if (statement_.ids.empty()) return "it names no vulnerability";
    read_origin();
    if (statement_.author.empty()) return "its creationInfo does not say who made it";
    if (!statement_.time) return "its creationInfo does not say when it was made";
    return read_reason();
  }

  void read_names() {
    const doc::View vulnerability = graph_.at(it_.at("from"));
    if (!type_of(vulnerability).ends_with("Vulnerability")) return;
    for (const doc::View id : values(vulnerability.at("externalIdentifier"))) {
      const std::string_view kind = id.at("externalIdentifierType").text();
      if (kind == "cve" || kind == "securityOther") add_id(statement_.ids, id.at("identifier").text());
    }
    if (statement_.ids.empty()) add_id(statement_.ids, vulnerability.at("name").text());
  }

  void read_origin() {
    const doc::View made = graph_.at(it_.at("creationInfo"));
    statement_.time = std::max(time_of(security(it_, "modifiedTime")), time_of(security(it_, "publishedTime")));
    if (!statement_.time) statement_.time = time_of(made.at("created"));
    for (const doc::View reference : values(made.at("createdBy"))) {
      // An agent that the document does not describe is known by its reference.
      const doc::View agent = graph_.at(reference);
      statement_.author = words(agent.exists() ? agent.at("name") : reference);
      if (!statement_.author.empty()) break;
    }
    statement_.supplier = words(graph_.at(security(it_, "suppliedBy")).at("name"));
  }

  std::string read_reason() {
    const std::string_view label = security(it_, "justificationType").text();
    const auto* const known =
        std::ranges::find(kJustifications, label, &std::pair<std::string_view, std::string_view>::first);
    const bool justified = known != std::end(kJustifications);
    const std::string impact = words(security(it_, "impactStatement")),
                      action = words(security(it_, "actionStatement"));
    if (statement_.status == VexStatus::not_affected && !justified && impact.empty())
      return "not affected needs a justificationType or an impactStatement";
    if (justified && statement_.status == VexStatus::not_affected) statement_.justification = known->second;
    // What raises an alarm counts also without what the format demands.
    if (statement_.status == VexStatus::affected && action.empty())
      out_.tell(it_, "affected should come with an actionStatement");
    statement_.statement = impact.empty() ? words(security(it_, "statusNotes")) : impact;
    if (statement_.statement.empty()) statement_.statement = action;
    return {};
  }

  // Empty for what is no package, and for what the document does not describe unless the reference itself is a purl.
  [[nodiscard]] std::optional<VexProduct> product_at(const doc::View& reference) const {
    const doc::View element = graph_.at(reference);
    VexProduct it = element.exists() ? product_of(element) : product(reference.text());
    if (element.exists() ? !is_package(element) || it.id.empty() : it.purl.empty()) return std::nullopt;
    return it;
  }

  void add(const doc::View& to) {
    if (!out_.take()) return;
    auto product = product_at(to);
    if (!product)
      return out_.tell(it_, "it leads to what is no package of this document, and the statement does not count for it");
    const doc::View part = security(it_, "assessedElement");
    if (part.exists() && !part.is_null()) {
      auto assessed = product_at(part);
      if (!assessed) return out_.tell(it_, "its assessedElement is no package of this document, and it does not count");
      if (*assessed != *product) return put({std::move(*product), {std::move(*assessed)}});
      return put({std::move(*product), {}});
    }
    if (graph_.roots().empty() || graph_.is_root(graph_.at(to))) return put({std::move(*product), {}});
    // A part of what the document is about is meant there only.
    for (const doc::View root : graph_.roots()) {
      if (!out_.take()) return;
      if (VexProduct holder = product_of(root); !holder.id.empty()) put({std::move(holder), {*product}});
    }
  }

  void put(VexTarget target) { statement_.targets.push_back(std::move(target)); }

  const doc::View it_;
  const Assessment& kind_;
  const Graph& graph_;
  VexStatement statement_;
  Collector& out_;
};

// "3.0.1" of "https://spdx.org/rdf/3.0.1/spdx-context.jsonld".
std::string_view version_of(const doc::View& root) {
  const std::string_view context = root.at("@context").text();
  if (!context.starts_with(kContext)) return {};
  const std::string_view rest = context.substr(kContext.size());
  return rest.substr(0, rest.find('/'));
}

}  // namespace

bool is_spdx(const doc::View& root) {
  if (!root.at("@context").text().starts_with(kContext)) return false;
  if (assessment_of(root) != nullptr) return true;
  const auto items = root.at("@graph").items();
  return std::ranges::any_of(items, [](const doc::View& it) { return assessment_of(it) != nullptr; });
}

Status read_spdx(const doc::View& root, Collector& out) {
  const std::string_view version = version_of(root);
  const auto parts = text::split(version, '.');
  if (parts.size() < 2 || parts[0] != "3" || !text::parse_number(parts[1])) {
    return error(ErrorKind::bad_input, fmt::format("{}: SPDX \"{}\"; VEX relationships of the versions 3.x can be read",
                                                   root.at("@context").where(), text::printable(version, 40)));
  }
  if (parts[1] != "0") {
    out.tell(root.at("@context"),
             fmt::format("SPDX {}; it is read as 3.0, the newest known here", text::printable(version, 40)));
  }
  const Graph graph(root);
  for (const doc::View it : graph.elements()) {
    if (const Assessment* const kind = assessment_of(it)) Statement(it, *kind, graph, out).read();
  }
  return Done{};
}

}  // namespace gatepost::context::vex
