// Whom to ask for a review: the owners of what blocks or is to be reviewed, and those whom a policy names.
#include <algorithm>

#include "base/text.hpp"
#include "publish/parts.hpp"

namespace gatepost::publish {
namespace {

constexpr std::size_t kMostReviewers = 15;  // GitHub takes no more of a change request
constexpr std::size_t kLongestName = 255;

bool is_account(std::string_view name) {
  const auto stands = [](char c) { return text::is_alnum(c) || c == '-' || c == '_' || c == '.'; };
  return !name.empty() && name.size() <= kLongestName && std::ranges::all_of(name, stands);
}

class Reviewers {
 public:
  explicit Reviewers(const Sight& sight) : sight_(sight) {
    const std::string& repository = sight.input.repository;
    organisation_ = repository.substr(0, repository.find('/'));
  }

  RequestReviews choose() {
    for (const FindingIndex finding : sight_.candidates) {
      if (sight_.assessment().assessed[finding].action < gatepost::Action::require_review) continue;
      for (const Owner& owner : sight_.assessment().owners_of(finding)) ask(owner.team.value);
    }
    for (const Reason& reason : sight_.assessment().verdict.reasons) {
      for (const std::string& reviewer : reason.reviewers) ask(reviewer);
    }
    return std::move(request_);
  }
  std::vector<std::string> notes;

 private:
  // "@bob" and "@acme/payments"; nobody can be asked by mail.
  void ask(std::string_view owner) {
    if (!owner.starts_with('@')) return;
    const std::string_view name = owner.substr(1);
    const std::size_t slash = name.find('/');
    if (is_known(name)) return;
    known_.emplace_back(name);
    if (slash == std::string_view::npos) return ask_person(name);
    if (sight_.input.dialect == Dialect::gitlab) return;  // of a group only its members can be asked
    const std::string_view slug = name.substr(slash + 1);
    if (!text::equal_ignoring_case(name.substr(0, slash), organisation_) || !is_account(slug)) return;
    if (has_room()) request_.teams.emplace_back(slug);
  }
  void ask_person(std::string_view name) {
    if (!is_account(name) || text::equal_ignoring_case(name, sight_.shown.request.author)) return;
    if (has_room()) request_.people.emplace_back(name);
  }
  [[nodiscard]] bool is_known(std::string_view name) const {
    const auto same = [&](const std::string& it) { return text::equal_ignoring_case(it, name); };
    return std::ranges::any_of(known_, same) || std::ranges::any_of(sight_.shown.reviewers, same);
  }
  bool has_room() {
    const std::size_t asked = sight_.shown.reviewers.size() + request_.people.size() + request_.teams.size();
    if (asked < kMostReviewers) return true;
    if (notes.empty()) notes.emplace_back("Not all owners are asked for a review: 15 are asked at most.");
    return false;
  }

  const Sight& sight_;
  std::string organisation_;
  std::vector<std::string> known_;  // looked at
  RequestReviews request_;
};

}  // namespace

Part plan_reviewers(const Sight& sight) {
  Part part;
  if (!sight.settings.reviewers || said_by_another_run(sight)) return part;
  Reviewers reviewers(sight);
  RequestReviews request = reviewers.choose();
  part.notes = std::move(reviewers.notes);
  if (!request.teams.empty() && !sight.shown.may.request_team) {
    part.notes.push_back(
        "No team is asked for a review: the workflow's own token cannot, a GitHub App or another token " +
        std::string("can. Left out: ") + text::join(request.teams, ", ") + ".");
    request.teams.clear();
  }
  if (request.people.empty() && request.teams.empty()) return part;
  if (!sight.can(Channel::reviewers)) {
    part.notes.emplace_back("Nobody is asked for a review: the forge does not let us.");
    return part;
  }
  part.actions.push_back({"reviewers", Channel::reviewers, std::move(request)});
  return part;
}

}  // namespace gatepost::publish
