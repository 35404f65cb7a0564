// What the parser of expressions puts together: each makes one expression out of others.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/mapping/expression.hpp"
#include "ingest/mapping/filters.hpp"

namespace gatepost::ingest::mapping {

struct Comparison {
  std::string_view sign;
  bool word;
  bool (*holds)(const Value& left, const Value& right);
};
// In the order in which they are looked for: no sign stands before a longer one that begins with it.
std::span<const Comparison> comparisons();

// One step behind "[*]", asked of each item.
struct Step {
  enum class Kind { member, item, spread, descend } kind;
  std::string name;
  std::int64_t index;
};

Expr constant(Value value);
Expr at_path(Path path);
Expr first_of(std::vector<Expr> choices);
Expr either(Expr left, Expr right);
Expr both(Expr left, Expr right);
Expr negated(Expr inner);
Expr compared(const Comparison& comparison, Expr left, Expr right);
Expr member_of(Expr value, std::string name);
Expr item_of(Expr value, std::int64_t index);
Expr descendants(Expr value, std::string name);  // members of this name, at any depth, in the order of the report
// Items of a list that have nothing to ask for are left out; or, for `each`, which tells what is no record, they are
// null.
enum class Strays { left_out, null };
Expr projection(Expr list, std::vector<Step> steps, Strays strays);
Expr kept_items(Expr list, std::size_t slot, Expr condition, Strays strays);
Expr changed_items(Expr list, std::size_t slot, Expr change);
Expr first_item(Expr list);                    // that is not empty
Expr items_of(Expr value);                     // of a single value it alone
Expr members_of(Expr object, bool with_keys);  // their values, or {key, value}
Expr listed(std::vector<Expr> items);
Expr joined(std::vector<Expr> parts);

// exists(x), first(a, b, …), concat(a, b, …), item(list, number); an error for a name that is none of them.
Result<Expr> make_function(std::string_view name, std::vector<Expr> arguments);

}  // namespace gatepost::ingest::mapping
