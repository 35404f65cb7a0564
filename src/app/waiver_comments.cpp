#include "app/waiver_comments.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr std::string_view kMark = "gatepost:waive";
constexpr std::size_t kMostOfLine = 8, kLongestId = 64;
constexpr std::size_t kMostRows = 100'000;  // what lies beyond is not waived by a comment
constexpr std::size_t kLongestLine = 4096;  // what is longer was written by no person
// How languages begin a comment.
constexpr std::array<std::string_view, 10> kSigns = {"#", "//", "/*", "--", "<!--", ";", "%", "{#", "*", "'"};

bool is_of_id(char c) { return text::is_alnum(c) || c == '-' || c == '_'; }

// The id behind a mark; "" when there is none.
std::string_view id_behind(std::string_view rest) {
  if (rest.empty() || (rest[0] != ' ' && rest[0] != '\t')) return {};
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  std::string_view id =
      rest.substr(0, static_cast<std::size_t>(std::ranges::find_if_not(rest, is_of_id) - rest.begin()));
  while (id.ends_with('-')) id.remove_suffix(1);  // of "-->"
  return id.size() <= kLongestId ? id : std::string_view{};
}

bool is_comment(std::string_view before, bool alone) {
  if (alone && std::ranges::any_of(before, [](char c) { return text::is_alnum(c); })) return false;
  return std::ranges::any_of(kSigns,
                             [&](std::string_view sign) { return before.find(sign) != std::string_view::npos; });
}

void add_line(const correlate::SourceText& source, std::uint32_t number, bool alone, std::string_view path,
              const FileChange* edits, std::vector<policy::WaiverReference>& out) {
  for (std::string& id : waivers_named(source.line(number), alone)) {
    out.push_back({.id = std::move(id),
                   .place = fmt::format("{}:{}", path, number),
                   .added = edits != nullptr && touches_new_lines(*edits, number, number)});
  }
}

}  // namespace

std::vector<std::string> waivers_named(std::string_view line, bool alone) {
  std::vector<std::string> ids;
  if (line.size() > kLongestLine) return ids;
  const std::size_t first = line.find(kMark);
  if (first == std::string_view::npos || !is_comment(line.substr(0, first), alone)) return ids;
  for (std::size_t at = first; at != std::string_view::npos && ids.size() < kMostOfLine;
       at = line.find(kMark, at + kMark.size())) {
    if (const std::string_view id = id_behind(line.substr(at + kMark.size())); !id.empty()) ids.emplace_back(id);
  }
  return ids;
}

void add_references(const ObservationTable& table, std::span<const Row> rows, const correlate::SourceText& source,
                    std::string_view path, const FileChange* edits, ReferencesByRow& out) {
  // Where tools count lines in two ways, nobody can tell which comment is beside a finding.
  if (source.has_lone_cr() || source.bytes().find(kMark) == std::string::npos) return;
  for (const Row row : rows) {
    const std::uint32_t line = table.row(row).range.first_line;
    if (line == 0) continue;
    if (out.size() >= kMostRows) return;
    std::vector<policy::WaiverReference> found;
    add_line(source, line, false, path, edits, found);
    if (line > 1) add_line(source, line - 1, true, path, edits, found);
    if (!found.empty()) out.emplace(row, std::move(found));
  }
}

}  // namespace gatepost::app
