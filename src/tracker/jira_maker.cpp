#include "tracker/jira_maker.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <tuple>

#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "forge/answer.hpp"

namespace gatepost::tracker {
namespace {

using doc::JsonWriter;
using doc::View;
using net::Effect;
using publish::CreateTicket;

constexpr std::size_t kAtATime = 50;              // issues in one call
constexpr std::array<int, 3> kLooks = {1, 2, 4};  // seconds between looks for what the index may not have yet

// Of several with one key the eldest; the one that counts for everybody.
std::map<std::string, ShownTicket> eldest(const std::vector<ShownTicket>& found) {
  std::map<std::string, ShownTicket> by_key;
  for (const ShownTicket& it : found) {
    const auto [at, fresh] = by_key.try_emplace(it.key, it);
    const auto age = [](const ShownTicket& ticket) { return std::tuple(ticket.created, ticket.id.size(), ticket.id); };
    if (!fresh && age(it) < age(at->second)) at->second = it;
  }
  return by_key;
}

Error lost() {
  return error(ErrorKind::unavailable, "jira: whether the ticket was made is not known, because the answer was lost",
               "the next run looks for it first");
}

}  // namespace

std::vector<Result<ShownTicket>> JiraMaker::create(Wishes tickets) {
  std::vector<Result<ShownTicket>> results;
  for (std::size_t at = 0; at < tickets.size(); at += kAtATime) {
    auto some = create_some(tickets.subspan(at, std::min(kAtATime, tickets.size() - at)));
    std::ranges::move(some, std::back_inserter(results));
  }
  return results;
}

std::string JiraMaker::document_of(const CreateTicket& ticket, const FieldNames& without) const {
  return writer_.document_of(ticket, projects_.at(ticket.board.project), without);
}

std::vector<Result<ShownTicket>> JiraMaker::create_some(Wishes tickets) {
  std::vector<std::string> keys;
  for (const CreateTicket* const it : tickets) keys.push_back(it->key);
  std::vector<Result<ShownTicket>> results(tickets.size(), Result<ShownTicket>(lost()));
  const auto before = issues_.search(keys, {});
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

void JiraMaker::make(Wishes tickets, const std::vector<std::size_t>& which, std::vector<Result<ShownTicket>>& results) {
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

void JiraMaker::take(Wishes tickets, const std::vector<std::size_t>& which, View answer,
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

ShownTicket JiraMaker::fresh(const CreateTicket& ticket, View issue) const {
  ShownTicket it;
  it.id = issue.at("id").scalar();
  it.name = issue.at("key").text();
  it.url = api_.page_of(it.name);
  it.key = ticket.key;
  it.title = ticket.fields.title;
  return it;
}

Result<ShownTicket> JiraMaker::make_without(const CreateTicket& ticket, View problem) {
  const RefusedFields refused = refused_fields(problem);
  if (!refused.dispensable) {
    return error(ErrorKind::bad_input,
                 "jira: a ticket in " + text::printable(ticket.board.project, 40) +
                     " was refused: " + text::printable(refused.said, 200),
                 "does the project want more fields than gatepost fills? Make them optional, or choose another "
                 "jira.issuetype in .gatepost/teams.yml");
  }
  GP_TRY(const net::Response response,
         api_.send("/issue", "make a ticket", "POST", document_of(ticket, refused.names), Effect::creates));
  if (response.status >= 500) return lost();
  if (!response.ok()) return api_.refused(response, "make a ticket");
  GP_TRY(const doc::Document issue, forge::json_of(response, "jira: make a ticket"));
  return fresh(ticket, issue.root());
}

void JiraMaker::look_again(Wishes tickets, const std::vector<std::size_t>& made,
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
    const auto found = issues_.search(keys, ids);
    if (found) meet_twins(tickets, made, *found, results);
    const bool still_lost =
        std::ranges::any_of(made, [&](std::size_t i) { return !results[i] && results[i].error() == lost(); });
    if (all_known || !still_lost || look == kLooks.size()) return;
    api_.sleep(std::chrono::seconds(kLooks[look]));
  }
}

void JiraMaker::meet_twins(Wishes tickets, const std::vector<std::size_t>& made, const std::vector<ShownTicket>& found,
                           std::vector<Result<ShownTicket>>& results) {
  const auto first = eldest(found);
  for (const std::size_t i : made) {
    const auto it = first.find(tickets[i]->key);
    if (it == first.end()) continue;
    if (results[i] && results[i]->id != it->second.id) retire(*results[i], it->second);
    const bool unknown = !results[i] && results[i].error() == lost();
    if (results[i] || unknown) results[i] = it->second;
  }
}

void JiraMaker::retire(const ShownTicket& twin, const ShownTicket& first) {
  if (writer_.move(twin.id, true, true)) static_cast<void>(writer_.remark(twin.id, "The same as " + first.name + "."));
}

}  // namespace gatepost::tracker
