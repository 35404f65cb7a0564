// The rules of a SARIF run.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "doc/json_writer.hpp"
#include "model/cwe.hpp"
#include "model/kind.hpp"
#include "model/severity.hpp"

namespace gatepost::report::sarif {

// "9.8", of GitHub's property security-severity; "" for 0, which it does not take, and for what is unknown.
std::string security_severity(const Severity& severity);

struct Rule {
  std::string id;  // never empty
  std::string title, help_url;
  std::vector<Cwe> cwes;
  Severity highest;  // of its results
  Kind kind = Kind::other;
};

// The rules of one run in the order in which they were first named.
class Rules {
 public:
  // The index of the rule; a rule of the same id takes the higher severity.
  std::uint32_t add(Rule rule);
  void raise(std::uint32_t rule, const Severity& severity);
  [[nodiscard]] const std::vector<Rule>& all() const { return rules_; }
  // How the results of each rule begin, up to the value of "level".
  [[nodiscard]] std::vector<std::string> result_heads() const;
  // The members "rules" and "supportedTaxonomies" of a driver, and "taxonomies" of a run.
  void write_rules(doc::JsonWriter& json) const;
  void write_taxonomies(doc::JsonWriter& json) const;

 private:
  [[nodiscard]] std::vector<Cwe> weaknesses() const;  // of all rules, sorted
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<Rule> rules_;
};

}  // namespace gatepost::report::sarif
