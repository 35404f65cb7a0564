// What several commands have in common: declaring options, and making requests of them.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/check.hpp"
#include "app/gather.hpp"
#include "app/inputs.hpp"
#include "base/result.hpp"
#include "cli/commands.hpp"

namespace gatepost::cli {

using app::ExitCode;
using app::Ports;

// Options live as long as the action that reads them.
template <class T>
std::shared_ptr<T> options() {
  return std::make_shared<T>();
}

// A command below a command. The example is one or more command lines; help and reference show it.
CLI::App* add_nested(CLI::App& app, const char* name, const char* summary, const char* example);

// Without a description of its own: the option's type says what may be chosen.
CLI::Validator one_of(std::vector<std::string> values);
// A whole number within these bounds, both 0 or more.
CLI::Validator number_from(int least, int most);

// The options that a pipeline can also give as variables. Those that commands declare by themselves are left out.
void declare_inputs(CLI::App& app, app::Flags& flags, std::initializer_list<std::string_view> left_out);

void declare_forge(CLI::App& app, std::string& forge);

// --change: the number of a change request.
CLI::Option* declare_change(CLI::App& app, std::optional<std::uint64_t>& change, const char* description);

// The options of commands that read a change and its reports.
struct EvidenceOptions {
  app::GatherRequest request;
  std::string forge;  // "" when the environment decides

  [[nodiscard]] app::GatherRequest resolved(const Globals& globals) const;
};
void declare_evidence(CLI::App& app, EvidenceOptions& options);
// The same for a branch as it stands, which is compared with nothing.
void declare_branch_evidence(CLI::App& app, EvidenceOptions& options);
void declare_store(CLI::App& app, std::string& store);

// The n-th --output belongs to the n-th --format; a format without one goes to standard output.
struct CheckOptions {
  EvidenceOptions evidence;
  std::vector<std::string> formats, outputs;
  bool publish = false, record = false;
  std::string result;

  [[nodiscard]] Result<app::CheckRequest> resolved(const Globals& globals) const;
};
void declare_outputs(CLI::App& app, CheckOptions& chosen);

}  // namespace gatepost::cli
