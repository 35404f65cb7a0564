// The command line.
#pragma once

namespace gatepost::cli {

// Parses the arguments, runs the command, reports errors on standard error. Returns the process's exit code.
int run(int argc, char** argv);

}  // namespace gatepost::cli
