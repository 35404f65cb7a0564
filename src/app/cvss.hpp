// `gatepost cvss`: the scores of CVSS vectors.
#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct CvssRequest {
  std::vector<std::string> vectors;  // "-" reads one a line from standard input
  bool json = false;
};
// All are answered, in the order given, before a refused one makes the command fail.
Result<ExitCode> cvss(const Ports& ports, const CvssRequest& request);

}  // namespace gatepost::app
