#include "app/result_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "app/control_changes.hpp"
#include "app/judge.hpp"
#include "base/assert.hpp"
#include "policy/waiver.hpp"
#include "report/json_parts.hpp"
#include "report/overview.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostSentences = 1000;  // of notes, and of what is missing

// Rows of one table under the numbers that they have in the file.
class Numbered {
 public:
  explicit Numbered(const ObservationTable& table) : table_(table), numbers_(table.size()) {}
  void take(Row row) { numbers_[row] = 1; }
  void number() {
    std::uint32_t next = 0;
    for (std::uint32_t& number : numbers_) number = number == 0 ? kLeftOut : next++;
  }
  [[nodiscard]] std::uint32_t of(Row row) const { return numbers_[row]; }
  [[nodiscard]] bool is_taken(Row row) const { return numbers_[row] != kLeftOut; }
  [[nodiscard]] const ObservationTable& table() const { return table_; }

 private:
  static constexpr std::uint32_t kLeftOut = 0xFFFFFFFF;
  const ObservationTable& table_;
  std::vector<std::uint32_t> numbers_;
};

// What an earlier run of ours reported, as SARIF for example, could be taken for a finding about the change itself.
bool is_own(const ObservationTable& table, Row row) {
  return table.text(table.rule_of(table.row(row)).engine) == kChangeEngine;
}

// The report about the change is the last one.
std::span<const ReportInfo> told_reports(const ObservationTable& table) {
  std::span<const ReportInfo> reports = table.reports();
  if (!reports.empty() && reports.back().format == kChangeFormat) reports = reports.first(reports.size() - 1);
  GP_ASSERT(std::ranges::none_of(reports, [](const ReportInfo& report) { return report.format == kChangeFormat; }));
  return reports;
}

class ResultWriter {
 public:
  ResultWriter(const ResultInput& input, const report::Sink& sink)
      : input_(input), it_(input.assessment), head_(it_.table), base_(it_.base_table), out_(sink) {}

  Status write() {
    choose();
    json().begin_object().field("gatepost", "result/1");
    change();
    GP_CHECK(side("reports", "observations", head_));
    GP_CHECK(side("base_reports", "base_observations", base_));
    GP_CHECK(findings());
    json().field("elsewhere", it_.elsewhere + left_out_);
    json().key("missing").begin_array();
    for (std::size_t i = 0; i < std::min(input_.found.missing.size(), kMostSentences); ++i)
      json().line_break().value(input_.found.missing[i]);
    json().end_array().key("notes");
    report::write_notes(json(), notes());
    exposures();
    json().end_object();
    return out_.finish();
  }

 private:
  struct Told {
    std::uint32_t index = 0;  // into the findings
    Finding finding;          // it, or one tool's part of it
    Presence presence = Presence::unrelated;
    bool unplaced = false;
    std::optional<FindingId> part_of;
  };

  doc::JsonWriter& json() { return out_.json; }

  // What the second stage needs to come to the same verdict.
  [[nodiscard]] bool matters(std::size_t index) const {
    const Assessed& judged = it_.assessed[index];
    if (judged.presence != Presence::unrelated || judged.action != Action::none) return true;
    if (input_.settings.waivers.empty()) return false;
    const policy::WaiverFacts facts = waiver_facts(it_, index);
    return std::ranges::any_of(input_.settings.waivers, [&](const policy::Waiver& waiver) {
      return policy::covers(waiver, facts, {.now = {}});
    });
  }

  void choose() {
    for (std::uint32_t i = 0; i < it_.findings.all.size(); ++i) {
      const Finding& finding = it_.findings.all[i];
      const ObservationTable& table = it_.table_of(finding);
      if (table.reports()[table.row(finding.primary).report].format == kChangeFormat) continue;
      if (!is_own(table, finding.primary) && matters(i)) {
        chosen_.push_back(i);
      } else {
        ++left_out_;
      }
    }
    if (chosen_parts() > kMostResultFindings) keep_riskiest();
    for (const std::uint32_t i : chosen_) {
      Numbered& side = it_.findings.all[i].in_base_only ? base_ : head_;
      for (const Row row : it_.findings.members_of(it_.findings.all[i])) side.take(row);
    }
    head_.number();
    base_.number();
    tell();
  }

  [[nodiscard]] std::size_t parts_of(std::uint32_t index) const {
    const Across* const across = it_.across_of(index);
    return across == nullptr ? 1 : across->claims.size();
  }
  [[nodiscard]] std::size_t chosen_parts() const {
    std::size_t all = 0;
    for (const std::uint32_t i : chosen_) all += parts_of(i);
    return all;
  }

  void keep_riskiest() {
    report::sort_by_risk(it_, chosen_);
    std::ranges::stable_sort(chosen_, std::ranges::greater{}, [&](auto i) { return it_.assessed[i].action; });
    for (std::size_t all = chosen_parts(); all > kMostResultFindings; ++cut_) {
      all -= parts_of(chosen_.back());
      chosen_.pop_back();
    }
    left_out_ += cut_;
    std::ranges::sort(chosen_);
  }

  void change() {
    const ChangeSet& change = it_.change;
    json().key("change").begin_object();
    json().optional_field("base", change.base).field("head", change.head);
    json().optional_field("change_head", input_.ci.change_head).optional_field("merge", input_.ci.merge_commit);
    json().field("base_source", to_string(change.base_source)).field("confident", change.confident).end_object();
  }

  Status side(std::string_view reports, std::string_view observations, const Numbered& rows) {
    json().key(reports).begin_array();
    for (const ReportInfo& report : told_reports(rows.table())) {
      json().line_break().begin_object();
      report::write_report_members(json(), report);
      json().key("engines").begin_array();
      for (const std::string& engine : report.engines) json().value(engine);
      json().end_array().end_object();
    }
    json().end_array().key(observations).begin_array();
    auto paths = report::ReportedPaths::in_repository(input_.repository_path);
    for (Row row = 0; row < rows.table().size(); ++row) {
      if (!rows.is_taken(row)) continue;
      json().line_break();
      report::write_observation(json(), rows.table(), row, {}, paths);
      GP_CHECK(out_.pass_on());
    }
    json().end_array();
    return Done{};
  }

  Status findings() {
    json().key("findings").begin_array();
    for (const Told& told : told_) {
      json().line_break();
      finding(told);
      GP_CHECK(out_.pass_on());
    }
    json().end_array();
    return Done{};
  }

  // What several tools report is written as what each of them reports: the second stage puts it together again.
  void tell() {
    for (const std::uint32_t i : chosen_) {
      const Across* const across = it_.across_of(i);
      if (across == nullptr) {
        told_.push_back({i, it_.findings.all[i], it_.assessed[i].presence, it_.assessed[i].unplaced, {}});
        continue;
      }
      for (const Claim& claim : across->claims)
        told_.push_back({i, claim.finding, claim.presence, claim.unplaced, it_.findings.all[i].id});
    }
    std::ranges::sort(told_, {}, [](const Told& it) { return std::pair(it.finding.id, it.finding.in_base_only); });
  }

  // The member that it is shown by comes first.
  void finding(const Told& told) {
    const Finding& it = told.finding;
    const Numbered& side = it.in_base_only ? base_ : head_;
    json().begin_object().field("id", to_string(it.id)).key("members").begin_array().value(side.of(it.primary));
    for (const Row row : it_.findings.members_of(it)) {
      if (row != it.primary) json().value(side.of(row));
    }
    json().end_array().field("kind", to_string(it.kind));
    json().optional_field("path", it_.findings.path_of(it)).key("range").begin_object();
    report::write_range_fields(json(), it.range);
    json().end_object();
    if (it.range.first_line == it_.findings.all[told.index].range.first_line) head_lines(told.index);
    json().field("presence", to_string(told.presence));
    json().field("in_base_only", it.in_base_only).field("unplaced", told.unplaced);
    if (told.part_of) json().field("part_of", to_string(*told.part_of));
    json().end_object();
  }

  void head_lines(std::uint32_t index) {
    const Finding& it = it_.findings.all[index];
    if (!input_.head_lines || it.in_base_only || it.range.first_line == 0) return;
    json().key("head_lines").begin_object();
    if (const auto lines = input_.head_lines(index)) json().field("line", lines->first).field("end_line", lines->last);
    json().end_object();
  }

  void exposures() {
    json().key("exposures").begin_array();
    for (const CarriedExposure& it : input_.exposures) {
      json().line_break().begin_object().field("service", it.service);
      exposure("before", it.before);
      exposure("after", it.after);
      json().end_object();
    }
    json().end_array();
  }

  void exposure(std::string_view key, const context::DerivedExposure& it) {
    json().key(key).begin_object().field("exposure", kExposureNames[static_cast<std::size_t>(it.exposure)]);
    json().field("because", it.because).end_object();
  }

  [[nodiscard]] std::vector<Note> notes() const {
    std::vector<Note> notes = input_.found.notes;
    if (notes.size() >= kMostSentences) notes.resize(kMostSentences - 1);
    if (cut_ > 0) {
      notes.push_back({Note::Level::warning,
                       "result-cut",
                       fmt::format("{} findings of lower risk are not in the result: it holds {} at most", cut_,
                                   kMostResultFindings),
                       {}});
    }
    std::ranges::sort(notes);
    return notes;
  }

  const ResultInput& input_;
  const Assessment& it_;
  std::vector<Told> told_;
  Numbered head_, base_;
  report::JsonStream out_;
  std::vector<std::uint32_t> chosen_;  // sorted
  std::size_t left_out_ = 0, cut_ = 0;
};

}  // namespace

Status write_result(const ResultInput& input, const report::Sink& sink) {
  std::uint64_t bytes = 0;
  const report::Sink bounded = [&](std::string_view piece) -> Status {
    bytes += piece.size();
    if (bytes <= kLargestResult) return sink(piece);
    return error(ErrorKind::bad_input,
                 fmt::format("the result would be larger than {} MiB, which nobody would read", kLargestResult >> 20U),
                 "publish from the first stage, or let the scanners report less");
  };
  return ResultWriter(input, bounded).write();
}

}  // namespace gatepost::app
