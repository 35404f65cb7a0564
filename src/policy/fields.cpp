// The table of what policies can ask. A new field is a line here.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "policy/condition.hpp"

namespace gatepost::policy {
namespace {

template <class Enum>
Value position(Enum value) {
  return {.known = true, .number = static_cast<std::int64_t>(value)};
}
Value position_unless(bool unknown, std::int64_t number) { return {.known = !unknown, .number = number}; }
Value truth(std::optional<bool> value) { return {.known = value.has_value(), .number = value.value_or(false) ? 1 : 0}; }
Value text_value(std::string_view text) { return {.known = !text.empty(), .text = text}; }

// The names of CWE numbers, made once: a set field speaks of texts.
Value cwe_set(const Facts& facts) {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (int number = 0; number <= static_cast<int>(kHighestCwe); ++number) all.push_back(std::to_string(number));
    return all;
  }();
  Value value{.known = true};
  for (const Cwe cwe : facts.cwes) {
    if (cwe.number < names.size()) value.set.push_back(names[cwe.number]);
  }
  return value;
}

constexpr std::array<std::string_view, 2> kWaiverNames = {"none", "active"};

constexpr std::array kFields = {
    Field{"severity", FieldType::ordered, kSeverityNames, [](const Facts& f) { return position(f.severity); },
          "how bad in general"},
    Field{"severity_conflict",
          FieldType::boolean,
          {},
          [](const Facts& f) { return truth(f.severity_conflict); },
          "its sources are two bands or more apart"},
    Field{"risk",
          FieldType::number,
          {},
          [](const Facts& f) { return Value{.known = true, .number = f.risk_tenths}; },
          "how bad here, 0 to 100"},
    Field{"risk_band", FieldType::ordered, kBandNames,
          [](const Facts& f) { return position(band_for_tenths(f.risk_tenths)); }, "band of the risk"},
    Field{"ssvc", FieldType::ordered, kPriorityNames,
          [](const Facts& f) { return position_unless(!f.ssvc, f.ssvc ? static_cast<std::int64_t>(*f.ssvc) : 0); },
          "SSVC's decision about a vulnerability"},
    Field{"kind", FieldType::choice, kKindNames, [](const Facts& f) { return position(f.kind); }, "sort of problem"},
    Field{"category", FieldType::choice, kKindNames, [](const Facts& f) { return position(f.kind); },
          "another name of kind"},
    Field{"presence", FieldType::choice, kPresenceNames, [](const Facts& f) { return position(f.presence); },
          "against the base of the change"},
    Field{"change", FieldType::choice, kPresenceNames, [](const Facts& f) { return position(f.presence); },
          "another name of presence"},
    Field{"path", FieldType::text, {}, [](const Facts& f) { return text_value(f.path); }, "file in the repository"},
    Field{"rule", FieldType::text, {}, [](const Facts& f) { return text_value(f.rule); }, "the tool's rule"},
    Field{"engine", FieldType::text, {}, [](const Facts& f) { return text_value(f.engine); }, "the tool"},
    Field{"title", FieldType::text, {}, [](const Facts& f) { return text_value(f.title); }, "title of the finding"},
    Field{
        "package", FieldType::text, {}, [](const Facts& f) { return text_value(f.package); }, "name of the dependency"},
    Field{"ecosystem",
          FieldType::text,
          {},
          [](const Facts& f) { return text_value(f.ecosystem); },
          "npm, pypi, golang …"},
    Field{"scope", FieldType::choice, kScopeNames,
          [](const Facts& f) { return position_unless(f.scope == Scope::unknown, static_cast<std::int64_t>(f.scope)); },
          "what the dependency is needed for"},
    Field{"direct",
          FieldType::boolean,
          {},
          [](const Facts& f) { return truth(f.direct); },
          "the dependency is declared, not inherited"},
    Field{"fix_available",
          FieldType::boolean,
          {},
          [](const Facts& f) { return truth(f.fix_available); },
          "a fix is known"},
    Field{"verified_secret",
          FieldType::boolean,
          {},
          [](const Facts& f) { return truth(f.verified_secret); },
          "the secret was tried"},
    Field{"kev", FieldType::boolean, {}, [](const Facts& f) { return truth(f.kev); }, "known to be exploited"},
    Field{"malicious",
          FieldType::boolean,
          {},
          [](const Facts& f) { return truth(f.malicious); },
          "the package is malicious"},
    Field{"suppressed",
          FieldType::boolean,
          {},
          [](const Facts& f) { return truth(f.suppressed); },
          "the tool was told to ignore it"},
    Field{"waiver", FieldType::choice, kWaiverNames, [](const Facts& f) { return position(f.waived); },
          "a waiver applies"},
    Field{"confidence", FieldType::ordered, kConfidenceNames,
          [](const Facts& f) {
            return position_unless(f.confidence == Confidence::unknown, static_cast<std::int64_t>(f.confidence));
          },
          "how sure the tool is"},
    Field{"reach", FieldType::choice, kReachNames,
          [](const Facts& f) { return position_unless(f.reach == Reach::unknown, static_cast<std::int64_t>(f.reach)); },
          "whether the code runs"},
    Field{"cwe", FieldType::set, {}, cwe_set, "numbers of the weaknesses"},
    Field{"owner",
          FieldType::set,
          {},
          [](const Facts& f) { return Value{.known = true, .set = f.owners}; },
          "owners by CODEOWNERS"},
};

struct OpName {
  std::string_view name;
  Op op;
};
constexpr std::array<OpName, 14> kOps = {{{"eq", Op::eq},
                                          {"ne", Op::ne},
                                          {"lt", Op::lt},
                                          {"lte", Op::lte},
                                          {"gt", Op::gt},
                                          {"gte", Op::gte},
                                          {"in", Op::in},
                                          {"between", Op::between},
                                          {"glob", Op::glob},
                                          {"regex", Op::regex},
                                          {"any", Op::any},
                                          {"all", Op::all},
                                          {"none", Op::none},
                                          {"empty", Op::empty}}};
constexpr std::array kOrderedOps = {Op::eq, Op::ne, Op::lt, Op::lte, Op::gt, Op::gte, Op::in, Op::between};
constexpr std::array kChoiceOps = {Op::eq, Op::ne, Op::in};
constexpr std::array kBooleanOps = {Op::eq, Op::ne};
constexpr std::array kTextOps = {Op::eq, Op::ne, Op::in, Op::glob, Op::regex};
constexpr std::array kSetOps = {Op::any, Op::all, Op::none, Op::empty};

}  // namespace

std::span<const Field> fields() { return kFields; }

const Field* find_field(std::string_view name) {
  const auto found = std::ranges::find(kFields, name, &Field::name);
  return found == kFields.end() ? nullptr : &*found;
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
  }
  return kTextOps;
}

std::string_view describe(FieldType type) {
  switch (type) {
    case FieldType::ordered:
      return "a value of an ordered list";
    case FieldType::choice:
      return "one of a list";
    case FieldType::number:
      return "a number";
    case FieldType::boolean:
      return "true or false";
    case FieldType::text:
      return "a text";
    case FieldType::set:
      return "a list of texts";
  }
  return "a text";
}

}  // namespace gatepost::policy
