#include "app/comment_command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/act.hpp"
#include "app/command_answer.hpp"
#include "app/command_stage.hpp"
#include "app/connection.hpp"
#include "app/explain_risk.hpp"
#include "app/gather.hpp"
#include "app/ledger_access.hpp"
#include "app/ledger_store.hpp"
#include "app/publishing.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "forge/answer.hpp"
#include "git/library.hpp"
#include "report/escape.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

using command::Verb;

constexpr std::int64_t kHourMs = std::int64_t{60} * 60 * 1000;
constexpr std::int64_t kMostQuestions = 10;  // within an hour, of one person who may not write

// By which a comment is known in the ledger: no comment is carried out twice.
std::string key_of(const CommandStage& stage, const Spoken& spoken) {
  const forge::CommentPlace& place = spoken.said.place;
  const char* const kind = spoken.by_hand ? "hand-" : place.on_lines ? "r" : "";
  return fmt::format("{}#{}/{}{}", stage.ci.repository, place.request, kind, place.id);
}

// All comments of a change are looked through, not the one that somebody has just written.
bool polls(const CiFacts& ci, const CommandRequest& request) {
  const bool of_event = !request.event.empty() || !request.text.empty();
  return !of_event && (request.open_changes || request.change || ci.system == CiFacts::System::gitlab);
}

// From here on what somebody else of the same name said counts together: an hour before. A comment that is passed over
// stays so, however often it is looked at.
Timestamp hour_before(const CommandStage& stage, const Spoken& spoken) {
  return {spoken.said.written.value_or(stage.now).unix_ms - kHourMs};
}

bool is_same_person(std::string_view one, std::string_view other) {
  return command::plain_name(one) == command::plain_name(other);
}

std::int64_t count_before(const CommandStage& stage, const Spoken& spoken, const std::vector<Attempt>& attempts) {
  const Timestamp since = hour_before(stage, spoken);
  return std::ranges::count_if(
      attempts, [&](const Attempt& it) { return it.at >= since && is_same_person(it.person, spoken.said.author); });
}

// How many of its kind there were before, how many are answered, and what they are called.
struct Flood {
  std::int64_t before = 0, most = 0;
  std::string_view of;
  [[nodiscard]] bool is_reached() const { return before >= most; }
};

Flood refused_before(const CommandStage& stage, const Spoken& spoken, const LedgerDecisions& decisions) {
  return {count_before(stage, spoken, decisions.refusals), stage.rules.most_refused, "refused command"};
}

// Empty: it is no question, or of somebody who may write, who is trusted with more than that.
std::optional<Flood> questions_before(const CommandStage& stage, const Spoken& spoken, const LedgerDecisions& decisions,
                                      const command::Facts& facts) {
  const bool writes = facts.level && *facts.level >= command::Level::write;
  if (writes || !is_question(spoken.reading.command->verb)) return std::nullopt;
  return Flood{count_before(stage, spoken, decisions.questions), kMostQuestions, "question"};
}

// What is too much when the command is answered by this ruling.
std::optional<Flood> flood_of(const CommandStage& stage, const Spoken& spoken, const LedgerDecisions& decisions,
                              const command::Facts& facts, const command::Ruling& ruling) {
  const Flood refused = refused_before(stage, spoken, decisions);
  if (!ruling.granted && refused.is_reached()) return refused;
  const auto questions = questions_before(stage, spoken, decisions, facts);
  return questions && questions->is_reached() ? questions : std::nullopt;
}

std::int64_t end_of(std::chrono::sys_days day) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(day.time_since_epoch()).count();
}

// Asks to accept something: the request goes by the id of the comment.
bool makes_request(Verb verb) { return verb == Verb::waive || verb == Verb::false_positive; }

// Names of people stand beside the ledger, never in its chain. Teams are no people.
std::string without_people(std::string_view text) {
  constexpr std::string_view kBetween = " ,;()";
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t begin = std::min(text.find_first_not_of(kBetween, i), text.size());
    const std::size_t end = std::min(text.find_first_of(kBetween, begin), text.size());
    const std::string_view word = text.substr(begin, end - begin);
    const bool person = word.find('@') != std::string_view::npos && !command::is_team(word);
    out.append(text.substr(i, begin - i)).append(person ? "@…" : word);
    i = end;
  }
  return out;
}

// An attempt, as the ledger keeps it: who, what, and why it was granted or refused.
ledger::Draft event_of(const CommandStage& stage, const Spoken& spoken, const CommandFacts& known,
                       const command::Ruling& ruling, ledger::People& people) {
  const command::Command& it = *spoken.reading.command;
  const auto pseudonym = [&](std::string_view name) { return people.pseudonym(name, stage.ports.nonce()); };
  const std::string person =
      people.pseudonym("@" + spoken.said.author, stage.ports.nonce(), account_of(stage.ci, spoken.said));
  ledger::Draft event{.type = ledger::EventType::command,
                      .subject = it.service,
                      .before = {},
                      .after = {},
                      .actor = {.type = "person", .id = person, .verified_by = ""},
                      .commit = stage.asked.shown.request.head,
                      .run_url = stage.ci.run_url};
  if (known.facts.level) event.actor.verified_by = stage.ci.system == CiFacts::System::gitlab ? "gitlab" : "github";
  if (!known.findings.empty()) event.subject = to_string(known.findings.front().id);
  if (ruling.request) event.subject = ruling.request->finding;
  ledger::Facts& facts = event.facts;
  facts["command"] = std::string(command::usage_of(it.verb).name);
  facts["outcome"] = std::string(ruling.granted ? "granted" : "refused");
  facts["because"] = without_people(ruling.because);
  facts["comment"] = key_of(stage, spoken);
  if (!it.id.empty() && known.findings.empty()) facts["id"] = it.id;
  if (!it.text.empty()) facts["reason"] = it.text;
  if (!it.team.empty()) facts["team"] = command::is_team(it.team) ? it.team : pseudonym(it.team);
  if (it.verb == Verb::approve && !known.teams.empty()) facts["teams"] = known.teams;
  if (ruling.request) facts["request"] = ruling.request->id;
  if (!makes_request(it.verb)) return event;
  if (known.facts.author != "@") facts["change_author"] = pseudonym(known.facts.author);
  if (ruling.granted) facts["request"] = fmt::format("W-{}", spoken.said.place.id);
  // What is no finding is looked at again when a finding of its risk would be.
  const auto until = it.until.value_or(known.facts.today + std::chrono::days(known.facts.longest_days));
  facts["until"] = end_of(until);
  return event;
}

class Runner {
 public:
  explicit Runner(CommandStage& stage) : stage_(stage) {}

  // False when the forge was not told everything.
  [[nodiscard]] bool is_complete() const { return complete_; }

  Status run(const Spoken& spoken) {
    if (spoken.reading.mistake) return answer_mistake(spoken);
    GP_TRY(LedgerDecisions decisions, read_decisions(stage_.ledger, stage_.now));
    if (const auto before = decisions.handled.find(key_of(stage_, spoken)); before != decisions.handled.end())
      return answer_again(spoken, decisions, before->second);
    GP_TRY(auto evidence, judge_stored(stage_, decisions));
    GP_TRY(const CommandFacts facts, ask_facts(stage_, spoken, decisions, evidence ? &*evidence : nullptr));
    command::Ruling ruling = command::rule(*spoken.reading.command, facts.facts, stage_.rules.command_roles);
    GP_CHECK(tell(spoken, ruling));
    if (stage_.request.dry_run) return Done{};
    if (const auto flood = flood_of(stage_, spoken, decisions, facts.facts, ruling))
      return pass_over(*flood, spoken, facts, std::move(ruling));
    // Before anything is shown at the comment: GitLab counts a reaction as a change of it, and who is ended between the
    // two would find it edited.
    GP_TRY(const bool fresh, record(spoken, facts, ruling));
    if (!fresh) return Done{};  // another run is carrying it out
    show_that_seen(spoken);
    return ruling.granted ? carry_out(spoken, facts, ruling) : say(spoken, answer_to_refused(ruling.because));
  }

 private:
  // Bots would answer each other for ever. What nobody records is counted where it stands: among the comments.
  Status answer_mistake(const Spoken& spoken) {
    if (spoken.deleted || spoken.said.by_bot || stage_.request.dry_run) return Done{};
    GP_TRY(const auto comments, stage_.forge.comments(spoken.said.place.request, ""));
    const Timestamp since = hour_before(stage_, spoken);
    const auto before = std::ranges::count_if(comments, [&](const forge::SaidComment& it) {
      return it.place.id < spoken.said.place.id && it.written.value_or(since) >= since &&
             is_same_person(it.author, spoken.said.author) && command::read(it.body).mistake.has_value();
    });
    if (before >= stage_.rules.most_refused) return Done{};
    return say(spoken, answer_to_mistake(*spoken.reading.mistake));
  }

  // Whoever is refused, or asks, again and again fills neither the ledger nor the thread: the first that is too much is
  // recorded.
  Status pass_over(const Flood& flood, const Spoken& spoken, const CommandFacts& facts, command::Ruling ruling) {
    if (flood.before > flood.most) return Done{};
    ruling.granted = false;
    ruling.because =
        fmt::format("the limit of {} within an hour is reached; further ones of this person are not answered",
                    text::count_of(static_cast<std::size_t>(flood.most), flood.of));
    GP_CHECK(record(spoken, facts, ruling));
    return Done{};
  }

  // Makes up for a run that ended between the ledger and the answer, in the words of that run; what was told is not
  // told again. Whoever looks through all comments in each pipeline leaves that alone.
  Status answer_again(const Spoken& spoken, const LedgerDecisions& decisions, const HandledComment& before) {
    if (polls(stage_.ci, stage_.request) || stage_.request.dry_run) return Done{};
    const Flood flood = refused_before(stage_, spoken, decisions);
    if (!before.granted && flood.before > flood.most) return Done{};
    if (!is_answered(spoken)) show_that_seen(spoken);
    GP_TRY(const auto evidence, judge_stored(stage_, decisions));
    GP_TRY(const CommandFacts facts, ask_facts(stage_, spoken, decisions, evidence ? &*evidence : nullptr));
    if (!before.granted) {
      const auto now = command::rule(*spoken.reading.command, facts.facts, stage_.rules.command_roles);
      return say(spoken, answer_to_refused(now.granted ? before.because : now.because));
    }
    command::Ruling ruling{.granted = true, .because = before.because, .request = {}};
    if (!before.request.empty()) ruling.request = command::Request{.id = before.request};
    return carry_out(spoken, facts, ruling);
  }

  // Whoever speaks for somebody reads the ruling; a pipeline has it in its log.
  [[nodiscard]] Status tell(const Spoken& spoken, const command::Ruling& ruling) const {
    const std::string line = report::escape::terminal(
        fmt::format("{} by @{}: {} ({})", command::usage_of(spoken.reading.command->verb).name, spoken.said.author,
                    ruling.granted ? "granted" : "refused", ruling.because));
    if (spoken.by_hand) return stage_.ports.output(line + "\n");
    log::info(line);
    return Done{};
  }

  // Somebody's words may look like our answer: this decides about a reaction alone.
  [[nodiscard]] bool is_answered(const Spoken& spoken) const {
    const auto answers = stage_.forge.comments(spoken.said.place.request, answer_marker(stage_, spoken));
    return !answers || !answers->empty();
  }

  void show_that_seen(const Spoken& spoken) {
    if (spoken.deleted || spoken.by_hand) return;
    if (const Status seen = stage_.forge.acknowledge(spoken.said.place); !seen)
      log::warning(forge::sentence_of(seen.error()));
  }

  // False when the ledger has the comment already.
  Result<bool> record(const Spoken& spoken, const CommandFacts& facts, const command::Ruling& ruling) {
    GP_TRY(const auto document, stage_.ledger.document(ledger::People::kDocument));
    GP_TRY(ledger::People people, ledger::People::parse(document.value_or("")));
    const ledger::Draft event = event_of(stage_, spoken, facts, ruling, people);
    const std::string key = key_of(stage_, spoken);
    // Asked again when somebody else was faster, who may have carried out this very comment.
    const auto think = [&](const ledger::State&) {
      const auto now = read_decisions(stage_.ledger, stage_.now);
      const bool known = now && now->handled.contains(key);
      return known ? std::vector<ledger::Draft>{} : std::vector{event};
    };
    const auto documents = [&]() -> store::Documents {
      return {{std::string(ledger::People::kDocument), people.text()}};
    };
    GP_TRY(const Appended appended, append_to_ledger(stage_.ledger, stage_.now, think, documents));
    return !appended.events.empty();
  }

  Status carry_out(const Spoken& spoken, const CommandFacts& facts, const command::Ruling& ruling) {
    const command::Command& it = *spoken.reading.command;
    GP_TRY(const LedgerDecisions decisions, read_decisions(stage_.ledger, stage_.now));
    GP_TRY(const auto evidence, judge_stored(stage_, decisions));
    const StoredEvidence* const now = evidence ? &*evidence : nullptr;
    const bool is_news = command::usage_of(it.verb).decides || it.verb == Verb::recheck;
    if (is_news && now != nullptr && now->judged == stage_.asked.shown.request.head) publish_verdict(*now);
    const std::string id = makes_request(it.verb) ? fmt::format("W-{}", spoken.said.place.id) : "";
    return say(spoken, answer_to_granted(stage_, it, facts, ruling, decisions, now, id));
  }

  // The same commit, the same findings, and what people decided since.
  void publish_verdict(const StoredEvidence& evidence) {
    const Assessment& assessment = evidence.assessment;
    const std::vector<Severity> severities = risk::effective_severities(assessment.table);
    const report::Input input{.assessment = assessment,
                              .explain = [&](std::size_t finding) { return explain_risk(assessment, finding); },
                              .story = [&](std::size_t finding) { return risk_story(assessment, finding); },
                              .observation_severities = severities,
                              .links = links_of(stage_.ci, assessment.change.head),
                              .tool_version = stage_.request.version,
                              .time = stage_.now};
    publish::Input planned = plan_input(input, stage_.ci, stage_.asked.shown, evidence.lines);
    planned.stamp = stamp_of_words(stage_.asked.shown, planned.stamp);
    if (planned.pipeline == 0) planned.pipeline = stage_.result->pipeline;
    const Told told = tell_forge(stage_.forge, planned, stage_.asked.shown, stage_.asked.rules.settings.publishing);
    for (const std::string& problem : told.problems) log::warning(problem);
    complete_ = complete_ && told.complete;
  }

  Status say(const Spoken& spoken, const CommandAnswer& answer) {
    if (spoken.deleted || spoken.said.by_bot) return Done{};
    const auto said =
        stage_.forge.answer(spoken.said.place, answer_marker(stage_, spoken), answer_body(stage_, spoken, answer));
    if (!said) return said.error();
    return Done{};
  }

  CommandStage& stage_;
  bool complete_ = true;
};

// What a comment would be read as, without a forge: for those who write about commands, or wonder.
Result<ExitCode> read_aloud(const Ports& ports, const std::string& text) {
  const command::Reading reading = command::read(text);
  const auto say = [&](const std::string& line) { return ports.output(report::escape::terminal(line) + "\n"); };
  if (reading.mistake) {
    GP_CHECK(say(fmt::format("{}; expected {}", reading.mistake->found, reading.mistake->expected)));
    GP_CHECK(say("such as: " + reading.mistake->example));
    return ExitCode::usage;
  }
  if (!reading.command) {
    GP_CHECK(say("this says nothing to gatepost"));
    return ExitCode::usage;
  }
  const command::Usage& usage = command::usage_of(reading.command->verb);
  GP_CHECK(say(fmt::format("{}: {}", command::synopsis(usage), usage.summary)));
  GP_CHECK(say(fmt::format("may be given by {}, unless the settings say otherwise", usage.asked)));
  return ExitCode::done;
}

// The comments of one change, which `ci` is about.
Result<ExitCode> carry_out(const Ports& ports, const CommandRequest& request, CiFacts ci, forge::Forge& forge,
                           const std::vector<Spoken>& spoken) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const git::Repository repository, open_repository(ports, request.repository, ci));
  const Inputs inputs(ports, {});
  GP_TRY(Asked asked, ask_forge(ports, forge, ci, inputs, nullptr));
  if (!request.actor.empty() && !asked.shown.may.comment && !request.dry_run)
    return error(ErrorKind::denied, "the token may not write comments, so it cannot speak for anybody");
  config::Settings rules = asked.rules.settings;
  GP_TRY(const auto store, open_chosen_ledger(ports, rules, repository, request.store));
  CommandStage stage{ports,
                     request,
                     std::move(ci),
                     forge,
                     std::move(asked),
                     std::move(rules),
                     *store,
                     request.now ? *request.now : ports.clock()};
  Runner runner(stage);
  for (const Spoken& one : spoken) GP_CHECK(runner.run(one));
  return runner.is_complete() ? ExitCode::done : ExitCode::unavailable;
}

// What the event says of the change is not believed; its number alone counts.
Result<ExitCode> answer(const Ports& ports, const CommandRequest& request, const CiFacts& ci, forge::Forge& forge,
                        const std::vector<Spoken>& spoken) {
  if (!spoken.empty())
    return carry_out(ports, request, about_change(ci, spoken.front().said.place.request), forge, spoken);
  log::info("no comment speaks to gatepost");
  return ExitCode::done;
}

Result<ExitCode> answer_change(const Ports& ports, const CommandRequest& request, const CiFacts& ci,
                               std::uint64_t number, net::Pace* pace = nullptr) {
  GP_TRY(const Connection connection, connect(ports, ci, request.version, pace));
  GP_TRY(const std::vector<Spoken> spoken, listen_to_request(*connection.forge, number));
  return answer(ports, request, ci, *connection.forge, spoken);
}

// Each with a connection of its own, whose limits are those of one change. What goes wrong with one keeps no other from
// being answered.
Result<ExitCode> answer_open_changes(const Ports& ports, const CommandRequest& request, const CiFacts& ci) {
  GP_TRY(const Connection connection, connect(ports, ci, request.version));
  GP_TRY(const std::vector<std::uint64_t> numbers, connection.forge->open_requests());
  ExitCode worst = ExitCode::done;
  net::Pace pace;
  for (const std::uint64_t number : numbers) {
    const auto answered = answer_change(ports, request, ci, number, &pace);
    if (!answered) log::warning(fmt::format("change {}: {}", number, forge::sentence_of(answered.error())));
    if (!answered || *answered != ExitCode::done) worst = ExitCode::unavailable;
  }
  log::info(fmt::format("{} looked through", text::count_of(numbers.size(), "open change request")));
  return worst;
}

// `gatepost command --text TEXT --actor NAME`.
Result<ExitCode> answer_for(const Ports& ports, const CommandRequest& request, const CiFacts& ci) {
  if (!command::read(request.text).command) return read_aloud(ports, request.text);
  GP_TRY(const Connection connection, connect(ports, ci, request.version));
  GP_TRY(const std::uint64_t number, request_of(ports, ci, request.event));
  GP_TRY(const Spoken spoken, speak_for(ports, *connection.forge, number, request.text, request.actor));
  return answer(ports, request, ci, *connection.forge, {spoken});
}

}  // namespace

Result<ExitCode> command(const Ports& ports, const CommandRequest& request) {
  if (!request.text.empty() && request.actor.empty()) return read_aloud(ports, request.text);
  const CiFacts ci = request.change ? about_change(detect_ci(ports), *request.change) : detect_ci(ports);
  if (!request.text.empty()) return answer_for(ports, request, ci);
  if (request.open_changes) return answer_open_changes(ports, request, ci);
  if (polls(ci, request)) {
    GP_TRY(const std::uint64_t number, request_of(ports, ci, ""));
    return answer_change(ports, request, ci, number);
  }
  GP_TRY(const Connection connection, connect(ports, ci, request.version));
  GP_TRY(const std::vector<Spoken> spoken, listen_to_event(ports, ci, request.event, *connection.forge));
  return answer(ports, request, ci, *connection.forge, spoken);
}

}  // namespace gatepost::app
