// What the tests of the two stages share: the example repository as the first stage sees it, and the forge's view of
// its change.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/assess.hpp"
#include "app/finding_facts.hpp"
#include "app/gather.hpp"
#include "app/gather_services.hpp"
#include "app/judge.hpp"
#include "app/rejudge.hpp"
#include "app/result_file.hpp"
#include "git/library.hpp"
#include "report/overview.hpp"
#include "report/writers.hpp"
#include "risk/explain.hpp"
#include "support/git_repo.hpp"

namespace gatepost::test {

inline const std::string kTip = "9f8e7d6c5b4a39281706f5e4d3c2b1a099887766";

inline app::Ports quiet_ports(const std::string& directory) {
  return {.environment = [](const char*) { return std::nullopt; },
          .clock = [] { return *parse_timestamp("2026-04-01T12:00:00Z"); },
          .output = [](std::string_view) -> Status { return Done{}; },
          .directory = directory};
}

inline publish::ChangeRequest request_of(const ChangeSet& change);

// The first stage, all of it.
struct FirstStage {
  app::Evidence evidence;
  app::Found found;
  Assessment assessment;

  explicit FirstStage(app::Evidence gathered) : evidence(std::move(gathered)) {
    found = app::find_findings(evidence);
    assessment = app::judge(found, app::basis_of(evidence, found, now()));
  }
  static Timestamp now() { return *parse_timestamp("2026-04-01T12:00:00Z"); }
  [[nodiscard]] app::Basis basis(const context::Surroundings& surroundings) const {
    return {evidence.settings, *evidence.owners, policy::Event::pull_request, now(), &surroundings};
  }
  // What the second stage knows: services.yml, and what the result tells of the deployment files.
  [[nodiscard]] context::Surroundings surroundings(const app::ResultFile& result) const {
    const auto nothing = [](std::string_view) -> Result<std::optional<std::string>> {
      return std::optional<std::string>();
    };
    auto services = app::services_without_tree(evidence.settings.services, nothing);
    REQUIRE(services.ok());
    app::take_exposures(*services, result.exposures);
    context::Surroundings out{.services = std::move(*services), .imports = {}, .signals = {}, .threats = {}};
    app::take_code_facts(result, request_of(assessment.change), out);
    return out;
  }
  [[nodiscard]] std::string result() const {
    std::string text;
    app::ResultInput input{assessment, found, evidence.settings, evidence.ci, {}};
    input.exposures = app::carried_exposures(evidence.surroundings.services);
    input.surroundings = &evidence.surroundings;
    const Status written = app::write_result(input, [&](std::string_view piece) -> Status {
      text += piece;
      return Done{};
    });
    REQUIRE(written.ok());
    return text;
  }
};

inline FirstStage first_stage(const std::string& directory, std::vector<std::string> reports,
                              std::vector<std::string> base_reports = {}, const std::string& config = {}) {
  static const auto library = git::Library::start();
  REQUIRE(library.ok());
  app::GatherRequest request{.repository = directory, .config = config, .base = "main", .reports = std::move(reports)};
  request.base_reports = std::move(base_reports);
  auto evidence = app::gather(quiet_ports(directory), request);
  REQUIRE_MESSAGE(evidence.ok(), evidence.error().message);
  return FirstStage(std::move(*evidence));
}

// A file's diff as forges give it: each run of lines with the line before and the line behind it.
inline publish::ShownFile shown_file(const FileChange& file) {
  publish::ShownFile shown{.old_path = file.old_path.empty() ? file.new_path : file.old_path,
                           .new_path = file.new_path.empty() ? file.old_path : file.new_path,
                           .added = file.kind == ChangeKind::added,
                           .deleted = file.kind == ChangeKind::deleted,
                           .lines_known = file.lines_known && !file.binary,
                           .hunks = {}};
  for (const Hunk& hunk : file.hunks) {
    publish::Patch patch;
    const std::uint32_t old_first = hunk.old_count == 0 ? hunk.old_first + 1 : hunk.old_first;
    const std::uint32_t new_first = hunk.new_count == 0 ? hunk.new_first + 1 : hunk.new_first;
    if (old_first > 1 && new_first > 1) patch.lines.push_back({old_first - 1, new_first - 1});
    for (std::uint32_t i = 0; i < hunk.old_count; ++i) patch.lines.push_back({old_first + i, 0});
    for (std::uint32_t i = 0; i < hunk.new_count; ++i) patch.lines.push_back({0, new_first + i});
    const bool whole = shown.added || shown.deleted;
    if (!whole) patch.lines.push_back({old_first + hunk.old_count, new_first + hunk.new_count});
    shown.hunks.push_back(std::move(patch));
  }
  return shown;
}

inline publish::ChangeRequest request_of(const ChangeSet& change) {
  publish::ChangeRequest request{.number = 7, .head = change.head, .target_branch = "main", .files = {}};
  for (const FileChange& file : change.files) request.files.push_back(shown_file(file));
  std::ranges::sort(request.files, {}, &publish::ShownFile::new_path);
  return request;
}

inline std::string written_as(const char* format, const Assessment& assessment) {
  const report::Input input{.assessment = assessment,
                            .explain = [&](std::size_t i) { return risk::explain(app::risk_input(assessment, i)); },
                            .story = [&](std::size_t i) { return risk::story(app::risk_input(assessment, i)); },
                            .tool_version = "1"};
  return report::text_of(*report::find_writer(format), input);
}

}  // namespace gatepost::test
