#include "ingest/mapping/value.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/overloaded.hpp"
#include "base/text.hpp"

namespace gatepost::ingest::mapping {
namespace {

using Texts = std::shared_ptr<const std::string>;
using Lists = std::shared_ptr<const List>;
using Pairs = std::shared_ptr<const Pair>;

Value::Type type_of(doc::View view) {
  switch (view.kind()) {
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

Value::Value(Pair pair) : data_(std::make_shared<const Pair>(std::move(pair))) {}

Value Value::lent() const {
  const auto* const text = std::get_if<Texts>(&data_);
  return text == nullptr ? *this : borrowed(**text);
}

Value::Type Value::type() const {
  return std::visit(Overloaded{[](std::monostate) { return Type::null; }, [](bool) { return Type::boolean; },
                               [](double) { return Type::number; }, [](std::string_view) { return Type::text; },
                               [](const Texts&) { return Type::text; }, [](doc::View view) { return type_of(view); },
                               [](const Lists&) { return Type::list; }, [](const Pairs&) { return Type::object; }},
                    data_);
}

bool Value::is_empty() const {
  const Type kind = type();
  if (kind == Type::null) return true;
  if (kind == Type::boolean || kind == Type::number) return false;
  return size() == 0;
}

bool Value::is_true() const {
  if (const auto* const truth = std::get_if<bool>(&data_)) return *truth;
  if (const auto* const view = std::get_if<doc::View>(&data_); view != nullptr && view->boolean())
    return *view->boolean();
  if (type() == Type::number) return number().value_or(0) != 0;
  return !is_empty();
}

std::string Value::text() const {
  std::string scratch;
  return std::string(text(scratch));
}

std::string_view Value::text(std::string& scratch) const {
  using Text = std::string_view;
  return std::visit(
      Overloaded{[](std::monostate) { return Text(); }, [](bool truth) { return truth ? Text("true") : Text("false"); },
                 [&](double number) -> Text { return scratch = text_of_number(number); },
                 [](Text text) { return text; }, [](const Texts& text) -> Text { return *text; },
                 [](doc::View view) { return text_of(view); },
                 [&](const Lists& list) { return list->size() == 1 ? list->front().text(scratch) : Text(); },
                 [](const Pairs&) { return Text(); }},
      data_);
}

std::optional<double> Value::number() const {
  if (const auto* const number = std::get_if<double>(&data_)) return *number;
  const Type kind = type();
  if (kind == Type::null || kind == Type::boolean) return std::nullopt;
  std::string scratch;
  return number_in(text(scratch));
}

Value Value::member(std::string_view name) const {
  if (const auto* const pair = std::get_if<Pairs>(&data_)) {
    if (name == "key") return (*pair)->key;
    return name == "value" ? (*pair)->value : Value();
  }
  if (const auto* const list = std::get_if<Lists>(&data_))
    return has_members() ? (*list)->front().member(name) : Value();
  const auto* const view = std::get_if<doc::View>(&data_);
  if (view == nullptr) return {};
  if (view->is_array()) return is_element(view->at(0)) ? Value(view->at(0).at(name)) : Value();
  return view->at(name);
}

bool Value::has_members() const {
  if (const auto* const list = std::get_if<Lists>(&data_))
    return !(*list)->empty() && (*list)->front().view() && is_element(*(*list)->front().view());
  const auto view = this->view();
  if (view && view->is_array()) return is_element(view->at(0));
  return type() == Type::object;
}

Value Value::item(std::int64_t index) const {
  const auto count = static_cast<std::int64_t>(type() == Type::list ? size() : is_null() ? 0 : 1);
  if (index < 0) index += count;
  if (index < 0 || index >= count) return {};
  if (const auto* const list = std::get_if<Lists>(&data_)) return (**list)[static_cast<std::size_t>(index)];
  const auto* const view = std::get_if<doc::View>(&data_);
  if (view != nullptr && view->is_array()) return view->at(static_cast<std::size_t>(index));
  return *this;
}

List Value::items() const {
  if (const auto* const list = std::get_if<Lists>(&data_)) return **list;
  List items;
  const auto view = this->view();
  items.reserve(view && view->is_array() ? view->size() : 1);
  each_item([&](const Value& item) {
    items.push_back(item);
    return true;
  });
  return items;
}

bool Value::each_item(const Visit& visit) const {
  if (const auto* const list = std::get_if<Lists>(&data_)) {
    const Lists held = *list;
    return std::ranges::all_of(*held, visit);
  }
  const auto view = this->view();
  if (!view || !view->is_array()) return is_null() || visit(*this);
  for (const doc::View item : view->items()) {
    if (!visit(item)) return false;
  }
  return true;
}

std::size_t Value::size() const {
  if (const auto* const list = std::get_if<Lists>(&data_)) return (*list)->size();
  if (const auto* const text = std::get_if<std::string_view>(&data_)) return text->size();
  if (const auto* const text = std::get_if<Texts>(&data_)) return (*text)->size();
  const auto* const view = std::get_if<doc::View>(&data_);
  if (view == nullptr) return is_null() ? 0 : 1;
  return view->is_array() || view->is_object() ? view->size() : view->scalar().size();
}

std::optional<doc::View> Value::view() const {
  const auto* const view = std::get_if<doc::View>(&data_);
  if (view == nullptr) return std::nullopt;
  return *view;
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
