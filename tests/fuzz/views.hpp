// Asks every view of a document everything it can be asked.
#pragma once

#include "base/text.hpp"
#include "doc/document.hpp"
#include "doc/json_writer.hpp"
#include "fuzz/check.hpp"

namespace gatepost::fuzz {

inline void check_view(doc::View view) {
  FUZZ_CHECK(view.exists());
  FUZZ_CHECK(view.text().empty() || view.is_string());
  FUZZ_CHECK(text::is_utf8(view.scalar()));
  FUZZ_CHECK(!view.integer() || view.number());
  FUZZ_CHECK(view.boolean().has_value() == (view.kind() == doc::Kind::boolean));
  const std::string pointer = view.pointer();
  FUZZ_CHECK(pointer.empty() || pointer.starts_with('/'));
  FUZZ_CHECK(view.position().line > 0);
  FUZZ_CHECK(view.key_position().line > 0);
  FUZZ_CHECK(!view.where().empty() && !view.key_where().empty());
  FUZZ_CHECK(!view.at("no such key").exists() || view.is_object());
  std::size_t children = 0;
  for (const doc::View item : view.items()) {
    FUZZ_CHECK(view.at(children).pointer() == item.pointer());
    FUZZ_CHECK(item.pointer() == pointer + "/" + std::to_string(children++));
    check_view(item);
  }
  for (const auto& [key, value] : view.members()) {
    FUZZ_CHECK(view.at(key).position() == value.position());
    FUZZ_CHECK(text::is_utf8(key));
    ++children;
    check_view(value);
  }
  FUZZ_CHECK(children == view.size());
  FUZZ_CHECK(!view.at(children).exists());
}

// The tree as compact JSON. The arrays for which `emptied(pointer)` is true come without their items.
template <class Emptied>
void write(doc::JsonWriter& out, doc::View view, const Emptied& emptied) {
  if (view.is_object()) {
    out.begin_object();
    for (const auto& [key, value] : view.members()) write(out.key(key), value, emptied);
    out.end_object();
  } else if (view.is_array()) {
    out.begin_array();
    const bool empty = emptied(view.pointer());
    for (const doc::View item : view.items()) {
      if (!empty) write(out, item, emptied);
    }
    out.end_array();
  } else if (view.is_string()) {
    out.value(view.text());
  } else {
    out.raw(view.is_null() ? "null" : view.scalar());
  }
}

inline std::string written(doc::View view) {
  doc::JsonWriter out;
  write(out, view, [](const std::string&) { return false; });
  return out.take();
}

}  // namespace gatepost::fuzz
