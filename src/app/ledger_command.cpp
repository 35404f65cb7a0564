#include "app/ledger_command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string_view>
#include <utility>

#include "app/write_output.hpp"
#include "base/file.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "ledger/chain.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/event.hpp"
#include "ledger/plan.hpp"
#include "ledger/state.hpp"
#include "report/escape.hpp"
#include "report/width.hpp"

namespace gatepost::app {
namespace {

using ledger::Event;
using ledger::EventType;
namespace escape = report::escape;

constexpr std::uint64_t kLargestKey = std::uint64_t{1} << 20;

Timestamp now_of(const Ports& ports, const LedgerSource& source) { return source.now ? *source.now : ports.clock(); }

// All events in order; a line that is none is told with its place.
Result<std::vector<Event>> read_events(const LedgerText& text) {
  std::vector<Event> events;
  ledger::CanonicalText scratch;
  std::size_t number = 0;
  for (const std::string_view line : text.lines()) {
    ++number;
    auto event = ledger::parse(line, scratch);
    if (!event) return std::move(event).error().context(fmt::format("{}:{}", text.name, number));
    events.push_back(std::move(*event));
  }
  return events;
}

std::string short_subject(const Event& event) {
  const auto id = parse_finding_id(event.subject);
  return id ? short_form(*id) : escape::terminal(event.subject, 60);
}

std::string shown(const std::string& name, const ledger::Fact& fact) {
  const bool time =
      name == "due" || name == "until" || name == "published" || name == "introduced" || name == "observed_at";
  return std::visit(Overloaded{[](bool it) { return std::string(it ? "yes" : "no"); },
                               [&](std::int64_t it) { return time ? to_string(day_of({it})) : std::to_string(it); },
                               [](const std::string& it) { return it; },
                               [](const std::vector<std::string>& it) { return text::join(it, "+"); }},
                    fact);
}

// Of a ticket what people look for; the rest is in the JSON.
std::string told_of_ticket(const Event& event) {
  std::string line = event.text("deed");
  if (const std::string name = event.text("ticket"); !name.empty()) line += " " + name;
  line += fmt::format(" on {} {}: {}", event.text("tracker"), event.text("project"), event.text("title"));
  for (const char* const fact : {"priority", "due", "state"}) {
    if (const std::string value = event.text(fact); !value.empty()) line += fmt::format(", {} {}", fact, value);
  }
  return escape::terminal(line, 200);
}

// Long lists that the next run compares with; --json and the export have them.
bool is_for_the_next_run(std::string_view fact) {
  return fact == ledger::kPermissions || fact == ledger::kCoverage || fact == ledger::kComponents ||
         fact == ledger::kPolicyFiles;
}

// What happened, in one line.
std::string told(const Event& event) {
  if (!event.text("deed").empty()) return told_of_ticket(event);
  std::string line;
  const auto add = [&](const std::string& words) { line.append(line.empty() ? "" : ", ").append(words); };
  if (!event.before.empty() && !event.after.empty()) add(event.before + " -> " + event.after);
  if (event.before.empty() && !event.after.empty()) add(event.after);
  for (const auto& [name, fact] : event.facts) {
    if (event.type == EventType::run && is_for_the_next_run(name)) continue;
    if (name == "former") {
      const auto* const id = std::get_if<std::string>(&fact);
      const auto former = id == nullptr ? std::nullopt : parse_finding_id(*id);
      if (former) add("was " + short_form(*former));
    } else {
      add((name == "text" ? "" : name + " ") + shown(name, fact));
    }
  }
  if (event.record && event.type == EventType::detected) {
    const ledger::Record& r = *event.record;
    add(fmt::format("{} {}", to_string(r.severity), r.title));
    if (!r.path.empty()) add(r.line == 0 ? r.path : fmt::format("{}:{}", r.path, r.line));
  }
  return escape::terminal(line, 200);
}

std::string actor_of(const Event& event, const ledger::People& people) {
  return escape::terminal(event.actor.id.empty() ? event.actor.type : people.name(event.actor.id), 40);
}

// All ids that the finding has or had which `given` names.
std::set<std::string> ids_of(const std::vector<Event>& events, const std::string& given) {
  std::set<std::string> ids;
  for (const Event& event : events) {
    const auto id = parse_finding_id(event.subject);
    if (id && names(given, *id)) ids.insert(event.subject);
  }
  const auto link = [&](const Event& event) {
    if (event.type != EventType::moved) return;
    const std::string former = event.text("former");
    const auto id = parse_finding_id(former);
    if (ids.contains(event.subject) || ids.contains(former) || (id && names(given, *id)))
      ids.insert({event.subject, former});
  };
  std::for_each(events.rbegin(), events.rend(), link);
  std::ranges::for_each(events, link);
  return ids;
}

Result<std::vector<const Event*>> chosen(const std::vector<Event>& events, const LedgerLogRequest& request) {
  Timestamp since;
  if (!request.since.empty()) {
    const auto time = parse_timestamp(request.since);
    if (!time) {
      return error(ErrorKind::usage, fmt::format("--since is \"{}\"", text::printable(request.since, 40)),
                   "give a day or a point in time: 2026-11-20, 2026-11-20T04:00:00Z");
    }
    since = *time;
  }
  if (!request.finding.empty() && !is_finding_id(request.finding)) {
    return error(ErrorKind::usage, fmt::format("\"{}\" is no id of a finding", text::printable(request.finding, 40)),
                 "ids look like GP-ABCDEFGH");
  }
  const std::set<std::string> ids = request.finding.empty() ? std::set<std::string>{} : ids_of(events, request.finding);
  std::vector<const Event*> all;
  for (const Event& event : events) {
    const bool type =
        request.types.empty() || std::ranges::find(request.types, to_string(event.type)) != request.types.end();
    const bool finding = request.finding.empty() || ids.contains(event.subject);
    if (type && finding && event.at >= since) all.push_back(&event);
  }
  return all;
}

std::string table(const std::vector<const Event*>& events, const ledger::People& people) {
  std::size_t type = 0, subject = 0, actor = 0;
  for (const Event* it : events) {
    type = std::max(type, to_string(it->type).size());
    subject = std::max(subject, report::width_of(short_subject(*it)));
    actor = std::max(actor, report::width_of(actor_of(*it, people)));
  }
  std::string out;
  for (const Event* it : events) {
    std::string line = fmt::format(
        "{:>6}  {}  {}  {}  {}  {}", it->seq, to_string(it->at), report::pad(std::string(to_string(it->type)), type),
        report::pad(short_subject(*it), subject), report::pad(actor_of(*it, people), actor), told(*it));
    while (line.ends_with(' ')) line.pop_back();
    out.append(escape::log_line(std::move(line))).append("\n");
  }
  return out;
}

std::string cells(std::initializer_list<std::string_view> all) {
  std::string row;
  for (const std::string_view cell : all) row.append(row.empty() ? "" : ",").append(escape::csv_cell(cell));
  return row + "\r\n";
}

constexpr std::string_view kColumns =
    "seq,time,type,subject,before,after,actor_type,actor,verified_by,facts,severity,risk,engine,rule,title,path,line,"
    "package,service,owner,commit,run_url,hash\r\n";

std::string row_of(const Event& event) {
  std::string facts;
  for (const auto& [name, fact] : event.facts) {
    facts.append(facts.empty() ? "" : "; ").append(name).append("=").append(shown(name, fact));
  }
  const ledger::Record none;
  const ledger::Record& r = event.record ? *event.record : none;
  const std::string risk = event.record ? fmt::format("{}.{}", r.risk_tenths / 10, r.risk_tenths % 10) : "";
  const std::string line = r.line == 0 ? "" : std::to_string(r.line);
  return cells({std::to_string(event.seq),
                to_string(event.at),
                to_string(event.type),
                event.subject,
                event.before,
                event.after,
                event.actor.type,
                event.actor.id,
                event.actor.verified_by,
                facts,
                event.record ? to_string(r.severity) : std::string_view{},
                risk,
                r.engine,
                r.rule,
                r.title,
                r.path,
                line,
                r.package,
                r.service,
                r.team,
                event.commit,
                event.run_url,
                event.hash});
}

// What is wrong with the ledger, or "" and its end.
Result<ledger::Verifier> check_chain(const LedgerText& text, Timestamp now) {
  ledger::Verifier verifier(now);
  std::size_t number = 0;
  for (const std::string_view line : text.lines()) {
    ++number;
    if (auto status = verifier.add(line); !status)
      return std::move(status).error().context(fmt::format("{}:{}", text.name, number));
  }
  return verifier;
}

// Whoever can write a ledger can seal anything: its events must also be possible.
Status check_events(const LedgerText& text) {
  ledger::State state;
  ledger::CanonicalText scratch;
  for (const std::string_view line : text.lines()) {
    const std::string where = fmt::format("{}:{}", text.name, state.head.seq + 1);
    auto event = ledger::parse(line, scratch);
    if (!event) return std::move(event).error().context(where);
    if (auto status = state.apply(*event); !status) return std::move(status).error().context(where);
  }
  return Done{};
}

// That a store says of its events what they say.
Status check_stored(const LedgerText& text, Timestamp now) {
  if (text.stored.empty()) return Done{};
  if (auto head = ledger::verify(text.stored, now); !head) return std::move(head).error().context(text.name);
  return Done{};
}

// Those of the files, and those of the store when there is a key to check them with.
Result<std::vector<std::pair<std::string, std::string>>> checkpoints_of(const LedgerVerifyRequest& request,
                                                                        const LedgerText& text) {
  std::vector<std::pair<std::string, std::string>> all;
  if (request.public_key.empty()) {
    if (request.checkpoints.empty()) return all;
    return error(ErrorKind::usage, "checkpoints need the key that they were signed with", "give --public-key FILE");
  }
  all = text.checkpoints;
  for (const std::string& path : request.checkpoints) {
    GP_TRY(std::string bytes, read_file(path, kLargestKey));
    all.emplace_back(path, std::move(bytes));
  }
  return all;
}

// How many there are.
Result<std::size_t> check_checkpoints(const LedgerVerifyRequest& request, const LedgerText& text) {
  GP_TRY(const auto checkpoints, checkpoints_of(request, text));
  if (checkpoints.empty()) return std::size_t{0};
  GP_TRY(const std::string key, read_file(request.public_key, kLargestKey));
  const std::vector<std::string_view> lines = text.lines();
  for (const auto& [name, bytes] : checkpoints) {
    GP_TRY(const ledger::Checkpoint checkpoint, ledger::parse_checkpoint(bytes).context(name));
    std::string hash;
    if (checkpoint.seq > 0 && checkpoint.seq <= lines.size()) {
      GP_TRY(const ledger::Line line, ledger::read_line(lines[checkpoint.seq - 1]));
      hash = line.hash;
    }
    if (auto status = ledger::check_checkpoint(checkpoint, key, hash); !status)
      return std::move(status).error().context(name);
  }
  return checkpoints.size();
}

}  // namespace

Result<ExitCode> ledger_log(const Ports& ports, const LedgerLogRequest& request) {
  GP_TRY(const LedgerText text, read_ledger(ports, request.source));
  GP_TRY(const std::vector<Event> events, read_events(text));
  GP_TRY(const std::vector<const Event*> all, chosen(events, request));
  if (all.empty())
    GP_CHECK(ports.narration(fmt::format("{} has no {}\n", text.name, events.empty() ? "events yet" : "such event")));
  if (!request.json) {
    GP_CHECK(ports.output(table(all, text.people)));
    return ExitCode::done;
  }
  // Lines and events are parallel.
  const std::vector<std::string_view> lines = text.lines();
  std::string out = "[";
  for (std::size_t i = 0; i < all.size(); ++i) {
    out.append(i == 0 ? "\n" : ",\n").append(lines[static_cast<std::size_t>(all[i] - events.data())]);
  }
  out += all.empty() ? "]\n" : "\n]\n";
  GP_CHECK(ports.output(out));
  return ExitCode::done;
}

Result<ExitCode> ledger_verify(const Ports& ports, const LedgerVerifyRequest& request) {
  GP_TRY(const LedgerText text, read_ledger(ports, request.source));
  const auto broken = [&](const Error& what) -> Result<ExitCode> {
    if (what.kind != ErrorKind::bad_input) return what;
    GP_CHECK(ports.output(escape::terminal(what.message) + "\n"));
    if (!what.hint.empty()) {
      if (const Status told = ports.narration(what.hint + "\n"); !told) return told.error();
    }
    return ExitCode::failed;
  };
  const auto verifier = check_chain(text, now_of(ports, request.source));
  if (!verifier) return broken(verifier.error());
  if (const Status events = check_events(text); !events) return broken(events.error());
  if (const Status stored = check_stored(text, now_of(ports, request.source)); !stored) return broken(stored.error());
  const Result<std::size_t> checkpoints = check_checkpoints(request, text);
  if (!checkpoints) return broken(checkpoints.error());
  const ledger::Head& head = verifier->head();
  std::string out = head.seq == 0
                        ? std::string("the ledger is empty")
                        : fmt::format("{} in an unbroken chain, the last of {}, hash {}",
                                      text::count_of(head.seq, "event"), to_string(verifier->last()), head.hash);
  if (*checkpoints != 0) out += "; " + text::count_of(*checkpoints, "checkpoint fits", "checkpoints fit");
  GP_CHECK(ports.output(out + "\n"));
  return ExitCode::done;
}

Result<ExitCode> ledger_export(const Ports& ports, const LedgerExportRequest& request) {
  GP_TRY(const LedgerText text, read_ledger(ports, request.source));
  const auto verifier = check_chain(text, now_of(ports, request.source));
  if (!verifier) return verifier.error();
  const auto write = [&](const report::Sink& sink) -> Status {
    if (request.format != "csv") return sink(text.bytes);
    GP_CHECK(sink(kColumns));
    ledger::CanonicalText scratch;
    for (const std::string_view line : text.lines()) {
      GP_TRY(const Event event, ledger::parse(line, scratch));
      GP_CHECK(sink(row_of(event)));
    }
    return Done{};
  };
  GP_CHECK(write_output(ports, request.output, write));
  return ExitCode::done;
}

std::vector<std::string> ledger_event_types() { return {ledger::kEventNames.begin(), ledger::kEventNames.end()}; }

}  // namespace gatepost::app
