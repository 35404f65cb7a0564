#include "config/reader.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"

namespace gatepost::config {

Error Problems::error() const { return gatepost::error(ErrorKind::config, text::join(lines_, "\n")); }

std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string_view> names) {
  const std::string shown = text::printable(name, 60);
  const std::string close = text::nearest(name, names);
  if (!close.empty()) return fmt::format("{} \"{}\" is not known; did you mean \"{}\"?", what, shown, close);
  std::string list;
  for (const std::string_view known : names) list.append(list.empty() ? "" : ", ").append(known);
  return fmt::format("{} \"{}\" is not known; expected one of {}", what, shown, list);
}

std::string kind_text(doc::View view) {
  if (view.size() == 0 && view.is_array()) return "an empty list";
  if (view.size() == 0 && view.is_object()) return "an empty mapping";
  return doc::to_string(view.kind());
}

Section::Section(doc::View view, Problems& problems) : view_(view), problems_(problems) {
  const bool acceptable = !view.exists() || view.is_object() || view.is_null();
  if (!acceptable) problems_.add(view, fmt::format("expected a mapping, found {}", doc::to_string(view.kind())));
}

doc::View Section::get(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.push_back(key);
  return view_.at(key);
}

std::string Section::text(std::string_view key) {
  const doc::View value = get(key);
  if (!value.exists() || value.is_null()) return {};
  if (value.is_array() || value.is_object())
    problems_.add(value, fmt::format("{} must be a text, not {}", key, doc::to_string(value.kind())));
  return std::string(value.scalar());
}

std::string Section::required_text(std::string_view key) {
  std::string value = text(key);
  if (value.empty()) problems_.add(view_, fmt::format("\"{}\" is missing", key));
  return value;
}

std::optional<std::int64_t> Section::integer(std::string_view key, std::int64_t least, std::int64_t most) {
  const doc::View value = get(key);
  if (!value.exists()) return std::nullopt;
  const auto number = value.integer();
  if (number && *number >= least && *number <= most) return number;
  problems_.add(value,
                fmt::format("{} is {}; expected a whole number from {} to {}", key,
                            value.scalar().empty() ? doc::to_string(value.kind()) : text::printable(value.scalar(), 40),
                            least, most));
  return std::nullopt;
}

std::optional<bool> Section::boolean(std::string_view key) {
  const doc::View value = get(key);
  if (value.text() == "on" || value.text() == "off") return value.text() == "on";
  if (value.exists() && !value.boolean()) problems_.add(value, fmt::format("{} must be true or false", key));
  return value.boolean();
}

std::optional<std::chrono::sys_days> Section::date(std::string_view key) {
  const doc::View value = get(key);
  if (!value.exists()) return std::nullopt;
  const auto day = parse_date(value.scalar());
  if (!day)
    problems_.add(
        value, fmt::format("{} is \"{}\"; expected a date like 2026-12-31", key, text::printable(value.scalar(), 40)));
  return day;
}

std::vector<std::string> Section::texts(std::string_view key) {
  const doc::View value = get(key);
  std::vector<std::string> list;
  if (value.is_string()) list.emplace_back(value.text());
  for (const doc::View item : value.items()) {
    if (item.scalar().empty()) problems_.add(item, fmt::format("{} must be a list of texts", key));
    list.emplace_back(item.scalar());
  }
  const bool acceptable = !value.exists() || value.is_null() || value.is_string() || value.is_array();
  if (!acceptable)
    problems_.add(value, fmt::format("{} must be a list of texts, not {}", key, doc::to_string(value.kind())));
  return list;
}

std::optional<std::size_t> Section::choice(std::string_view key, std::span<const std::string_view> names) {
  const doc::View value = get(key);
  if (!value.exists()) return std::nullopt;
  const std::string_view name = value.boolean() ? (*value.boolean() ? "on" : "off") : value.scalar();
  const auto found = std::ranges::find(names, name);
  if (found != names.end() && !value.scalar().empty()) return static_cast<std::size_t>(found - names.begin());
  problems_.add(value, unknown_name(key, value.scalar(), names));
  return std::nullopt;
}

doc::View Section::file_list(std::string_view key, std::string_view file, std::size_t most) {
  const doc::View list = get(key);
  if (list.is_array() && list.size() > most) {
    problems_.add(list, fmt::format("{} {}; expected at most {}", list.size(), key, most));
    return {};
  }
  if (!list.exists()) {
    problems_.add_line(fmt::format("{}: \"{}\" is missing: the list of {}",
                                   view_.exists() ? view_.where() : fmt::format("{}:1:1", file), key, key));
  } else if (!list.is_null() && !list.is_array()) {
    problems_.add(list, fmt::format("{} must be a list, not {}", key, doc::to_string(list.kind())));
  }
  return list;
}

void Section::finish() {
  for (const auto& [key, value] : view_.members()) {
    if (std::ranges::find(known_, key) == known_.end()) problems_.add_at_key(value, unknown_name("key", key, known_));
  }
}

}  // namespace gatepost::config
