#include "config/tickets_section.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace gatepost::config {
namespace {

constexpr std::array<std::string_view, 2> kJiraKinds = {"cloud", "data-center"};
constexpr std::int64_t kMostNew = 200, kMostShared = 1000;

bool is_address(std::string_view url) { return url.starts_with("https://") || url.starts_with("http://"); }

std::string address(Section& section, Problems& problems, std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty() && !is_address(url))
    problems.add(section.get("url"), "url is no address; expected one that begins with https://");
  return url;
}

void read_one_jira(doc::View view, Tickets& tickets, Problems& problems) {
  Section section(view, problems);
  std::string url = address(section, problems, section.required_text("url"));
  const std::size_t kind = section.choice("kind", kJiraKinds).value_or(0);
  section.finish();
  std::optional<std::string>& jira = kind == 0 ? tickets.jira : tickets.jira_data_center;
  if (jira) problems.add(view, "a second Jira of the kind " + std::string(kJiraKinds[kind]) + "; expected one of each");
  jira = std::move(url);
}

// One, or a list with one of each kind.
void read_jira(doc::View view, Tickets& tickets, Problems& problems) {
  if (!view.exists()) return;
  if (!view.is_array()) return read_one_jira(view, tickets, problems);
  for (const doc::View it : view.items()) read_one_jira(it, tickets, problems);
}

void read_linear(doc::View view, Tickets& tickets, Problems& problems) {
  if (!view.exists()) return;
  if (const auto on = view.boolean()) {
    if (*on) tickets.linear = kLinearAddress;
    return;
  }
  Section section(view, problems);
  const std::string url = address(section, problems, section.text("url"));
  tickets.linear = url.empty() ? std::string(kLinearAddress) : url;
  section.finish();
}

}  // namespace

void read_tickets(doc::View view, Tickets& tickets, Problems& problems) {
  Section section(view, problems);
  read_jira(section.get("jira"), tickets, problems);
  read_linear(section.get("linear"), tickets, problems);
  tickets.issues = section.boolean("issues").value_or(false);
  if (const auto band = section.choice("create_at", kBandNames)) tickets.rules.create_at = static_cast<Band>(*band);
  if (const auto most = section.integer("most_new", 0, kMostNew))
    tickets.rules.most_new = static_cast<std::size_t>(*most);
  if (const auto above = section.integer("campaign_above", 1, kMostShared))
    tickets.rules.campaign_above = static_cast<std::size_t>(*above);
  section.finish();
}

}  // namespace gatepost::config
