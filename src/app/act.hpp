// Writes down and tells what was found: the third box of `check`, and of `publish`.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/local_channels.hpp"
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

// What a pipeline shows: the reports in a folder ("" for none), then the job's summary and the step's outputs, then the
// forge, then lines in the log for what is told nowhere else. A failure is told and changes nothing: the verdict
// stands.
struct Audience {
  const CiFacts& ci;
  std::string output_folder;
  publish::Settings settings;
  forge::Wanted wanted;
  bool tell = false;     // tell the forge
  bool dry_run = false;  // print what it would be told
  std::string version;
};
// `prepared` gets the forge once there is one, and gives what a plan is made from: lines at the head may have to be
// asked for.
using Prepare = std::function<publish::Input(const report::Input& input, forge::Forge& forge)>;
void show(const Ports& ports, const Audience& audience, const report::Input& input, const Prepare& prepare);

}  // namespace gatepost::app
