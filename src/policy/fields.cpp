// The table of what policies can ask. A new field is a line here.
#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/time.hpp"
#include "model/version.hpp"
#include "policy/field.hpp"

namespace gatepost::policy {
namespace {

constexpr std::array<std::string_view, 4> kSlaNames = {"ok", "due_soon", "breached", "paused"};

template <class Enum>
Value position(Enum value) {
  return {.known = true, .number = static_cast<std::int64_t>(value)};
}
// Position 0 of the names is "unknown".
template <class Enum>
Value position_or_unknown(Enum value) {
  const auto number = static_cast<std::int64_t>(value);
  return {.known = number != 0, .number = number};
}
template <class Number>
Value number_value(const std::optional<Number>& value) {
  return {.known = value.has_value(), .number = value ? static_cast<std::int64_t>(*value) : 0};
}
Value truth(std::optional<bool> value) { return {.known = value.has_value(), .number = value.value_or(false) ? 1 : 0}; }
Value text_value(std::string_view text) { return {.known = !text.empty(), .text = text}; }
Value set_value(std::span<const std::string_view> set) { return {.known = true, .set = set}; }
Value time_value(std::optional<Timestamp> time) {
  return {.known = time.has_value(), .number = time ? time->unix_ms : 0};
}

// The names of CWE numbers, made once: a set field speaks of texts.
Value cwe_set(const std::vector<Cwe>& cwes, Texts& room) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (int number = 0; number <= static_cast<int>(kHighestCwe); ++number) all.push_back(std::to_string(number));
    return all;
  }();
  room.clear();
  for (const Cwe cwe : cwes) {
    if (cwe.number < names.size()) room.push_back(names[cwe.number]);
  }
  return set_value(room);
}

Value data_set(DataClasses classes, Texts& room) {
  room.clear();
  for (std::size_t i = 0; i < kDataClassNames.size(); ++i) {
    if (classes.has(static_cast<DataClass>(i))) room.push_back(kDataClassNames[i]);
  }
  return {.known = !classes.empty(), .set = room};
}

// The version, and the ecosystem whose rules compare it.
Value version_value(const Facts& facts, Texts& room) {
  room.assign(1, facts.ecosystem);
  const std::string_view version = facts.full_version.empty() ? facts.version : facts.full_version;
  return {.known = !version.empty(), .text = version, .set = room};
}

Value family_value(const Facts& facts) {
  return facts.family_of == nullptr ? Value{} : text_value(facts.family_of(facts.engine, facts.rule));
}

Value distance_value(const Facts& facts, bool major) {
  const auto scheme = version_scheme_of(facts.ecosystem);
  if (!scheme || facts.fixed_versions.empty()) return {};
  const auto distance = distance_to_fix(*scheme, facts.version, facts.fixed_versions);
  if (!distance) return {};
  return number_value(major ? std::optional(distance->major) : distance->minor);
}

Value missing_value(const Facts& facts) {
  if (facts.run == nullptr || !facts.run->missing) return {};
  return set_value(*facts.run->missing);
}

#define GP_GET(expression)                   \
  [](const Facts& f, Texts& room) -> Value { \
    static_cast<void>(f);                    \
    static_cast<void>(room);                 \
    return expression;                       \
  }

using enum FieldType;
constexpr Subject kRun = Subject::run, kFile = Subject::file;
constexpr std::int64_t kMost = 1'000'000'000;

// clang-format off
constexpr std::array kFields = {
    Field{.name = "severity", .type = ordered, .names = kSeverityNames, .get = GP_GET(position_or_unknown(f.severity)), .help = "how bad in general", .may_be_unknown = true},
    Field{.name = "risk", .type = number, .get = GP_GET((Value{.known = true, .number = f.risk_tenths})), .help = "how bad here, 0 to 100", .decimals = 1, .highest = 1000},
    Field{.name = "risk_band", .type = ordered, .names = kBandNames, .get = GP_GET(position(band_for_tenths(f.risk_tenths))), .help = "band of the risk"},
    Field{.name = "decision", .type = ordered, .names = kPriorityNames, .get = GP_GET(number_value(f.ssvc)), .help = "SSVC's decision about a vulnerability"},
    Field{.name = "ssvc", .type = ordered, .names = kPriorityNames, .get = GP_GET(number_value(f.ssvc)), .help = "another name of decision"},
    Field{.name = "cvss", .type = number, .get = GP_GET(number_value(f.cvss_tenths)), .help = "score of the CVSS vector in force", .decimals = 1, .highest = 100},
    Field{.name = "epss", .type = number, .get = GP_GET(number_value(f.epss_ppm)), .help = "probability of exploitation, 0 to 1", .decimals = 6, .highest = 1'000'000},
    Field{.name = "epss_percentile", .type = number, .get = GP_GET(number_value(f.epss_percentile_ppm)), .help = "rank of that probability, 0 to 1", .decimals = 6, .highest = 1'000'000},
    Field{.name = "kind", .type = choice, .names = kKindNames, .get = GP_GET(position(f.kind)), .help = "sort of problem"},
    Field{.name = "category", .type = choice, .names = kKindNames, .get = GP_GET(position(f.kind)), .help = "another name of kind"},
    Field{.name = "presence", .type = choice, .names = kPresenceNames, .get = GP_GET(position(f.presence)), .help = "against the base of the change"},
    Field{.name = "change", .type = choice, .names = kPresenceNames, .get = GP_GET(position(f.presence)), .help = "another name of presence"},
    Field{.name = "path", .type = text, .get = GP_GET(text_value(f.path)), .help = "file in the repository", .level = kFile},
    Field{.name = "rule", .type = text, .get = GP_GET(text_value(f.rule)), .help = "the tool's rule"},
    Field{.name = "rule_family", .type = text, .get = GP_GET(family_value(f)), .help = "rules of several tools that mean the same"},
    Field{.name = "engine", .type = text, .get = GP_GET(text_value(f.engine)), .help = "the tool"},
    Field{.name = "title", .type = text, .get = GP_GET(text_value(f.title)), .help = "title of the finding"},
    Field{.name = "package", .type = text, .get = GP_GET(text_value(f.package)), .help = "name of the dependency"},
    Field{.name = "ecosystem", .type = text, .get = GP_GET(text_value(f.ecosystem)), .help = "npm, pypi, golang …"},
    Field{.name = "purl", .type = text, .get = GP_GET(text_value(f.purl)), .help = "package URL of the dependency"},
    Field{.name = "version", .type = version, .get = GP_GET(version_value(f, room)), .help = "version of the dependency"},
    Field{.name = "version_distance.major", .type = number, .get = GP_GET(distance_value(f, true)), .help = "major versions up to the first fix", .highest = kMost},
    Field{.name = "version_distance.minor", .type = number, .get = GP_GET(distance_value(f, false)), .help = "minor versions up to the first fix within the same major one", .highest = kMost},
    Field{.name = "image", .type = text, .get = GP_GET(text_value(f.image)), .help = "container image"},
    Field{.name = "resource", .type = text, .get = GP_GET(text_value(f.resource)), .help = "resource of the infrastructure"},
    Field{.name = "url", .type = text, .get = GP_GET(text_value(f.url)), .help = "address that was tested"},
    Field{.name = "licence", .type = licence, .help = "SPDX expression of the dependency's licence"},
    Field{.name = "scope", .type = choice, .names = kScopeNames, .get = GP_GET(position_or_unknown(f.scope)), .help = "what the dependency is needed for", .may_be_unknown = true},
    Field{.name = "direct", .type = boolean, .get = GP_GET(truth(f.direct)), .help = "the dependency is declared, not inherited"},
    Field{.name = "depth", .type = number, .get = GP_GET(number_value(f.depth)), .help = "packages on the way to the dependency; 1: direct", .highest = kMost},
    Field{.name = "fix_available", .type = boolean, .get = GP_GET(truth(f.fix_available)), .help = "a fix is known"},
    Field{.name = "verified_secret", .type = boolean, .get = GP_GET(truth(f.verified_secret)), .help = "the secret was tried"},
    Field{.name = "kev", .type = boolean, .get = GP_GET(truth(f.kev)), .help = "known to be exploited"},
    Field{.name = "kev_ransomware", .type = boolean, .get = GP_GET(truth(f.kev_ransomware)), .help = "used in ransomware campaigns"},
    Field{.name = "malicious", .type = boolean, .get = GP_GET(truth(f.malicious)), .help = "the package is malicious"},
    Field{.name = "severity_conflict", .type = boolean, .get = GP_GET(truth(f.severity_conflict)), .help = "sources differ by two bands or more"},
    Field{.name = "suppressed", .type = boolean, .get = GP_GET(truth(f.suppressed)), .help = "the tool was told to ignore it"},
    Field{.name = "waiver", .type = choice, .names = kWaiverStateNames, .get = GP_GET(position(f.waiver)), .help = "whether a waiver applies"},
    Field{.name = "state", .type = choice, .names = kStateNames, .get = GP_GET(position(f.state)), .help = "what became of it"},
    Field{.name = "vex_status", .type = choice, .names = kVexNames, .get = GP_GET(number_value(f.vex)), .help = "what a VEX statement says"},
    Field{.name = "sla_state", .type = ordered, .names = kSlaNames, .help = "against the time to fix it"},
    Field{.name = "age_days", .type = number, .help = "days since it was first detected", .highest = kMost},
    Field{.name = "confidence", .type = ordered, .names = kConfidenceNames, .get = GP_GET(position_or_unknown(f.confidence)), .help = "how sure the tool is", .may_be_unknown = true},
    Field{.name = "engines_count", .type = number, .get = GP_GET((Value{.known = true, .number = f.engines})), .help = "tools that report it", .highest = kMost},
    Field{.name = "reach", .type = ordered, .names = kReachNames, .get = GP_GET(position_or_unknown(f.reach)), .help = "whether the code runs", .descending = true, .may_be_unknown = true},
    Field{.name = "exposure", .type = ordered, .names = kExposureNames, .get = GP_GET(position_or_unknown(f.context.exposure)), .help = "who can reach the service", .descending = true, .may_be_unknown = true},
    Field{.name = "environment", .type = ordered, .names = kEnvironmentNames, .get = GP_GET(position_or_unknown(f.context.environment)), .help = "where it runs", .descending = true, .may_be_unknown = true},
    Field{.name = "criticality", .type = ordered, .names = kCriticalityNames, .get = GP_GET(position_or_unknown(f.context.criticality)), .help = "what depends on the service", .descending = true, .may_be_unknown = true},
    Field{.name = "data_classes", .type = set, .get = GP_GET(data_set(f.context.data, room)), .help = "what an attacker would get at"},
    Field{.name = "cwe", .type = set, .get = GP_GET(cwe_set(f.cwes, room)), .help = "numbers of the weaknesses"},
    Field{.name = "cwe_top25", .type = set, .get = GP_GET(cwe_set(f.top_cwes, room)), .help = "those of them in the CWE Top 25"},
    Field{.name = "owasp", .type = set, .help = "categories of the OWASP Top 10"},
    Field{.name = "compliance", .type = set, .help = "controls of standards"},
    Field{.name = "advisory", .type = set, .get = GP_GET(set_value(f.advisories)), .help = "ids of the vulnerability"},
    Field{.name = "owner", .type = set, .get = GP_GET(set_value(f.owners)), .help = "owners by CODEOWNERS"},
    Field{.name = "team", .type = set, .get = GP_GET(set_value(f.owners)), .help = "another name of owner"},
    Field{.name = "service", .type = text, .get = GP_GET(text_value(f.service)), .help = "service of the catalogue"},
    Field{.name = "context_changed", .type = boolean, .help = "the surroundings are others than when it was waived"},
    Field{.name = "tags", .type = set, .help = "tags of the service"},
    Field{.name = "repo", .type = text, .get = GP_GET(text_value(f.run == nullptr ? "" : f.run->repo)), .help = "name of the repository", .level = kRun},
    Field{.name = "branch", .type = text, .get = GP_GET(text_value(f.run == nullptr ? "" : f.run->branch)), .help = "what the change goes into", .level = kRun},
    Field{.name = "first_detected", .type = time, .help = "first run that found it"},
    Field{.name = "introduced", .type = time, .help = "commit that brought it"},
    Field{.name = "published", .type = time, .help = "day of the advisory"},
    Field{.name = "fix_published", .type = time, .help = "day of the fix"},
    Field{.name = "kev_added", .type = time, .get = GP_GET(time_value(f.kev_added)), .help = "day on which it became known to be exploited"},
    Field{.name = "evidence.missing", .type = set, .get = GP_GET(missing_value(f)), .help = "kinds of problems that no complete report looked for", .level = kRun},
    Field{.name = "evidence.age_hours", .type = number, .help = "age of the oldest report", .level = kRun, .highest = kMost},
};
// clang-format on
#undef GP_GET

struct OpName {
  std::string_view name;
  Op op;
};
constexpr std::array kOps = {OpName{"eq", Op::eq},
                             OpName{"ne", Op::ne},
                             OpName{"lt", Op::lt},
                             OpName{"lte", Op::lte},
                             OpName{"gt", Op::gt},
                             OpName{"gte", Op::gte},
                             OpName{"in", Op::in},
                             OpName{"between", Op::between},
                             OpName{"glob", Op::glob},
                             OpName{"regex", Op::regex},
                             OpName{"any", Op::any},
                             OpName{"all", Op::all},
                             OpName{"none", Op::none},
                             OpName{"empty", Op::empty},
                             OpName{"older_than", Op::older_than},
                             OpName{"newer_than", Op::newer_than},
                             OpName{"before", Op::before},
                             OpName{"after", Op::after},
                             OpName{"vers", Op::vers},
                             OpName{"allow", Op::allow},
                             OpName{"deny", Op::deny}};
constexpr std::array kOrderedOps = {Op::eq, Op::ne, Op::lt, Op::lte, Op::gt, Op::gte, Op::in, Op::between};
constexpr std::array kChoiceOps = {Op::eq, Op::ne, Op::in};
constexpr std::array kBooleanOps = {Op::eq, Op::ne};
constexpr std::array kTextOps = {Op::eq, Op::ne, Op::in, Op::glob, Op::regex};
constexpr std::array kSetOps = {Op::any, Op::all, Op::none, Op::empty, Op::eq, Op::ne, Op::in, Op::glob, Op::regex};
constexpr std::array kTimeOps = {Op::older_than, Op::newer_than, Op::before, Op::after};
constexpr std::array kVersionOps = {Op::vers};
constexpr std::array kLicenceOps = {Op::allow, Op::deny};

// 775 of one decimal is "77.5"; zeros at the end are left out.
std::string decimal(std::int64_t number, int decimals) {
  std::int64_t unit = 1;
  for (int i = 0; i < decimals; ++i) unit *= 10;
  if (number % unit == 0) return std::to_string(number / unit);
  std::string text = fmt::format("{}.{:0{}}", number / unit, number % unit, decimals);
  while (text.ends_with('0')) text.pop_back();
  return text;
}

std::string list_of(std::span<const std::string_view> set) {
  std::string out;
  for (const std::string_view it : set) out.append(out.empty() ? "" : ", ").append(text::printable(it, 60));
  return out.empty() ? "none" : out;
}

Value given_value(const Field& field, const Given& given, Texts& room) {
  const auto found = given.find(field.name);
  if (found == given.end()) return {};
  const GivenValue& it = found->second;
  room.assign(it.set.begin(), it.set.end());
  const bool named_unknown = field.may_be_unknown && it.number == 0;
  return {.known = !named_unknown, .number = it.number, .text = it.text, .set = room};
}

}  // namespace

std::span<const Field> fields() { return kFields; }

const Field* find_field(std::string_view name) {
  const auto found = std::ranges::find(kFields, name, &Field::name);
  return found == kFields.end() ? nullptr : &*found;
}

Value value_of(const Field& field, const Facts& facts, Texts& room) {
  if (field.level > facts.subject) return {};
  if (facts.given != nullptr) return given_value(field, *facts.given, room);
  return field.get == nullptr ? Value{} : field.get(facts, room);
}

std::string shown(const Field& field, const Value& value) {
  if (!value.known) return "unknown";
  switch (field.type) {
    case FieldType::ordered:
    case FieldType::choice:
      return std::string(field.names[static_cast<std::size_t>(value.number)]);
    case FieldType::number:
      return decimal(value.number, field.decimals);
    case FieldType::boolean:
      return value.number != 0 ? "true" : "false";
    case FieldType::text:
    case FieldType::version:
    case FieldType::licence:
      return text::printable(value.text, 120);
    case FieldType::set:
      return list_of(value.set);
    case FieldType::time:
      return to_string(Timestamp{value.number});
  }
  return "unknown";
}

std::optional<Op> parse_op(std::string_view name) {
  const auto found = std::ranges::find(kOps, name, &OpName::name);
  if (found == kOps.end()) return std::nullopt;
  return found->op;
}

std::string_view to_string(Op op) { return std::ranges::find(kOps, op, &OpName::op)->name; }

std::span<const Op> ops_of(FieldType type) {
  switch (type) {
    case FieldType::ordered:
    case FieldType::number:
      return kOrderedOps;
    case FieldType::choice:
      return kChoiceOps;
    case FieldType::boolean:
      return kBooleanOps;
    case FieldType::text:
      return kTextOps;
    case FieldType::set:
      return kSetOps;
    case FieldType::time:
      return kTimeOps;
    case FieldType::version:
      return kVersionOps;
    case FieldType::licence:
      return kLicenceOps;
  }
  return kTextOps;
}

}  // namespace gatepost::policy
