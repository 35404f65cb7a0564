#include "risk/decision.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "doc/yaml.hpp"

namespace gatepost::risk {
namespace {

constexpr std::uint8_t kNoRow = 0xFF;
constexpr std::size_t kMostRows = 10'000;

Error wrong(doc::View at, const std::string& what) { return error(ErrorKind::config, at.where() + ": " + what); }

std::vector<std::string> texts(doc::View list) {
  std::vector<std::string> all;
  for (const doc::View item : list.items()) all.emplace_back(item.scalar());
  return all;
}

std::optional<std::size_t> position_in(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (!line.empty()) {
    const std::size_t end = std::min(line.find(' '), line.size());
    if (end > 0) words.push_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return words;
}

Status read_row(DecisionTable& table, doc::View row) {
  const std::vector<std::string_view> words = words_of(row.text());
  if (words.size() != table.points.size() + 1)
    return wrong(row, fmt::format("a row has {} values and an outcome", table.points.size()));
  std::size_t index = 0;
  for (std::size_t i = 0; i < table.points.size(); ++i) {
    const auto value = position_in(table.points[i].values, words[i]);
    if (!value) return wrong(row, fmt::format("{} is no value of {}", words[i], table.points[i].name));
    index = index * table.points[i].values.size() + *value;
  }
  const auto outcome = position_in(table.outcomes, words.back());
  if (!outcome) return wrong(row, fmt::format("{} is no outcome", words.back()));
  if (table.rows[index] != kNoRow) return wrong(row, "these values have a row already");
  table.rows[index] = static_cast<std::uint8_t>(*outcome);
  return Done{};
}

Result<DecisionTable> read_table(doc::View view) {
  DecisionTable table{.title = std::string(view.at("title").text()),
                      .source = std::string(view.at("source").text()),
                      .points = {},
                      .outcomes = texts(view.at("outcomes")),
                      .days = {},
                      .rows = {}};
  std::size_t combinations = 1;
  for (const auto& [name, values] : view.at("points").members()) {
    table.points.push_back({std::string(name), texts(values)});
    combinations *= values.size();
    if (values.size() == 0 || combinations > kMostRows) return wrong(values, "a point has one to a few values");
  }
  if (table.points.empty() || table.outcomes.empty()) return wrong(view, "a decision table has points and outcomes");
  for (const doc::View days : view.at("days").items())
    table.days.push_back(static_cast<int>(days.integer().value_or(0)));
  if (!table.days.empty() && table.days.size() != table.outcomes.size())
    return wrong(view.at("days"), "days are given for every outcome or for none");
  table.rows.assign(combinations, kNoRow);
  for (const doc::View row : view.at("rows").items()) GP_CHECK(read_row(table, row));
  const auto missing = std::ranges::count(table.rows, kNoRow);
  if (missing != 0) return wrong(view.at("rows"), fmt::format("{} combinations have no row", missing));
  return table;
}

DecisionTables load() {
  constexpr const char* kName = "rules/ssvc.yaml";
  const auto bytes = find_resource(kName);
  GP_ASSERT(bytes.has_value());
  const auto document = doc::parse_yaml(std::string(*bytes), kName);
  GP_ASSERT(document.ok());
  auto tables = read_decision_tables(document->root().at("decisions"));
  GP_ASSERT(tables.ok());
  return std::move(*tables);
}

}  // namespace

std::uint8_t DecisionTable::outcome(std::initializer_list<unsigned> values) const {
  GP_ASSERT(values.size() == points.size());
  std::size_t index = 0, point = 0;
  for (const unsigned value : values) index = index * points[point++].values.size() + value;
  GP_ASSERT(index < rows.size());
  return rows[index];
}

const DecisionTables& decision_tables() {
  static const DecisionTables tables = load();
  return tables;
}

Result<DecisionTables> read_decision_tables(doc::View decisions) {
  GP_TRY(DecisionTable deployer, read_table(decisions.at("deployer")));
  GP_TRY(DecisionTable coordinator, read_table(decisions.at("coordinator")));
  GP_TRY(DecisionTable bod, read_table(decisions.at("bod_26_04")));
  return DecisionTables{std::move(deployer), std::move(coordinator), std::move(bod)};
}

}  // namespace gatepost::risk
