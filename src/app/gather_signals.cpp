#include "app/gather_signals.hpp"

#include <optional>
#include <utility>

#include "context/change_signals.hpp"
#include "context/manifests.hpp"
#include "git/history.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestFile = 8 << 20;                 // bytes; a larger one is hardly written by hand
constexpr std::uint64_t kMostBytes = std::uint64_t{256} << 20;  // of all contents
constexpr std::size_t kMostCommits = 20'000;                    // looked through for an author

std::optional<git::Tree> tree_of(const git::Repository& repository, const std::string& commit) {
  const auto id = git::ObjectId::parse(commit);
  if (!id) return std::nullopt;
  auto tree = git::Tree::of_commit(repository, *id);
  return tree ? std::optional(std::move(*tree)) : std::nullopt;
}

class Contents {
 public:
  explicit Contents(const git::Tree& tree, std::uint64_t& bytes) : tree_(tree), bytes_(bytes) {}
  std::optional<std::string> read(const std::string& path) {
    if (path.empty() || bytes_ > kMostBytes) return std::nullopt;
    auto text = tree_.read(path, kLargestFile);
    if (!text || !text->has_value()) return std::nullopt;
    bytes_ += (*text)->size();
    return std::move(*text);
  }

 private:
  const git::Tree& tree_;
  std::uint64_t& bytes_;
};

// True when nobody of the address that the tip's commit has wrote one on the base; false also when that is not known.
bool is_by_new_author(const git::Repository& repository, const std::string& base, const std::string& tip) {
  const auto head = git::ObjectId::parse(tip), from = git::ObjectId::parse(base);
  if (!head || !from || repository.is_shallow()) return false;
  const auto commit = git::read_commit(repository, *head);
  if (!commit || !*commit || (*commit)->author.empty()) return false;
  const auto known = git::has_commit_by(repository, *from, (*commit)->author, kMostCommits);
  return known && *known && !**known;
}

}  // namespace

std::vector<ChangeSignal> gather_signals(const git::Repository& repository, const ChangeSet& change,
                                         const std::string& tip) {
  if (change.base.empty()) return {};
  const auto base = tree_of(repository, change.base), head = tree_of(repository, change.head);
  std::uint64_t bytes = 0;
  std::vector<context::ChangedFile> files;
  for (const FileChange& file : change.files) {
    context::ChangedFile& it = files.emplace_back(context::ChangedFile{.change = &file});
    if (!context::tells_signals(file) || !head) continue;
    it.after = Contents(*head, bytes).read(file.new_path);
    if (base && context::is_manifest(file.new_path)) it.before = Contents(*base, bytes).read(file.old_path);
  }
  return context::change_signals(files, {.new_author = is_by_new_author(repository, change.base, tip)});
}

}  // namespace gatepost::app
