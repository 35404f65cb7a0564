#include "policy/leaf.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "model/cwe.hpp"
#include "policy/licence.hpp"

namespace gatepost::policy {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;

std::string list_of(std::span<const std::string_view> names) {
  std::string out;
  for (const std::string_view name : names) out.append(out.empty() ? "" : ", ").append(name);
  return out;
}

std::string ops_text(FieldType type) {
  std::string out;
  for (const Op op : ops_of(type)) out.append(out.empty() ? "" : ", ").append(to_string(op));
  return out;
}

Error refuse(const Field& field, const std::string& why) {
  return error(ErrorKind::config, fmt::format("{}: {}", field.name, why));
}

std::string number_expected(const Field& field) {
  if (field.decimals == 0) return "a whole number, not negative";
  std::int64_t unit = 1;
  for (int i = 0; i < field.decimals; ++i) unit *= 10;
  return fmt::format("a number from 0 to {} with at most {}", field.highest / unit,
                     field.decimals == 1 ? "one decimal" : fmt::format("{} decimals", field.decimals));
}

// The number of "79", "CWE-79" and "cwe-079" as facts write it.
std::optional<std::string> weakness(std::string_view text) {
  if (text.size() > 4 && text::equal_ignoring_case(text.substr(0, 4), "CWE-")) text.remove_prefix(4);
  if (!std::ranges::all_of(text, text::is_digit)) return std::nullopt;
  const auto cwe = parse_cwe(text);
  if (!cwe || cwe->number > kHighestCwe) return std::nullopt;
  return std::to_string(cwe->number);
}

// "14d", "36h", "2w" and plain days, in milliseconds.
std::optional<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t hours = 24;
  if (text.ends_with('d') || text.ends_with('h') || text.ends_with('w')) {
    hours = text.back() == 'h' ? 1 : text.back() == 'd' ? 24 : std::int64_t{24} * 7;
    text.remove_suffix(1);
  }
  const auto number = text::parse_number(text);
  if (!number || *number > 100'000) return std::nullopt;
  return static_cast<std::int64_t>(*number) * hours * kHourMs;
}

bool takes_list(Op op) {
  return op == Op::in || op == Op::any || op == Op::all || op == Op::none || op == Op::glob || op == Op::regex ||
         op == Op::allow || op == Op::deny;
}

bool compare(Op op, std::int64_t number, std::int64_t operand) {
  switch (op) {
    case Op::lt:
      return number < operand;
    case Op::lte:
      return number <= operand;
    case Op::gt:
      return number > operand;
    case Op::gte:
      return number >= operand;
    case Op::ne:
      return number != operand;
    default:
      return number == operand;
  }
}

std::string_view example_of(VersionScheme scheme) {
  switch (scheme) {
    case VersionScheme::deb:
      return "1:1.2.3-1";
    case VersionScheme::rpm:
      return "1.2.3-1.el9";
    case VersionScheme::apk:
      return "1.2.3-r0";
    default:
      return "1.2.3";
  }
}

// The strength of a name: its position, turned round where the strongest comes first. Directly imported code and code
// of one's own are reached alike.
std::int64_t rank_of(const Field& field, std::int64_t position) {
  const auto last = static_cast<std::int64_t>(field.names.size()) - 1;
  const std::int64_t rank = field.descending ? last - position : position;
  const bool first_party = field.name == "reach" && position == static_cast<std::int64_t>(Reach::first_party);
  return first_party ? rank + 1 : rank;
}

}  // namespace

std::optional<std::int64_t> parse_decimal(const Field& field, std::string_view text) {
  const std::size_t point = text.find('.');
  const auto whole = text::parse_number(text.substr(0, point));
  if (!whole || *whole > static_cast<std::size_t>(field.highest)) return std::nullopt;
  auto number = static_cast<std::int64_t>(*whole);
  std::string_view decimals = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  const bool digits = std::ranges::all_of(decimals, text::is_digit);
  if (!digits || decimals.size() > static_cast<std::size_t>(field.decimals)) return std::nullopt;
  if (point != std::string_view::npos && decimals.empty()) return std::nullopt;
  for (int i = 0; i < field.decimals; ++i) {
    number = number * 10 + (decimals.empty() ? 0 : decimals[0] - '0');
    decimals.remove_prefix(decimals.empty() ? 0 : 1);
  }
  return number <= field.highest ? std::optional(number) : std::nullopt;
}

Result<std::string> parse_member(const Field& field, std::string text) {
  if (text.empty()) return refuse(field, "the text is empty; expected one that a finding can have");
  if (field.name == "cwe" || field.name == "cwe_top25") {
    auto number = weakness(text);
    if (number) return std::move(*number);
    return refuse(field,
                  fmt::format("\"{}\" is no weakness; expected a number like 79 or CWE-79", text::printable(text, 40)));
  }
  const bool kinds = field.name == "evidence.missing", classes = field.name == "data_classes";
  if (!kinds && !classes) return text;
  const std::span<const std::string_view> names =
      kinds ? std::span<const std::string_view>(kKindNames) : std::span<const std::string_view>(kDataClassNames);
  if (std::ranges::find(names, std::string_view(text)) != names.end()) return text;
  return refuse(field, fmt::format("\"{}\" is not one of {}", text::printable(text, 40), list_of(names)));
}

std::string_view to_string(Truth truth) {
  return truth == Truth::yes ? "true" : truth == Truth::no ? "false" : "unknown";
}

Result<Leaf> Leaf::make(const Field& field, Op op, std::vector<Operand> operands) {
  if (std::ranges::find(ops_of(field.type), op) == ops_of(field.type).end()) {
    return refuse(
        field, fmt::format("cannot be compared with \"{}\"; expected one of {}", to_string(op), ops_text(field.type)));
  }
  const std::size_t wanted = op == Op::between ? 2 : 1;
  if (!takes_list(op) && operands.size() != wanted) {
    return refuse(
        field, fmt::format("\"{}\" takes {}, not {}", to_string(op), text::count_of(wanted, "value"), operands.size()));
  }
  if (operands.empty()) return refuse(field, fmt::format("\"{}\" has an empty list", to_string(op)));
  Leaf leaf;
  leaf.field_ = &field;
  leaf.op_ = op;
  leaf.text_ = fmt::format("{} {}", field.name, to_string(op));
  leaf.key_ = leaf.text_;
  for (const Operand& it : operands) {
    leaf.text_ += " " + text::printable(it.text, 200);
    leaf.key_ += fmt::format(" {}:{}", it.text.size(), it.text);
  }
  GP_CHECK(leaf.read_operands(std::move(operands)));
  return leaf;
}

Status Leaf::read_operands(std::vector<Operand> operands) {
  switch (field_->type) {
    case FieldType::ordered:
    case FieldType::choice:
      return read_names(operands);
    case FieldType::number:
    case FieldType::boolean:
      return read_numbers(operands);
    case FieldType::time:
      return read_time(operands[0].text);
    case FieldType::version:
      return read_range(operands[0].text);
    case FieldType::text:
    case FieldType::set:
    case FieldType::licence:
      return read_texts(std::move(operands));
  }
  return Done{};
}

// Comparisons that no value can meet are slips: refused, lest a policy never acts.
Status Leaf::read_names(const std::vector<Operand>& operands) {
  std::vector<std::int64_t> positions;
  for (const Operand& it : operands) {
    const auto found = std::ranges::find(field_->names, std::string_view(it.text));
    if (found == field_->names.end()) {
      const std::string close = text::nearest(it.text, field_->names);
      const std::string shown = text::printable(it.text, 40);
      return refuse(*field_, close.empty() ? fmt::format("\"{}\" is not one of {}", shown, list_of(field_->names))
                                           : fmt::format("\"{}\" is not known; did you mean \"{}\"?", shown, close));
    }
    positions.push_back(found - field_->names.begin());
  }
  const bool listing = op_ == Op::eq || op_ == Op::ne || op_ == Op::in;
  asks_for_unknown_ = field_->may_be_unknown && listing && std::ranges::find(positions, 0) != positions.end();
  const bool ranks_unknown = field_->may_be_unknown && field_->name != "severity" && !listing &&
                             std::ranges::find(positions, 0) != positions.end();
  if (ranks_unknown) return refuse(*field_, "\"unknown\" has no rank; ask for it with eq, ne or in");
  for (std::int64_t at = 0; at < static_cast<std::int64_t>(field_->names.size()); ++at) {
    const std::int64_t rank = rank_of(*field_, at);
    const auto named = [&](std::int64_t it) { return it == at; };
    bool meets = std::ranges::any_of(positions, named) != (op_ == Op::ne);
    if (op_ == Op::between)
      meets = rank >= rank_of(*field_, positions[0]) && rank <= rank_of(*field_, positions[1]);
    else if (!listing)
      meets = compare(op_, rank, rank_of(*field_, positions[0]));
    if (meets) positions_ |= std::uint64_t{1} << static_cast<unsigned>(at);
  }
  // A waiver that has expired is none, or it would keep on waiving.
  constexpr std::uint64_t kExpired = 1U << static_cast<unsigned>(WaiverState::expired);
  if (field_->name == "waiver" && std::ranges::find(positions, 0) != positions.end())
    positions_ = op_ == Op::ne ? positions_ & ~kExpired : positions_ | kExpired;
  const std::uint64_t possible = field_->may_be_unknown && field_->name != "severity" && !asks_for_unknown_
                                     ? positions_ & ~std::uint64_t{1}
                                     : positions_;
  if (possible != 0) return Done{};
  if (op_ == Op::between) {
    return refuse(*field_, fmt::format("\"between\" {} and {} is never true; expected the lower value first",
                                       operands[0].text, operands[1].text));
  }
  return refuse(*field_, fmt::format("\"{}\" {} is never true: that is the {} value", to_string(op_), operands[0].text,
                                     op_ == Op::lt ? "lowest" : "highest"));
}

Status Leaf::read_numbers(const std::vector<Operand>& operands) {
  for (const Operand& it : operands) {
    const std::string shown = text::printable(it.text, 40);
    if (field_->type == FieldType::boolean) {
      if (it.text != "true" && it.text != "false")
        return refuse(*field_, fmt::format("\"{}\"; expected true or false", shown));
      numbers_.push_back(it.text == "true" ? 1 : 0);
      continue;
    }
    const auto number = parse_decimal(*field_, it.text);
    if (!number) {
      return refuse(*field_, fmt::format("\"{}\" is no {}; expected {}", shown,
                                         field_->decimals == 1 ? "score" : "number", number_expected(*field_)));
    }
    numbers_.push_back(*number);
  }
  if (field_->type == FieldType::boolean) return Done{};
  const auto never = [&](std::string_view values, std::string_view why) {
    return refuse(*field_, fmt::format("\"{}\" {} is never true{}", to_string(op_), values, why));
  };
  if (op_ == Op::between && numbers_[0] > numbers_[1])
    return never(operands[0].text + " and " + operands[1].text, "; expected the lower value first");
  if (op_ == Op::lt && numbers_[0] == 0) return never(operands[0].text, ": that is the lowest value");
  if (op_ == Op::gt && numbers_[0] == field_->highest) return never(operands[0].text, ": that is the highest value");
  return Done{};
}

Status Leaf::read_texts(std::vector<Operand> operands) {
  for (Operand& it : operands) {
    if (op_ == Op::empty) {
      if (it.text != "true" && it.text != "false")
        return refuse(*field_, fmt::format("\"{}\"; expected true or false", text::printable(it.text, 40)));
      texts_.push_back(std::move(it.text));
    } else if (op_ == Op::glob) {
      GP_TRY(Glob glob, Glob::compile(it.text).context(field_->name));
      globs_.push_back(std::move(glob));
    } else if (op_ == Op::regex) {
      GP_TRY(Regex regex, Regex::compile(it.text).context(field_->name));
      regexes_.push_back(std::move(regex));
    } else if (field_->type == FieldType::licence) {
      auto name = licence_name(it.text);
      if (!name) {
        return refuse(*field_, fmt::format("\"{}\" is no licence; expected an id of SPDX such as AGPL-3.0-only",
                                           text::printable(it.text, 60)));
      }
      texts_.push_back(std::move(*name));
    } else {
      GP_TRY(std::string text, parse_member(*field_, std::move(it.text)));
      texts_.push_back(std::move(text));
    }
  }
  return Done{};
}

Status Leaf::read_time(const std::string& operand) {
  const bool relative = op_ == Op::older_than || op_ == Op::newer_than;
  if (relative) {
    const auto duration = parse_duration(operand);
    if (!duration) {
      return refuse(*field_, fmt::format("\"{}\" is no span of time; expected days, or one such as 14d, 36h or 2w",
                                         text::printable(operand, 40)));
    }
    numbers_.push_back(*duration);
    return Done{};
  }
  const auto time = parse_timestamp(operand);
  if (!time) {
    return refuse(*field_, fmt::format("\"{}\" is no time; expected a date like 2026-12-31, or one with a time of day",
                                       text::printable(operand, 40)));
  }
  numbers_.push_back(time->unix_ms);
  return Done{};
}

// A bound that is no version of its ecosystem would make every answer unknown: refused, as are ecosystems whose order
// nobody here knows.
Status Leaf::read_range(const std::string& operand) {
  range_ = VersionRange::parse(operand);
  if (!range_) {
    return refuse(*field_, fmt::format("\"{}\" is no range; expected one such as vers:npm/>=1.2.0|<2.0.0",
                                       text::printable(operand, 60)));
  }
  const auto scheme = version_scheme_of(range_->scheme());
  if (!scheme) {
    return refuse(*field_, fmt::format("versions of \"{}\" cannot be compared by this build; expected one of {}",
                                       text::printable(range_->scheme(), 40), list_of(version_types())));
  }
  for (const VersionRange::Bound& bound : range_->bounds()) {
    if (compare_versions(*scheme, bound.version, bound.version)) continue;
    return refuse(*field_, fmt::format("\"{}\" is no version of {}; expected one such as {}",
                                       text::printable(bound.version, 40), range_->scheme(), example_of(*scheme)));
  }
  return Done{};
}

// A range of "semver" is about every ecosystem that follows it; any other is about its own.
Truth Leaf::judge_version(const Value& value) const {
  const std::string_view ecosystem = value.set.empty() ? "" : value.set[0];
  const auto scheme = version_scheme_of(ecosystem);
  if (!scheme || scheme != version_scheme_of(range_->scheme())) return Truth::unknown;
  const bool shares = *scheme != VersionScheme::semver || range_->scheme() == "semver";
  if (!shares && ecosystem != range_->scheme()) return Truth::unknown;
  const auto inside = range_->contains(value.text);
  return inside ? to_truth(*inside) : Truth::unknown;
}

Truth Leaf::judge(const Value& value, const Reading& reading) const {
  if (!positions_ && !value.known) return Truth::unknown;
  switch (field_->type) {
    case FieldType::ordered:
    case FieldType::choice:
      return judge_named(value, reading);
    case FieldType::number:
    case FieldType::boolean:
      return to_truth(compare_number(value.number));
    case FieldType::text:
      return to_truth(compare_text(value.text));
    case FieldType::set:
      return to_truth(compare_set(value.set));
    case FieldType::time:
      return to_truth(compare_time(value.number, reading.now.unix_ms));
    case FieldType::version:
      return judge_version(value);
    case FieldType::licence: {
      const auto answer = op_ == Op::allow ? is_allowed(value.text, texts_) : is_denied(value.text, texts_);
      return answer ? to_truth(*answer) : Truth::unknown;
    }
  }
  return Truth::unknown;
}

Truth Leaf::judge_named(const Value& value, const Reading& reading) const {
  std::int64_t position = value.number;
  if (!value.known) {
    if (!field_->may_be_unknown) return Truth::unknown;
    position = 0;
    if (!asks_for_unknown_) {
      if (field_->name != "severity") return Truth::unknown;
      position = static_cast<std::int64_t>(reading.unknown_severity);
    }
  }
  return to_truth((positions_ >> static_cast<unsigned>(position) & 1U) != 0);
}

bool Leaf::compare_number(std::int64_t number) const {
  if (op_ == Op::in) return std::ranges::find(numbers_, number) != numbers_.end();
  if (op_ == Op::between) return number >= numbers_[0] && number <= numbers_[1];
  return compare(op_, number, numbers_[0]);
}

bool Leaf::compare_text(std::string_view text) const {
  switch (op_) {
    case Op::ne:
      return text != texts_[0];
    case Op::glob:
      return std::ranges::any_of(globs_, [&](const Glob& it) { return it.matches(text); });
    case Op::regex:
      return std::ranges::any_of(regexes_, [&](const Regex& it) { return it.found_in(text); });
    default:
      return std::ranges::find(texts_, text) != texts_.end();
  }
}

bool Leaf::compare_set(std::span<const std::string_view> set) const {
  const auto has = [&](const std::string& text) { return std::ranges::find(set, text) != set.end(); };
  switch (op_) {
    case Op::all:
      return std::ranges::all_of(texts_, has);
    case Op::none:
    case Op::ne:
      return std::ranges::none_of(texts_, has);
    case Op::empty:
      return set.empty() == (texts_[0] == "true");
    case Op::glob:
    case Op::regex:
      return std::ranges::any_of(set, [&](std::string_view it) { return compare_text(it); });
    default:
      return std::ranges::any_of(texts_, has);
  }
}

bool Leaf::compare_time(std::int64_t time, std::int64_t now) const {
  switch (op_) {
    case Op::older_than:
      return now - time > numbers_[0];
    case Op::newer_than:
      return now - time < numbers_[0];
    case Op::before:
      return time < numbers_[0];
    default:
      return time > numbers_[0];
  }
}

bool Leaf::covers(const Leaf& other) const {
  if (key_ == other.key_) return true;
  const bool named = field_->type == FieldType::ordered || field_->type == FieldType::choice;
  if (!named || field_ != other.field_ || positions_ == 0) return false;
  return (other.positions_ & ~positions_) == 0 && asks_for_unknown_ == other.asks_for_unknown_;
}

}  // namespace gatepost::policy
