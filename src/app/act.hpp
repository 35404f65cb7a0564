// Writes down and tells what was found: the third box of `check`, and of `publish`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "app/publishing.hpp"
#include "base/result.hpp"
#include "report/input.hpp"

namespace gatepost::app {

struct OutputRequest {
  std::string format;  // id of a writer
  std::string path;    // "-" for standard output
};
// In their order. One that cannot be written does not keep the others back: the first failure is the answer.
Status write_outputs(const Ports& ports, const report::Input& input, const std::vector<OutputRequest>& outputs);

// Where the lines of code and the whole report can be seen.
report::Links links_of(const CiFacts& ci, const std::string& commit);
// The SARIF document, for uploading it; "" when it cannot be written.
std::string sarif_of(const report::Input& input);

// What a pipeline shows, the most durable first: the job's summary and the step's outputs, then what `tell` does, then
// lines in the log for findings that are told of nowhere else. A failure is told and changes nothing: the verdict
// stands. `folder` holds the reports that were written, or is "".
void show(const Ports& ports, const CiFacts& ci, const std::string& folder, const report::Input& input,
          const std::function<Told()>& tell);

// Of something whose failure changes nothing else: a warning.
void tell_failure(const Status& status);

// The plan on standard output, and what of `shown` could not be read.
Told print_plan(const Ports& ports, publish::Plan plan, const publish::Shown& shown);

}  // namespace gatepost::app
