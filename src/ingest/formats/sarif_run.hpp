// What one SARIF run says once for all of its results: the tool, its rules, base URIs and taxonomies. Bound to the
// results after the whole file has been read, because the order of keys in a SARIF file means nothing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "doc/document.hpp"
#include "ingest/format.hpp"
#include "ingest/formats/sarif_result.hpp"
#include "ingest/formats/sarif_rule.hpp"
#include "model/observation_table.hpp"

namespace gatepost::ingest::sarif {

// A rule that has its place in the table.
struct BoundRule {
  Rule rule;
  std::uint32_t index = 0;  // in the table
  Kind kind = Kind::sast;
  ListId advisories = ListId::none;
};

class Run {
 public:
  // `view` is one of the document's "runs".
  Run(doc::View view, ObservationTable& table);

  [[nodiscard]] const std::string& engine() const { return engine_; }
  // False for one that only its results tell of.
  [[nodiscard]] bool is_known() const { return view_.exists(); }
  // Tool, notifications and evidence of a scan into the report's state.
  void describe(ReportWriter& out) const;
  // The rule of a result; one that the run does not list is known by its id alone.
  BoundRule& bind(const Reference& reference);
  // The number of a taxon of a taxonomy named CWE.
  [[nodiscard]] std::optional<Cwe> cwe_of_taxon(const Reference& reference) const;
  // The text of a message that is given by id; "" when the run does not have it.
  [[nodiscard]] std::string message(const BoundRule& rule, const std::string& id) const;
  // The level of a result that states none.
  [[nodiscard]] Level default_level(const BoundRule& rule) const;
  // The normalised path that a URI, with or without base id, or an artifact's index means.
  [[nodiscard]] std::string path_of(std::string_view uri, std::string_view base_id) const;
  [[nodiscard]] std::string path_of_artifact(std::size_t index) const;

 private:
  struct Component {
    doc::View view;
    std::vector<doc::View> rules;
    std::unordered_map<std::string_view, std::uint32_t> positions;  // by rule id
  };
  static Component read_component(doc::View view, const char* descriptors);
  [[nodiscard]] const Component& component_of(const Reference& reference) const;
  [[nodiscard]] doc::View rule_view(const Reference& reference) const;
  [[nodiscard]] std::string base_uri(std::string_view id, int depth) const;
  void describe_invocation(doc::View invocation, ReportWriter& out) const;

  doc::View view_;
  ObservationTable& table_;
  std::string engine_;
  std::vector<Component> components_;  // the driver, then the extensions
  std::vector<Component> taxonomies_;
  std::map<std::string, Level, std::less<>> overrides_;  // by rule id, from the invocations
  struct ReferenceHash {
    std::size_t operator()(const Reference& reference) const;
  };
  std::unordered_map<Reference, BoundRule, ReferenceHash> bound_;
  std::vector<doc::View> artifacts_;
};

// "/home/runner/work/shop/shop/src/a.c" is "src/a.c": the roots under which CI systems check out. Other paths stay.
std::string strip_checkout_root(std::string path);

}  // namespace gatepost::ingest::sarif
