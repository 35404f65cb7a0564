#include "doc/xml_tree.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <unordered_map>
#include <vector>

#include "base/text.hpp"

namespace gatepost::doc {
namespace {

// Names of one element: a few, nearly always.
class Seen {
 public:
  bool add(std::string_view name) {  // false when it was there
    if (!few_.full()) return few_.add(name);
    return !few_.has(name) && many_.insert(name).second;
  }

 private:
  struct Few {
    [[nodiscard]] bool full() const { return count == names.size(); }
    [[nodiscard]] bool has(std::string_view name) const {
      return std::find(names.begin(), names.begin() + count, name) != names.begin() + count;
    }
    bool add(std::string_view name) {
      if (has(name)) return false;
      names[count++] = name;
      return true;
    }
    std::array<std::string_view, 16> names;
    std::uint32_t count = 0;
  };
  Few few_;
  std::unordered_set<std::string_view> many_;
};

// The children of one element by their tags, in the order in which these come.
class Groups {
 public:
  struct Group {
    std::string_view tag;
    std::vector<pugi::xml_node> nodes;
  };

  void add(pugi::xml_node child) {
    const std::string_view tag = local_name(child.name());
    if (groups_.empty() || groups_[last_].tag != tag) last_ = find(tag);
    groups_[last_].nodes.push_back(child);
  }
  [[nodiscard]] const std::vector<Group>& all() const { return groups_; }

 private:
  static constexpr std::size_t kFew = 8;

  std::size_t find(std::string_view tag) {
    if (groups_.size() < kFew) {
      const auto found = std::ranges::find(groups_, tag, &Group::tag);
      if (found != groups_.end()) return static_cast<std::size_t>(found - groups_.begin());
    } else if (by_tag_.empty()) {
      for (std::size_t group = 0; group < groups_.size(); ++group) by_tag_.emplace(groups_[group].tag, group);
    }
    if (groups_.size() >= kFew) {
      const auto [found, fresh] = by_tag_.try_emplace(tag, groups_.size());
      if (!fresh) return found->second;
    }
    groups_.push_back({tag, {}});
    return groups_.size() - 1;
  }

  std::vector<Group> groups_;
  std::unordered_map<std::string_view, std::size_t> by_tag_;  // of many
  std::size_t last_ = 0;
};

}  // namespace

pugi::xml_node first_element(pugi::xml_node node) {
  while (node && node.type() != pugi::node_element) node = node.next_sibling();
  return node;
}

Walk next_element(pugi::xml_node node, pugi::xml_node root) {
  if (const pugi::xml_node child = first_element(node.first_child())) return {child, 1};
  for (int deeper = 0; node != root; node = node.parent(), --deeper) {
    if (const pugi::xml_node sibling = first_element(node.next_sibling())) return {sibling, deeper};
  }
  return {};
}

bool is_shallow(pugi::xml_node root, std::uint32_t limit) {
  std::int64_t depth = 1;
  for (Walk at{root, 0}; at.node; at = next_element(at.node, root)) {
    depth += at.deeper;
    if (depth > limit) return false;
  }
  return true;
}

bool declares_entities(pugi::xml_node node) {
  return node.type() == pugi::node_doctype && std::string_view(node.value()).find("<!ENTITY") != std::string_view::npos;
}

std::optional<std::uint64_t> referred_character(std::string_view text, std::size_t at) {
  const std::size_t prefix = text.substr(at).starts_with("&#x") ? 3 : 2;
  const char* const begin = text.data() + at + prefix;
  const char* const limit = text.data() + text.size();
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(begin, limit, number, prefix == 3 ? 16 : 10);
  if (end == begin || end == limit || *end != ';') return std::nullopt;
  return failure == std::errc{} ? number : std::numeric_limits<std::uint64_t>::max();
}

bool is_no_character(std::uint64_t number) {
  return number == 0 || (number >= 0xD800 && number < 0xE000) || number > 0x10FFFF;
}

bool has_forbidden(std::string_view text) {
  const auto forbidden = [](char c) { return is_forbidden(static_cast<unsigned char>(c)); };
  if (text::has_controls(text) && std::ranges::any_of(text, forbidden)) return true;
  for (std::size_t at = text.find("&#"); at != std::string_view::npos; at = text.find("&#", at + 2)) {
    const auto number = referred_character(text, at);
    if (number && (is_forbidden(*number) || is_no_character(*number))) return true;
  }
  return false;
}

void XmlTreeMaker::element(pugi::xml_node node) {
  open(node);
  own_text(node);
  children(node);
  out_.close();
}

void XmlTreeMaker::open(pugi::xml_node node) {
  const std::uint64_t place = place_of(node, 1);
  out_.open(Kind::object, place);
  text("#tag", local_name(node.name()), place);
  attributes(node);
}

// Of what begins so many bytes before the place that the library remembers.
template <class Handle>
std::uint64_t XmlTreeMaker::place_of(Handle node, std::ptrdiff_t before) const {
  return offset_ + static_cast<std::uint64_t>(std::max<std::ptrdiff_t>(node.offset_debug() - before, 0));
}

std::string_view XmlTreeMaker::kept(std::string_view text) {
  return texts_ == Texts::of_the_tree ? text : out_.keep(std::string(text));
}

void XmlTreeMaker::text(std::string_view key, std::string_view value, std::uint64_t place) {
  out_.key(key, place);
  out_.scalar(Kind::string, kept(value), place);
}

// Names are few: each is kept once.
std::string_view XmlTreeMaker::name(std::string_view prefix, std::string_view name) {
  full_.assign(prefix).append(name);
  const auto found = names_.find(full_);
  if (found != names_.end()) return *found;
  return *names_.insert(out_.keep(full_)).first;
}

void XmlTreeMaker::attributes(pugi::xml_node node) {
  const std::uint64_t place = place_of(node, 1);
  Seen seen;
  for (const bool prefixed : {false, true}) {
    for (const pugi::xml_attribute attribute : node.attributes()) {
      const std::string_view full = attribute.name();
      const bool has_prefix = full.find(':') != std::string_view::npos;
      if (has_prefix != prefixed || full.starts_with("xmlns:") || !seen.add(local_name(full))) continue;
      text(name("@", local_name(full)), attribute.value(), place);
    }
  }
}

void XmlTreeMaker::own_text(pugi::xml_node node) {
  std::string joined;  // of several
  std::string_view all;
  std::optional<std::uint64_t> place;
  for (const pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_pcdata && child.type() != pugi::node_cdata) continue;
    const bool first = !place;
    if (first) place = place_of(child, 0);
    if (first) all = child.value();
    if (!first) all = joined.empty() ? joined.append(all).append(child.value()) : joined.append(child.value());
  }
  const bool as_it_is = std::string_view(node.attribute("xml:space").value()) == "preserve";
  const std::string_view trimmed = text::trim(all);
  if (trimmed.empty()) return;
  const std::string_view shown = as_it_is ? all : trimmed;
  text("#text", joined.empty() ? shown : out_.keep(std::string(shown)), *place);
}

void XmlTreeMaker::children(pugi::xml_node node) {
  if (!first_element(node.first_child())) return;
  Groups groups;
  for (const pugi::xml_node child : node.children()) {
    if (child.type() == pugi::node_element) groups.add(child);
  }
  for (const Groups::Group& group : groups.all()) {
    const std::uint64_t place = place_of(group.nodes.front(), 1);
    out_.key(name("", group.tag), place);
    out_.open(Kind::array, place);
    for (const pugi::xml_node child : group.nodes) element(child);
    out_.close();
  }
}

}  // namespace gatepost::doc
