#include "doc/document.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <limits>

#include "base/assert.hpp"
#include "base/text.hpp"
#include "doc/key_mark.hpp"
#include "doc/pages.hpp"

namespace gatepost::doc {

namespace {

// Containers with more children than this get an index of them.
constexpr std::uint32_t kSmall = 32;

// Moves `line` and `line_begin` over the line ends in text[from, to).
void count_lines(std::string_view text, std::size_t from, std::size_t to, std::uint32_t& lines,
                 std::size_t& line_begin) {
  const std::string_view before = text.substr(0, to);
  for (std::size_t end = before.find('\n', from); end != std::string_view::npos; end = before.find('\n', end + 1)) {
    ++lines;
    line_begin = end + 1;
  }
}

// All of a number's token; YAML writes "+5", too.
template <class Number>
std::optional<Number> parse_all(std::string_view token) {
  if (token.starts_with('+')) token.remove_prefix(1);
  Number value{};
  const auto [end, failure] = std::from_chars(token.data(), token.data() + token.size(), value);
  if (failure != std::errc{} || end != token.data() + token.size()) return std::nullopt;
  return value;
}

// Before `nodes` grows: for as many as there will be when the rest of the text is like what was read, so that they are
// moved rarely and few remain unused.
void make_room(std::vector<detail::Node>& nodes, const std::string& source, std::uint64_t place) {
  constexpr std::size_t kFew = 64, kTelling = 4096;
  const std::size_t size = nodes.size();
  if (size < kTelling || place == 0 || place >= source.size()) return nodes.reserve(std::max(kFew, 2 * size));
  const double whole = static_cast<double>(size) * static_cast<double>(source.size()) / static_cast<double>(place);
  nodes.reserve(std::clamp(static_cast<std::size_t>(whole * 1.05), size + size / 4, size * 8));
}

// "/" and the key or index of a node, as a JSON pointer writes it.
void append_step(const detail::Node& node, std::string& pointer) {
  pointer += '/';
  if (!node.has_key) {
    std::array<char, std::numeric_limits<std::uint64_t>::digits10 + 1> digits;
    pointer.append(digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), node.key_place).ptr);
  } else if (node.key.find_first_of("~/") == std::string_view::npos) {
    pointer += node.key;
  } else {
    pointer += text::replace_all(text::replace_all(std::string(node.key), "~", "~0"), "/", "~1");
  }
}

}  // namespace

Position position_of(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  std::uint32_t lines = 0;
  std::size_t line_begin = 0;
  count_lines(text, 0, offset, lines, line_begin);
  return {lines + 1, static_cast<std::uint32_t>(offset - line_begin + 1)};
}

LineIndex::LineIndex(std::string_view text) {
  Block block;
  for (std::size_t offset = 0; offset <= text.size(); offset += kBlockBytes) {
    blocks_.push_back(block);
    count_lines(text, offset, offset + kBlockBytes, block.lines, block.line_begin);
  }
}

Position LineIndex::position(std::string_view text, std::size_t offset) const {
  if (blocks_.empty()) return position_of(text, offset);
  offset = std::min(offset, text.size());
  const std::size_t index = offset / kBlockBytes;
  auto [lines, line_begin] = blocks_[index];
  count_lines(text, index * kBlockBytes, offset, lines, line_begin);
  return {lines + 1, static_cast<std::uint32_t>(offset - line_begin + 1)};
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

detail::Tree::Tree() = default;
detail::Tree::~Tree() = default;

const detail::Tree& View::part() const { return page_ == 0 ? *tree_ : tree_->pages->at(page_); }
const detail::Node& View::node() const { return part().nodes[node_]; }

Kind View::kind() const { return tree_ == nullptr ? Kind::absent : node().kind; }

View View::at(std::string_view key) const {
  if (tree_ == nullptr) return {};
  const detail::Tree& part = this->part();
  const detail::Node* const nodes = part.nodes.data();
  const detail::Node& own = nodes[node_];
  if (own.kind != Kind::object) return {};
  if (own.paged) return tree_->pages->member(*tree_, node_, key);
  if (const auto* sorted = part.large(node_)) {
    const auto key_of = [&](std::uint32_t node) { return nodes[node].key; };
    const auto found = std::ranges::lower_bound(*sorted, key, {}, key_of);
    return found == sorted->end() || key_of(*found) != key ? View() : View(tree_, *found, page_);
  }
  for (std::uint32_t member = node_ + 1; member < own.end; member = nodes[member].end) {
    const detail::Node& it = nodes[member];
    if (it.key == key && !it.shadowed) return {tree_, member, page_};
  }
  return {};
}

View View::at(std::size_t index) const {
  if (!is_array() || index >= size()) return {};
  if (node().paged) return tree_->pages->item(*tree_, node_, static_cast<std::uint32_t>(index));
  if (const auto* items = part().large(node_)) return {tree_, (*items)[index], page_};
  auto item = items().begin();
  for (; index > 0; --index) ++item;
  return *item;
}

std::size_t View::size() const {
  if (tree_ == nullptr) return 0;
  const detail::Node& node = this->node();
  return node.kind == Kind::array || node.kind == Kind::object ? node.count : 0;
}

std::string_view View::text() const {
  if (tree_ == nullptr) return {};
  const detail::Node& node = this->node();
  return node.kind == Kind::string ? node.text : std::string_view{};
}

std::string_view View::scalar() const {
  if (tree_ == nullptr) return {};
  const detail::Node& node = this->node();
  const bool scalar = node.kind == Kind::string || node.kind == Kind::number || node.kind == Kind::boolean;
  return scalar ? node.text : std::string_view{};
}

std::optional<bool> View::boolean() const {
  if (kind() != Kind::boolean) return std::nullopt;
  return scalar() == "true";
}

std::optional<std::int64_t> View::integer() const {
  if (!is_number()) return std::nullopt;
  if (const auto value = parse_all<std::int64_t>(scalar())) return value;
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
  return parse_all<double>(scalar());
}

View::Items View::items() const {
  if (!is_array()) return {nullptr, 0, 0, 0};
  return {tree_, page_, node_ + 1, node().end};
}

View::Members View::members() const {
  if (!is_object()) return Members(Items(nullptr, 0, 0, 0));
  return Members(Items(tree_, page_, node_ + 1, node().end));
}

View::Items::Iterator::Iterator(const detail::Tree* tree, std::uint32_t page, std::uint32_t node, std::uint32_t end)
    : tree_(tree), node_(node), end_(end), page_(page), home_(page) {
  if (tree_ != nullptr) settle();
}

// Passes over what does not count, into the pages and out of them.
void View::Items::Iterator::settle() {
  for (;;) {
    const auto& nodes = page_ == 0 ? tree_->nodes : tree_->pages->at(page_).nodes;
    if (page_ == home_ ? node_ >= end_ : node_ >= nodes.size()) {
      if (page_ == home_) return;
      node_ = tree_->pages->behind(page_, end_);
      page_ = home_;
    } else if (nodes[node_].shadowed) {
      node_ = nodes[node_].end;
    } else if (nodes[node_].kind == Kind::absent) {
      page_ = static_cast<std::uint32_t>(nodes[node_].key_place);
      node_ = 1;
    } else {
      return;
    }
  }
}

View::Items::Iterator& View::Items::Iterator::operator++() {
  node_ = View(tree_, node_, page_).node().end;
  settle();
  return *this;
}

View::Members::Iterator::value_type View::Members::Iterator::operator*() const {
  const View value = *item_;
  return {value.node().key, value};
}

std::string View::pointer() const {
  constexpr std::size_t kUsual = 64;
  std::string pointer;
  if (tree_ == nullptr) return pointer;
  pointer.reserve(kUsual);
  // No deeper than the document.
  const auto append = [&](const auto& again, std::uint32_t page, std::uint32_t at) -> void {
    if (at == 0 && page == 0) return;
    if (at == 0) return again(again, 0, tree_->nodes[tree_->pages->page(page).run].parent);
    const detail::Node& node = View(tree_, at, page).node();
    again(again, page, node.parent);
    append_step(node, pointer);
  };
  append(append, page_, node_);
  return pointer;
}

Position View::position() const { return tree_ == nullptr ? Position{} : tree_->position(node().place); }

Position View::key_position() const {
  if (tree_ == nullptr) return {};
  const detail::Node& node = this->node();
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
  if (by_offset && pages) return pages->position(place);
  if (by_offset) {
    std::call_once(lines_are_known_, [this] { lines_ = LineIndex(source); });
    return lines_.position(source, static_cast<std::size_t>(place));
  }
  return {static_cast<std::uint32_t>(place >> 32U), static_cast<std::uint32_t>(place)};
}

const std::vector<std::uint32_t>* detail::Tree::large(std::uint32_t node) const {
  if (nodes[node].end - node - 1 <= kSmall) return nullptr;
  const auto found = children.find(node);
  return found == children.end() ? nullptr : &found->second;
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
  if (nodes.size() == nodes.capacity()) make_room(nodes, tree_->source, tree_->by_offset ? place : 0);
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
  const std::uint32_t closed = open_.back();
  tree_->nodes[closed].end = static_cast<std::uint32_t>(tree_->nodes.size());
  finish_container(closed);
  open_.pop_back();
}

void TreeBuilder::finish_container(std::uint32_t container) {
  const detail::Node& node = tree_->nodes[container];
  if (node.paged) return;
  const bool large = node.count > kSmall;
  if (node.kind == Kind::array && large) finish_large_array(container);
  if (node.kind == Kind::object) large ? finish_large_object(container) : finish_small_object(container);
}

TreeBuilder::Mark TreeBuilder::mark() const {
  return {.nodes = tree_->nodes.size(),
          .texts = tree_->own_texts.size(),
          .notes = tree_->notes.size(),
          .open = open_.size(),
          .count = open_.empty() ? 0 : tree_->nodes[open_.back()].count};
}

void TreeBuilder::back_to(const Mark& mark) {
  for (std::size_t node = mark.nodes; node < tree_->nodes.size(); ++node)
    tree_->children.erase(static_cast<std::uint32_t>(node));
  tree_->nodes.resize(mark.nodes);
  tree_->own_texts.resize(mark.texts);
  tree_->notes.resize(mark.notes);
  open_.resize(mark.open);
  if (!open_.empty()) tree_->nodes[open_.back()].count = mark.count;
}

void TreeBuilder::note(Note::Level level, const char* code, std::string text, std::uint64_t place) {
  if (tree_->notes.size() >= kMostNotes) return;
  const Position at = tree_->position(place);
  tree_->notes.push_back({level, code, std::move(text), fmt::format("line {}, column {}", at.line, at.column)});
}

// Of members with equal keys the last counts, as in every JSON library that builds a tree; the others are noted.
void TreeBuilder::shadow(std::uint32_t earlier, std::uint32_t later) {
  auto& nodes = tree_->nodes;
  nodes[earlier].shadowed = true;
  --nodes[nodes[earlier].parent].count;
  note(Note::Level::warning, "duplicate-key",
       fmt::format("key \"{}\" is given twice; the last one counts", text::printable(nodes[later].key)),
       nodes[later].key_place);
}

// Only a key whose mark was met before is compared with the others.
void TreeBuilder::finish_small_object(std::uint32_t object) {
  const auto& nodes = tree_->nodes;
  std::bitset<256> met;
  for (std::uint32_t member = object + 1; member < nodes[object].end; member = nodes[member].end) {
    const std::uint8_t mark = key_mark(nodes[member].key);
    if (!met[mark]) {
      met[mark] = true;
      continue;
    }
    for (std::uint32_t earlier = object + 1; earlier < member; earlier = nodes[earlier].end) {
      if (!nodes[earlier].shadowed && nodes[earlier].key == nodes[member].key) shadow(earlier, member);
    }
  }
}

void TreeBuilder::finish_large_object(std::uint32_t object) {
  const auto& nodes = tree_->nodes;
  std::vector<std::uint32_t> sorted;
  sorted.reserve(nodes[object].count);
  for (std::uint32_t member = object + 1; member < nodes[object].end; member = nodes[member].end) {
    sorted.push_back(member);
  }
  std::ranges::sort(sorted, {}, [&](std::uint32_t node) { return std::pair(nodes[node].key, node); });
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    if (nodes[sorted[i - 1]].key == nodes[sorted[i]].key) shadow(sorted[i - 1], sorted[i]);
  }
  std::erase_if(sorted, [&](std::uint32_t node) { return nodes[node].shadowed; });
  tree_->children.emplace(object, std::move(sorted));
}

void TreeBuilder::finish_large_array(std::uint32_t array) {
  const auto& nodes = tree_->nodes;
  std::vector<std::uint32_t> items;
  items.reserve(nodes[array].count);
  for (std::uint32_t item = array + 1; item < nodes[array].end; item = nodes[item].end) items.push_back(item);
  tree_->children.emplace(array, std::move(items));
}

void Document::show_beginnings(bool only) const {
  if (tree_->pages) tree_->pages->show_beginnings(only);
}

bool Document::changed() const { return tree_->pages && tree_->pages->changed(); }

Document TreeBuilder::finish() {
  GP_ASSERT(open_.empty());
  return Document(std::move(tree_));
}

}  // namespace gatepost::doc
