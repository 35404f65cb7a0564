// What a run leaves where it runs: the reports in a folder, the job's summary, the step's outputs, lines in the log.
// All of it is there before a forge is told anything.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "report/input.hpp"

namespace gatepost::app {

struct LocalFile {
  std::string format;  // id of a writer
  std::string path;
};
// The reports that a run of this CI leaves in `folder`.
std::vector<LocalFile> local_files(CiFacts::System system, const std::string& folder);

// Makes the folder when it is not there, and writes them all. One that cannot be written does not keep the others back.
Status write_local_files(const Ports& ports, const report::Input& input, std::span<const LocalFile> files);

// The job's summary and the step's outputs, where the CI has such. `files` have been written.
Status write_job_summary(const CiFacts& ci, const report::Input& input);
Status write_step_outputs(const Ports& ports, const CiFacts& ci, const report::Input& input,
                          std::span<const LocalFile> files);

// Lines in the log that GitHub shows beside the code. `told` are shown there already: sorted.
Status write_annotations(const Ports& ports, const CiFacts& ci, const report::Input& input,
                         std::span<const std::size_t> told);

}  // namespace gatepost::app
