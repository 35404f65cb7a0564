#include "base/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/deleter.hpp"
#include "base/text.hpp"

namespace gatepost {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;
constexpr std::size_t kTarBlock = 512;
constexpr std::string_view kDamaged = "a damaged archive, or one that ends in the middle; is the upload complete?";

bool is_zip(std::string_view head) { return head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06"); }
bool is_tar(std::string_view head) { return head.size() >= kTarBlock && head.substr(257, 5) == "ustar"; }

// What the library reads from.
struct Input {
  const Bytes& bytes;
  std::uint64_t at = 0;
  std::array<char, kChunk> chunk{};
};

la_ssize_t read_input(archive* /*library*/, void* data, const void** out) {
  Input& input = *static_cast<Input*>(data);
  const auto got = input.bytes.read(input.at, input.chunk);
  if (!got) return ARCHIVE_FATAL;
  *out = input.chunk.data();
  input.at += *got;
  return static_cast<la_ssize_t>(*got);
}

la_int64_t seek_input(archive* /*library*/, void* data, la_int64_t offset, int whence) {
  Input& input = *static_cast<Input*>(data);
  const auto size = static_cast<la_int64_t>(input.bytes.size());
  const la_int64_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? static_cast<la_int64_t>(input.at) : size;
  if (offset < -from || offset > size - from) return ARCHIVE_FATAL;
  input.at = static_cast<std::uint64_t>(from + offset);
  return from + offset;
}

la_int64_t skip_input(archive* /*library*/, void* data, la_int64_t wanted) {
  Input& input = *static_cast<Input*>(data);
  const auto left = static_cast<la_int64_t>(input.bytes.size() - input.at);
  const la_int64_t skipped = std::clamp<la_int64_t>(wanted, 0, left);
  input.at += static_cast<std::uint64_t>(skipped);
  return skipped;
}

// Of a zip archive only what its directory at the end lists counts: a cut one has none.
std::unique_ptr<archive, Deleter<archive_read_free>> open_archive(Input& input, bool zip) {
  std::unique_ptr<archive, Deleter<archive_read_free>> reader(archive_read_new());
  GP_ASSERT(reader != nullptr);
  if (zip) {
    archive_read_support_format_zip_seekable(reader.get());
  } else {
    archive_read_support_format_tar(reader.get());
  }
  archive_read_set_read_callback(reader.get(), read_input);
  archive_read_set_seek_callback(reader.get(), seek_input);
  archive_read_set_skip_callback(reader.get(), skip_input);
  archive_read_set_callback_data(reader.get(), &input);
  if (archive_read_open1(reader.get()) != ARCHIVE_OK) return nullptr;
  return reader;
}

Error refuse(std::string why, std::string hint = {}) {
  return error(ErrorKind::bad_input, std::move(why), std::move(hint));
}

std::string name_of(archive_entry* entry) {
  const char* const utf8 = archive_entry_pathname_utf8(entry);
  const char* const name = utf8 != nullptr ? utf8 : archive_entry_pathname(entry);
  return name == nullptr ? "(a name that cannot be read)" : text::to_utf8(name);
}

// What was found so far.
class Unpacking {
 public:
  Unpacking(const Bytes& packed, const Limits& limits, Spool spool)
      : packed_(packed), limits_(limits), spool_(std::move(spool)) {}

  Status add(archive* reader, archive_entry* entry) {
    const std::string name = name_of(entry);
    if (archive_entry_is_encrypted(entry) != 0)
      return refuse(fmt::format("\"{}\" in the archive is encrypted", text::printable(name)),
                    "upload it without password");
    if (++entries_ > limits_.archive_members)
      return refuse(fmt::format("more than the limit of {} files in one archive", limits_.archive_members));
    if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) != nullptr) return Done{};
    const std::uint64_t begin = spool_.size();
    GP_CHECK(read_data(reader, begin, name));
    places_.push_back({name, begin, spool_.size() - begin});
    return Done{};
  }

  std::vector<ArchiveMember> finish() && {
    const Bytes all = std::move(spool_).finish();
    std::ranges::stable_sort(places_, {}, &Place::name);
    std::vector<ArchiveMember> members;
    for (Place& place : places_) members.push_back({std::move(place.name), all.part(place.begin, place.size)});
    return members;
  }

 private:
  struct Place {
    std::string name;
    std::uint64_t begin = 0, size = 0;
  };

  Status read_data(archive* reader, std::uint64_t begin, const std::string& name) {
    for (;;) {
      const la_ssize_t got = archive_read_data(reader, chunk_.data(), chunk_.size());
      if (got == 0) return Done{};
      if (got < 0) return refuse(std::string(kDamaged));
      GP_CHECK(spool_.write({chunk_.data(), static_cast<std::size_t>(got)}));
      GP_CHECK(check_size(begin, name));
    }
  }

  Status check_size(std::uint64_t begin, const std::string& name) const {
    constexpr std::uint64_t kFree = 1 << 20;  // small files may be as repetitive as they like
    const std::uint64_t all = spool_.size();
    if (all > kFree && all / limits_.unpack_ratio > packed_.size()) {
      return refuse(
          fmt::format("unpacks to more than {} times its size; refused as a decompression bomb", limits_.unpack_ratio));
    }
    if (all - begin > limits_.member_bytes) {
      return refuse(fmt::format("\"{}\" in the archive is larger than the limit of {} bytes for one file",
                                text::printable(name), limits_.member_bytes));
    }
    if (all > limits_.archive_bytes)
      return refuse(fmt::format("unpacks to more than the limit of {} bytes for one archive", limits_.archive_bytes));
    return Done{};
  }

  const Bytes& packed_;
  const Limits& limits_;
  Spool spool_;
  std::uint64_t entries_ = 0;
  std::vector<Place> places_;
  std::array<char, kChunk> chunk_{};
};

// The end of a zip archive and nothing before it, which the library takes for no archive.
bool is_empty_zip(std::string_view head) {
  constexpr std::size_t kEndBytes = 22;
  return head.size() >= kEndBytes && head.starts_with("PK\x05\x06") &&
         head.substr(4, 16).find_first_not_of('\0') == std::string_view::npos;
}

// A tar archive ends with blocks of zeros; the library does not miss them.
Result<bool> is_cut_tar(const Bytes& packed) {
  std::string last(kTarBlock, '\0');
  if (packed.size() < kTarBlock) return true;
  GP_CHECK(packed.read(packed.size() - kTarBlock, last));
  return last.find_first_not_of('\0') != std::string::npos;
}

}  // namespace

bool is_archive(std::string_view head) { return is_zip(head) || is_tar(head); }

Result<std::vector<ArchiveMember>> read_archive(const Bytes& packed, const Limits& limits) {
  std::string head(kArchiveHead, '\0');
  GP_TRY(const std::size_t got, packed.read(0, head));
  head.resize(got);
  if (is_empty_zip(head)) return std::vector<ArchiveMember>();
  const bool zip = is_zip(head);
  if (!zip) {
    GP_TRY(const bool cut, is_cut_tar(packed));
    if (cut) return refuse(std::string(kDamaged));
  }
  const auto input = std::make_unique<Input>(Input{.bytes = packed});
  const auto reader = open_archive(*input, zip);
  if (reader == nullptr) return refuse(std::string(kDamaged));
  GP_TRY(auto spool, Spool::create());
  const auto unpacking = std::make_unique<Unpacking>(packed, limits, std::move(spool));
  for (;;) {
    archive_entry* entry = nullptr;
    const int status = archive_read_next_header(reader.get(), &entry);
    if (status == ARCHIVE_EOF) return std::move(*unpacking).finish();
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) return refuse(std::string(kDamaged));
    GP_CHECK(unpacking->add(reader.get(), entry));
  }
}

}  // namespace gatepost
