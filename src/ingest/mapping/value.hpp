// What an expression of a mapping computes: null, true or false, a number, a text, a list, or an object of the report.
// Views and texts point into the report, which outlives them.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "doc/document.hpp"

namespace gatepost::ingest::mapping {

class Value;
using List = std::vector<Value>;
struct Pair;  // one member of an object, as `entries` gives it

// Something that is called for each of many values, and returns false when that is enough. Refers to what it is made
// of.
class Visit {
 public:
  template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, Visit>)
  Visit(Function&& function)  // NOLINT(google-explicit-constructor,bugprone-forwarding-reference-overload): a function
      : function_(const_cast<void*>(static_cast<const void*>(&function))), call_([](void* it, const Value& value) {
          return (*static_cast<std::remove_reference_t<Function>*>(it))(value);
        }) {}
  bool operator()(const Value& value) const { return call_(function_, value); }

 private:
  void* function_;
  bool (*call_)(void*, const Value&);
};

class Value {
 public:
  enum class Type : std::uint8_t { null, boolean, number, text, list, object };

  Value() : truth_(false) {}
  // NOLINTBEGIN(google-explicit-constructor): each of these is a value
  template <std::same_as<bool> Truth>
  Value(Truth truth) : holds_(Holds::truth), type_(Type::boolean), truth_(truth) {}
  Value(double number) : holds_(Holds::number), type_(Type::number), number_(number) {}
  Value(std::string text)
      : holds_(Holds::text), type_(Type::text), text_(std::make_shared<const std::string>(std::move(text))) {}
  Value(doc::View view);
  Value(List list);
  Value(Pair pair);
  // NOLINTEND(google-explicit-constructor)
  // A text that lives as long as the report, or the mapping.
  static Value borrowed(std::string_view text) {
    Value value;
    value.holds_ = Holds::borrowed;
    value.type_ = Type::text;
    std::construct_at(&value.borrowed_, text);
    return value;
  }
  Value(const Value& other) : holds_(other.holds_), type_(other.type_) { copy(other); }
  Value(Value&& other) noexcept : holds_(other.holds_), type_(other.type_) { take(other); }
  Value& operator=(const Value& other) {
    if (this != &other) *this = Value(other);
    return *this;
  }
  Value& operator=(Value&& other) noexcept {
    if (this == &other) return *this;
    drop();
    holds_ = other.holds_;
    type_ = other.type_;
    take(other);
    return *this;
  }
  ~Value() { drop(); }

  // The same for as long as this value lives: a text is not owned by both. Threads that count owners wait for each
  // other.
  [[nodiscard]] Value lent() const;

  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] bool is_null() const { return type_ == Type::null; }
  // Nothing to use: null, "", an empty list or object. `else` and `first` pass it over.
  [[nodiscard]] bool is_empty() const {
    return type_ == Type::null || (type_ != Type::boolean && type_ != Type::number && size() == 0);
  }
  // What `when`, `and`, `or`, `not` go by: not empty, not false, not 0.
  [[nodiscard]] bool is_true() const;

  // A scalar as it is written; of an XML element its text, of a list with one item that item's; else "".
  [[nodiscard]] std::string text() const;
  // The same without a copy; `scratch` holds it when it has to be made. For as long as the value lives, and of a large
  // report's value for as long as few others are looked at.
  std::string_view text(std::string& scratch) const;
  // Of a number, or of a text that is one; blanks around it do not count.
  [[nodiscard]] std::optional<double> number() const;

  // Member of an object; of a list of XML elements, of its first. Null for anything else.
  [[nodiscard]] Value member(std::string_view name) const;
  // It is what member() is meant for: an object, or a list of XML elements.
  [[nodiscard]] bool has_members() const;
  // Item of a list, from the end when negative; a single value is its own first item.
  [[nodiscard]] Value item(std::int64_t index) const;
  // Items of a list; a single value is a list of one, null is none.
  [[nodiscard]] List items() const;
  // The same one after the other, until `visit` returns false. False when it did.
  bool each_item(const Visit& visit) const;
  // Number of items of a list, members of an object, bytes of a text; 0 for null, 1 for other scalars.
  [[nodiscard]] std::size_t size() const;
  // The object or list in the report, when the value is one of the report's.
  [[nodiscard]] std::optional<doc::View> view() const {
    if (holds_ != Holds::view) return std::nullopt;
    return view_;
  }
  // Members of an object in the order of the report.
  [[nodiscard]] List entries() const;

  // Numbers by value, also when one is a text; truth also with "true" and "false" in any case; else as text.
  static bool equal(const Value& a, const Value& b);
  // Below 0, 0, above 0; by value when both are numbers, else by bytes. Empty when one is null.
  static std::optional<int> compare(const Value& a, const Value& b);

 private:
  // Those from `text` on are owned, by all copies together. What is computed for each record of a report is mostly none
  // of them, and then a copy of a few words.
  enum class Holds : std::uint8_t { nothing, truth, number, borrowed, view, text, list, pair };
  [[nodiscard]] bool owns() const { return holds_ >= Holds::text; }
  void copy(const Value& other) { other.owns() ? copy_owned(other) : copy_plain(other); }
  void take(Value& other) { other.owns() ? take_owned(other) : copy_plain(other); }
  void drop() {
    if (owns()) drop_owned();
  }
  void copy_plain(const Value& other) {
    switch (holds_) {
      case Holds::number:
        std::construct_at(&number_, other.number_);
        return;
      case Holds::borrowed:
        std::construct_at(&borrowed_, other.borrowed_);
        return;
      case Holds::view:
        std::construct_at(&view_, other.view_);
        return;
      default:
        std::construct_at(&truth_, holds_ == Holds::truth && other.truth_);
    }
  }
  void copy_owned(const Value& other);
  void take_owned(Value& other);
  void drop_owned();

  Holds holds_ = Holds::nothing;
  Type type_ = Type::null;
  union {
    bool truth_;
    double number_;
    std::string_view borrowed_;
    doc::View view_;
    std::shared_ptr<const std::string> text_;
    std::shared_ptr<const List> list_;
    std::shared_ptr<const Pair> pair_;
  };
};

struct Pair {
  std::string key;
  Value value;
};

}  // namespace gatepost::ingest::mapping
