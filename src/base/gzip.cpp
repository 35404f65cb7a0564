#include "base/gzip.hpp"

#include <zlib.h>

#include <cstddef>
#include <limits>

#include "base/assert.hpp"

namespace gatepost {
namespace {

constexpr int kGzip = 16;  // added to the window bits
constexpr int kMemory = 8;
constexpr int kUnknownSystem = 255;
constexpr std::size_t kChunk = std::size_t{1} << 16U;

}  // namespace

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  GP_ASSERT(deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS + kGzip, kMemory, Z_DEFAULT_STRATEGY) ==
            Z_OK);
  gz_header header{};
  header.os = kUnknownSystem;
  GP_ASSERT(deflateSetHeader(&stream, &header) == Z_OK);
  std::string out;
  std::string chunk(kChunk, '\0');
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    if (stream.avail_in == 0 && !bytes.empty()) {
      const std::string_view piece = bytes.substr(0, std::numeric_limits<int>::max());  // zlib counts in 32 bits
      stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(piece.data()));
      stream.avail_in = static_cast<uInt>(piece.size());
      bytes.remove_prefix(piece.size());
    }
    stream.next_out = reinterpret_cast<Bytef*>(chunk.data());
    stream.avail_out = static_cast<uInt>(chunk.size());
    status = deflate(&stream, bytes.empty() ? Z_FINISH : Z_NO_FLUSH);
    GP_ASSERT(status == Z_OK || status == Z_STREAM_END);
    out.append(chunk.data(), chunk.size() - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

}  // namespace gatepost
