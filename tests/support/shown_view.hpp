// A document as text: every value with its pointer, as it is met and once more as it is asked for by key or index.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "doc/document.hpp"

namespace gatepost::test {

inline void show_view(doc::View view, std::string& out) {
  out += view.pointer() + "=" + std::string(view.scalar()) + "@" + std::to_string(view.position().column) + "\n";
  std::size_t index = 0;
  for (const doc::View item : view.items()) {
    show_view(item, out);
    CHECK(view.at(index).pointer() == item.pointer());
    CHECK(view.at(index).scalar() == item.scalar());
    ++index;
  }
  for (const auto& [key, value] : view.members()) {
    const std::string name(key);
    show_view(value, out);
    CHECK(view.at(name).pointer() == value.pointer());
    ++index;
  }
  CHECK(view.size() == index);
  CHECK_FALSE(view.at("no such key").exists());
  CHECK_FALSE(view.at(index).exists());
}

inline std::string shown_view(doc::View view) {
  std::string out;
  show_view(view, out);
  return out;
}

}  // namespace gatepost::test
