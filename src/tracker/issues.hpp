// Issues of a forge as tickets. A hidden first line of the description has the key; it counts only together with a
// label that only members of the repository can set.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "forge/forge.hpp"
#include "model/ticket.hpp"
#include "publish/tickets.hpp"
#include "tracker/tracker.hpp"

namespace gatepost::tracker {

inline constexpr std::string_view kTicketLabel = "gatepost";
inline constexpr std::string_view kPriorityLabel = "priority: ";
inline constexpr std::string_view kDeclinedLabel = "wontfix";

// An issue as either forge has it.
struct Issue {
  std::string number, url, title, body, due, assignee, author, created;
  std::string closed_by;  // a login; "" while it is open, or when the forge does not tell
  std::vector<std::string> labels;
  TicketPhase phase = TicketPhase::open;
  std::string merged_into;  // number of the one that it is a duplicate of; "" for none, or when the forge does not tell
  std::string repository;   // "acme/other", where it was transferred to; "" when it is where it was looked for
};

// What is written; only what has a value.
struct IssueChange {
  std::optional<std::string> title, body, due, assignee;
  std::optional<std::vector<std::string>> labels;  // in place of those that it has
  std::optional<TicketPhase> phase;
};

// One repository of a forge.
class Repository {
 public:
  virtual ~Repository() = default;
  virtual Result<std::string> identity() = 0;
  virtual Status each(const std::function<void(Issue)>& take) = 0;          // that have our label
  virtual Result<std::optional<Issue>> get(const std::string& number) = 0;  // nothing: deleted
  // `made` finds the issue when the answer is lost.
  virtual Result<Issue> create(const IssueChange& wanted,
                               const std::function<Result<std::optional<Issue>>()>& made) = 0;
  virtual Status change(const std::string& number, const IssueChange& change) = 0;
  virtual Status comment(const std::string& number, const publish::TicketComment& comment) = 0;
};

std::unique_ptr<Repository> github_repository(forge::Access access, net::Http& http, net::Time time,
                                              net::Limits limits);
std::unique_ptr<Repository> gitlab_repository(forge::Access access, net::Http& http, net::Time time,
                                              net::Limits limits);

// `access` is that of the pipeline; its repository is replaced by those of the boards.
std::unique_ptr<Tracker> issues(forge::Access access, TrackerKind kind, net::Http& http, net::Time time,
                                net::Limits limits);

}  // namespace gatepost::tracker
