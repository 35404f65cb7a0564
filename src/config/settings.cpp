#include "config/settings.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "base/assert.hpp"
#include "base/digest.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "config/policy_file.hpp"
#include "config/reader.hpp"
#include "config/scanner_files.hpp"
#include "config/services_file.hpp"
#include "config/teams_file.hpp"
#include "config/tickets_section.hpp"
#include "config/waiver_file.hpp"
#include "doc/yaml.hpp"
#include "policy/tighten.hpp"

namespace gatepost::config {
namespace {

constexpr std::int64_t kMostServiceDays = 3650;
constexpr std::string_view kDefaultPolicy = "policies/default.yaml";
constexpr std::string_view kNotBlocked = "        - {not: {severity: {gte: \"{{fail_on}}\"}}}\n";

// The shorthand `gate:` of the main file, for those who need no policy file.
struct Gate {
  std::string fail_on = "high", warn_on = "medium";
  bool asked = false;  // fail_on was said for this run
};

void read_gate(doc::View view, Gate& gate, Problems& problems) {
  Section section(view, problems);
  if (const auto fail = section.choice("fail_on", kGateNames)) gate.fail_on = kGateNames[*fail];
  if (const auto warn = section.choice("warn_on", kGateNames)) gate.warn_on = kGateNames[*warn];
  section.finish();
}

// A name ends up in hidden markers and in the names of checks.
bool is_plain_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
  return !name.empty() && name.size() <= 60 && name.find_first_not_of(kAllowed) == std::string_view::npos &&
         name.find("--") == std::string_view::npos;
}

void read_publishing(doc::View view, publish::Settings& publishing, Problems& problems) {
  Section section(view, problems);
  if (const auto comment = section.choice("comment", publish::kCommentNames))
    publishing.comment = static_cast<publish::Comment>(*comment);
  if (const auto most = section.integer("inline_comments", 0, publish::kMostInline))
    publishing.most_inline = static_cast<std::size_t>(*most);
  if (const auto run = section.choice("check_run", publish::kCheckRunNames))
    publishing.check_run = static_cast<publish::CheckRun>(*run);
  publishing.check_run_buttons = section.boolean("check_run_buttons").value_or(false);
  publishing.status = section.boolean("status").value_or(false);
  publishing.upload_sarif = section.boolean("upload_sarif").value_or(false);
  publishing.reviewers = section.boolean("reviewers").value_or(false);
  publishing.suggest_from = section.texts("suggestions_from");
  publishing.labels = section.texts("labels");
  if (publishing.labels.size() > publish::kMostLabels)
    problems.add(section.get("labels"),
                 fmt::format("{} labels; expected at most {}", publishing.labels.size(), publish::kMostLabels));
  for (const std::string& label : publishing.labels) {
    if (label.size() > publish::kLongestLabel)
      problems.add(section.get("labels"),
                   fmt::format("a label has {} bytes; forges take {}", label.size(), publish::kLongestLabel));
  }
  if (const auto check = section.integer("external_check", 1, std::numeric_limits<std::int64_t>::max()))
    publishing.external_check = static_cast<std::uint64_t>(*check);
  if (const doc::View name = section.get("name"); name.exists()) {
    publishing.name = section.text("name");
    if (!is_plain_name(publishing.name))
      problems.add(name,
                   "name is how several gates are told apart: letters, digits, and . _ / - between them, at most 60");
  }
  section.finish();
}

std::vector<Glob> globs_of(Section& section, std::string_view key, Problems& problems) {
  std::vector<Glob> globs;
  for (const std::string& text : section.texts(key)) {
    auto glob = Glob::compile(text);
    if (glob) {
      globs.push_back(std::move(*glob));
    } else {
      problems.add(section.get(key), glob.error().message);
    }
  }
  return globs;
}

template <class Value, class Names>
std::vector<Value> choices_of(Section& section, std::string_view key, const Names& names, Problems& problems) {
  std::vector<Value> values;
  for (const std::string& text : section.texts(key)) {
    const auto found = std::ranges::find(names, text);
    if (found != names.end()) {
      values.push_back(static_cast<Value>(found - names.begin()));
    } else {
      problems.add(section.get(key), unknown_name(std::string(key), text, names));
    }
  }
  return values;
}

context::RoutingRule routing_rule(doc::View view, Problems& problems) {
  Section section(view, problems);
  context::RoutingRule rule;
  rule.paths = globs_of(section, "paths", problems);
  rule.rules = globs_of(section, "rules", problems);
  rule.packages = globs_of(section, "packages", problems);
  rule.kinds = choices_of<Kind>(section, "kinds", kKindNames, problems);
  rule.environments = choices_of<Environment>(section, "environments", kEnvironmentNames, problems);
  rule.services = section.texts("services");
  for (const std::string& text : section.texts("cwes")) {
    const auto cwe = parse_cwe(text);
    if (cwe) {
      rule.cwes.push_back(*cwe);
    } else {
      problems.add(section.get("cwes"), fmt::format("\"{}\" is no CWE; expected CWE-79", text::printable(text, 40)));
    }
  }
  for (std::string& name : section.texts("owner"))
    rule.owners.push_back({TeamId{std::move(name)}, view.where() + " routing.overrides"});
  if (rule.owners.empty()) problems.add(view, "\"owner\" is missing: whom such findings go to");
  const bool asks = !(rule.paths.empty() && rule.rules.empty() && rule.packages.empty() && rule.kinds.empty() &&
                      rule.environments.empty() && rule.services.empty() && rule.cwes.empty());
  if (!asks) problems.add(view, "the entry asks for nothing; what goes to one owner in any case is routing.default");
  section.finish();
  return rule;
}

void read_routing(doc::View view, Settings& settings, Problems& problems) {
  Section section(view, problems);
  const doc::View overrides = section.get("overrides");
  if (overrides.exists() && !overrides.is_array())
    problems.add(overrides, "\"overrides\" is " + kind_text(overrides) + "; expected a list");
  for (const doc::View entry : overrides.items()) settings.routing.push_back(routing_rule(entry, problems));
  const auto owners = [&](std::string_view key) {
    std::vector<Owner> named;
    for (const std::string& name : section.texts(key)) {
      if (!name.empty()) named.push_back({TeamId{name}, fmt::format("{} routing.{}", section.get(key).where(), key)});
    }
    return named;
  };
  settings.repository_owners = owners("repository_team");
  settings.default_owners = owners("default");
  if (const auto choice = section.choice("assignee", kAssigneeChoiceNames))
    settings.assignee = static_cast<AssigneeChoice>(*choice);
  settings.infers_owners = section.boolean("infer").value_or(false);
  section.finish();
}

void read_feeds(doc::View view, Feeds& feeds, Problems& problems) {
  Section section(view, problems);
  feeds.epss = section.text("epss");
  feeds.kev = section.text("kev");
  feeds.vulnrichment = section.text("vulnrichment");
  feeds.osv = section.texts("osv");
  section.finish();
}

constexpr std::array<std::string_view, 3> kMayNames = {"not_affected", "fixed", "affected"};

context::VexTrust read_trust(doc::View view, Problems& problems) {
  Section section(view, problems);
  context::VexTrust trust;
  trust.author = section.required_text("author");
  if (const std::string scope = section.text("scope"); !scope.empty()) {
    auto glob = Glob::compile(scope);
    if (glob) trust.scope = std::move(*glob);
    if (!glob) problems.add(section.get("scope"), glob.error().message);
    if (!scope.starts_with("pkg:"))
      problems.add(section.get("scope"),
                   "the scope is a glob of package URLs; expected something like pkg:rpm/redhat/**");
  }
  const std::vector<std::string> may = section.texts("may");
  for (const std::string& word : may) {
    if (std::ranges::find(kMayNames, word) == kMayNames.end())
      problems.add(section.get("may"), unknown_name("may", word, kMayNames));
  }
  const auto says = [&](std::string_view word) { return may.empty() || std::ranges::find(may, word) != may.end(); };
  trust.not_affected = says("not_affected");
  trust.fixed = says("fixed");
  section.finish();
  return trust;
}

void read_vex(doc::View view, Vex& vex, Problems& problems) {
  Section section(view, problems);
  if (section.get("files").exists()) vex.files = section.texts("files");
  constexpr std::array<std::string_view, 2> kConflict = {"warn", "suspend"};
  if (const auto conflict = section.choice("conflict", kConflict)) vex.rules.suspend_on_conflict = *conflict == 1;
  const doc::View trust = section.get("trust");
  if (trust.exists() && !trust.is_array()) problems.add(trust, "trust is " + kind_text(trust) + "; expected a list");
  for (const doc::View it : trust.items()) vex.rules.trust.push_back(read_trust(it, problems));
  section.finish();
}

void read_columns(doc::View view, context::RuntimeColumns& columns, Problems& problems) {
  Section section(view, problems);
  const auto read = [&](std::string_view key, std::string& column) {
    if (std::string name = section.text(key); !name.empty()) column = std::move(name);
  };
  read("purl", columns.purl);
  read("type", columns.type);
  read("name", columns.name);
  read("version", columns.version);
  read("service", columns.service);
  read("image", columns.image);
  read("loaded", columns.loaded);
  read("last_seen", columns.last_seen);
  section.finish();
}

void read_runtime(doc::View view, Runtime& runtime, Problems& problems) {
  Section section(view, problems);
  runtime.files = section.texts("files");
  if (const auto days = section.integer("max_age", 1, 365)) runtime.max_age_days = *days;
  read_columns(section.get("columns"), runtime.columns, problems);
  section.finish();
}

void read_ledger(doc::View view, Ledger& ledger, Problems& problems) {
  Section section(view, problems);
  ledger.stated = view.exists();
  if (const auto store = section.choice("store", kStoreNames)) ledger.store = static_cast<Ledger::Store>(*store);
  ledger.path = section.text("path");
  ledger.remote = section.text("remote");
  const bool is_file = ledger.store == Ledger::Store::sqlite;
  if (is_file && ledger.path.empty()) problems.add(view, "\"path\" is missing: the file that the ledger is kept in");
  if (!is_file && !ledger.path.empty())
    problems.add(section.get("path"), "path has no effect: only a ledger of store: sqlite has one");
  if (ledger.store != Ledger::Store::git && !ledger.remote.empty())
    problems.add(section.get("remote"), "remote has no effect: only a ledger of store: git has one");
  section.finish();
}

// Who may give which comment command: each replaces what the command's own list says.
void read_commands(doc::View view, Settings& settings, Problems& problems) {
  constexpr std::int64_t kMostRefused = 1000;
  command::Roles& roles = settings.command_roles;
  Section section(view, problems);
  if (const auto most = section.integer("refused_per_hour", 0, kMostRefused)) settings.most_refused = *most;
  for (const command::Usage& usage : command::usages()) {
    const doc::View list = section.get(usage.name);
    if (!list.exists()) continue;
    std::vector<command::Role>& own = roles[static_cast<std::size_t>(usage.verb)];
    own.clear();
    for (const std::string& text : section.texts(usage.name)) {
      const auto role = command::parse_role(text);
      if (role) own.push_back(*role);
      if (role) continue;
      problems.add(list,
                   fmt::format("\"{}\" is nobody who could give a command; expected read, triage, write, maintain, "
                               "admin, owners, requester, @PERSON or @ORGANISATION/TEAM",
                               text::printable(text, 60)));
    }
  }
  section.finish();
}

void read_result(doc::View view, StoredResult& result, Problems& problems) {
  constexpr std::size_t kLongestName = 255;
  Section section(view, problems);
  const auto read = [&](const char* key, std::string& value) {
    const doc::View at = section.get(key);
    if (!at.exists()) return;
    value = section.text(key);
    if (value.empty() || value.size() > kLongestName)
      problems.add(at, fmt::format("{} has {} bytes; expected 1 to {}", key, value.size(), kLongestName));
  };
  read("artifact", result.artifact);
  read("file", result.file);
  const auto parts = text::split(result.file, '/');
  const auto leads_out = [](std::string_view part) { return part.empty() || part == "." || part == ".."; };
  if (std::ranges::any_of(parts, leads_out))
    problems.add(section.get("file"), fmt::format("\"{}\" is no path in an artifact; expected one such as {}",
                                                  text::printable(result.file, 60), StoredResult{}.file));
  section.finish();
}

template <std::size_t N>
void read_days(doc::View view, const std::array<std::string_view, N>& names,
               std::array<std::optional<std::int64_t>, N>& days, Problems& problems) {
  Section section(view, problems);
  for (std::size_t i = 0; i < N; ++i) days[i] = section.integer(names[i], 0, kMostServiceDays);
  section.finish();
}

void read_service_levels(doc::View view, ServiceLevels& levels, Problems& problems) {
  Section section(view, problems);
  read_days(section.get("decision"), kPriorityNames, levels.decision_days, problems);
  read_days(section.get("band"), kBandNames, levels.band_days, problems);
  levels.kev_days = section.integer("kev_days", 1, kMostServiceDays);
  levels.least_after_waiver = section.integer("least_after_waiver", 0, kMostServiceDays);
  levels.warning_percent = section.integer("warning_percent", 1, 100);
  section.finish();
}

Gate read_settings(doc::View root, Settings& settings, Problems& problems) {
  Section section(root, problems);
  Gate gate;
  if (root.exists() && !section.integer("version", 1, 1) && !root.at("version").exists()) {
    problems.add(root, "\"version: 1\" is missing: the version of the settings");
  }
  settings.repository = section.text("repository");
  if (const auto mode = section.choice("mode", policy::kModeNames))
    settings.rules.mode = static_cast<policy::Mode>(*mode);
  settings.reports = section.texts("reports");
  settings.base_reports = section.texts("base_reports");
  settings.evidence.required_scanners = section.texts("required_scanners");
  constexpr std::array<std::string_view, 2> kIncomplete = {"inconclusive", "warn"};
  if (const auto incomplete = section.choice("on_incomplete", kIncomplete))
    settings.evidence.tolerate_incomplete = *incomplete == 1;
  if (const auto label = section.choice("unknown_severity", kSeverityNames))
    settings.rules.unknown_severity = static_cast<SeverityLabel>(*label);
  Section codeowners(section.get("codeowners"), problems);
  if (const auto dialect = codeowners.choice("dialect", kDialectNames); dialect && *dialect > 0) {
    settings.codeowners_dialect = *dialect == 1 ? OwnersDialect::github : OwnersDialect::gitlab;
  }
  codeowners.finish();
  read_gate(section.get("gate"), gate, problems);
  read_feeds(section.get("feeds"), settings.feeds, problems);
  read_vex(section.get("vex"), settings.vex, problems);
  read_runtime(section.get("runtime"), settings.runtime, problems);
  read_ledger(section.get("ledger"), settings.ledger, problems);
  read_commands(section.get("commands"), settings, problems);
  read_result(section.get("result"), settings.result, problems);
  read_service_levels(section.get("service_levels"), settings.service_levels, problems);
  read_tickets(section.get("tickets"), settings.tickets, problems);
  read_publishing(section.get("publish"), settings.publishing, problems);
  read_routing(section.get("routing"), settings, problems);
  section.finish();
  return gate;
}

// The shipped policy with the gate's severities put in; a policy that is set to "none" is left out.
void add_default_policy(const Gate& gate, Settings& settings) {
  const auto bytes = find_resource(kDefaultPolicy);
  GP_ASSERT(bytes.has_value());
  std::string text(*bytes);
  // What blocks is not counted once more among what is to be looked at.
  if (gate.fail_on == "none") text = text::replace_all(std::move(text), kNotBlocked, "");
  text = text::replace_all(std::move(text), "{{fail_on}}", gate.fail_on == "none" ? "critical" : gate.fail_on);
  text = text::replace_all(std::move(text), "{{warn_on}}", gate.warn_on == "none" ? "critical" : gate.warn_on);
  settings.policy_sha256 = hex(sha256(text));
  const auto document = doc::parse_yaml(std::move(text), std::string(kDefaultPolicy));
  GP_ASSERT(document.ok());
  Problems problems;
  const policy::Mode mode = settings.rules.mode;
  read_policies(document->root(), settings.rules, settings.evidence, problems);
  GP_ASSERT(problems.empty());
  settings.rules.mode = mode;
  std::erase_if(settings.rules.policies, [&](const policy::Policy& policy) {
    const bool fails = policy.id.value == "new-findings" || policy.id.value == "existing-findings";
    return (gate.fail_on == "none" && fails) || (gate.warn_on == "none" && policy.id.value.starts_with("look-at-"));
  });
  for (policy::Policy& policy : settings.rules.policies) {
    if (gate.asked && policy.id.value == "existing-findings") policy.action = Action::block;
  }
}

std::optional<doc::Document> parse(const std::optional<File>& file, Problems& problems) {
  if (!file) return std::nullopt;
  auto document = doc::parse_yaml(file->text, file->name);
  if (document) return std::move(*document);
  problems.add_line(document.error().message);
  return std::nullopt;
}

// Puts one file's rules over another's. What it may not do is told.
policy::Rules with_base(const policy::Rules& base, policy::Rules own, Settings& settings) {
  std::vector<std::string> refused;
  policy::Rules rules = policy::extended(base, std::move(own), refused);
  for (std::string& it : refused) settings.notes.push_back({Note::Level::error, "policy-locked", std::move(it), {}});
  return rules;
}

// The files that this one extends, the first of them the deepest; a file that is extended extends nothing itself.
void read_own_policies(const doc::Document& document, const Files& files, Settings& settings, Problems& problems) {
  const std::vector<Extension> extensions = extensions_of(document.root(), problems);
  policy::Rules base{.mode = settings.rules.mode, .unknown_severity = settings.rules.unknown_severity};
  bool strict_evidence = false;
  std::string bytes;  // of all files
  for (const Extension& extension : extensions) {
    const auto file = std::ranges::find(files.extended, extension.path, &File::name);
    if (file == files.extended.end()) {
      problems.add_line(fmt::format("{}: {} is not there; expected {}", extension.where,
                                    text::printable(extension.path, 200),
                                    extension.is_address        ? "what that address gave when it was pinned"
                                    : !extension.commit.empty() ? "a file of that commit"
                                                                : "a file of the same revision"));
      continue;
    }
    if (!extension.sha256.empty() && hex(sha256(file->text)) != extension.sha256) {
      problems.add_line(fmt::format("{}: {} has the digest {}, not {}; look at what changed, then pin it anew",
                                    extension.where, extension.path, hex(sha256(file->text)), extension.sha256));
      continue;
    }
    bytes += file->text;
    auto parsed = doc::parse_yaml(file->text, file->name);
    if (!parsed) {
      problems.add_line(parsed.error().message);
      continue;
    }
    if (const doc::View nested = parsed->root().at("extends"); nested.exists())
      problems.add_at_key(nested, "a file that is extended extends nothing itself");
    policy::Rules next{.mode = base.mode, .unknown_severity = base.unknown_severity};
    next.name = file->name;
    read_policies(parsed->root(), next, settings.evidence, problems);
    strict_evidence |= next.locked && next.says_missing_evidence && !settings.evidence.tolerate_incomplete;
    base = with_base(base, std::move(next), settings);
  }
  settings.policy_sha256 = hex(sha256(bytes + files.policy->text));
  policy::Rules own{.mode = settings.rules.mode, .unknown_severity = settings.rules.unknown_severity};
  own.name = document.name();
  read_policies(document.root(), own, settings.evidence, problems);
  if (strict_evidence && settings.evidence.tolerate_incomplete) {
    settings.evidence.tolerate_incomplete = false;
    settings.notes.push_back({Note::Level::error, "policy-locked",
                              "missing_evidence is locked: warn is weaker than inconclusive; what is locked stands",
                              document.name()});
  }
  settings.rules = extensions.empty() ? std::move(own) : with_base(base, std::move(own), settings);
}

// Who runs gatepost may not lower what is locked.
void override_mode(policy::Mode mode, Settings& settings) {
  if (!settings.rules.locked || mode >= settings.rules.mode) {
    settings.rules.mode = mode;
    return;
  }
  settings.notes.push_back({Note::Level::error,
                            "policy-locked",
                            fmt::format("the mode is locked: {} is weaker than {}; what is locked stands",
                                        to_string(mode), to_string(settings.rules.mode)),
                            {}});
}

// One that cannot be understood does not apply; the others do.
void add_waivers(WaiverFile file, Settings& settings) {
  settings.waivers = std::move(file.waivers);
  settings.broken_waivers = std::move(file.broken);
  for (const BrokenWaiver& it : settings.broken_waivers) {
    settings.notes.push_back({Note::Level::warning, "waiver-not-applied",
                              fmt::format("waiver {} does not apply: {}", it.id.empty() ? "without an id" : it.id,
                                          text::replace_all(it.message, "\n", "; ")),
                              it.where});
  }
}

void add_imports(const Files& files, Settings& settings) {
  for (const File& file : files.scanner_files) {
    ScannerWaivers imported = read_scanner_file(file.name, file.text);
    std::ranges::move(imported.waivers, std::back_inserter(settings.waivers));
    std::ranges::move(imported.notes, std::back_inserter(settings.notes));
  }
}

// A condition on what nobody here knows is never true. People should learn that once, from us.
void add_note_of_unknowable(Settings& settings) {
  std::map<std::string, std::string> asked;  // field and where it was asked first
  const auto look = [&](const std::optional<policy::Condition>& condition, const std::string& where) {
    if (!condition) return;
    condition->each_leaf([&](const policy::Leaf& leaf) {
      if (leaf.field().get == nullptr) asked.emplace(leaf.field().name, where);
    });
  };
  for (const policy::Policy& it : settings.rules.policies) {
    look(it.match, it.where);
    look(it.scope.include, it.where);
    look(it.scope.exclude, it.where);
    if (it.grace) look(it.grace->passed, it.where);
  }
  for (const policy::Waiver& it : settings.waivers) {
    look(it.scope, it.where);
    for (const policy::Lapse& lapse : it.lapse_if) look(lapse.condition, it.where);
  }
  if (asked.empty()) return;
  std::string names;
  for (const auto& [name, where] : asked) names += (names.empty() ? "" : ", ") + name;
  settings.notes.push_back({Note::Level::warning, "never-known",
                            fmt::format("this build never knows {}: conditions on it are unknown, and what then "
                                        "happens on_unknown says",
                                        names),
                            asked.begin()->second});
}

}  // namespace

Wanted wanted_by(const File& policy) {
  Wanted wanted;
  const auto document = doc::parse_yaml(policy.text, policy.name);
  if (!document) return wanted;
  Problems ignored;  // load() tells them
  for (Extension& it : extensions_of(document->root(), ignored)) {
    if (!it.commit.empty())
      wanted.pinned.push_back({std::move(it.repository), std::move(it.commit), std::move(it.file), std::move(it.path),
                               std::move(it.where)});
    else if (it.is_address && ignored.empty())
      wanted.addresses.push_back({std::move(it.path), std::move(it.sha256), std::move(it.where)});
    else if (!it.is_address)
      wanted.extended.push_back(std::move(it.path));
  }
  Section waivers(document->root().at("waivers"), ignored);
  for (const std::string& name : waivers.texts("import")) {
    const auto found = std::ranges::find(kScannerFiles, std::string_view(name), &ScannerFile::name);
    if (found != kScannerFiles.end()) wanted.scanner_files.emplace_back(found->path);
  }
  return wanted;
}

Result<Settings> load(const Files& files, const Overrides& overrides) {
  Settings settings;
  Problems problems;
  const auto main = parse(files.settings, problems);
  Gate gate = read_settings(main ? main->root() : doc::View(), settings, problems);
  gate.asked = overrides.fail_on.has_value();
  if (gate.asked) gate.fail_on = *overrides.fail_on;
  const auto policies = parse(files.policy, problems);
  if (policies && (!policies->root().exists() || policies->root().is_null())) {
    problems.add_line(policies->name() + ":1:1: the file is empty; expected \"gatepost: 1\" and \"policies\"");
  } else if (policies) {
    read_own_policies(*policies, files, settings, problems);
  }
  if (!files.policy) add_default_policy(gate, settings);
  if (files.policy && main && main->root().at("gate").exists()) {
    problems.add_at_key(main->root().at("gate"),
                        fmt::format("gate has no effect beside {}; remove one of them", files.policy->name));
  }
  if (files.policy && overrides.fail_on) {
    problems.add_line(
        fmt::format("fail-on has no effect beside {}; leave it out, or take that file away", files.policy->name));
  }
  if (overrides.mode) override_mode(*overrides.mode, settings);
  const auto waivers = parse(files.waivers, problems);
  if (waivers) add_waivers(read_waivers(waivers->root(), problems), settings);
  add_imports(files, settings);
  add_note_of_unknowable(settings);
  const auto services = parse(files.services, problems);
  if (services) settings.services = read_services(services->root(), problems);
  const auto teams = parse(files.teams, problems);
  if (teams) settings.teams = read_teams(teams->root(), problems);
  if (!problems.empty()) return problems.error();
  return settings;
}

Status check_strictly(const Settings& settings) {
  Problems problems;
  for (const BrokenWaiver& it : settings.broken_waivers) problems.add_line(it.message);
  for (const Note& note : settings.notes) {
    if (note.code == "policy-locked") problems.add_line(note.text);
  }
  if (!problems.empty()) return problems.error();
  return Done{};
}

}  // namespace gatepost::config
