// One parsed JSON or YAML document as a tree of views. Views are total: asking for what is absent, or of another type,
// gives the empty value. Every value knows its JSON pointer and its line and column.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/note.hpp"

namespace gatepost::doc {

// Both start at 1; columns count bytes. {0, 0}: nowhere.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};
// The position of the byte at `offset`; reads all that stands before it.
Position position_of(std::string_view text, std::size_t offset);

// Finds positions in one text quickly, however many are asked for.
class LineIndex {
 public:
  LineIndex() = default;
  explicit LineIndex(std::string_view text);
  // `text` is the one that the index was made of.
  [[nodiscard]] Position position(std::string_view text, std::size_t offset) const;

 private:
  static constexpr std::size_t kBlockBytes = std::size_t{1} << 12;
  struct Block {
    std::uint32_t lines = 0;     // line ends before the block
    std::size_t line_begin = 0;  // offset of the line in which the block begins
  };
  std::vector<Block> blocks_;
};

enum class Kind : std::uint8_t { absent, null, boolean, number, string, array, object };
const char* to_string(Kind kind);

namespace detail {
struct Tree;
struct Node;
class Pages;
}  // namespace detail

class View {
 public:
  View() = default;  // absent

  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool exists() const { return kind() != Kind::absent; }
  [[nodiscard]] bool is_null() const { return kind() == Kind::null; }
  [[nodiscard]] bool is_string() const { return kind() == Kind::string; }
  [[nodiscard]] bool is_number() const { return kind() == Kind::number; }
  [[nodiscard]] bool is_array() const { return kind() == Kind::array; }
  [[nodiscard]] bool is_object() const { return kind() == Kind::object; }

  // Both take no longer for a large object or array than for a small one.
  [[nodiscard]] View at(std::string_view key) const;  // member of an object; of equal keys the last
  [[nodiscard]] View at(std::size_t index) const;     // item of an array
  [[nodiscard]] std::size_t size() const;             // items of an array, members of an object

  [[nodiscard]] std::string_view text() const;                // of a string
  [[nodiscard]] std::string_view scalar() const;              // of a string, number or boolean as it is written
  [[nodiscard]] std::optional<bool> boolean() const;          // of a boolean
  [[nodiscard]] std::optional<std::int64_t> integer() const;  // of a number without fraction that fits
  [[nodiscard]] std::optional<double> number() const;         // of a number

  class Items;
  class Members;
  [[nodiscard]] Items items() const;      // of an array
  [[nodiscard]] Members members() const;  // of an object: pairs of key and value; a key that is given twice comes once

  [[nodiscard]] std::string pointer() const;  // RFC 6901: "/runs/0/results/3"; "" for the root
  [[nodiscard]] Position position() const;
  [[nodiscard]] Position key_position() const;  // of the key this value belongs to; of the value in an array
  [[nodiscard]] std::string where() const;      // "name:line:column"
  [[nodiscard]] std::string key_where() const;

 private:
  friend class Document;
  friend class detail::Pages;
  View(const detail::Tree* tree, std::uint32_t node, std::uint32_t page = 0) : tree_(tree), node_(node), page_(page) {}
  [[nodiscard]] const detail::Node& node() const;
  [[nodiscard]] const detail::Tree& part() const;  // that the node lies in
  const detail::Tree* tree_ = nullptr;
  std::uint32_t node_ = 0;
  std::uint32_t page_ = 0;  // 0: the tree itself
};

namespace detail {

struct Node {
  Kind kind = Kind::absent;
  bool shadowed = false;        // a later member has the same key
  bool has_key = false;         // is a member of an object
  bool paged = false;           // of its children some lie in pages; absent: stands for a page (see pages.hpp)
  std::uint32_t parent = 0;     // of the root: itself
  std::uint32_t end = 0;        // first node after this subtree; children follow their parent immediately
  std::uint32_t count = 0;      // items or members that are not shadowed
  std::uint64_t place = 0;      // byte offset, or line and column (see Tree::by_offset)
  std::uint64_t key_place = 0;  // of a member; of an item its index
  std::string_view key;
  std::string_view text;  // scalars: the string, or the number or boolean as written
};

struct Tree {
  std::string name;
  std::string source;                 // nodes point into it
  std::deque<std::string> own_texts;  // unescaped strings
  std::vector<Node> nodes;
  // Of arrays and objects with many children: the items in order, or the members that count, sorted by key.
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> children;
  std::vector<Note> notes;
  bool by_offset = true;
  std::unique_ptr<Pages> pages;  // of a large document; else nullptr

  Tree();
  ~Tree();
  [[nodiscard]] Position position(std::uint64_t place) const;
  // The sorted or ordered children of a large container; nullptr for a small one.
  [[nodiscard]] const std::vector<std::uint32_t>* large(std::uint32_t node) const;

 private:
  mutable std::once_flag lines_are_known_;
  mutable LineIndex lines_;
};

}  // namespace detail

// Built once by a parser (parse_json, parse_yaml), then never changed. It must outlive its views; moving it is
// harmless.
class Document {
 public:
  [[nodiscard]] View root() const { return tree_->nodes.empty() ? View() : View(tree_.get(), 0); }
  [[nodiscard]] const std::string& name() const { return tree_->name; }  // as messages call the document
  // What the parser put up with: duplicate keys, a byte order mark, invalid escapes.
  [[nodiscard]] const std::vector<Note>& notes() const { return tree_->notes; }
  // Of a large document, of which only some lies in memory (see json_paged.hpp): whether lists and objects that are
  // gone through show no more of themselves than their first page, as is enough to recognise them.
  void show_beginnings(bool only) const;
  // Its bytes are no longer those that it was made of; parts of it were shown empty.
  [[nodiscard]] bool changed() const;

 private:
  friend class TreeBuilder;
  explicit Document(std::unique_ptr<const detail::Tree> tree) : tree_(std::move(tree)) {}
  std::unique_ptr<const detail::Tree> tree_;
};

// What a parser uses to build a document, in the order of the text.
class TreeBuilder {
 public:
  TreeBuilder(std::string name, std::string source, bool places_are_offsets);
  // Goes on with a tree, of which nothing is open.
  explicit TreeBuilder(std::unique_ptr<detail::Tree> tree) : tree_(std::move(tree)) {}
  [[nodiscard]] std::string_view source() const { return tree_->source; }
  std::string_view keep(std::string text);  // a copy that lives as long as the document

  void key(std::string_view key, std::uint64_t place);  // before the value it belongs to
  void scalar(Kind kind, std::string_view text, std::uint64_t place);
  void open(Kind kind, std::uint64_t place);
  void close();
  [[nodiscard]] std::size_t depth() const { return open_.size(); }
  [[nodiscard]] std::size_t size() const { return tree_->nodes.size(); }
  [[nodiscard]] bool in_object() const;
  [[nodiscard]] Position position(std::uint64_t place) const { return tree_->position(place); }
  // To take back a value that proves to be damaged: remember where it begins, go back to it. A list may be open there,
  // but no object.
  struct Mark {
    std::size_t nodes = 0, texts = 0, notes = 0, open = 0;
    std::uint32_t count = 0;
  };
  [[nodiscard]] Mark mark() const;
  void back_to(const Mark& mark);
  // At most kMostNotes are kept: a stranger's document cannot make them many.
  void note(Note::Level level, const char* code, std::string text, std::uint64_t place);
  Document finish();
  std::unique_ptr<detail::Tree> take() { return std::move(tree_); }  // whatever is in it
  // For who moves nodes of it into pages (pages.hpp).
  [[nodiscard]] detail::Tree& tree() { return *tree_; }
  [[nodiscard]] std::vector<std::uint32_t>& open_nodes() { return open_; }
  // What was put off while nodes could still move.
  void finish_container(std::uint32_t container);
  static std::uint64_t line_and_column(std::uint32_t line, std::uint32_t column) {
    return std::uint64_t{line} << 32U | column;
  }

 private:
  static constexpr std::size_t kMostNotes = 20;
  std::uint32_t add(Kind kind, std::string_view text, std::uint64_t place);
  void shadow(std::uint32_t earlier, std::uint32_t later);
  void finish_small_object(std::uint32_t object);
  void finish_large_object(std::uint32_t object);
  void finish_large_array(std::uint32_t array);
  std::unique_ptr<detail::Tree> tree_;
  std::vector<std::uint32_t> open_;
  std::string_view pending_key_;
  std::uint64_t pending_key_place_ = 0;
};

// Ranges over the children of a value; empty when it has none.
class View::Items {
 public:
  class Iterator {
   public:
    using value_type = View;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    View operator*() const { return {tree_, node_, page_}; }
    Iterator& operator++();
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.node_ == b.node_ && a.page_ == b.page_; }

   private:
    friend class Items;
    friend class Members;
    Iterator(const detail::Tree* tree, std::uint32_t page, std::uint32_t node, std::uint32_t end);
    void settle();
    const detail::Tree* tree_ = nullptr;
    std::uint32_t node_ = 0, end_ = 0;
    std::uint32_t page_ = 0, home_ = 0;  // home: of the container
  };
  [[nodiscard]] Iterator begin() const { return {tree_, page_, begin_, end_}; }
  [[nodiscard]] Iterator end() const { return {tree_, page_, end_, end_}; }

 private:
  friend class View;
  Items(const detail::Tree* tree, std::uint32_t page, std::uint32_t begin, std::uint32_t end)
      : tree_(tree), page_(page), begin_(begin), end_(end) {}
  const detail::Tree* tree_;
  std::uint32_t page_, begin_, end_;
};

class View::Members {
 public:
  class Iterator {
   public:
    using value_type = std::pair<std::string_view, View>;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    value_type operator*() const;
    Iterator& operator++() {
      ++item_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) { return a.item_ == b.item_; }

   private:
    friend class Members;
    explicit Iterator(Items::Iterator item) : item_(item) {}
    Items::Iterator item_;
  };
  [[nodiscard]] Iterator begin() const { return Iterator(items_.begin()); }
  [[nodiscard]] Iterator end() const { return Iterator(items_.end()); }

 private:
  friend class View;
  explicit Members(Items items) : items_(items) {}
  Items items_;
};

}  // namespace gatepost::doc
