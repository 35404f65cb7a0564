// The part of a large document that does not lie in memory: pages, each of them some consecutive children of a list or
// an object, which are parsed again from the bytes when they are asked for. In the tree one node without a kind stands
// for a page: its key_place is the page's number, its count that of the children. The tree of a page has a node for
// their list or object first, whose children they are.
#pragma once

#include <atomic>
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
  bool lines = false;        // of JSON: each child is in a line of its own, and no comma between them
  std::uint32_t sort = 0;    // of XML: which of the elements between its first and its last byte are its children
};

// How the children of a page are made of its bytes, in the notation of the document. Used by several threads at once.
class PageReader {
 public:
  PageReader() = default;
  virtual ~PageReader() = default;
  PageReader(const PageReader&) = delete;
  PageReader& operator=(const PageReader&) = delete;
  // The source of the tree is the bytes of the page, and the list or object is open. False when they are not taken.
  [[nodiscard]] virtual bool read(const Page& page, TreeBuilder& out) const = 0;
};

// The tree of a page, which is given back when nobody looks at it any more.
using SharedTree = std::shared_ptr<std::unique_ptr<Tree>>;

// Pages that lie in memory for one thread.
struct Shelf {
  struct Slot {
    SharedTree tree;
    std::uint64_t looked_at = 0;
  };
  std::vector<Slot> slots;              // by page
  std::vector<std::uint32_t> resident;  // the numbers of those with a tree
  std::uint64_t looks = 0;
  std::uint32_t last = 0;  // the page that was looked at last; 0: none, or it is gone
  const Tree* last_tree = nullptr;
};

// Texts of a page are valid until the thread has looked at kMostResident others. For one thread, or after share_among
// for several, each with a shelf of its own (page_loan.hpp).
class Pages {
 public:
  static constexpr std::size_t kMostResident = 64;

  Pages(Bytes bytes, const Limits& limits, std::unique_ptr<const PageReader> reader)
      : bytes_(std::move(bytes)), limits_(limits), reader_(std::move(reader)), shelves_(1) {}

  // --- while the document is read ---
  std::uint32_t add(const Page& page);  // returns its number, from 1
  // The same, and a node for it among the children of the list that is open.
  void add_run(const Page& page, TreeBuilder& builder);
  // `hash` of each child's key, in their order.
  void add_keys(std::uint32_t page, std::vector<std::uint64_t> hashes);
  // When no node moves any more. False when a key seems to be given twice.
  bool finish(const Tree& tree);

  // --- then ---
  [[nodiscard]] const Page& page(std::uint32_t number) const { return pages_[number - 1]; }
  [[nodiscard]] const Tree& at(std::uint32_t number) const {
    const Shelf& shelf = shelves_[own_shelf];
    return shelf.last == number ? *shelf.last_tree : look_at(number);
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

  // --- for several threads ---
  // Of the document that a view shows; nullptr when it has no pages.
  static const Pages* of(const View& view) { return view.tree_ == nullptr ? nullptr : view.tree_->pages.get(); }
  static std::uint32_t number_of(const View& view) { return view.page_; }  // 0: it lies in no page
  void share_among(unsigned threads) const;                                // while one thread looks at the document
  [[nodiscard]] SharedTree lend(std::uint32_t number) const { return shelves_[own_shelf].slots[number - 1].tree; }
  void put_on_shelf(std::uint32_t number, SharedTree tree) const;
  static inline constinit thread_local unsigned own_shelf = 0;  // of this thread

 private:
  // Where a member or item lies: the child of a page, or a node of the tree.
  struct Child {
    std::uint64_t order = 0;  // hash of the key, or index of the item
    std::uint32_t page = 0;
    std::uint32_t number = 0;  // of the node; in a page of the child
  };
  [[nodiscard]] const Tree& look_at(std::uint32_t number) const;
  const Tree& load(std::uint32_t number, Shelf& shelf) const;
  [[nodiscard]] bool parse(const Page& page, TreeBuilder& builder) const;
  static SharedTree make_room(Shelf& shelf);
  std::vector<Child> children_of(const Tree& tree, std::uint32_t container) const;
  [[nodiscard]] View view(const Tree& tree, const Child& child, std::uint32_t further) const;

  Bytes bytes_;
  Limits limits_;
  std::unique_ptr<const PageReader> reader_;
  std::vector<Page> pages_;
  mutable std::vector<Shelf> shelves_;
  mutable std::atomic<bool> changed_ = false;
  bool beginnings_only_ = false;
  std::unordered_map<std::uint32_t, std::vector<std::uint64_t>> keys_;  // of the pages of objects, by page
  std::unordered_map<std::uint32_t, std::vector<Child>> children_;      // of lists and objects, by node
};

}  // namespace gatepost::doc::detail
