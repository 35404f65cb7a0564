#include "forge/gitlab_self.hpp"

#include "forge/answer.hpp"

namespace gatepost::forge {

Result<GitLabSelf> find_gitlab_self(GitLabApi& api) {
  constexpr Right kWho{"read_api", "Reporter", "say whose token it is"};
  if (api.is_job()) return error(ErrorKind::denied, std::string(kJobTokenReports), std::string(kJobTokenHint));
  GP_TRY(const auto user, api.read_global("/user", kWho));
  GitLabSelf self{std::string(user.root().at("username").text()), number_of(user.root().at("id")).value_or(0)};
  if (self.id == 0) return error(ErrorKind::unavailable, "gitlab: the answer does not say whose token it is");
  return self;
}

bool is_self(doc::View user, const GitLabSelf& self) { return self.id != 0 && number_of(user.at("id")) == self.id; }

}  // namespace gatepost::forge
