// The pull request of a commit. What a stranger's run says of itself is not believed: the forge is asked.
#include <set>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"
#include "forge/github_shown.hpp"

namespace gatepost::forge {
namespace {

constexpr Grant kRead{"pull-requests", "read", "read pull requests"};

bool same_or_unknown(std::string_view wanted, std::string_view given) {
  return wanted.empty() || text::equal_ignoring_case(wanted, given);
}

class Search {
 public:
  Search(GitHubApi& api, const Wanted& wanted) : api_(api), wanted_(wanted) {}

  Result<std::uint64_t> run() {
    // Of a fork's commit GitHub does not always know the pull request; then the open ones are looked through.
    const Status by_commit = look("/commits/" + wanted_.head + "/pulls");
    if (found_.empty()) {
      const Status by_list = look(open_ones());
      if (!by_list) return by_list.error();
    } else if (!by_commit) {
      return by_commit.error();
    }
    if (found_.size() == 1) return *found_.begin();
    return found_.empty() ? none() : several();
  }

 private:
  Status look(const std::string& path) {
    return api_.list(path, kRead, [&](doc::View pull) {
      const auto number = number_of(pull.at("number"));
      if (number && fits(pull)) found_.insert(*number);
      return true;
    });
  }

  [[nodiscard]] std::string open_ones() const {
    std::string path = "/pulls?state=open";
    const std::string owner = wanted_.head_repository.substr(0, wanted_.head_repository.find('/'));
    if (!owner.empty() && !wanted_.head_branch.empty()) {
      path += "&head=" + percent_encoded(owner + ":" + wanted_.head_branch);
    }
    return path;
  }

  [[nodiscard]] bool fits(doc::View pull) const {
    const doc::View head = pull.at("head");
    return pull.at("state").text() == "open" && commit_of(head.at("sha")) == wanted_.head &&
           text::equal_ignoring_case(pull.at("base").at("repo").at("full_name").text(), api_.access().repository) &&
           same_or_unknown(wanted_.head_repository, head.at("repo").at("full_name").text()) &&
           (wanted_.head_branch.empty() || wanted_.head_branch == head.at("ref").text());
  }

  [[nodiscard]] std::string short_head() const { return wanted_.head.substr(0, 12); }

  [[nodiscard]] Error none() const {
    return error(ErrorKind::conflict,
                 "github: no open pull request of " + api_.access().repository + " has " + short_head() +
                     " as its newest commit",
                 "it was pushed to since, or closed; the run for the newest commit will publish");
  }

  [[nodiscard]] Error several() const {
    std::string numbers;
    for (const std::uint64_t number : found_) numbers += (numbers.empty() ? "#" : ", #") + std::to_string(number);
    return error(ErrorKind::conflict,
                 "github: " + short_head() + " is the newest commit of several pull requests (" + numbers +
                     "), so it is not known which one was judged",
                 "say which one with the number of the pull request");
  }

  GitHubApi& api_;
  const Wanted& wanted_;
  std::set<std::uint64_t> found_;
};

}  // namespace

Result<std::uint64_t> find_pull_request(GitHubApi& api, const Wanted& wanted) {
  if (!is_commit(wanted.head)) {
    return error(ErrorKind::usage,
                 "github: neither the number of the pull request nor the commit that was judged is known");
  }
  return Search(api, wanted).run();
}

}  // namespace gatepost::forge
