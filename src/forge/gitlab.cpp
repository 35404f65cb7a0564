#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"
#include "forge/forge.hpp"
#include "forge/gitlab_api.hpp"
#include "forge/gitlab_apply.hpp"
#include "forge/gitlab_discussion.hpp"
#include "forge/gitlab_self.hpp"
#include "forge/gitlab_shown.hpp"
#include "forge/gitlab_stored.hpp"

namespace gatepost::forge {
namespace {

constexpr Right kReadRequests{"read_api", "Reporter", "read merge requests"};
constexpr Right kReadFiles{"read_api", "Reporter", "read files"};

// In an address "." and ".." lead elsewhere, encoded or not.
bool leads_elsewhere(std::string_view path) {
  const auto parts = text::split(path, '/');
  return path.empty() || std::ranges::any_of(parts, [](std::string_view part) { return part == "." || part == ".."; });
}

class GitLab final : public Forge {
 public:
  GitLab(Access access, net::Http& http, net::Time time, net::Limits limits)
      : api_(std::move(access), http, std::move(time), limits) {}

  Result<std::string> identity() override {
    if (api_.is_job()) return std::string("a CI job, by CI_JOB_TOKEN, which may only read");
    GP_TRY(const GitLabSelf self, self_once());
    return token_of(self);
  }

  Result<publish::Shown> shown(const Wanted& wanted) override {
    return read_shown(api_, wanted, [this] { return self_once(); });
  }

  Result<std::string> current_head(std::uint64_t number) override {
    GP_TRY(const auto request, api_.read("/merge_requests/" + std::to_string(number), kReadRequests));
    std::string head = commit_of(request.root().at("sha"));
    if (head.empty()) {
      return error(ErrorKind::unavailable,
                   "gitlab: the answer does not name the newest commit of !" + std::to_string(number));
    }
    return head;
  }

  Result<std::optional<std::string>> file_at(std::string_view path, const std::string& commit) override {
    if (leads_elsewhere(path) || leads_elsewhere(commit)) {
      return error(ErrorKind::usage, "gitlab: \"" + text::printable(path) + "\" at \"" + text::printable(commit) +
                                         "\" is no path in a repository");
    }
    GP_TRY(const net::Call call,
           api_.call("/repository/files/" + percent_encoded(path) + "/raw?ref=" + percent_encoded(commit)));
    GP_TRY(net::Response response, api_.send(call));
    if (response.status == 404) {
      // Without the permission there is no file either: only a commit that can be read lacks it.
      GP_CHECK(see_commit(commit));
      return std::optional<std::string>();
    }
    if (!response.ok()) return api_.refused(response, kReadFiles);
    return std::optional(std::move(response.body));
  }

  Result<Applied> apply(const publish::Action& action, const publish::Shown& shown) override {
    // Only for what is looked for again when an answer is lost; nobody else's is taken for ours.
    const auto self = self_once();
    return carry_out(api_, self ? *self : GitLabSelf{}, action, shown);
  }

  Result<std::optional<SaidComment>> comment(const CommentPlace& place) override { return read_comment(api_, place); }
  Result<std::vector<SaidComment>> comments(std::uint64_t request, std::string_view beginning) override {
    return read_comments(api_, request, beginning);
  }
  Result<std::string> level_of(const SaidComment& said) override { return read_level(api_, said); }
  Result<std::optional<bool>> is_member(const SaidComment& said, const std::string& team) override {
    return read_membership(api_, said, team);
  }
  Result<std::uint64_t> account(const std::string& login) override { return read_account(api_, login); }
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
  // What the token says of itself. A server that does not tell (before 15.5) is taken at our word.
  Result<std::string> token_of(const GitLabSelf& self) {
    std::string who = self.username + ", by an access token";
    const auto token = api_.read_global("/personal_access_tokens/self", kReadRequests);
    if (!token) return who;
    std::vector<std::string> scopes;
    for (const doc::View scope : token->root().at("scopes").items()) scopes.emplace_back(scope.text());
    if (scopes.empty()) return who;
    who += " with the scopes " + text::join(scopes, ", ");
    if (std::ranges::find(scopes, "api") == scopes.end()) {
      return error(ErrorKind::denied, "gitlab: " + who + ": it may read and no more",
                   "make a project access token with the scope api and the role Developer");
    }
    const std::string_view last_day = token->root().at("expires_at").text();
    return last_day.empty() ? who : who + ", good until " + std::string(last_day);
  }

  Result<GitLabSelf> self_once() {
    if (!self_) self_ = find_gitlab_self(api_);
    return *self_;
  }

  Status see_commit(const std::string& commit) {
    if (commit == seen_commit_) return Done{};
    GP_CHECK(api_.read("/repository/commits/" + percent_encoded(commit), kReadFiles));
    seen_commit_ = commit;
    return Done{};
  }

  GitLabApi api_;
  std::optional<Result<GitLabSelf>> self_;
  std::string seen_commit_;
};

}  // namespace

std::unique_ptr<Forge> gitlab(Access access, net::Http& http, net::Time time, net::Limits limits) {
  return std::make_unique<GitLab>(std::move(access), http, std::move(time), limits);
}

}  // namespace gatepost::forge
