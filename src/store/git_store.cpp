#include "store/git_store.hpp"

#include <fmt/core.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "git/pinned.hpp"
#include "git/repository.hpp"
#include "git/side_ref.hpp"
#include "git/tree.hpp"
#include "ledger/chain.hpp"
#include "store/checks.hpp"
#include "store/git_files.hpp"

namespace gatepost::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestFile = std::uint64_t{256} << 20;
// A folder of our own inside of another, removed at the end.
class Scratch {
 public:
  Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  Result<std::string> make(const std::string& inside) {
    std::string name = inside + "/gatepost-ledger-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
      return error(ErrorKind::unavailable, inside + ": no folder can be made for the ledger; TMPDIR may name another");
    path_ = name;
    return path_;
  }

 private:
  std::string path_;
};

// Events of one file that come behind `after`, of which the file has the newest at the end.
Status read_events(std::string_view text, std::uint64_t after, std::vector<ledger::Line>& lines) {
  while (!text.empty()) {
    if (text.back() == '\n') text.remove_suffix(1);
    const std::size_t end = text.rfind('\n');
    const std::size_t begin = end == std::string_view::npos ? 0 : end + 1;
    GP_TRY(ledger::Line line, ledger::read_line(text.substr(begin)));
    if (line.seq <= after) break;
    lines.push_back(std::move(line));
    text = text.substr(0, begin);
  }
  return Done{};
}

class GitStore final : public Store {
 public:
  explicit GitStore(const GitOptions& options) : options_(options) {}

  Status prepare() {
    if (options_.exchange) {
      GP_TRY(const std::string folder, scratch_.make(options_.scratch));
      GP_TRY(repository_, git::make_bare(folder));
    } else {
      GP_TRY(repository_, git::Repository::open(options_.directory, {.trusted_path = true}));
    }
    return Done{};
  }

  [[nodiscard]] std::string name() const override {
    return fmt::format("git {} of {}", options_.ref, options_.exchange ? options_.remote : options_.directory);
  }

  Result<ledger::Head> head() override {
    GP_TRY(const auto tip, newest());
    return head_at(tip);
  }

  Result<std::vector<ledger::Line>> read(std::uint64_t after) override {
    std::vector<ledger::Line> lines;
    GP_TRY(const auto tip, newest());
    if (!tip) return lines;
    GP_TRY(const git::Tree files, git::Tree::of_commit(*repository_, *tip));
    GP_TRY(const git::Listing listing, files.list());
    for (std::size_t i = 0; i < listing.paths.size(); ++i) {
      const std::string& path = listing.paths[i];
      if (!path.starts_with(kEventsFolder)) continue;
      GP_TRY(const auto text, files.read(path, listing.entries[i], kLargestFile));
      if (auto done = read_events(text.value_or(""), after, lines); !done)
        return std::move(done).error().context(fmt::format("{}: {}", name(), path));
    }
    std::ranges::sort(lines, {}, &ledger::Line::seq);
    return lines;
  }

  Result<std::optional<std::string>> document(std::string_view name) override {
    GP_TRY(const auto tip, newest());
    if (!tip || !is_document_name(name)) return std::optional<std::string>();
    return file_at(*tip, std::string(kDocumentsFolder).append(name));
  }

  Result<std::vector<std::string>> document_names(std::string_view prefix) override {
    std::vector<std::string> names;
    GP_TRY(const auto tip, newest());
    if (!tip) return names;
    GP_TRY(const git::Tree files, git::Tree::of_commit(*repository_, *tip));
    GP_TRY(const auto paths, files.paths());
    for (const std::string_view path : paths) {
      if (!path.starts_with(kDocumentsFolder)) continue;
      const std::string_view name = path.substr(kDocumentsFolder.size());
      if (name.starts_with(prefix)) names.emplace_back(name);
    }
    return names;
  }

  Status append(const ledger::Head& expected, std::span<const ledger::Line> events,
                const Documents& documents) override {
    GP_CHECK(check_append(expected, events, documents));
    GP_TRY(const auto tip, newest());
    GP_TRY(const ledger::Head found, head_at(tip));
    if (found != expected) return conflict(name(), expected, found);
    const ledger::Head end = head_after(expected, events);
    GP_TRY(const git::FileChanges changes, changes_of(tip, end, events, documents));
    const git::CommitText text{.author = "gatepost",
                               .email = "gatepost@localhost",
                               .message = commit_message(end, events, documents),
                               .at = events.empty() ? options_.now : events.back().at};
    GP_TRY(const git::ObjectId commit, git::write_commit(*repository_, tip, changes, text));
    return options_.exchange ? push(tip, commit) : move(tip, commit);
  }

 private:
  using Tip = std::optional<git::ObjectId>;

  // The commit that the ref points to, which is in our repository.
  Result<Tip> newest() {
    if (!options_.exchange) return git::ref_target(*repository_, options_.ref);
    GP_TRY(const Tip tip, remote_tip());
    if (!tip || tip == here_) return tip;
    GP_TRY(const std::string answer,
           options_.exchange({.service = "git-upload-pack", .body = git::fetch_request(*tip), .version2 = true}));
    GP_TRY(const std::string pack, git::pack_in(answer).context(name()));
    GP_CHECK(git::add_pack(*repository_, pack));
    here_ = tip;
    return tip;
  }

  Result<Tip> remote_tip() {
    GP_TRY(const std::string answer, options_.exchange(git::ref_request(options_.ref)));
    return git::ref_in(answer, options_.ref).context(name());
  }

  Result<std::optional<std::string>> file_at(const git::ObjectId& commit, const std::string& path) {
    GP_TRY(const git::Tree files, git::Tree::of_commit(*repository_, commit));
    return files.read(path, kLargestFile);
  }

  Result<ledger::Head> head_at(const Tip& tip) {
    if (!tip) return ledger::Head{};
    GP_TRY(const auto text, file_at(*tip, std::string(kHeadFile)));
    if (!text) return error(ErrorKind::bad_input, fmt::format("{}: not a ledger: it has no {}", name(), kHeadFile));
    return read_head(*text).context(name());
  }

  Result<git::FileChanges> changes_of(const Tip& tip, const ledger::Head& end, std::span<const ledger::Line> events,
                                      const Documents& documents) {
    git::FileChanges changes;
    for (const ledger::Line& event : events) {
      std::optional<std::string>& text = changes[file_of(event)];
      if (!text) {
        text.emplace();
        if (tip) {
          GP_TRY(auto before, file_at(*tip, file_of(event)));
          if (before) *text = *std::move(before);
        }
      }
      text->append(event.text).append("\n");
    }
    for (const auto& [name, body] : documents) changes[std::string(kDocumentsFolder).append(name)] = body;
    changes[std::string(kHeadFile)] = head_text(end);
    return changes;
  }

  Status move(const Tip& tip, const git::ObjectId& commit) {
    Status moved = git::move_ref(*repository_, options_.ref, tip, commit);
    if (moved || moved.error().kind != ErrorKind::conflict) return moved;
    GP_TRY(const Tip now, git::ref_target(*repository_, options_.ref));
    return conflict_with(now, moved);
  }

  // Whether our commit arrived is asked when the answer does not say so: it may have been lost, or be the answer to the
  // second of two attempts.
  Status push(const Tip& tip, const git::ObjectId& commit) {
    GP_TRY(const std::string pack, git::pack_of(*repository_, commit));
    const auto answer = options_.exchange(git::push_request(options_.ref, tip, commit, pack));
    const Status pushed = answer ? git::check_push(*answer, options_.ref) : Status(answer.error());
    if (!pushed) {
      const auto now = remote_tip();
      if (!now) return pushed;
      if (*now != commit) return *now == tip ? pushed : conflict_with(*now, pushed);
    }
    here_ = commit;
    return Done{};
  }

  Status conflict_with(const Tip& found, const Status& pushed) {
    Error failure = pushed.error();
    failure.kind = ErrorKind::conflict;
    failure.message = fmt::format("{}: somebody else wrote first: it is at {} by now", name(),
                                  found ? found->short_hex() : "no commit");
    failure.hint = "run again: what is there is read anew";
    return failure;
  }

  GitOptions options_;
  Scratch scratch_;
  std::optional<git::Repository> repository_;
  Tip here_;  // of the server: the commit that was fetched or pushed last
};

}  // namespace

Result<std::unique_ptr<Store>> open_git(const GitOptions& options) {
  auto store = std::make_unique<GitStore>(options);
  GP_CHECK(store->prepare());
  return std::unique_ptr<Store>(std::move(store));
}

}  // namespace gatepost::store
