// acme/shop on a scripted GitLab below a path, and our bot in it.
#pragma once

#include <memory>
#include <string>

#include "forge/forge.hpp"
#include "publish/marker.hpp"
#include "support/scripted_http.hpp"
#include "unit/forge/routed_http.hpp"

namespace gatepost::test::lab {

inline const std::string kHead(40, 'a'), kBase(40, 'b'), kStart(40, 'd'), kOther(40, 'c');
inline const std::string kProject = "/projects/acme%2Fshop";
inline const std::string kRequest = kProject + "/merge_requests/7";
inline const std::string kPage = "?per_page=100";
inline const std::string kNotes = kRequest + "/notes", kDiscussions = kRequest + "/discussions";
inline const std::string kStatuses =
    "GET " + kProject + "/repository/commits/" + kHead + "/statuses?name=gatepost&per_page=100";
inline const std::string kBot = R"({"id":41,"username":"project_1_bot_2"})";
inline const std::string kStranger = R"({"id":5,"username":"stranger"})";

inline std::string refs_json(const std::string& head = kHead) {
  return R"({"base_sha":")" + kBase + R"(","start_sha":")" + kStart + R"(","head_sha":")" + head + R"("})";
}

inline std::string request_json(const std::string& refs = refs_json(), const std::string& source = "1",
                                const std::string& state = "opened", const std::string& count = R"("0")") {
  return R"({"id":900,"iid":7,"state":")" + state + R"(","sha":")" + kHead +
         R"(","target_branch":"main","source_branch":"fix","author":{"id":9,"username":"alice"},
    "labels":["wip","api"],"reviewers":[{"id":8,"username":"bob"}],"source_project_id":)" +
         source + R"(,"target_project_id":1,"changes_count":)" + count +
         R"(,"web_url":"https://gitlab.example/forge/acme/shop/-/merge_requests/7","diff_refs":)" + refs + "}";
}

inline std::string versions_json(const std::string& head = kHead) {
  return R"([{"id":2,"head_commit_sha":")" + head + R"(","base_commit_sha":")" + kBase + R"(","start_commit_sha":")" +
         kStart + R"("},{"id":1,"head_commit_sha":")" + kOther + R"(","base_commit_sha":")" + kOther +
         R"(","start_commit_sha":")" + kOther + R"("}])";
}

inline std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\r') {
      out += "\\r";
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

inline std::string summary_body(const std::string& rest = "text") {
  return publish::summary_marker("gatepost", {.head = kHead, .run = 12, .attempt = 1}) + "\n" + rest;
}
inline std::string note_marker(char letter = 'A') {
  return "<!-- gatepost:note gatepost GP-" + std::string(26, letter) + " -->";
}

// One note of a discussion, and a discussion of notes.
inline std::string note_json(const std::string& id, const std::string& body, const std::string& author = kBot,
                             const std::string& more = "") {
  return R"({"id":)" + id + R"(,"body":)" + json_text(body) + R"(,"author":)" + author + R"(,"system":false)" + more +
         "}";
}
inline std::string discussion_json(const std::string& id, const std::string& notes, bool individual = false) {
  return R"({"id":")" + id + R"(","individual_note":)" + (individual ? "true" : "false") + R"(,"notes":[)" + notes +
         "]}";
}

// The token is made here, so that none stands in the source.
inline std::string a_token() { return "tok" + std::string(20, 'x') + "en"; }

inline forge::Access an_access(forge::TokenKind kind = forge::TokenKind::user,
                               const std::string& project = "acme/shop") {
  return {.api = "https://gitlab.example/forge/api/v4",
          .graphql = "",
          .repository = project,
          .kind = kind,
          .token = Secret(a_token())};
}

struct AGitLab {
  explicit AGitLab(forge::Access access = an_access(), net::Limits limits = {})
      : forge(forge::gitlab(std::move(access), http, time.ports(), limits)) {}

  // A merge request without anything of ours.
  AGitLab& quiet(const std::string& request = request_json()) {
    http.on("GET " + kRequest, 200, request).on("GET " + kRequest + "/versions" + kPage, 200, versions_json());
    http.on("GET /user", 200, kBot).on("GET " + kDiscussions + kPage, 200, "[]").on(kStatuses, 200, "[]");
    http.on("GET " + kRequest + "/diffs" + kPage, 200, "[]");
    return *this;
  }

  FakeTime time;
  RoutedHttp http{"https://gitlab.example/forge/api/v4"};
  std::unique_ptr<forge::Forge> forge;
};

inline forge::Wanted a_wanted() { return {.number = 7, .head = kHead, .name = "gatepost"}; }

inline publish::Shown a_shown() {
  publish::Shown shown;
  shown.request = {.number = 7, .head = kHead, .base = kBase, .start = kStart, .author = "alice"};
  return shown;
}

}  // namespace gatepost::test::lab
