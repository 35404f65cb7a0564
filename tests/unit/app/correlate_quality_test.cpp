// Labelled observations: what is one problem and what only looks like it. A false merge hides a problem behind somebody
// else's waiver, so there may be none; a false split costs a row, and is counted.
#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include "app/described_statements.hpp"
#include "correlate/across.hpp"
#include "correlate/metrics.hpp"
#include "doc/json.hpp"
#include "support/skip.hpp"

using namespace gatepost;

namespace {

std::string read(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

doc::Document document_of(const std::string& path) {
  auto document = doc::parse_json(read(path), path);
  REQUIRE(document.ok());
  return std::move(*document);
}

// JSON again, of what a view shows.
void append_json(std::string& out, doc::View view) {
  if (view.is_object()) {
    out += "{";
    for (const auto& [key, value] : view.members()) {
      if (out.back() != '{') out += ",";
      out.append("\"").append(key).append("\":");
      append_json(out, value);
    }
    out += "}";
  } else if (view.is_array()) {
    out += "[";
    for (const doc::View item : view.items()) {
      if (out.back() != '[') out += ",";
      append_json(out, item);
    }
    out += "]";
  } else {
    out += view.is_string() ? "\"" + std::string(view.text()) + "\""
           : view.is_null() ? "null"
                            : std::string(view.scalar());
  }
}

app::DescribedStatements statements_of(doc::View view) {
  std::string json;
  append_json(json, view);
  auto described = app::read_statements(std::move(json), "group");
  REQUIRE_MESSAGE(described.ok(), (described.ok() ? "" : described.error().message));
  return std::move(*described);
}

bool together(const correlate::Correlated& all, std::span<const std::uint32_t> members) {
  return std::ranges::any_of(all.issues, [&](const correlate::Issue& issue) {
    return std::ranges::all_of(members,
                               [&](std::uint32_t it) { return std::ranges::binary_search(issue.members, it); });
  });
}

struct Verdict {
  std::string label, relation, rule;
};

Verdict verdict_of(const app::DescribedStatements& described) {
  const correlate::Correlated all = correlate::correlate(described.statements);
  for (const correlate::Issue& issue : all.issues) {
    if (issue.members.size() == 2)
      return {"merge", std::string(issue.merges[0].evidence.relation), std::string(issue.merges[0].evidence.rule)};
  }
  if (!all.links.empty()) return {"do_not_merge", "link", std::string(all.links[0].evidence.rule)};
  const auto why = correlate::why_apart(described.statements[0], described.statements[1]);
  return {"do_not_merge", std::string(why.relation), std::string(why.rule)};
}

}  // namespace

TEST_CASE("correlation: every vector has its label, relation and rule") {
  const auto folder = test::shared_folder();
  if (!folder) return;
  const doc::Document document = document_of(*folder + "/vectors/correlation.json");
  std::size_t count = 0;
  for (const doc::View pair : document.root().at("pairs").items()) {
    CAPTURE(pair.at("id").text());
    const Verdict verdict = verdict_of(statements_of(pair));
    CHECK(verdict.label == pair.at("label").text());
    CHECK(verdict.relation == pair.at("relation").text());
    CHECK(verdict.rule == pair.at("rule").text());
    ++count;
  }
  CHECK(count > 0);
}

TEST_CASE("correlation: of the labelled groups none is merged that is two, and none is split that is one") {
  const doc::Document document = document_of(std::string(GATEPOST_SOURCE_DIR) + "/tests/quality/correlation.json");
  std::size_t groups = 0, merges = 0, false_merges = 0, false_splits = 0, largest = 0;
  std::map<std::string, std::size_t> by_rule;
  for (const doc::View group : document.root().at("groups").items()) {
    const app::DescribedStatements described = statements_of(group.at("observations"));
    const correlate::Correlated all = correlate::correlate(described.statements);
    const auto metrics = correlate::metrics_of(described.statements, all);
    const bool one = group.at("label").text() == "merge";
    std::vector<std::uint32_t> wanted;
    for (std::uint32_t i = 0; i < described.statements.size() && (one || i < 2); ++i) wanted.push_back(i);
    const bool merged = together(all, wanted);
    const std::string name = std::string(group.at("id").text()) + " " + std::string(group.at("why").text());
    CHECK_MESSAGE((one || !merged), "merged: " << name);
    CHECK_MESSAGE((!one || merged), "split: " << name);
    ++groups;
    false_merges += !one && merged ? 1 : 0;
    false_splits += one && !merged ? 1 : 0;
    merges += merged ? 1 : 0;
    largest = std::max(largest, metrics.largest);
    for (const auto& [rule, number] : metrics.merges_by_rule) by_rule[std::string(rule)] += number;
  }
  CHECK(groups >= 100);
  CHECK(false_merges == 0);
  std::printf("correlation: %zu labelled groups, precision %.1f %%, %zu false merges, %zu false splits, largest %zu\n",
              groups,
              merges == 0 ? 0.0 : 100.0 * static_cast<double>(merges - false_merges) / static_cast<double>(merges),
              false_merges, false_splits, largest);
  for (const auto& [rule, number] : by_rule) std::printf("    %s %zu\n", rule.c_str(), number);
}
