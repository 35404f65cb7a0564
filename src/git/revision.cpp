#include "git/revision.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/objects.hpp"

namespace gatepost::git {
namespace {

// Text that a shell and git take literally, so that it may stand in a command we propose.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.front() != '-' && std::ranges::all_of(name, [](char c) {
    return text::is_alnum(c) || std::string_view("._/-").find(c) != std::string_view::npos;
  });
}

// A depth would make a complete clone shallow.
std::string_view depth_option(const Repository& repository) { return repository.is_shallow() ? "--depth=1 " : ""; }

std::string hint_for(const Repository& repository, std::string_view revision) {
  if (repository.is_shallow() && revision.find_first_of("~^@") != std::string_view::npos) {
    return fmt::format("this clone is shallow; run: {}", unshallow_command());
  }
  const std::string_view name = revision.starts_with("origin/") ? revision.substr(7) : revision;
  if (!is_plain_name(name)) return "";
  if (!name.starts_with("refs/")) {
    return "if it is a branch of the remote, run: " + fetch_branch_command(repository, name);
  }
  return fmt::format("run: git fetch --no-tags {}origin +{}:{}", depth_option(repository), name, name);
}

Error unknown_revision(const Repository& repository, std::string_view revision) {
  return error(ErrorKind::usage,
               fmt::format("revision \"{}\": no such commit in this clone", text::printable(revision)),
               hint_for(repository, revision));
}

Error absent_commit(const Repository& repository, const ObjectId& id) {
  return error(ErrorKind::usage, fmt::format("commit {} is not in this clone", id.hex()),
               fmt::format("run: {}", fetch_command(repository, id)));
}

// The commit that an object is or stands for.
Result<ObjectId> peel(git_object* object, std::string_view revision) {
  git_object* raw = nullptr;
  if (git_object_peel(&raw, object, GIT_OBJECT_COMMIT) < 0) {
    return error(ErrorKind::usage, fmt::format("revision \"{}\": is a {}, not a commit", text::printable(revision),
                                               git_object_type2string(git_object_type(object))));
  }
  const ObjectHandle commit(raw);
  return from_git(*git_object_id(commit.get()));
}

std::optional<ObjectId> find_reference(const Repository& repository, const std::string& name) {
  git_oid id;
  if (git_reference_name_to_id(&id, repository.handle(), name.c_str()) < 0) return std::nullopt;
  return from_git(id);
}

// git takes the first of several references that a name may mean, a tag before a branch before a remote's branch. Who
// may push a tag would then choose what "origin/main" is.
std::optional<Error> ambiguity(const Repository& repository, const std::string& name) {
  std::vector<std::string> places;
  std::optional<ObjectId> first;
  bool differ = false;
  for (const std::string_view place : {"refs/tags/", "refs/heads/", "refs/remotes/"}) {
    const std::string full = std::string(place) + name;
    const auto found = find_reference(repository, full);
    if (!found) continue;
    differ |= first && *first != *found;
    first = first ? first : found;
    places.push_back(full);
  }
  if (!differ) return std::nullopt;
  return error(ErrorKind::usage,
               fmt::format("revision \"{}\": may be {}", text::printable(name), text::join(places, " or ")),
               "give the whole name of the one that is meant");
}

}  // namespace

Result<ObjectId> resolve_commit(const Repository& repository, const std::string& revision) {
  // A full id is that object and nothing else, whatever branch may have taken it as its name.
  const auto full = ObjectId::parse(revision);
  if (full && !has_object(repository, *full)) return absent_commit(repository, *full);
  // "rev:path" and ":path" are files; ":/text" searches; "" is nothing.
  if (revision.empty() || revision.find(':') != std::string::npos || revision.find('\0') != std::string::npos) {
    return error(ErrorKind::usage, fmt::format("revision \"{}\": does not name a commit", text::printable(revision)),
                 "give a branch, a tag or a commit id");
  }
  if (const auto several = ambiguity(repository, revision)) return *several;
  git_object* raw = nullptr;
  const int status = full ? git_object_lookup(&raw, repository.handle(), as_git(*full), GIT_OBJECT_ANY)
                          : git_revparse_single(&raw, repository.handle(), revision.c_str());
  if (status == GIT_EAMBIGUOUS) {
    return error(ErrorKind::usage, fmt::format("revision \"{}\": several objects have an id that starts so", revision),
                 "give more digits");
  }
  if (status < 0) return unknown_revision(repository, revision);
  const ObjectHandle object(raw);
  return peel(object.get(), revision);
}

std::optional<ObjectId> find_branch(const Repository& repository, std::string_view name) {
  if (name.empty() || name.find('\0') != std::string_view::npos) return std::nullopt;
  for (const std::string_view place : {"refs/remotes/origin/", "refs/heads/"}) {
    const auto found = find_reference(repository, std::string(place).append(name));
    if (found && has_object(repository, *found)) return found;
  }
  return std::nullopt;
}

Result<ObjectId> head_commit(const Repository& repository) {
  if (git_repository_head_unborn(repository.handle()) == 1) {
    return error(ErrorKind::usage, fmt::format("{}: has no commit yet", repository.git_directory()));
  }
  return resolve_commit(repository, "HEAD");
}

std::string fetch_command(const Repository& repository, const ObjectId& commit) {
  return fmt::format("git fetch --no-tags {}origin {}", depth_option(repository), commit.hex());
}

std::string fetch_branch_command(const Repository& repository, std::string_view branch) {
  if (!is_plain_name(branch)) return "git fetch --no-tags origin";
  return fmt::format("git fetch --no-tags {}origin +refs/heads/{}:refs/remotes/origin/{}", depth_option(repository),
                     branch, branch);
}

std::string unfilter_command() { return "git fetch --refetch --no-filter origin"; }

std::string unshallow_command() { return "git fetch --no-tags --unshallow origin"; }

}  // namespace gatepost::git
