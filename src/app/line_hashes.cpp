#include "app/line_hashes.hpp"

#include <algorithm>

#include "app/source_facts.hpp"

namespace gatepost::app {

LineHashes::LineHashes(const Assessment& assessment, const git::Repository& repository) : assessment_(assessment) {
  auto tree = git::Tree::of_commit(repository, *git::ObjectId::parse(assessment.change.head));
  if (tree) tree_ = std::move(*tree);
}

const std::string& LineHashes::operator()(std::size_t finding) {
  if (hashes_.empty()) read_all();
  return hashes_[finding];
}

void LineHashes::read_all() {
  const std::vector<Finding>& findings = assessment_.findings.all;
  hashes_.resize(findings.size());
  std::vector<std::size_t> in_head;
  for (std::size_t i = 0; tree_ && i < findings.size(); ++i) {
    if (!findings[i].in_base_only && findings[i].file != Finding::kNoFile) in_head.push_back(i);
  }
  std::ranges::stable_sort(in_head, {}, [&](std::size_t i) { return findings[i].file; });
  std::uint32_t file = Finding::kNoFile;
  std::vector<std::string> of_file;
  for (const std::size_t i : in_head) {
    if (findings[i].file != file) of_file = github_line_hashes(*tree_, assessment_.findings.path_of(findings[i]));
    file = findings[i].file;
    const std::uint32_t line = findings[i].range.first_line;
    if (line > 0 && line <= of_file.size()) hashes_[i] = of_file[line - 1];
  }
}

}  // namespace gatepost::app
