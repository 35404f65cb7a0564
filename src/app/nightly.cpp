#include "app/nightly.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>

#include "app/act.hpp"
#include "app/assess.hpp"
#include "app/ci.hpp"
#include "app/ledger_access.hpp"
#include "app/ledger_decisions.hpp"
#include "app/ledger_facts.hpp"
#include "app/ledger_rules.hpp"
#include "app/ledger_store.hpp"
#include "app/night_policy.hpp"
#include "app/posture.hpp"
#include "app/posture_files.hpp"
#include "app/ticket_sync.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "git/library.hpp"
#include "ingest/ingest.hpp"
#include "report/escape.hpp"

namespace gatepost::app {
namespace {

// A pipeline that is run again for the same commit is the same run only when the CI says so.
std::string run_id(const CiFacts& ci, const std::string& commit, Timestamp now) {
  if (ci.run != 0) return fmt::format("{}/{}", ci.run, ci.attempt);
  return fmt::format("{}@{}", commit.substr(0, 12), to_string(now));
}

// What a change brings is not how the branch stands, and a stranger's change has no say in what is remembered.
Status refuse_changes(const CiFacts& ci) {
  const bool is_change = ci.change_request || ci.from_fork || ci.restricted;
  if (!is_change && !ci.branch.empty() && !ci.default_branch.empty() && ci.branch != ci.default_branch) {
    return error(ErrorKind::usage,
                 fmt::format("this pipeline runs on the branch {}; the ledger remembers {}",
                             text::printable(ci.branch, 100), text::printable(ci.default_branch, 100)),
                 "run gatepost nightly on the default branch; gatepost check judges other branches");
  }
  if (!is_change) return Done{};
  return error(ErrorKind::usage,
               "this pipeline is of a change request; the ledger remembers the branch that it goes into",
               "run gatepost nightly in a schedule, or on pushes to the default branch; gatepost check judges changes");
}

// A run that saw nothing has nothing to tell: its baseline would be empty, and everything found later would be new.
bool something_was_read(const Evidence& evidence) {
  return std::ranges::any_of(evidence.table.reports(), [](const ReportInfo& it) {
    return is_complete(it.state) || it.state == ReportState::partial;
  });
}

Error nothing_named() {
  return error(ErrorKind::usage, "neither reports nor bills of materials nor advisories are named",
               "try: gatepost nightly --report 'reports/**/*'; or \"reports\" in .gatepost.yml");
}

ExitCode tell_nothing_was_read(const Evidence& evidence) {
  for (const std::string& missing : evidence.missing) log::warning(missing);
  log::error("no report could be read, so nothing is recorded in the ledger; gatepost doctor tells what is missing");
  return ExitCode::inconclusive;
}

std::size_t count_of(const std::vector<ledger::Event>& events, ledger::EventType type) {
  return static_cast<std::size_t>(std::ranges::count(events, type, &ledger::Event::type));
}

bool drifted(const ledger::Event& event) {
  return event.type >= ledger::EventType::service_added && event.type <= ledger::EventType::coverage_drop;
}

// "3 new, 1 repaired, 2 past their date; 41 open".
std::string summary_of(const Appended& appended, bool first) {
  using ledger::EventType;
  const auto& all = appended.events;
  const auto open =
      std::ranges::count(appended.ledger.state.findings, ledger::Standing::open, &ledger::Tracked::standing);
  if (first) return fmt::format("baseline of {} recorded", text::count_of(static_cast<std::size_t>(open), "finding"));
  std::string out;
  const auto say = [&](EventType type, std::string_view one, std::string_view many) {
    const std::size_t n = count_of(all, type);
    if (n != 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", n, n == 1 ? one : many);
  };
  say(EventType::detected, "new", "new");
  say(EventType::advisory_new, "newly disclosed", "newly disclosed");
  say(EventType::reopened, "came back", "came back");
  say(EventType::fixed, "repaired", "repaired");
  say(EventType::fix_available, "can be repaired now", "can be repaired now");
  say(EventType::waiver_lapsed, "waiver lapsed", "waivers lapsed");
  say(EventType::sla_breach, "past its date", "past their date");
  say(EventType::scanner_silent, "scanner silent", "scanners silent");
  say(EventType::withdrawn, "advisory taken back", "advisories taken back");
  say(EventType::gone, "no longer in use", "no longer in use");
  say(EventType::suspicious, "scanner misses too much at once", "scanners miss too much at once");
  if (const auto drifts = std::ranges::count_if(all, drifted))
    out += (out.empty() ? "" : ", ") + text::count_of(static_cast<std::size_t>(drifts), "drift");
  return fmt::format("{}; {} open", out.empty() ? "no news" : out, open);
}

void tell_inventories(const NightInventories& inventories, const std::vector<Note>& notes) {
  for (const Note& note : notes) {
    if (note.code == "inventory") log::warning(note.text);
  }
  if (inventories.matched && inventories.services > 0)
    log::info(fmt::format("the stored components of {} were matched with the advisories",
                          text::count_of(inventories.services, "service")));
}

Status write_reports(const Ports& ports, const NightlyRequest& request, const Evidence& evidence,
                     const std::vector<std::string>& missing, const Assessment& assessment, const LedgerView& ledger,
                     const ledger::People& people, Timestamp now) {
  if (request.output_folder.empty()) return Done{};
  PostureRequest wanted{
      .project = evidence.ci.repository.empty() ? evidence.settings.repository : evidence.ci.repository,
      .branch = evidence.ci.branch,
      .version = request.version,
      .now = now,
      .rules = ledger_rules(evidence.settings.service_levels),
      .settings = &evidence.settings,
      .notes = missing,
      .people = &people,
      .assessment = &assessment};
  const std::string& code = links_of(evidence.ci, assessment.change.head).code;
  wanted.blob_url = code.empty() ? "" : code + "/";
  return write_posture_files(ports, posture_of(ledger, wanted), request.output_folder);
}

// The verdict stands whatever becomes of the tickets.
void write_tickets(const Ports& ports, const NightlyRequest& request, const Evidence& evidence,
                   const Assessment& assessment, store::Store& store, Timestamp now) {
  if (!evidence.settings.tickets.wanted()) return;
  const TicketSync sync{.settings = evidence.settings,
                        .ci = evidence.ci,
                        .store = store,
                        .knowledge = ticket_knowledge(assessment),
                        .now = now,
                        .version = request.version,
                        .dry_run = request.dry_run};
  const auto report = sync_tickets(ports, sync);
  tell_failure(report ? tell_tickets(ports, *report, request.dry_run) : Status(report.error()));
}

}  // namespace

Result<ExitCode> nightly(const Ports& ports, const NightlyRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  const Timestamp now = request.now ? *request.now : ports.clock();
  std::unique_ptr<store::Store> store;
  NightInventories inventories;
  GP_CHECK(refuse_changes(detect_ci(ports)));
  GatherRequest whole = request.gather;
  whole.without_base = true;
  whole.add_observations = [&](Evidence& it) -> Status {
    GP_TRY(store, open_chosen_ledger(ports, it.settings, it.repository, request.store));
    const KnowsService knows = [&](const std::string& service) -> Result<bool> {
      GP_TRY(const LedgerView ledger, read_ledger(*store, now));
      return ledger.state.services.contains(service);
    };
    GP_TRY(inventories, add_inventories(ports, *store, request.inventories, request.gather.cache_dir, knows, it));
    const bool nothing = it.table.reports().empty() && it.missing.empty() && inventories.documents.empty();
    return nothing ? Status(nothing_named()) : Done{};
  };
  GP_TRY(Evidence evidence, gather(ports, whole));
  if (!something_was_read(evidence)) return tell_nothing_was_read(evidence);
  ingest::add_digests(evidence.table);
  GP_TRY(const LedgerDecisions decisions, read_decisions(*store, now));
  honour(decisions, evidence.settings);
  Found found = find_findings(evidence);
  Basis basis = basis_of(evidence, found, now);
  if (!evidence.event) basis.event = policy::Event::schedule;
  const Assessment assessment = judge(found, basis);

  GP_TRY(const auto known_people, store->document(ledger::People::kDocument));
  GP_TRY(ledger::People people, ledger::People::parse(known_people.value_or("")));
  GP_TRY(auto kept_policy, store->document(kPolicyDocument));
  const correlate::IdentityInputs inputs = identity_inputs(evidence, assessment);
  correlate::Identifier identifier(inputs);
  const LedgerRun run{evidence,
                      assessment,
                      identifier,
                      people,
                      now,
                      run_id(evidence.ci, assessment.change.head, now),
                      request.confirmed_losses,
                      inventories,
                      std::move(kept_policy)};
  const ledger::Rules rules = ledger_rules(evidence.settings.service_levels);
  bool first = false;
  const Think think = [&](const ledger::State& state) {
    first = state.runs == 0;
    return ledger::plan(state, ledger_facts(ports, run, state), rules);
  };
  Appended appended;
  if (request.dry_run) {
    GP_TRY(appended.ledger, read_ledger(*store, now));
    const std::vector<ledger::Draft> drafts = think(appended.ledger.state);
    GP_CHECK(ports.output(fmt::format("{} would be appended to {}\n", text::count_of(drafts.size(), "event"),
                                      report::escape::terminal(store->name()))));
  } else {
    const auto documents = [&]() -> store::Documents {
      store::Documents all = inventories.documents;
      all.emplace(ledger::People::kDocument, people.text());
      all.emplace(kPolicyDocument, policy_snapshot(evidence.settings_files));
      return all;
    };
    GP_TRY(appended, append_to_ledger(*store, now, think, documents));
    GP_CHECK(
        ports.output(fmt::format("{}: {}\n", report::escape::terminal(store->name()), summary_of(appended, first))));
  }
  for (const std::string& missing : found.missing) log::warning(missing);
  tell_inventories(inventories, found.notes);
  write_tickets(ports, request, evidence, assessment, *store, now);
  GP_CHECK(write_reports(ports, request, evidence, found.missing, assessment, appended.ledger, people, now));
  return exit_code(assessment.verdict.outcome);
}

}  // namespace gatepost::app
