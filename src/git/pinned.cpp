#include "git/pinned.hpp"

#include <fmt/core.h>

#include <optional>
#include <utility>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "git/handles.hpp"
#include "git/objects.hpp"

namespace gatepost::git {
namespace {

using OwnRepository = CHandle<git_repository, git_repository_free>;
using OdbHandle = CHandle<git_odb, git_odb_free>;

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

// --- the protocol ---

std::string packet(std::string_view line) { return fmt::format("{:04x}{}", line.size() + 4, line); }

// Takes packets off the front of an answer.
class Packets {
 public:
  enum class Kind { data, other, end };
  explicit Packets(std::string_view bytes) : rest_(bytes) {}

  // `data` is what a packet holds; `other` a mark between packets. `end` is also what is no packet.
  Kind next(std::string_view& data) {
    constexpr std::size_t kHead = 4;
    if (rest_.size() < kHead) return Kind::end;
    std::size_t size = 0;
    for (const char c : rest_.substr(0, kHead)) {
      const auto digit = std::string_view("0123456789abcdef").find(text::lower(std::string(1, c)));
      if (digit == std::string_view::npos) return Kind::end;
      size = size * 16 + digit;
    }
    if (size < kHead) {
      rest_.remove_prefix(kHead);
      return size == 3 ? Kind::end : Kind::other;
    }
    if (size > rest_.size()) return Kind::end;
    data = rest_.substr(kHead, size - kHead);
    rest_.remove_prefix(size);
    return Kind::data;
  }

 private:
  std::string_view rest_;
};

Error refused(std::string_view words) {
  return error(ErrorKind::bad_input, fmt::format("the server refuses: {}", text::printable(text::trim(words), 200)));
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

std::string fetch_request(const ObjectId& commit) {
  return packet("command=fetch\n") + "0001" + packet("no-progress\n") + packet("ofs-delta\n") + packet("deepen 1\n") +
         packet(fmt::format("want {}\n", commit.hex())) + packet("done\n") + "0000";
}

Result<std::string> pack_in(std::string_view response) {
  constexpr char kData = 1, kFailure = 3;
  Packets packets(response);
  std::string pack;
  bool inside = false;
  std::string_view data;
  for (auto kind = packets.next(data); kind != Packets::Kind::end; kind = packets.next(data)) {
    if (kind == Packets::Kind::other || data.empty()) continue;
    if (!inside && data.starts_with("ERR ")) return refused(data.substr(4));
    if (inside && data[0] == kFailure) return refused(data.substr(1));
    if (inside && data[0] == kData) pack += data.substr(1);
    inside = inside || text::trim(data) == "packfile";
  }
  if (pack.starts_with("PACK")) return pack;
  return error(ErrorKind::bad_input, "the answer holds no pack",
               "the server has to speak version 2 of git's protocol, as every git from 2.18 on does");
}

Result<Repository> unpack(const std::string& folder, std::string_view pack) {
  git_repository* made = nullptr;
  if (git_repository_init(&made, folder.c_str(), 1) < 0)
    return library_failure(ErrorKind::unavailable, folder + ": no repository can be made");
  const OwnRepository repository(made);
  git_odb* opened = nullptr;
  if (git_repository_odb(&opened, made) < 0)
    return library_failure(ErrorKind::unavailable, folder + ": no objects can be written");
  const OdbHandle objects(opened);
  git_odb_writepack* writer = nullptr;
  if (git_odb_write_pack(&writer, opened, nullptr, nullptr) < 0)
    return library_failure(ErrorKind::unavailable, folder + ": no pack can be written");
  git_indexer_progress progress{};
  const bool written =
      writer->append(writer, pack.data(), pack.size(), &progress) == 0 && writer->commit(writer, &progress) == 0;
  std::optional<Error> failure;
  if (!written) failure = library_failure(ErrorKind::bad_input, "the pack is damaged");
  writer->free(writer);
  if (failure) return *std::move(failure);
  return Repository::open(folder, {.trusted_path = true});
}

}  // namespace gatepost::git
