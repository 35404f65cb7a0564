#include "forge/github_self.hpp"

#include "base/text.hpp"
#include "forge/answer.hpp"

namespace gatepost::forge {
namespace {

constexpr Grant kWho{"metadata", "read", "say whose token it is"};
constexpr std::string_view kBot = "[bot]";
// Of GITHUB_TOKEN on github.com; elsewhere the number is another one.
constexpr std::uint64_t kActionsBot = 41898282;

Self self_of(doc::View user, std::string_view id) {
  return {std::string(user.at("login").text()), number_of(user.at(id)).value_or(0)};
}

}  // namespace

Result<Self> find_self(GitHubApi& api) {
  const auto viewer = api.graphql("query{viewer{login databaseId}}", "{}", kWho);
  if (viewer) {
    Self self = self_of(viewer->root().at("data").at("viewer"), "databaseId");
    if (!self.login.empty()) return self;
  }
  if (const Installation* const app = api.installation(); app != nullptr && !app->slug.empty()) {
    return Self{app->slug + std::string(kBot), 0};
  }
  if (api.access().kind == TokenKind::github_app && !viewer) return viewer.error();
  if (api.access().kind != TokenKind::github_actions) {
    GP_TRY(const auto user, api.read_global("/user", kWho));
    Self self = self_of(user.root(), "id");
    if (self.login.empty()) return error(ErrorKind::unavailable, "github: the answer does not say whose token it is");
    return self;
  }
  // No person can have a name with brackets, so the name alone is proof.
  return Self{"github-actions[bot]", api.is_public_github() ? kActionsBot : 0};
}

bool is_self(doc::View user, const Self& self) {
  if (self.login.empty()) return false;
  const auto id = number_of(user.at("id"));
  if (id && self.id != 0) return *id == self.id;
  return text::equal_ignoring_case(user.at("login").text(), self.login);
}

bool is_self_of_graphql(doc::View user, const Self& self) {
  const std::string_view login = user.at("login").text();
  const std::string slug = app_slug_of(self);
  return !login.empty() &&
         (text::equal_ignoring_case(login, self.login) || (!slug.empty() && text::equal_ignoring_case(login, slug)));
}

std::string app_slug_of(const Self& self) {
  return self.login.ends_with(kBot) ? self.login.substr(0, self.login.size() - kBot.size()) : std::string();
}

}  // namespace gatepost::forge
