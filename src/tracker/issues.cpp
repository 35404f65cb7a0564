#include "tracker/issues.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "base/overloaded.hpp"
#include "base/text.hpp"

namespace gatepost::tracker {
namespace {

using publish::CreateTicket;

constexpr std::string_view kBefore = "<!-- gatepost:ticket ", kBehind = " -->";

std::string marked(const std::string& key, const std::string& body) {
  return std::string(kBefore) + key + std::string(kBehind) + "\n" + body;
}

// Of the first line, in the exact form; "" when there is none, or the issue lacks the label.
std::string key_of(const Issue& it) {
  if (std::ranges::find(it.labels, kTicketLabel) == it.labels.end()) return {};
  std::string_view line = std::string_view(it.body).substr(0, it.body.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (!line.starts_with(kBefore) || !line.ends_with(kBehind) || line.size() <= kBefore.size() + kBehind.size())
    return {};
  return std::string(line.substr(kBefore.size(), line.size() - kBefore.size() - kBehind.size()));
}

std::string priority_of(const std::vector<std::string>& labels) {
  const auto found = std::ranges::find_if(labels, [](const std::string& it) { return it.starts_with(kPriorityLabel); });
  return found == labels.end() ? "" : *found;
}

struct Place {
  std::string repository, number;
};
// "acme/shop#12"
Place place_of(std::string_view id) {
  const std::size_t sign = std::min(id.rfind('#'), id.size());
  return {std::string(id.substr(0, sign)), std::string(id.substr(std::min(sign + 1, id.size())))};
}

class Issues : public Tracker {
 public:
  using Open = std::function<std::unique_ptr<Repository>(const std::string& repository)>;
  Issues(std::string own, Open open) : own_(std::move(own)), open_(std::move(open)) {}

  Result<std::string> identity() override { return repository(own_).identity(); }

  Result<Board> complete(Board board, std::vector<std::string>&) override {
    for (std::size_t band = 0; band < board.priorities.size(); ++band)
      board.priorities[band] = std::string(kPriorityLabel) + std::string(kBandNames[band]);
    GP_CHECK(all_of(board.project));
    return board;
  }

  Result<std::vector<ShownTicket>> shown(std::span<const publish::TicketRef> refs) override {
    std::vector<ShownTicket> found;
    for (const publish::TicketRef& ref : refs) {
      const std::string repository = ref.id.empty() ? ref.project : place_of(ref.id).repository;
      GP_TRY(const auto* const all, all_of(repository));
      bool there = false;
      for (const ShownTicket& it : *all) {
        const bool is_it = it.id == ref.id || it.instead_of == ref.id;
        if (it.key != ref.key && !is_it) continue;
        there = there || is_it;
        add(it, found);
      }
      if (ref.id.empty() || there) continue;
      GP_TRY(auto one, look_at(ref.id));
      if (one) add(*one, found);
    }
    return found;
  }

  std::vector<Result<ShownTicket>> create(std::span<const CreateTicket* const> tickets) override {
    std::vector<Result<ShownTicket>> results;
    for (const CreateTicket* const it : tickets) results.push_back(create_one(*it));
    return results;
  }

  Status apply(const std::string& id, const publish::TicketWhat& what) override {
    known_.clear();
    return std::visit(Overloaded{[&](const publish::ChangeTicket& it) { return change(id, it); },
                                 [&](const publish::CommentTicket& it) { return comment(id, it.comment); },
                                 [&](const publish::CloseTicket& it) -> Status {
                                   GP_CHECK(comment(id, it.comment));
                                   return move(id, it.as);
                                 },
                                 [&](const publish::ReopenTicket& it) -> Status {
                                   GP_CHECK(move(id, TicketPhase::open));
                                   return comment(id, it.comment);
                                 },
                                 [](const auto&) -> Status { return Done{}; }},
                      what);
  }

  Result<std::string> closed_by(const std::string& id) override {
    const Place place = place_of(id);
    GP_TRY(const auto issue, repository(place.repository).get(place.number));
    return issue && !issue->closed_by.empty() ? "@" + issue->closed_by : std::string();
  }

 private:
  Repository& repository(const std::string& name) {
    std::unique_ptr<Repository>& it = repositories_[name];
    if (it == nullptr) it = open_(name);
    return *it;
  }

  static void add(const ShownTicket& ticket, std::vector<ShownTicket>& found) {
    const bool twice = std::ranges::any_of(
        found, [&](const ShownTicket& it) { return it.id == ticket.id && it.instead_of == ticket.instead_of; });
    if (!twice) found.push_back(ticket);
  }

  static ShownTicket ticket_of(const std::string& repository, const Issue& issue) {
    ShownTicket it{.id = repository + "#" + issue.number, .name = repository + "#" + issue.number, .url = issue.url};
    it.key = key_of(issue);
    it.title = issue.title, it.due = issue.due, it.assignee = issue.assignee, it.phase = issue.phase;
    it.priority = priority_of(issue.labels);
    it.created = issue.created;
    return it;
  }

  // Ours in a repository, asked for once until something is written.
  Result<const std::vector<ShownTicket>*> all_of(const std::string& name) {
    if (const auto found = known_.find(name); found != known_.end()) return &found->second;
    std::vector<ShownTicket> all;
    std::map<std::string, std::string> merged;
    GP_CHECK(repository(name).each([&](const Issue& it) {
      all.push_back(ticket_of(name, it));
      if (!it.merged_into.empty()) merged.emplace(all.back().id, name + "#" + it.merged_into);
    }));
    for (ShownTicket& it : all) {
      const auto to = merged.find(it.id);
      if (to == merged.end()) continue;
      GP_TRY(auto original, look_at(to->second));
      if (!original) continue;
      original->instead_of = it.id;
      it = std::move(*original);
    }
    return &(known_[name] = std::move(all));
  }

  Result<std::optional<ShownTicket>> look_at(const std::string& id) {
    const Place place = place_of(id);
    GP_TRY(const auto issue, repository(place.repository).get(place.number));
    if (!issue) return std::optional<ShownTicket>();
    const bool transferred =
        !issue->repository.empty() && !text::equal_ignoring_case(issue->repository, place.repository);
    ShownTicket it = ticket_of(transferred ? issue->repository : place.repository, *issue);
    if (transferred) it.instead_of = id;
    return std::optional(std::move(it));
  }

  // The eldest that carries the key; nothing when there is none.
  Result<std::optional<ShownTicket>> find(const CreateTicket& ticket) {
    GP_TRY(const auto* const all, all_of(ticket.board.project));
    std::optional<ShownTicket> first;
    for (const ShownTicket& it : *all) {
      const auto age = [](const ShownTicket& one) { return std::tuple(one.created, one.id.size(), one.id); };
      if (it.key == ticket.key && (!first || age(it) < age(*first))) first = it;
    }
    return first;
  }

  Result<ShownTicket> create_one(const CreateTicket& ticket) {
    known_.erase(ticket.board.project);
    GP_TRY(auto before, find(ticket));
    if (before) return std::move(*before);
    IssueChange wanted{.title = ticket.fields.title, .body = marked(ticket.key, ticket.fields.body)};
    if (!ticket.fields.due.empty()) wanted.due = ticket.fields.due;
    if (!ticket.fields.assignee.empty()) wanted.assignee = ticket.fields.assignee;
    wanted.labels = ticket.board.labels;
    wanted.labels->emplace_back(kTicketLabel);
    if (!ticket.fields.priority.empty()) wanted.labels->push_back(ticket.fields.priority);
    const auto made = [&]() -> Result<std::optional<Issue>> {
      known_.erase(ticket.board.project);
      GP_TRY(const auto there, find(ticket));
      if (!there) return std::optional<Issue>();
      return repository(ticket.board.project).get(place_of(there->id).number);
    };
    GP_TRY(const Issue issue, repository(ticket.board.project).create(wanted, made));
    known_.erase(ticket.board.project);
    ShownTicket own = ticket_of(ticket.board.project, issue);
    const auto first = find(ticket);
    if (!first || !*first || (*first)->id == own.id) return own;
    // Whoever came second withdraws; that it does not work is for the next run to see.
    static_cast<void>(move(own.id, TicketPhase::declined));
    return **first;
  }

  // The hidden line stays, and so do labels of people.
  Status change(const std::string& id, const publish::ChangeTicket& it) {
    const Place place = place_of(id);
    GP_TRY(const auto issue, repository(place.repository).get(place.number));
    if (!issue) return error(ErrorKind::conflict, "the issue " + text::printable(id, 80) + " is gone");
    IssueChange change{.title = it.title, .due = it.due, .assignee = it.assignee};
    if (it.body) {
      const std::string key = key_of(*issue);
      change.body = key.empty() ? *it.body : marked(key, *it.body);
    }
    if (it.priority) {
      change.labels = issue->labels;
      std::erase_if(*change.labels, [](const std::string& label) { return label.starts_with(kPriorityLabel); });
      if (!it.priority->empty()) change.labels->push_back(*it.priority);
    }
    return repository(place.repository).change(place.number, change);
  }

  Status comment(const std::string& id, const publish::TicketComment& it) {
    const Place place = place_of(id);
    return repository(place.repository).comment(place.number, it);
  }
  Status move(const std::string& id, TicketPhase phase) {
    const Place place = place_of(id);
    return repository(place.repository).change(place.number, {.phase = phase});
  }

  std::string own_;
  Open open_;
  std::map<std::string, std::unique_ptr<Repository>> repositories_;
  std::map<std::string, std::vector<ShownTicket>> known_;
};

}  // namespace

std::unique_ptr<Tracker> issues(forge::Access access, TrackerKind kind, net::Http& http, net::Time time,
                                net::Limits limits) {
  const std::string own = access.repository;
  return std::make_unique<Issues>(own, [=, &http](const std::string& repository) {
    forge::Access to = access;
    to.repository = repository;
    return kind == TrackerKind::gitlab ? gitlab_repository(std::move(to), http, time, limits)
                                       : github_repository(std::move(to), http, time, limits);
  });
}

}  // namespace gatepost::tracker
