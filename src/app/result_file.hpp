// The first stage of a check whose token may not write, as a file for the second, which has no checkout: "result/1".
// Whoever proposes the change can write anything into it. So it holds what was found, never what follows from that: no
// severity, risk, owner, waiver, decision or verdict, and no text for people but the scanners' own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/find_findings.hpp"
#include "app/gather_services.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "context/surroundings.hpp"
#include "model/assessment.hpp"
#include "model/finding.hpp"
#include "publish/plan.hpp"
#include "report/reported_path.hpp"
#include "report/sink.hpp"

namespace gatepost::app {

inline constexpr std::uint64_t kLargestResult = std::uint64_t{64} << 20;  // bytes of the file
inline constexpr std::size_t kMostResultFindings = 20'000;

struct ResultInput {
  const Assessment& assessment;
  const Found& found;  // what the assessment was made of
  const config::Settings& settings;
  const CiFacts& ci;
  report::RepositoryPath repository_path;  // "" for a path that lies outside
  // The lines of a finding in the tip of the change, which has others than a merge; empty when the tip has no such
  // line. Without the function the tip's are not known.
  std::function<std::optional<publish::Lines>(std::size_t finding)> head_lines = {};
  std::vector<CarriedExposure> exposures = {};
  const context::Surroundings* surroundings = nullptr;  // imports and signals; nullptr: none
};

// The findings that the change has to do with, those that a policy acts on and those that a waiver is about, with their
// observations; of the others only how many there are. Of more than kMostResultFindings those of the highest risk.
// Findings about the change itself are left out: the second stage asks the forge. The same input gives the same bytes.
Status write_result(const ResultInput& input, const report::Sink& sink);

// Which commits were judged, as the first stage says.
struct ResultChange {
  std::string base, head;   // head: the commit whose files were scanned
  std::string change_head;  // tip of the change; "" when the first stage did not know
  std::string merge;        // the CI's own merge of target and change; "" for none
  BaseSource base_source = BaseSource::none;
  bool confident = true;
};

struct ResultFile {
  ResultChange change;
  Found found;  // the change in it has no files
  // Of findings of the head, where the first stage knew; empty: the tip of the change has no such line.
  std::map<FindingId, std::optional<publish::Lines>> head_lines;
  std::vector<CarriedExposure> exposures;
  context::Surroundings::Imports imports;
  std::vector<ChangeSignal> signals;  // as many as count, with the points of our rules
};

// Anything but what write_result writes is an error that tells where, what, and what was expected. `name` is what
// messages call the text.
Result<ResultFile> read_result(std::string text, const std::string& name);
Result<ResultFile> read_result_file(const std::string& path);

}  // namespace gatepost::app
