#include "publish/ticket_text.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"

namespace gatepost::publish {
namespace {

using report::Block;
using report::RichText;
using report::Span;
using Style = report::Span::Style;
using Form = report::Block::Form;

constexpr std::size_t kTitleBytes = 200, kText = 300, kName = 120;  // characters of a stranger's text
constexpr std::size_t kMostPlaces = 50;
constexpr std::size_t kMostBytes = 30'000;  // Jira takes 32,767 characters

std::string cut(std::string_view text, std::size_t characters) { return report::escape::one_line(text, characters); }

std::string one_title(std::string_view text) {
  return text::to_utf8(report::escape::one_line(text, kTitleBytes), kTitleBytes);
}

std::string waiver_id(const TicketFinding& it) { return "W-" + short_form(it.id).substr(3); }

Span plain(std::string text) { return {std::move(text)}; }
Span strong(std::string text) { return {std::move(text), Style::strong}; }
Span code(std::string text) { return {std::move(text), Style::code}; }

// "src/app.py:12", linked to the lines at the commit that was scanned.
Span place_of(const TicketFinding& it, const TicketInput& input) {
  if (it.path.empty()) return code(cut(it.target.empty() ? it.package : it.target, kName));
  std::string shown = cut(it.path, kName);
  if (it.line != 0) shown += ":" + std::to_string(it.line);
  Span span = code(std::move(shown));
  if (input.blob_url.empty() || it.commit.empty()) return span;
  span.url = input.blob_url + report::escape::url_path(it.commit) + "/" + report::escape::url_path(it.path);
  if (it.line == 0) return span;
  span.url += "#L" + std::to_string(it.line);
  // GitHub writes #L3-L5, GitLab #L3-5.
  const bool gitlab = input.blob_url.find("/-/blob/") != std::string::npos;
  if (it.end_line > it.line) span.url += (gitlab ? "-" : "-L") + std::to_string(it.end_line);
  return span;
}

std::string names_of(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string> first(names.begin(),
                                 names.begin() + static_cast<std::ptrdiff_t>(std::min(kMost, names.size())));
  return cut(text::join(first, ", "), kName) + (names.size() > kMost ? ", …" : "");
}

void add_risk(RichText& out, const TicketFinding& it) {
  std::string words =
      fmt::format(" of 100 ({}), severity {}", to_string(band_for_tenths(it.risk_tenths)), to_string(it.severity));
  if (it.decision)
    words += fmt::format(", to be done {}", text::replace_all(std::string(to_string(*it.decision)), "_", " "));
  if (it.kev) words += ", exploited in the wild (CISA KEV)";
  out.push_back({Form::paragraph, {plain("Risk "), strong(report::points(it.risk_tenths)), plain(words + ".")}});
}

void add_what(RichText& out, const TicketFinding& it) {
  out.push_back({Form::heading, {plain("What")}});
  out.push_back({Form::paragraph, {plain(cut(it.title, kText))}});
  Block origin{Form::paragraph,
               {plain("Reported by "), plain(names_of(it.tools.empty() ? std::vector{it.engine} : it.tools))}};
  if (!it.rule.empty()) {
    origin.spans.push_back(plain(", rule "));
    origin.spans.push_back(code(cut(it.rule, kName)));
  }
  if (!it.advisories.empty()) origin.spans.push_back(plain(" (" + names_of(it.advisories) + ")"));
  out.push_back(std::move(origin));
}

void add_where(RichText& out, std::span<const TicketFinding* const> findings, const TicketInput& input) {
  out.push_back({Form::heading, {plain("Where")}});
  for (const TicketFinding* const it : findings.first(std::min(findings.size(), kMostPlaces))) {
    Block place{Form::bullet, {place_of(*it, input)}};
    if (!it->package.empty() && !it->path.empty()) place.spans.push_back(plain(" " + cut(it->package, kName)));
    if (findings.size() > 1) place.spans.push_back(plain(": " + cut(it->title, kName)));
    if (!it->service.empty()) place.spans.push_back(plain(", service " + cut(it->service, kName)));
    place.spans.push_back(plain(" " + short_form(it->id)));
    out.push_back(std::move(place));
  }
  if (findings.size() > kMostPlaces)
    out.push_back(
        {Form::paragraph, {plain(fmt::format("… and {} more: see the posture.", findings.size() - kMostPlaces))}});
}

std::string advice(const TicketFinding& it, std::string_view unit) {
  if (!it.fix.empty()) return cut(it.fix, kText);
  if (it.kind == Kind::secret)
    return "Revoke it first, then issue a new one, look through the provider's log, and take it out of the history.";
  if (!unit.empty()) return cut(unit, kText) + ": one change closes all of them.";
  if (!it.package.empty())
    return it.fix_available ? "Upgrade the package: a version without this problem is out."
                            : "No version without this problem is known: mitigate it, or replace the package.";
  return "Change the code at the place above; the rule's page tells how.";
}

// What a run said of it; without one what the ledger knows.
std::string why_of(const TicketFinding& it) {
  if (!it.why.empty()) return cut(it.why, kText);
  std::string why = fmt::format("Its risk here is {}", to_string(band_for_tenths(it.risk_tenths)));
  if (!it.service.empty()) why += ", in the service " + cut(it.service, kName);
  if (it.kev) why += "; attackers use it already";
  return why + ".";
}

void add_why(RichText& out, const TicketFinding& it) {
  out.push_back({Form::heading, {plain("Why it matters here")}});
  out.push_back({Form::paragraph, {plain(why_of(it))}});
}

void add_fix(RichText& out, const TicketFinding& it, std::string_view unit) {
  out.push_back({Form::heading, {plain("How to fix")}});
  out.push_back({Form::paragraph, {plain(advice(it, unit))}});
}

void add_end(RichText& out, std::string_view due, const TicketFinding& it) {
  if (!due.empty()) {
    out.push_back({Form::heading, {plain("Until when")}});
    out.push_back({Form::paragraph, {strong(std::string(due)), plain(", by the service level.")}});
  }
  out.push_back(
      {Form::paragraph,
       {plain("Written by gatepost, which keeps this text true and closes the ticket when a scan confirms the "
              "repair: please write in comments. More: "),
        code("gatepost explain " + short_form(it.id))}});
}

std::string marker_of(const TicketMemory& ticket, std::string_view topic) {
  return "gatepostnote" + hex(Sha256().field(ticket.key).field(ticket.id).field(topic).finish128()).substr(0, 12);
}

}  // namespace

report::Markup markup_of(TrackerKind tracker) {
  switch (tracker) {
    case TrackerKind::jira:
      return report::Markup::adf;
    case TrackerKind::jira_dc:
      return report::Markup::wiki;
    case TrackerKind::linear:
      return report::Markup::linear_markdown;
    default:
      return report::Markup::forge_markdown;
  }
}

std::string ticket_title(const TicketFinding& it) {
  std::string place = it.path.empty() ? it.target : it.path;
  if (const std::size_t slash = place.rfind('/'); slash != std::string::npos) place.erase(0, slash + 1);
  const std::string title = cut(it.title, kName);
  return one_title(place.empty() ? title : title + " in " + cut(place, 60));
}

std::string campaign_title(std::string_view unit, std::size_t findings) {
  return one_title(fmt::format("{} ({})", cut(unit, kName), text::count_of(findings, "finding")));
}

std::string ticket_body(std::span<const TicketFinding* const> findings, std::string_view unit, std::string_view due,
                        const TicketInput& input, TrackerKind tracker) {
  const TicketFinding& worst = *findings.front();
  RichText out;
  add_risk(out, worst);
  add_what(out, worst);
  add_where(out, findings, input);
  add_why(out, worst);
  add_fix(out, worst, unit);
  add_end(out, due, worst);
  return report::render(out, markup_of(tracker), kMostBytes);
}

std::string ticket_digest(std::span<const TicketFinding* const> findings, std::string_view unit, std::string_view due) {
  Sha256 hash;
  hash.field("ticket/1").field(unit).field(due);
  for (const TicketFinding* const it : findings) {
    hash.field(to_string(it->id)).field(it->title).field(it->path).field(it->package);
    hash.field(to_string(it->severity)).field(to_string(band_for_tenths(it->risk_tenths)));
    hash.field(it->decision ? to_string(*it->decision) : std::string_view());
    hash.field(std::uint64_t{it->fix_available}).field(std::uint64_t{it->kev});
  }
  return hex(hash.finish128());
}

std::string rest_title(std::size_t findings, std::string_view repository) {
  const std::string where = repository.empty() ? "" : " of " + cut(repository, 80);
  return one_title(fmt::format("{}{} {} for a ticket", text::count_of(findings, "more finding"), where,
                               findings == 1 ? "waits" : "wait"));
}

std::string rest_body(std::span<const TicketFinding* const> findings, TrackerKind tracker) {
  RichText out;
  out.push_back({Form::paragraph,
                 {plain("A run writes a limited number of new tickets, the riskiest first. The next runs write those "
                        "for these findings, and close this ticket at the end:")}});
  for (const TicketFinding* const it : findings.first(std::min(findings.size(), kMostPlaces))) {
    out.push_back(
        {Form::bullet,
         {strong(report::points(it->risk_tenths)), plain(" " + ticket_title(*it)), plain(" " + short_form(it->id))}});
  }
  if (findings.size() > kMostPlaces)
    out.push_back({Form::paragraph, {plain(fmt::format("… and {} more", findings.size() - kMostPlaces))}});
  return report::render(out, markup_of(tracker), kMostBytes);
}

std::string late_title(std::size_t findings, std::string_view team) {
  return one_title(fmt::format("{} of {} {} late", text::count_of(findings, "finding"), cut(team, 80),
                               findings == 1 ? "is" : "are"));
}

std::string late_body(std::span<const TicketFinding* const> findings, std::span<const TicketMemory* const> tickets,
                      TrackerKind tracker) {
  RichText out;
  out.push_back({Form::paragraph,
                 {plain("The service level of these findings is broken. The team that owns them has a ticket for "
                        "each; this one is closed when none is late any more:")}});
  for (std::size_t i = 0; i < std::min(findings.size(), kMostPlaces); ++i) {
    const TicketFinding& it = *findings[i];
    Block late{Form::bullet, {strong(to_string(day_of(it.due))), plain(" " + ticket_title(it) + " ")}};
    const bool named = tickets[i] != nullptr && !tickets[i]->name.empty();
    late.spans.push_back(named ? Span{cut(tickets[i]->name, kName), Style::plain, tickets[i]->url}
                               : plain(short_form(it.id)));
    out.push_back(std::move(late));
  }
  if (findings.size() > kMostPlaces)
    out.push_back({Form::paragraph, {plain(fmt::format("… and {} more", findings.size() - kMostPlaces))}});
  return report::render(out, markup_of(tracker), kMostBytes);
}

TicketComment ticket_comment(const TicketMemory& ticket, std::string_view topic, const std::string& text,
                             TrackerKind tracker) {
  TicketComment comment{.marker = marker_of(ticket, topic)};
  RichText out;
  for (const std::string_view line : text::split(text, '\n'))
    out.push_back({Form::paragraph, {plain(std::string(line))}});
  out.push_back({Form::paragraph, {code(comment.marker)}});
  comment.body = report::render(out, markup_of(tracker), kMostBytes);
  return comment;
}

std::vector<WaiverWish> waiver_wishes(std::span<const TicketFinding* const> findings, Timestamp now) {
  std::vector<WaiverWish> wishes;
  for (const TicketFinding* const it : findings) {
    if (it->acceptable_days > 0)
      wishes.push_back({it->id, waiver_id(*it), day_of(now) + std::chrono::days(it->acceptable_days)});
  }
  return wishes;
}

std::string refusal_text(std::span<const TicketFinding* const> findings, const TicketMemory& ticket,
                         std::span<const WaiverWish> waivers) {
  if (waivers.empty())
    return "Closed as not to be done. The policy lets nobody accept a finding of this risk: it stays open.";
  std::string out =
      "Closed as not to be done. The finding stays open until somebody else approves that, for as long as the policy "
      "lets its risk be accepted. Who may do so writes below an open change of the repository:\n";
  // No line begins with a slash: GitLab would take it for one of its own commands.
  for (const WaiverWish& it : waivers) out += fmt::format("- /gatepost approve {}\n", it.id);
  out += "Or fill this in, have it approved, and add it to .gatepost/waivers.yml.\n";
  for (const TicketFinding* const it : findings) {
    out += fmt::format(
        "- {{id: {}, match: {{finding: {}}}, reason: risk_accepted, justification: \"\", ticket: {}, "
        "requested_by: \"\", approved_by: [], created: \"\", expires: \"\"}}\n",
        waiver_id(*it), to_string(it->id), ticket.name);
  }
  return out;
}

}  // namespace gatepost::publish
