#include "app/placed_paths.hpp"

#include "correlate/placement.hpp"
#include "model/repo_path.hpp"

namespace gatepost::app {

std::string PlacedPaths::operator()(std::string_view reported) {
  const auto [known, fresh] = known_.try_emplace(std::string(reported));
  if (fresh) known->second = place(reported);
  return known->second;
}

std::string PlacedPaths::place(std::string_view reported) const {
  for (const auto* const files : {&evidence_.head_files, &evidence_.base_files}) {
    if (!*files) continue;
    const correlate::FileIndex::Match match = (*files)->match(reported);
    const bool placed = match.fit == correlate::FileIndex::Fit::exact || match.fit == correlate::FileIndex::Fit::suffix;
    if (placed) return (*files)->files()[match.file];
  }
  return is_absolute_path(reported) || !RepoPath::parse(reported) ? std::string() : std::string(reported);
}

}  // namespace gatepost::app
