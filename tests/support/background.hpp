// Runs a program beside the test, until the test lets go of it.
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gatepost::test {

class BackgroundProcess {
 public:
  // Its standard input stays open as long as this lives; its standard error is ours.
  BackgroundProcess(const std::vector<std::string>& arguments, const std::string& directory,
                    const std::map<std::string, std::string>& environment);
  BackgroundProcess(const BackgroundProcess&) = delete;
  BackgroundProcess& operator=(const BackgroundProcess&) = delete;
  ~BackgroundProcess();  // closes its input, ends it and waits for it
  // The next line it prints, without the line end; nothing when it has ended.
  std::optional<std::string> line();

 private:
  pid_t child_ = -1;
  int in_ = -1, out_ = -1;
};

}  // namespace gatepost::test
