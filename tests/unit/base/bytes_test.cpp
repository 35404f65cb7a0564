#include "base/bytes.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <csignal>
#include <random>
#include <thread>

#include "support/temporary_folder.hpp"

using namespace gatepost;
using test::TemporaryFolder;

namespace {

std::string gzip(std::string_view plain, int level = 6) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(plain.data()));
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

std::string noise(std::size_t size) {
  std::mt19937 random(5);
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

std::string all_of(const Bytes& bytes) { return bytes.all(bytes.size()).value(); }

}  // namespace

TEST_CASE("bytes: what lies in memory is read from any offset") {
  const Bytes bytes = Bytes::of("0123456789");
  CHECK(bytes.size() == 10);
  CHECK(bytes.in_memory() == "0123456789");
  std::string room(4, '?');
  CHECK(*bytes.read(3, room) == 4);
  CHECK(room == "3456");
  CHECK(*bytes.read(8, room) == 2);
  CHECK(room == "8956");
  CHECK(*bytes.read(10, room) == 0);
  CHECK(*bytes.read(1ULL << 40U, room) == 0);
  CHECK(*bytes.read(0, {}) == 0);
}

TEST_CASE("bytes: none are there by default") {
  CHECK(Bytes().size() == 0);
  CHECK(all_of(Bytes()).empty());
}

TEST_CASE("bytes: a file is read where it lies, and copies share it") {
  const TemporaryFolder folder;
  const std::string content = noise(700'000);
  auto opened = Bytes::open(folder.write("a.bin", content));
  REQUIRE(opened.ok());
  const Bytes copy = *opened;
  opened = Bytes();
  CHECK(copy.size() == content.size());
  CHECK_FALSE(copy.in_memory());
  CHECK(all_of(copy) == content);
  std::string room(1000, '\0');
  CHECK(*copy.read(699'500, room) == 500);
  CHECK(room.substr(0, 500) == content.substr(699'500));
}

TEST_CASE("bytes: an empty file has no bytes") {
  const TemporaryFolder folder;
  const auto opened = Bytes::open(folder.write("empty", ""));
  REQUIRE(opened.ok());
  CHECK(opened->size() == 0);
}

TEST_CASE("bytes: what cannot be opened is a usage error with the reason") {
  const TemporaryFolder folder;
  const auto missing = Bytes::open(folder.path("nothing"));
  REQUIRE_FALSE(missing.ok());
  CHECK(missing.error().kind == ErrorKind::usage);
  CHECK(missing.error().message == "cannot be opened: No such file or directory");
  const auto directory = Bytes::open(folder.path());
  REQUIRE_FALSE(directory.ok());
  CHECK(directory.error().message == "is a directory, not a file");
}

TEST_CASE("bytes: a file beyond the limit is refused, and so is reading more than asked for") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", "12345");
  const auto refused = Bytes::open(path, {.file_bytes = 4});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == "larger than the limit of 4 bytes for one file");
  const auto opened = Bytes::open(path, {.file_bytes = 5});
  REQUIRE(opened.ok());
  CHECK(opened->all(5).ok());
  CHECK(opened->all(4).error().message == "larger than the limit of 4 bytes for one document");
}

TEST_CASE("bytes: a file that shrinks while it is read is an error, not a short report") {
  const TemporaryFolder folder;
  const std::string path = folder.write("a", "0123456789");
  const auto opened = Bytes::open(path);
  REQUIRE(::truncate(path.c_str(), 4) == 0);
  std::string room(10, '\0');
  const auto got = opened->read(0, room);
  REQUIRE_FALSE(got.ok());
  CHECK(got.error().message == "became shorter while it was read");
}

TEST_CASE("bytes: a pipe is written to a temporary file first") {
  const TemporaryFolder folder;
  const std::string path = folder.path("pipe"), content = noise(600'000);
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  std::thread writer([&] { folder.write("pipe", content); });
  const auto opened = Bytes::open(path);
  writer.join();
  REQUIRE(opened.ok());
  CHECK(all_of(*opened) == content);

  const auto before = std::signal(SIGPIPE, SIG_IGN);  // the writer finds nobody at the other end
  std::thread again([&] { folder.write("pipe", content); });
  const auto refused = Bytes::open(path, {.file_bytes = 1000});
  again.join();
  std::signal(SIGPIPE, before);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == "larger than the limit of 1000 bytes for one file");
}

TEST_CASE("bytes: a dash is standard input") {
  const TemporaryFolder folder;
  folder.write("input", "from a file");
  const int kept = ::dup(STDIN_FILENO);
  REQUIRE(std::freopen(folder.path("input").c_str(), "rb", stdin) != nullptr);
  const auto opened = Bytes::open("-");
  ::dup2(kept, STDIN_FILENO);
  ::close(kept);
  REQUIRE(opened.ok());
  CHECK(all_of(*opened) == "from a file");
}

TEST_CASE("bytes: a spool gives back what was written") {
  auto spool = Spool::create();
  REQUIRE(spool.ok());
  REQUIRE(spool->write("abc").ok());
  REQUIRE(spool->write("").ok());
  REQUIRE(spool->write("def").ok());
  CHECK(spool->size() == 6);
  const Bytes bytes = std::move(*spool).finish();
  CHECK(all_of(bytes) == "abcdef");
}

TEST_CASE("gzip: one member and several, large and small") {
  for (const std::size_t size : {0U, 1U, 1000U, 262'144U, 3'000'000U}) {
    CAPTURE(size);
    const std::string plain = noise(size);
    const std::string packed = gzip(plain);
    CHECK(is_gzip(packed));
    CHECK(all_of(gunzip(Bytes::of(packed), {}).value()) == plain);
    CHECK(all_of(gunzip(Bytes::of(packed + gzip("tail") + gzip("")), {}).value()) == plain + "tail");
  }
}

TEST_CASE("gzip: data that is cut at any byte is an error") {
  const std::string packed = gzip("some text, some text, some more text");
  for (std::size_t length = 0; length < packed.size(); ++length) {
    const auto plain = gunzip(Bytes::of(packed.substr(0, length)), {});
    REQUIRE_FALSE(plain.ok());
    CHECK(plain.error().message == "gzip data ends in the middle; is the upload complete?");
  }
}

TEST_CASE("gzip: damaged data is an error") {
  std::string packed = gzip("some text, some text");
  CHECK(gunzip(Bytes::of(packed + "garbage behind"), {}).error().message == "damaged gzip data");
  packed[packed.size() - 6] ^= 1;  // the checksum
  CHECK(gunzip(Bytes::of(packed), {}).error().message == "damaged gzip data");
  CHECK(gunzip(Bytes::of("\x1f\x8b\x08 nothing"), {}).error().message == "damaged gzip data");
}

TEST_CASE("gzip: a bomb is refused, a small repetitive file is not") {
  const std::string zeros(20'000'000, '\0');
  const auto bomb = gunzip(Bytes::of(gzip(zeros)), {});
  REQUIRE_FALSE(bomb.ok());
  CHECK(bomb.error().message == "unpacks to more than 200 times its size; refused as a decompression bomb");
  CHECK(gunzip(Bytes::of(gzip(zeros.substr(0, 1'000'000))), {}).ok());
  const auto large = gunzip(Bytes::of(gzip(noise(100'000))), {.unpacked_bytes = 99'999});
  REQUIRE_FALSE(large.ok());
  CHECK(large.error().message == "larger than the limit of 99999 bytes for unpacked data");
}
