#include "config/tickets_section.hpp"

#include <algorithm>
#include <array>

namespace gatepost::config {
namespace {

constexpr std::string_view kLinear = "https://api.linear.app/graphql";
constexpr std::array<std::string_view, 2> kJiraKinds = {"cloud", "data-center"};
constexpr std::int64_t kMostNew = 200, kMostShared = 1000;

bool is_address(std::string_view url) { return url.starts_with("https://") || url.starts_with("http://"); }

std::string address(Section& section, Problems& problems, std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (!url.empty() && !is_address(url))
    problems.add(section.get("url"), "url is no address; expected one that begins with https://");
  return url;
}

void read_jira(doc::View view, Tickets& tickets, Problems& problems) {
  if (!view.exists()) return;
  Section section(view, problems);
  Tickets::Jira jira{.url = address(section, problems, section.required_text("url"))};
  if (const auto kind = section.choice("kind", kJiraKinds)) jira.data_center = *kind == 1;
  section.finish();
  tickets.jira = std::move(jira);
}

void read_linear(doc::View view, Tickets& tickets, Problems& problems) {
  if (!view.exists()) return;
  if (const auto on = view.boolean()) {
    if (*on) tickets.linear = kLinear;
    return;
  }
  Section section(view, problems);
  const std::string url = address(section, problems, section.text("url"));
  tickets.linear = url.empty() ? std::string(kLinear) : url;
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
