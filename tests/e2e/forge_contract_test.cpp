// The contract of Forge, on each implementation: real HTTP to an emulated forge that keeps state and holds every
// request against the vendor's documents. Each case has a repository of its own; a violation fails it.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "forge/forge.hpp"
#include "net/curl_http.hpp"
#include "publish/marker.hpp"
#include "support/background.hpp"
#include "support/git_repo.hpp"
#include "support/key_pair.hpp"
#include "support/skip.hpp"

using namespace gatepost;
using namespace gatepost::test;
using publish::Channel;

namespace {

const std::string kEmulators = GATEPOST_SOURCE_DIR "/tests/emulators";

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Real enough for signatures; sleeping costs nothing.
net::Time fake_time() {
  const auto ahead = std::make_shared<std::int64_t>(0);
  return {[ahead] {
            const auto now = std::chrono::system_clock::now().time_since_epoch();
            return Timestamp{std::chrono::duration_cast<std::chrono::milliseconds>(now).count() + *ahead};
          },
          [ahead](std::chrono::milliseconds duration) { *ahead += duration.count(); }};
}

// One process of emulators for all cases.
class Emulators {
 public:
  static Emulators* get() {
    static const auto it = start();
    if (!it) skip("no node, or no packages of the emulators (npm ci in tests/emulators)");
    return it.get();
  }

  [[nodiscard]] std::string address(const char* forge, const char* name) const {
    return std::string(addresses_->root().at(forge).at(name).text());
  }

  doc::Document control(const std::string& method, const std::string& path, const std::string& body = {}) {
    const net::Request request{.method = method,
                               .url = std::string(addresses_->root().at("control").text()) + "/" + path,
                               .headers = {{"Content-Type", "application/json"}},
                               .body = body};
    const auto answer = http_->send(request, std::chrono::seconds(20));
    const auto* const response = std::get_if<net::Response>(&answer);
    REQUIRE(response != nullptr);
    CAPTURE(response->body);
    REQUIRE(response->status == 200);
    return doc::parse_json(response->body, "control").value();
  }

  net::Http& http() { return *http_; }

 private:
  static std::unique_ptr<Emulators> start() {
    if (!std::filesystem::is_directory(kEmulators + "/node_modules") || !have_git()) return nullptr;
    auto it = std::make_unique<Emulators>();
    const std::map<std::string, std::string> environment{{"PATH", variable("PATH")},
                                                         {"GATEPOST_SHARED", variable("GATEPOST_SHARED")},
                                                         {"GATEPOST_EMULATOR_WATCH_STDIN", "1"}};
    auto seen = environment;
    if (seen["GATEPOST_SHARED"].empty()) seen.erase("GATEPOST_SHARED");
    it->process_ =
        std::make_unique<BackgroundProcess>(std::vector<std::string>{"node", "server.mjs"}, kEmulators, seen);
    const auto line = it->process_->line();
    if (!line) return nullptr;
    it->addresses_ = doc::parse_json(*line, "addresses").value();
    it->http_ = net::CurlHttp::create({.user_agent = "gatepost/test"}).value();
    return it;
  }

  std::unique_ptr<BackgroundProcess> process_;
  std::optional<doc::Document> addresses_;
  std::unique_ptr<net::CurlHttp> http_;
};

std::string lines(int count, const std::function<std::string(int)>& text) {
  std::string all;
  for (int i = 1; i <= count; ++i) all += text(i) + "\n";
  return all;
}

// main, and a change of it: src/a.c differs in lines 3 and 25, logo.png is new and binary.
struct Change {
  Change() {
    const auto base = [](int i) { return "line " + std::to_string(i); };
    const auto head = [&](int i) { return i == 3 || i == 25 ? "changed " + std::to_string(i) : base(i); };
    make_repository(directory.path().string(),
                    {{"main", {}, {{"src/a.c", lines(40, base)}, {"docs/CODE OWNERS", "* @acme/all\n"}}},
                     {"fix",
                      {"main"},
                      {{"src/a.c", lines(40, head)},
                       {"docs/CODE OWNERS", "* @acme/all\n"},
                       {"logo.png", std::string("\0\1\2PNG", 6)}}}});
    base_commit = git_line(directory.path().string(), {"rev-parse", "main"});
    head_commit = git_line(directory.path().string(), {"rev-parse", "fix"});
  }
  TempDir directory;
  std::string base_commit, head_commit;
};

// A forge with a change request and what is needed to look at it from outside.
struct Bench {
  Emulators* emulators = nullptr;
  std::string tenant;  // as the control interface calls the repository
  Change change;
  forge::Access access;
  std::unique_ptr<forge::Forge> forge;
  forge::Wanted wanted;

  void fault(const std::string& json) { emulators->control("POST", "faults?tenant=" + tenant, "[" + json + "]"); }
  publish::Shown shown() const {
    auto it = forge->shown(wanted);
    if (!it) FAIL(it.error().message);
    for (const std::string& note : it->notes) MESSAGE(note);
    return *std::move(it);
  }
  forge::Applied apply(publish::What what, const publish::Shown& at) const {
    auto applied = forge->apply({.key = "key", .channel = Channel::comment, .what = std::move(what)}, at);
    if (!applied) FAIL(applied.error().message);
    return *std::move(applied);
  }
  // So many comments by a stranger.
  std::function<void(int)> crowd;
  // How the forge says that it was asked too much.
  std::vector<const char*> limits;
  void end() const {
    const auto violations = emulators->control("GET", "violations?tenant=" + tenant);
    for (const doc::View it : violations.root().items()) {
      FAIL_CHECK(it.at("kind").text() << ": " << it.at("request").text() << ": " << it.at("text").text());
    }
  }
};

using MakeBench = std::unique_ptr<Bench> (*)(const std::string& name, bool may_write);

enum class Way : std::uint8_t { workflow, enterprise, app };

const KeyPair& app_key() {
  static const KeyPair it = KeyPair::make();
  return it;
}

void write_permissions(doc::JsonWriter& json, bool may_write, bool as_app) {
  const std::string_view level = may_write ? "write" : "read";
  json.key("permissions").begin_object().field("contents", level).field("checks", level).field("statuses", level);
  json.field(as_app ? "pull_requests" : "pull-requests", level);
  json.field(as_app ? "security_events" : "security-events", level).end_object();
}

// An App of its own for each repository: seeding one again would replace its installations.
void write_app(doc::JsonWriter& json, const Bench& it, std::uint64_t id, bool may_write) {
  json.key("apps").begin_array().begin_object().field("id", id).field("slug", "gate-" + std::to_string(id));
  json.field("public_key", app_key().public_pem).key("installations").begin_array().begin_object().field("id", id + 1);
  json.key("repositories").begin_array().value(it.tenant).end_array();
  write_permissions(json, may_write, true);
  json.end_object().end_array().end_object().end_array();
}

void github_seed(Bench& it, const std::string& name, const std::string& token, bool may_write) {
  doc::JsonWriter json;
  json.begin_object().key("github").begin_object().key("users").begin_array();
  json.begin_object().field("login", "stranger").end_object().end_array();
  json.key("repos").begin_array().begin_object().field("owner", "acme").field("name", name);
  json.field("git_dir", (it.change.directory.path() / ".git").string());
  json.key("collaborators").begin_object().field("bob", "write").end_object();
  json.key("pulls").begin_array().begin_object().field("number", 7).field("user", "author");
  json.key("head").begin_object().field("sha", it.change.head_commit).field("ref", "fix").end_object();
  json.key("base").begin_object().field("sha", it.change.base_commit).field("ref", "main").end_object();
  json.end_object().end_array().key("issue_comments").begin_array().begin_object().field("issue", 7);
  json.field("user", "stranger").field("body", publish::summary_marker("gatepost", {}) + "\nall is well");
  json.end_object().end_array().end_object().end_array();
  json.key("tokens").begin_array().begin_object().field("token", token).field("kind", "actions");
  json.key("repositories").begin_array().value("acme/" + name).end_array();
  write_permissions(json, may_write, false);
  json.end_object().end_array();
  if (!it.access.app_id.empty()) write_app(json, it, *text::parse_number(it.access.app_id), may_write);
  json.end_object().end_object();
  it.emulators->control("POST", "seed", json.text());
}

std::unique_ptr<Bench> github(const std::string& name, bool may_write, Way way) {
  Emulators* const emulators = Emulators::get();
  if (emulators == nullptr) return nullptr;
  auto it = std::make_unique<Bench>();
  it->emulators = emulators;
  it->tenant = "acme/" + name;
  const std::string token = "token-of-" + name + "-" + std::to_string(may_write ? 1 : 0);
  const bool enterprise = way == Way::enterprise;
  it->access = {.api = emulators->address("github", enterprise ? "enterprise_api" : "api"),
                .graphql = emulators->address("github", enterprise ? "enterprise_graphql" : "graphql"),
                .repository = it->tenant,
                .kind = forge::TokenKind::github_actions,
                .token = Secret(token)};
  if (way == Way::app) {
    static std::uint64_t number = 1000;
    it->access.kind = forge::TokenKind::github_app;
    it->access.token = {};
    it->access.app_id = std::to_string(number += 10);
    it->access.app_key = Secret(app_key().private_pem);
  }
  github_seed(*it, name, token, may_write);
  it->forge = forge::github(it->access, emulators->http(), fake_time(),
                            {.total = std::chrono::hours(1), .waiting = std::chrono::hours(1), .writes = 100});
  it->crowd = [bench = it.get(), name](int count) {
    doc::JsonWriter json;
    json.begin_object().key("github").begin_object().key("repos").begin_array().begin_object().field("owner", "acme");
    json.field("name", name).key("issue_comments").begin_array();
    for (int i = 0; i < count; ++i) {
      json.begin_object().field("issue", 7).field("user", "stranger").field("body", "me too").end_object();
    }
    json.end_array().end_object().end_array().end_object().end_object();
    bench->emulators->control("POST", "seed", json.text());
  };
  it->limits = {R"({"kind":"secondary-limit","retry_after":60})", R"({"kind":"secondary-limit","retry_after":""})",
                R"({"kind":"primary-limit","reset":30})", R"({"kind":"primary-limit","reset":-3600})"};
  it->wanted = {.number = 7, .head = it->change.head_commit, .name = "gatepost", .ref = "refs/heads/fix"};
  return it;
}

void gitlab_notes(doc::JsonWriter& json, int count, std::string_view body) {
  json.key("notes").begin_array();
  for (int i = 0; i < count; ++i) {
    json.begin_object().field("iid", 7).field("author", "stranger").field("body", body).end_object();
  }
  json.end_array();
}

void gitlab_seed(Bench& it, const std::string& name, const std::string& token, bool may_write) {
  doc::JsonWriter json;
  json.begin_object().key("gitlab").begin_object().key("users").begin_array();
  json.begin_object().field("username", "bob").end_object().end_array();
  json.key("projects").begin_array().begin_object();
  json.field("path", it.tenant).field("git_dir", (it.change.directory.path() / ".git").string());
  json.key("members").begin_object().field("author", 30).field("bob", 30).end_object();
  json.key("merge_requests").begin_array().begin_object().field("iid", 7).field("author", "author");
  json.field("source_branch", "fix").field("target_branch", "main");
  json.field("head_sha", it.change.head_commit).field("target_sha", it.change.base_commit).end_object().end_array();
  gitlab_notes(json, 1, publish::summary_marker("gatepost", {}) + "\nall is well");
  json.end_object().end_array().key("tokens").begin_array().begin_object().field("token", token);
  json.field("kind", "project").field("username", "bot-of-" + name).field("access_level", 30);
  json.key("scopes").begin_array().value(may_write ? "api" : "read_api").end_array();
  json.key("projects").begin_array().value(it.tenant).end_array().end_object().end_array();
  json.end_object().end_object();
  it.emulators->control("POST", "seed", json.text());
}

std::unique_ptr<Bench> gitlab(const std::string& name, bool may_write) {
  Emulators* const emulators = Emulators::get();
  if (emulators == nullptr) return nullptr;
  auto it = std::make_unique<Bench>();
  it->emulators = emulators;
  it->tenant = "acme/" + name;
  const std::string token = "token-of-" + name + "-" + std::to_string(may_write ? 1 : 0);
  it->access = {.api = emulators->address("gitlab", "api"),
                .repository = it->tenant,
                .kind = forge::TokenKind::user,
                .token = Secret(token)};
  gitlab_seed(*it, name, token, may_write);
  it->forge = forge::gitlab(it->access, emulators->http(), fake_time(),
                            {.total = std::chrono::hours(1), .waiting = std::chrono::hours(1), .writes = 100});
  it->crowd = [bench = it.get()](int count) {
    doc::JsonWriter json;
    json.begin_object().key("gitlab").begin_object().key("projects").begin_array().begin_object();
    json.field("path", bench->tenant);
    gitlab_notes(json, count, "me too");
    json.end_object().end_array().end_object().end_object();
    bench->emulators->control("POST", "seed", json.text());
  };
  it->limits = {R"({"kind":"429-plain","retry_after":60})", R"({"kind":"429-json"})"};
  it->wanted = {.number = 7, .head = it->change.head_commit, .name = "gatepost", .ref = "refs/heads/fix"};
  return it;
}

struct Setup {
  const char* name;
  MakeBench make;
};
const Setup kSetups[] = {
    {"github", [](const std::string& name, bool may_write) { return github(name, may_write, Way::workflow); }},
    {"ghes", [](const std::string& name, bool may_write) { return github(name, may_write, Way::enterprise); }},
    {"app", [](const std::string& name, bool may_write) { return github(name, may_write, Way::app); }},
    {"gitlab", gitlab},
};

void on_each(const char* name, bool may_write, const std::function<void(Bench&)>& test) {
  for (const Setup& setup : kSetups) {
    const auto bench = setup.make(std::string(setup.name) + "-" + name, may_write);
    if (!bench) return;
    INFO("on ", std::string(setup.name));
    test(*bench);
    bench->end();
  }
}

publish::Note note_on(const publish::Shown& shown, std::uint32_t first, std::uint32_t last, char letter) {
  const auto file = std::ranges::find(shown.request.files, "src/a.c", &publish::ShownFile::new_path);
  REQUIRE(file != shown.request.files.end());
  const auto from = publish::find_new_line(file->hunks, first), to = publish::find_new_line(file->hunks, last);
  REQUIRE(from);
  REQUIRE(to);
  const std::string marker = "<!-- gatepost:note gatepost GP-" + std::string(26, letter) + " -->";
  return {marker, marker + "\nbad", file->old_path, file->new_path, from->line, to->line};
}

publish::CreateComment a_comment(const Bench& it) {
  const std::string marker =
      publish::summary_marker("gatepost", {.head = it.change.head_commit, .run = 1, .attempt = 1});
  return {marker, marker + "\nhello"};
}

}  // namespace

TEST_CASE("forge: a change request shows its files; a stranger's marker is nothing") {
  on_each("shows", true, [](Bench& it) {
    const auto shown = it.shown();
    CHECK(shown.notes.empty());
    CHECK(shown.request.number == 7);
    CHECK(shown.request.head == it.change.head_commit);
    CHECK(shown.request.target_branch == "main");
    CHECK(shown.request.author == "author");
    CHECK(shown.request.open);
    CHECK_FALSE(shown.request.from_fork);
    CHECK(shown.request.files_complete);
    REQUIRE(shown.request.files.size() == 2);
    CHECK(shown.request.files[0].new_path == "logo.png");
    CHECK(shown.request.files[0].added);
    CHECK_FALSE(shown.request.files[0].lines_known);
    CHECK(shown.request.files[1].hunks.size() == 2);
    CHECK(shown.comments.empty());
    CHECK(shown.threads.empty());
    CHECK(it.forge->current_head(7).value() == it.change.head_commit);
    CHECK(it.forge->identity());
  });
}

TEST_CASE("forge: a change request is found by the commit that was judged") {
  on_each("found", true, [](Bench& it) {
    it.wanted.number = 0;
    CHECK(it.shown().request.number == 7);
    it.wanted.head_branch = "fix";
    CHECK(it.shown().request.number == 7);
    it.wanted.head_branch = "other";
    CHECK(it.forge->shown(it.wanted).error().kind == ErrorKind::conflict);
  });
}

TEST_CASE("forge: the summary is written, found again as ours, changed and taken away") {
  on_each("summary", true, [](Bench& it) {
    const auto before = it.shown();
    const auto comment = a_comment(it);
    CHECK_FALSE(it.apply(comment, before).url.empty());
    auto shown = it.shown();
    REQUIRE(shown.comments.size() == 1);
    CHECK(shown.comments[0].body == comment.body);
    it.apply(publish::UpdateComment{shown.comments[0].id, comment.marker + "\nnew"}, shown);
    shown = it.shown();
    REQUIRE(shown.comments.size() == 1);
    CHECK(shown.comments[0].body == comment.marker + "\nnew");
    it.apply(publish::DeleteComment{shown.comments[0].id}, shown);
    it.apply(publish::DeleteComment{shown.comments[0].id}, shown);
    CHECK(it.shown().comments.empty());
  });
}

TEST_CASE("forge: our summary is found on whatever page it is") {
  on_each("pages", true, [](Bench& it) {
    const auto before = it.shown();
    for (int i = 0; i < 3; ++i) it.apply(publish::CreateComment{"x", "not ours " + std::to_string(i)}, before);
    it.crowd(240);
    it.apply(a_comment(it), before);
    CHECK(it.shown().comments.size() == 1);
  });
}

TEST_CASE("forge: notes stand on their lines, are changed, and taken away") {
  on_each("notes", true, [](Bench& it) {
    const auto before = it.shown();
    publish::PostNotes post{{note_on(before, 3, 3, 'A'), note_on(before, 23, 26, 'B'), note_on(before, 5, 5, 'C')}};
    it.apply(post, before);
    auto shown = it.shown();
    REQUIRE(shown.threads.size() == 3);
    CHECK(shown.threads[0].line == 3);
    CHECK(shown.threads[1].line == 26);
    CHECK(shown.threads[2].line == 5);
    for (const auto& thread : shown.threads) {
      CHECK(thread.path == "src/a.c");
      CHECK_FALSE(thread.thread.empty());
      CHECK_FALSE(thread.resolved);
      CHECK_FALSE(thread.outdated);
      CHECK_FALSE(thread.has_replies);
    }
    it.apply(publish::UpdateNote{shown.threads[0].thread, shown.threads[0].comment, post.notes[0].marker + "\nworse"},
             shown);
    it.apply(publish::DeleteNote{shown.threads[1].thread, shown.threads[1].comment}, shown);
    it.apply(publish::DeleteNote{shown.threads[1].thread, shown.threads[1].comment}, shown);
    shown = it.shown();
    REQUIRE(shown.threads.size() == 2);
    CHECK(shown.threads[0].body == post.notes[0].marker + "\nworse");
    const auto resolved = it.apply(publish::ResolveThread{shown.threads[0].thread, true}, shown);
    CHECK(resolved.notes.empty());
    CHECK(it.shown().threads[0].resolved);
    it.apply(publish::ResolveThread{shown.threads[0].thread, false}, shown);
    CHECK_FALSE(it.shown().threads[0].resolved);
  });
}

TEST_CASE("forge: a note can be on a file as a whole") {
  on_each("file-note", true, [](Bench& it) {
    const auto before = it.shown();
    publish::Note note = note_on(before, 3, 3, 'A');
    note.old_path = note.new_path = "logo.png";
    note.first = note.last = {};
    it.apply(publish::PostNotes{{note}}, before);
    const auto shown = it.shown();
    REQUIRE(shown.threads.size() == 1);
    CHECK(shown.threads[0].path == "logo.png");
    CHECK(shown.threads[0].line == 0);
    CHECK_FALSE(shown.threads[0].outdated);
  });
}

TEST_CASE("forge: a status is set and read back") {
  on_each("status", true, [](Bench& it) {
    const auto before = it.shown();
    CHECK_FALSE(before.status);
    it.apply(publish::SetStatus{it.change.head_commit, "gatepost", "1 finding", "https://ci.example/1", "failure"},
             before);
    const auto failed = it.shown();
    REQUIRE(failed.status);
    CHECK(failed.status->state == "failure");
    CHECK(failed.status->description == "1 finding");
    CHECK(failed.status->target_url == "https://ci.example/1");
    it.apply(publish::SetStatus{it.change.head_commit, "gatepost", "fine", "https://ci.example/2", "success"}, failed);
    REQUIRE(it.shown().status);
    CHECK(it.shown().status->state == "success");
  });
}

TEST_CASE("forge: labels and reviewers are changed and read back") {
  on_each("labels", true, [](Bench& it) {
    auto shown = it.shown();
    it.apply(publish::ChangeLabels{{"sec: open/closed"}, {}}, shown);
    shown = it.shown();
    CHECK(shown.labels == std::vector<std::string>{"sec: open/closed"});
    it.apply(publish::ChangeLabels{{}, {"sec: open/closed", "not there"}}, shown);
    CHECK(it.shown().labels.empty());
    it.apply(publish::RequestReviews{{"bob"}, {}}, shown);
    CHECK(it.shown().reviewers == std::vector<std::string>{"bob"});
  });
}

TEST_CASE("forge: what was made although its answer was lost is not made again") {
  on_each("lost", true, [](Bench& it) {
    const auto before = it.shown();
    const auto lose_next = [&] {
      it.fault(
          R"({"match":{"method":"POST","path":"/(comments|notes|reviews|discussions|check-runs)$"},"n":1,"kind":"lost"})");
    };
    lose_next();
    it.apply(a_comment(it), before);
    CHECK(it.shown().comments.size() == 1);
    lose_next();
    it.apply(publish::PostNotes{{note_on(before, 3, 3, 'A')}}, before);
    CHECK(it.shown().threads.size() == 1);
    it.fault(R"({"match":{"method":"POST","path":"/(comments|notes)$"},"n":1,"kind":"lost-before"})");
    it.apply(a_comment(it), it.shown());
    CHECK(it.shown().comments.size() == 2);
  });
}

TEST_CASE("forge: limits and broken servers are waited for") {
  on_each("faults", true, [](Bench& it) {
    auto faults = it.limits;
    faults.insert(faults.end(), {R"({"kind":"html-error"})", R"({"kind":"status","status":503})"});
    for (const char* fault : faults) {
      CAPTURE(std::string(fault));
      REQUIRE(it.forge->identity());  // with the token of an App, for which nobody waits long
      it.fault(fault);
      CHECK(it.shown().request.number == 7);
    }
  });
}

TEST_CASE("forge: a token that may only read is told what to grant, once for each thing") {
  on_each("read-only", false, [](Bench& it) {
    const auto shown = it.shown();
    CHECK(shown.request.number == 7);
    const publish::What kActions[] = {a_comment(it), publish::PostNotes{{note_on(shown, 3, 3, 'A')}},
                                      publish::SetStatus{it.change.head_commit, "gatepost", "d", "", "success"},
                                      publish::ChangeLabels{{"x"}, {}}, publish::RequestReviews{{"bob"}, {}}};
    for (const auto& what : kActions) {
      const auto applied = it.forge->apply({.key = "key", .channel = Channel::comment, .what = what}, shown);
      REQUIRE_FALSE(applied);
      CHECK(applied.error().kind == ErrorKind::denied);
      CHECK_FALSE(applied.error().hint.empty());
      const std::string_view token = it.access.token.reveal();
      CHECK((token.empty() || applied.error().message.find(token) == std::string::npos));
    }
  });
}

TEST_CASE("forge: a file is read at a commit; one that is not there is none") {
  on_each("files", true, [](Bench& it) {
    const auto file = it.forge->file_at("docs/CODE OWNERS", it.change.base_commit);
    REQUIRE(file);
    CHECK(*file == "* @acme/all\n");
    const auto none = it.forge->file_at("CODEOWNERS", it.change.base_commit);
    REQUIRE(none);
    CHECK_FALSE(none->has_value());
  });
}

// --- what only GitHub has
// ---------------------------------------------------------------------------------------------

TEST_CASE("forge: GitHub's check run takes any number of annotations") {
  const auto it = github("check-run", true, Way::workflow);
  if (!it) return;
  publish::WriteCheckRun run{.name = "gatepost",
                             .head = it->change.head_commit,
                             .external_id = "gatepost:check:1",
                             .conclusion = "failure",
                             .title = "findings",
                             .summary = "text"};
  for (std::uint32_t i = 1; i <= 101; ++i)
    run.annotations.push_back({"src/a.c", i, i, 1, 2, "warning", "t", "m" + std::to_string(i)});
  it->fault(R"({"match":{"method":"PATCH"},"n":1,"kind":"lost"})");
  CHECK_FALSE(it->apply(run, it->shown()).url.empty());
  const auto shown = it->shown();
  REQUIRE(shown.check);
  CHECK(shown.check->completed);
  CHECK(shown.check->external_id == "gatepost:check:1");
  const auto state = it->emulators->control("GET", "state?tenant=" + it->tenant);
  const doc::View runs = state.root().at("github").at(it->tenant).at("check_runs");
  CHECK(runs.size() == 1);
  CHECK(runs.at(0).at("annotations").size() == 101);
  it->end();
}

TEST_CASE("forge: a repository that moved is followed, but not to another server with the token") {
  const auto it = github("moved", true, Way::workflow);
  if (!it) return;
  it->fault(R"({"kind":"redirect","status":307,"n":0})");
  const auto before = it->shown();
  it->apply(a_comment(*it), before);
  CHECK(it->shown().comments.size() == 1);
  it->fault(R"({"kind":"redirect","status":307,"to":"elsewhere"})");
  CHECK_FALSE(it->forge->current_head(7));
  it->end();
}

TEST_CASE("forge: GitHub takes SARIF") {
  const auto it = github("sarif", true, Way::workflow);
  if (!it) return;
  const std::string sarif = R"({"version":"2.1.0","$schema":"https://json.schemastore.org/sarif-2.1.0.json","runs":[
    {"tool":{"driver":{"name":"gatepost","rules":[]}},"automationDetails":{"id":"gatepost/"},"results":[]}]})";
  const auto applied = it->apply(publish::UploadSarif{it->change.head_commit, "refs/heads/fix", sarif}, it->shown());
  CHECK(applied.notes.empty());
  it->end();
}

TEST_CASE("what people say is read, and answered once") {
  on_each("discussion", true, [](Bench& it) {
    it.crowd(2);
    const auto said = it.forge->comments(7, "me too");
    REQUIRE(said.ok());
    REQUIRE(said->size() == 2);
    const forge::SaidComment& first = said->front();
    CHECK(first.author == "stranger");
    CHECK_FALSE(first.by_bot);
    CHECK_FALSE(first.edited);
    const auto again = it.forge->comment(first.place);
    REQUIRE((again.ok() && *again));
    CHECK((*again)->body == "me too");
    CHECK((*again)->author_id == first.author_id);
    CHECK_FALSE(it.forge->comment({.request = 7, .id = 404'404, .thread = {}})->has_value());

    CHECK(it.forge->level_of(first).value() == "none");
    CHECK(it.forge->acknowledge(first.place).ok());
    CHECK(it.forge->acknowledge(first.place).ok());
    const std::string marker = publish::answer_marker("gatepost", first.place.id);
    CHECK(it.forge->answer(first.place, marker, marker + "\nhello").ok());
    CHECK(it.forge->answer(first.place, marker, marker + "\nhello again").ok());
    const auto answers = it.forge->comments(7, marker);
    REQUIRE(answers.ok());
    REQUIRE(answers->size() == 1);
    CHECK(answers->front().body == marker + "\nhello");
  });
}
