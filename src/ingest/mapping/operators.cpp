#include "ingest/mapping/operators.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost::ingest::mapping {
namespace {

bool contains(const Value& whole, const Value& part) {
  if (whole.type() == Value::Type::list) {
    const List items = whole.items();
    return std::ranges::any_of(items, [&](const Value& item) { return Value::equal(item, part); });
  }
  if (whole.type() == Value::Type::object) return !whole.member(part.text()).is_null();
  return !part.is_empty() && whole.text().find(part.text()) != std::string::npos;
}

bool is_ordered(const Value& left, const Value& right, bool (*fits)(int)) {
  const auto order = Value::compare(left, right);
  return order && fits(*order);
}

constexpr std::array<Comparison, 8> kComparisons = {{
    {"==", false, [](const Value& a, const Value& b) { return Value::equal(a, b); }},
    {"!=", false, [](const Value& a, const Value& b) { return !Value::equal(a, b); }},
    {"<=", false, [](const Value& a, const Value& b) { return is_ordered(a, b, [](int o) { return o <= 0; }); }},
    {">=", false, [](const Value& a, const Value& b) { return is_ordered(a, b, [](int o) { return o >= 0; }); }},
    {"<", false, [](const Value& a, const Value& b) { return is_ordered(a, b, [](int o) { return o < 0; }); }},
    {">", false, [](const Value& a, const Value& b) { return is_ordered(a, b, [](int o) { return o > 0; }); }},
    {"in", true, [](const Value& a, const Value& b) { return contains(b, a); }},
    {"contains", true, contains},
}};

void collect_descendants(doc::View view, std::string_view name, Scope& scope, List& out) {
  if (!scope.spend(1)) return;
  if (view.is_array()) {
    for (const doc::View item : view.items()) collect_descendants(item, name, scope, out);
  }
  if (!view.is_object()) return;
  for (const auto& [key, value] : view.members()) {
    if (key == name) {
      const List found = Value(value).items();
      out.insert(out.end(), found.begin(), found.end());
    }
    collect_descendants(value, name, scope, out);
  }
}

List descendants_of(const Value& value, std::string_view name, Scope& scope) {
  List found;
  if (const auto view = value.view()) {
    collect_descendants(*view, name, scope, found);
    return found;
  }
  if (value.type() != Value::Type::list) return found;
  for (const Value& item : value.items()) {
    if (const auto view = item.view()) collect_descendants(*view, name, scope, found);
  }
  return found;
}

void spread(const Value& value, List& out) {
  if (value.type() == Value::Type::object && !(value.view() && value.view()->at("#tag").exists())) return;
  List items = value.items();
  std::move(items.begin(), items.end(), std::back_inserter(out));
}

List taken(const List& items, const Step& step, Scope& scope) {
  List out;
  out.reserve(items.size());
  if (!scope.spend(items.size())) return out;
  for (const Value& item : items) {
    switch (step.kind) {
      case Step::Kind::member:
        if (Value found = item.member(step.name); !found.is_null()) out.push_back(std::move(found));
        break;
      case Step::Kind::item:
        if (Value found = item.item(step.index); !found.is_null()) out.push_back(std::move(found));
        break;
      case Step::Kind::spread:
        spread(item, out);
        break;
      case Step::Kind::descend:
        for (Value& found : descendants_of(item, step.name, scope)) out.push_back(std::move(found));
        break;
    }
  }
  return out;
}

Expr exists(std::vector<Expr> arguments) {
  return [value = std::move(arguments.front())](Scope& scope) {
    const Value found = value(scope);
    return Value(found.type() == Value::Type::list ? found.size() > 0 || found.view().has_value() : !found.is_null());
  };
}

Expr concat(std::vector<Expr> arguments) {
  return [lists = std::move(arguments)](Scope& scope) {
    List all;
    for (const Expr& list : lists) {
      const Value list_or_one = list(scope);
      if (!scope.spend(list_or_one.size())) break;
      List items = list_or_one.items();
      std::move(items.begin(), items.end(), std::back_inserter(all));
    }
    return Value(std::move(all));
  };
}

// The item of a list whose number is computed.
Expr item_numbered(std::vector<Expr> arguments) {
  return [list = std::move(arguments[0]), number = std::move(arguments[1])](Scope& scope) {
    constexpr double kMost = 1e9;
    const auto index = number(scope).number();
    if (!index || !(*index >= 0 && *index < kMost)) return Value();
    return list(scope).item(static_cast<std::int64_t>(*index));
  };
}

struct Function {
  std::string_view name;
  std::size_t arguments;  // 0: one or more
  Expr (*make)(std::vector<Expr>);
};
constexpr std::array<Function, 4> kFunctions = {
    {{"exists", 1, exists}, {"first", 0, first_of}, {"concat", 0, concat}, {"item", 2, item_numbered}}};

}  // namespace

std::span<const Comparison> comparisons() { return kComparisons; }

Expr constant(Value value) {
  return [value = std::move(value)](Scope&) { return value; };
}

Expr first_of(std::vector<Expr> choices) {
  return [choices = std::move(choices)](Scope& scope) {
    for (const Expr& choice : choices) {
      if (Value value = choice(scope); !value.is_empty()) return value;
    }
    return Value();
  };
}

Expr either(Expr left, Expr right) {
  return [left = std::move(left), right = std::move(right)](Scope& scope) {
    return Value(left(scope).is_true() || right(scope).is_true());
  };
}

Expr both(Expr left, Expr right) {
  return [left = std::move(left), right = std::move(right)](Scope& scope) {
    return Value(left(scope).is_true() && right(scope).is_true());
  };
}

Expr negated(Expr inner) {
  return [inner = std::move(inner)](Scope& scope) { return Value(!inner(scope).is_true()); };
}

Expr compared(const Comparison& comparison, Expr left, Expr right) {
  return [holds = comparison.holds, left = std::move(left), right = std::move(right)](Scope& scope) {
    const Value a = left(scope), b = right(scope);
    const auto items_of = [](const Value& value) { return value.type() == Value::Type::list ? value.size() : 0; };
    return Value(scope.spend(items_of(a) + items_of(b)) && holds(a, b));
  };
}

Expr member_of(Expr value, std::string name) {
  return [value = std::move(value), name = std::move(name)](Scope& scope) { return value(scope).member(name); };
}

Expr item_of(Expr value, std::int64_t index) {
  return [value = std::move(value), index](Scope& scope) { return value(scope).item(index); };
}

Expr descendants(Expr value, std::string name) {
  return [value = std::move(value), name = std::move(name)](Scope& scope) {
    return Value(descendants_of(value(scope), name, scope));
  };
}

Expr projection(Expr list, std::vector<Step> steps) {
  return [list = std::move(list), steps = std::move(steps)](Scope& scope) {
    List items;
    const Value whole = list(scope);
    if (whole.type() == Value::Type::list && !scope.spend(whole.size())) return Value();
    spread(whole, items);
    for (const Step& step : steps) items = taken(items, step, scope);
    return Value(std::move(items));
  };
}

Expr kept_items(Expr list, std::size_t slot, Expr condition) {
  return [list = std::move(list), slot, condition = std::move(condition)](Scope& scope) {
    List kept;
    for (Value& item : list(scope).items()) {
      if (!scope.spend(1)) break;
      scope.slots[slot] = item;
      if (condition(scope).is_true()) kept.push_back(std::move(item));
    }
    return Value(std::move(kept));
  };
}

Expr changed_items(Expr list, std::size_t slot, Expr change) {
  return [list = std::move(list), slot, change = std::move(change)](Scope& scope) {
    List changed;
    for (Value& item : list(scope).items()) {
      if (!scope.spend(1)) break;
      scope.slots[slot] = std::move(item);
      if (Value value = change(scope); !value.is_null()) changed.push_back(std::move(value));
    }
    return Value(std::move(changed));
  };
}

Expr listed(std::vector<Expr> items) {
  return [items = std::move(items)](Scope& scope) {
    List list;
    for (const Expr& item : items) list.push_back(item(scope));
    return Value(std::move(list));
  };
}

Expr joined(std::vector<Expr> parts) {
  return [parts = std::move(parts)](Scope& scope) {
    std::string text;
    for (const Expr& part : parts) text += part(scope).text();
    return Value(std::move(text));
  };
}

Result<Expr> make_function(std::string_view name, std::vector<Expr> arguments) {
  const auto* const found = std::ranges::find(kFunctions, name, &Function::name);
  if (found == kFunctions.end()) {
    std::vector<std::string_view> known{"lookup"};
    for (const Function& function : kFunctions) known.push_back(function.name);
    const std::string close = text::nearest(name, known);
    return error(
        ErrorKind::config,
        fmt::format("there is no function \"{}\"{}", text::printable(name, 60),
                    close.empty() ? "; there are exists, first, concat, item and lookup; filters stand behind \"|\""
                                  : fmt::format("; did you mean \"{}\"?", close)));
  }
  if (arguments.empty() || (found->arguments != 0 && arguments.size() != found->arguments)) {
    constexpr std::array<std::string_view, 3> kWanted = {"arguments", "one argument", "two arguments"};
    return error(ErrorKind::config, fmt::format("{}(…) takes {}", name, kWanted.at(found->arguments)));
  }
  return found->make(std::move(arguments));
}

}  // namespace gatepost::ingest::mapping
