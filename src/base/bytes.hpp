// The bytes of one artifact: held in memory, or read from an open file by offset. Copies share the bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "base/result.hpp"

namespace gatepost {

class Bytes {
 public:
  Bytes();  // no bytes
  static Bytes of(std::string bytes);
  // A regular file, read where it lies; a pipe or terminal ("-" is standard input) is first written to an unnamed
  // temporary file. Directories are refused.
  static Result<Bytes> open(const std::string& path, const Limits& limits = {});

  [[nodiscard]] std::uint64_t size() const { return size_; }
  // Fills `out` from `offset`; returns the number of bytes read, fewer than asked only at the end. Fails when the file
  // shrank under our hands.
  [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<char> out) const;
  // `size` of these bytes from `offset` on; they must be there.
  [[nodiscard]] Bytes part(std::uint64_t offset, std::uint64_t size) const;
  // All bytes; an error that names the limit when there are more than `limit`.
  [[nodiscard]] Result<std::string> all(std::uint64_t limit) const;
  // The bytes when they are in memory anyway.
  [[nodiscard]] std::optional<std::string_view> in_memory() const;
  // Sends for the bytes from `offset` on, which will be read soon, when they are in memory.
  void fetch(std::uint64_t offset) const;

 private:
  struct Holder;
  explicit Bytes(std::shared_ptr<const Holder> holder);
  static Bytes own(int descriptor, std::uint64_t size);
  friend class Spool;
  std::shared_ptr<const Holder> holder_;
  std::uint64_t first_ = 0;  // of the holder's bytes
  std::uint64_t size_ = 0;
};

// Collects bytes of unknown number in an unnamed temporary file.
class Spool {
 public:
  static Result<Spool> create();
  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&&) = delete;
  ~Spool();
  Status write(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const { return size_; }
  Bytes finish() &&;

 private:
  explicit Spool(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// True when the bytes start like a gzip member.
bool is_gzip(std::string_view head);
// Unpacks gzip. Refuses more than limits.unpacked_bytes, a ratio above limits.unpack_ratio, and damaged data.
Result<Bytes> gunzip(const Bytes& packed, const Limits& limits);

}  // namespace gatepost
