// `gatepost config`: check, init, schema.
#pragma once

#include <optional>
#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct ConfigRequest {
  std::string repository;  // --repo
  std::string config;      // --config
  bool force = false;      // init: overwrite
  bool dry_run = false;    // init: print instead
  std::string schema = "gatepost";
  std::optional<Timestamp> now;  // check: the time to judge waivers by; empty: the clock
};
// Reads the files of the work tree, as they are before they are committed. A waiver that cannot apply is a warning.
Result<ExitCode> config_check(const Ports& ports, const ConfigRequest& request);
Result<ExitCode> config_init(const Ports& ports, const ConfigRequest& request);
Result<ExitCode> config_schema(const Ports& ports, const ConfigRequest& request);

}  // namespace gatepost::app
