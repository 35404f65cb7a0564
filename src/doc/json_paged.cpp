#include "doc/json_paged.hpp"

#include <simdjson.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/hash.hpp"
#include "doc/byte_window.hpp"
#include "doc/json_pass.hpp"
#include "doc/json_plain.hpp"
#include "doc/pages.hpp"

namespace gatepost::doc {
namespace {

using detail::Node;

// Moves children that are whole out of a tree in which containers are open.
class Mover {
 public:
  Mover(TreeBuilder& builder, detail::Pages& pages, JsonPasser& passer, const Limits& limits, const PageSizes& sizes,
        bool lines)
      : tree_(builder.tree()),
        open_(builder.open_nodes()),
        pages_(pages),
        passer_(passer),
        limits_(limits),
        sizes_(sizes),
        lines_(lines) {}

  // All that is worth it; what was read ends at `end`. From the innermost container on, because nodes behind those that
  // go get other numbers.
  void move(std::uint64_t end) {
    tree_.children.clear();  // made again when numbers no longer change
    for (std::size_t level = open_.size(); level-- > 0;) {
      const bool innermost = level + 1 == open_.size();
      const auto behind = innermost ? static_cast<std::uint32_t>(tree_.nodes.size()) : open_[level + 1];
      find_groups(open_[level], behind, innermost ? end : begin_of(behind));
      for (auto group = groups_.rbegin(); group != groups_.rend(); ++group) move_group(open_[level], *group);
    }
    const std::vector<std::unique_ptr<detail::Tree>> read = read_passed_over();
    keep_texts();
  }
  [[nodiscard]] std::size_t gone() const { return gone_; }

 private:
  // Children that follow each other.
  struct Group {
    std::uint32_t first_node = 0, behind_node = 0;
    std::uint64_t begin = 0, end = 0;
    std::uint32_t first = 0, count = 0;
  };

  [[nodiscard]] std::uint64_t begin_of(std::uint32_t node) const {
    const Node& it = tree_.nodes[node];
    return it.has_key ? it.key_place : it.place;
  }

  void find_groups(std::uint32_t container, std::uint32_t behind, std::uint64_t end) {
    groups_.clear();
    Group group;
    std::uint32_t index = 0;
    for (std::uint32_t node = container + 1; node < behind;) {
      const Node& it = tree_.nodes[node];
      const bool run = it.kind == Kind::absent;
      const std::uint32_t next = it.end;
      const std::uint64_t begin = begin_of(node), child_end = next < behind ? begin_of(next) : end;
      if (run || child_end - begin > sizes_.largest_child) {
        close(group);
      } else {
        if (group.count == 0) group = {node, node, begin, begin, index, 0};
        group.behind_node = next;
        group.end = child_end;
        if (++group.count; group.end - group.begin >= sizes_.page) close(group);
      }
      index += run ? it.count : 1;
      node = next;
    }
    close(group);
  }

  void close(Group& group) {
    if (group.count > 0 && group.end - group.begin >= sizes_.least) groups_.push_back(group);
    group = {};
  }

  void move_group(std::uint32_t container, const Group& group) {
    auto& nodes = tree_.nodes;
    const Kind kind = nodes[container].kind;
    const std::uint32_t page = pages_.add({.begin = group.begin,
                                           .length = static_cast<std::uint32_t>(group.end - group.begin),
                                           .first = group.first,
                                           .count = group.count,
                                           .kind = kind,
                                           .lines = lines_ && container == 0});
    if (kind == Kind::object) pages_.add_keys(page, keys_of(group));
    nodes[container].paged = true;
    nodes[group.first_node] = {.kind = Kind::absent,
                               .paged = true,
                               .parent = container,
                               .end = group.first_node + 1,
                               .count = group.count,
                               .place = group.begin,
                               .key_place = page};
    remove(group.first_node + 1, group.behind_node);
  }

  [[nodiscard]] std::vector<std::uint64_t> keys_of(const Group& group) const {
    std::vector<std::uint64_t> hashes;
    for (std::uint32_t node = group.first_node; node < group.behind_node; node = tree_.nodes[node].end)
      hashes.push_back(table_hash(tree_.nodes[node].key));
    return hashes;
  }

  void remove(std::uint32_t first, std::uint32_t behind) {
    auto& nodes = tree_.nodes;
    const std::uint32_t removed = behind - first;
    nodes.erase(nodes.begin() + first, nodes.begin() + behind);
    for (std::uint32_t node = first; node < nodes.size(); ++node) {
      nodes[node].end -= removed;
      if (nodes[node].parent >= behind) nodes[node].parent -= removed;
    }
    for (std::uint32_t& open : open_) {
      if (open >= behind) open -= removed;
    }
    gone_ += removed;
  }

  // Of what stays in the tree everything is read. Texts are those of the trees that come back.
  std::vector<std::unique_ptr<detail::Tree>> read_passed_over() {
    std::vector<std::unique_ptr<detail::Tree>> read;
    const std::vector<Node> before = std::move(tree_.nodes);
    std::vector<Node>& nodes = tree_.nodes = {};
    std::vector<std::uint32_t> now(before.size() + 1);  // where each of them is now
    for (std::size_t node = 0; node < before.size(); ++node) {
      now[node] = static_cast<std::uint32_t>(nodes.size());
      nodes.push_back(before[node]);
      nodes.back().parent = now[before[node].parent];
      if (was_passed_over(before[node])) read.push_back(read_value(nodes));
    }
    now.back() = static_cast<std::uint32_t>(nodes.size());
    for (std::size_t node = 0; node < before.size(); ++node) nodes[now[node]].end = now[before[node].end];
    for (std::uint32_t& open : open_) open = now[open];
    return read;
  }

  static bool was_passed_over(const Node& node) {
    return (node.kind == Kind::array || node.kind == Kind::object) && !node.text.empty();
  }

  // The children of the last node.
  std::unique_ptr<detail::Tree> read_value(std::vector<Node>& nodes) {
    const auto container = static_cast<std::uint32_t>(nodes.size() - 1);
    TreeBuilder builder("", "", true);
    const std::string_view text = std::exchange(nodes.back().text, {});
    const bool taken = PlainReader(builder, text, 0, limits_, true, nodes.back().place).read();
    GP_ASSERT(taken);
    const std::vector<Node>& value = builder.tree().nodes;
    nodes[container].count = value.front().count;
    for (std::size_t node = 1; node < value.size(); ++node) {
      nodes.push_back(value[node]);
      nodes.back().parent += container;
      nodes.back().end += container;
    }
    passer_.take_back(value.size() - 1);
    return builder.take();
  }

  // The window that texts point into is going to hold other bytes.
  void keep_texts() {
    std::size_t size = 0;
    for (const Node& node : tree_.nodes) size += node.key.size() + node.text.size();
    std::deque<std::string> kept(1);
    std::string& all = kept.front();
    all.reserve(size);
    for (Node& node : tree_.nodes) {
      for (std::string_view* const text : {&node.key, &node.text}) {
        const std::size_t begin = all.size();
        all += *text;
        *text = std::string_view(all).substr(begin);
      }
    }
    tree_.own_texts = std::move(kept);
  }

  detail::Tree& tree_;
  std::vector<std::uint32_t>& open_;
  detail::Pages& pages_;
  JsonPasser& passer_;
  const Limits& limits_;
  const PageSizes& sizes_;
  const bool lines_;  // the children of the root stand in lines
  std::vector<Group> groups_;
  std::size_t gone_ = 0;
};

// The children of a page, with commas between them or in lines.
class JsonPages final : public detail::PageReader {
 public:
  explicit JsonPages(const Limits& limits) : limits_(limits) {}
  [[nodiscard]] bool read(const detail::Page& page, TreeBuilder& out) const override {
    std::string& text = out.tree().source;
    while (!text.empty() && (is_json_blank(text.back()) || text.back() == ',')) text.pop_back();
    return page.lines ? add_plain_lines(out, page.begin, limits_) : add_plain_children(out, page.begin, limits_);
  }

 private:
  const Limits limits_;
};

std::unique_ptr<detail::Pages> json_pages(const Bytes& bytes, const Limits& limits) {
  return std::make_unique<detail::Pages>(bytes, limits, std::make_unique<JsonPages>(limits));
}

// When everything was read, and what is worth it moved. False when a key is given twice.
bool finish_pages(TreeBuilder& builder, std::unique_ptr<detail::Pages> pages) {
  detail::Tree& tree = builder.tree();
  if (!pages->finish(tree)) return false;
  for (std::uint32_t node = 0; node < tree.nodes.size(); ++node) {
    if (tree.nodes[node].kind != Kind::absent) builder.finish_container(node);
  }
  tree.nodes.shrink_to_fit();
  tree.pages = std::move(pages);
  return true;
}

class PagedReader {
 public:
  PagedReader(const Bytes& bytes, std::uint64_t start, std::string name, const Limits& limits, const PageSizes& sizes)
      : limits_(limits),
        window_(bytes, start, sizes.window),
        builder_(std::move(name), {}, true),
        pages_(json_pages(bytes, limits)),
        passer_(limits),
        mover_(builder_, *pages_, passer_, limits, sizes, false),
        reader_(builder_, {}, 0, limits, true) {
    reader_.pass_over_with(passer_);
  }

  std::optional<PagedJson> read() {
    if (!read_window(0) || !reader_.begin() || reader_.at_end_of_value()) return std::nullopt;
    while (!reader_.at_end_of_value()) {
      if (!reader_.step() && (window_.is_last() || !read_on())) return std::nullopt;
    }
    look_at_lines(reader_.at());
    if (!ends_with_blanks() || !builder_.tree().notes.empty()) return std::nullopt;
    return finish();
  }

 private:
  bool read_window(std::size_t at) {
    if (!window_.refill(at, limits_.string_bytes)) return false;
    reader_.go_on(window_.text(), 0, window_.offset(), window_.is_last(), mover_.gone());
    return true;
  }

  // What was read is valid UTF-8, or is not taken.
  bool read_on() {
    const std::size_t at = reader_.at();
    if (!simdjson::validate_utf8(window_.text().substr(0, at))) return false;
    look_at_lines(at);
    mover_.move(window_.offset() + at);
    return builder_.tree().notes.empty() && read_window(at);
  }

  void look_at_lines(std::size_t end) {
    one_line_ = one_line_ && window_.text().substr(0, end).find('\n') == std::string_view::npos;
  }

  bool ends_with_blanks() {
    for (;;) {
      if (!simdjson::validate_utf8(window_.text().substr(0, reader_.at())) || !reader_.only_blanks_left()) return false;
      if (window_.is_last()) return true;
      mover_.move(window_.offset() + reader_.at());
      if (!read_window(reader_.at())) return false;
    }
  }

  std::optional<PagedJson> finish() {
    mover_.move(window_.offset() + window_.text().size());
    if (!finish_pages(builder_, std::move(pages_))) return std::nullopt;
    return PagedJson{builder_.finish(), one_line_};
  }

  const Limits& limits_;
  ByteWindow window_;
  TreeBuilder builder_;
  std::unique_ptr<detail::Pages> pages_;
  JsonPasser passer_;
  Mover mover_;
  PlainReader reader_;
  bool one_line_ = true;
};

// Of records in lines.
class PagedLinesReader {
 public:
  PagedLinesReader(const Bytes& bytes, std::string name, const Limits& limits, const PageSizes& sizes)
      : limits_(limits),
        window_(bytes, 0, sizes.window),
        builder_(std::move(name), {}, true),
        pages_(json_pages(bytes, limits)),
        passer_(limits),
        mover_(builder_, *pages_, passer_, limits, sizes, true) {
    builder_.open(Kind::array, 0);
  }

  std::optional<Document> read() {
    for (std::size_t done = 0;;) {
      if (!window_.refill(done, limits_.string_bytes)) return std::nullopt;
      const auto end = read_lines();
      if (!end || !simdjson::validate_utf8(window_.text().substr(0, *end)) || !builder_.tree().notes.empty())
        return std::nullopt;
      mover_.move(window_.offset() + *end);
      if (window_.is_last()) break;
      done = *end;
    }
    if (records_ < 2) return std::nullopt;
    builder_.close();
    if (!finish_pages(builder_, std::move(pages_))) return std::nullopt;
    return builder_.finish();
  }

 private:
  // Where the last whole line of the window ends; nothing when a line is not taken.
  std::optional<std::size_t> read_lines() {
    const std::string_view text = window_.text();
    std::size_t at = 0;
    while (at < text.size()) {
      const std::size_t end = text.find('\n', at);
      if (end == std::string_view::npos && !window_.is_last()) return at;
      if (!read_line(text.substr(0, end), at)) return std::nullopt;
      at = std::min(end, text.size() - 1) + 1;
    }
    return at;
  }

  bool read_line(std::string_view text, std::size_t begin) {
    PlainReader line(builder_, text, begin, limits_, true, window_.offset());
    line.pass_over_with(passer_);
    line.go_on(text, begin, window_.offset(), true, mover_.gone());
    if (line.only_blanks_left()) return true;
    ++records_;
    return line.at_container() && line.read();
  }

  const Limits& limits_;
  ByteWindow window_;
  TreeBuilder builder_;
  std::unique_ptr<detail::Pages> pages_;
  JsonPasser passer_;
  Mover mover_;
  std::size_t records_ = 0;
};

}  // namespace

std::optional<Document> parse_paged_lines(const Bytes& bytes, std::string name, const Limits& limits,
                                          const PageSizes& sizes) {
  if (bytes.size() > limits.document_bytes) return std::nullopt;
  return PagedLinesReader(bytes, std::move(name), limits, sizes).read();
}

std::optional<PagedJson> parse_paged_json(const Bytes& bytes, std::uint64_t start, std::string name,
                                          const Limits& limits, const PageSizes& sizes) {
  if (bytes.size() > limits.document_bytes) return std::nullopt;
  return PagedReader(bytes, start, std::move(name), limits, sizes).read();
}

}  // namespace gatepost::doc
