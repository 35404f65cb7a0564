// Tells the forge what `check` found about the change request that its pipeline runs for.
#pragma once

#include <string>

#include "app/gather.hpp"
#include "app/ports.hpp"
#include "app/publishing.hpp"
#include "report/input.hpp"

namespace gatepost::app {

struct TellOptions {
  bool dry_run = false;  // print what would be told
  std::string version;   // of gatepost
};
Told tell_change(const Ports& ports, const Evidence& evidence, const report::Input& input, const TellOptions& options);

}  // namespace gatepost::app
