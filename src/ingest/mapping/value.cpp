#include "ingest/mapping/value.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace gatepost::ingest::mapping {
namespace {

Value::Type type_of(doc::Kind kind) {
  switch (kind) {
    case doc::Kind::absent:
    case doc::Kind::null:
      return Value::Type::null;
    case doc::Kind::boolean:
      return Value::Type::boolean;
    case doc::Kind::number:
      return Value::Type::number;
    case doc::Kind::string:
      return Value::Type::text;
    case doc::Kind::array:
      return Value::Type::list;
    case doc::Kind::object:
      return Value::Type::object;
  }
  return Value::Type::null;
}

bool is_element(doc::View view) { return view.is_object() && view.at("#tag").is_string(); }

// Numbers that a text gives to computing: no sign of infinity, nothing behind the digits.
std::optional<double> number_in(std::string_view text) {
  text = text::trim(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::string text_of_number(double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53: whole numbers below are exact
  if (std::floor(number) == number && std::fabs(number) < kExact) return fmt::format("{:.0f}", number);
  return fmt::format("{}", number);
}

std::string_view text_of(doc::View view) {
  if (view.is_object()) return view.at("#text").text();
  if (view.is_array()) return view.size() == 1 || is_element(view.at(0)) ? text_of(view.at(0)) : std::string_view();
  return view.scalar();
}

std::optional<bool> truth_of(const Value& value) {
  if (value.type() == Value::Type::boolean) return value.is_true();
  if (value.type() != Value::Type::text) return std::nullopt;
  std::string scratch;
  const std::string_view text = value.text(scratch);
  if (text::equal_ignoring_case(text, "true")) return true;
  if (text::equal_ignoring_case(text, "false")) return false;
  return std::nullopt;
}

}  // namespace

Value::Value(doc::View view) : holds_(Holds::view), type_(type_of(view.kind())), view_(view) {
  if (type_ == Type::null) *this = Value();
}
Value::Value(List list)
    : holds_(Holds::list), type_(Type::list), list_(std::make_shared<const List>(std::move(list))) {}
Value::Value(Pair pair)
    : holds_(Holds::pair), type_(Type::object), pair_(std::make_shared<const Pair>(std::move(pair))) {}

void Value::copy_owned(const Value& other) {
  switch (holds_) {
    case Holds::text:
      std::construct_at(&text_, other.text_);
      return;
    case Holds::list:
      std::construct_at(&list_, other.list_);
      return;
    default:
      std::construct_at(&pair_, other.pair_);
  }
}

void Value::take_owned(Value& other) {
  switch (holds_) {
    case Holds::text:
      std::construct_at(&text_, std::move(other.text_));
      break;
    case Holds::list:
      std::construct_at(&list_, std::move(other.list_));
      break;
    default:
      std::construct_at(&pair_, std::move(other.pair_));
  }
  other = Value();
}

void Value::drop_owned() {
  switch (holds_) {
    case Holds::text:
      return std::destroy_at(&text_);
    case Holds::list:
      return std::destroy_at(&list_);
    default:
      std::destroy_at(&pair_);
  }
}

Value Value::lent() const { return holds_ == Holds::text ? borrowed(*text_) : *this; }

bool Value::is_true() const {
  if (type_ == Type::boolean) return holds_ == Holds::truth ? truth_ : view_.boolean().value_or(false);
  if (type_ == Type::number) return number().value_or(0) != 0;
  return !is_empty();
}

std::string Value::text() const {
  std::string scratch;
  return std::string(text(scratch));
}

std::string_view Value::text(std::string& scratch) const {
  switch (holds_) {
    case Holds::truth:
      return truth_ ? "true" : "false";
    case Holds::number:
      return scratch = text_of_number(number_);
    case Holds::borrowed:
      return borrowed_;
    case Holds::view:
      return type_ == Type::list || type_ == Type::object ? text_of(view_) : view_.scalar();
    case Holds::text:
      return *text_;
    case Holds::list:
      return list_->size() == 1 ? list_->front().text(scratch) : std::string_view();
    default:
      return {};
  }
}

std::optional<double> Value::number() const {
  if (holds_ == Holds::number) return number_;
  if (type_ == Type::null || type_ == Type::boolean) return std::nullopt;
  std::string scratch;
  return number_in(text(scratch));
}

Value Value::member(std::string_view name) const {
  switch (holds_) {
    case Holds::view:
      if (type_ == Type::object) return view_.at(name);
      return type_ == Type::list && is_element(view_.at(0)) ? Value(view_.at(0).at(name)) : Value();
    case Holds::list:
      return has_members() ? list_->front().member(name) : Value();
    case Holds::pair: {
      if (name == "value") return pair_->value;
      if (name != "key") return {};
      Value key;
      key.holds_ = Holds::text;
      key.type_ = Type::text;
      std::construct_at(&key.text_, pair_, &pair_->key);
      return key;
    }
    default:
      return {};
  }
}

bool Value::has_members() const {
  if (holds_ == Holds::list) return !list_->empty() && list_->front().view() && is_element(*list_->front().view());
  if (holds_ == Holds::view && type_ == Type::list) return is_element(view_.at(0));
  return type_ == Type::object;
}

Value Value::item(std::int64_t index) const {
  const auto count = static_cast<std::int64_t>(type_ == Type::list ? size() : is_null() ? 0 : 1);
  if (index < 0) index += count;
  if (index < 0 || index >= count) return {};
  if (holds_ == Holds::list) return (*list_)[static_cast<std::size_t>(index)];
  if (type_ == Type::list) return view_.at(static_cast<std::size_t>(index));
  return *this;
}

List Value::items() const {
  if (holds_ == Holds::list) return *list_;
  List items;
  items.reserve(type_ == Type::list ? view_.size() : 1);
  each_item([&](const Value& item) {
    items.push_back(item);
    return true;
  });
  return items;
}

bool Value::each_item(const Visit& visit) const {
  if (type_ != Type::list) return is_null() || visit(*this);
  if (holds_ == Holds::list) {
    const auto held = list_;
    return std::ranges::all_of(*held, visit);
  }
  for (const doc::View item : view_.items()) {
    if (!visit(item)) return false;
  }
  return true;
}

std::size_t Value::size() const {
  switch (holds_) {
    case Holds::nothing:
      return 0;
    case Holds::borrowed:
      return borrowed_.size();
    case Holds::view:
      return type_ == Type::list || type_ == Type::object ? view_.size() : view_.scalar().size();
    case Holds::text:
      return text_->size();
    case Holds::list:
      return list_->size();
    default:
      return 1;
  }
}

List Value::entries() const {
  List entries;
  const auto object = view();
  if (!object || !object->is_object()) return entries;
  entries.reserve(object->size());
  for (const auto& [key, value] : object->members()) entries.emplace_back(Pair{std::string(key), value});
  return entries;
}

bool Value::equal(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return a.is_null() && b.is_null();
  if (a.type() == Type::number || b.type() == Type::number) {
    const auto x = a.number(), y = b.number();
    return x && y && *x == *y;
  }
  if (a.type() == Type::boolean || b.type() == Type::boolean) {
    const auto x = truth_of(a), y = truth_of(b);
    return x && y && *x == *y;
  }
  // Objects and lists are equal to nothing; an XML element stands for its text.
  std::string scratch_a, scratch_b;
  const std::string_view x = a.text(scratch_a), y = b.text(scratch_b);
  if (x.empty() && (a.type() != Type::text || b.type() != Type::text)) return false;
  return x == y;
}

std::optional<int> Value::compare(const Value& a, const Value& b) {
  if (a.is_null() || b.is_null()) return std::nullopt;
  const auto x = a.number(), y = b.number();
  if (x && y) return *x < *y ? -1 : *x > *y ? 1 : 0;
  std::string scratch_a, scratch_b;
  const int order = a.text(scratch_a).compare(b.text(scratch_b));
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

}  // namespace gatepost::ingest::mapping
