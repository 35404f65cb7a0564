#include "git/authorship.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <queue>
#include <set>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/history.hpp"
#include "git/line_diff.hpp"
#include "git/objects.hpp"
#include "git/tree.hpp"
#include "git/tree_cursor.hpp"

namespace gatepost::git {
namespace {

using MailmapHandle = CHandle<git_mailmap, git_mailmap_free>;

constexpr std::uint64_t kLargestList = 1 << 20;  // bytes of .mailmap and .git-blame-ignore-revs
constexpr std::ptrdiff_t kDeepest = 200;         // directories of a path
constexpr std::uint64_t kFullWeight = 1 << 20;
constexpr std::int64_t kHalvings = 8;  // a commit that old decides nothing
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLatest = 253'402'300'799;  // the end of the year 9999

// What a commit states may be anything.
std::int64_t time_of(const Commit& commit) { return std::clamp<std::int64_t>(commit.committed_at, 0, kLatest); }

bool is_binary(std::string_view text) { return text.substr(0, 8000).find('\0') != std::string_view::npos; }

// A line where it stands now, and where it stood when it was asked for.
struct Line {
  std::uint32_t here = 0, wanted = 0;
};

// What is still to be found out about a file at one commit.
struct Pending {
  std::size_t file = 0;
  ObjectId blob;
  bool whole = true;  // who wrote the file is asked from here on
  std::vector<Line> lines;
};

// What a parent has in the place of a file.
struct InParent {
  bool is_file = false;
  ObjectId blob;
};

// Names of authors, and commits that count for nobody.
class People {
 public:
  static People read(const Repository& repository, const ObjectId& rules) {
    People people;
    const auto tree = Tree::of_commit(repository, rules);
    if (!tree) return people;
    const auto text_of = [&](const char* path) {
      auto text = tree->read(path, kLargestList);
      return text && *text ? std::move(**text) : std::string();
    };
    const std::string map = text_of(".mailmap"), ignored = text_of(".git-blame-ignore-revs");
    git_mailmap* opened = nullptr;
    if (!map.empty() && git_mailmap_from_buffer(&opened, map.data(), map.size()) == 0) people.mailmap_.reset(opened);
    for (std::string_view line : text::split(ignored, '\n')) {
      if (const auto id = ObjectId::parse(text::trim(line.substr(0, line.find('#'))))) people.ignored_.insert(*id);
    }
    return people;
  }

  // Empty for bots, and for those who give no address.
  [[nodiscard]] std::optional<Author> author_of(const Commit& commit) const {
    Author author{commit.author_name, commit.author};
    if (author.mail.empty() || is_bot(author.name, author.mail)) return std::nullopt;
    const char *name = nullptr, *mail = nullptr;
    if (mailmap_ && git_mailmap_resolve(&name, &mail, mailmap_.get(), author.name.c_str(), author.mail.c_str()) == 0)
      author = Author{name, mail};
    if (is_bot(author.name, author.mail)) return std::nullopt;
    return author;
  }
  [[nodiscard]] bool ignores(const ObjectId& commit) const { return ignored_.contains(commit); }

 private:
  MailmapHandle mailmap_;
  std::unordered_set<ObjectId, ObjectIdHash> ignored_;
};

// Looks up many paths in a tree, but in directories that differ from another tree's only.
class TreeLookUp {
 public:
  explicit TreeLookUp(const Repository& repository) : repository_(repository) {}

  // `paths`: sorted. Calls found(i, in_parent) for each path that is not the same in both.
  template <class Found>
  Status differences(const ObjectId& tree, const ObjectId& parent, std::span<const std::string_view> paths,
                     Found found) const {
    if (tree == parent) return Done{};
    return compare(&tree, &parent, paths, 0, 0, found);
  }

 private:
  using Item = std::optional<TreeItem>;

  // The entries of those names that `paths` have behind the first `skip` bytes; by the place in `names`.
  Result<std::vector<Item>> entries(const ObjectId* tree, const std::vector<std::string_view>& names) const {
    std::vector<Item> items(names.size());
    if (tree == nullptr) return items;
    GP_TRY(TreeCursor cursor, TreeCursor::open(repository_, *tree));
    for (; !cursor.at_end();) {
      const auto at = std::ranges::lower_bound(names, cursor.item().name);
      if (at != names.end() && *at == cursor.item().name) {
        Item& item = items[static_cast<std::size_t>(at - names.begin())];
        item = TreeItem{cursor.item().mode, *at, cursor.item().id};
      }
      GP_CHECK(cursor.next());
    }
    return items;
  }

  template <class Found>
  // NOLINTNEXTLINE(misc-no-recursion): paths have at most kDeepest segments
  Status compare(const ObjectId* tree, const ObjectId* parent, std::span<const std::string_view> paths,
                 std::size_t first, std::size_t skip, Found& found) const {
    const auto name_of = [&](std::string_view path) {
      const std::string_view rest = path.substr(skip);
      return rest.substr(0, rest.find('/'));
    };
    std::vector<std::string_view> names;
    for (const std::string_view path : paths) {
      if (names.empty() || names.back() != name_of(path)) names.push_back(name_of(path));
    }
    std::ranges::sort(names);  // paths are sorted with "/" among their bytes, names without
    names.erase(std::ranges::unique(names).begin(), names.end());
    GP_TRY(const std::vector<Item> here, entries(tree, names));
    GP_TRY(const std::vector<Item> there, entries(parent, names));
    for (std::size_t begin = 0; begin < paths.size();) {
      const std::string_view name = name_of(paths[begin]);
      std::size_t end = begin + 1;
      while (end < paths.size() && name_of(paths[end]) == name) ++end;
      const auto at = static_cast<std::size_t>(std::ranges::lower_bound(names, name) - names.begin());
      const Item &now = here[at], &before = there[at];
      const bool same =
          now.has_value() == before.has_value() && (!now || (now->id == before->id && now->mode == before->mode));
      const auto below = paths.subspan(begin, end - begin);
      if (!same) GP_CHECK(differ(now, before, below, first + begin, skip + name.size() + 1, found));
      begin = end;
    }
    return Done{};
  }

  template <class Found>
  // NOLINTNEXTLINE(misc-no-recursion): paths have at most kDeepest segments
  Status differ(const Item& now, const Item& before, std::span<const std::string_view> paths, std::size_t first,
                std::size_t skip, Found& found) const {
    const auto directory = [](const Item& item) { return item && item->is_tree() ? &item->id : nullptr; };
    std::size_t files = 0;  // a file sorts before what lies below a directory of its name
    for (; files < paths.size() && paths[files].size() < skip; ++files) {
      const bool is_file = before && is_regular(before->mode);
      found(first + files, InParent{is_file, is_file ? before->id : ObjectId{}});
    }
    if (files == paths.size()) return Done{};
    if (directory(before) == nullptr) {
      for (std::size_t i = files; i < paths.size(); ++i) found(first + i, InParent{});
      return Done{};
    }
    return compare(directory(now), directory(before), paths.subspan(files), first + files, skip, found);
  }

  const Repository& repository_;
};

// Where the lines of a text stood in the one before.
class LineMap {
 public:
  explicit LineMap(const std::vector<Hunk>& hunks) : hunks_(hunks) {}

  struct Place {
    std::uint32_t line = 0;  // 0: nothing stood there
    bool changed = false;    // then `line` is what it stands in the place of
  };
  [[nodiscard]] Place of(std::uint32_t line) const {
    const auto after = std::ranges::upper_bound(hunks_, line, {}, [](const Hunk& it) {
      return it.new_count == 0 ? it.new_first + 1 : it.new_first;  // nothing is left of it: it lies behind its line
    });
    if (after == hunks_.begin()) return {.line = line};
    const Hunk& hunk = *std::prev(after);
    const std::uint32_t new_begin = hunk.new_count == 0 ? hunk.new_first + 1 : hunk.new_first;
    const std::uint32_t old_begin = hunk.old_count == 0 ? hunk.old_first + 1 : hunk.old_first;
    const std::uint32_t offset = line - new_begin;
    if (offset >= hunk.new_count) return {.line = old_begin + hunk.old_count + (offset - hunk.new_count)};
    if (hunk.line_endings_only) return {.line = old_begin + offset};
    if (hunk.old_count == 0) return {.line = 0, .changed = true};
    return {.line = old_begin + std::min(offset, hunk.old_count - 1), .changed = true};
  }

 private:
  const std::vector<Hunk>& hunks_;
};

class Walk {
 public:
  Walk(const Repository& repository, const AuthorshipOptions& options, People people)
      : repository_(repository), options_(options), people_(std::move(people)), look_up_(repository) {}

  Result<AuthorshipAnswer> run(const ObjectId& head, const std::vector<WantedLines>& wanted) {
    GP_CHECK(begin(head, wanted));
    while (!queue_.empty()) {
      const ObjectId id = std::get<2>(queue_.top());
      queue_.pop();
      const auto waiting = waiting_.find(id);
      if (waiting == waiting_.end()) continue;
      Waiting it = std::move(waiting->second);
      waiting_.erase(waiting);
      if (++answer_.commits > options_.most_commits) {
        give_up(std::move(it.pending), answer_.cut);
      } else {
        GP_CHECK(visit(id, it.commit, std::move(it.pending)));
      }
    }
    finish();
    return std::move(answer_);
  }

 private:
  struct Waiting {
    Commit commit;
    std::vector<Pending> pending;
  };
  struct Votes {
    std::map<Author, FileAuthor> authors;
    std::unordered_set<ObjectId, ObjectIdHash> commits;
  };

  Status begin(const ObjectId& head, const std::vector<WantedLines>& wanted) {
    GP_TRY(const auto commit, read_commit(repository_, head));
    if (!commit) return error(ErrorKind::bad_input, "commit " + head.hex() + " is not in this clone");
    now_ = time_of(*commit);
    const Tree tree = Tree::of_id(repository_, commit->tree);
    votes_.resize(wanted.size());
    std::vector<Pending> pending;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      answer_.files.push_back({.path = wanted[i].path});
      const auto file = tree.find(wanted[i].path);
      const bool is_file =
          file && *file && ((*file)->type == FileType::regular || (*file)->type == FileType::executable);
      Pending it{.file = i, .blob = is_file ? (*file)->id : ObjectId{}};
      if (!is_file || std::ranges::count(wanted[i].path, '/') >= kDeepest) {
        answer_.files[i].authors_known = false;
        continue;
      }
      const std::string* const text = wanted[i].lines.empty() ? nullptr : text_of(it.blob);
      const std::uint32_t lines = text == nullptr ? 0 : count_lines(*text);
      for (const std::uint32_t line : wanted[i].lines) {
        if (line > 0 && line <= lines) it.lines.push_back({line, line});
      }
      pending.push_back(std::move(it));
    }
    return wait(head, std::move(pending));
  }

  // Puts what is asked at a commit to what is asked there already.
  Status wait(const ObjectId& id, std::vector<Pending> pending) {
    if (pending.empty()) return Done{};
    auto [at, fresh] = waiting_.try_emplace(id);
    if (fresh) {
      GP_TRY(auto commit, read_commit(repository_, id));
      if (!commit) {
        waiting_.erase(at);
        give_up(std::move(pending), answer_.not_fetched);
        return Done{};
      }
      at->second.commit = std::move(*commit);
      queue_.emplace(time_of(at->second.commit), turn_--, id);
    }
    if (fresh) {
      at->second.pending = std::move(pending);
      return Done{};
    }
    for (Pending& it : pending) {
      auto& known = at->second.pending;
      const auto same = std::ranges::find(known, it.file, &Pending::file);
      if (same == known.end()) {
        known.push_back(std::move(it));
        continue;
      }
      same->whole |= it.whole;
      std::ranges::copy(it.lines, std::back_inserter(same->lines));
    }
    return Done{};
  }

  void give_up(std::vector<Pending> pending, bool& why) {
    for (const Pending& it : pending) {
      Authorship& file = answer_.files[it.file];
      for (const Line& line : it.lines) file.unknown.push_back(line.wanted);
      if (it.whole) file.authors_known = false;
      why = why || it.whole || !it.lines.empty();
    }
  }

  Status visit(const ObjectId& id, const Commit& commit, std::vector<Pending> pending) {
    const auto path = [&](const Pending& it) -> const std::string& { return answer_.files[it.file].path; };
    std::ranges::sort(pending, [&](const Pending& a, const Pending& b) { return path(a) < path(b); });
    std::vector<std::string_view> paths;
    for (Pending& it : pending) {
      it.whole = it.whole && now_ - time_of(commit) <= kHalvings * options_.half_life_days * kDay;
      paths.push_back(path(it));
    }
    std::vector<Commit> parents;
    for (const ObjectId& parent : commit.parents) {
      GP_TRY(auto read, read_commit(repository_, parent));
      if (!read) {
        give_up(std::move(pending), answer_.not_fetched);
        return Done{};
      }
      parents.push_back(std::move(*read));
    }
    // By parent and pending: what the parent has; empty: the same.
    std::vector<std::vector<std::optional<InParent>>> differs(parents.size());
    for (std::size_t i = 0; i < parents.size(); ++i) {
      differs[i].resize(pending.size());
      const Status compared = look_up_.differences(commit.tree, parents[i].tree, paths,
                                                   [&](std::size_t at, InParent it) { differs[i][at] = it; });
      if (!compared) {  // a tree that is not here, or is damaged
        give_up(std::move(pending), answer_.not_fetched);
        return Done{};
      }
    }
    std::vector<std::vector<Pending>> passed(parents.size());
    for (std::size_t at = 0; at < pending.size(); ++at) {
      std::vector<const InParent*> there;
      for (const auto& of_parent : differs) there.push_back(of_parent[at] ? &*of_parent[at] : nullptr);
      pass(id, commit, std::move(pending[at]), there, passed);
    }
    for (std::size_t i = 0; i < parents.size(); ++i) GP_CHECK(wait(commit.parents[i], std::move(passed[i])));
    return Done{};
  }

  // Gives what is asked about one file to the parents that it comes from; the rest is this commit's.
  void pass(const ObjectId& id, const Commit& commit, Pending it, const std::vector<const InParent*>& there,
            std::vector<std::vector<Pending>>& passed) {
    const auto same = std::ranges::find(there, nullptr);
    if (same != there.end()) {
      if (it.whole || !it.lines.empty())
        passed[static_cast<std::size_t>(same - there.begin())].push_back(std::move(it));
      return;
    }
    const std::optional<Author> author = people_.author_of(commit);
    const bool ignored = !author || people_.ignores(id);
    if (it.whole && !ignored && there.size() < 2) vote(it.file, id, commit, *author);
    for (std::size_t parent = 0; parent < there.size(); ++parent) {
      if (!there[parent]->is_file) continue;
      Pending next{.file = it.file, .blob = there[parent]->blob, .whole = it.whole};
      const bool last = std::all_of(there.begin() + static_cast<std::ptrdiff_t>(parent) + 1, there.end(),
                                    [](const InParent* other) { return !other->is_file; });
      if (!it.lines.empty() && !unchanged(it, *there[parent], ignored && last, next.lines)) {
        give_up({Pending{.file = it.file, .whole = false, .lines = std::move(it.lines)}}, answer_.cut);
        it.lines.clear();
      }
      if (next.whole || !next.lines.empty()) passed[parent].push_back(std::move(next));
    }
    if (ignored) return;
    for (const Line& line : it.lines)
      answer_.files[it.file].lines.push_back({line.wanted, *author, id, time_of(commit)});
  }

  // Moves the lines that the parent has as well to `into`, with `guess` also those that stand in the place of others.
  // False when the contents cannot be compared.
  bool unchanged(Pending& it, const InParent& parent, bool guess, std::vector<Line>& into) {
    const std::string* const now = text_of(it.blob);
    const std::string after = now == nullptr ? std::string() : *now;
    const std::string* const before = now == nullptr ? nullptr : text_of(parent.blob);
    if (before == nullptr) return false;
    const auto hunks = diff_lines(*before, after);
    if (!hunks) return false;
    const LineMap map(*hunks);
    std::erase_if(it.lines, [&](const Line& line) {
      const LineMap::Place place = map.of(line.here);
      if (place.changed && !guess) return false;
      if (place.line > 0) into.push_back({place.line, line.wanted});
      return place.line > 0;
    });
    return true;
  }

  // nullptr when there is no text, or too much.
  const std::string* text_of(const ObjectId& blob) {
    const auto known = texts_.find(blob);
    if (known != texts_.end()) return known->second ? &*known->second : nullptr;
    if (texts_.size() >= kMostTexts) texts_.clear();
    auto& text = texts_[blob];
    if (bytes_ > options_.most_bytes) return nullptr;
    auto read = read_blob(repository_, blob, options_.largest_file, "contents");
    if (!read || is_binary(*read)) return nullptr;
    bytes_ += read->size();
    text = std::move(*read);
    return &*text;
  }

  void vote(std::size_t file, const ObjectId& id, const Commit& commit, const Author& author) {
    if (!votes_[file].commits.insert(id).second) return;
    const std::int64_t half = options_.half_life_days * kDay;
    const std::int64_t age = std::max<std::int64_t>(0, now_ - time_of(commit));
    std::uint64_t weight = kFullWeight >> static_cast<unsigned>(std::min<std::int64_t>(age / half, 40));
    weight -= weight / 2 * static_cast<std::uint64_t>(age % half) / static_cast<std::uint64_t>(half);
    FileAuthor& its = votes_[file].authors.try_emplace(author, FileAuthor{.author = author}).first->second;
    its.weight += weight;
    ++its.commits;
  }

  void finish() {
    for (std::size_t i = 0; i < answer_.files.size(); ++i) {
      Authorship& file = answer_.files[i];
      for (auto& [author, its] : votes_[i].authors) file.authors.push_back(std::move(its));
      std::ranges::stable_sort(file.authors, [](const FileAuthor& a, const FileAuthor& b) {
        return a.weight != b.weight ? a.weight > b.weight : a.author < b.author;
      });
      std::ranges::sort(file.lines, {}, &LineAuthor::line);
      std::ranges::sort(file.unknown);
    }
  }

  static constexpr std::size_t kMostTexts = 32;
  const Repository& repository_;
  const AuthorshipOptions& options_;
  People people_;
  TreeLookUp look_up_;
  AuthorshipAnswer answer_;
  std::vector<Votes> votes_;
  std::int64_t now_ = 0;
  std::unordered_map<ObjectId, Waiting, ObjectIdHash> waiting_;
  // The youngest first; first come, first served among equals.
  std::priority_queue<std::tuple<std::int64_t, std::int64_t, ObjectId>> queue_;
  std::int64_t turn_ = 0;
  std::unordered_map<ObjectId, std::optional<std::string>, ObjectIdHash> texts_;
  std::uint64_t bytes_ = 0;
};

}  // namespace

bool is_bot(std::string_view name, std::string_view mail) {
  constexpr std::array<std::string_view, 3> kEnds = {"[bot]", "-bot", "_bot"};
  constexpr std::array<std::string_view, 4> kNames = {"dependabot", "renovate", "renovate bot", "github-actions"};
  const auto is = [&](std::string_view text) {
    const std::string low = text::lower(text::trim(text));
    const bool token =
        (low.starts_with("project_") || low.starts_with("group_")) && low.find("_bot") != std::string::npos;
    return token || std::ranges::any_of(kEnds, [&](std::string_view end) { return low.ends_with(end); }) ||
           std::ranges::find(kNames, low) != kNames.end();
  };
  return is(name) || is(mail.substr(0, mail.find('@')));
}

Result<AuthorshipAnswer> authorship(const Repository& repository, const ObjectId& head, const ObjectId& rules,
                                    const std::vector<WantedLines>& wanted, const AuthorshipOptions& options) {
  return Walk(repository, options, People::read(repository, rules)).run(head, wanted);
}

}  // namespace gatepost::git
