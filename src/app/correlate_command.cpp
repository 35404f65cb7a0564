#include "app/correlate_command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "app/described_statements.hpp"
#include "base/bytes.hpp"
#include "base/text.hpp"
#include "correlate/across.hpp"
#include "correlate/metrics.hpp"
#include "doc/json_writer.hpp"

namespace gatepost::app {
namespace {

using correlate::Correlated;
using correlate::Issue;
using correlate::Statement;

constexpr std::uint64_t kLargestInput = std::uint64_t{256} << 20;
constexpr std::size_t kMostShown = 20;  // members and links that a person is shown

std::string shown(std::string_view text) { return text::printable(text, 120); }

class Answer {
 public:
  explicit Answer(const DescribedStatements& described)
      : described_(described),
        correlated_(correlate::correlate(described.statements)),
        metrics_(correlate::metrics_of(described.statements, correlated_)) {
    identify();
  }

  [[nodiscard]] std::string json() const {
    doc::JsonWriter json;
    json.begin_object().key("findings").begin_array();
    for (std::size_t i = 0; i < correlated_.issues.size(); ++i) write_issue(json, i);
    json.end_array().key("links").begin_array();
    for (const correlate::Link& link : correlated_.links) {
      json.line_break().begin_object().field("a", link.a).field("b", link.b).field("relation", link.evidence.relation);
      json.field("because", link.evidence.because).field("rule", link.evidence.rule).end_object();
    }
    json.end_array();
    write_apart(json);
    json.key("alias_conflicts").begin_array();
    for (const AliasConflict& conflict : described_.aliases.conflicts()) {
      json.line_break().begin_object().field("id", conflict.id).key("cves").begin_array();
      for (const std::string_view cve : conflict.cves) json.value(cve);
      json.end_array().end_object();
    }
    json.end_array();
    write_summary(json);
    return json.end_object().take() + "\n";
  }

  [[nodiscard]] std::string text() const {
    std::string out;
    for (std::size_t i = 0; i < correlated_.issues.size(); ++i) {
      if (correlated_.issues[i].members.size() > 1) out += issue_text(i);
    }
    std::size_t links = 0;
    for (const correlate::Link& it : correlated_.links) {
      if (links++ < kMostShown)
        out += fmt::format("linked  {} and {}: {} ({})\n", it.a, it.b, shown(it.evidence.because), it.evidence.rule);
    }
    if (links > kMostShown) out += fmt::format("linked  and {} more\n", links - kMostShown);
    for (const AliasConflict& it : described_.aliases.conflicts())
      out += fmt::format("alias conflict: {} is said to be {} different CVEs; it belongs to none\n", shown(it.id),
                         it.cves.size());
    return out + summary_text();
  }

 private:
  // Of the members the one that is shown: code before packages, those before images, clouds and scans.
  [[nodiscard]] std::uint32_t primary_of(const Issue& issue) const {
    const auto rank = [&](std::uint32_t i) {
      const Statement& it = described_.statements[i];
      const int kind = it.kind == Kind::container ? 2 : it.kind == Kind::cspm || it.kind == Kind::dast ? 3 : 1;
      return std::tuple(kind, it.first_line == 0, it.engine, it.rule, it.path, it.first_line, it.first_column, i);
    };
    return *std::ranges::min_element(issue.members, {}, rank);
  }

  // Equal ones are numbered in the order of their lines.
  void identify() {
    ids_.resize(correlated_.issues.size());
    std::vector<std::tuple<FindingId, std::string_view, std::uint32_t, std::uint32_t, std::size_t>> order;
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const Statement& it = described_.statements[primary_of(correlated_.issues[i])];
      order.emplace_back(statement_id(it, 0), it.commit, it.first_line, it.first_column, i);
    }
    std::ranges::sort(order);
    std::uint32_t occurrence = 0;
    for (std::size_t n = 0; n < order.size(); ++n) {
      occurrence = n > 0 && std::get<0>(order[n]) == std::get<0>(order[n - 1]) ? occurrence + 1 : 0;
      const std::size_t issue = std::get<4>(order[n]);
      ids_[issue] = statement_id(described_.statements[primary_of(correlated_.issues[issue])], occurrence);
    }
  }

  void write_issue(doc::JsonWriter& json, std::size_t index) const {
    const Issue& issue = correlated_.issues[index];
    json.line_break().begin_object().field("id", to_string(ids_[index]));
    json.field("kind", to_string(described_.statements[primary_of(issue)].kind)).key("members").begin_array();
    for (const std::uint32_t member : issue.members) json.value(member);
    json.end_array();
    if (!issue.merges.empty()) {
      const correlate::Evidence& first = issue.merges.front().evidence;
      json.field("rule", first.rule).field("because", first.because).field("relation", first.relation);
      json.key("merges").begin_array();
      for (const correlate::Merge& it : issue.merges) {
        json.begin_object().field("a", it.a).field("b", it.b).field("rule", it.evidence.rule);
        json.field("because", it.evidence.because).end_object();
      }
      json.end_array();
    }
    json.end_object();
  }

  // Of two observations also why they have nothing to do with each other.
  void write_apart(doc::JsonWriter& json) const {
    if (described_.statements.size() != 2 || correlated_.issues.size() != 2 || !correlated_.links.empty()) return;
    const correlate::Evidence why = correlate::why_apart(described_.statements[0], described_.statements[1]);
    json.key("apart").begin_object().field("rule", why.rule).field("because", why.because).end_object();
  }

  void write_summary(doc::JsonWriter& json) const {
    json.key("summary").begin_object().field("observations", metrics_.statements).field("findings", metrics_.issues);
    json.field("merged", metrics_.merged).field("links", metrics_.links).key("merges_by_rule").begin_object();
    for (const auto& [rule, count] : metrics_.merges_by_rule) json.field(rule, count);
    json.end_object().field("largest", metrics_.largest).field("largest_files", metrics_.largest_files);
    json.field("suspicious", metrics_.suspicious).end_object();
  }

  [[nodiscard]] static std::string place_of(const Statement& it) {
    if (!it.path.empty() && it.first_line != 0) return fmt::format("{}:{}", it.path, it.first_line);
    for (const std::string_view place : {it.package, it.address, it.provider_id, it.route, it.path}) {
      if (!place.empty()) return std::string(place);
    }
    return {};
  }

  [[nodiscard]] std::string issue_text(std::size_t index) const {
    const Issue& issue = correlated_.issues[index];
    std::string out =
        fmt::format("{}  {}\n", short_form(ids_[index]), text::count_of(issue.members.size(), "observation"));
    for (const std::uint32_t i : std::span(issue.members).first(std::min(issue.members.size(), kMostShown))) {
      const Statement& it = described_.statements[i];
      out += fmt::format("    {}  {} {} {}\n", i, shown(it.engine), shown(it.rule), shown(place_of(it)));
    }
    if (issue.members.size() > kMostShown) out += fmt::format("    and {} more\n", issue.members.size() - kMostShown);
    std::set<std::string_view> told;
    for (const correlate::Merge& it : issue.merges) {
      if (told.insert(it.evidence.rule).second)
        out += fmt::format("    {}: {}\n", it.evidence.rule, shown(it.evidence.because));
    }
    return out;
  }

  [[nodiscard]] std::string summary_text() const {
    std::string out = fmt::format(
        "{}: {}, {} of them by several observations, {}\n", text::count_of(metrics_.statements, "observation"),
        text::count_of(metrics_.issues, "finding"), metrics_.merged, text::count_of(metrics_.links, "link"));
    for (const auto& [rule, count] : metrics_.merges_by_rule) out += fmt::format("    {} {}\n", rule, count);
    if (metrics_.largest > 1)
      out += fmt::format("the largest finding has {} in {}{}\n", text::count_of(metrics_.largest, "observation"),
                         text::count_of(metrics_.largest_files, "file"),
                         metrics_.suspicious ? ": look whether that is one problem" : "");
    return out;
  }

  const DescribedStatements& described_;
  Correlated correlated_;
  correlate::MergeMetrics metrics_;
  std::vector<FindingId> ids_;  // of the issues
};

}  // namespace

Result<ExitCode> correlate_observations(const Ports& ports, const CorrelateRequest& request) {
  const std::string name = request.file == "-" ? "standard input" : request.file;
  GP_TRY(const Bytes bytes, Bytes::open(request.file, {}).context(name));
  GP_TRY(std::string text, bytes.all(kLargestInput).context(name));
  GP_TRY(const DescribedStatements described, read_statements(std::move(text), name));
  const Answer answer(described);
  GP_CHECK(ports.output(request.json ? answer.json() : answer.text()));
  return ExitCode::done;
}

}  // namespace gatepost::app
