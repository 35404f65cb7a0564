#include "app/inputs.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr std::array kNames = {
#define GATEPOST_INPUT(name, kind, values, fallback, flag, where, description) \
  InputName{name, InputKind::kind, values, fallback, flag, description},
#include "app/inputs.def"
#undef GATEPOST_INPUT
};

constexpr std::size_t kOtherWrites = 2;  // beside notes on lines: at the default of 10, 12 in all

std::string variable(std::string_view prefix, std::string_view name) {
  std::string result(prefix);
  for (const char c : name) result += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return result;
}

Error unexpected(std::string_view name, std::string_view value, std::string_view expected) {
  return error(ErrorKind::usage, fmt::format("{} is \"{}\"; expected {}", name, text::printable(value, 60), expected));
}

Result<std::optional<std::size_t>> choice(const Inputs& inputs, std::string_view name,
                                          std::span<const std::string_view> values) {
  const auto value = inputs.get(name);
  if (!value) return std::optional<std::size_t>();
  const std::string_view meant = *value == "true" ? "on" : *value == "false" ? "off" : std::string_view(*value);
  const auto found = std::ranges::find(values, meant);
  if (found == values.end()) {
    std::string expected;
    for (const std::string_view it : values) expected += (expected.empty() ? "" : ", ") + std::string(it);
    return unexpected(name, *value, expected);
  }
  return std::optional<std::size_t>(static_cast<std::size_t>(found - values.begin()));
}

// "on" and "off" as well: that is how people write them.
Result<std::optional<bool>> truth(const Inputs& inputs, std::string_view name) {
  constexpr std::array<std::string_view, 4> kValues = {"false", "true", "off", "on"};  // the odd ones mean yes
  const auto value = inputs.get(name);
  if (!value) return std::optional<bool>();
  const auto found = std::ranges::find(kValues, *value);
  if (found == kValues.end()) return unexpected(name, *value, "true or false");
  return std::optional<bool>((found - kValues.begin()) % 2 == 1);
}

Status set_truth(const Inputs& inputs, std::string_view name, bool& setting) {
  GP_TRY(const auto value, truth(inputs, name));
  if (value) setting = *value;
  return Done{};
}

}  // namespace

std::span<const InputName> input_names() { return kNames; }

std::optional<std::string> Inputs::get(std::string_view name) const {
  if (const auto flag = flags_.find(name); flag != flags_.end() && !flag->second.empty()) return flag->second;
  if (auto value = ports_.environment(variable("GATEPOST_INPUT_", name).c_str())) return value;
  return ports_.environment(variable("GATEPOST_", name).c_str());
}

std::vector<std::string> Inputs::list(std::string_view name) const {
  std::vector<std::string> result;
  const std::string value = get(name).value_or("");
  for (const std::string_view line : text::split(value, '\n')) {
    for (const std::string_view item : text::split(line, ',')) {
      if (const std::string_view trimmed = text::trim(item); !trimmed.empty()) result.emplace_back(trimmed);
    }
  }
  return result;
}

Result<config::Overrides> overrides(const Inputs& inputs) {
  config::Overrides result;
  GP_TRY(const auto severity, choice(inputs, "fail-on", config::kGateNames));
  if (severity) result.fail_on = std::string(config::kGateNames[*severity]);
  GP_TRY(const auto advisory, truth(inputs, "advisory"));
  if (advisory) result.mode = *advisory ? policy::Mode::monitor : policy::Mode::enforce;
  return result;
}

Result<std::optional<policy::Event>> event(const Inputs& inputs) {
  GP_TRY(const auto name, choice(inputs, "event", policy::kEventNames));
  return name ? std::optional(static_cast<policy::Event>(*name)) : std::nullopt;
}

Status apply(const Inputs& inputs, publish::Settings& settings) {
  GP_TRY(const auto comment, choice(inputs, "comment", publish::kCommentNames));
  if (comment) settings.comment = static_cast<publish::Comment>(*comment);
  GP_TRY(const auto run, choice(inputs, "check-run", publish::kCheckRunNames));
  if (run) settings.check_run = static_cast<publish::CheckRun>(*run);
  if (const auto most = inputs.get("inline-comments")) {
    const auto number = text::parse_number(*most);
    if (!number || *number > publish::kMostInline)
      return unexpected("inline-comments", *most, fmt::format("a number from 0 to {}", publish::kMostInline));
    settings.most_inline = *number;
  }
  GP_CHECK(set_truth(inputs, "status", settings.status));
  GP_CHECK(set_truth(inputs, "upload-sarif", settings.upload_sarif));
  GP_CHECK(set_truth(inputs, "reviewers", settings.reviewers));
  if (auto labels = inputs.list("labels"); !labels.empty()) {
    if (labels.size() > publish::kMostLabels)
      return unexpected("labels", fmt::format("a list of {}", labels.size()),
                        fmt::format("at most {}", publish::kMostLabels));
    for (const std::string& label : labels) {
      if (label.size() > publish::kLongestLabel)
        return unexpected("labels", label, fmt::format("names of at most {} bytes", publish::kLongestLabel));
    }
    settings.labels = std::move(labels);
  }
  // On GitLab each note is a write.
  settings.most_writes = std::max(settings.most_writes, settings.most_inline + kOtherWrites);
  return Done{};
}

}  // namespace gatepost::app
