#include "git/tree_cursor.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "git/revision.hpp"

namespace gatepost::git {
namespace {

// Old gits wrote other permissions, which git reads as the nearest of today's.
std::uint32_t canonical_mode(std::uint32_t mode) {
  switch (mode & kModeKind) {
    case kModeFile& kModeKind:
      return (mode & 0100U) != 0 ? kModeExecutable : kModeFile;
    case kModeLink:
      return kModeLink;
    case kModeTree:
      return kModeTree;
    default:
      return kModeSubmodule;
  }
}

bool is_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

Error missing_tree(const Repository& repository, const ObjectId& tree) {
  const std::string hint =
      repository.is_partial()
          ? "the clone was made with a filter that leaves directories out; run: " + unfilter_command()
          : "the clone is damaged; run: git fsck";
  return error(ErrorKind::usage, fmt::format("git tree {} is not in this clone", tree.hex()), hint);
}

}  // namespace

std::strong_ordering compare_items(const TreeItem& a, const TreeItem& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  if (const int order = std::memcmp(a.name.data(), b.name.data(), common); order != 0) return order <=> 0;
  const auto after = [&](const TreeItem& it) {
    if (it.name.size() > common) return static_cast<unsigned char>(it.name[common]);
    return static_cast<unsigned char>(it.is_tree() ? '/' : '\0');
  };
  return after(a) <=> after(b);
}

Result<TreeCursor> TreeCursor::open(const Repository& repository, const ObjectId& tree) {
  TreeCursor cursor;
  cursor.id_ = tree;
  GP_TRY(auto object, find_object(repository, tree));
  if (!object) return missing_tree(repository, tree);
  if (object->type() != ObjectType::tree) {
    return error(ErrorKind::bad_input, fmt::format("git object {} is not a tree", tree.hex()));
  }
  cursor.object_ = *std::move(object);
  cursor.rest_ = cursor.object_.bytes();
  cursor.at_end_ = false;
  GP_CHECK(cursor.next());
  return cursor;
}

Status TreeCursor::damaged(const char* what) const {
  return error(ErrorKind::bad_input, fmt::format("git tree {} is damaged: {}", id_.hex(), what), "run: git fsck");
}

// One entry: the mode in octal digits, a blank, the name, a NUL, 20 bytes of object id.
Status TreeCursor::next() {
  if (rest_.empty()) {
    at_end_ = true;
    return Done{};
  }
  const TreeItem before = item_;
  std::uint32_t mode = 0;
  std::size_t at = 0;
  for (; at < rest_.size() && at < 7 && rest_[at] >= '0' && rest_[at] <= '7'; ++at) {
    mode = mode * 8 + static_cast<std::uint32_t>(rest_[at] - '0');
  }
  if (at == 0 || at >= rest_.size() || rest_[at] != ' ') return damaged("a mode is not a number");
  const std::size_t name = at + 1;
  const std::size_t end = rest_.find('\0', name);
  if (end == std::string_view::npos || rest_.size() - end - 1 < item_.id.bytes.size()) return damaged("cut short");
  item_.mode = canonical_mode(mode);
  item_.name = rest_.substr(name, end - name);
  std::memcpy(item_.id.bytes.data(), rest_.data() + end + 1, item_.id.bytes.size());
  rest_.remove_prefix(end + 1 + item_.id.bytes.size());
  if (!is_name(item_.name)) return damaged("a name is no file name");
  if (!before.name.empty() && compare_items(before, item_) >= 0) return damaged("entries out of order");
  return Done{};
}

}  // namespace gatepost::git
