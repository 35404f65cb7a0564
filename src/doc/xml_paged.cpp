#include "doc/xml_paged.hpp"

#include <simdjson.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "doc/byte_window.hpp"
#include "doc/pages.hpp"
#include "doc/xml_tokens.hpp"
#include "doc/xml_tree.hpp"

namespace gatepost::doc {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);
constexpr std::size_t kMostTags = 1000;
// A page has children of one name; where these alternate, the same bytes are read for several pages.
constexpr std::uint64_t kPagesForRun = 4, kPagesBesides = 256;

// --- what is known of a document ---

// Children of a large element that follow each other and have one name, or one child that is large, too.
struct Item {
  detail::Page page;
  std::size_t large = kNone;
};
struct Group {
  std::uint32_t tag = 0;
  std::uint64_t place = 0;  // of the first child
  std::uint32_t count = 0;
  std::vector<Item> items;
};
// An element that is not in one page.
struct Large {
  std::uint64_t begin = 0;
  std::string element;  // without content
  std::vector<Group> groups;
};

// The names that elements have, without their prefixes.
class Tags {
 public:
  std::uint32_t number(std::string_view tag) {
    if (!names_.empty() && names_[last_] == tag) return last_;
    const auto found = numbers_.find(tag);
    if (found != numbers_.end()) return last_ = found->second;
    last_ = static_cast<std::uint32_t>(names_.size());
    numbers_.emplace(names_.emplace_back(tag), last_);
    return last_;
  }
  [[nodiscard]] const std::deque<std::string>& names() const { return names_; }

 private:
  std::deque<std::string> names_;  // never move
  std::unordered_map<std::string_view, std::uint32_t> numbers_;
  std::uint32_t last_ = 0;
};

struct Skeleton {
  std::vector<Large> elements;  // the root first
  Tags tags;
};

// --- pages ---

// Puts the elements of one name into the page's list.
class XmlPages final : public detail::PageReader {
 public:
  XmlPages(std::vector<std::string> tags, const Limits& limits) : tags_(std::move(tags)), limits_(limits) {}
  [[nodiscard]] bool read(const detail::Page& page, TreeBuilder& out) const override {
    std::string& text = out.tree().source;
    pugi::xml_document parsed;
    if (!parsed.load_buffer_inplace(text.data(), text.size(), kXmlParseOptions, pugi::encoding_utf8)) return false;
    XmlTreeMaker maker(out, XmlTreeMaker::Texts::of_the_tree, page.begin);
    for (const pugi::xml_node node : parsed.children()) {
      if (node.type() != pugi::node_element || local_name(node.name()) != tags_[page.sort]) continue;
      if (!is_shallow(node, limits_.depth)) return false;
      maker.element(node);
    }
    return true;
  }

 private:
  const std::vector<std::string> tags_;
  const Limits limits_;
};

// Writes the tree of a document, of which the children of large elements are pages.
class SkeletonWriter {
 public:
  SkeletonWriter(const Skeleton& skeleton, detail::Pages& pages, TreeBuilder& out)
      : skeleton_(skeleton), pages_(pages), out_(out) {}

  // False when a tag is not taken.
  bool element(std::size_t number) {  // NOLINT(misc-no-recursion): no deeper than limits.depth
    const Large& large = skeleton_.elements[number];
    pugi::xml_document parsed;
    if (!parsed.load_buffer(large.element.data(), large.element.size(), kXmlParseOptions, pugi::encoding_utf8))
      return false;
    if (parsed.first_child().type() != pugi::node_element) return false;
    XmlTreeMaker(out_, XmlTreeMaker::Texts::to_copy, large.begin).open(parsed.first_child());
    const bool taken = std::ranges::all_of(large.groups, [this](const Group& it) { return group(it); });
    out_.close();
    return taken;
  }

 private:
  bool group(const Group& group) {  // NOLINT(misc-no-recursion)
    out_.key(out_.keep(skeleton_.tags.names()[group.tag]), group.place);
    out_.open(Kind::array, group.place);
    bool taken = true;
    for (const Item& item : group.items) {
      if (item.large == kNone) pages_.add_run(item.page, out_);
      if (item.large != kNone) taken = taken && element(item.large);
    }
    out_.close();
    return taken;
  }

  const Skeleton& skeleton_;
  detail::Pages& pages_;
  TreeBuilder& out_;
};

// --- reading ---

// Where a whole element lies.
struct Child {
  std::uint64_t begin = 0;
  std::uint32_t length = 0;
  [[nodiscard]] std::uint64_t end() const { return begin + length; }
};

// Collects the children of large elements.
class SkeletonMaker {
 public:
  SkeletonMaker(const Bytes& bytes, const PageSizes& sizes) : bytes_(bytes), sizes_(sizes) {}

  [[nodiscard]] const Skeleton& skeleton() const { return skeleton_; }

  // An element that begins with this tag; its number, or kNone when the bytes are not there. `parent` is kNone for the
  // root.
  std::size_t add(std::size_t parent, const Child& tag, std::string_view name) {
    Large large{.begin = tag.begin, .element = std::string(tag.length, '\0'), .groups = {}};
    const auto got = bytes_.read(tag.begin, large.element);
    if (!got || *got != tag.length) return kNone;
    if (!large.element.ends_with("/>")) large.element.append("</").append(name).append(">");
    const std::size_t number = skeleton_.elements.size();
    skeleton_.elements.push_back(std::move(large));
    if (parent == kNone) return number;
    Group& group = group_of(parent, local_name(name), tag.begin);
    ++group.count;
    group.items.push_back({.page = {}, .large = number});
    return number;
  }

  // Puts children into pages of the element, and takes them off the list: all, or as many as fill pages. False when
  // they are not what they seem.
  bool put(std::size_t element, std::vector<Child>& children, bool all) {
    if (children.empty() || (!all && children.back().end() - children.front().begin < sizes_.page)) return true;
    std::size_t first = 0;
    for (std::size_t child = 0; child < children.size(); ++child) {
      const bool last = child + 1 == children.size();
      if (children[child].end() - children[first].begin < sizes_.page && !(all && last)) continue;
      if (!put_run(element, std::span(children).subspan(first, child + 1 - first))) return false;
      first = child + 1;
    }
    children.erase(children.begin(), children.begin() + static_cast<std::ptrdiff_t>(first));
    return true;
  }

 private:
  struct OfRun {
    std::uint32_t tag = 0, count = 0;
    std::uint64_t place = 0;
  };

  bool put_run(std::size_t element, std::span<const Child> children) {
    const std::uint64_t begin = children.front().begin;
    const auto length = static_cast<std::uint32_t>(children.back().end() - begin);
    if (!look_into(begin, length, children)) return false;
    ++runs_;
    pages_ += run_.size();
    for (const OfRun& it : run_) {
      Group& group = group_of(element, skeleton_.tags.names()[it.tag], it.place);
      group.items.push_back(
          {.page = {.begin = begin, .length = length, .first = group.count, .count = it.count, .sort = it.tag}});
      group.count += it.count;
    }
    return pages_ <= kPagesForRun * runs_ + kPagesBesides && skeleton_.tags.names().size() <= kMostTags;
  }

  // The library finds the same elements in these bytes, and no text between them.
  bool look_into(std::uint64_t begin, std::uint32_t length, std::span<const Child> children) {
    buffer_.resize(length);
    const auto got = bytes_.read(begin, buffer_);
    if (!got || *got != length) return false;
    pugi::xml_document parsed;
    if (!parsed.load_buffer_inplace(buffer_.data(), length, kXmlParseOptions, pugi::encoding_utf8)) return false;
    run_.clear();
    auto child = children.begin();
    for (const pugi::xml_node node : parsed.children()) {
      const std::uint64_t place = begin + static_cast<std::uint64_t>(node.offset_debug()) - 1;
      if (node.type() != pugi::node_element || child == children.end() || child->begin != place) return false;
      count(skeleton_.tags.number(local_name(node.name())), place);
      ++child;
    }
    return child == children.end();
  }

  void count(std::uint32_t tag, std::uint64_t place) {
    const auto found = std::ranges::find(run_, tag, &OfRun::tag);
    if (found == run_.end()) {
      run_.push_back({tag, 1, place});
    } else {
      ++found->count;
    }
  }

  Group& group_of(std::size_t element, std::string_view tag, std::uint64_t place) {
    const std::uint32_t number = skeleton_.tags.number(tag);
    std::vector<Group>& groups = skeleton_.elements[element].groups;
    const auto found = std::ranges::find(groups, number, &Group::tag);
    if (found != groups.end()) return *found;
    return groups.emplace_back(Group{.tag = number, .place = place, .items = {}});
  }

  const Bytes& bytes_;
  const PageSizes& sizes_;
  Skeleton skeleton_;
  std::string buffer_;
  std::vector<OfRun> run_;
  std::uint64_t runs_ = 0, pages_ = 0;
};

// Goes through the tags, and finds out which elements are large.
class PagedXmlReader {
 public:
  PagedXmlReader(const Bytes& bytes, const Limits& limits, const PageSizes& sizes)
      : limits_(limits), sizes_(sizes), window_(bytes, 0, sizes.window), maker_(bytes, sizes) {}

  // False when the document is not taken.
  bool read() {
    if (!window_.refill(0, limits_.element_bytes) || !prolog()) return false;
    for (;;) {
      if (!tokens() || !is_plain(window_.text().substr(0, at_))) return false;
      if (window_.is_last() && at_ == window_.text().size()) return root_was_there_ && depth_ == 0;
      if (!window_.refill(std::exchange(at_, 0), limits_.element_bytes)) return false;
    }
  }
  [[nodiscard]] const Skeleton& skeleton() const { return maker_.skeleton(); }

 private:
  // An element of which the end is not read yet.
  struct Open {
    std::string name;
    Child tag;
    std::vector<Child> children;  // that are whole, and in no page
    std::size_t large = kNone;    // number, when it is
    bool whole = false;           // it has text of its own, or is in what has: it lies in one page
  };

  static bool is_plain(std::string_view text) { return simdjson::validate_utf8(text) && !has_forbidden(text); }

  // To the tag of the root.
  bool prolog() {
    const std::string_view text = window_.text();
    if (text.starts_with("\xEF\xBB\xBF")) return false;
    for (std::size_t at = text.find('<'); at < text.size(); at = text.find('<', at)) {
      const std::size_t behind = behind_other_markup(text, at);
      if (behind == at) {
        at_ = at;
        return is_prolog(text.substr(0, at)) && name_at(text, at + 1) != "plist";
      }
      at = behind;
    }
    return false;
  }

  static bool is_prolog(std::string_view text) {
    pugi::xml_document parsed;
    if (!parsed.load_buffer(text.data(), text.size(), kXmlParseOptions, pugi::encoding_utf8)) return false;
    return std::ranges::all_of(parsed.children(), [](pugi::xml_node node) {
      return node.type() == pugi::node_doctype && !declares_entities(node);
    });
  }

  // To the end of the window, or the last tag that is whole in it.
  bool tokens() {
    const std::string_view text = window_.text();
    for (;;) {
      const std::size_t begin = std::min(text.find('<', at_), text.size());
      if (begin == text.size() && !window_.is_last()) return true;
      if (!text::trim(text.substr(at_, begin - at_)).empty() && !has_text()) return false;
      at_ = begin;
      if (begin == text.size()) return true;
      const XmlToken token = xml_token(text, begin);
      if (token.sort == XmlToken::Sort::cut) return !window_.is_last();
      if (!take(token)) return false;
      at_ = token.behind;
    }
  }

  bool take(const XmlToken& token) {
    const std::uint64_t end = window_.offset() + token.behind;
    switch (token.sort) {
      case XmlToken::Sort::begin:
        return begin(token);
      case XmlToken::Sort::empty:
        return begin(token) && close(end);
      case XmlToken::Sort::end:
        return depth_ > 0 && open_[depth_ - 1].name == token.name && close(end);
      case XmlToken::Sort::cdata:
        return has_text();
      case XmlToken::Sort::remark:
        return true;
      case XmlToken::Sort::declared:
      case XmlToken::Sort::cut:
        break;
    }
    return false;
  }

  // Of the innermost element: it is to be in one page.
  bool has_text() {
    if (depth_ == 0 || open_[depth_ - 1].large != kNone) return false;
    keep_whole(open_[depth_ - 1]);
    return true;
  }

  static void keep_whole(Open& element) {
    element.whole = true;
    element.children.clear();
  }

  bool begin(const XmlToken& token) {
    const bool root = depth_ == 0;
    if ((root && std::exchange(root_was_there_, true)) || depth_ >= limits_.depth) return false;
    if (depth_ == open_.size()) open_.emplace_back();
    Open& it = open_[depth_++];
    it.name.assign(token.name);
    it.tag = {window_.offset() + at_, static_cast<std::uint32_t>(token.behind - at_)};
    it.children.clear();
    it.whole = false;
    it.large = root ? maker_.add(kNone, it.tag, it.name) : kNone;
    return !root || it.large != kNone;
  }

  bool close(std::uint64_t end) {
    Open& it = open_[--depth_];
    if (it.large != kNone) return maker_.put(it.large, it.children, true);
    const std::uint64_t length = end - it.tag.begin;
    if (length > limits_.element_bytes) return false;
    Open& parent = open_[depth_ - 1];  // the root is large
    if (parent.whole) return true;
    parent.children.push_back({it.tag.begin, static_cast<std::uint32_t>(length)});
    if (parent.large == kNone && end - parent.tag.begin <= sizes_.largest_child) return true;
    if (!make_large(depth_ - 1)) return false;
    return parent.whole || maker_.put(parent.large, parent.children, false);
  }

  // An element that is so is in elements that are so. One that cannot be is to be in one page.
  bool make_large(std::size_t level) {
    if (open_[level].large != kNone) return true;
    std::size_t outer = level;  // of those that are not large
    while (open_[outer - 1].large == kNone) --outer;
    if (std::any_of(open_.begin() + static_cast<std::ptrdiff_t>(outer),
                    open_.begin() + static_cast<std::ptrdiff_t>(level), [](const Open& it) { return it.whole; })) {
      keep_whole(open_[level]);
      return true;
    }
    for (; outer <= level; ++outer) {
      Open& parent = open_[outer - 1];
      if (!maker_.put(parent.large, parent.children, true)) return false;
      open_[outer].large = maker_.add(parent.large, open_[outer].tag, open_[outer].name);
      if (open_[outer].large == kNone) return false;
    }
    return true;
  }

  const Limits& limits_;
  const PageSizes& sizes_;
  ByteWindow window_;
  SkeletonMaker maker_;
  std::vector<Open> open_;  // some are of elements that are closed: the first depth_ count
  std::size_t depth_ = 0;
  std::size_t at_ = 0;  // in the window
  bool root_was_there_ = false;
};

}  // namespace

std::optional<Document> parse_paged_xml(const Bytes& bytes, std::string name, const Limits& limits,
                                        const PageSizes& sizes) {
  PagedXmlReader reader(bytes, limits, sizes);
  if (!reader.read()) return std::nullopt;
  const Skeleton& skeleton = reader.skeleton();
  const auto& tags = skeleton.tags.names();
  auto pages = std::make_unique<detail::Pages>(
      bytes, limits, std::make_unique<XmlPages>(std::vector<std::string>(tags.begin(), tags.end()), limits));
  TreeBuilder builder(std::move(name), {}, true);
  if (!SkeletonWriter(skeleton, *pages, builder).element(0) || !pages->finish(builder.tree())) return std::nullopt;
  builder.tree().nodes.shrink_to_fit();
  builder.tree().pages = std::move(pages);
  return builder.finish();
}

}  // namespace gatepost::doc
