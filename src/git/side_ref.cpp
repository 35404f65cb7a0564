#include "git/side_ref.hpp"

#include <errno.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <thread>
#include <tuple>
#include <vector>

#include "git/handles.hpp"

namespace gatepost::git {
namespace {

using CommitHandle = CHandle<git_commit, git_commit_free>;
using TreeHandle = CHandle<git_tree, git_tree_free>;
using SignatureHandle = CHandle<git_signature, git_signature_free>;
using EntryHandle = CHandle<git_tree_entry, git_tree_entry_free>;
using RemoteHandle = CHandle<git_remote, git_remote_free>;
using PackHandle = CHandle<git_packbuilder, git_packbuilder_free>;

constexpr int kLooks = 50;  // at a ref's lock, and between them:
constexpr std::chrono::milliseconds kPause(20);

Result<CommitHandle> commit_of(const Repository& repository, const ObjectId& id) {
  git_commit* raw = nullptr;
  if (git_commit_lookup(&raw, repository.handle(), as_git(id)) < 0)
    return library_failure(ErrorKind::bad_input, fmt::format("commit {} cannot be read", id.short_hex()));
  return CommitHandle(raw);
}

Result<TreeHandle> tree_of(const git_commit* commit) {
  git_tree* raw = nullptr;
  if (git_commit_tree(&raw, commit) < 0) return library_failure(ErrorKind::bad_input, "a commit's tree cannot be read");
  return TreeHandle(raw);
}

bool has(git_tree* tree, const std::string& path) {
  git_tree_entry* raw = nullptr;
  const bool found = tree != nullptr && git_tree_entry_bypath(&raw, tree, path.c_str()) == 0;
  const EntryHandle entry(raw);
  return found;
}

// The tree of `parent` with the changes.
Result<git_oid> changed_tree(const Repository& repository, git_tree* parent, const FileChanges& changes) {
  std::vector<git_tree_update> updates;
  for (const auto& [path, bytes] : changes) {
    if (!bytes && !has(parent, path)) continue;
    git_tree_update update{.action = bytes ? GIT_TREE_UPDATE_UPSERT : GIT_TREE_UPDATE_REMOVE,
                           .id = {},
                           .filemode = GIT_FILEMODE_BLOB,
                           .path = path.c_str()};
    if (bytes && git_blob_create_from_buffer(&update.id, repository.handle(), bytes->data(), bytes->size()) < 0)
      return library_failure(ErrorKind::unavailable, path + ": cannot be written to the repository");
    updates.push_back(update);
  }
  git_oid tree{};
  if (git_tree_create_updated(&tree, repository.handle(), parent, updates.size(), updates.data()) < 0)
    return library_failure(ErrorKind::unavailable, "the files cannot be written to the repository");
  return tree;
}

// What is in `tree` and not in `known` at the same place.
Status add_new(git_packbuilder* pack, git_repository* repository, const git_tree* tree, const git_tree* known) {
  if (git_packbuilder_insert(pack, git_tree_id(tree), nullptr) < 0)
    return library_failure(ErrorKind::bad_input, "a tree cannot be packed");
  for (std::size_t i = 0; i < git_tree_entrycount(tree); ++i) {
    const git_tree_entry* const entry = git_tree_entry_byindex(tree, i);
    const git_tree_entry* const before =
        known == nullptr ? nullptr : git_tree_entry_byname(known, git_tree_entry_name(entry));
    if (before != nullptr && git_oid_equal(git_tree_entry_id(entry), git_tree_entry_id(before)) != 0) continue;
    if (git_tree_entry_type(entry) != GIT_OBJECT_TREE) {
      if (git_packbuilder_insert(pack, git_tree_entry_id(entry), git_tree_entry_name(entry)) < 0)
        return library_failure(ErrorKind::bad_input, "a file cannot be packed");
      continue;
    }
    git_tree* raw = nullptr;
    if (git_tree_lookup(&raw, repository, git_tree_entry_id(entry)) < 0)
      return library_failure(ErrorKind::bad_input, "a tree cannot be read");
    const TreeHandle below(raw);
    git_tree* raw_known = nullptr;
    if (before != nullptr && git_tree_entry_type(before) == GIT_OBJECT_TREE &&
        git_tree_lookup(&raw_known, repository, git_tree_entry_id(before)) < 0)
      return library_failure(ErrorKind::bad_input, "a tree cannot be read");
    const TreeHandle known_below(raw_known);
    GP_CHECK(add_new(pack, repository, below.get(), known_below.get()));
  }
  return Done{};
}

// One of our processes at a time moves refs of a repository on this disk. Unlike the lock of a ref, this one ends with
// the process that holds it, however that ends.
class Turn {
 public:
  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (file_ >= 0) ::close(file_);
  }
  Status take(const std::string& common_directory) {
    const std::string path = common_directory + "/gatepost.lock";
    file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file_ < 0)
      return error(ErrorKind::denied, path + ": cannot be made", "the repository's folder must be writable");
    while (::flock(file_, LOCK_EX) != 0) {
      if (errno != EINTR) return error(ErrorKind::unavailable, path + ": cannot be locked");
    }
    return Done{};
  }

 private:
  int file_ = -1;
};

// Which file a lock is; nothing when there is none.
using LockSeen = std::optional<std::tuple<ino_t, time_t, long>>;
LockSeen look_at(const std::string& path) {
  struct stat about{};
  if (::lstat(path.c_str(), &about) != 0) return std::nullopt;
  return std::tuple(about.st_ino, about.st_mtim.tv_sec, about.st_mtim.tv_nsec);
}

int try_to_move(const Repository& repository, const std::string& ref, const std::optional<ObjectId>& before,
                const ObjectId& after) {
  // Compared while the ref is locked; zeros stand for a ref that is not there.
  const ObjectId expected = before.value_or(ObjectId{});
  git_reference* raw = nullptr;
  const int status =
      git_reference_create_matching(&raw, repository.handle(), ref.c_str(), as_git(after), 1, as_git(expected), "");
  const ReferenceHandle moved(raw);
  return status;
}

}  // namespace

Result<std::optional<ObjectId>> ref_target(const Repository& repository, const std::string& ref) {
  git_oid id{};
  const int status = git_reference_name_to_id(&id, repository.handle(), ref.c_str());
  if (status == GIT_ENOTFOUND) return std::optional<ObjectId>();
  if (status < 0) return library_failure(ErrorKind::bad_input, ref + " cannot be read");
  return std::optional(from_git(id));
}

Result<std::optional<std::string>> remote_url(const Repository& repository, const std::string& name) {
  git_remote* raw = nullptr;
  const int status = git_remote_lookup(&raw, repository.handle(), name.c_str());
  const RemoteHandle remote(raw);
  if (status == GIT_ENOTFOUND || status == GIT_EINVALIDSPEC) return std::optional<std::string>();
  if (status < 0) return library_failure(ErrorKind::bad_input, "a remote cannot be read");
  const char* const url = git_remote_url(remote.get());
  return std::optional<std::string>(url == nullptr ? "" : url);
}

Result<ObjectId> write_commit(const Repository& repository, const std::optional<ObjectId>& parent,
                              const FileChanges& changes, const CommitText& text) {
  CommitHandle before;
  TreeHandle files;
  if (parent) {
    GP_TRY(before, commit_of(repository, *parent));
    GP_TRY(files, tree_of(before.get()));
  }
  GP_TRY(const git_oid tree_id, changed_tree(repository, files.get(), changes));
  git_tree* raw_tree = nullptr;
  if (git_tree_lookup(&raw_tree, repository.handle(), &tree_id) < 0)
    return library_failure(ErrorKind::bad_input, "the files that were written cannot be read");
  const TreeHandle tree(raw_tree);
  git_signature* raw_author = nullptr;
  if (git_signature_new(&raw_author, text.author.c_str(), text.email.c_str(), text.at.unix_ms / 1000, 0) < 0)
    return library_failure(ErrorKind::bad_input, "no author of a commit");
  const SignatureHandle author(raw_author);
  const git_commit* parents[] = {before.get()};
  git_oid made{};
  if (git_commit_create(&made, repository.handle(), nullptr, author.get(), author.get(), "UTF-8", text.message.c_str(),
                        tree.get(), parent ? 1 : 0, parents) < 0)
    return library_failure(ErrorKind::unavailable, "the commit cannot be written to the repository");
  return from_git(made);
}

Status move_ref(const Repository& repository, const std::string& ref, const std::optional<ObjectId>& before,
                const ObjectId& after) {
  const std::string lock = repository.common_directory() + "/" + ref + ".lock";
  Turn turn;
  GP_CHECK(turn.take(repository.common_directory()));
  const LockSeen first = look_at(lock);
  for (int look = 0; look < kLooks; ++look) {
    const int status = try_to_move(repository, ref, before, after);
    if (status >= 0) return Done{};
    if (status == GIT_EMODIFIED || status == GIT_EEXISTS || (before && status == GIT_ENOTFOUND))
      return error(ErrorKind::conflict, fmt::format("{} was moved by somebody else", ref));
    if (status != GIT_ELOCKED) return library_failure(ErrorKind::unavailable, ref + " cannot be written");
    std::this_thread::sleep_for(kPause);
  }
  // Nobody holds a ref's lock so long: its owner was killed. While it is our turn nobody else of us comes to think so.
  if (first && look_at(lock) == first && ::unlink(lock.c_str()) == 0) {
    if (try_to_move(repository, ref, before, after) >= 0) return Done{};
  }
  return error(ErrorKind::unavailable, fmt::format("{} is locked", ref),
               fmt::format("when no other process writes to the repository, remove {}", lock));
}

Result<std::string> pack_of(const Repository& repository, const ObjectId& commit) {
  GP_TRY(const CommitHandle made, commit_of(repository, commit));
  GP_TRY(const TreeHandle tree, tree_of(made.get()));
  TreeHandle known;
  if (git_commit_parentcount(made.get()) > 0) {
    GP_TRY(const CommitHandle parent, commit_of(repository, from_git(*git_commit_parent_id(made.get(), 0))));
    GP_TRY(known, tree_of(parent.get()));
  }
  git_packbuilder* raw = nullptr;
  if (git_packbuilder_new(&raw, repository.handle()) < 0)
    return library_failure(ErrorKind::unavailable, "no pack can be made");
  const PackHandle pack(raw);
  if (git_packbuilder_insert(raw, as_git(commit), nullptr) < 0)
    return library_failure(ErrorKind::bad_input, "a commit cannot be packed");
  GP_CHECK(add_new(raw, repository.handle(), tree.get(), known.get()));
  git_buf bytes = GIT_BUF_INIT;
  const int status = git_packbuilder_write_buf(&bytes, raw);
  std::string packed = status < 0 ? "" : std::string(bytes.ptr, bytes.size);
  git_buf_dispose(&bytes);
  if (status < 0) return library_failure(ErrorKind::unavailable, "no pack can be made");
  return packed;
}

}  // namespace gatepost::git
