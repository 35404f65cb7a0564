// What GitHub once answered (@octokit/fixtures), played back: each conversation through the client, those about
// something that we do through the forge as well.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/file.hpp"
#include "doc/json.hpp"
#include "forge/answer.hpp"
#include "fuzz/views.hpp"
#include "support/skip.hpp"
#include "unit/forge/github_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

const std::string kFolder =
    GATEPOST_SOURCE_DIR "/tests/emulators/node_modules/@octokit/fixtures/scenarios/api.github.com";
const std::string kApi = "https://api.github.com";

struct Recorded {
  std::string method, url, request, answer;
  int status = 0;
  net::Headers headers;
};

// "" stays "", a text is itself, anything else is JSON.
std::string body_of(doc::View view) {
  return view.is_object() || view.is_array() ? fuzz::written(view) : std::string(view.text());
}

std::vector<Recorded> conversation(const std::string& name) {
  const auto text = read_file(kFolder + "/" + name + "/normalized-fixture.json", 16 << 20);
  REQUIRE(text);
  const auto document = doc::parse_json(*text, name);
  REQUIRE(document);
  std::vector<Recorded> all;
  for (const doc::View it : document->root().items()) {
    Recorded one{.request = body_of(it.at("body")), .answer = body_of(it.at("response"))};
    for (const char c : it.at("method").text()) one.method += static_cast<char>(std::toupper(c));
    const std::string scope(it.at("scope").text());
    one.url = scope.substr(0, scope.rfind(":443")) + std::string(it.at("path").text());
    one.status = static_cast<int>(it.at("status").integer().value_or(0));
    for (const auto& [header, value] : it.at("headers").members()) {
      if (!value.text().empty()) CHECK(one.headers.add(std::string(header), std::string(value.text())));
    }
    all.push_back(std::move(one));
  }
  return all;
}

// Answers as it was recorded, in that order, and notices any other request.
class Playback final : public net::Http {
 public:
  explicit Playback(std::vector<Recorded> all) : all_(std::move(all)) {}
  net::Exchange send(const net::Request& request, std::chrono::milliseconds) override {
    REQUIRE(next < all_.size());
    const Recorded& it = all_[next++];
    CHECK(request.method == it.method);
    CHECK(request.url == it.url);
    CHECK(request.body == it.request);
    CHECK((request.credential.value.reveal().empty()) == !request.url.starts_with(kApi + "/"));
    return net::Response{.status = it.status, .headers = it.headers, .body = it.answer};
  }
  [[nodiscard]] bool over() const { return next == all_.size(); }
  [[nodiscard]] const Recorded& coming() const { return all_[next]; }
  std::size_t next = 0;

 private:
  std::vector<Recorded> all_;
};

bool have_recordings() {
  if (std::filesystem::exists(kFolder)) return true;
  skip("no recorded conversations (npm ci in tests/emulators)");
  return false;
}

// The forge's requests for one recorded conversation; paging is ours.
void play(RoutedHttp& http, const std::vector<Recorded>& all, const std::string& query = "") {
  for (const Recorded& it : all) {
    http.once(it.method + " " + it.url.substr(kApi.size()) + (it.method == "GET" ? query : ""), it.status, it.answer,
              it.headers);
  }
}

forge::Access access_to(const std::string& repository) {
  auto access = an_access();
  access.repository = "octokit-fixture-org/" + repository;
  return access;
}

}  // namespace

TEST_CASE("recordings: every conversation is had again, with its pages, redirects and refusals") {
  if (!have_recordings()) return;
  std::set<int> statuses;
  std::size_t pages = 0;
  for (const auto& folder : std::filesystem::directory_iterator(kFolder)) {
    CAPTURE(folder.path().filename().string());
    Playback http(conversation(folder.path().filename().string()));
    FakeTime time;
    net::Client client(http, time.ports(), {kApi, {"Authorization", Secret("Bearer " + a_token())}, {}, {}},
                       {.total = std::chrono::hours(1), .writes = 100});
    while (!http.over()) {
      const Recorded& now = http.coming();
      const auto effect = now.method == "GET" ? net::Effect::read : net::Effect::idempotent;
      const net::Call call{.method = now.method, .url = now.url, .body = now.request, .effect = effect};
      if (now.headers.get("Link").find("rel=\"next\"") != std::string_view::npos) {
        REQUIRE(client.pages(call, [&](const net::Response& page) -> Result<bool> {
          ++pages;
          return page.ok();
        }));
        continue;
      }
      const bool uploads = !now.url.starts_with(kApi);
      const auto answer = client.call(call);
      REQUIRE(answer);
      CHECK((answer->status < 300 || answer->status >= 400 || uploads));
      statuses.insert(answer->status);
      if (answer->status == 422) CHECK_FALSE(forge::said_in(answer->body).empty());
    }
  }
  CHECK(pages >= 5);
  for (const int status : {200, 201, 204, 422}) CHECK(statuses.contains(status));
}

TEST_CASE("recordings: labels are added as they were, and a status is set and found again") {
  if (!have_recordings()) return;
  AGitHub labels(access_to("add-labels-to-issue"));
  auto all = conversation("add-labels-to-issue");
  REQUIRE(all.size() == 2);
  play(labels.http, {all[1]});
  labels.http.on(kGraphql, 200, kViewer);
  auto shown = a_shown();
  shown.request.number = 1;
  CHECK(labels.forge->apply({.what = publish::ChangeLabels{{"Foo", "bAr", "baZ"}, {}}}, shown));
  CHECK(labels.http.seen.back().body == all[1].request);

  all = conversation("create-status");
  const std::string commit = all[0].url.substr(all[0].url.rfind('/') + 1);
  AGitHub status(access_to("create-status"));
  play(status.http, {all[0]});
  play(status.http, {all[2]}, "?per_page=100");
  const auto answer = doc::parse_json(all[2].answer, "statuses");
  REQUIRE(answer);
  const doc::View author = answer->root().at(0).at("creator");
  status.http.on(kGraphql, 200,
                 R"({"data":{"viewer":{"login":")" + std::string(author.at("login").text()) + R"(","databaseId":)" +
                     forge::id_of(author.at("id")) + "}}}");
  status.http.on("GET /repos/octokit-fixture-org/create-status/commits/" + commit +
                     "/check-runs?filter=latest&check_name=example%2F1&per_page=100",
                 200, R"({"check_runs":[]})");
  const publish::SetStatus set{commit, "example/1", "create-status failure test", "https://example.com", "failure"};
  REQUIRE(status.forge->apply({.what = set}, shown));
  const auto found = status.forge->shown({.change_request = false, .head = commit, .name = "example/1"});
  REQUIRE(found);
  REQUIRE(found->status);
  CHECK(found->status->state == "failure");
  CHECK(found->status->description == "create-status failure test");
}

TEST_CASE("recordings: a file's bytes are those of the answer") {
  if (!have_recordings()) return;
  const auto all = conversation("get-content");
  AGitHub it(access_to("hello-world"));
  play(it.http, {all[1]}, "?ref=" + kHead);
  const auto file = it.forge->file_at("README.md", kHead);
  REQUIRE(file);
  CHECK(*file == all[1].answer);
}
