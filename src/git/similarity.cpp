#include "git/similarity.hpp"

#include <algorithm>
#include <cstddef>

namespace gatepost::git {
namespace {

constexpr std::size_t kBinaryHead = 8'000;
constexpr std::uint32_t kLongestPiece = 64;

// git's hash of a piece: two words that are shifted into each other by 7 bits for every byte.
class PieceHash {
 public:
  void add(unsigned char byte) {
    const std::uint32_t high = (first_ << 7U) ^ (second_ >> 25U);
    second_ = (second_ << 7U) ^ (first_ >> 25U);
    first_ = high + byte;
    ++size_;
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t value() const { return (first_ + second_ * 0x61U) % kPieceHashes; }

 private:
  std::uint32_t first_ = 0, second_ = 0, size_ = 0;
};

}  // namespace

bool is_binary(std::string_view content) { return content.substr(0, kBinaryHead).find('\0') != std::string_view::npos; }

void PieceCounter::add(std::uint32_t hash, std::uint32_t bytes, std::vector<Piece>& seen) {
  if (bytes_[hash] == 0) seen.push_back({hash, 0});
  bytes_[hash] += bytes;
}

std::vector<Piece> PieceCounter::pieces(std::string_view content) {
  std::vector<Piece> seen;
  const bool text = !is_binary(content);
  PieceHash hash;
  for (std::size_t i = 0; i < content.size(); ++i) {
    const char c = content[i];
    if (text && c == '\r' && i + 1 < content.size() && content[i + 1] == '\n') continue;
    hash.add(static_cast<unsigned char>(c));
    if (hash.size() < kLongestPiece && c != '\n') continue;
    add(hash.value(), hash.size(), seen);
    hash = {};
  }
  if (hash.size() != 0) add(hash.value(), hash.size(), seen);
  for (Piece& piece : seen) {
    piece.bytes = bytes_[piece.hash];
    bytes_[piece.hash] = 0;
  }
  return seen;
}

std::uint64_t PieceCounter::common(const std::vector<Piece>& a, const std::vector<Piece>& b) {
  for (const Piece& piece : a) bytes_[piece.hash] = piece.bytes;
  std::uint64_t sum = 0;
  for (const Piece& piece : b) sum += std::min(bytes_[piece.hash], piece.bytes);
  for (const Piece& piece : a) bytes_[piece.hash] = 0;
  return sum;
}

std::uint32_t similarity_score(std::uint64_t common, std::uint64_t old_size, std::uint64_t new_size,
                               std::uint32_t least) {
  const auto [smaller, larger] = std::minmax(old_size, new_size);
  if (larger == 0 || larger * (kFullScore - least) < (larger - smaller) * kFullScore) return 0;
  return static_cast<std::uint32_t>(common * kFullScore / larger);
}

}  // namespace gatepost::git
