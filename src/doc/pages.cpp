#include "doc/pages.hpp"

#include <algorithm>
#include <utility>

#include "base/hash.hpp"

namespace gatepost::doc::detail {

std::uint32_t Pages::add(const Page& page) {
  pages_.push_back(page);
  shelves_.front().slots.emplace_back();
  return static_cast<std::uint32_t>(pages_.size());
}

void Pages::add_run(const Page& page, TreeBuilder& builder) {
  const std::uint32_t number = add(page), list = builder.open_nodes().back();
  auto& nodes = builder.tree().nodes;
  const auto run = static_cast<std::uint32_t>(nodes.size());
  nodes.push_back({.kind = Kind::absent,
                   .paged = true,
                   .parent = list,
                   .end = run + 1,
                   .count = page.count,
                   .place = page.begin,
                   .key_place = number});
  nodes[list].paged = true;
  nodes[list].count += page.count;
}

void Pages::add_keys(std::uint32_t page, std::vector<std::uint64_t> hashes) { keys_[page] = std::move(hashes); }

bool Pages::finish(const Tree& tree) {
  for (std::uint32_t node = 0; node < tree.nodes.size(); ++node) {
    const Node& it = tree.nodes[node];
    if (!it.paged) continue;
    if (it.kind == Kind::absent) {
      pages_[it.key_place - 1].run = node;
      continue;
    }
    std::vector<Child> children = children_of(tree, node);
    std::ranges::sort(children, {}, &Child::order);
    if (std::ranges::adjacent_find(children, {}, &Child::order) != children.end()) return false;
    children_.emplace(node, std::move(children));
  }
  keys_.clear();
  return true;
}

// Of an object each member, of a list each page and each item that is in none.
std::vector<Pages::Child> Pages::children_of(const Tree& tree, std::uint32_t container) const {
  std::vector<Child> children;
  const bool object = tree.nodes[container].kind == Kind::object;
  std::uint32_t index = 0;
  for (std::uint32_t node = container + 1; node < tree.nodes[container].end; node = tree.nodes[node].end) {
    const Node& it = tree.nodes[node];
    const bool run = it.kind == Kind::absent;
    const auto number = static_cast<std::uint32_t>(it.key_place);
    if (!object) {
      children.push_back({index, run ? number : 0, run ? 0 : node});
    } else if (!run) {
      children.push_back({table_hash(it.key), 0, node});
    } else {
      std::uint32_t child = 0;
      for (const std::uint64_t hash : keys_.at(number)) children.push_back({hash, number, child++});
    }
    index += run ? it.count : 1;
  }
  return children;
}

View Pages::member(const Tree& tree, std::uint32_t object, std::string_view key) const {
  const auto& children = children_.at(object);
  const std::uint64_t hash = table_hash(key);
  const auto found = std::ranges::lower_bound(children, hash, {}, &Child::order);
  if (found == children.end() || found->order != hash) return {};
  const View member = view(tree, *found, 0);
  return member.tree_ != nullptr && member.node().key == key ? member : View();
}

View Pages::item(const Tree& tree, std::uint32_t list, std::uint32_t index) const {
  const auto& children = children_.at(list);
  const auto behind = std::ranges::upper_bound(children, std::uint64_t{index}, {}, &Child::order);
  if (behind == children.begin()) return {};
  const Child& child = *std::prev(behind);
  return view(tree, child, index - static_cast<std::uint32_t>(child.order));
}

View Pages::view(const Tree& tree, const Child& child, std::uint32_t further) const {
  if (child.page == 0) return {&tree, child.number};
  const auto& nodes = at(child.page).nodes;
  std::uint32_t node = 1;
  for (std::uint32_t left = child.number + further; left > 0 && node < nodes.size(); --left) node = nodes[node].end;
  return node < nodes.size() ? View(&tree, node, child.page) : View();
}

Position Pages::position(std::uint64_t offset) const {
  const auto text = bytes_.part(0, std::min(offset, bytes_.size())).all(limits_.document_bytes);
  return text ? position_of(*text, text->size()) : Position{};
}

// Takes the page that was not looked at for the longest time off a full shelf. A tree to be filled.
SharedTree Pages::make_room(Shelf& shelf) {
  SharedTree tree;
  if (shelf.resident.size() >= kMostResident) {
    const auto oldest = std::ranges::min_element(
        shelf.resident, {}, [&](std::uint32_t number) { return shelf.slots[number - 1].looked_at; });
    tree = std::move(shelf.slots[*oldest - 1].tree);
    if (*oldest == shelf.last) shelf.last = 0;
    shelf.resident.erase(oldest);
  }
  if (!tree || tree.use_count() > 1) return std::make_shared<std::unique_ptr<Tree>>(std::make_unique<Tree>());
  (*tree)->nodes.clear();
  (*tree)->own_texts.clear();
  (*tree)->children.clear();
  (*tree)->notes.clear();
  return tree;
}

// Another page than the time before.
const Tree& Pages::look_at(std::uint32_t number) const {
  Shelf& shelf = shelves_[own_shelf];
  Shelf::Slot& slot = shelf.slots[number - 1];
  slot.looked_at = ++shelf.looks;
  shelf.last_tree = slot.tree ? slot.tree->get() : &load(number, shelf);
  shelf.last = number;
  return *shelf.last_tree;
}

const Tree& Pages::load(std::uint32_t number, Shelf& shelf) const {
  const Page& page = this->page(number);
  SharedTree tree = make_room(shelf);
  TreeBuilder builder(std::move(*tree));
  if (!parse(page, builder)) {
    // The file was written to meanwhile.
    changed_ = true;
    builder = TreeBuilder(std::make_unique<Tree>());
    builder.open(page.kind, page.begin);
  }
  *tree = builder.take();
  (*tree)->nodes.front().end = static_cast<std::uint32_t>((*tree)->nodes.size());
  shelf.slots[number - 1].tree = std::move(tree);
  shelf.resident.push_back(number);
  return **shelf.slots[number - 1].tree;
}

void Pages::share_among(unsigned threads) const {
  const std::size_t had = shelves_.size();
  if (threads > had) shelves_.resize(threads);
  for (std::size_t shelf = had; shelf < shelves_.size(); ++shelf) shelves_[shelf].slots.resize(pages_.size());
}

void Pages::put_on_shelf(std::uint32_t number, SharedTree tree) const {
  Shelf& shelf = shelves_[own_shelf];
  Shelf::Slot& slot = shelf.slots[number - 1];
  slot.looked_at = ++shelf.looks;
  if (slot.tree) return;
  make_room(shelf);
  slot.tree = std::move(tree);
  shelf.resident.push_back(number);
}

bool Pages::parse(const Page& page, TreeBuilder& builder) const {
  Tree& tree = builder.tree();
  tree.source.resize(page.length);
  const auto got = bytes_.read(page.begin, tree.source);
  if (!got || *got != page.length) return false;
  builder.open(page.kind, page.begin);
  tree.nodes.front().count = page.first;
  if (!reader_->read(page, builder)) return false;
  return tree.nodes.front().count == page.first + page.count;
}

}  // namespace gatepost::doc::detail
