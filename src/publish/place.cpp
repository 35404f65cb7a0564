#include "publish/place.hpp"

#include <algorithm>

namespace gatepost::publish {

const ShownFile* DiffIndex::file(std::string_view path) const {
  const auto found = std::ranges::lower_bound(request_.files, path, {}, &ShownFile::new_path);
  if (path.empty() || found == request_.files.end() || found->new_path != path || found->deleted) return nullptr;
  return &*found;
}

const std::vector<DiffIndex::Entry>& DiffIndex::entries(const ShownFile& file) {
  const auto [at, added] = entries_.try_emplace(&file);
  if (!added) return at->second;
  for (std::size_t hunk = 0; hunk < file.hunks.size(); ++hunk) {
    for (const PatchLine& line : file.hunks[hunk].lines) {
      if (line.new_line > 0) at->second.push_back({line, hunk});
    }
  }
  std::ranges::stable_sort(at->second, {}, [](const Entry& entry) { return entry.line.new_line; });
  return at->second;
}

std::optional<Place> DiffIndex::place(const ShownFile& file, Lines lines) {
  if (lines.first == 0) return std::nullopt;
  const auto& all = entries(file);
  const auto number = [](const Entry& entry) { return entry.line.new_line; };
  const std::uint32_t end = std::max(lines.first, lines.last);
  const auto first = std::ranges::lower_bound(all, lines.first, {}, number);
  if (first == all.end() || number(*first) > end) return std::nullopt;
  const auto last = std::ranges::lower_bound(all, end, {}, number);
  const bool whole =
      number(*first) == lines.first && last != all.end() && number(*last) == end && last->hunk == first->hunk;
  return Place{&file, first->line, whole ? last->line : first->line};
}

std::optional<Place> place_of_finding(const Input& input, DiffIndex& diff, std::size_t finding) {
  const Finding& it = input.report.assessment.findings.all[finding];
  if (it.file == Finding::kNoFile || it.in_base_only) return std::nullopt;
  const ShownFile* const file = diff.file(input.report.assessment.findings.path_of(it));
  if (file == nullptr) return std::nullopt;
  if (!file->lines_known) return Place{file, {}, {}};
  const auto lines = input.head_lines ? input.head_lines(finding) : std::nullopt;
  return lines ? diff.place(*file, *lines) : std::nullopt;
}

}  // namespace gatepost::publish
