#include "app/policy_command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "app/assess.hpp"
#include "app/ci.hpp"
#include "app/finding_facts.hpp"
#include "app/gather.hpp"
#include "app/result_file.hpp"
#include "app/route.hpp"
#include "app/settings_files.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "config/policy_fixture.hpp"
#include "config/settings.hpp"
#include "doc/json_writer.hpp"
#include "doc/yaml.hpp"
#include "git/library.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestFile = 4 << 20;
constexpr const char* kFixtures = ".gatepost/policies/tests/*.y{a,}ml";

Result<std::string> work_tree(const Ports& ports, const std::string& repository) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const git::Repository opened, open_repository(ports, repository, detect_ci(ports)));
  if (opened.is_bare()) return error(ErrorKind::usage, "the repository is bare: it has no work tree with policies");
  return opened.work_tree();
}

// A path of the command line, from the current directory.
std::string placed(const Ports& ports, const std::string& path) {
  return std::filesystem::path(path).is_absolute() ? path : ports.directory + "/" + path;
}

Result<config::File> read_named(const Ports& ports, const std::string& path) {
  auto text = read_file(placed(ports, path), kLargestFile);
  if (!text) return error(ErrorKind::usage, text.error().message);
  return config::File{path, std::move(*text)};
}

// A policy file with what it extends, which is looked for from the folder that its repository would be.
Result<config::Files> with_extended(const Ports& ports, config::File policy) {
  config::Files files;
  for (const std::string& path : config::wanted_by(policy).extended) {
    if (auto text = read_file(placed(ports, path), kLargestFile)) files.extended.push_back({path, std::move(*text)});
  }
  files.policy = std::move(policy);
  GP_CHECK(add_addresses(ports, "", files));
  return files;
}

Result<config::Settings> load_policy(const Ports& ports, config::File policy) {
  GP_TRY(const config::Files files, with_extended(ports, std::move(policy)));
  return config::load(files);
}

// What stands in the file decides: a list called waivers, or policies.
bool is_waiver_file(const config::File& file) {
  const auto document = doc::parse_yaml(file.text, file.name);
  return document && document->root().at("waivers").is_array() && !document->root().at("policies").exists();
}

void warn_of(const config::Settings& settings, std::chrono::sys_days today) {
  for (const Note& note : settings.notes) log::warning(note.at.empty() ? note.text : note.at + ": " + note.text);
  for (const policy::Waiver& waiver : settings.waivers) {
    const std::string problem = policy::problem_of(waiver, settings.rules.waivers, today);
    if (problem.empty() || !waiver.imported_from.empty()) continue;
    log::warning(fmt::format("{}: waiver {} does not apply: {}", waiver.where, waiver.id.value, problem));
  }
}

std::string valid_text(const std::string& name, const config::Settings& settings, bool waivers) {
  return waivers ? fmt::format("{}: valid, {}\n", name, text::count_of(settings.waivers.size(), "waiver"))
                 : fmt::format("{}: valid, {}, mode {}\n", name,
                               text::count_of(settings.rules.policies.size(), "policy", "policies"),
                               to_string(settings.rules.mode));
}

Result<std::string> check_files(const config::Files& files, std::chrono::sys_days today) {
  GP_TRY(const config::Settings settings, config::load(files));
  GP_CHECK(config::check_strictly(settings));
  warn_of(settings, today);
  std::string lines;
  if (files.policy) lines += valid_text(files.policy->name, settings, false);
  if (files.waivers) lines += valid_text(files.waivers->name, settings, true);
  return lines;
}

struct Tally {
  std::size_t passed = 0, failed = 0;
  std::string lines;
};

void keep_only(const std::vector<std::string>& ids, policy::Rules& rules) {
  if (ids.empty()) return;
  std::erase_if(rules.policies,
                [&](const policy::Policy& policy) { return std::ranges::find(ids, policy.id.value) == ids.end(); });
}

Status check_ids(const std::vector<std::string>& ids, const policy::Rules& rules, const std::string& name) {
  for (const std::string& id : ids) {
    if (std::ranges::find(rules.policies, PolicyId{id}, &policy::Policy::id) != rules.policies.end()) continue;
    return error(ErrorKind::config,
                 fmt::format("{}: only names {}, which the policy file does not have", name, text::printable(id, 80)));
  }
  return Done{};
}

Status run_fixture(const Ports& ports, const std::string& path, const config::File& usual, Tally& tally) {
  GP_TRY(config::File file, read_named(ports, path));
  GP_TRY(const doc::Document document, doc::parse_yaml(std::move(file.text), path));
  config::Problems problems;
  const config::Fixture fixture = config::read_fixture(document.root(), problems);
  if (!problems.empty()) return problems.error();
  config::File policy = usual;
  if (!fixture.policy.empty()) {
    const auto beside = std::filesystem::path(path).parent_path() / fixture.policy;
    GP_TRY(policy, read_named(ports, beside.lexically_normal().string()));
  } else if (policy.name.empty()) {
    return error(ErrorKind::usage, fmt::format("{}: no policy to test: neither a {} nor \"policy\" in the fixture",
                                               path, config::kPolicyPath));
  }
  GP_TRY(config::Settings settings, load_policy(ports, std::move(policy)));
  GP_CHECK(check_ids(fixture.only, settings.rules, path));
  keep_only(fixture.only, settings.rules);
  for (const config::FixtureCase& test : fixture.cases) {
    const std::string wrong = config::run_case(settings.rules, test);
    ++(wrong.empty() ? tally.passed : tally.failed);
    if (!wrong.empty())
      tally.lines += fmt::format("failed: {}: {}: {}\n", test.where, text::printable(test.name, 120), wrong);
  }
  return Done{};
}

// The lines of a condition, each with its truth, and of leaves what the finding has.
class TruthWriter {
 public:
  TruthWriter(const policy::Facts& facts, const policy::Reading& reading) : facts_(facts), reading_(reading) {}

  void add(std::string_view name, const std::optional<policy::Condition>& condition) {
    if (!condition) return;
    lines_ += fmt::format("  {}\n", name);
    add(*condition, 2);
  }
  [[nodiscard]] const std::string& lines() const { return lines_; }

 private:
  // As deep as the document, which has a limit.
  void add(const policy::Condition& condition, std::size_t depth) {
    using Shape = policy::Condition::Shape;
    const std::string_view truth = policy::to_string(condition.evaluate(facts_, reading_));
    const std::string indent(depth * 2, ' ');
    if (condition.shape() == Shape::leaf) {
      policy::Texts room;
      const policy::Field& field = condition.predicate().field();
      const std::string is = field.get == nullptr && facts_.given == nullptr
                                 ? "this build never knows it"
                                 : "is " + policy::shown(field, policy::value_of(field, facts_, room));
      lines_ += fmt::format("{}{:<8}{}: {}\n", indent, truth, condition.predicate().text(), is);
      return;
    }
    const char* const name = condition.shape() == Shape::all ? "all" : condition.shape() == Shape::any ? "any" : "not";
    lines_ += fmt::format("{}{:<8}{}\n", indent, truth, name);
    for (const policy::Condition& part : condition.parts()) add(part, depth + 1);
  }

  const policy::Facts& facts_;
  const policy::Reading& reading_;
  std::string lines_;
};

std::string events_of(const policy::Policy& policy) {
  std::string names;
  for (const policy::Event event : policy.on)
    names += (names.empty() ? "" : ", ") + std::string(policy::kEventNames[static_cast<std::size_t>(event)]);
  return names.empty() ? "every event" : names;
}

std::string answer_of(const policy::Policy& policy, policy::Truth truth) {
  if (truth == policy::Truth::yes) return "the policy matches this finding";
  if (truth == policy::Truth::no) return "the policy does not match this finding";
  return policy.match_unknown ? "unknown, and on_unknown is match: the policy matches this finding"
                              : "unknown, and on_unknown is no_match: the policy does not match this finding";
}

struct Judged {
  const Assessment& assessment;
  const Basis& basis;
};

// One policy and one finding.
struct Question {
  const policy::Policy& policy;
  const Finding& finding;
  const policy::Facts& facts;
  policy::Reading reading;
  policy::Event event;

  [[nodiscard]] bool in_force() const { return policy::in_force(policy, {event, reading.now, {}}); }
  [[nodiscard]] policy::Truth truth() const { return policy::truth_of(policy, facts, reading); }
  [[nodiscard]] std::string_view event_name() const { return policy::kEventNames[static_cast<std::size_t>(event)]; }
};

std::string text_of(const Question& it) {
  TruthWriter truths(it.facts, it.reading);
  truths.add("scope", it.policy.scope.include);
  truths.add("exclude", it.policy.scope.exclude);
  truths.add("match", it.policy.match);
  if (it.policy.grace)
    truths.add(fmt::format("grace of {} days from {} is over", it.policy.grace->days, it.policy.grace->from),
               it.policy.grace->passed);
  return fmt::format("{}: {} ({})\n  {} {}\n  on {}; this run is {}{}\n{}  {}\n", it.policy.id.value,
                     to_string(it.policy.action), it.policy.where, short_form(it.finding.id),
                     text::printable(it.facts.title, 100), events_of(it.policy), it.event_name(),
                     it.in_force() ? "" : ": the policy is not asked", truths.lines(),
                     answer_of(it.policy, it.truth()));
}

// As deep as the document, which has a limit.
void write_condition(const Question& it, const policy::Condition& condition, doc::JsonWriter& json) {
  using Shape = policy::Condition::Shape;
  json.line_break().begin_object().field("truth", policy::to_string(condition.evaluate(it.facts, it.reading)));
  if (condition.shape() == Shape::leaf) {
    policy::Texts room;
    const policy::Field& field = condition.predicate().field();
    json.field("condition", condition.predicate().text()).field("field", field.name);
    json.field("value", policy::shown(field, policy::value_of(field, it.facts, room))).end_object();
    return;
  }
  json.key(condition.shape() == Shape::all ? "all" : condition.shape() == Shape::any ? "any" : "not").begin_array();
  for (const policy::Condition& part : condition.parts()) write_condition(it, part, json);
  json.end_array().end_object();
}

std::string json_of(const Question& it, const std::string& digest) {
  doc::JsonWriter json;
  json.begin_object().field("policy", it.policy.id.value).field("action", to_string(it.policy.action));
  json.field("where", it.policy.where).field("policy_sha256", digest).field("finding", to_string(it.finding.id));
  json.field("event", it.event_name()).field("in_force", it.in_force());
  const policy::Truth truth = it.truth();
  json.field("truth", policy::to_string(truth));
  json.field("matches", truth == policy::Truth::yes || (truth == policy::Truth::unknown && it.policy.match_unknown));
  const auto add = [&](std::string_view name, const std::optional<policy::Condition>& condition) {
    if (!condition) return;
    json.key(name);
    write_condition(it, *condition, json);
  };
  add("scope", it.policy.scope.include);
  add("exclude", it.policy.scope.exclude);
  add("match", it.policy.match);
  if (it.policy.grace) add("grace", it.policy.grace->passed);
  return json.end_object().take() + "\n";
}

Result<std::string> explanation(const Judged& judged, const PolicyExplainRequest& request) {
  const policy::Rules& rules = judged.basis.settings.rules;
  const auto policy = std::ranges::find(rules.policies, PolicyId{request.policy}, &policy::Policy::id);
  if (policy == rules.policies.end()) {
    std::vector<std::string_view> ids;
    for (const policy::Policy& it : rules.policies) ids.push_back(it.id.value);
    return error(ErrorKind::usage, config::unknown_name("policy", request.policy, ids));
  }
  const auto& findings = judged.assessment.findings.all;
  const auto finding = std::ranges::find_if(findings, [&](const Finding& it) { return names(request.finding, it.id); });
  if (finding == findings.end()) {
    return error(ErrorKind::usage,
                 fmt::format("no finding of this run has the id {}", text::printable(request.finding, 60)),
                 "give the same --base and --report as to gatepost check");
  }
  const policy::RunFacts run = run_facts(judged.assessment, judged.basis);
  policy::Facts facts = policy_facts(judged.assessment, static_cast<std::size_t>(finding - findings.begin()));
  facts.run = &run;
  const Question question{*policy, *finding, facts, {rules.unknown_severity, judged.basis.now}, judged.basis.event};
  return request.json ? json_of(question, judged.basis.settings.policy_sha256) : text_of(question);
}

Result<std::string> explain_result(const Ports& ports, const PolicyExplainRequest& request, Timestamp now) {
  GP_TRY(ResultFile result, read_result_file(placed(ports, request.result)));
  GP_TRY(const git::Repository repository, open_repository(ports, request.check.gather.repository, detect_ci(ports)));
  GP_TRY(const git::ObjectId head, git::ObjectId::parse(result.change.head)
                                       ? Result<git::ObjectId>(*git::ObjectId::parse(result.change.head))
                                       : error(ErrorKind::bad_input, "the result names no commit"));
  GP_TRY(config::Files files, settings_files(repository.work_tree()));
  GP_CHECK(add_addresses(ports, request.check.gather.cache_dir, files));
  GP_CHECK(use_config(request.check.gather.config, files));
  GP_TRY(const config::Settings settings, config::load(files));
  GP_TRY(const context::CodeOwners owners, read_owners(repository, head, settings.codeowners_dialect));
  const Basis basis{.settings = settings,
                    .owners = owners,
                    .event = policy::Event::pull_request,
                    .now = now,
                    .repository = settings.repository};
  const Assessment assessment = judge(result.found, basis);
  return explanation({assessment, basis}, request);
}

}  // namespace

Result<ExitCode> policy_check(const Ports& ports, const PolicyFilesRequest& request) {
  const auto today = day_of(request.now ? *request.now : ports.clock());
  std::string lines;
  if (request.files.empty()) {
    GP_TRY(const std::string root, work_tree(ports, request.repository));
    GP_TRY(config::Files files, settings_files(root));
    GP_CHECK(add_addresses(ports, "", files));
    GP_TRY(lines, check_files(files, today));
    if (lines.empty()) lines = "no policy and no waivers; the default policy is in force\n";
  }
  for (const std::string& path : request.files) {
    GP_TRY(config::File file, read_named(ports, path));
    config::Files files;
    if (is_waiver_file(file)) {
      files.waivers = std::move(file);
    } else {
      GP_TRY(files, with_extended(ports, std::move(file)));
    }
    GP_TRY(const std::string line, check_files(files, today));
    lines += line;
  }
  GP_CHECK(ports.output(lines));
  return ExitCode::done;
}

Result<ExitCode> policy_test(const Ports& ports, const PolicyFilesRequest& request) {
  std::vector<std::string> paths = request.files;
  config::File usual;
  if (!request.policy.empty()) {
    GP_TRY(usual, read_named(ports, request.policy));
  }
  if (const auto root = work_tree(ports, request.repository); root && request.policy.empty()) {
    const std::string own = *root + "/" + std::string(config::kPolicyPath);
    if (auto text = read_file(own, kLargestFile)) usual = {std::string(config::kPolicyPath), std::move(*text)};
  }
  if (paths.empty()) {
    GP_TRY(const std::string root, work_tree(ports, request.repository));
    GP_TRY(const Glob glob, Glob::compile(kFixtures));
    GP_TRY(const FoundFiles found, find_files(root, glob));
    for (const std::string& path : found.files) paths.push_back((std::filesystem::path(root) / path).string());
    std::ranges::sort(paths);
  }
  if (paths.empty())
    return error(ErrorKind::usage, "there are no fixtures in .gatepost/policies/tests",
                 "name some, or write one there");
  Tally tally;
  for (const std::string& path : paths) GP_CHECK(run_fixture(ports, path, usual, tally));
  tally.lines += fmt::format("{} passed, {} failed\n", text::count_of(tally.passed, "case"), tally.failed);
  GP_CHECK(ports.output(tally.lines));
  return tally.failed == 0 ? ExitCode::done : ExitCode::failed;
}

Result<ExitCode> policy_explain(const Ports& ports, const PolicyExplainRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  const Timestamp now = request.check.now ? *request.check.now : ports.clock();
  if (!request.result.empty()) {
    GP_TRY(const std::string text, explain_result(ports, request, now));
    GP_CHECK(ports.output(text));
    return ExitCode::done;
  }
  GP_TRY(Evidence evidence, gather(ports, request.check.gather));
  Found found = find_findings(evidence);
  const Basis basis = basis_of(evidence, found, now);
  Assessment assessment = judge(found, basis);
  if (has_assignments(basis)) route_findings(assessment, basis, false);  // as its policies were asked
  GP_TRY(const std::string text, explanation({assessment, basis}, request));
  GP_CHECK(ports.output(text));
  return ExitCode::done;
}

}  // namespace gatepost::app
