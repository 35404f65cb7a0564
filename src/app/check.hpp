// `gatepost check`: the gate.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/gather.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "model/verdict.hpp"

namespace gatepost::app {

struct OutputRequest {
  std::string format;  // id of a writer
  std::string path;    // "-" for standard output
};

struct CheckRequest {
  GatherRequest gather;
  std::vector<OutputRequest> outputs;  // none: a terminal report on standard output
  std::string result;                  // file for the second stage (result_file.hpp); "" for none
  bool colour = false;
  std::optional<Timestamp> now;
  std::string version;  // of gatepost
};

Result<Verdict> check(const Ports& ports, const CheckRequest& request);

}  // namespace gatepost::app
