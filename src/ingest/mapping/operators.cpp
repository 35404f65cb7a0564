#include "ingest/mapping/operators.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost::ingest::mapping {
namespace {

bool contains(const Value& whole, const Value& part) {
  if (whole.type() == Value::Type::list)
    return !whole.each_item([&](const Value& item) { return !Value::equal(item, part); });
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
  const doc::Kind kind = view.kind();
  if (kind == doc::Kind::array) {
    for (const doc::View item : view.items()) collect_descendants(item, name, scope, out);
  }
  if (kind != doc::Kind::object) return;
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

bool each_spread(const Value& value, const Visit& visit) {
  if (value.type() == Value::Type::object && !(value.view() && value.view()->at("#tag").exists())) return true;
  return value.each_item(visit);
}

bool each_taken(const Value& item, std::span<const Step> steps, Scope& scope, Strays strays, const Visit& visit) {
  if (steps.empty()) return visit(item);
  if (!scope.spend(1)) return false;
  const Step& step = steps.front();
  const auto further = [&](const Value& found) { return each_taken(found, steps.subspan(1), scope, strays, visit); };
  switch (step.kind) {
    case Step::Kind::member: {
      if (strays == Strays::null && !item.has_members()) return visit(Value());
      const Value found = item.member(step.name);
      return found.is_null() || further(found);
    }
    case Step::Kind::item: {
      const Value found = item.item(step.index);
      return found.is_null() || further(found);
    }
    case Step::Kind::spread:
      return each_spread(item, further);
    case Step::Kind::descend:
      return std::ranges::all_of(descendants_of(item, step.name, scope), further);
  }
  return true;
}

Expr exists(std::vector<Expr> arguments) {
  return [value = std::move(arguments.front())](Scope& scope) {
    const Value found = value(scope);
    return Value(found.type() == Value::Type::list ? found.size() > 0 || found.view().has_value() : !found.is_null());
  };
}

// A list of which the items can be told one after the other.
Expr of_items(const Expr::Items& items) {
  return {[items](Scope& scope) {
            constexpr std::size_t kFew = 8;
            List all;
            all.reserve(kFew);
            items(scope, [&](const Value& item) {
              all.push_back(item);
              return true;
            });
            return Value(std::move(all));
          },
          items};
}

Expr concat(std::vector<Expr> arguments) {
  return of_items([lists = std::move(arguments)](Scope& scope, const Visit& visit) {
    return std::ranges::all_of(lists, [&](const Expr& list) {
      return list.each(scope, [&](const Value& item) { return scope.spend(1) && visit(item); });
    });
  });
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

Reads reads_of(std::span<const Expr> parts) {
  Reads reads{Reads::What::nothing};
  for (const Expr& part : parts) reads = reads + part.reads();
  return reads;
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
  return Expr([lent = value.lent(), value](Scope&) { return lent; }).reading({Reads::What::nothing});
}

Expr at_path(Path path) {
  Reads reads{.what = Reads::What::path, .path = path, .itself = true};
  if (path.members.empty())
    return Expr([slot = path.slot](Scope& scope) { return scope.slots[slot]; }).reading(std::move(reads));
  return Expr([path = std::move(path)](Scope& scope) { return path.in(scope); }).reading(std::move(reads));
}

Expr first_of(std::vector<Expr> choices) {
  Reads reads = reads_of(choices);
  return Expr([choices = std::move(choices)](Scope& scope) {
           for (const Expr& choice : choices) {
             if (Value value = choice(scope); !value.is_empty()) return value;
           }
           return Value();
         })
      .reading(std::move(reads));
}

Expr either(Expr left, Expr right) {
  Reads reads = left.reads() + right.reads();
  return Expr([left = std::move(left), right = std::move(right)](Scope& scope) {
           return Value(left(scope).is_true() || right(scope).is_true());
         })
      .reading(std::move(reads));
}

Expr both(Expr left, Expr right) {
  Reads reads = left.reads() + right.reads();
  return Expr([left = std::move(left), right = std::move(right)](Scope& scope) {
           return Value(left(scope).is_true() && right(scope).is_true());
         })
      .reading(std::move(reads));
}

Expr negated(Expr inner) {
  Reads reads = inner.reads();
  return Expr([inner = std::move(inner)](Scope& scope) { return Value(!inner(scope).is_true()); })
      .reading(std::move(reads));
}

Expr compared(const Comparison& comparison, Expr left, Expr right) {
  Reads reads = left.reads() + right.reads();
  return Expr([holds = comparison.holds, left = std::move(left), right = std::move(right)](Scope& scope) {
           const Value a = left(scope), b = right(scope);
           (a.is_null() ? scope.compared_nothing : scope.compared_something) = true;
           const auto items_of = [](const Value& value) {
             return value.type() == Value::Type::list ? value.size() : 0;
           };
           return Value(scope.spend(items_of(a) + items_of(b)) && holds(a, b));
         })
      .reading(std::move(reads));
}

Expr member_of(Expr value, std::string name) {
  if (Reads reads = value.reads(); reads.itself) {
    reads.path.members.push_back(std::move(name));
    return at_path(std::move(reads.path));
  }
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

Expr projection(Expr list, std::vector<Step> steps, Strays strays) {
  return of_items([list = std::move(list), steps = std::move(steps), strays](Scope& scope, const Visit& visit) {
    const Value whole = list(scope);
    if (whole.type() == Value::Type::list && !scope.spend(whole.size())) return false;
    return each_spread(whole, [&](const Value& item) { return each_taken(item, steps, scope, strays, visit); });
  });
}

Expr kept_items(Expr list, std::size_t slot, Expr condition, Strays strays) {
  return of_items(
      [list = std::move(list), slot, condition = std::move(condition), strays](Scope& scope, const Visit& visit) {
        return list.each(scope, [&](const Value& item) {
          if (!scope.spend(1)) return false;
          if (strays == Strays::null && !item.has_members()) return visit(Value());
          scope.slots[slot] = item;
          return !condition(scope).is_true() || visit(item);
        });
      });
}

Expr changed_items(Expr list, std::size_t slot, Expr change) {
  return of_items([list = std::move(list), slot, change = std::move(change)](Scope& scope, const Visit& visit) {
    return list.each(scope, [&](const Value& item) {
      if (!scope.spend(1)) return false;
      scope.slots[slot] = item;
      const Value value = change(scope);
      return value.is_null() || visit(value);
    });
  });
}

Expr listed(std::vector<Expr> items) {
  const bool fixed = reads_of(items).what == Reads::What::nothing;
  const auto list_of = [items = std::move(items)](Scope& scope) {
    List list;
    list.reserve(items.size());
    for (const Expr& item : items) list.push_back(item(scope));
    return Value(std::move(list));
  };
  if (!fixed) return list_of;
  // The texts in it are those of the expressions.
  Scope empty;
  return Expr([list_of, list = list_of(empty)](Scope&) { return list; }).reading({Reads::What::nothing});
}

Expr items_of(Expr value) {
  return of_items([value = std::move(value)](Scope& scope, const Visit& visit) {
    const Value whole = value(scope);
    const std::size_t size = whole.type() == Value::Type::text ? 0 : whole.size();
    return !scope.spend(size) || whole.each_item(visit);
  });
}

Expr first_item(Expr list) {
  return [list = std::move(list)](Scope& scope) {
    Value first;
    list.each(scope, [&](const Value& item) {
      if (item.is_empty()) return true;
      first = item;
      return false;
    });
    return first;
  };
}

Expr members_of(Expr object, bool with_keys) {
  return of_items([object = std::move(object), with_keys](Scope& scope, const Visit& visit) {
    const Value whole = object(scope);
    if (!scope.spend(whole.size())) return false;
    if (!whole.view()) return true;
    for (const auto& [key, value] : whole.view()->members()) {
      if (!visit(with_keys ? Value(Pair{std::string(key), value}) : Value(value))) return false;
    }
    return true;
  });
}

Expr joined(std::vector<Expr> parts) {
  Reads reads = reads_of(parts);
  return Expr([parts = std::move(parts)](Scope& scope) {
           std::string text, scratch;
           for (const Expr& part : parts) {
             const Value value = part(scope);
             text += value.text(scratch);
           }
           return Value(std::move(text));
         })
      .reading(std::move(reads));
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
