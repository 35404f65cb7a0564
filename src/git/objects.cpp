#include "git/objects.hpp"

namespace gatepost::git {
namespace {

Error unreadable(const ObjectId& id) {
  return library_failure(ErrorKind::bad_input, "git object " + id.hex() + " cannot be read");
}

}  // namespace

ObjectType Object::type() const {
  if (handle_ == nullptr) return ObjectType::blob;
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
  if (handle_ == nullptr) return {};
  const auto* const data = static_cast<const char*>(git_odb_object_data(handle_.get()));
  return data == nullptr ? std::string_view{} : std::string_view{data, git_odb_object_size(handle_.get())};
}

Result<Objects> Objects::open_own(const Repository& repository) {
  git_odb* raw = nullptr;
  const std::string directory = repository.common_directory() + "/objects";
  if (git_odb_open(&raw, directory.c_str()) < 0) return library_failure(ErrorKind::bad_input, directory);
  Objects own(repository);
  own.handle_ = {raw, git_odb_free};
  return own;
}

Result<std::optional<Object>> Objects::find(const ObjectId& id) const {
  // In a partial clone objects are missing by the thousand: libgit2 would search the directory of packs anew for each.
  if (surely_absent(id)) return std::optional<Object>{};
  git_odb_object* raw = nullptr;
  const int status = git_odb_read(&raw, handle_.get(), as_git(id));
  if (status == GIT_ENOTFOUND) return std::optional<Object>{};
  if (status < 0) return unreadable(id);
  return std::optional<Object>{OdbObjectHandle(raw)};
}

Result<std::optional<std::uint64_t>> Objects::size(const ObjectId& id) const {
  if (surely_absent(id)) return std::optional<std::uint64_t>{};
  std::size_t bytes = 0;
  git_object_t type = GIT_OBJECT_INVALID;
  const int status = git_odb_read_header(&bytes, &type, handle_.get(), as_git(id));
  if (status == GIT_ENOTFOUND) return std::optional<std::uint64_t>{};
  if (status < 0) return unreadable(id);
  return std::optional<std::uint64_t>{bytes};
}

bool Objects::has(const ObjectId& id) const {
  return git_odb_exists_ext(handle_.get(), as_git(id), GIT_ODB_LOOKUP_NO_REFRESH) == 1;
}

Result<std::optional<Object>> find_object(const Repository& repository, const ObjectId& id) {
  return Objects(repository).find(id);
}

bool has_object(const Repository& repository, const ObjectId& id) { return Objects(repository).has(id); }

}  // namespace gatepost::git
