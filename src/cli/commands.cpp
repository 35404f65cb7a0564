#include "cli/commands.hpp"

#include <array>

namespace gatepost::cli {

namespace {

constexpr std::array kCommands = {
#define GATEPOST_COMMAND(name, summary, example) Command{#name, summary, example, declare_##name},
#include "cli/commands.def"
#undef GATEPOST_COMMAND
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace gatepost::cli
