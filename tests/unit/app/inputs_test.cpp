#include "app/inputs.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace gatepost;
using namespace gatepost::app;

namespace {

using Variables = std::map<std::string, std::string>;

Ports ports_with(Variables variables) {
  return {.environment = [variables = std::move(variables)](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() || found->second.empty() ? std::nullopt : std::optional(found->second);
  }};
}

struct Case {
  const char* name;
  Flags flags;
  Variables variables;
  std::optional<std::string> expected;
};

}  // namespace

TEST_CASE("inputs: a flag beats the action's input, which beats the variable; what is empty was not given") {
  const Case cases[] = {
      {"nothing", {}, {}, std::nullopt},
      {"flag",
       {{"comment", "never"}},
       {{"GATEPOST_INPUT_COMMENT", "always"}, {"GATEPOST_COMMENT", "on-failure"}},
       "never"},
      {"input", {}, {{"GATEPOST_INPUT_COMMENT", "always"}, {"GATEPOST_COMMENT", "on-failure"}}, "always"},
      {"variable", {}, {{"GATEPOST_INPUT_COMMENT", ""}, {"GATEPOST_COMMENT", "on-failure"}}, "on-failure"},
      {"empty flag", {{"comment", ""}}, {{"GATEPOST_COMMENT", "on-failure"}}, "on-failure"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.name);
    const Ports ports = ports_with(it.variables);
    CHECK(Inputs(ports, it.flags).get("comment") == it.expected);
  }
}

TEST_CASE("inputs: lists are separated by lines and by commas") {
  const Ports ports = ports_with({{"GATEPOST_INPUT_BASE_REPORTS", " a.sarif\n\nb/*.json , c=trivy\n"}});
  CHECK(Inputs(ports, {}).list("base-reports") == std::vector<std::string>{"a.sarif", "b/*.json", "c=trivy"});
}

TEST_CASE("inputs: values go into the settings, and only those that were given") {
  const Ports ports = ports_with({{"GATEPOST_INPUT_COMMENT", "on-failure"},
                                  {"GATEPOST_INPUT_INLINE_COMMENTS", "0"},
                                  {"GATEPOST_INPUT_STATUS", "on"},
                                  {"GATEPOST_INPUT_CHECK_RUN", "false"},
                                  {"GATEPOST_INPUT_LABELS", "gate, security"},
                                  {"GATEPOST_INPUT_FAIL_ON", "critical"},
                                  {"GATEPOST_INPUT_ADVISORY", "true"}});
  const Inputs inputs(ports, {});
  publish::Settings settings;
  settings.upload_sarif = true;
  REQUIRE(apply(inputs, settings).ok());
  CHECK(settings.comment == publish::Comment::on_failure);
  CHECK(settings.most_inline == 0);
  CHECK(settings.status);
  CHECK(settings.check_run == publish::CheckRun::off);
  CHECK(settings.upload_sarif);
  CHECK(settings.labels == std::vector<std::string>{"gate", "security"});
  const auto said = overrides(inputs);
  REQUIRE(said.ok());
  CHECK(said->fail_on == "critical");
  CHECK(said->mode == policy::Mode::monitor);
}

TEST_CASE("inputs: a value that nobody knows is refused by name") {
  const std::pair<const char*, const char*> cases[] = {
      {"comment", "comment is \"sometimes\"; expected always, on-findings, on-failure, never"},
      {"check-run", "check-run is \"sometimes\"; expected auto, on, off"},
      {"inline-comments", "inline-comments is \"sometimes\"; expected a number from 0 to 50"},
      {"status", "status is \"sometimes\"; expected true or false"},
      {"fail-on", "fail-on is \"sometimes\"; expected low, medium, high, critical, none"},
      {"advisory", "advisory is \"sometimes\"; expected true or false"},
  };
  const Ports ports = ports_with({});
  for (const auto& [name, message] : cases) {
    CAPTURE(name);
    const Inputs inputs(ports, {{name, "sometimes"}});
    publish::Settings settings;
    const Status applied = apply(inputs, settings);
    const auto said = overrides(inputs);
    REQUIRE((!applied.ok() || !said.ok()));
    const Error& refused = applied.ok() ? said.error() : applied.error();
    CHECK(refused.kind == ErrorKind::usage);
    CHECK(refused.message == message);
  }
}
