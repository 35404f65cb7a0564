// A run of this program of its own: what it is given is stated, and it ends with us.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace gatepost::app {

struct ChildOrder {
  std::vector<std::string> arguments;              // without the program's name
  std::map<std::string, std::string> environment;  // all of it
  std::string folder;                              // the current directory
};

struct ChildEnd {
  int exit_code = -1;    // -1: ended by a signal
  bool stopped = false;  // because we did not want it any more
  std::string said;      // the end of what it wrote
};

// `goes_on` is asked a few times a second; when it says no the child is told to end, and is ended when it does not.
Result<ChildEnd> run_child(const ChildOrder& order, const std::function<bool()>& goes_on);

}  // namespace gatepost::app
