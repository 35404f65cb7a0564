// Finds the reports that patterns name, and reads them into a table.
#pragma once

#include <string>
#include <vector>

#include "base/note.hpp"
#include "base/result.hpp"
#include "git/repository.hpp"
#include "ingest/ingest.hpp"
#include "model/observation_table.hpp"

namespace gatepost::app {

// "reports/**/*.sarif" in the work tree, "git:REV:GLOB" in a commit, "-" for standard input; each with "=FORMAT" behind
// it, or not. A word behind "=" that is no format belongs to the name, as in "reports/run=5".
struct ReportPattern {
  std::string text;      // as given
  std::string revision;  // of "git:REV:GLOB"
  std::string glob;
  std::string format;
  std::string word;  // behind the last "=" of the glob: part of a name, or a slip for a format
  bool standard_input = false;
  bool in_git = false;
};
Result<ReportPattern> parse_report_pattern(const std::string& text);

// Reads every file that a pattern matches, in the order of their names, each once. A word for a format that is none is
// an error when no file has such a name. Returns a sentence for each pattern
// that matches nothing and each file that cannot be opened: evidence that is missing, while the rest is still worth
// judging. `asked_by` is how the sentences name the patterns: "--report", "base-reports".
Result<std::vector<std::string>> read_reports(ObservationTable& table, const std::vector<std::string>& patterns,
                                              const git::Repository& repository, const ingest::Options& options,
                                              std::string asked_by);

}  // namespace gatepost::app
