// Pieces of SARIF. Each function writes one object, or one member of the object that is open.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "doc/json_writer.hpp"
#include "model/cwe.hpp"
#include "model/kind.hpp"
#include "model/observation_table.hpp"
#include "model/severity.hpp"
#include "report/reported_path.hpp"

namespace gatepost::report::sarif {

inline constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";
inline constexpr std::size_t kMessageBytes = 4'000;

// "error", "warning" or "note".
std::string_view level_of(SeverityLabel label);
// "9.8", of GitHub's property security-severity; "" for 0, which it does not take, and for what is unknown.
std::string security_severity(const Severity& severity);

// The log up to its first run.
void begin_log(doc::JsonWriter& json);
// Members "name" and "version" of gatepost as a driver, and "originalUriBaseIds" of a run.
void write_name_and_version(doc::JsonWriter& json, const std::string& version);
void write_root(doc::JsonWriter& json);

void write_message(doc::JsonWriter& json, std::string_view key, std::string_view text);
void write_artifact(doc::JsonWriter& json, std::string_view path);
void write_region(doc::JsonWriter& json, std::string_view key, const Range& range);
// `message` may be "".
void write_location(doc::JsonWriter& json, std::string_view path, const Range& range, std::string_view symbol,
                    std::string_view message, int id = 0);

void write_notification(doc::JsonWriter& json, std::string_view id, std::string_view text);
void write_suppression(doc::JsonWriter& json, std::string_view kind, std::string_view why);
void write_tool_suppression(doc::JsonWriter& json, const ObservationDetail* detail);

// "codeFlows" and "suppressions" of one observation; each is left out when there is nothing to say.
void write_flow(doc::JsonWriter& json, const ObservationTable& table, const ObservationRow& row, ReportedPaths& paths);
void write_fixes(doc::JsonWriter& json, const ObservationTable& table, const ObservationRow& row, ReportedPaths& paths);

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
  [[nodiscard]] const std::vector<Rule>& all() const { return rules_; }
  // The members "rules" and "supportedTaxonomies" of a driver, and "taxonomies" of a run.
  void write_rules(doc::JsonWriter& json) const;
  void write_taxonomies(doc::JsonWriter& json) const;

 private:
  [[nodiscard]] std::vector<Cwe> weaknesses() const;  // of all rules, sorted
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<Rule> rules_;
};

}  // namespace gatepost::report::sarif
