// The part of a large document that does not lie in memory: pages, each of them some consecutive children of a list or
// an object, which are parsed again from the bytes when they are asked for. In the tree one node without a kind stands
// for a page: its key_place is the page's number, its count that of the children. The tree of a page has a node for
// their list or object first, whose children they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "doc/document.hpp"

namespace gatepost::doc::detail {

struct Page {
  std::uint64_t begin = 0;   // in the bytes
  std::uint32_t length = 0;  // bytes
  std::uint32_t first = 0;   // index of the first child
  std::uint32_t count = 0;   // children
  std::uint32_t run = 0;     // the node of the tree that stands for it
  Kind kind = Kind::array;   // of what they are children of
};

// Texts of a page are valid until kMostResident others were looked at. For one thread.
class Pages {
 public:
  static constexpr std::size_t kMostResident = 64;

  Pages(Bytes bytes, const Limits& limits) : bytes_(std::move(bytes)), limits_(limits) {}

  // --- while the document is read ---
  std::uint32_t add(const Page& page);  // returns its number, from 1
  // `hash` of each child's key, in their order.
  void add_keys(std::uint32_t page, std::vector<std::uint64_t> hashes);
  // When no node moves any more. False when a key seems to be given twice.
  bool finish(const Tree& tree);

  // --- then ---
  [[nodiscard]] const Page& page(std::uint32_t number) const { return pages_[number - 1]; }
  [[nodiscard]] const Tree& at(std::uint32_t number) const {
    Slot& slot = slots_[number - 1];
    slot.looked_at = ++looks_;
    return slot.tree ? *slot.tree : load(number);
  }
  // The node that follows a page among the children of which the last ends at `end`.
  [[nodiscard]] std::uint32_t behind(std::uint32_t number, std::uint32_t end) const {
    return beginnings_only_ ? end : page(number).run + 1;
  }
  [[nodiscard]] View member(const Tree& tree, std::uint32_t object, std::string_view key) const;
  [[nodiscard]] View item(const Tree& tree, std::uint32_t list, std::uint32_t index) const;
  [[nodiscard]] Position position(std::uint64_t offset) const;  // reads all that stands before it
  void show_beginnings(bool only) { beginnings_only_ = only; }
  [[nodiscard]] bool changed() const { return changed_; }

 private:
  struct Slot {
    std::unique_ptr<Tree> tree;
    std::uint64_t looked_at = 0;
  };
  // Where a member or item lies: the child of a page, or a node of the tree.
  struct Child {
    std::uint64_t order = 0;  // hash of the key, or index of the item
    std::uint32_t page = 0;
    std::uint32_t number = 0;  // of the node; in a page of the child
  };
  const Tree& load(std::uint32_t number) const;
  [[nodiscard]] bool parse(const Page& page, TreeBuilder& builder) const;
  std::unique_ptr<Tree> tree_to_fill() const;
  std::vector<Child> children_of(const Tree& tree, std::uint32_t container) const;
  [[nodiscard]] View view(const Tree& tree, const Child& child, std::uint32_t further) const;

  Bytes bytes_;
  Limits limits_;
  std::vector<Page> pages_;
  mutable std::vector<Slot> slots_;
  mutable std::vector<std::uint32_t> resident_;
  mutable std::uint64_t looks_ = 0;
  mutable bool changed_ = false;
  bool beginnings_only_ = false;
  std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> keys_;  // of the pages of objects, by page
  std::unordered_map<std::uint32_t, std::vector<Child>> children_;      // of lists and objects, by node
};

}  // namespace gatepost::doc::detail
