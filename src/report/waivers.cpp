#include "report/waivers.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "report/escape.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kShownFindings = 5, kShort = 11, kLongest = 300;

std::string count(std::size_t n, std::string_view one) { return text::count_of(n, one); }

// "active, 12 days left, until 2026-12-01".
std::string standing_of(const PostureWaiver& it) {
  std::string out = it.state;
  if (it.days_left) {
    out +=
        *it.days_left == 0 ? ", its last day" : ", " + count(static_cast<std::size_t>(*it.days_left), "day") + " left";
  }
  if (it.state == "later") out += ", from " + it.created;
  return out + (it.expires.empty() ? (it.state == "active" || it.state == "unused" ? ", without end" : "")
                                   : ", until " + it.expires);
}

std::string covers_of(const WaiverReport& report, const PostureWaiver& it) {
  if (report.events == 0) return "the ledger has no events yet, so nobody knows what it covers";
  if (it.findings == 0) return "covers nothing that the ledger knows";
  std::string out = "covers " + count(it.findings, "finding") + ":";
  for (std::size_t i = 0; i < std::min(it.covered.size(), kShownFindings); ++i)
    out += " " + it.covered[i].substr(0, kShort);
  if (it.covered.size() > kShownFindings) out += fmt::format(" and {} more", it.covered.size() - kShownFindings);
  return out;
}

std::string people_of(const PostureWaiver& it) {
  std::string out = "asked by " + (it.requested_by.empty() ? "nobody that is recorded" : it.requested_by) +
                    ", approved by " + (it.approved_by.empty() ? "nobody" : it.approved_by);
  if (it.seq != 0) out += fmt::format(" (event {}, {})", it.seq, it.recorded_at.substr(0, 10));
  return out;
}

std::string why_of(const PostureWaiver& it) {
  return it.justification.empty() ? it.reason : it.reason + (it.reason.empty() ? "" : ": ") + it.justification;
}

std::string heading(const WaiverReport& report) {
  const auto n = [&](std::string_view state) {
    return std::ranges::count(report.waivers, state, &PostureWaiver::state);
  };
  if (report.waivers.empty()) return "no waivers";
  return fmt::format("{}: {} active, {} unused, {} to begin, {} that do not apply, {} over",
                     count(report.waivers.size(), "waiver"), n("active"), n("unused"), n("later"),
                     n("refused") + n("broken"), n("expired"));
}

}  // namespace

Status write_waivers_terminal(const WaiverReport& report, const Sink& sink) {
  std::string out = heading(report) + "\n";
  const auto line = [&](std::string_view text) {
    if (!text.empty()) out += "    " + escape::terminal(text, kLongest) + "\n";
  };
  for (const PostureWaiver& it : report.waivers) {
    out += "\n" +
           escape::log_line(
               fmt::format("{}  {}", escape::terminal(it.id.empty() ? "(no id)" : it.id, 80), standing_of(it))) +
           "\n";
    if (it.state != "broken") {
      line(covers_of(report, it));
      line(why_of(it));
      line(people_of(it));
    }
    line(it.note);
    if (!it.lapsed.empty()) line("lapsed on " + it.lapsed);
    line(it.source == "ledger" ? "ledger, " + it.where : it.where);
  }
  return sink(out);
}

Status write_waivers_json(const WaiverReport& report, const Sink& sink) {
  JsonStream out(sink);
  doc::JsonWriter& json = out.json;
  json.begin_object().field("gatepost", "waivers/1").field("generated", report.generated);
  json.field("ledger", report.ledger).field("events", report.events).key("waivers").begin_array();
  for (const PostureWaiver& it : report.waivers) {
    json.line_break().begin_object().optional_field("id", it.id).field("state", it.state).field("source", it.source);
    json.optional_field("where", it.where).optional_field("reason", it.reason);
    json.optional_field("justification", it.justification).optional_field("requested_by", it.requested_by);
    json.optional_field("approved_by", it.approved_by).optional_field("created", it.created);
    json.optional_field("expires", it.expires);
    if (it.days_left) json.field("days_left", *it.days_left);
    if (it.seq != 0) json.field("seq", it.seq).field("recorded_at", it.recorded_at);
    json.optional_field("lapsed", it.lapsed).optional_field("note", it.note);
    json.key("findings").begin_array();
    for (const std::string& id : it.covered) json.value(id);
    json.end_array().end_object();
    GP_CHECK(out.pass_on());
  }
  json.line_break().end_array().end_object();
  return out.finish();
}

Status write_waivers_markdown(const WaiverReport& report, const Sink& sink) {
  std::string out = "## Waivers\n\n" + heading(report) + "\n";
  if (!report.waivers.empty())
    out +=
        "\n| Waiver | State | Findings | Why | Asked and approved | Remark |\n| --- | --- | ---: | --- | --- | --- |\n";
  const auto cell = [](std::string_view text) { return escape::markdown_text(text, kLongest); };
  for (const PostureWaiver& it : report.waivers) {
    const std::string remark =
        it.note + (it.lapsed.empty() ? "" : (it.note.empty() ? "" : "; ") + ("lapsed on " + it.lapsed));
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", cell(it.id.empty() ? it.where : it.id), standing_of(it),
                       report.events == 0 ? "unknown" : std::to_string(it.findings), cell(why_of(it)),
                       cell(people_of(it)), cell(remark));
  }
  return sink(escape::markdown_finish(out));
}

}  // namespace gatepost::report
