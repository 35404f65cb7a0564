// `gatepost config`: check, init, schema.
#pragma once

#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct ConfigRequest {
  std::string repository;  // --repo
  std::string config;      // --config
  bool force = false;      // init: overwrite
  bool dry_run = false;    // init: print instead
  std::string schema = "gatepost";
};
// Reads the files of the work tree, as they are before they are committed.
Result<ExitCode> config_check(const Ports& ports, const ConfigRequest& request);
Result<ExitCode> config_init(const Ports& ports, const ConfigRequest& request);
Result<ExitCode> config_schema(const Ports& ports, const ConfigRequest& request);

}  // namespace gatepost::app
