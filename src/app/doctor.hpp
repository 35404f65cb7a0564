// `gatepost doctor`: is everything there that a gate needs? Each row says what is wrong and how to mend it.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/gather.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct DoctorRequest {
  GatherRequest gather;
  bool json = false;
  std::string version;  // of gatepost
};
// Exit code 3 when a row fails.
Result<ExitCode> doctor(const Ports& ports, const DoctorRequest& request);

}  // namespace gatepost::app
