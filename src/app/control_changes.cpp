#include "app/control_changes.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/assert.hpp"
#include "base/glob.hpp"
#include "base/resource.hpp"
#include "doc/yaml.hpp"

namespace gatepost::app {
namespace {

struct ControlRule {
  std::string id;  // "control-change.policy"
  std::string title, signal;
  std::int64_t points = 0;
  std::vector<Glob> paths;
};

std::vector<ControlRule> load() {
  constexpr const char* kName = "rules/control-files.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  const auto document = doc::parse_yaml(std::string(*bytes), kName);
  GP_ASSERT(document.ok());
  std::vector<ControlRule> rules;
  for (const auto& [id, rule] : document->root().at("control-files").members()) {
    ControlRule loaded{.id = "control-change." + std::string(id),
                       .title = std::string(rule.at("title").text()),
                       .signal = std::string(rule.at("signal").text()),
                       .points = rule.at("points").integer().value_or(0)};
    for (const doc::View path : rule.at("paths").items()) {
      auto glob = Glob::compile(path.text());
      GP_ASSERT(glob.ok());
      loaded.paths.push_back(std::move(*glob));
    }
    rules.push_back(std::move(loaded));
  }
  return rules;
}

const std::vector<ControlRule>& control_rules() {
  static const std::vector<ControlRule> rules = load();
  return rules;
}

const ControlRule* rule_for(const FileChange& file) {
  for (const ControlRule& rule : control_rules()) {
    const bool moved = file.old_path != file.new_path;
    const auto controls = [&](const Glob& glob) {
      return glob.matches(file.new_path) || (moved && glob.matches(file.old_path));
    };
    if (std::ranges::any_of(rule.paths, controls)) return &rule;
  }
  return nullptr;
}

Observation observation_of(const FileChange& file, const ControlRule& rule) {
  const std::string& path = file.new_path.empty() ? file.old_path : file.new_path;
  Observation seen{.engine = std::string(kChangeEngine), .kind = Kind::ci, .rule = rule.id, .title = rule.title};
  seen.message = fmt::format("{} {} ({}). The change is judged by the version of the base.", rule.title, path,
                             to_string(file.kind));
  seen.place.path = path;
  seen.claims.push_back({.label = SeverityLabel::info, .method = SeverityMethod::label, .source = "gatepost"});
  seen.confidence = Confidence::confirmed;
  return seen;
}

}  // namespace

void add_control_changes(const ChangeSet& change, ObservationTable& table) {
  std::optional<std::uint32_t> report;
  for (const FileChange& file : change.files) {
    const ControlRule* const rule = rule_for(file);
    if (rule == nullptr) continue;
    if (!report) {
      ReportInfo info{.path = "(the change itself)",
                      .format = std::string(kChangeFormat),
                      .tools = {{"gatepost", ""}},
                      .engines = {"gatepost"},
                      .state = ReportState::complete};
      report = table.add_report(std::move(info), Bytes());
    }
    ReportInfo& info = table.report(*report);
    Observation seen = observation_of(file, *rule);
    seen.report = *report;
    table.add(seen, table.intern("/files"), static_cast<std::uint32_t>(info.records.seen));
    ++info.records.seen;
    ++info.records.mapped;
  }
}

std::vector<ChangeSignal> control_signals(const ChangeSet& change) {
  std::vector<ChangeSignal> signals;
  std::map<const ControlRule*, std::size_t> known;
  for (const FileChange& file : change.files) {
    const ControlRule* const rule = rule_for(file);
    if (rule == nullptr) continue;
    const auto [entry, fresh] = known.try_emplace(rule, signals.size());
    if (!fresh) {
      ++signals[entry->second].more;
      continue;
    }
    signals.push_back({.signal = rule->id,
                       .points = rule->points,
                       .subject = {},
                       .because = rule->signal,
                       .path = file.new_path.empty() ? file.old_path : file.new_path});
  }
  return signals;
}

}  // namespace gatepost::app
