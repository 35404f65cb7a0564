#include "doc/document.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <unordered_map>

#include "base/assert.hpp"
#include "base/text.hpp"

namespace gatepost::doc {

Position position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto lines = static_cast<std::uint32_t>(std::ranges::count(before, '\n'));
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {lines + 1, static_cast<std::uint32_t>(before.size() - line_begin + 1)};
}

const char* to_string(Kind kind) {
  switch (kind) {
    case Kind::absent:
      return "nothing";
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a text";
    case Kind::array:
      return "a list";
    case Kind::object:
      return "a mapping";
  }
  return "nothing";
}

Kind View::kind() const { return tree_ == nullptr ? Kind::absent : tree_->nodes[node_].kind; }

View View::at(std::string_view key) const {
  View found;
  for (const auto& [name, value] : members()) {
    if (name == key) found = value;
  }
  return found;
}

View View::at(std::size_t index) const {
  for (const View item : items()) {
    if (index-- == 0) return item;
  }
  return {};
}

std::size_t View::size() const { return is_array() || is_object() ? tree_->nodes[node_].count : 0; }

std::string_view View::text() const { return is_string() ? tree_->nodes[node_].text : std::string_view{}; }

std::string_view View::scalar() const {
  const bool scalar = is_string() || is_number() || kind() == Kind::boolean;
  return scalar ? tree_->nodes[node_].text : std::string_view{};
}

std::optional<bool> View::boolean() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return scalar() == "true";
}

std::optional<std::int64_t> View::integer() const {
  if (!is_number()) return std::nullopt;
  const std::string_view token = scalar();
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (failure == std::errc{} && end == token.data() + token.size()) return value;
  // 3.0 and 3e2 are integers written in another way.
  const auto real = number();
  constexpr double kExact = 9007199254740992.0;
  if (!real || *real != static_cast<double>(static_cast<std::int64_t>(std::clamp(*real, -kExact, kExact)))) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*real);
}

std::optional<double> View::number() const {
  if (!is_number()) return std::nullopt;
  const std::string_view token = scalar();
  double value = 0;
  const auto [end, failure] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (failure != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return value;
}

View::Items View::items() const {
  if (!is_array()) return {nullptr, 0, 0};
  return {tree_, node_ + 1, tree_->nodes[node_].end};
}

View::Members View::members() const {
  if (!is_object()) return Members(Items(nullptr, 0, 0));
  return Members(Items(tree_, node_ + 1, tree_->nodes[node_].end));
}

View::Items::Iterator::Iterator(const detail::Tree* tree, std::uint32_t node, std::uint32_t end)
    : tree_(tree), node_(node), end_(end) {
  skip_shadowed();
}

void View::Items::Iterator::skip_shadowed() {
  while (node_ < end_ && tree_->nodes[node_].shadowed) node_ = tree_->nodes[node_].end;
}

View::Items::Iterator& View::Items::Iterator::operator++() {
  node_ = tree_->nodes[node_].end;
  skip_shadowed();
  return *this;
}

View::Members::Iterator::value_type View::Members::Iterator::operator*() const {
  const View value = *item_;
  return {value.tree_->nodes[value.node_].key, value};
}

std::string View::pointer() const {
  if (tree_ == nullptr) return {};
  const auto& nodes = tree_->nodes;
  std::vector<std::string> parts;
  for (std::uint32_t node = node_; node != 0; node = nodes[node].parent) {
    const std::string key = nodes[node].has_key ? std::string(nodes[node].key) : std::to_string(nodes[node].key_place);
    parts.push_back(text::replace_all(text::replace_all(key, "~", "~0"), "/", "~1"));
  }
  std::string pointer;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) pointer += "/" + *part;
  return pointer;
}

Position View::position() const { return tree_ == nullptr ? Position{} : tree_->position(tree_->nodes[node_].place); }

Position View::key_position() const {
  if (tree_ == nullptr) return {};
  const auto& node = tree_->nodes[node_];
  return tree_->position(node.has_key ? node.key_place : node.place);
}

std::string View::where() const {
  const Position at = position();
  return tree_ == nullptr ? "" : fmt::format("{}:{}:{}", tree_->name, at.line, at.column);
}

std::string View::key_where() const {
  const Position at = key_position();
  return tree_ == nullptr ? "" : fmt::format("{}:{}:{}", tree_->name, at.line, at.column);
}

Position detail::Tree::position(std::uint64_t place) const {
  if (by_offset) return position_of(source, static_cast<std::size_t>(place));
  return {static_cast<std::uint32_t>(place >> 32U), static_cast<std::uint32_t>(place)};
}

TreeBuilder::TreeBuilder(std::string name, std::string source, bool places_are_offsets)
    : tree_(std::make_unique<detail::Tree>()) {
  tree_->name = std::move(name);
  tree_->source = std::move(source);
  tree_->by_offset = places_are_offsets;
}

std::string_view TreeBuilder::keep(std::string text) {
  tree_->own_texts.push_back(std::move(text));
  return tree_->own_texts.back();
}

bool TreeBuilder::in_object() const { return !open_.empty() && tree_->nodes[open_.back()].kind == Kind::object; }

std::uint32_t TreeBuilder::add(Kind kind, std::string_view text, std::uint64_t place) {
  auto& nodes = tree_->nodes;
  const auto index = static_cast<std::uint32_t>(nodes.size());
  detail::Node node{.kind = kind, .end = index + 1, .place = place, .text = text};
  if (!open_.empty()) {
    node.parent = open_.back();
    node.has_key = in_object();
    node.key = node.has_key ? pending_key_ : std::string_view{};
    node.key_place = node.has_key ? pending_key_place_ : nodes[node.parent].count;
    ++nodes[node.parent].count;
  }
  nodes.push_back(node);
  return index;
}

void TreeBuilder::key(std::string_view key, std::uint64_t place) {
  pending_key_ = key;
  pending_key_place_ = place;
}

void TreeBuilder::scalar(Kind kind, std::string_view text, std::uint64_t place) { add(kind, text, place); }

void TreeBuilder::open(Kind kind, std::uint64_t place) { open_.push_back(add(kind, {}, place)); }

void TreeBuilder::close() {
  GP_ASSERT(!open_.empty());
  auto& node = tree_->nodes[open_.back()];
  node.end = static_cast<std::uint32_t>(tree_->nodes.size());
  if (node.kind == Kind::object) shadow_duplicates(open_.back());
  open_.pop_back();
}

void TreeBuilder::note(Note::Level level, const char* code, std::string text, std::uint64_t place) {
  if (tree_->notes.size() >= kMostNotes) return;
  const Position at = tree_->position(place);
  tree_->notes.push_back({level, code, std::move(text), fmt::format("line {}, column {}", at.line, at.column)});
}

// Of members with equal keys the last counts, as in every JSON library that builds a tree; the others are noted.
void TreeBuilder::shadow_duplicates(std::uint32_t object) {
  auto& nodes = tree_->nodes;
  if (nodes[object].count < 2) return;
  std::unordered_map<std::string_view, std::uint32_t> seen;
  seen.reserve(nodes[object].count);
  for (std::uint32_t member = object + 1; member < nodes[object].end; member = nodes[member].end) {
    const auto [entry, fresh] = seen.try_emplace(nodes[member].key, member);
    if (fresh) continue;
    nodes[entry->second].shadowed = true;
    --nodes[object].count;
    entry->second = member;
    note(Note::Level::warning, "duplicate-key",
         fmt::format("key \"{}\" is given twice; the last one counts", text::printable(nodes[member].key)),
         nodes[member].key_place);
  }
}

Document TreeBuilder::finish() {
  GP_ASSERT(open_.empty());
  return Document(std::move(tree_));
}

}  // namespace gatepost::doc
