// The merge request of a commit. What a run says of itself is not believed: the forge is asked.
#include <set>

#include "base/text.hpp"
#include "forge/answer.hpp"
#include "forge/gitlab_shown.hpp"

namespace gatepost::forge {
namespace {

constexpr Right kRead{"read_api", "Reporter", "read merge requests"};

class Search {
 public:
  Search(GitLabApi& api, const Wanted& wanted) : api_(api), wanted_(wanted) {}

  Result<std::uint64_t> run() {
    GP_CHECK(api_.list("/repository/commits/" + wanted_.head + "/merge_requests?state=opened", kRead,
                       [&](doc::View request) {
                         const auto number = number_of(request.at("iid"));
                         if (number && fits(request)) found_.insert(*number);
                         return true;
                       }));
    if (found_.size() == 1) return *found_.begin();
    return found_.empty() ? none() : several();
  }

 private:
  // The branch does not tell two merge requests from forks apart, but a wrong one is wrong.
  [[nodiscard]] bool fits(doc::View request) const {
    return request.at("state").text() == "opened" && commit_of(request.at("sha")) == wanted_.head &&
           (wanted_.head_branch.empty() || wanted_.head_branch == request.at("source_branch").text());
  }

  [[nodiscard]] std::string short_head() const { return wanted_.head.substr(0, 12); }

  [[nodiscard]] Error none() const {
    return error(
        ErrorKind::conflict,
        "gitlab: no open merge request of " + api_.project() + " has " + short_head() + " as its newest commit",
        "it was pushed to since, or closed; the run for the newest commit will publish");
  }

  [[nodiscard]] Error several() const {
    std::string numbers;
    for (const std::uint64_t number : found_) numbers += (numbers.empty() ? "!" : ", !") + std::to_string(number);
    return error(ErrorKind::conflict,
                 "gitlab: " + short_head() + " is the newest commit of several merge requests (" + numbers +
                     "), so it is not known which one was judged",
                 "run in a merge request pipeline, which knows its number");
  }

  GitLabApi& api_;
  const Wanted& wanted_;
  std::set<std::uint64_t> found_;
};

}  // namespace

Result<std::uint64_t> find_merge_request(GitLabApi& api, const Wanted& wanted) {
  if (!is_commit(wanted.head)) {
    return error(ErrorKind::usage,
                 "gitlab: neither the number of the merge request nor the commit that was judged is known");
  }
  return Search(api, wanted).run();
}

}  // namespace gatepost::forge
