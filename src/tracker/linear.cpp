#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "tracker/linear_api.hpp"
#include "tracker/tracker.hpp"

namespace gatepost::tracker {
namespace {

using doc::JsonWriter;
using doc::View;
using net::Effect;
using publish::CreateTicket;

constexpr std::size_t kAtATime = 50;
constexpr std::size_t kLongestName = 80;
// Of info to critical: Linear has four steps, 1 is urgent.
constexpr std::array<std::string_view, kBandNames.size()> kPriorities = {"4", "4", "3", "2", "1"};

// Every connection says how many it wants: what a question costs is counted by that.
constexpr std::string_view kWho = "query { viewer { name } }";
constexpr std::string_view kTeam =
    "query($key: String!) { teams(filter: {key: {eq: $key}}, first: 1) { nodes { id } } }";
constexpr std::string_view kLabels =
    "query($names: [String!]!) { issueLabels(filter: {name: {in: $names}}, first: 50) { nodes { id name isGroup team { "
    "id } } } }";
constexpr std::string_view kProjects =
    "query($name: String!) { projects(filter: {name: {eq: $name}}, first: 1) { nodes { id } } }";
constexpr std::string_view kUsers =
    "query($name: String!) { users(filter: {or: [{email: {eq: $name}}, {displayName: {eq: $name}}]}, first: 2) { nodes "
    "{ id } } }";
constexpr std::string_view kIssues =
    "query($ids: [ID!]!) { issues(filter: {id: {in: $ids}}, first: 50, includeArchived: true) { nodes { id identifier "
    "url "
    "title priority dueDate createdAt trashed state { type } assignee { id } "
    "relations(first: 5) { nodes { type relatedIssue { id } } } } } }";
constexpr std::string_view kStates =
    "query($id: String!) { issue(id: $id) { state { type } team { states(first: 50) { nodes { id type position } } } } "
    "}";
constexpr std::string_view kHistory =
    "query($id: String!) { issue(id: $id) { history(first: 50) { nodes { createdAt toState { type } actor { name } } } "
    "} }";
constexpr std::string_view kComments =
    "query($id: ID!) { comments(filter: {id: {in: [$id]}}, first: 1) { nodes { id } } }";
constexpr std::string_view kCreate =
    "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { id identifier url } } }";
constexpr std::string_view kUpdate =
    "mutation($id: String!, $input: IssueUpdateInput!) { issueUpdate(id: $id, input: $input) { success } }";
constexpr std::string_view kComment =
    "mutation($input: CommentCreateInput!) { commentCreate(input: $input) { success } }";

std::string variable(std::string_view name, std::string_view value) {
  JsonWriter json;
  json.begin_object().field(name, value).end_object();
  return json.take();
}

std::string variables(std::string_view name, std::span<const std::string> values) {
  JsonWriter json;
  json.begin_object().key(name).begin_array();
  for (const std::string& it : values) json.value(it);
  json.end_array().end_object();
  return json.take();
}

View nodes(const doc::Document& answer, std::string_view connection) {
  return answer.root().at("data").at(connection).at("nodes");
}

struct Known {
  std::string team, project;
  std::vector<std::string> labels;  // ids
};

class Linear : public Tracker {
 public:
  Linear(const Access& access, net::Http& http, net::Time time, net::Limits limits)
      : api_(access, http, std::move(time), limits) {}

  Result<std::string> identity() override {
    GP_TRY(const doc::Document answer, api_.ask(kWho, "{}", "ask who we are"));
    return text::printable(answer.root().at("data").at("viewer").at("name").text(), 80);
  }

  Result<Board> complete(Board board, std::vector<std::string>& notes) override {
    Known known;
    GP_TRY(const doc::Document teams, api_.ask(kTeam, variable("key", board.project), "read a team"));
    known.team = nodes(teams, "teams").at(0).at("id").text();
    if (known.team.empty()) {
      return error(ErrorKind::config, "linear: there is no team with the key " + text::printable(board.project, 40),
                   "set linear.team in .gatepost/teams.yml to the letters in front of its issues' numbers, and let the "
                   "key's owner see the team");
    }
    GP_CHECK(find_labels(board, known, notes));
    GP_CHECK(find_project(board, known, notes));
    GP_CHECK(find_assignee(board, notes));
    for (std::size_t i = 0; i < kPriorities.size(); ++i) board.priorities[i] = kPriorities[i];
    known_.insert_or_assign(board.project, std::move(known));
    return board;
  }

  Result<std::vector<ShownTicket>> shown(std::span<const publish::TicketRef> refs) override {
    std::vector<std::string> ids;
    std::map<std::string, std::string> keys;
    for (const publish::TicketRef& it : refs) {
      const std::string ours = uuid_of(it.key);
      keys[ours] = it.key;
      ids.push_back(ours);
      if (!it.id.empty() && it.id != ours) ids.push_back(it.id);
    }
    std::vector<ShownTicket> found;
    std::map<std::string, std::string> merged;
    for (std::size_t at = 0; at < ids.size(); at += kAtATime) {
      const auto some = std::span(ids).subspan(at, std::min(kAtATime, ids.size() - at));
      GP_CHECK(read(some, keys, found, merged));
    }
    GP_CHECK(follow(merged, keys, found));
    return found;
  }

  std::vector<Result<ShownTicket>> create(std::span<const CreateTicket* const> tickets) override {
    std::vector<Result<ShownTicket>> results;
    for (const CreateTicket* const it : tickets) results.push_back(create_one(*it));
    return results;
  }

  Status apply(const std::string& id, const publish::TicketWhat& what) override {
    return std::visit(Overloaded{[&](const publish::ChangeTicket& it) { return change(id, it); },
                                 [&](const publish::CommentTicket& it) { return comment(id, it.comment); },
                                 [&](const publish::CloseTicket& it) -> Status {
                                   GP_CHECK(comment(id, it.comment));
                                   const bool done = it.as == TicketPhase::done;
                                   return move(id, done ? "completed" : "canceled", done ? "canceled" : "completed");
                                 },
                                 [&](const publish::ReopenTicket& it) -> Status {
                                   GP_CHECK(move(id, "unstarted", "backlog"));
                                   return comment(id, it.comment);
                                 },
                                 [](const auto&) -> Status { return Done{}; }},
                      what);
  }

  // An older change says nothing about the state that it has now.
  Result<std::string> closed_by(const std::string& id) override {
    GP_TRY(const doc::Document answer, api_.ask(kHistory, variable("id", id), "read who closed a ticket"));
    View newest;
    for (const View it : answer.root().at("data").at("issue").at("history").at("nodes").items()) {
      const bool later = !newest.exists() || it.at("createdAt").text() > newest.at("createdAt").text();
      if (it.at("toState").at("type").exists() && later) newest = it;
    }
    if (!newest.exists() || !is_refused(newest.at("toState").at("type").text())) return std::string();
    return text::printable(newest.at("actor").at("name").text(), kLongestName);
  }

 private:
  // Of a state.
  static bool is_refused(std::string_view type) { return type == "canceled" || type == "duplicate"; }

  static void miss(const Board& board, std::string_view what, const std::string& name,
                   std::vector<std::string>& notes) {
    notes.push_back(fmt::format("linear: {} has no {} \"{}\" that we may use: its tickets are without it",
                                text::printable(board.project, 40), what, text::printable(name, 60)));
  }

  // --- reading ---

  // Labels belong to a team or to the workspace; a group cannot be set.
  Status find_labels(Board& board, Known& known, std::vector<std::string>& notes) {
    if (board.labels.empty()) return Done{};
    GP_TRY(const doc::Document answer, api_.ask(kLabels, variables("names", board.labels), "read labels"));
    for (const std::string& name : board.labels) {
      std::string id;
      for (const View it : nodes(answer, "issueLabels").items()) {
        const std::string_view team = it.at("team").at("id").text();
        const bool usable = (team.empty() || team == known.team) && !it.at("isGroup").boolean().value_or(false);
        if (usable && it.at("name").text() == name) id = it.at("id").text();
      }
      if (id.empty()) {
        miss(board, "label", name, notes);
      } else {
        known.labels.push_back(std::move(id));
      }
    }
    return Done{};
  }

  Status find_project(Board& board, Known& known, std::vector<std::string>& notes) {
    if (board.plan.empty()) return Done{};
    GP_TRY(const doc::Document answer, api_.ask(kProjects, variable("name", board.plan), "read a project"));
    known.project = nodes(answer, "projects").at(0).at("id").text();
    if (known.project.empty()) miss(board, "project", board.plan, notes);
    return Done{};
  }

  // "triage": the team's own triage decides.
  Status find_assignee(Board& board, std::vector<std::string>& notes) {
    if (board.assignee == "triage") board.assignee.clear();
    if (board.assignee.empty()) return Done{};
    GP_TRY(const doc::Document answer, api_.ask(kUsers, variable("name", board.assignee), "find an assignee"));
    const View users = nodes(answer, "users");
    if (users.size() != 1) miss(board, "assignee", board.assignee, notes);
    board.assignee = users.size() == 1 ? std::string(users.at(0).at("id").text()) : std::string();
    return Done{};
  }

  Status read(std::span<const std::string> ids, const std::map<std::string, std::string>& keys,
              std::vector<ShownTicket>& found, std::map<std::string, std::string>& merged) {
    GP_TRY(const doc::Document answer, api_.ask(kIssues, variables("ids", ids), "look for tickets"));
    const View list = nodes(answer, "issues");
    if (!list.is_array()) return error(ErrorKind::unavailable, "linear: look for tickets: the answer has no issues");
    for (const View it : list.items()) {
      if (it.at("trashed").boolean().value_or(false)) continue;
      ShownTicket ticket = ticket_of(it);
      if (const auto key = keys.find(ticket.id); key != keys.end()) ticket.key = key->second;
      const bool closed = is_refused(it.at("state").at("type").text());
      for (const View relation : it.at("relations").at("nodes").items()) {
        if (closed && relation.at("type").text() == "duplicate")
          merged[ticket.id] = relation.at("relatedIssue").at("id").text();
      }
      found.push_back(std::move(ticket));
    }
    return Done{};
  }

  static ShownTicket ticket_of(View issue) {
    ShownTicket it;
    it.id = issue.at("id").text();
    it.name = issue.at("identifier").text();
    it.url = issue.at("url").text();
    it.title = issue.at("title").text();
    it.priority = std::to_string(static_cast<int>(issue.at("priority").number().value_or(0)));
    it.due = issue.at("dueDate").text();
    it.assignee = issue.at("assignee").at("id").text();
    it.created = issue.at("createdAt").text();
    const std::string_view type = issue.at("state").at("type").text();
    if (type == "completed") it.phase = TicketPhase::done;
    if (is_refused(type)) it.phase = TicketPhase::declined;
    return it;
  }

  Status follow(const std::map<std::string, std::string>& merged, const std::map<std::string, std::string>& keys,
                std::vector<ShownTicket>& found) {
    if (merged.empty()) return Done{};
    std::vector<std::string> wanted;
    for (const auto& [from, to] : merged) wanted.push_back(to);
    std::vector<ShownTicket> originals;
    std::map<std::string, std::string> further;  // one step is enough
    GP_CHECK(read(wanted, keys, originals, further));
    for (ShownTicket& it : found) {
      const auto to = merged.find(it.id);
      if (to == merged.end()) continue;
      const auto original = std::ranges::find(originals, to->second, &ShownTicket::id);
      if (original == originals.end()) continue;
      ShownTicket instead = *original;
      instead.instead_of = it.id;
      it = std::move(instead);
    }
    return Done{};
  }

  Result<std::optional<ShownTicket>> look_at(const std::string& id, const std::string& key) {
    std::vector<ShownTicket> found;
    std::map<std::string, std::string> merged;
    GP_CHECK(read(std::span(&id, 1), {{id, key}}, found, merged));
    if (found.empty()) return std::optional<ShownTicket>();
    return std::optional(std::move(found.front()));
  }

  // --- writing ---

  Result<ShownTicket> create_one(const CreateTicket& ticket) {
    const std::string id = uuid_of(ticket.key);
    GP_TRY(auto there, look_at(id, ticket.key));
    if (there) return std::move(*there);
    // Linear itself refuses the id a second time: an answer that was lost is found by it.
    const auto recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(const auto made, look_at(id, ticket.key));
      if (!made) return std::optional<net::Response>();
      return std::optional(net::Response{.status = 200, .headers = {}, .body = "{\"data\":{}}", .url = {}});
    };
    const auto made = api_.ask(kCreate, input_of(ticket, id), "make a ticket", Effect::creates, recover);
    GP_TRY(auto now, look_at(id, ticket.key));
    if (now) return std::move(*now);
    if (!made) return made.error();
    return error(ErrorKind::unavailable, "linear: a ticket that was made cannot be seen",
                 "the next run looks for it first");
  }

  [[nodiscard]] std::string input_of(const CreateTicket& ticket, const std::string& id) const {
    const Known& known = known_.at(ticket.board.project);
    const auto& fields = ticket.fields;
    JsonWriter json;
    json.begin_object().key("input").begin_object();
    json.field("id", id).field("teamId", known.team).field("title", fields.title).field("description", fields.body);
    write_priority(json, fields.priority);
    json.optional_field("dueDate", fields.due).optional_field("assigneeId", fields.assignee);
    json.optional_field("projectId", known.project);
    if (!known.labels.empty()) {
      json.key("labelIds").begin_array();
      for (const std::string& it : known.labels) json.value(it);
      json.end_array();
    }
    json.end_object().end_object();
    return json.take();
  }

  static void write_priority(JsonWriter& json, const std::string& priority) {
    if (const auto number = text::parse_number(priority)) json.field("priority", *number);
  }

  Status update(const std::string& id, std::string_view what, const std::function<void(JsonWriter&)>& write) {
    JsonWriter json;
    json.begin_object().field("id", id).key("input").begin_object();
    write(json);
    json.end_object().end_object();
    GP_CHECK(api_.ask(kUpdate, json.take(), what, Effect::idempotent));
    return Done{};
  }

  static void write_or_null(JsonWriter& json, std::string_view name, const std::string& value) {
    if (value.empty()) {
      json.key(name).raw("null");
    } else {
      json.field(name, value);
    }
  }

  Status change(const std::string& id, const publish::ChangeTicket& it) {
    return update(id, "change a ticket", [&](JsonWriter& json) {
      if (it.title) json.field("title", *it.title);
      if (it.body) json.field("description", *it.body);
      if (it.priority) write_priority(json, *it.priority);
      if (it.due) write_or_null(json, "dueDate", *it.due);
      if (it.assignee) write_or_null(json, "assigneeId", *it.assignee);
    });
  }

  // The state of its own team that fits best, wherever it was moved to.
  Status move(const std::string& id, std::string_view type, std::string_view otherwise) {
    GP_TRY(const doc::Document answer, api_.ask(kStates, variable("id", id), "read the states of a ticket"));
    const View issue = answer.root().at("data").at("issue");
    const std::string_view is = issue.at("state").at("type").text();
    if (is == type) return Done{};
    View best;
    for (const std::string_view wanted : {type, otherwise}) {
      for (const View it : issue.at("team").at("states").at("nodes").items()) {
        const bool first =
            !best.exists() || it.at("position").number().value_or(0) < best.at("position").number().value_or(0);
        if (it.at("type").text() == wanted && first) best = it;
      }
      if (best.exists()) break;
    }
    if (!best.exists())
      return error(ErrorKind::conflict, "linear: the team of a ticket has no state of the type " + std::string(type));
    return update(id, "move a ticket", [&](JsonWriter& json) { json.field("stateId", best.at("id").text()); });
  }

  // A comment has an id of our choice as well.
  Status comment(const std::string& id, const publish::TicketComment& it) {
    const std::string own = uuid_of(it.marker);
    const auto look = [&]() -> Result<bool> {
      GP_TRY(const doc::Document answer, api_.ask(kComments, variable("id", own), "look for a comment"));
      return nodes(answer, "comments").size() > 0;
    };
    GP_TRY(const bool there, look());
    if (there) return Done{};
    JsonWriter json;
    json.begin_object().key("input").begin_object();
    json.field("id", own).field("issueId", id).field("body", it.body).end_object().end_object();
    const auto recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(const bool made, look());
      if (!made) return std::optional<net::Response>();
      return std::optional(net::Response{.status = 200, .headers = {}, .body = "{\"data\":{}}", .url = {}});
    };
    GP_CHECK(api_.ask(kComment, json.take(), "comment on a ticket", Effect::notifies, recover));
    return Done{};
  }

  LinearApi api_;
  std::map<std::string, Known> known_;
};

}  // namespace

std::unique_ptr<Tracker> linear(Access access, net::Http& http, net::Time time, net::Limits limits) {
  return std::make_unique<Linear>(access, http, std::move(time), limits);
}

}  // namespace gatepost::tracker
