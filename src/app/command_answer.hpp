// What is said to a comment: short, and in plain text until it is written down for the forge.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/command_stage.hpp"
#include "command/authority.hpp"
#include "command/grammar.hpp"

namespace gatepost::app {

struct CommandAnswer {
  std::string text;                 // a sentence
  std::vector<std::string> points;  // more of them
  std::vector<std::string> lines;   // what can be written or run: each a line of code
};

// The hidden line that an answer begins with.
std::string answer_marker(const CommandStage& stage, const Spoken& spoken);
// Markdown of both forges: no stranger's text is markup, mentions anybody, or begins a line with "/".
std::string answer_body(const CommandStage& stage, const Spoken& spoken, const CommandAnswer& answer);

CommandAnswer answer_to_mistake(const command::Mistake& mistake);
CommandAnswer answer_to_refused(const std::string& because);

// Of a command that was granted, `evidence` and `decisions` as they are with it. `request_id`: of a request that it
// made.
CommandAnswer answer_to_granted(const CommandStage& stage, const command::Command& command, const CommandFacts& facts,
                                const command::Ruling& ruling, const LedgerDecisions& decisions,
                                const StoredEvidence* evidence, const std::string& request_id);

}  // namespace gatepost::app
