#include "doc/html.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "doc/entities.hpp"

namespace gatepost::doc {
namespace {

// A report of 30'000 findings has 12 MB and 370'000 elements and attributes. So many as here take up to 1.2 GB.
constexpr std::uint64_t kLargestPage = std::uint64_t{64} << 20;
constexpr std::size_t kMostParts = 2'000'000;  // elements and attributes

bool is_any_of(std::string_view tag, std::initializer_list<std::string_view> tags) {
  return std::ranges::find(tags, tag) != tags.end();
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
bool is_letter(char c) { return text::is_alnum(c) && !text::is_digit(c); }

// Elements that have no content, and no end tag.
bool is_void(std::string_view tag) {
  return is_any_of(tag, {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
                         "track", "wbr"});
}

// Elements of which the content is no markup.
bool is_raw(std::string_view tag) {
  return is_any_of(tag, {"script", "style", "title", "textarea", "iframe", "noembed", "noframes", "xmp"});
}
bool is_hidden(std::string_view tag) { return is_any_of(tag, {"script", "style", "iframe", "noembed", "noframes"}); }

// Elements that stand on a line of their own.
bool is_block(std::string_view tag) {
  return is_any_of(tag,
                   {"address", "article",  "aside",  "blockquote", "br",    "caption", "dd",    "details", "div", "dl",
                    "dt",      "fieldset", "figure", "footer",     "form",  "h1",      "h2",    "h3",      "h4",  "h5",
                    "h6",      "header",   "hr",     "li",         "main",  "nav",     "ol",    "option",  "p",   "pre",
                    "section", "summary",  "table",  "tbody",      "tfoot", "thead",   "title", "tr",      "ul"});
}

// What a start tag ends, although no end tag says so: the elements that are open up to one of `within`.
struct ImpliedEnd {
  std::initializer_list<std::string_view> tags, ends, within;
};
const std::initializer_list<ImpliedEnd> kImpliedEnds = {
    {{"li"}, {"li"}, {"ul", "ol", "table", "td", "th"}},
    {{"dt", "dd"}, {"dt", "dd"}, {"dl", "table", "td", "th"}},
    {{"option"}, {"option"}, {"select", "datalist"}},
    {{"td", "th"}, {"td", "th"}, {"tr", "table"}},
    {{"tr"}, {"td", "th", "tr", "caption", "colgroup"}, {"table"}},
    {{"tbody", "thead", "tfoot"}, {"td", "th", "tr", "tbody", "thead", "tfoot", "caption", "colgroup"}, {"table"}},
    {{"body"}, {"head"}, {"body"}},
    {{"address", "article", "aside", "blockquote", "div",     "dl",    "fieldset", "footer", "form",
      "h1",      "h2",      "h3",    "h4",         "h5",      "h6",    "header",   "hr",     "main",
      "nav",     "ol",      "p",     "pre",        "section", "table", "ul"},
     {"p"},
     {"td", "th", "table", "caption", "button", "object"}},
};

struct Attribute {
  std::string_view name, value;
};

struct Slice {
  std::size_t begin = 0, end = 0;
};

struct Element {
  std::string_view tag;
  std::size_t place = 0;
  Slice attributes;      // of all attributes
  Slice text;            // of the page's text
  Slice before;          // the same
  std::size_t end = 0;   // first element after this one and all in it
  std::string_view raw;  // of a script or style
};

// The elements of a page in the order of the text.
struct Page {
  std::vector<Element> elements;
  std::vector<Attribute> attributes;
  std::string text;
};

// The text of a page as it grows: runs of blanks are one, and what stands on a line of its own gets one.
class Reading {
 public:
  explicit Reading(std::string& out) : out_(out) {}

  void blank() { gap_ = std::max(gap_, Gap::blank); }
  void line() { gap_ = std::max(gap_, Gap::line); }
  void add(std::string_view text, bool as_it_is) {
    if (as_it_is) {
      close_gap();
      out_ += text;
      return;
    }
    for (std::size_t at = 0; at < text.size();) {
      if (is_blank(text[at])) {
        blank();
        ++at;
        continue;
      }
      close_gap();
      const std::size_t end = std::min(text.find_first_of(" \t\n\r\f", at), text.size());
      out_.append(text, at, end - at);
      at = end;
    }
  }

 private:
  enum class Gap : std::uint8_t { none, blank, line };
  void close_gap() {
    if (gap_ != Gap::none && !out_.empty()) out_ += gap_ == Gap::line ? '\n' : ' ';
    gap_ = Gap::none;
  }
  std::string& out_;
  Gap gap_ = Gap::none;
};

// Makes elements of the text. What it is not sure of, browsers put up with as well: nothing is an error but size.
class PageReader {
 public:
  PageReader(TreeBuilder& keep, const Limits& limits) : keep_(keep), source_(keep.source()), limits_(limits) {}

  // Why it is refused; empty when it is read.
  std::optional<std::string> read() {
    while (at_ < source_.size() && !refused_) {
      const std::size_t tag = std::min(source_.find('<', at_), source_.size());
      add_text(source_.substr(at_, tag - at_));
      at_ = tag;
      if (at_ < source_.size()) read_markup();
    }
    if (page_.elements.empty()) open_root(0);
    if (refused_) return refused_;
    if (!is_ended_) drop_unfinished();
    while (!open_.empty()) close_top();
    return std::nullopt;
  }
  [[nodiscard]] bool is_cut() const { return !is_ended_; }
  [[nodiscard]] const Page& page() const { return page_; }

 private:
  struct Open {
    std::size_t element = 0;
    Slice labelled;  // the text of its last child that has any
  };

  void add_text(std::string_view text) {
    if (text.empty()) return;
    if (std::ranges::all_of(text, is_blank) && !in_pre()) return reading_.blank();
    if (open_.empty()) open_root(at_);
    reading_.add(text.find('&') == std::string_view::npos ? std::string(text) : without_entities(text), in_pre());
  }

  [[nodiscard]] bool in_pre() const { return pre_ > 0; }
  [[nodiscard]] std::string_view rest() const { return source_.substr(at_); }

  void read_markup() {
    const char next = at_ + 1 < source_.size() ? source_[at_ + 1] : '\0';
    if (rest().starts_with("<!--")) return skip_to("-->", 2);
    if (next == '!' || next == '?') return skip_to(">", 1);
    const bool ends = next == '/';
    const std::size_t name = at_ + (ends ? 2 : 1);
    if (name < source_.size() && is_letter(source_[name])) return ends ? read_end_tag(name) : read_start_tag(name);
    if (ends) return skip_to(">", 1);
    add_text("<");
    ++at_;
  }

  // Behind the next `mark`, which is looked for from so many bytes on; the end of the page when there is none.
  void skip_to(std::string_view mark, std::size_t from) {
    const std::size_t found = source_.find(mark, at_ + from);
    at_ = found == std::string_view::npos ? source_.size() : found + mark.size();
  }

  std::string_view read_name(std::size_t at) {
    at_ = at;
    while (at_ < source_.size() && !is_blank(source_[at_]) && source_[at_] != '/' && source_[at_] != '>') ++at_;
    return kept_name(source_.substr(at, at_ - at));
  }

  void read_end_tag(std::size_t name) {
    const std::string_view tag = read_name(name);
    if (!read_attributes(false)) return;
    if (tag == "html") is_ended_ = true;
    if (tag == "html" || tag == "body" || is_void(tag)) return;
    close(tag);
  }

  void read_start_tag(std::size_t name) {
    const std::size_t place = at_;
    const std::string_view tag = read_name(name);
    const std::size_t first = page_.attributes.size();
    if (!read_attributes(true)) return;
    const Slice attributes{first, page_.attributes.size()};
    is_ended_ = false;
    if (tag != "html" && open_.empty()) open_root(place);
    if (refused_) return;
    if ((tag == "html" && !open_.empty()) || (tag == "body" && has_body_)) return;
    has_body_ = has_body_ || tag == "body";
    imply_ends(tag);
    if (tag == "tr" && top().tag == "table") open("tbody", place, {});
    open(tag, place, attributes);
    if (refused_) return;
    if (is_void(tag) || (is_self_closed_ && in_drawing())) return close_top();
    if (is_raw(tag)) read_raw(tag);
  }

  // Up to the end of the tag; false when the page ends in it.
  bool read_attributes(bool wanted) {
    std::unordered_set<std::string_view> seen;
    is_self_closed_ = false;
    while (at_ < source_.size()) {
      const char c = source_[at_];
      if (c == '>') {
        ++at_;
        return true;
      }
      is_self_closed_ = c == '/' || (is_self_closed_ && is_blank(c));
      if (is_blank(c) || c == '/') {
        ++at_;
        continue;
      }
      Attribute attribute = read_attribute();
      if (!wanted || !seen.insert(attribute.name).second) continue;
      page_.attributes.push_back(attribute);
      check_size();
      if (refused_) return false;
    }
    return false;
  }

  Attribute read_attribute() {
    const std::size_t begin = at_++;  // a "=" may be its first character
    while (at_ < source_.size() && !is_blank(source_[at_]) &&
           std::string_view("/>=").find(source_[at_]) == std::string_view::npos)
      ++at_;
    Attribute attribute{kept_name(source_.substr(begin, at_ - begin)), {}};
    const std::size_t behind = at_;
    skip_blanks();
    if (at_ >= source_.size() || source_[at_] != '=') {
      at_ = behind;
      return attribute;
    }
    ++at_;
    skip_blanks();
    attribute.value = kept_value(read_value());
    return attribute;
  }

  void skip_blanks() {
    while (at_ < source_.size() && is_blank(source_[at_])) ++at_;
  }

  std::string_view read_value() {
    const char quote = at_ < source_.size() ? source_[at_] : '\0';
    const std::size_t begin = quote == '"' || quote == '\'' ? at_ + 1 : at_;
    const std::size_t end =
        std::min(begin == at_ ? source_.find_first_of(" \t\n\r\f>", at_) : source_.find(quote, begin), source_.size());
    at_ = std::min(begin == at_ ? end : end + 1, source_.size());
    return source_.substr(begin, end - begin);
  }

  std::string_view kept_value(std::string_view value) {
    return value.find('&') == std::string_view::npos ? value : keep_.keep(without_entities(value));
  }

  // Names are few: each is kept once.
  std::string_view kept_name(std::string_view written) {
    if (std::ranges::none_of(written, [](char c) { return c >= 'A' && c <= 'Z'; })) return written;
    std::string name = text::lower(written);
    const auto found = names_.find(name);
    return found != names_.end() ? *found : *names_.insert(keep_.keep(std::move(name))).first;
  }

  // The content of a script, style or the like, up to its end tag.
  void read_raw(std::string_view tag) {
    const std::size_t begin = at_;
    std::size_t end = source_.find("</", at_);
    while (end != std::string_view::npos && !is_end_tag(end, tag)) end = source_.find("</", end + 2);
    at_ = std::min(end, source_.size());
    const std::string_view content = source_.substr(begin, at_ - begin);
    if (is_hidden(tag)) {
      page_.elements.back().raw = content;
    } else {
      add_text(content);
    }
  }

  [[nodiscard]] bool is_end_tag(std::size_t at, std::string_view tag) const {
    const std::string_view name = source_.substr(std::min(at + 2, source_.size()), tag.size());
    const std::size_t behind = at + 2 + tag.size();
    return text::equal_ignoring_case(name, tag) &&
           (behind >= source_.size() || is_blank(source_[behind]) || source_[behind] == '/' || source_[behind] == '>');
  }

  void open_root(std::size_t place) { open("html", place, {}); }
  [[nodiscard]] const Element& top() const { return page_.elements[open_.back().element]; }

  void open(std::string_view tag, std::size_t place, Slice attributes) {
    if (open_.size() >= limits_.depth)
      refused_ = fmt::format("nested deeper than the limit of {} levels", limits_.depth);
    check_size();
    if (refused_) return;
    if (is_block(tag)) reading_.line();
    if (tag == "td" || tag == "th") reading_.blank();
    if (tag == "pre") ++pre_;
    const Slice before = open_.empty() ? Slice{} : open_.back().labelled;
    open_.push_back({page_.elements.size(), {}});
    page_.elements.push_back({tag, place, attributes, {page_.text.size(), 0}, before, 0, {}});
  }

  void check_size() {
    if (page_.elements.size() + page_.attributes.size() >= std::min<std::size_t>(kMostParts, limits_.values))
      refused_ = fmt::format("more than the limit of {} elements and attributes",
                             std::min<std::size_t>(kMostParts, limits_.values));
  }

  void close_top() {
    Element& element = page_.elements[open_.back().element];
    if (element.tag == "pre") --pre_;
    if (is_block(element.tag)) reading_.line();
    if (element.tag == "td" || element.tag == "th") reading_.blank();
    element.text.end = page_.text.size();
    element.end = page_.elements.size();
    const Slice text = element.text;
    open_.pop_back();
    if (!open_.empty() && text.begin != text.end) open_.back().labelled = text;
  }

  void close_down_to(std::size_t depth) {
    while (open_.size() > depth) close_top();
  }

  // The element that an end tag belongs to, and all in it; a tag that belongs to none is passed over. No end tag in a
  // cell ends what lies around its table, but that of the table and its parts.
  void close(std::string_view tag) {
    const bool of_table = is_any_of(tag, {"table", "tbody", "thead", "tfoot", "tr", "td", "th", "caption", "colgroup"});
    for (std::size_t depth = open_.size(); depth > 1; --depth) {
      const std::string_view open = page_.elements[open_[depth - 1].element].tag;
      if (open == tag) return close_down_to(depth - 1);
      if (open == "table" || (!of_table && (open == "td" || open == "th"))) return;
    }
  }

  void imply_ends(std::string_view tag) {
    for (const ImpliedEnd& rule : kImpliedEnds) {
      if (!is_any_of(tag, rule.tags)) continue;
      std::size_t keep = open_.size();
      for (std::size_t depth = open_.size(); depth > 1; --depth) {
        const std::string_view open = page_.elements[open_[depth - 1].element].tag;
        if (is_any_of(open, rule.within)) break;
        if (is_any_of(open, rule.ends)) keep = depth - 1;
      }
      close_down_to(keep);
    }
  }

  // Only there "/>" closes an element.
  [[nodiscard]] bool in_drawing() const {
    return std::ranges::any_of(
        open_, [&](const Open& it) { return is_any_of(page_.elements[it.element].tag, {"svg", "math"}); });
  }

  // Of a page that ends in the middle: the outermost open element that is no list of others.
  void drop_unfinished() {
    for (std::size_t depth = 1; depth < open_.size(); ++depth) {
      const std::size_t element = open_[depth].element;
      if (page_.elements[element].tag == "body" || is_list(element)) continue;
      close_down_to(depth);
      page_.text.resize(page_.elements[element].text.begin);
      page_.elements.resize(element);
      return;
    }
  }

  // At least two of its children have the same tag, of which the last may be open.
  [[nodiscard]] bool is_list(std::size_t element) const {
    std::unordered_set<std::string_view> seen;
    for (std::size_t child = element + 1; child < page_.elements.size();) {
      const Element& it = page_.elements[child];
      if (!seen.insert(it.tag).second) return true;
      child = it.end == 0 ? page_.elements.size() : it.end;
    }
    return false;
  }

  TreeBuilder& keep_;
  std::string_view source_;
  const Limits& limits_;
  std::size_t at_ = 0;
  Page page_;
  Reading reading_{page_.text};
  std::vector<Open> open_;
  std::unordered_set<std::string_view> names_;
  std::size_t pre_ = 0;  // open elements of which the blanks count
  bool has_body_ = false, is_ended_ = false, is_self_closed_ = false;
  std::optional<std::string> refused_;
};

// Builds the tree of the page.
class TreeMaker {
 public:
  TreeMaker(const Page& page, TreeBuilder& out) : page_(page), out_(out), text_(out.keep(page.text)) {}

  void element(std::size_t index) {
    const Element& element = page_.elements[index];
    out_.open(Kind::object, element.place);
    text("#tag", element.tag, element.place);
    for (std::size_t i = element.attributes.begin; i < element.attributes.end; ++i)
      text(name(page_.attributes[i].name), page_.attributes[i].value, element.place);
    text_member("#text", element.raw.empty() ? shown(element.text) : text::trim(element.raw), element.place);
    text_member("#before", shown(element.before), element.place);
    children(index);
    out_.close();
  }

 private:
  [[nodiscard]] std::string_view shown(Slice slice) const {
    return text::trim(text_.substr(slice.begin, slice.end - slice.begin));
  }

  void text(std::string_view key, std::string_view value, std::uint64_t place) {
    out_.key(key, place);
    out_.scalar(Kind::string, value, place);
  }
  void text_member(std::string_view key, std::string_view value, std::uint64_t place) {
    if (!value.empty()) text(key, value, place);
  }

  std::string_view name(std::string_view attribute) {
    const auto [found, fresh] = names_.try_emplace(attribute);
    if (fresh) found->second = out_.keep("@" + std::string(attribute));
    return found->second;
  }

  void children(std::size_t index) {
    struct Group {
      std::string_view tag;
      std::vector<std::size_t> elements;
    };
    std::vector<Group> groups;
    std::unordered_map<std::string_view, std::size_t> by_tag;
    for (std::size_t child = index + 1; child < page_.elements[index].end; child = page_.elements[child].end) {
      const auto [found, fresh] = by_tag.try_emplace(page_.elements[child].tag, groups.size());
      if (fresh) groups.push_back({page_.elements[child].tag, {}});
      groups[found->second].elements.push_back(child);
    }
    for (const Group& group : groups) {
      const std::size_t place = page_.elements[group.elements.front()].place;
      out_.key(group.tag, place);
      out_.open(Kind::array, place);
      for (const std::size_t child : group.elements) element(child);
      out_.close();
    }
  }

  const Page& page_;
  TreeBuilder& out_;
  std::string_view text_;
  std::unordered_map<std::string_view, std::string_view> names_;
};

}  // namespace

Result<HtmlTree> parse_html(std::string text, std::string name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  const std::uint64_t largest = std::min(kLargestPage, limits.document_bytes);
  if (text.size() > largest) return refuse(fmt::format("larger than the limit of {} bytes for one page", largest));
  std::vector<Note> notes;
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (!text::is_utf8(text)) {
    text = text::to_utf8(text);
    notes.push_back({Note::Level::warning, "invalid-utf8", "bytes that are not UTF-8 were read as U+FFFD", ""});
  }
  TreeBuilder out(name, std::move(text), true);
  PageReader reader(out, limits);
  if (const auto why = reader.read()) return refuse(*why);
  TreeMaker(reader.page(), out).element(0);
  return HtmlTree{out.finish(), reader.is_cut(), std::move(notes)};
}

}  // namespace gatepost::doc
