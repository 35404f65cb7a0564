// Runs a program and waits for it.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace gatepost::test {

struct ProcessResult {
  int exit_code = -1;  // 127 when the program cannot be started
  std::string out, err;
};

// `environment` is all that the program sees. `input` goes to its standard input.
ProcessResult run_process(const std::vector<std::string>& arguments, const std::string& directory,
                          const std::map<std::string, std::string>& environment, const std::string& input = {});

}  // namespace gatepost::test
