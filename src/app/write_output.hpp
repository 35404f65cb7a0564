// Documents to files or to standard output.
#pragma once

#include <functional>
#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "report/sink.hpp"

namespace gatepost::app {

// Runs `write` into the file, or into standard output for "-". A file appears whole or not at all.
Status write_output(const Ports& ports, const std::string& path,
                    const std::function<Status(const report::Sink&)>& write);

}  // namespace gatepost::app
