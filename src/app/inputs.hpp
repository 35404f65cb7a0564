// What the pipeline says in place of the settings: flags, inputs of the action, variables.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "publish/settings.hpp"

namespace gatepost::app {

enum class InputKind : std::uint8_t { path, patterns, choice, number, boolean, words, secret };
struct InputName {  // a line of inputs.def
  std::string_view name;
  InputKind kind;
  std::string_view values, fallback, flag, description;
};
std::span<const InputName> input_names();

// What flags say, by the names of inputs.def; only those given. Flags with a meaning of their own (--report, --config)
// are not among them.
using Flags = std::map<std::string, std::string, std::less<>>;

// The values of one run. An empty one counts as not given.
class Inputs {
 public:
  Inputs(const Ports& ports, Flags flags) : ports_(ports), flags_(std::move(flags)) {}
  // The flag, else GATEPOST_INPUT_<NAME>, else GATEPOST_<NAME>.
  [[nodiscard]] std::optional<std::string> get(std::string_view name) const;
  // The same as a list: lines, or what commas separate.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

 private:
  const Ports& ports_;
  Flags flags_;
};

// A value that is none of the allowed ones is a usage error that names both.
Result<config::Overrides> overrides(const Inputs& inputs);
// What the run is about, when the pipeline says so.
Result<std::optional<policy::Event>> event(const Inputs& inputs);
Status apply(const Inputs& inputs, publish::Settings& settings);

}  // namespace gatepost::app
