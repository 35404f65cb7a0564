// `gatepost owners`: who owns these paths. `gatepost owners check`: what is wrong with CODEOWNERS.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/check.hpp"
#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "model/ownership.hpp"

namespace gatepost::app {

struct OwnersRequest {
  std::string repository;  // --repo
  std::string codeowners;  // a file on disk instead of the repository's
  std::string revision = "HEAD";
  std::optional<OwnersDialect> dialect;  // empty: by the forge of the run, the file's place, or its text
  std::vector<std::string> paths;        // "-" reads one a line from standard input
  std::string known_owners;              // a file with one owner a line; "" for none
  bool json = false;
  bool colour = false;
};
Result<ExitCode> owners(const Ports& ports, const OwnersRequest& request);
// Whom the findings of reports go to, by step, class and team.
Result<ExitCode> owners_findings(const Ports& ports, const CheckRequest& request, bool json);
Result<ExitCode> owners_check(const Ports& ports, const OwnersRequest& request);

}  // namespace gatepost::app
