#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/overloaded.hpp"
#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"
#include "tracker/jira_api.hpp"
#include "tracker/jira_board.hpp"
#include "tracker/tracker.hpp"

namespace gatepost::tracker {
namespace {

using doc::JsonWriter;
using doc::View;
using net::Effect;
using publish::CreateTicket;

constexpr std::size_t kAtATime = 50;  // keys in a question, ids to reconcile, issues in one call
constexpr std::string_view kFields = "summary,status,resolution,priority,assignee,duedate,labels,created,issuelinks";
constexpr std::string_view kKey = "gatepost-";
constexpr std::array<std::string_view, 8> kDeclined = {"won't do", "won't fix", "wont do",  "wontfix",
                                                       "declined", "rejected",  "won’t do", "not a bug"};
constexpr std::array<std::string_view, 4> kRepaired = {"done", "fixed", "resolved", "closed"};
constexpr std::array<int, 3> kLooks = {1, 2, 4};  // seconds between looks for what the index may not have yet
// A field that a screen may lack: a ticket without it is better than none.
constexpr std::array<std::string_view, 4> kDispensable = {"priority", "duedate", "components", "assignee"};

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& names) {
  return std::ranges::any_of(names, [&](std::string_view it) { return text::equal_ignoring_case(it, name); });
}

// The key among the labels; of a rest as well.
std::string key_among(View labels) {
  for (const View it : labels.items()) {
    if (it.text().starts_with(kKey)) return std::string(it.text());
  }
  return {};
}

class Jira : public Tracker {
 public:
  Jira(const Access& access, bool data_center, net::Http& http, net::Time time, net::Limits limits)
      : api_(access, data_center, http, std::move(time), limits) {}

  Result<std::string> identity() override {
    GP_TRY(const doc::Document self, api_.read("/myself", "ask who we are"));
    return text::printable(self.root().at("displayName").text(), 80);
  }

  Result<Board> complete(Board board, std::vector<std::string>& notes) override {
    GP_TRY(JiraProject project, read_jira_project(api_, board, notes));
    projects_.insert_or_assign(board.project, std::move(project));
    return board;
  }

  Result<std::vector<ShownTicket>> shown(std::span<const publish::TicketRef> refs) override {
    std::vector<std::string> keys, ids;
    for (const publish::TicketRef& it : refs) {
      keys.push_back(it.key);
      if (!it.id.empty()) ids.push_back(it.id);
    }
    GP_TRY(std::vector<ShownTicket> found, search(keys, ids));
    for (const std::string& id : ids) {
      if (std::ranges::find(found, id, &ShownTicket::id) != found.end()) continue;
      GP_TRY(auto one, look_at(id));
      if (one) found.push_back(std::move(*one));
    }
    GP_CHECK(follow_merged(found));
    return found;
  }

  std::vector<Result<ShownTicket>> create(std::span<const CreateTicket* const> tickets) override {
    std::vector<Result<ShownTicket>> results;
    for (std::size_t at = 0; at < tickets.size(); at += kAtATime) {
      auto some = create_some(tickets.subspan(at, std::min(kAtATime, tickets.size() - at)));
      std::ranges::move(some, std::back_inserter(results));
    }
    return results;
  }

  Status apply(const std::string& id, const publish::TicketWhat& what) override {
    return std::visit(Overloaded{[&](const publish::ChangeTicket& it) { return change(id, it); },
                                 [&](const publish::CommentTicket& it) { return comment(id, it.comment); },
                                 [&](const publish::CloseTicket& it) -> Status {
                                   GP_CHECK(comment(id, it.comment));
                                   return move(id, true, it.as == TicketPhase::declined);
                                 },
                                 [&](const publish::ReopenTicket& it) -> Status {
                                   GP_CHECK(move(id, false, false));
                                   return comment(id, it.comment);
                                 },
                                 [](const auto&) -> Status { return Done{}; }},
                      what);
  }

 private:
  // --- reading ---

  // What carries one of the keys. The index of Cloud lags behind: `fresh` are ids that it is to look at by themselves.
  Result<std::vector<ShownTicket>> search(const std::vector<std::string>& keys, const std::vector<std::string>& fresh) {
    std::vector<ShownTicket> found;
    for (std::size_t at = 0; at < keys.size(); at += kAtATime) {
      std::string jql = "labels in (";
      for (std::size_t i = at; i < std::min(at + kAtATime, keys.size()); ++i)
        jql += (i == at ? "\"" : ", \"") + keys[i] + "\"";
      jql += ") ORDER BY created ASC";
      GP_CHECK(pages_of(jql, fresh, found));
    }
    return found;
  }

  Status pages_of(const std::string& jql, const std::vector<std::string>& fresh, std::vector<ShownTicket>& found) {
    constexpr int kMostPages = 20;
    std::string token;
    std::size_t seen = 0;
    for (int page = 0; page < kMostPages; ++page) {
      GP_TRY(const doc::Document answer, api_.query(api_.is_data_center() ? "/search" : "/search/jql",
                                                    "look for tickets", question(jql, fresh, token, seen)));
      const View issues = answer.root().at("issues");
      if (!issues.is_array()) return error(ErrorKind::unavailable, "jira: look for tickets: the answer has no issues");
      for (const View it : issues.items()) add(ticket_of(it), found);
      seen += issues.size();
      if (api_.is_data_center()) {
        if (issues.size() < kAtATime * 2) return Done{};
        continue;
      }
      token = answer.root().at("nextPageToken").text();
      if (answer.root().at("isLast").boolean().value_or(token.empty()) || token.empty()) return Done{};
    }
    return error(ErrorKind::unavailable, "jira: look for tickets: there are more pages than can be");
  }

  [[nodiscard]] std::string question(const std::string& jql, const std::vector<std::string>& fresh,
                                     const std::string& token, std::size_t start) const {
    JsonWriter json;
    json.begin_object().field("jql", jql).field("maxResults", kAtATime * 2);
    json.key("fields").begin_array();
    for (const std::string_view field : text::split(kFields, ',')) json.value(field);
    json.end_array();
    if (api_.is_data_center()) {
      json.field("startAt", start);
    } else {
      json.key("reconcileIssues").begin_array();
      for (const std::string& id : fresh) {
        if (const auto number = text::parse_number(id); number && &id - fresh.data() < std::ptrdiff_t{kAtATime})
          json.value(*number);
      }
      json.end_array();
      json.optional_field("nextPageToken", token);
    }
    json.end_object();
    return json.take();
  }

  static void add(ShownTicket ticket, std::vector<ShownTicket>& found) {
    const bool twice = std::ranges::find(found, ticket.id, &ShownTicket::id) != found.end();
    if (!twice && !ticket.id.empty()) found.push_back(std::move(ticket));
  }

  [[nodiscard]] ShownTicket ticket_of(View issue) {
    const View fields = issue.at("fields");
    ShownTicket it;
    it.id = issue.at("id").scalar();
    it.name = issue.at("key").text();
    it.url = api_.page_of(it.name);
    it.key = key_among(fields.at("labels"));
    it.title = fields.at("summary").text();
    it.priority = fields.at("priority").at("name").text();
    it.due = fields.at("duedate").text();
    it.created = fields.at("created").text();
    it.assignee = fields.at("assignee").at(api_.is_data_center() ? "name" : "accountId").text();
    const View status = fields.at("status");
    const std::string_view resolution = fields.at("resolution").at("name").text();
    if (status.at("statusCategory").at("key").text() == "done") {
      const bool declined = is_one_of(resolution, kDeclined) || is_one_of(status.at("name").text(), kDeclined);
      it.phase = declined ? TicketPhase::declined : TicketPhase::done;
      const std::string original = text::equal_ignoring_case(resolution, "duplicate") ? original_of(fields) : "";
      if (!original.empty()) merged_[it.id] = original;
    }
    return it;
  }

  // The issue that this one duplicates.
  static std::string original_of(View fields) {
    for (const View link : fields.at("issuelinks").items()) {
      const bool duplicates = text::lower(link.at("type").at("outward").text()).find("duplicates") != std::string::npos;
      if (duplicates && link.at("outwardIssue").exists()) return std::string(link.at("outwardIssue").at("id").scalar());
    }
    return {};
  }

  // Nothing when it was deleted, or is hidden from us.
  Result<std::optional<ShownTicket>> look_at(const std::string& id) {
    const std::string path = "/issue/" + percent_encoded(id);
    GP_TRY(const net::Response response, api_.send(path + "?fields=" + percent_encoded(kFields, ","), "read a ticket"));
    if (response.status == 404) return std::optional<ShownTicket>();
    if (!response.ok()) return api_.refused(response, "read a ticket");
    GP_TRY(const doc::Document issue, forge::json_of(response, "jira: read a ticket"));
    return std::optional(ticket_of(issue.root()));
  }

  Status follow_merged(std::vector<ShownTicket>& found) {
    for (ShownTicket& it : found) {
      const auto merged = merged_.find(it.id);
      if (merged == merged_.end()) continue;
      GP_TRY(auto original, look_at(merged->second));
      if (!original) continue;
      original->instead_of = it.id;
      it = std::move(*original);
    }
    return Done{};
  }

  // --- making ---

  // Of several with one key the eldest; the one that counts for everybody.
  static std::map<std::string, ShownTicket> eldest(const std::vector<ShownTicket>& found) {
    std::map<std::string, ShownTicket> by_key;
    for (const ShownTicket& it : found) {
      const auto [at, fresh] = by_key.try_emplace(it.key, it);
      const auto age = [](const ShownTicket& ticket) {
        return std::tuple(ticket.created, ticket.id.size(), ticket.id);
      };
      if (!fresh && age(it) < age(at->second)) at->second = it;
    }
    return by_key;
  }

  std::vector<Result<ShownTicket>> create_some(std::span<const CreateTicket* const> tickets) {
    std::vector<std::string> keys;
    for (const CreateTicket* const it : tickets) keys.push_back(it->key);
    std::vector<Result<ShownTicket>> results(tickets.size(), Result<ShownTicket>(lost()));
    const auto before = search(keys, {});
    if (!before) {
      std::ranges::fill(results, Result<ShownTicket>(before.error()));
      return results;
    }
    const auto there = eldest(*before);
    std::vector<std::size_t> missing;
    for (std::size_t i = 0; i < tickets.size(); ++i) {
      const auto found = there.find(tickets[i]->key);
      if (found == there.end()) {
        missing.push_back(i);
      } else {
        results[i] = found->second;
      }
    }
    if (!missing.empty()) make(tickets, missing, results);
    look_again(tickets, missing, results);
    return results;
  }

  static Error lost() {
    return error(ErrorKind::unavailable, "jira: whether the ticket was made is not known, because the answer was lost",
                 "the next run looks for it first");
  }

  void make(std::span<const CreateTicket* const> tickets, const std::vector<std::size_t>& which,
            std::vector<Result<ShownTicket>>& results) {
    JsonWriter json;
    json.begin_object().key("issueUpdates").begin_array();
    for (const std::size_t i : which) json.raw(document_of(*tickets[i], {}));
    json.end_array().end_object();
    const auto response = api_.send("/issue/bulk", "make tickets", "POST", json.take(), Effect::creates);
    if (!response || response->status >= 500) {
      // Nobody knows what became of it.
      if (!response && response.error().kind == ErrorKind::denied) {
        for (const std::size_t i : which) results[i] = response.error();
      }
      return;
    }
    const auto answer = forge::json_of(*response, "jira: make tickets");
    if (!answer || !(answer->root().at("issues").is_array() || answer->root().at("errors").is_array())) {
      if (!response->ok()) {
        for (const std::size_t i : which) results[i] = api_.refused(*response, "make tickets");
      }
      return;
    }
    take(tickets, which, answer->root(), results);
  }

  // `issues` has those that were made, in their order; `errors` those that were not, by their number.
  void take(std::span<const CreateTicket* const> tickets, const std::vector<std::size_t>& which, View answer,
            std::vector<Result<ShownTicket>>& results) {
    std::map<std::size_t, View> failed;
    for (const View it : answer.at("errors").items()) {
      if (const auto number = it.at("failedElementNumber").integer(); number && *number >= 0)
        failed.emplace(static_cast<std::size_t>(*number), it);
    }
    std::size_t made = 0;
    for (std::size_t i = 0; i < which.size(); ++i) {
      const CreateTicket& ticket = *tickets[which[i]];
      if (const auto problem = failed.find(i); problem != failed.end()) {
        results[which[i]] = make_without(ticket, problem->second.at("elementErrors"));
      } else if (const View issue = answer.at("issues").at(made++); issue.exists()) {
        results[which[i]] = fresh(ticket, issue);
      }
    }
  }

  [[nodiscard]] ShownTicket fresh(const CreateTicket& ticket, View issue) const {
    ShownTicket it;
    it.id = issue.at("id").scalar();
    it.name = issue.at("key").text();
    it.url = api_.page_of(it.name);
    it.key = ticket.key;
    it.title = ticket.fields.title;
    return it;
  }

  // Once more without the fields that were refused, when it can do without them.
  Result<ShownTicket> make_without(const CreateTicket& ticket, View problem) {
    std::set<std::string, std::less<>> without;
    bool dispensable = problem.at("errorMessages").size() == 0;
    std::string said;
    for (const auto& [field, text] : problem.at("errors").members()) {
      dispensable = dispensable && is_one_of(field, kDispensable);
      without.emplace(field);
      said += (said.empty() ? "" : "; ") + std::string(text.text());
    }
    for (const View it : problem.at("errorMessages").items())
      said += (said.empty() ? "" : "; ") + std::string(it.text());
    if (!dispensable || without.empty()) {
      return error(ErrorKind::bad_input,
                   "jira: a ticket in " + text::printable(ticket.board.project, 40) +
                       " was refused: " + text::printable(said, 200),
                   "does the project want more fields than gatepost fills? Make them optional, or choose another "
                   "jira.issuetype in .gatepost/teams.yml");
    }
    GP_TRY(const net::Response response,
           api_.send("/issue", "make a ticket", "POST", document_of(ticket, without), Effect::creates));
    if (response.status >= 500) return lost();
    if (!response.ok()) return api_.refused(response, "make a ticket");
    GP_TRY(const doc::Document issue, forge::json_of(response, "jira: make a ticket"));
    return fresh(ticket, issue.root());
  }

  // For what was made without our hearing of it, and for what another run made at the same moment.
  void look_again(std::span<const CreateTicket* const> tickets, const std::vector<std::size_t>& made,
                  std::vector<Result<ShownTicket>>& results) {
    if (made.empty()) return;
    for (std::size_t look = 0;; ++look) {
      std::vector<std::string> keys, ids;
      bool all_known = true;
      for (const std::size_t i : made) {
        keys.push_back(tickets[i]->key);
        if (results[i]) ids.push_back(results[i]->id);
        all_known = all_known && (results[i] || results[i].error() != lost());
      }
      const auto found = search(keys, ids);
      if (found) meet_twins(tickets, made, *found, results);
      const bool still_lost =
          std::ranges::any_of(made, [&](std::size_t i) { return !results[i] && results[i].error() == lost(); });
      if (all_known || !still_lost || look == kLooks.size()) return;
      api_.sleep(std::chrono::seconds(kLooks[look]));
    }
  }

  void meet_twins(std::span<const CreateTicket* const> tickets, const std::vector<std::size_t>& made,
                  const std::vector<ShownTicket>& found, std::vector<Result<ShownTicket>>& results) {
    const auto first = eldest(found);
    for (const std::size_t i : made) {
      const auto it = first.find(tickets[i]->key);
      if (it == first.end()) continue;
      if (results[i] && results[i]->id != it->second.id) retire(*results[i], it->second);
      const bool unknown = !results[i] && results[i].error() == lost();
      if (results[i] || unknown) results[i] = it->second;
    }
  }

  // Whoever came second withdraws; that it does not work is for the next run to see.
  void retire(const ShownTicket& twin, const ShownTicket& first) {
    if (move(twin.id, true, true)) static_cast<void>(remark(twin.id, "The same as " + first.name + "."));
  }

  Status remark(const std::string& id, const std::string& text) {
    JsonWriter json;
    json.begin_object();
    if (api_.is_data_center()) {
      json.field("body", text);
    } else {
      json.key("body").begin_object().field("type", "doc").field("version", 1).key("content").begin_array();
      json.begin_object().field("type", "paragraph").key("content").begin_array();
      json.begin_object().field("type", "text").field("text", text).end_object();
      json.end_array().end_object().end_array().end_object();
    }
    json.end_object();
    GP_CHECK(api_.ask("/issue/" + percent_encoded(id) + "/comment", "comment", "POST", json.take(), Effect::creates));
    return Done{};
  }

  // --- writing ---

  // ADF is JSON already, wiki markup is a text.
  void write_body(JsonWriter& json, std::string_view name, const std::string& body) const {
    if (api_.is_data_center()) {
      json.field(name, body);
    } else {
      json.key(name).raw(body);
    }
  }
  void write_user(JsonWriter& json, const std::string& user) const {
    json.key("assignee");
    if (user.empty()) {
      json.raw("null");
    } else {
      json.begin_object().field(api_.is_data_center() ? "name" : "accountId", user).end_object();
    }
  }

  [[nodiscard]] std::string document_of(const CreateTicket& ticket,
                                        const std::set<std::string, std::less<>>& without) const {
    const JiraProject& project = projects_.at(ticket.board.project);
    const auto& fields = ticket.fields;
    const auto takes = [&](std::string_view field, bool wanted) {
      return wanted && project.fields.contains(field) && !without.contains(field);
    };
    const auto write_id = [](JsonWriter& json, const std::string& id) {
      json.begin_object().field("id", id).end_object();
    };
    JsonWriter json;
    json.begin_object().key("fields").begin_object();
    json.key("project").begin_object().field("key", ticket.board.project).end_object();
    write_id(json.key("issuetype"), project.type);
    json.field("summary", fields.title);
    write_body(json, "description", fields.body);
    json.key("labels").begin_array();
    for (const std::string& label : fields.labels) json.value(text::replace_all(label, " ", "-"));
    json.end_array();
    if (const std::string id = project.priority_id(fields.priority); takes("priority", !id.empty()))
      write_id(json.key("priority"), id);
    if (takes("duedate", !fields.due.empty())) json.field("duedate", fields.due);
    if (takes("assignee", !fields.assignee.empty())) write_user(json, fields.assignee);
    if (takes("components", !ticket.board.component.empty())) {
      write_id(json.key("components").begin_array(), project.components.at(text::lower(ticket.board.component)));
      json.end_array();
    }
    if (!ticket.board.security_level.empty())
      write_id(json.key("security"), project.levels.at(text::lower(ticket.board.security_level)));
    json.end_object().end_object();
    return json.take();
  }

  Status change(const std::string& id, const publish::ChangeTicket& it) {
    JsonWriter json;
    json.begin_object().key("fields").begin_object();
    if (it.title) json.field("summary", *it.title);
    if (it.body) write_body(json, "description", *it.body);
    if (it.priority && !it.priority->empty())
      json.key("priority").begin_object().field("name", *it.priority).end_object();
    if (it.due && it.due->empty()) json.key("duedate").raw("null");
    if (it.due && !it.due->empty()) json.field("duedate", *it.due);
    if (it.assignee) write_user(json, *it.assignee);
    json.end_object().end_object();
    GP_CHECK(api_.ask("/issue/" + percent_encoded(id), "change a ticket", "PUT", json.take(), Effect::idempotent));
    return Done{};
  }

  Status comment(const std::string& id, const publish::TicketComment& it) {
    const std::string path = "/issue/" + percent_encoded(id) + "/comment";
    JsonWriter json;
    json.begin_object();
    write_body(json, "body", it.body);
    json.end_object();
    const auto recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(net::Response last, api_.ask(path + "?orderBy=-created&maxResults=50", "read comments"));
      if (last.body.find(it.marker) == std::string::npos) return std::optional<net::Response>();
      return std::optional(std::move(last));
    };
    GP_CHECK(api_.ask(path, "comment on a ticket", "POST", json.take(), Effect::notifies, recover));
    return Done{};
  }

  // Names and ids of transitions differ from project to project; what counts is where they lead.
  Status move(const std::string& id, bool to_done, bool declined) {
    const std::string path = "/issue/" + percent_encoded(id) + "/transitions";
    GP_TRY(const doc::Document answer,
           api_.read(path + "?expand=transitions.fields", "read the transitions of a ticket"));
    const View best = best_of(answer.root().at("transitions"), to_done, declined);
    if (!best.exists()) {
      GP_TRY(const auto now, look_at(id));
      if (now && (now->phase == TicketPhase::open) != to_done) return Done{};  // somebody was faster
      return error(ErrorKind::conflict,
                   fmt::format("jira: {} cannot be {}: its workflow has no such step for us", now ? now->name : id,
                               to_done ? "closed" : "opened again"),
                   "do it by hand, or give the token's owner the permission for the transition");
    }
    JsonWriter json;
    json.begin_object().key("transition").begin_object().field("id", best.at("id").scalar()).end_object();
    write_resolution(json, best.at("fields").at("resolution"), declined);
    json.end_object();
    const auto recover = [&]() -> Result<std::optional<net::Response>> {
      GP_TRY(const auto now, look_at(id));
      const bool is_there = now && (now->phase == TicketPhase::open) != to_done;
      if (!is_there) return std::optional<net::Response>();
      return std::optional(net::Response{.status = 204, .headers = {}, .body = {}, .url = {}});
    };
    GP_CHECK(api_.ask(path, "move a ticket", "POST", json.take(), Effect::creates, recover));
    return Done{};
  }

  static View best_of(View transitions, bool to_done, bool declined) {
    View best;
    int most = -1;
    for (const View it : transitions.items()) {
      const View to = it.at("to");
      const std::string_view category = to.at("statusCategory").at("key").text();
      if ((category == "done") != to_done) continue;
      const bool says_no = is_one_of(to.at("name").text(), kDeclined) || is_one_of(it.at("name").text(), kDeclined);
      const int worth = to_done ? (says_no == declined ? 1 : 0) : (category == "new" ? 1 : 0);
      if (worth > most) best = it, most = worth;
    }
    return best;
  }

  static void write_resolution(JsonWriter& json, View field, bool declined) {
    if (!field.exists()) return;
    View chosen = field.at("allowedValues").at(0);
    for (const View it : field.at("allowedValues").items()) {
      const std::string_view name = it.at("name").text();
      if (declined ? is_one_of(name, kDeclined) : is_one_of(name, kRepaired)) chosen = it;
    }
    if (!chosen.exists()) return;
    json.key("fields").begin_object().key("resolution").begin_object().field("id", chosen.at("id").scalar());
    json.end_object().end_object();
  }

  JiraApi api_;
  std::map<std::string, JiraProject> projects_;
  std::map<std::string, std::string> merged_;  // ids of duplicates, and of what they duplicate
};

}  // namespace

std::unique_ptr<Tracker> jira(Access access, bool data_center, net::Http& http, net::Time time, net::Limits limits) {
  return std::make_unique<Jira>(access, data_center, http, std::move(time), limits);
}

}  // namespace gatepost::tracker
