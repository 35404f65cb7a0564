#include "tracker/jira_issues.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "base/percent.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"

namespace gatepost::tracker {
namespace {

using doc::View;

constexpr std::size_t kAtATime = 50;  // keys in a question, ids to reconcile
constexpr std::size_t kLongestName = 80;
constexpr std::string_view kFields = "summary,status,resolution,priority,assignee,duedate,labels,created,issuelinks";
constexpr std::string_view kKey = "gatepost-";
constexpr std::array<std::string_view, 8> kDeclined = {"won't do", "won't fix", "wont do",  "wontfix",
                                                       "declined", "rejected",  "won’t do", "not a bug"};

// The key among the labels; of a rest as well.
std::string key_among(View labels) {
  for (const View it : labels.items()) {
    if (it.text().starts_with(kKey)) return std::string(it.text());
  }
  return {};
}

void add(ShownTicket ticket, std::vector<ShownTicket>& found) {
  const bool twice = std::ranges::find(found, ticket.id, &ShownTicket::id) != found.end();
  if (!twice && !ticket.id.empty()) found.push_back(std::move(ticket));
}

// Whether a change of the history was one of status or resolution.
bool is_move(View change) {
  for (const View it : change.at("items").items()) {
    const std::string_view field = it.at("field").text();
    if (field == "status" || field == "resolution") return true;
  }
  return false;
}

// The issue that this one duplicates.
std::string original_of(View fields) {
  for (const View link : fields.at("issuelinks").items()) {
    const bool duplicates = text::lower(link.at("type").at("outward").text()).find("duplicates") != std::string::npos;
    if (duplicates && link.at("outwardIssue").exists()) return std::string(link.at("outwardIssue").at("id").scalar());
  }
  return {};
}

}  // namespace

bool says_declined(std::string_view name) {
  return std::ranges::any_of(kDeclined, [&](std::string_view it) { return text::equal_ignoring_case(it, name); });
}

Result<std::vector<ShownTicket>> JiraIssues::search(const std::vector<std::string>& keys,
                                                    const std::vector<std::string>& fresh) {
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

Status JiraIssues::pages_of(const std::string& jql, const std::vector<std::string>& fresh,
                            std::vector<ShownTicket>& found) {
  constexpr int kMostPages = 20;
  std::string token;
  std::size_t seen = 0;
  for (int page = 0; page < kMostPages; ++page) {
    GP_TRY(const doc::Document answer, api_.query(api_.is_data_center() ? "/search" : "/search/jql", "look for tickets",
                                                  question(jql, fresh, token, seen)));
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

std::string JiraIssues::question(const std::string& jql, const std::vector<std::string>& fresh,
                                 const std::string& token, std::size_t start) const {
  doc::JsonWriter json;
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

ShownTicket JiraIssues::ticket_of(View issue) {
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
    const bool declined = says_declined(resolution) || says_declined(status.at("name").text());
    it.phase = declined ? TicketPhase::declined : TicketPhase::done;
    const std::string original = text::equal_ignoring_case(resolution, "duplicate") ? original_of(fields) : "";
    if (!original.empty()) merged_[it.id] = original;
  }
  return it;
}

Result<std::optional<ShownTicket>> JiraIssues::look_at(const std::string& id) {
  const std::string path = "/issue/" + percent_encoded(id);
  GP_TRY(const net::Response response, api_.send(path + "?fields=" + percent_encoded(kFields, ","), "read a ticket"));
  if (response.status == 404) return std::optional<ShownTicket>();
  if (!response.ok()) return api_.refused(response, "read a ticket");
  GP_TRY(const doc::Document issue, forge::json_of(response, "jira: read a ticket"));
  return std::optional(ticket_of(issue.root()));
}

// Cloud lists the newest change first, Data Center the eldest: their numbers tell.
Result<std::string> JiraIssues::closed_by(const std::string& id) {
  GP_TRY(const doc::Document issue,
         api_.read("/issue/" + percent_encoded(id) + "?fields=status&expand=changelog", "read who closed a ticket"));
  std::uint64_t newest = 0;
  std::string who;
  for (const View change : issue.root().at("changelog").at("histories").items()) {
    const std::uint64_t number = text::parse_number(change.at("id").scalar()).value_or(0);
    if (!is_move(change) || number < newest) continue;
    newest = number;
    who = text::printable(change.at("author").at("displayName").text(), kLongestName);
  }
  return who;
}

Status JiraIssues::follow_merged(std::vector<ShownTicket>& found) {
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

}  // namespace gatepost::tracker
