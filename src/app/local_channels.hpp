// What a run leaves where it runs: the reports in a folder, the job's summary, the step's outputs, lines in the log.
// All of it is there before a forge is told anything.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "report/input.hpp"

namespace gatepost::app {

// Takes away what lies where the run will write: files of those names that a change brought along would be taken for
// ours when we stop early. A symbolic link on the way is refused: it would lead our bytes elsewhere. Relative to
// `directory`. After reports have been read: a scanner may have used such a name.
Status clear_local_files(const std::string& directory, const std::string& folder, const std::string& result);

// The reports of this run in all formats that this CI can show. Makes the folder when it is not there. A file that
// cannot be written does not keep the others back: the first failure is the answer.
Status write_local_files(const Ports& ports, const report::Input& input, const CiFacts& ci, const std::string& folder);

// The job's summary and the step's outputs, where the CI has such. `folder` holds the reports, or is "".
Status write_job_summary(const CiFacts& ci, const report::Input& input);
Status write_step_outputs(const Ports& ports, const CiFacts& ci, const std::string& folder, const report::Input& input);

// That nothing was judged, and why, in the same places.
Status tell_not_judged(const Ports& ports, const CiFacts& ci, const Error& why);

// Lines in the log that GitHub shows beside the code. `told` are shown there already: sorted.
Status write_annotations(const Ports& ports, const CiFacts& ci, const report::Input& input,
                         std::span<const std::size_t> told);

}  // namespace gatepost::app
