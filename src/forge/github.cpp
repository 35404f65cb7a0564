#include <optional>
#include <utility>

#include "base/base64.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"
#include "forge/forge.hpp"
#include "forge/github_api.hpp"
#include "forge/github_apply.hpp"
#include "forge/github_discussion.hpp"
#include "forge/github_self.hpp"
#include "forge/github_shown.hpp"
#include "forge/github_stored.hpp"

namespace gatepost::forge {
namespace {

constexpr Grant kReadPulls{"pull-requests", "read", "read pull requests"};
constexpr Grant kReadFiles{"contents", "read", "read files"};
constexpr std::string_view kRaw = "application/vnd.github.raw+json";

std::string words_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::github_actions:
      return "by the workflow's GITHUB_TOKEN";
    case TokenKind::github_app:
      return "a GitHub App";
    case TokenKind::user:
      return "by a personal access token";
    case TokenKind::none:
    case TokenKind::gitlab_job:
      break;
  }
  return "by a token of unknown kind";
}

class GitHub final : public Forge {
 public:
  GitHub(Access access, net::Http& http, net::Time time, net::Limits limits)
      : time_(time), limits_(limits), api_(std::move(access), http, std::move(time), limits) {}

  Result<std::string> identity() override {
    GP_TRY(const Self self, self_once());
    std::string who = self.login + ", " + words_of(api_.access().kind);
    if (const Installation* const app = api_.installation()) {
      std::string may;
      for (const auto& [name, level] : app->permissions) may += (may.empty() ? "" : ", ") + name + ": " + level;
      who += " with " + may;
    }
    return who;
  }

  Result<publish::Shown> shown(const Wanted& wanted) override {
    return read_shown(api_, wanted, [this] { return self_once(); });
  }

  Result<std::string> current_head(std::uint64_t number) override {
    GP_TRY(const auto pull, api_.read("/pulls/" + std::to_string(number), kReadPulls));
    std::string head = commit_of(pull.root().at("head").at("sha"));
    if (head.empty()) {
      return error(ErrorKind::unavailable,
                   "github: the answer does not name the newest commit of #" + std::to_string(number));
    }
    return head;
  }

  Result<std::optional<std::string>> file_at(std::string_view path, const std::string& commit) override {
    if (has_dot_segment(path) || path.empty()) {
      return error(ErrorKind::usage, "github: \"" + text::printable(path) + "\" is no path in a repository");
    }
    GP_TRY(net::Call call, api_.call("/contents/" + percent_encoded(path, "/") + "?ref=" + percent_encoded(commit)));
    GP_CHECK(call.headers.set("Accept", std::string(kRaw)));
    GP_TRY(const net::Response response, api_.send(call));
    if (response.status == 404) {
      // Without the permission there is no file either: only a commit that can be read lacks it.
      GP_CHECK(see_commit(commit));
      return std::optional<std::string>();
    }
    if (!response.ok()) return api_.refused(response, kReadFiles);
    return content_of(response, path);
  }

  Result<Applied> apply(const publish::Action& action, const publish::Shown& shown) override {
    restrict(shown.request);
    // Only for what is looked for again when an answer is lost; nobody else's is taken for ours.
    const auto self = self_once();
    return carry_out(api_, time_, limits_, self ? *self : Self{}, action, shown);
  }

  Result<std::optional<SaidComment>> comment(const CommentPlace& place) override { return read_comment(api_, place); }
  Result<std::vector<SaidComment>> comments(std::uint64_t request, std::string_view beginning) override {
    return read_comments(api_, request, beginning);
  }
  Result<std::string> level_of(const SaidComment& said) override { return read_level(api_, said); }
  Result<std::optional<bool>> is_member(const SaidComment& said, const std::string& team) override {
    return read_membership(api_, said, team);
  }
  // A login is enough everywhere.
  Result<std::uint64_t> account(const std::string& /*login*/) override { return std::uint64_t{0}; }
  Result<std::vector<std::uint64_t>> open_requests() override { return read_open_requests(api_); }
  Result<std::optional<StoredFile>> stored_result(const WantedResult& wanted) override {
    return read_stored_result(api_, wanted);
  }
  Status acknowledge(const CommentPlace& place) override { return forge::acknowledge(api_, place); }
  Result<Applied> answer(const CommentPlace& place, const std::string& marker, const std::string& body) override {
    GP_TRY(const auto self, self_once());
    return forge::answer(api_, self, place, marker, body);
  }

 private:
  Result<Self> self_once() {
    if (!self_) self_ = find_self(api_);
    return *self_;
  }

  void restrict(const publish::ChangeRequest& request) {
    api_.restrict(request.author == "dependabot[bot]" ? Restriction::dependabot
                  : request.from_fork                 ? Restriction::fork
                                                      : Restriction::none);
  }

  Status see_commit(const std::string& commit) {
    if (commit == seen_commit_) return Done{};
    GP_CHECK(api_.read("/git/commits/" + percent_encoded(commit), kReadFiles));
    seen_commit_ = commit;
    return Done{};
  }

  // The bytes as they are; some servers answer with a document in spite of what was asked for.
  static Result<std::optional<std::string>> content_of(const net::Response& response, std::string_view path) {
    const std::string type = text::lower(response.headers.get("Content-Type"));
    if (!type.starts_with("application/json")) return std::optional(response.body);
    const std::string what = "github: read " + text::printable(path);
    GP_TRY(const auto document, json_of(response, what));
    const doc::View content = document.root().at("content");
    if (document.root().at("encoding").text() != "base64" || !content.is_string()) {
      return error(ErrorKind::bad_input, what + ": it is no file, or a very large one");
    }
    auto bytes = base64_decode(content.text());
    if (!bytes) return error(ErrorKind::unavailable, what + ": the answer is not base64");
    return bytes;
  }

  net::Time time_;
  net::Limits limits_;
  GitHubApi api_;
  std::optional<Result<Self>> self_;
  std::string seen_commit_;
};

}  // namespace

std::unique_ptr<Forge> github(Access access, net::Http& http, net::Time time, net::Limits limits) {
  return std::make_unique<GitHub>(std::move(access), http, std::move(time), limits);
}

}  // namespace gatepost::forge
