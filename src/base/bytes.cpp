#include "base/bytes.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/descriptor.hpp"

namespace gatepost {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18;

std::string reason() { return std::strerror(errno); }

Error too_large(std::uint64_t limit, std::string_view what) {
  return error(ErrorKind::bad_input, fmt::format("larger than the limit of {} bytes for {}", limit, what),
               "split the report");
}

Status spool_descriptor(int from, Spool& spool, std::uint64_t limit) {
  std::array<char, kChunk> chunk;
  for (;;) {
    const ssize_t got = ::read(from, chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error(ErrorKind::unavailable, "cannot be read: " + reason());
    if (got == 0) return Done{};
    GP_CHECK(spool.write({chunk.data(), static_cast<std::size_t>(got)}));
    if (spool.size() > limit) return too_large(limit, "one file");
  }
}

}  // namespace

struct Bytes::Holder {
  std::string memory;
  int descriptor = -1;
  std::uint64_t size = 0;

  Holder(std::string bytes) : memory(std::move(bytes)), size(memory.size()) {}  // NOLINT(google-explicit-constructor)
  Holder(int file, std::uint64_t length) : descriptor(file), size(length) {}
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

Bytes::Bytes() : Bytes(std::make_shared<const Holder>(std::string{})) {}
Bytes::Bytes(std::shared_ptr<const Holder> holder) : holder_(std::move(holder)), size_(holder_->size) {}
Bytes Bytes::of(std::string bytes) { return Bytes(std::make_shared<const Holder>(std::move(bytes))); }
Bytes Bytes::own(int descriptor, std::uint64_t size) { return Bytes(std::make_shared<const Holder>(descriptor, size)); }

Result<Bytes> Bytes::open(const std::string& path, const Limits& limits) {
  const bool standard_input = path == "-";
  const int descriptor = standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open_file(path, O_RDONLY);
  if (descriptor < 0) return error(ErrorKind::usage, fmt::format("cannot be opened: {}", reason()));
  struct stat about{};
  const bool known = ::fstat(descriptor, &about) == 0;
  const std::string failure = known ? "" : reason();
  const bool regular = known && S_ISREG(about.st_mode) && !standard_input;
  const Bytes opened = own(descriptor, regular ? static_cast<std::uint64_t>(about.st_size) : 0);
  if (!known) return error(ErrorKind::unavailable, "cannot be read: " + failure);
  if (S_ISDIR(about.st_mode)) return error(ErrorKind::usage, "is a directory, not a file");
  if (regular && opened.size() > limits.file_bytes) return too_large(limits.file_bytes, "one file");
  if (regular) return opened;
  GP_TRY(auto spool, Spool::create());
  GP_CHECK(spool_descriptor(descriptor, spool, limits.file_bytes));
  return std::move(spool).finish();
}

Bytes Bytes::part(std::uint64_t offset, std::uint64_t size) const {
  GP_ASSERT(offset <= size_ && size <= size_ - offset);
  Bytes part = *this;
  part.first_ = first_ + offset;
  part.size_ = size;
  return part;
}

std::optional<std::string_view> Bytes::in_memory() const {
  if (holder_->descriptor >= 0) return std::nullopt;
  return std::string_view(holder_->memory).substr(static_cast<std::size_t>(first_), static_cast<std::size_t>(size_));
}

void Bytes::fetch(std::uint64_t offset) const {
  constexpr std::uint64_t kLine = 64, kLines = 3;  // the processor goes on by itself
  if (holder_->descriptor >= 0) return;
  for (std::uint64_t at = offset; at < std::min<std::uint64_t>(offset + kLines * kLine, size()); at += kLine)
    __builtin_prefetch(holder_->memory.data() + first_ + at);
}

Result<std::size_t> Bytes::read(std::uint64_t offset, std::span<char> out) const {
  if (offset >= size() || out.empty()) return std::size_t{0};
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size() - offset));
  if (holder_->descriptor < 0) {
    std::memcpy(out.data(), holder_->memory.data() + first_ + offset, wanted);
    return wanted;
  }
  for (std::size_t done = 0; done < wanted;) {
    const ssize_t got =
        ::pread(holder_->descriptor, out.data() + done, wanted - done, static_cast<off_t>(first_ + offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return error(ErrorKind::unavailable, "cannot be read: " + reason());
    if (got == 0) return error(ErrorKind::unavailable, "became shorter while it was read");
    done += static_cast<std::size_t>(got);
  }
  return wanted;
}

Result<std::string> Bytes::all(std::uint64_t limit) const {
  if (size() > limit) return too_large(limit, "one document");
  std::string bytes(static_cast<std::size_t>(size()), '\0');
  GP_CHECK(read(0, bytes));
  return bytes;
}

Result<Spool> Spool::create() {
  const char* const directory = std::getenv("TMPDIR");
  std::string name = std::string(directory != nullptr && *directory != '\0' ? directory : "/tmp") + "/gatepost-XXXXXX";
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return error(ErrorKind::unavailable, fmt::format("no temporary file {}: {}", name, reason()));
  ::unlink(name.c_str());
  return Spool(descriptor);
}

Spool::Spool(Spool&& other) noexcept : descriptor_(other.descriptor_), size_(other.size_) { other.descriptor_ = -1; }
Spool::~Spool() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status Spool::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return error(ErrorKind::unavailable, "no room for a temporary file: " + reason());
    bytes.remove_prefix(static_cast<std::size_t>(put));
    size_ += static_cast<std::uint64_t>(put);
  }
  return Done{};
}

Bytes Spool::finish() && {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  return Bytes::own(descriptor, size_);
}

bool is_gzip(std::string_view head) { return head.starts_with("\x1f\x8b\x08"); }

namespace {

// One zlib inflate stream over the members of a gzip file.
class Inflater {
 public:
  Inflater() { GP_ASSERT(inflateInit2(&stream_, 15 + 16) == Z_OK); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  Status feed(std::string_view packed, const Limits& limits, Spool& out) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));  // NOLINT: zlib's old interface
    stream_.avail_in = static_cast<uInt>(packed.size());
    packed_ += packed.size();
    while (stream_.avail_in > 0) {
      if (ended_) GP_CHECK(next_member());
      GP_CHECK(step(limits, out));
    }
    return Done{};
  }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  Status next_member() {
    if (inflateReset(&stream_) != Z_OK) return damaged();
    ended_ = false;
    return Done{};
  }
  Status step(const Limits& limits, Spool& out) {
    stream_.next_out = reinterpret_cast<Bytef*>(buffer_.data());
    stream_.avail_out = static_cast<uInt>(buffer_.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return damaged();
    ended_ = status == Z_STREAM_END;
    GP_CHECK(out.write({buffer_.data(), buffer_.size() - stream_.avail_out}));
    constexpr std::uint64_t kFree = 1 << 20;  // small files may be as repetitive as they like
    if (out.size() > limits.unpacked_bytes) return too_large(limits.unpacked_bytes, "unpacked data");
    if (out.size() > kFree && out.size() / limits.unpack_ratio > packed_) {
      return error(
          ErrorKind::bad_input,
          fmt::format("unpacks to more than {} times its size; refused as a decompression bomb", limits.unpack_ratio));
    }
    return Done{};
  }
  static Error damaged() { return error(ErrorKind::bad_input, "damaged gzip data"); }

  z_stream stream_{};
  std::array<char, kChunk> buffer_{};
  std::uint64_t packed_ = 0;
  bool ended_ = false;
};

}  // namespace

Result<Bytes> gunzip(const Bytes& packed, const Limits& limits) {
  GP_TRY(auto spool, Spool::create());
  Inflater inflater;
  std::string chunk(kChunk, '\0');
  for (std::uint64_t offset = 0; offset < packed.size();) {
    GP_TRY(const std::size_t got, packed.read(offset, chunk));
    GP_CHECK(inflater.feed({chunk.data(), got}, limits, spool));
    offset += got;
  }
  if (!inflater.ended()) return error(ErrorKind::bad_input, "gzip data ends in the middle; is the upload complete?");
  return std::move(spool).finish();
}

}  // namespace gatepost
