#include "ingest/mapping/expression.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "ingest/mapping/lexer.hpp"
#include "ingest/mapping/operators.hpp"

namespace gatepost::ingest::mapping {
namespace {

constexpr std::size_t kShortText = 256;  // of which is remembered what it came to

}  // namespace

bool Scope::spend(std::size_t values) {
  if (values > budget) {
    budget = 0;
    exhausted = true;
    return false;
  }
  budget -= values;
  return true;
}

std::size_t Memo::Hash::operator()(std::string_view text) const { return table_hash(text); }

const Remembered* Memo::find(std::string_view text) {
  if (given_up_) return nullptr;
  constexpr std::uint32_t kEnoughToTell = 1024, kFew = 4;
  ++asked_;
  const auto found = known_.find(text);
  if (found != known_.end()) {
    ++met_;
    return &found->second;
  }
  given_up_ = asked_ % kEnoughToTell == 0 && met_ < asked_ / kFew;
  if (given_up_) known_.clear();
  return nullptr;
}

void Memo::keep(std::string_view text, Remembered result) {
  constexpr std::size_t kMostKnown = 4096;
  if (!given_up_ && known_.size() < kMostKnown) known_.emplace(text, std::move(result));
}

Value Path::in(const Scope& scope) const {
  const Value& start = scope.slots[slot];
  if (members.empty()) return start;
  Value value = start.member(members.front());
  for (std::size_t step = 1; step < members.size() && !value.is_null(); ++step) value = value.member(members[step]);
  return value;
}

Reads operator+(Reads a, const Reads& b) {
  const bool costly = a.costly || b.costly;
  if (a.what == Reads::What::nothing) {
    a = b;
  } else if (b.what != Reads::What::nothing && (a.what != b.what || a.path != b.path)) {
    a = Reads();
  }
  a.costly = costly;
  a.itself = a.is_remembered = false;
  return a;
}

std::size_t Names::declare(std::string name) {
  visible_.emplace_back(std::move(name), slots_);
  return slots_++;
}

std::optional<std::size_t> Names::slot(std::string_view name) const {
  for (auto it = visible_.rbegin(); it != visible_.rend(); ++it) {
    if (it->first == name) return it->second;
  }
  return std::nullopt;
}

bool Names::knows(std::string_view name) const { return slot(name).has_value(); }

void Names::use(std::size_t slot, bool for_member) { (for_member ? for_members_ : as_they_are_).insert(slot); }

bool Names::is_object(std::size_t slot) const { return for_members_.contains(slot) && !as_they_are_.contains(slot); }

std::vector<std::string_view> Names::all() const {
  std::vector<std::string_view> all;
  for (const auto& [name, slot] : visible_) all.emplace_back(name);
  return all;
}

const Value* find_in(const Table& table, const Value& value) {
  std::string scratch;
  auto found = table.find(text::lower(text::trim(value.text(scratch))));
  if (found == table.end()) found = table.find("*");
  return found == table.end() ? nullptr : &found->second;
}

namespace {

// What an expression does beyond computing a value, between two looks.
class Watch {
 public:
  explicit Watch(Scope& scope)
      : scope_(scope),
        before_{{}, scope.budget, scope.compared_nothing, scope.compared_something},
        unmapped_(scope.unmapped.size()) {
    scope.compared_nothing = scope.compared_something = false;
  }
  // Nothing when it did what is not done again for the same text.
  std::optional<Remembered> end(const Value& value) {
    const std::uint64_t visits = before_.visits - scope_.budget;
    Remembered result{kept(value), visits, scope_.compared_nothing, scope_.compared_something};
    scope_.compared_nothing |= before_.compared_nothing;
    scope_.compared_something |= before_.compared_something;
    const bool alone = !scope_.exhausted && scope_.unmapped.size() == unmapped_;
    if (!alone || (result.value.is_null() && !value.is_null())) return std::nullopt;
    return result;
  }

 private:
  // What lies in the report is not looked at for another record.
  static Value kept(const Value& value) {
    if (!value.view()) return value;
    return value.type() == Value::Type::text ? Value(value.text()) : Value();
  }
  Scope& scope_;
  Remembered before_;
  std::size_t unmapped_;
};

Value as_before(const Remembered& known, Scope& scope) {
  scope.compared_nothing |= known.compared_nothing;
  scope.compared_something |= known.compared_something;
  return scope.spend(known.visits) ? known.value : Value();
}

}  // namespace

Expr remembered(Expr expr, Names& names) {
  Reads reads = expr.reads();
  if (!reads.costly || reads.is_remembered || reads.what != Reads::What::path) return expr;
  reads.is_remembered = true;
  return Expr([expr = std::move(expr), path = reads.path, memo = names.declare_memo()](Scope& scope) {
           if (scope.memos.size() <= memo) scope.memos.resize(memo + 1);
           if (scope.memos[memo].has_given_up()) return expr(scope);
           const Value given = path.in(scope);
           if (given.type() != Value::Type::text || given.size() > kShortText) return expr(scope);
           std::string scratch;
           if (const Remembered* const known = scope.memos[memo].find(given.text(scratch)))
             return as_before(*known, scope);
           const std::string text = given.text();
           Watch watch(scope);
           Value value = expr(scope);
           if (auto result = watch.end(value)) scope.memos[memo].keep(text, std::move(*result));
           return value;
         })
      .reading(std::move(reads));
}

Value look_up(const Table& table, std::string_view name, const Value& value, Scope& scope) {
  constexpr std::size_t kMostTold = 20;
  if (value.is_empty()) return {};
  if (const Value* const found = find_in(table, value)) return found->lent();
  if (scope.unmapped.size() < kMostTold)
    scope.unmapped.insert(fmt::format("{}: {}", name, text::printable(value.text(), 40)));
  return {};
}

Value look_up(const Thresholds& thresholds, const Value& value) {
  const auto number = value.number();
  if (!number) return {};
  for (const auto& [bound, result] : thresholds) {
    if (*number >= bound) return result.lent();
  }
  return {};
}

namespace {

constexpr int kDeepest = 64;

// Values that a filter visits: the items of a list; of a text as many as it would fill.
std::size_t effort(const Value& value) {
  constexpr std::size_t kBytesPerValue = 64;
  const bool is_text = value.type() == Value::Type::text;
  return is_text ? value.size() / kBytesPerValue : value.size();
}

// A filter that is run once for each of the short texts that it is given.
Expr remembered_filter(Expr value, Filter run, std::size_t memo) {
  return [value = std::move(value), run = std::move(run), memo](Scope& scope) {
    const Value given = value(scope);
    if (!scope.spend(effort(given))) return Value();
    if (given.type() != Value::Type::text || given.size() > kShortText) return run(given);
    std::string scratch;
    const std::string_view text = given.text(scratch);
    if (scope.memos.size() <= memo) scope.memos.resize(memo + 1);
    if (const Remembered* const known = scope.memos[memo].find(text)) return known->value;
    Remembered result{run(given)};
    scope.memos[memo].keep(text, result);
    return result.value;
  };
}

class Parser {
 public:
  Parser(std::string_view source, Names& names) : lexer_(source), names_(names) {}

  Result<Expr> whole() {
    GP_TRY(Expr expr, alternative());
    GP_CHECK(expect_end());
    return expr;
  }

  Result<std::vector<Loop>> loops() {
    std::vector<Loop> loops;
    do {
      const std::size_t begin = lexer_.column() - 1;
      strays_ = Strays::null;
      of_members_ = false;
      GP_TRY(Expr list, alternative());
      strays_ = Strays::left_out;
      const std::string_view written = lexer_.source().substr(begin, lexer_.column() - 1 - begin);
      if (!lexer_.take_word("as")) return lexer_.unexpected("\"as\" and a name");
      const bool keep = lexer_.take("?");
      GP_TRY(const std::string name, lexer_.name());
      loops.push_back(
          {std::move(list), names_.declare(name), keep, std::string(written), without_filters(written), of_members_});
    } while (lexer_.take(","));
    GP_CHECK(expect_end());
    return loops;
  }

 private:
  // "$.results[*] | where(it.a)" and "$.results[*] | where(not it.a)" are parts of one list.
  static std::string without_filters(std::string_view list) {
    const std::string_view walked = list.substr(0, list.find('|'));
    const bool is_joined =
        walked.find("concat(") != std::string_view::npos || walked.find("first(") != std::string_view::npos;
    return std::string(text::trim(is_joined ? list : walked));
  }

  Status expect_end() {
    if (lexer_.at_end()) return Done{};
    return lexer_.unexpected("the end of the expression");
  }

  // The first that is not empty.
  Result<Expr> alternative() {
    if (++depth_ > kDeepest) return lexer_.failure("the expression is nested too deeply");
    GP_TRY(Expr left, disjunction());
    while (lexer_.take_word("else")) {
      GP_TRY(Expr right, disjunction());
      left = first_of({std::move(left), std::move(right)});
    }
    --depth_;
    return left;
  }

  Result<Expr> disjunction() {
    GP_TRY(Expr left, conjunction());
    while (lexer_.take_word("or")) {
      GP_TRY(Expr right, conjunction());
      left = either(std::move(left), std::move(right));
    }
    return left;
  }

  Result<Expr> conjunction() {
    GP_TRY(Expr left, negation());
    while (lexer_.take_word("and")) {
      GP_TRY(Expr right, negation());
      left = both(std::move(left), std::move(right));
    }
    return left;
  }

  Result<Expr> negation() {
    if (!lexer_.take_word("not")) return comparison();
    if (++depth_ > kDeepest) return lexer_.failure("the expression is nested too deeply");
    GP_TRY(Expr inner, negation());
    --depth_;
    return negated(std::move(inner));
  }

  Result<Expr> comparison() {
    GP_TRY(Expr left, piped());
    for (const Comparison& operation : comparisons()) {
      const bool met = operation.word ? lexer_.take_word(operation.sign) : lexer_.take(operation.sign);
      if (!met) continue;
      GP_TRY(Expr right, piped());
      return compared(operation, std::move(left), std::move(right));
    }
    return left;
  }

  Result<Expr> piped() {
    GP_TRY(Expr value, path());
    while (lexer_.take("|")) {
      const std::size_t column = lexer_.column();
      GP_TRY(const std::string name, lexer_.name());
      GP_TRY(value, filtered(std::move(value), name, column));
    }
    return value;
  }

  // Filters with an expression in them, and those that name a table; all others are functions of the value alone.
  Result<Expr> filtered(Expr value, const std::string& name, std::size_t column) {
    if (name == "where" || name == "select") return per_item(std::move(value), name == "where");
    if (name == "map") return mapped(std::move(value));
    if (name == "thresholds") return graded(std::move(value));
    GP_TRY(const std::vector<std::string> arguments, literals());
    auto filter = make_filter(name, arguments);
    if (!filter) return lexer_.failure(std::move(filter).error().message, column);
    if (name == "first") return first_item(std::move(value));
    if (name == "list") return items_of(std::move(value));
    if (name == "values" || name == "entries") {
      of_members_ = true;
      return members_of(std::move(value), name == "entries");
    }
    const bool regex = name == "regex" || name == "matches" || name == "replace" || name == "findall";
    Reads reads = value.reads() + Reads{Reads::What::nothing};
    if (regex && reads.what != Reads::What::path)
      return remembered_filter(std::move(value), std::move(*filter), names_.declare_memo());
    reads.costly |= regex;
    Expr made = Expr([value = std::move(value), run = std::move(*filter)](Scope& scope) {
                  const Value given = value(scope);
                  return scope.spend(effort(given)) ? run(given) : Value();
                }).reading(std::move(reads));
    return regex ? remembered(std::move(made), names_) : made;
  }

  Result<Expr> per_item(Expr value, bool keeps) {
    GP_CHECK(lexer_.need("("));
    const std::size_t mark = names_.mark();
    const std::size_t slot = names_.declare("it");
    const Strays strays = std::exchange(strays_, Strays::left_out);
    const bool of_members = of_members_;
    GP_TRY(Expr inner, alternative());
    strays_ = strays;
    of_members_ = of_members;
    names_.release(mark);
    GP_CHECK(lexer_.need(")"));
    if (!keeps) return changed_items(std::move(value), slot, std::move(inner));
    return kept_items(std::move(value), slot, std::move(inner), names_.is_object(slot) ? strays : Strays::left_out);
  }

  Result<Expr> mapped(Expr value) {
    const std::size_t column = lexer_.column();
    GP_TRY(const std::vector<std::string> arguments, literals());
    const auto found = arguments.size() == 1 ? names_.tables.find(arguments[0]) : names_.tables.end();
    if (found == names_.tables.end())
      return lexer_.failure("map(…) needs the name of a table under \"tables\"", column);
    return Expr([value = std::move(value), name = found->first, table = found->second](Scope& scope) {
      return look_up(table, name, value(scope), scope);
    });
  }

  Result<Expr> graded(Expr value) {
    const std::size_t column = lexer_.column();
    GP_TRY(const std::vector<std::string> arguments, literals());
    const auto found = arguments.size() == 1 ? names_.thresholds.find(arguments[0]) : names_.thresholds.end();
    if (found == names_.thresholds.end())
      return lexer_.failure("thresholds(…) needs the name of a list under \"thresholds\"", column);
    return Expr(
        [value = std::move(value), bounds = found->second](Scope& scope) { return look_up(bounds, value(scope)); });
  }

  // The arguments of a filter: texts and numbers as they stand. Without parentheses there are none.
  Result<std::vector<std::string>> literals() {
    std::vector<std::string> arguments;
    if (!lexer_.take("(") || lexer_.take(")")) return arguments;
    do {
      GP_TRY(std::string argument, lexer_.literal());
      arguments.push_back(std::move(argument));
    } while (lexer_.take(","));
    GP_CHECK(lexer_.need(")"));
    return arguments;
  }

  Result<Expr> path() {
    GP_TRY(Expr value, primary());
    for (;;) {
      if (lexer_.take("//")) {
        GP_TRY(const std::string name, lexer_.member_name());
        value = descendants(std::move(value), name);
      } else if (lexer_.take(".")) {
        GP_TRY(const std::string name, lexer_.member_name());
        value = member_of(std::move(value), name);
      } else if (lexer_.take("[")) {
        GP_TRY(value, subscript(std::move(value)));
      } else {
        return value;
      }
    }
  }

  Result<Expr> subscript(Expr value) {
    if (lexer_.take("*")) {
      GP_CHECK(lexer_.need("]"));
      return projected(std::move(value), lexer_);
    }
    GP_TRY(const std::string literal, lexer_.literal());
    GP_CHECK(lexer_.need("]"));
    const auto index = Value(literal).number();
    if (!index) return lexer_.failure("expected [*] or the number of an item");
    return item_of(std::move(value), static_cast<std::int64_t>(*index));
  }

  // What follows "[*]" is asked of each item: "$.runs[*].results[*]" is one flat list.
  Result<Expr> projected(Expr list, Lexer& lexer) {
    std::vector<Step> steps;
    for (;;) {
      if (lexer.take("//")) {
        GP_TRY(std::string name, lexer.member_name());
        steps.push_back({Step::Kind::descend, std::move(name), 0});
      } else if (lexer.take(".")) {
        GP_TRY(std::string name, lexer.member_name());
        steps.push_back({Step::Kind::member, std::move(name), 0});
      } else if (lexer.take("[")) {
        GP_TRY(Step step, step_in_brackets());
        steps.push_back(std::move(step));
      } else {
        return projection(std::move(list), std::move(steps), strays_);
      }
    }
  }

  Result<Step> step_in_brackets() {
    if (lexer_.take("*")) {
      GP_CHECK(lexer_.need("]"));
      return Step{Step::Kind::spread, {}, 0};
    }
    GP_TRY(const std::string literal, lexer_.literal());
    GP_CHECK(lexer_.need("]"));
    const auto index = Value(literal).number();
    if (!index) return lexer_.failure("expected [*] or the number of an item");
    return Step{Step::Kind::item, {}, static_cast<std::int64_t>(*index)};
  }

  Result<Expr> primary() {
    const std::size_t column = lexer_.column();
    if (lexer_.take("(")) {
      GP_TRY(Expr inner, alternative());
      GP_CHECK(lexer_.need(")"));
      return inner;
    }
    if (lexer_.take("[")) return list_literal();
    if (lexer_.take("$")) return root(column);
    if (lexer_.at_text()) return text_literal();
    if (lexer_.at_number()) {
      GP_TRY(const std::string digits, lexer_.literal());
      return constant(Value(*Value(digits).number()));
    }
    GP_TRY(const std::string name, lexer_.name());
    if (name == "null") return constant(Value());
    if (name == "true" || name == "false") return constant(Value(name == "true"));
    if (lexer_.take("(")) return call(name, column);
    return variable(name, column);
  }

  Result<Expr> root(std::size_t column) {
    if (!lexer_.at_name_immediately()) return Expr([](Scope& scope) { return scope.root; });
    GP_TRY(const std::string name, lexer_.name());
    if (name != "header") return lexer_.failure(fmt::format("${} is not known; there are $ and $header", name), column);
    return Expr([](Scope& scope) { return scope.header; });
  }

  Result<Expr> variable(const std::string& name, std::size_t column) {
    if (const auto slot = names_.slot(name)) {
      names_.use(*slot, lexer_.at_member());
      return at_path({*slot, {}});
    }
    const auto known = names_.all();
    const std::string close = text::nearest(name, known);
    return lexer_.failure(fmt::format("\"{}\" is not the name of anything here{}", text::printable(name, 60),
                                      close.empty() ? fmt::format("; a text is written '{}'", text::printable(name, 60))
                                                    : fmt::format("; did you mean \"{}\"?", close)),
                          column);
  }

  Result<Expr> list_literal() {
    std::vector<Expr> items;
    if (!lexer_.take("]")) {
      do {
        GP_TRY(Expr item, alternative());
        items.push_back(std::move(item));
      } while (lexer_.take(","));
      GP_CHECK(lexer_.need("]"));
    }
    return listed(std::move(items));
  }

  Result<Expr> call(const std::string& name, std::size_t column) {
    if (name == "lookup") return lookup(column);
    std::vector<Expr> arguments;
    if (!lexer_.take(")")) {
      do {
        GP_TRY(Expr argument, alternative());
        arguments.push_back(std::move(argument));
      } while (lexer_.take(","));
      GP_CHECK(lexer_.need(")"));
    }
    auto made = make_function(name, std::move(arguments));
    if (!made) return lexer_.failure(std::move(made).error().message, column);
    return made;
  }

  // lookup('index', key)
  Result<Expr> lookup(std::size_t column) {
    GP_TRY(const std::string name, lexer_.literal());
    const auto found = names_.indexes.find(name);
    if (found == names_.indexes.end())
      return lexer_.failure(fmt::format("there is no index \"{}\"", text::printable(name, 60)), column);
    GP_CHECK(lexer_.need(","));
    GP_TRY(Expr key, alternative());
    GP_CHECK(lexer_.need(")"));
    return Expr([index = found->second, key = std::move(key)](Scope& scope) {
      const auto& entries = (*scope.indexes)[index];
      const auto entry = entries.find(key(scope).text());
      return entry == entries.end() ? Value() : entry->second.lent();
    });
  }

  // 'text', or 'text with {expression}'.
  Result<Expr> text_literal() {
    GP_TRY(const std::string literal, lexer_.literal());
    std::vector<Expr> parts;
    std::size_t done = 0;
    for (std::size_t open = literal.find('{'); open != std::string::npos; open = literal.find('{', open + 1)) {
      const std::size_t close = literal.find('}', open);
      if (close == std::string::npos || !begins_expression(literal, open + 1)) continue;
      if (++depth_ > kDeepest) return lexer_.failure("the expression is nested too deeply");
      GP_TRY(Expr inner, compile(std::string_view(literal).substr(open + 1, close - open - 1), names_));
      --depth_;
      if (open > done) parts.push_back(constant(Value(literal.substr(done, open - done))));
      parts.push_back(std::move(inner));
      done = close + 1;
      open = close;
    }
    if (parts.empty()) return constant(Value(literal));
    if (done < literal.size()) parts.push_back(constant(Value(literal.substr(done))));
    return joined(std::move(parts));
  }

  static bool begins_expression(std::string_view text, std::size_t at) {
    return at < text.size() && (text[at] == '$' || text[at] == '(' || text[at] == '_' ||
                                (text::is_alnum(text[at]) && !text::is_digit(text[at])));
  }

  Lexer lexer_;
  Names& names_;
  int depth_ = 0;
  Strays strays_ = Strays::left_out;  // of the lists that are put together
  bool of_members_ = false;           // members of an object have become a list
};

}  // namespace

Result<Expr> compile(std::string_view source, Names& names) { return Parser(source, names).whole(); }
Result<std::vector<Loop>> compile_loops(std::string_view source, Names& names) { return Parser(source, names).loops(); }

}  // namespace gatepost::ingest::mapping
