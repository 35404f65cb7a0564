// The expressions of a mapping, docs/mapping-language.md: compiled once into functions, then run for each record. What
// is misspelt is an error when the mapping is loaded, with its column; at run time nothing fails: what is absent is
// null.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "ingest/mapping/value.hpp"

namespace gatepost::ingest::mapping {

// What an expression made of a text, and what it cost.
struct Remembered {
  Value value;
  std::uint64_t visits = 0;  // of the budget
  bool compared_nothing = false, compared_something = false;
};

// What one expression made of short texts, for those that come again: names of rules and paths are few in most reports.
// Gives up when they are not.
class Memo {
 public:
  // nullptr when it is not known.
  const Remembered* find(std::string_view text);
  void keep(std::string_view text, Remembered result);
  [[nodiscard]] bool has_given_up() const { return given_up_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const;
  };
  std::unordered_map<std::string, Remembered, Hash, std::equal_to<>> known_;
  std::uint32_t asked_ = 0, met_ = 0;
  bool given_up_ = false;
};

// What an expression sees while it runs.
struct Scope {
  Value root;
  Value header;              // of a CSV: the names of its columns
  std::vector<Value> slots;  // variables by number
  using Indexes = std::vector<std::unordered_map<std::string, Value>>;
  std::shared_ptr<Indexes> indexes;  // of joins; no longer changed when records are read
  std::vector<Memo> memos;           // by number
  std::set<std::string> unmapped;    // "table: value" that a table does not have, since the last look
  // Values that may still be visited: a mapping that searches all of the report for each record would take for ever.
  std::uint64_t budget = 0;
  bool exhausted = false;
  // Of the comparisons since the last look: whether one compared nothing, and whether one compared something.
  bool compared_nothing = false, compared_something = false;
  // False when the budget is used up.
  bool spend(std::size_t values);
};

// A variable, or a member of its members.
struct Path {
  std::size_t slot = 0;
  std::vector<std::string> members;
  [[nodiscard]] Value in(const Scope& scope) const;
  friend bool operator==(const Path&, const Path&) = default;
};

// What an expression reads of the scope.
struct Reads {
  enum class What : std::uint8_t { nothing, path, anything } what = What::anything;
  Path path = {};              // all that it reads, when it is that
  bool itself = false;         // what lies at the path is the value
  bool costly = false;         // what it computes is worth to be remembered,
  bool is_remembered = false;  // and already is
  // Of two expressions that become one.
  friend Reads operator+(Reads a, const Reads& b);
};

// What computes a value. Most that give lists can give their items one after the other as well, so that a long list
// never lies in memory.
class Expr {
 public:
  using Items = std::function<bool(Scope&, const Visit&)>;  // false when the visit was told that it is enough

  Expr() = default;  // none, as operator bool tells
  template <class Function>
    requires std::is_invocable_r_v<Value, const Function&, Scope&>
  Expr(Function value) : value_(std::move(value)) {}  // NOLINT(google-explicit-constructor): it is one
  template <class Function>
  Expr(Function value, Items items) : value_(std::move(value)), items_(std::move(items)) {}

  // One that reads no more than this.
  [[nodiscard]] Expr reading(Reads reads) && {
    reads_ = std::make_shared<const Reads>(std::move(reads));
    return std::move(*this);
  }
  [[nodiscard]] Reads reads() const { return reads_ ? *reads_ : Reads(); }

  explicit operator bool() const { return static_cast<bool>(value_); }
  Value operator()(Scope& scope) const { return value_(scope); }
  // The items of the value, as Value::each_item.
  bool each(Scope& scope, const Visit& visit) const {
    return items_ ? items_(scope, visit) : value_(scope).each_item(visit);
  }

 private:
  std::function<Value(Scope&)> value_;
  Items items_;
  std::shared_ptr<const Reads> reads_;  // nullptr: anything
};

// One table of a mapping, keys in lower case; "*" stands for what is not in it.
using Table = std::map<std::string, Value, std::less<>>;
// Lower bounds, the greatest first.
using Thresholds = std::vector<std::pair<double, Value>>;

// The names that an expression may mention where it stands.
class Names {
 public:
  std::size_t declare(std::string name);  // returns the slot
  [[nodiscard]] bool knows(std::string_view name) const;
  [[nodiscard]] std::optional<std::size_t> slot(std::string_view name) const;
  [[nodiscard]] std::size_t slots() const { return slots_; }
  std::size_t declare_memo() { return memos_++; }
  // Variables declared after mark() are forgotten by release(); their slots are not used again.
  [[nodiscard]] std::size_t mark() const { return visible_.size(); }
  void release(std::size_t mark) { visible_.resize(mark); }
  [[nodiscard]] std::vector<std::string_view> all() const;
  // An expression mentions the variable: for one of its members, or as it is.
  void use(std::size_t slot, bool for_member);
  // Nothing but members of it is asked for, so that it is meant to be an object.
  [[nodiscard]] bool is_object(std::size_t slot) const;

  std::map<std::string, Table, std::less<>> tables;
  std::map<std::string, Thresholds, std::less<>> thresholds;
  std::map<std::string, std::size_t, std::less<>> indexes;

 private:
  std::vector<std::pair<std::string, std::size_t>> visible_;
  std::size_t slots_ = 0, memos_ = 0;
  std::set<std::size_t> for_members_, as_they_are_;  // slots
};

// `names` must outlive nothing: tables are copied into the expression. Errors are "column 7: …".
Result<Expr> compile(std::string_view source, Names& names);

// The same expression, which is run once for each short text: when nothing but a text is read and what is done with it
// is costly; else as it is.
Expr remembered(Expr expr, Names& names);

// One loop of `each`: "x.b[*] as y"; with "as?" an empty list is one round with null.
struct Loop {
  Expr list;
  std::size_t slot = 0;
  bool keep_parent = false;
  std::string written = {};  // the list, as it is written
  std::string walked = {};   // the same without the filters behind it
  bool of_members = false;   // those of an object, which may be of any sort
  bool of_objects = false;   // what is none is no record
  bool again = false;        // an earlier block has gone through the same list, and has told of what is no record
};
// "a[*] as x, x.b[*] as y": declares the names for the expressions that follow.
Result<std::vector<Loop>> compile_loops(std::string_view source, Names& names);

// What a table has for a value; nullptr when it has nothing.
const Value* find_in(const Table& table, const Value& value);
// What a table or thresholds make of a value; the miss is noted in the scope, when the value is not empty.
Value look_up(const Table& table, std::string_view name, const Value& value, Scope& scope);
Value look_up(const Thresholds& thresholds, const Value& value);

}  // namespace gatepost::ingest::mapping
