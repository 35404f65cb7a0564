#include "tracker/jira_writer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "net/client.hpp"

namespace gatepost::tracker {
namespace {

using doc::JsonWriter;
using doc::View;
using net::Effect;
using publish::CreateTicket;

// A field that a screen may lack: a ticket without it is better than none.
constexpr std::array<std::string_view, 4> kDispensable = {"priority", "duedate", "components", "assignee"};
constexpr std::string_view kNewestComments = "?orderBy=-created&maxResults=50";
constexpr std::array<std::string_view, 4> kRepaired = {"done", "fixed", "resolved", "closed"};

bool is_dispensable(std::string_view field) { return std::ranges::find(kDispensable, field) != kDispensable.end(); }

bool says_repaired(std::string_view name) {
  return std::ranges::any_of(kRepaired, [&](std::string_view it) { return text::equal_ignoring_case(it, name); });
}

std::string issue_path(const std::string& id) { return "/issue/" + percent_encoded(id); }

// What is left of a change.
publish::ChangeTicket without_fields(publish::ChangeTicket it, const FieldNames& names) {
  if (names.contains("priority")) it.priority.reset();
  if (names.contains("duedate")) it.due.reset();
  if (names.contains("assignee")) it.assignee.reset();
  return it;
}

bool is_empty(const publish::ChangeTicket& it) {
  return !it.title && !it.body && !it.priority && !it.due && !it.assignee;
}

View best_of(View transitions, bool to_done, bool declined) {
  View best;
  int most = -1;
  for (const View it : transitions.items()) {
    const View to = it.at("to");
    const std::string_view category = to.at("statusCategory").at("key").text();
    if ((category == "done") != to_done) continue;
    const bool says_no = says_declined(to.at("name").text()) || says_declined(it.at("name").text());
    const int worth = to_done ? (says_no == declined ? 1 : 0) : (category == "new" ? 1 : 0);
    if (worth > most) best = it, most = worth;
  }
  return best;
}

// Whether a text anywhere in it says so.
bool mentions(View body, std::string_view marker) {
  if (body.text().find(marker) != std::string_view::npos) return true;
  for (const View it : body.items()) {
    if (mentions(it, marker)) return true;
  }
  for (const auto& [name, it] : body.members()) {
    if (mentions(it, marker)) return true;
  }
  return false;
}

void write_resolution(JsonWriter& json, View field, bool declined) {
  if (!field.exists()) return;
  View chosen = field.at("allowedValues").at(0);
  for (const View it : field.at("allowedValues").items()) {
    const std::string_view name = it.at("name").text();
    if (declined ? says_declined(name) : says_repaired(name)) chosen = it;
  }
  if (!chosen.exists()) return;
  json.key("fields").begin_object().key("resolution").begin_object().field("id", chosen.at("id").scalar());
  json.end_object().end_object();
}

}  // namespace

RefusedFields refused_fields(View problem) {
  RefusedFields refused{.dispensable = problem.at("errorMessages").size() == 0};
  std::vector<std::string> said;
  for (const auto& [field, text] : problem.at("errors").members()) {
    refused.dispensable = refused.dispensable && is_dispensable(field);
    refused.names.emplace(field);
    said.emplace_back(text.text());
  }
  for (const View it : problem.at("errorMessages").items()) said.emplace_back(it.text());
  refused.said = text::join(said, "; ");
  refused.dispensable = refused.dispensable && !refused.names.empty();
  return refused;
}

// ADF is JSON already, wiki markup is a text.
void JiraWriter::write_body(JsonWriter& json, std::string_view name, const std::string& body) const {
  if (api_.is_data_center()) {
    json.field(name, body);
  } else {
    json.key(name).raw(body);
  }
}

void JiraWriter::write_user(JsonWriter& json, const std::string& user) const {
  json.key("assignee");
  if (user.empty()) {
    json.raw("null");
  } else {
    json.begin_object().field(api_.is_data_center() ? "name" : "accountId", user).end_object();
  }
}

std::string JiraWriter::document_of(const CreateTicket& ticket, const JiraProject& project,
                                    const FieldNames& without) const {
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

std::string JiraWriter::fields_of(const publish::ChangeTicket& it) const {
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
  return json.take();
}

Status JiraWriter::change(const std::string& id, const publish::ChangeTicket& it) {
  constexpr std::string_view kWhat = "change a ticket";
  GP_TRY(const net::Response response, api_.send(issue_path(id), kWhat, "PUT", fields_of(it), Effect::idempotent));
  if (response.ok()) return Done{};
  const auto answer = response.status == 400 ? doc::parse_json(response.body, "the answer")
                                             : Result<doc::Document>(api_.refused(response, kWhat));
  const RefusedFields refused = answer ? refused_fields(answer->root()) : RefusedFields{};
  if (!refused.dispensable) return api_.refused(response, kWhat);
  const publish::ChangeTicket left = without_fields(it, refused.names);
  if (is_empty(left)) return Done{};
  GP_CHECK(api_.ask(issue_path(id), kWhat, "PUT", fields_of(left), Effect::idempotent));
  return Done{};
}

Status JiraWriter::comment(const std::string& id, const publish::TicketComment& it) {
  const std::string path = issue_path(id) + "/comment";
  const auto recover = [&]() -> Result<std::optional<net::Response>> {
    GP_TRY(net::Response last, api_.ask(path + std::string(kNewestComments), "read comments"));
    if (last.body.find(it.marker) == std::string::npos) return std::optional<net::Response>();
    return std::optional(std::move(last));
  };
  // A run that did not reach the ledger any more may have said it.
  GP_TRY(const auto said, recover());
  if (said) return Done{};
  JsonWriter json;
  json.begin_object();
  write_body(json, "body", it.body);
  json.end_object();
  GP_TRY(const net::Response written,
         api_.ask(path, "comment on a ticket", "POST", json.take(), Effect::notifies, recover));
  const auto ours = doc::parse_json(written.body, "the answer");
  const std::string author = ours ? author_of(ours->root()) : std::string();  // of an answer that was lost: nobody
  // It is said; a second one that stays is no reason to try again.
  if (!author.empty()) static_cast<void>(keep_eldest(path, it.marker, author));
  return Done{};
}

std::string JiraWriter::author_of(View comment) const {
  return std::string(comment.at("author").at(api_.is_data_center() ? "name" : "accountId").text());
}

// Two runs that look at the same moment both see nothing, and both write. So whoever wrote looks again and deletes all
// of ours but the eldest: the last one to look sees what is left, and leaves one. What cannot be deleted stays.
Status JiraWriter::keep_eldest(const std::string& comments, std::string_view marker, const std::string& author) {
  GP_TRY(const doc::Document newest, api_.read(comments + std::string(kNewestComments), "read comments"));
  std::vector<std::string> ids;
  for (const View it : newest.root().at("comments").items()) {
    if (author_of(it) == author && mentions(it.at("body"), marker)) ids.emplace_back(it.at("id").text());
  }
  std::ranges::sort(ids, {}, [](const std::string& id) { return std::pair(id.size(), id); });
  for (std::size_t i = 1; i < ids.size(); ++i) {
    GP_CHECK(api_.ask(comments + "/" + percent_encoded(ids[i]), "delete a comment that is there twice", "DELETE", {},
                      Effect::idempotent));
  }
  return Done{};
}

Status JiraWriter::remark(const std::string& id, const std::string& text) {
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
  GP_CHECK(api_.ask(issue_path(id) + "/comment", "comment", "POST", json.take(), Effect::creates));
  return Done{};
}

Status JiraWriter::move(const std::string& id, bool to_done, bool declined) {
  const std::string path = issue_path(id) + "/transitions";
  GP_TRY(const doc::Document answer,
         api_.read(path + "?expand=transitions.fields", "read the transitions of a ticket"));
  const View best = best_of(answer.root().at("transitions"), to_done, declined);
  if (!best.exists()) {
    GP_TRY(const auto now, issues_.look_at(id));
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
    GP_TRY(const auto now, issues_.look_at(id));
    const bool is_there = now && (now->phase == TicketPhase::open) != to_done;
    if (!is_there) return std::optional<net::Response>();
    return std::optional(net::Response{.status = 204, .headers = {}, .body = {}, .url = {}});
  };
  GP_CHECK(api_.ask(path, "move a ticket", "POST", json.take(), Effect::creates, recover));
  return Done{};
}

}  // namespace gatepost::tracker
