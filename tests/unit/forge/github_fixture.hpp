// acme/shop on a GitHub that answers as it is told, and our bot in it.
#pragma once

#include <memory>
#include <string>

#include "forge/forge.hpp"
#include "publish/marker.hpp"
#include "support/scripted_http.hpp"
#include "unit/forge/routed_http.hpp"

namespace gatepost::test {

inline const std::string kHead(40, 'a'), kBase(40, 'b'), kOther(40, 'c');
inline const std::string kRepo = "/repos/acme/shop";
inline const std::string kPull = kRepo + "/pulls/7", kIssue = kRepo + "/issues/7";
inline const std::string kGraphql = "POST /graphql";
inline const std::string kBot = R"({"login":"github-actions[bot]","id":41898282,"type":"Bot"})";
inline const std::string kStranger = R"({"login":"stranger","id":5,"type":"User"})";
inline const std::string kCommentsPage = "GET " + kIssue + "/comments?per_page=100";
inline const std::string kNotesPage = "GET " + kPull + "/comments?per_page=100";
inline const std::string kFilesPage = "GET " + kPull + "/files?per_page=100";
inline const std::string kReviewsPage = "GET " + kPull + "/reviews?per_page=100";
inline const std::string kChecksPage =
    "GET " + kRepo + "/commits/" + kHead + "/check-runs?filter=latest&check_name=gatepost&per_page=100";
inline const std::string kStatusesPage = "GET " + kRepo + "/commits/" + kHead + "/statuses?per_page=100";
inline const std::string kViewer = R"({"data":{"viewer":{"login":"github-actions[bot]","databaseId":41898282}}})";
inline const std::string kNotAccessible =
    R"({"message":"Resource not accessible by integration","documentation_url":"https://docs.github.com","status":"403"})";

inline std::string pull_json(const std::string& head = kHead, const std::string& head_repository = "acme/shop",
                             int head_id = 1, const std::string& author = "alice", int changed_files = 0) {
  return R"({"number":7,"state":"open","user":{"login":")" + author + R"(","id":9},"changed_files":)" +
         std::to_string(changed_files) + R"(,"labels":[{"name":"wip"},{"name":"api"}],
    "requested_reviewers":[{"login":"bob"}],"requested_teams":[{"slug":"payments"}],
    "head":{"sha":")" +
         head + R"(","ref":"fix","repo":{"id":)" + std::to_string(head_id) + R"(,"full_name":")" + head_repository +
         R"("}},"base":{"sha":")" + kBase + R"(","ref":"main","repo":{"id":1,"full_name":"acme/shop"}}})";
}

inline std::string json_text(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
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

// The token is made here, so that none stands in the source.
inline std::string a_token() { return "tok" + std::string(20, 'x') + "en"; }

inline forge::Access an_access(forge::TokenKind kind = forge::TokenKind::github_actions) {
  return {.api = "https://api.github.com",
          .graphql = "https://api.github.com/graphql",
          .repository = "acme/shop",
          .kind = kind,
          .token = Secret(a_token())};
}

struct AGitHub {
  explicit AGitHub(forge::Access access = an_access(), net::Limits limits = {})
      : forge(forge::github(std::move(access), http, time.ports(), limits)) {}

  // A pull request without anything of ours.
  AGitHub& quiet(const std::string& pull = pull_json()) {
    http.on("GET " + kPull, 200, pull);
    http.on(kGraphql, 200, kViewer);
    http.on(kCommentsPage, 200, "[]").on(kNotesPage, 200, "[]").on(kFilesPage, 200, "[]").on(kReviewsPage, 200, "[]");
    http.on(kChecksPage, 200, R"({"total_count":0,"check_runs":[]})").on(kStatusesPage, 200, "[]");
    return *this;
  }

  FakeTime time;
  RoutedHttp http{"https://api.github.com"};
  std::unique_ptr<forge::Forge> forge;
};

inline forge::Wanted a_wanted() { return {.number = 7, .head = kHead, .name = "gatepost", .ref = "refs/pull/7/merge"}; }

inline publish::Shown a_shown() {
  publish::Shown shown;
  shown.request = {.number = 7, .head = kHead, .base = kBase, .author = "alice"};
  return shown;
}

}  // namespace gatepost::test
