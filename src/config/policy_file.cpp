#include "config/policy_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "config/condition_reader.hpp"
#include "model/repo_path.hpp"

namespace gatepost::config {
namespace {

using policy::Condition;
using policy::Policy;
using policy::Threshold;

constexpr std::array<std::string_view, 5> kActions = {"allow", "notify", "warn", "require_review", "block"};
constexpr std::array kActionValues = {Action::allow, Action::notify, Action::warn, Action::require_review,
                                      Action::block};
constexpr std::array<std::string_view, 2> kOnUnknown = {"no_match", "match"};
constexpr std::array<std::string_view, 4> kMeasures = {"count", "sum_risk", "pr_risk", "change_risk"};
constexpr std::size_t kMostPolicies = 1000;

void read_threshold(doc::View view, Threshold& threshold, Problems& problems) {
  if (!view.exists()) return;
  Section section(view, problems);
  for (std::size_t i = 0; i < kMeasures.size(); ++i) {
    const doc::View measure = section.get(kMeasures[i]);
    if (!measure.exists()) continue;
    Section bounds(measure, problems);
    const auto kind = static_cast<Threshold::Measure>(i);
    const bool is_score = kind == Threshold::Measure::pr_risk || kind == Threshold::Measure::change_risk;
    const std::int64_t highest = is_score ? 100 : 1'000'000'000;
    const auto above = bounds.integer("gt", 0, highest - 1);  // nothing is above the highest
    const auto from = bounds.integer("gte", 0, highest);
    bounds.finish();
    if (measure.at("gt").exists() == measure.at("gte").exists())
      problems.add(measure, "a threshold takes either gt or gte");
    const bool in_tenths = kind == Threshold::Measure::sum_risk || kind == Threshold::Measure::pr_risk;
    threshold = {kind, from.has_value(), (from ? *from : above.value_or(0)) * (in_tenths ? 10 : 1)};
  }
  section.finish();
}

policy::Coverage read_coverage(doc::View view, Problems& problems) {
  Section section(view, problems);
  policy::Coverage scope;
  scope.include = read_scope(section, false, problems);
  Section excluded(section.get("exclude"), problems);
  scope.exclude = read_scope(excluded, true, problems);
  excluded.finish();
  section.finish();
  return scope;
}

// Nobody is asked by a policy that requires no review.
policy::Review read_review(doc::View view, const Policy& policy, Problems& problems) {
  policy::Review review;
  if (!view.exists()) return review;
  Section section(view, problems);
  review.teams = section.texts("teams");
  review.approvals = section.integer("approvals", 1, 100).value_or(1);
  section.finish();
  if (policy.action != Action::require_review)
    problems.add_at_key(view, fmt::format("review has no effect on action {}; expected action require_review",
                                          to_string(policy.action)));
  return review;
}

// The clocks that a policy can wait by, and the fields that tell when they began.
struct Clock {
  std::string_view name, field;
};
constexpr std::array kClocks = {Clock{"first_detected", "first_detected"}, Clock{"published", "published"},
                                Clock{"fix_available", "fix_published"}, Clock{"kev_added", "kev_added"}};

std::optional<policy::Grace> read_grace(doc::View view, Problems& problems) {
  if (!view.exists()) return std::nullopt;
  Section section(view, problems);
  std::array<std::string_view, kClocks.size()> names;
  std::ranges::transform(kClocks, names.begin(), &Clock::name);
  const auto days = section.integer("days", 0, 3650);
  const auto from = section.choice("from", names);
  section.finish();
  if (!view.at("days").exists()) problems.add(view, "\"days\" is missing");
  if (!view.at("from").exists())
    problems.add(view,
                 "\"from\" is missing; expected " + std::string(names[0]) + ", published, fix_available or kev_added");
  if (!days || !from) return std::nullopt;
  policy::Grace grace{.days = *days, .from = std::string(names[*from])};
  auto passed = Condition::leaf(*policy::find_field(kClocks[*from].field), policy::Op::older_than,
                                {{std::to_string(*days) + "d"}});
  GP_ASSERT(passed.ok());
  grace.passed = std::move(*passed);
  return grace;
}

std::vector<policy::Event> read_events(Section& section, Problems& problems) {
  std::vector<policy::Event> events;
  for (const std::string& name : section.texts("on")) {
    const auto found = std::ranges::find(policy::kEventNames, std::string_view(name));
    if (found == policy::kEventNames.end()) {
      problems.add(section.view().at("on"), unknown_name("event", name, policy::kEventNames));
    } else {
      events.push_back(static_cast<policy::Event>(found - policy::kEventNames.begin()));
    }
  }
  return events;
}

Policy read_policy(doc::View view, bool match_unknown, Problems& problems) {
  Section section(view, problems);
  Policy policy;
  policy.id = PolicyId{section.required_text("id")};
  policy.title = section.text("title");
  policy.message = section.text("message");
  policy.match_unknown = match_unknown;
  if (const auto mode = section.choice("mode", policy::kModeNames)) policy.mode = static_cast<policy::Mode>(*mode);
  if (const auto unknown = section.choice("on_unknown", kOnUnknown)) policy.match_unknown = *unknown == 1;
  policy.on = read_events(section, problems);
  policy.where = view.where();
  policy.scope = read_coverage(section.get("scope"), problems);
  policy.locked = section.boolean("locked").value_or(false);
  const doc::View action = section.get("action");
  if (!action.exists())
    problems.add(view, "\"action\" is missing; expected block, require_review, warn, notify or allow");
  if (const auto chosen = section.choice("action", kActions)) policy.action = kActionValues[*chosen];
  policy.review = read_review(section.get("review"), policy, problems);
  policy.grace = read_grace(section.get("grace"), problems);
  policy.valid_from = section.date("valid_from");
  policy.valid_until = section.date("valid_until");
  if (policy.valid_from && policy.valid_until && *policy.valid_from > *policy.valid_until) {
    problems.add(view.at("valid_from"), fmt::format("valid_from is {}; expected no later day than valid_until, {}",
                                                    to_string(*policy.valid_from), to_string(*policy.valid_until)));
  }
  const doc::View match = section.get("match");
  if (match.exists()) policy.match = read_condition(match, problems);
  read_threshold(section.get("threshold"), policy.threshold, problems);
  section.finish();
  return policy;
}

constexpr std::array<std::string_view, 2> kUnapproved = {"ignore", "apply"};

std::array<std::string_view, kScannerFiles.size()> scanner_file_names() {
  std::array<std::string_view, kScannerFiles.size()> names;
  std::ranges::transform(kScannerFiles, names.begin(), &ScannerFile::name);
  return names;
}

void read_waiver_rules(doc::View view, policy::WaiverRules& rules, Problems& problems) {
  Section section(view, problems);
  const doc::View approvers_view = section.get("approvers"), days_view = section.get("max_days");
  Section approvers(approvers_view, problems), days(days_view, problems);
  for (std::size_t band = 0; band < kBandNames.size(); ++band) {
    const doc::View list = approvers.get(kBandNames[band]);
    rules.approvers[band] = approvers.texts(kBandNames[band]);
    if (list.exists() && rules.approvers[band].empty())
      problems.add(list, fmt::format("nobody may approve for {} risk: expected at least one", kBandNames[band]));
    const std::int64_t most = rules.longest_days[band];
    if (const auto longest = days.integer(kBandNames[band], 1, most)) {
      rules.longest_days[band] = *longest;
      rules.says_days[band] = true;
    }
  }
  approvers.finish();
  days.finish();
  for (const std::string& name : section.texts("import")) {
    const auto names = scanner_file_names();
    const auto found = std::ranges::find(names, std::string_view(name));
    if (found == names.end()) problems.add(view.at("import"), unknown_name("import", name, names));
    rules.imports.push_back(name);
  }
  if (const auto unapproved = section.choice("unapproved", kUnapproved)) rules.apply_unapproved = *unapproved == 1;
  section.finish();
}

constexpr std::string_view kHttps = "https://";

// "host:port" of an address, with the user's name and password that may stand before it.
std::string_view authority_of(std::string_view url) {
  url.remove_prefix(kHttps.size());
  return url.substr(0, url.find_first_of("/?#"));
}

bool is_fetchable(std::string_view url) {
  constexpr std::size_t kLongest = 2048;
  if (!url.starts_with(kHttps) || url.size() > kLongest) return false;
  // What a query says may be a token, and messages tell the address.
  const bool plain =
      std::ranges::all_of(url, [](char c) { return c > ' ' && c < 0x7F && c != '\\' && c != '?' && c != '#'; });
  const std::string_view authority = authority_of(url);
  return plain && !authority.empty() && authority.find('@') == std::string_view::npos;
}

// What stands before "@" and behind "?" may be a secret.
std::string_view shown_address(std::string_view url) {
  url = url.substr(0, url.find_first_of("?#"));
  const std::size_t at = url.rfind('@');
  return at == std::string_view::npos ? url : url.substr(at + 1);
}

// A digest in lower case; "" when it is none.
std::string read_digest(const doc::View& view, Problems& problems) {
  std::string digest = text::lower(view.text());
  const bool fits = digest.size() == 64 && digest.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (fits) return digest;
  if (!digest.empty()) problems.add(view, "sha256 is no digest; expected the 64 hex digits that sha256sum prints");
  return {};
}

std::optional<Extension> file_extension(const doc::View& view, Problems& problems) {
  Section section(view, problems);
  static_cast<void>(section.required_text("sha256"));
  Extension it{.path = {}, .sha256 = read_digest(view.at("sha256"), problems), .where = view.where()};
  it.is_address = view.at("url").exists();
  it.path = it.is_address ? section.text("url") : section.required_text("path");
  if (it.is_address && section.get("path").exists())
    problems.add(view, "a file to extend has either a path in the same revision or a url");
  const bool refused = it.is_address && !is_fetchable(it.path);
  if (refused) {
    problems.add(view.at("url"), fmt::format("\"{}\" is no address of a file to extend; expected https://HOST/PATH "
                                             "without a user's name or a query",
                                             text::printable(shown_address(it.path), 200)));
  }
  section.finish();
  return refused ? std::nullopt : std::optional(std::move(it));
}

// "git@host:path", as ssh writes it.
bool is_ssh(std::string_view repository) {
  const std::size_t colon = repository.find(':'), slash = repository.find('/');
  const bool bare = colon != std::string_view::npos && (slash == std::string_view::npos || colon < slash) &&
                    !repository.substr(colon).starts_with("://");
  return bare || repository.starts_with("ssh://") || repository.starts_with("git+ssh://");
}

// Why a repository cannot be read from there; "" when it can.
std::string why_no_repository(std::string_view repository) {
  if (is_ssh(repository)) return "ssh is not spoken here";
  const bool local = repository.starts_with('/') || repository.starts_with("file:///");
  const bool plain = repository.size() <= 2048 && std::ranges::none_of(repository, [](char c) {
                       return static_cast<unsigned char>(c) < ' ' || c == 0x7F;
                     });
  return plain && (local || is_fetchable(repository)) ? "" : "no repository can be read from there";
}

std::optional<Extension> git_extension(const doc::View& view, Problems& problems) {
  Section section(view, problems);
  const std::size_t before = problems.size();
  Extension it{.path = {}, .sha256 = {}, .where = view.where()};
  it.repository = section.required_text("git");
  it.commit = text::lower(section.required_text("ref"));
  const std::string path = section.required_text("path");
  if (section.get("sha256").exists()) {
    static_cast<void>(section.required_text("sha256"));
    it.sha256 = read_digest(view.at("sha256"), problems);
  }
  section.finish();
  if (const std::string why = why_no_repository(it.repository); !it.repository.empty() && !why.empty()) {
    problems.add(view.at("git"), fmt::format("\"{}\": {}; expected https://HOST/PATH without a user's name or a query, "
                                             "or an absolute path",
                                             text::printable(shown_address(it.repository), 200), why));
  }
  const bool whole = it.commit.size() == 40 && it.commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!it.commit.empty() && !whole) {
    problems.add(view.at("ref"),
                 fmt::format("ref \"{}\" is no whole id of a commit; expected its 40 hex digits, because "
                             "a branch or a tag can be moved",
                             text::printable(it.commit, 60)));
  }
  const auto normal = RepoPath::parse(path);
  if (!path.empty() && !normal)
    problems.add(view.at("path"), fmt::format("\"{}\" is no path in a repository", text::printable(path, 200)));
  if (problems.size() > before) return std::nullopt;
  it.file = normal->value();
  it.path = fmt::format("{}@{}:{}", it.repository, it.commit, it.file);
  return it;
}

}  // namespace

std::vector<Extension> extensions_of(doc::View root, Problems& problems) {
  const doc::View list = root.at("extends");
  std::vector<doc::View> views;
  if (list.is_object()) views.push_back(list);
  for (const doc::View item : list.items()) views.push_back(item);
  if (list.exists() && views.empty())
    problems.add(list,
                 fmt::format("extends must be a mapping of path or url, and sha256, or of git, ref and path, not {}",
                             kind_text(list)));
  if (views.size() > kMostExtensions)
    problems.add(list, fmt::format("more than the limit of {} files to extend", kMostExtensions));
  std::vector<Extension> extensions;
  for (const doc::View view : views) {
    if (auto it = view.at("git").exists() ? git_extension(view, problems) : file_extension(view, problems))
      extensions.push_back(*std::move(it));
  }
  return extensions;
}

void read_policies(doc::View root, policy::Rules& rules, policy::Evidence& evidence, Problems& problems) {
  Section section(root, problems);
  const auto version = section.integer("gatepost", 1, 1);
  if (!version && root.exists() && !root.at("gatepost").exists())
    problems.add(root, "\"gatepost: 1\" is missing: the version of the policy language");
  if (const auto mode = section.choice("mode", policy::kModeNames)) {
    rules.mode = static_cast<policy::Mode>(*mode);
    rules.says_mode = true;
  }
  static_cast<void>(section.get("extends"));  // read by extensions_of
  rules.locked = section.boolean("locked").value_or(false);
  Section defaults(section.get("defaults"), problems);
  if (const auto label = defaults.choice("unknown_severity", kSeverityNames)) {
    rules.unknown_severity = static_cast<SeverityLabel>(*label);
    rules.says_unknown_severity = true;
  }
  const bool match_unknown = defaults.choice("on_unknown", kOnUnknown) == std::optional<std::size_t>(1);
  constexpr std::array<std::string_view, 2> kMissing = {"inconclusive", "warn"};
  if (const auto missing = defaults.choice("missing_evidence", kMissing)) {
    evidence.tolerate_incomplete = *missing == 1;
    rules.says_missing_evidence = true;
  }
  defaults.finish();
  if (const doc::View waivers = section.get("waivers"); waivers.exists())
    read_waiver_rules(waivers, rules.waivers, problems);
  const doc::View policies = section.get("policies");
  if (!policies.exists() && !root.at("extends").exists())
    problems.add(root, "\"policies\" is missing: a list of policies");
  if (policies.exists() && !policies.is_array())
    problems.add(policies, fmt::format("policies must be a list, not {}", doc::to_string(policies.kind())));
  std::vector<std::string> ids;
  for (const doc::View view : policies.items()) {
    if (rules.policies.size() >= kMostPolicies) {
      problems.add(view, fmt::format("more than the limit of {} policies", kMostPolicies));
      break;
    }
    Policy policy = read_policy(view, match_unknown, problems);
    if (std::ranges::find(ids, policy.id.value) != ids.end())
      problems.add(view, fmt::format("policy id \"{}\" is used twice", policy.id.value));
    ids.push_back(policy.id.value);
    rules.policies.push_back(std::move(policy));
  }
  section.finish();
}

}  // namespace gatepost::config
