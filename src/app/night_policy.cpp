#include "app/night_policy.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "policy/tighten.hpp"

namespace gatepost::app {
namespace {

void write(doc::JsonWriter& json, const config::File& file) {
  json.begin_object().field("name", file.name).field("text", file.text).end_object();
}

std::optional<config::File> file_of(doc::View view) {
  if (!view.is_object()) return std::nullopt;
  return config::File{std::string(view.at("name").text()), std::string(view.at("text").text())};
}

std::optional<config::Files> files_of(const std::string& snapshot) {
  const auto document = doc::parse_json(snapshot, kPolicyDocument);
  if (!document) return std::nullopt;
  const doc::View root = document->root();
  config::Files files{.settings = file_of(root.at("settings")), .policy = file_of(root.at("policy"))};
  for (const doc::View it : root.at("extended").items()) {
    if (auto file = file_of(it)) files.extended.push_back(std::move(*file));
  }
  return files;
}

// The files that only the policies come from: a waiver that cannot be read is no matter here.
std::optional<config::Settings> rules_of(const config::Files& files) {
  const config::Files only{.settings = files.settings, .policy = files.policy, .extended = files.extended};
  auto settings = config::load(only);
  return settings ? std::optional(std::move(*settings)) : std::nullopt;
}

std::string weaker_evidence(const policy::Evidence& before, const policy::Evidence& now) {
  if (now.tolerate_incomplete && !before.tolerate_incomplete) return "missing evidence no longer closes the gate";
  for (const std::string& scanner : before.required_scanners) {
    if (std::ranges::find(now.required_scanners, scanner) == now.required_scanners.end())
      return fmt::format("{} is no longer required", scanner);
  }
  return {};
}

}  // namespace

std::string policy_snapshot(const config::Files& files) {
  doc::JsonWriter json;
  json.begin_object().key("extended").begin_array();
  for (const config::File& it : files.extended) write(json, it);
  json.end_array();
  if (files.policy) write(json.key("policy"), *files.policy);
  if (files.settings) write(json.key("settings"), *files.settings);
  return json.end_object().take() + "\n";
}

std::string policy_weakening(const std::string& snapshot, const config::Files& now) {
  const auto files = files_of(snapshot);
  const auto before = files ? rules_of(*files) : std::nullopt, after = rules_of(now);
  if (!before || !after) return {};
  std::string why = policy::weakening(before->rules, after->rules);
  return why.empty() ? weaker_evidence(before->evidence, after->evidence) : why;
}

}  // namespace gatepost::app
