#include "app/pinned_file.hpp"

#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/download.hpp"
#include "app/git_server.hpp"
#include "base/assert.hpp"
#include "base/file.hpp"
#include "git/library.hpp"
#include "git/pinned.hpp"
#include "git/protocol.hpp"
#include "net/client.hpp"

namespace gatepost::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kLargestPack = std::uint64_t{64} << 20;
constexpr net::Limits kLimits{.total = std::chrono::seconds(60),
                              .one_exchange = std::chrono::seconds(50),
                              .waiting = std::chrono::seconds(5),
                              .retries = 1};

// A folder for the objects, removed at the end.
class Scratch {
 public:
  static Result<Scratch> make() {
    std::error_code failure;
    std::string name = (fs::temp_directory_path(failure) / "gatepost-XXXXXX").string();
    if (failure || ::mkdtemp(name.data()) == nullptr)
      return error(ErrorKind::unavailable, "there is no folder for temporary files; TMPDIR may name one");
    return Scratch(std::move(name));
  }
  Scratch(Scratch&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Scratch& operator=(Scratch&&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  explicit Scratch(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

Result<std::string> file_in(std::string_view pack, const git::ObjectId& commit, const std::string& path,
                            std::uint64_t limit) {
  GP_TRY(const Scratch scratch, Scratch::make());
  GP_TRY(const git::Repository repository, git::unpack(scratch.path(), pack));
  return git::read_pinned(repository, commit, path, limit);
}

Result<std::string> fetch(const Ports& ports, const std::string& address, const git::ObjectId& commit) {
  GP_TRY(const git::Exchange exchange, exchange_with(ports, address, kLargestPack, kLimits));
  GP_TRY(const std::string answer,
         exchange({.service = "git-upload-pack", .body = git::fetch_request(commit), .version2 = true}));
  return git::pack_in(answer);
}

}  // namespace

Result<std::string> pinned_file(const Ports& ports, const config::Wanted::PinnedFile& wanted,
                                const std::string& said_folder, std::uint64_t limit) {
  constexpr std::string_view kFile = "file://";
  const auto commit = git::ObjectId::parse(wanted.commit);
  GP_ASSERT(commit.has_value());
  // Commands about files alone have not started it; it counts who needs it.
  GP_TRY(const git::Library library, git::Library::start());
  if (!is_address(wanted.repository)) {
    const bool url = wanted.repository.starts_with(kFile);
    const std::string path = wanted.repository.substr(url ? kFile.size() : 0);
    const auto repository = git::Repository::open(path, {.trusted_path = true});
    // What it advises is about the repository that is judged.
    if (!repository) return error(ErrorKind::config, repository.error().message);
    return git::read_pinned(*repository, *commit, wanted.path, limit);
  }
  const std::string folder = cache_folder(ports, said_folder);
  const std::string kept = folder.empty() ? "" : folder + "/pinned/" + commit->hex() + ".pack";
  if (!kept.empty()) {
    // What the pack holds is hashed again: a copy that somebody changed is no copy.
    if (const auto copy = read_file(kept, kLargestPack)) {
      if (auto text = file_in(*copy, *commit, wanted.path, limit)) return text;
    }
  }
  GP_TRY(const std::string pack, fetch(ports, wanted.repository, *commit));
  GP_TRY(std::string text, file_in(pack, *commit, wanted.path, limit));
  if (!kept.empty()) {
    std::error_code ignored;
    fs::create_directories(fs::path(kept).parent_path(), ignored);
    const Status written = write_file(kept, pack);  // a cache that cannot be written only costs time
    static_cast<void>(written);
  }
  return text;
}

}  // namespace gatepost::app
