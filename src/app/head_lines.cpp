#include "app/head_lines.hpp"

#include <algorithm>

#include "git/line_diff.hpp"
#include "git/object_id.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr int kMostAsked = 30;  // files of a commit that the forge is asked for: each costs time that writing needs
constexpr std::uint64_t kLargestFile = 8 << 20;  // bytes; a comment in a larger file goes to the summary

std::optional<git::Tree> tree_of(const git::Repository& repository, const std::string& commit) {
  const auto id = git::ObjectId::parse(commit);
  if (!id) return std::nullopt;
  auto tree = git::Tree::of_commit(repository, *id);
  return tree ? std::optional(std::move(*tree)) : std::nullopt;
}

}  // namespace

std::optional<HeadLines::Read> read_from(const git::Repository& repository, const std::string& commit) {
  auto tree = tree_of(repository, commit);
  if (!tree) return std::nullopt;
  return [tree = std::move(*tree)](std::string_view path) -> std::optional<std::string> {
    auto text = tree.read(path, kLargestFile);
    return text ? std::move(*text) : std::nullopt;
  };
}

HeadLines::Read read_from(forge::Forge& forge, const std::string& commit) {
  return [&forge, commit, left = kMostAsked](std::string_view path) mutable -> std::optional<std::string> {
    if (left == 0) return std::nullopt;
    --left;
    auto text = forge.file_at(path, commit);
    return text ? std::move(*text) : std::nullopt;
  };
}

HeadLines::File& HeadLines::file(std::string_view path) {
  const auto [entry, fresh] = files_.try_emplace(std::string(path));
  File& file = entry->second;
  if (!fresh) return file;
  file.head = head_(path);
  const auto judged = same_ ? std::nullopt : judged_(path);
  if (!file.head || !judged) return file;
  auto hunks = git::diff_lines(*judged, *file.head);
  file.comparable = hunks.ok();
  if (hunks)
    file.change = {
        .kind = ChangeKind::modified, .old_path = entry->first, .new_path = entry->first, .hunks = std::move(*hunks)};
  return file;
}

std::optional<publish::Lines> HeadLines::of(std::size_t finding) {
  const Finding& it = assessment_.findings.all[finding];
  if (it.file == Finding::kNoFile || it.in_base_only || it.range.first_line == 0) return std::nullopt;
  const std::uint32_t last = std::max(it.range.first_line, it.range.last_line);
  if (same_) return publish::Lines{it.range.first_line, last};
  const File& at = file(assessment_.findings.path_of(it));
  if (!at.comparable) return std::nullopt;
  const auto first_there = new_line_of(at.change, it.range.first_line);
  const auto last_there = new_line_of(at.change, last);
  if (!first_there || !last_there || *last_there < *first_there) return std::nullopt;
  return publish::Lines{*first_there, *last_there};
}

std::optional<std::string> HeadLines::text(std::string_view path, publish::Lines lines) {
  const File& at = file(path);
  if (!at.head || lines.first == 0 || lines.last < lines.first) return std::nullopt;
  const std::string& text = *at.head;
  std::size_t begin = 0;
  std::uint32_t line = 1;
  const auto skip_to = [&](std::uint32_t wanted, std::size_t from) {
    for (; line < wanted && from != std::string::npos; ++line) {
      const std::size_t end = text.find('\n', from);
      from = end == std::string::npos ? end : end + 1;
    }
    return from;
  };
  begin = skip_to(lines.first, 0);
  if (begin == std::string::npos || begin >= text.size()) return std::nullopt;
  const std::size_t end = skip_to(lines.last + 1, begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin);
}

}  // namespace gatepost::app
