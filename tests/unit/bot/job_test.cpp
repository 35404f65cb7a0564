// tests/data/bot/jobs.yaml has what webhooks ask for.
#include "bot/job.hpp"

#include <doctest/doctest.h>

#include <map>

#include "doc/json.hpp"
#include "fuzz/views.hpp"
#include "support/skip.hpp"
#include "support/yaml_cases.hpp"

using namespace gatepost;
using namespace gatepost::bot;

namespace {

std::string or_dash(std::string text) { return text.empty() ? "-" : text; }

std::string shown(const Job& it) {
  return std::string(to_string(it.kind)) + " " + or_dash(it.repository) + " " + std::to_string(it.change) + " " +
         or_dash(it.head.substr(0, 7)) + " " + or_dash(it.installation) + " | " + it.key;
}

Sender sender_of(doc::View one) {
  for (const Sender sender : {Sender::github, Sender::gitlab, Sender::jira, Sender::linear}) {
    if (to_string(sender) == one.at("sender").text()) return sender;
  }
  FAIL("no sender is called ", std::string(one.at("sender").text()));
  return {};
}

// The body with the repository of the defaults, unless it has one.
std::string body_of(doc::View one, doc::View defaults) {
  if (one.at("form").exists()) return std::string(one.at("form").text());
  const doc::View body = one.at("body");
  std::string json = fuzz::written(body);
  const bool github = one.at("sender").text() == "github";
  const char* const member = github ? "repository" : "project";
  const doc::View repository = defaults.at(one.at("sender").text());
  if (!repository.exists() || body.at(member).exists() || one.at("bare").exists()) return json;
  return "{\"" + std::string(member) + "\":" + fuzz::written(repository) + "," + json.substr(1);
}

void check_pieces(const std::string& said, doc::View pieces) {
  for (const doc::View piece : pieces.items())
    CHECK_MESSAGE(said.find(piece.text()) != std::string::npos, said, " lacks ", std::string(piece.text()));
}

void check_command(const Job& job, const Delivery& delivery, const std::string& body) {
  if (job.kind != JobKind::command) {
    CHECK(job.event_body.empty());
    return;
  }
  CHECK_FALSE(job.event.empty());
  CHECK(job.event_body.starts_with('{'));
  if (body.starts_with('{')) CHECK(job.event_body == body);
  CHECK(job.sender == delivery.sender);
}

}  // namespace

TEST_CASE("a webhook asks for what the cases say") {
  const doc::Document document = test::yaml_cases("bot/jobs.yaml");
  const doc::View defaults = document.root().at("defaults");
  std::vector<std::string> own;
  for (const doc::View name : defaults.at("own").items()) own.emplace_back(name.scalar());
  std::size_t count = 0;
  for (const doc::View one : document.root().at("cases").items()) {
    ++count;
    CAPTURE(std::string(one.at("name").text()));
    const Delivery delivery{sender_of(one), "x", std::string(one.at("event").text())};
    const std::string body = body_of(one, defaults);
    const auto reading = read_delivery(delivery, body, own);
    CHECK_MESSAGE(reading.ok() != one.at("error").exists(), (reading ? "" : reading.error().message));
    if (!reading) {
      check_pieces(reading.error().message, one.at("error"));
      continue;
    }
    CHECK(reading->ignored.empty() == !reading->jobs.empty());
    check_pieces(reading->ignored, one.at("ignored"));
    std::vector<std::string> expected, jobs;
    for (const doc::View job : one.at("is").items()) expected.emplace_back(job.text());
    for (const Job& job : reading->jobs) jobs.push_back(shown(job)), check_command(job, delivery, body);
    CHECK(jobs == expected);
    CHECK((one.at("is").exists() || one.at("ignored").exists()));
  }
  CHECK(count > 80);
}

TEST_CASE("jobs about one change take each other's place, commands never do") {
  const auto key = [](const char* event, const std::string& rest) {
    const std::string body = R"({"repository":{"id":1,"full_name":"acme/shop","default_branch":"main"},)" + rest + "}";
    const auto reading = read_delivery({Sender::github, "x", event}, body, {});
    REQUIRE(reading);
    REQUIRE(reading->jobs.size() == 1);
    return reading->jobs[0].key;
  };
  const std::string commit(40, 'a');
  const std::string run =
      R"("action":"completed","workflow_run":{"conclusion":"success","head_branch":"fix","head_sha":")" + commit +
      R"(","pull_requests":[{"number":7,"head":{"sha":")" + commit + R"("},"base":{"repo":{"id":1}}}]})";
  CHECK(key("workflow_run", run) == key("pull_request", R"("action":"opened","pull_request":{"number":7})"));
  CHECK(key("workflow_run", run) != key("pull_request", R"("action":"opened","pull_request":{"number":8})"));
  const auto comment = [&](const char* id) {
    return R"("action":"created","issue":{"number":7,"pull_request":{}},"comment":{"body":"/gatepost recheck","id":)" +
           std::string(id) + "}";
  };
  CHECK(key("issue_comment", comment("5")) != key("issue_comment", comment("6")));
}

TEST_CASE("recorded webhooks of GitLab ask for what they should") {
  const auto shared = test::shared_folder();
  if (!shared) return;
  const struct {
    const char *file, *event, *expected;
  } kCases[] = {
      {"merge_request", "Merge Request Hook", ""},
      {"note_merge_request", "Note Hook", "does not speak"},
      {"note_issue", "Note Hook", "asks for nothing"},
      {"note_commit", "Note Hook", "asks for nothing"},
      {"push", "Push Hook", "a push"},
      {"build", "Job Hook", "asks for nothing"},
      {"job", "Job Hook", "asks for nothing"},
      {"pipeline", "Pipeline Hook", ""},
  };
  for (const auto& it : kCases) {
    CAPTURE(it.file);
    const auto body = read_file(*shared + "/contracts/gitlab/webhooks/" + it.file + ".json", 1 << 20);
    REQUIRE(body);
    const auto reading = read_delivery({Sender::gitlab, "x", it.event}, *body, {});
    REQUIRE(reading);
    CHECK_MESSAGE(reading->ignored.find(it.expected) != std::string::npos, reading->ignored);
    CHECK(reading->jobs.empty() == (it.expected[0] != '\0'));
  }
}

TEST_CASE("sample webhooks of GitHub ask for something or say why not") {
  const std::string file =
      GATEPOST_SOURCE_DIR "/tests/emulators/node_modules/@octokit/webhooks-examples/api.github.com/index.json";
  const auto text = read_file(file, 64 << 20);
  if (!text) return test::skip("no sample webhooks (npm ci in tests/emulators)");
  const auto samples = doc::parse_json(*text, "samples");
  REQUIRE(samples);
  std::map<std::string, int> asked;
  for (const doc::View kind : samples->root().items()) {
    const std::string name(kind.at("name").text());
    for (const doc::View example : kind.at("examples").items()) {
      CAPTURE(name);
      const auto reading = read_delivery({Sender::github, "x", name}, fuzz::written(example), {});
      REQUIRE_MESSAGE(reading.ok(), reading.error().message);
      CHECK(reading->ignored.empty() == !reading->jobs.empty());
      for (const Job& job : reading->jobs) ++asked[name + " " + std::string(to_string(job.kind))];
    }
  }
  CHECK(asked["pull_request evaluate"] > 5);
  CHECK(asked["workflow_run evaluate"] > 0);
  CHECK(asked["check_suite evaluate"] > 0);
  CHECK(asked.size() == 3);  // nobody speaks to us there, and no issue is a ticket of ours
}
