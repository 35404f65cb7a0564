#include "git/objects.hpp"

namespace gatepost::git {
namespace {

Error unreadable(const ObjectId& id) {
  return library_failure(ErrorKind::bad_input, "git object " + id.hex() + " cannot be read");
}

// In a partial clone objects are missing by the thousand; without this question libgit2 would search the directory of
// packs anew for each.
bool surely_absent(const Repository& repository, const ObjectId& id) {
  return repository.is_partial() &&
         git_odb_exists_ext(repository.objects(), as_git(id), GIT_ODB_LOOKUP_NO_REFRESH) == 0;
}

}  // namespace

ObjectType Object::type() const {
  switch (git_odb_object_type(handle_.get())) {
    case GIT_OBJECT_COMMIT:
      return ObjectType::commit;
    case GIT_OBJECT_TREE:
      return ObjectType::tree;
    case GIT_OBJECT_TAG:
      return ObjectType::tag;
    default:
      return ObjectType::blob;
  }
}

std::string_view Object::bytes() const {
  const auto* const data = static_cast<const char*>(git_odb_object_data(handle_.get()));
  return data == nullptr ? std::string_view{} : std::string_view{data, git_odb_object_size(handle_.get())};
}

Result<std::optional<Object>> find_object(const Repository& repository, const ObjectId& id) {
  if (surely_absent(repository, id)) return std::optional<Object>{};
  git_odb_object* raw = nullptr;
  const int status = git_odb_read(&raw, repository.objects(), as_git(id));
  if (status == GIT_ENOTFOUND) return std::optional<Object>{};
  if (status < 0) return unreadable(id);
  return std::optional<Object>{OdbObjectHandle(raw)};
}

bool has_object(const Repository& repository, const ObjectId& id) {
  return git_odb_exists_ext(repository.objects(), as_git(id), GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

Result<std::optional<std::uint64_t>> object_size(const Repository& repository, const ObjectId& id) {
  if (surely_absent(repository, id)) return std::optional<std::uint64_t>{};
  std::size_t size = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const int status = git_odb_read_header(&size, &type, repository.objects(), as_git(id));
  if (status == GIT_ENOTFOUND) return std::optional<std::uint64_t>{};
  if (status < 0) return unreadable(id);
  return std::optional<std::uint64_t>{size};
}

}  // namespace gatepost::git
