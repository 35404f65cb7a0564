#include "git/pinned.hpp"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/objects.hpp"
#include "git/packets.hpp"

namespace gatepost::git {
namespace {

using OwnRepository = CHandle<git_repository, git_repository_free>;

constexpr std::uint64_t kLargestTree = std::uint64_t{16} << 20;

std::string_view name_of(ObjectType type) {
  if (type == ObjectType::commit) return "commit";
  return type == ObjectType::tree ? "tree" : "blob";
}

// The bytes of an object that is what its name says.
Result<Object> checked(const Repository& repository, const ObjectId& id, ObjectType type, std::uint64_t limit) {
  const Objects objects(repository);
  GP_TRY(const auto size, objects.size(id));
  if (!size) return error(ErrorKind::bad_input, fmt::format("{} {} is not there", name_of(type), id.short_hex()));
  if (*size > limit) {
    return error(ErrorKind::bad_input,
                 fmt::format("{} {} has {} bytes; the limit is {}", name_of(type), id.short_hex(), *size, limit));
  }
  GP_TRY(auto found, objects.find(id));
  if (!found || found->type() != type)
    return error(ErrorKind::bad_input, fmt::format("{} is no {}", id.short_hex(), name_of(type)));
  std::string text = fmt::format("{} {}", name_of(type), found->bytes().size());
  text += '\0';
  text += found->bytes();
  if (sha1_hex(text) != id.hex())
    return error(ErrorKind::bad_input,
                 fmt::format("{} {} is damaged: its bytes do not have this id", name_of(type), id.short_hex()));
  return *std::move(found);
}

struct Entry {
  std::string_view mode;
  ObjectId id;
};

std::optional<Entry> entry_of(std::string_view tree, std::string_view name) {
  constexpr std::size_t kIdBytes = 20;
  while (true) {
    const std::size_t space = tree.find(' '), end = tree.find('\0');
    if (space == std::string_view::npos || end == std::string_view::npos || space > end) return std::nullopt;
    if (tree.size() - end - 1 < kIdBytes) return std::nullopt;
    if (tree.substr(space + 1, end - space - 1) == name) {
      Entry entry{.mode = tree.substr(0, space), .id = {}};
      std::memcpy(entry.id.bytes.data(), tree.data() + end + 1, kIdBytes);
      return entry;
    }
    tree.remove_prefix(end + 1 + kIdBytes);
  }
}

Result<ObjectId> tree_of(const Repository& repository, const ObjectId& commit) {
  constexpr std::string_view kTree = "tree ";
  GP_TRY(const Object object, checked(repository, commit, ObjectType::commit, kLargestTree));
  const std::string_view bytes = object.bytes();
  const auto id = bytes.starts_with(kTree) ? ObjectId::parse(bytes.substr(kTree.size(), 40)) : std::nullopt;
  if (!id) return error(ErrorKind::bad_input, fmt::format("commit {} names no tree", commit.short_hex()));
  return *id;
}

}  // namespace

Result<std::string> read_pinned(const Repository& repository, const ObjectId& commit, std::string_view path,
                                std::uint64_t limit) {
  GP_TRY(ObjectId id, tree_of(repository, commit));
  const auto segments = text::split(path, '/');
  for (std::size_t i = 0; i < segments.size(); ++i) {
    GP_TRY(const Object tree, checked(repository, id, ObjectType::tree, kLargestTree));
    const auto entry = entry_of(tree.bytes(), segments[i]);
    if (!entry) return error(ErrorKind::bad_input, fmt::format("commit {} has no file {}", commit.short_hex(), path));
    const bool last = i + 1 == segments.size(), folder = entry->mode == "40000";
    if (last ? !entry->mode.starts_with("100") : !folder) {
      return error(
          ErrorKind::bad_input,
          fmt::format("{} is no file in commit {}: links and submodules are not followed", path, commit.short_hex()));
    }
    id = entry->id;
  }
  GP_TRY(const Object file, checked(repository, id, ObjectType::blob, limit));
  return std::string(file.bytes());
}

Result<Repository> make_bare(const std::string& folder) {
  git_repository* made = nullptr;
  if (git_repository_init(&made, folder.c_str(), 1) < 0)
    return library_failure(ErrorKind::unavailable, folder + ": no repository can be made");
  const OwnRepository repository(made);
  return Repository::open(folder, {.trusted_path = true});
}

Status add_pack(const Repository& repository, std::string_view pack) {
  git_odb_writepack* writer = nullptr;
  if (git_odb_write_pack(&writer, repository.objects().get(), nullptr, nullptr) < 0)
    return library_failure(ErrorKind::unavailable, repository.git_directory() + ": no pack can be written");
  git_indexer_progress progress{};
  const bool written =
      writer->append(writer, pack.data(), pack.size(), &progress) == 0 && writer->commit(writer, &progress) == 0;
  std::optional<Error> failure;
  if (!written) failure = library_failure(ErrorKind::bad_input, "the pack is damaged");
  writer->free(writer);
  if (failure) return *std::move(failure);
  if (git_odb_refresh(repository.objects().get()) < 0)
    return library_failure(ErrorKind::unavailable, repository.git_directory() + ": the pack cannot be read again");
  return Done{};
}

Result<Repository> unpack(const std::string& folder, std::string_view pack) {
  GP_TRY(Repository repository, make_bare(folder));
  GP_CHECK(add_pack(repository, pack));
  return repository;
}

}  // namespace gatepost::git
