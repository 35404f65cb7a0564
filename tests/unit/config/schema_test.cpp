// The schemas that editors use know the same keys as the readers.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "base/resource.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"

using namespace gatepost;
using namespace gatepost::config;

namespace {

using Names = std::set<std::string>;

// The names that a message lists behind "expected one of".
Names names_in(const std::string& message) {
  constexpr std::string_view kBefore = "expected one of ";
  const std::size_t at = message.find(kBefore);
  Names names;
  if (at == std::string::npos) return names;
  const std::string list = message.substr(at + kBefore.size(), message.find('\n', at) - at - kBefore.size());
  for (const std::string_view name : text::split(list, ',')) names.emplace(text::trim(name));
  return names;
}

Names keys_of(std::string_view schema, const char* pointer) {
  const auto text = find_resource(schema);
  REQUIRE(text.has_value());
  const auto document = nlohmann::json::parse(*text);
  Names names;
  for (const auto& [key, value] : document.at(nlohmann::json::json_pointer(pointer)).items()) names.insert(key);
  return names;
}

struct Case {
  const char* schema;
  const char* pointer;  // to the properties
  const char* text;     // has a key "qqqqqqqq" in the place that the properties describe
};

}  // namespace

TEST_CASE("schema: the keys of the schemas are those that the readers know") {
  const Case cases[] = {
      {"schema/gatepost.schema.json", "/properties", "version: 1\nqqqqqqqq: 1\n"},
      {"schema/gatepost.schema.json", "/properties/gate/properties", "version: 1\ngate: {qqqqqqqq: 1}\n"},
      {"schema/gatepost.schema.json", "/properties/codeowners/properties", "version: 1\ncodeowners: {qqqqqqqq: 1}\n"},
      {"schema/gatepost.schema.json", "/properties/feeds/properties", "version: 1\nfeeds: {qqqqqqqq: 1}\n"},
      {"schema/gatepost.schema.json", "/properties/vex/properties", "version: 1\nvex: {qqqqqqqq: 1}\n"},
      {"schema/gatepost.schema.json", "/properties/vex/properties/trust/items/properties",
       "version: 1\nvex: {trust: [{author: A, qqqqqqqq: 1}]}\n"},
      {"schema/gatepost.schema.json", "/properties/commands/properties", "version: 1\ncommands: {qqqqqqqq: 1}\n"},
      {"schema/gatepost.schema.json", "/properties/result/properties", "version: 1\nresult: {qqqqqqqq: 1}\n"},
      {"schema/gatepost.schema.json", "/properties/runtime/properties", "version: 1\nruntime: {qqqqqqqq: 1}\n"},
      {"schema/gatepost.schema.json", "/properties/runtime/properties/columns/properties",
       "version: 1\nruntime: {columns: {qqqqqqqq: 1}}\n"},
      {"schema/policy.schema.json", "/properties", "gatepost: 1\npolicies: []\nqqqqqqqq: 1\n"},
      {"schema/policy.schema.json", "/properties/defaults/properties",
       "gatepost: 1\npolicies: []\ndefaults: {qqqqqqqq: 1}\n"},
      {"schema/policy.schema.json", "/properties/policies/items/properties",
       "gatepost: 1\npolicies: [{id: a, match: {kind: sca}, action: warn, qqqqqqqq: 1}]\n"},
      {"schema/gatepost.schema.json", "/properties/routing/properties", "version: 1\nrouting: {qqqqqqqq: 1}\n"},
      {"schema/services.schema.json", "/properties", "services: []\nqqqqqqqq: 1\n"},
      {"schema/services.schema.json", "/properties/services/items/properties",
       "services: [{name: a, paths: x, qqqqqqqq: 1}]\n"},
      {"schema/services.schema.json", "/properties/services/items/properties/mitigation/properties",
       "services: [{name: a, paths: x, mitigation: {strength: none, qqqqqqqq: 1}}]\n"},
      {"schema/teams.schema.json", "/properties", "teams: []\nqqqqqqqq: 1\n"},
      {"schema/teams.schema.json", "/properties/teams/items/properties", "teams: [{id: a, qqqqqqqq: 1}]\n"},
      {"schema/teams.schema.json", "/properties/teams/items/properties/aliases/properties",
       "teams: [{id: a, aliases: {qqqqqqqq: 1}}]\n"},
      {"schema/teams.schema.json", "/properties/teams/items/properties/jira/properties",
       "teams: [{id: a, jira: {project: P, qqqqqqqq: 1}}]\n"},
      {"schema/teams.schema.json", "/properties/teams/items/properties/linear/properties",
       "teams: [{id: a, linear: {team: P, qqqqqqqq: 1}}]\n"},
      {"schema/teams.schema.json", "/properties/teams/items/properties/sla/properties",
       "teams: [{id: a, sla: {qqqqqqqq: 1}}]\n"},
      {"schema/policy.schema.json", "/properties/waivers/properties",
       "gatepost: 1\npolicies: []\nwaivers: {qqqqqqqq: 1}\n"},
      {"schema/policy.schema.json", "/properties/policies/items/properties/scope/properties",
       "gatepost: 1\npolicies: [{id: a, action: warn, scope: {qqqqqqqq: 1}}]\n"},
      {"schema/policy.schema.json", "/properties/policies/items/properties/grace/properties",
       "gatepost: 1\npolicies: [{id: a, action: warn, grace: {days: 1, from: published, qqqqqqqq: 1}}]\n"},
      {"schema/policy.schema.json", "/properties/policies/items/properties/review/properties",
       "gatepost: 1\npolicies: [{id: a, action: require_review, review: {qqqqqqqq: 1}}]\n"},
      {"schema/waivers.schema.json", "/properties", "waivers: []\nqqqqqqqq: 1\n"},
      {"schema/waivers.schema.json", "/properties/waivers/items/properties", "waivers: [{id: W, qqqqqqqq: 1}]\n"},
  };
  for (const Case& test : cases) {
    INFO(std::string(test.schema) << std::string(test.pointer));
    const File file{"x.yml", test.text};
    const std::string_view schema = test.schema;
    const auto read = load(schema.find("gatepost.") != std::string_view::npos  ? Files{.settings = file}
                           : schema.find("policy") != std::string_view::npos   ? Files{.policy = file}
                           : schema.find("services") != std::string_view::npos ? Files{.services = file}
                           : schema.find("teams") != std::string_view::npos    ? Files{.teams = file}
                                                                               : Files{.waivers = file});
    const Status strict = read ? check_strictly(*read) : Status(read.error());
    REQUIRE_FALSE(strict.ok());
    CHECK(names_in(strict.error().message) == keys_of(schema, test.pointer));
  }
}

TEST_CASE("schema: the fields of conditions are those that policies can ask for") {
  Names names = {"all", "any", "not"};
  for (const policy::Field& field : policy::fields()) names.emplace(field.name);
  CHECK(keys_of("schema/policy.schema.json", "/definitions/condition/properties") == names);
}
