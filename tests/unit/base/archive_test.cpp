#include "base/archive.hpp"

#include <doctest/doctest.h>

#include "support/make_archive.hpp"

using namespace gatepost;
using test::ArchiveFormat;
using test::make_archive;

namespace {

std::string shown(const std::string& packed, const Limits& limits = {}) {
  const auto members = read_archive(Bytes::of(packed), limits);
  if (!members) return members.error().message;
  std::string out;
  for (const ArchiveMember& member : *members) out += member.name + "=" + *member.bytes.all(1 << 20) + ";";
  return out;
}

constexpr std::string_view kDamaged = "a damaged archive, or one that ends in the middle; is the upload complete?";

}  // namespace

TEST_CASE("archive: the files in it, by name, whatever their order and kind of archive") {
  for (const ArchiveFormat format : {ArchiveFormat::zip, ArchiveFormat::tar}) {
    const std::string packed =
        make_archive(format, {{"b/two.json", "[2]"}, {"b/", ""}, {"a.json", "[1]"}, {"b/empty", ""}});
    CHECK(is_archive(packed.substr(0, kArchiveHead)));
    CHECK(shown(packed) == "a.json=[1];b/empty=;b/two.json=[2];");
  }
  CHECK(shown(make_archive(ArchiveFormat::zip, {})).empty());
}

TEST_CASE("archive: names are data, also those that climb out of a folder") {
  for (const ArchiveFormat format : {ArchiveFormat::zip, ArchiveFormat::tar}) {
    CHECK(shown(make_archive(format, {{"../../etc/passwd", "x"}, {"/root/y", "y"}})) ==
          "../../etc/passwd=x;/root/y=y;");
  }
}

TEST_CASE("archive: what is no archive is not taken for one") {
  CHECK_FALSE(is_archive(""));
  CHECK_FALSE(is_archive("PK"));
  CHECK_FALSE(is_archive(R"({"PK": 1})"));
  CHECK_FALSE(is_archive("\x1F\x8B\x08"));
}

TEST_CASE("archive: one that is cut anywhere is refused") {
  const test::ArchiveFiles files = {{"a.json", std::string(700, 'a')}, {"b.json", "b"}};
  const std::string zip = make_archive(ArchiveFormat::zip, files);
  for (std::size_t size = 4; size < zip.size(); ++size) {
    CAPTURE(size);
    CHECK(shown(zip.substr(0, size)) == kDamaged);
  }
  const std::string tar = make_archive(ArchiveFormat::tar, files);
  for (std::size_t size = kArchiveHead; size <= tar.find_last_not_of('\0'); size += 64) {
    CAPTURE(size);
    CHECK(shown(tar.substr(0, size)) == kDamaged);
  }
}

TEST_CASE("archive: a damaged file in it makes all of it damaged") {
  std::string content;
  for (std::uint32_t i = 0, x = 1; i < 2000; ++i, x = x * 1664525 + 1013904223) content += static_cast<char>(x >> 24U);
  std::string zip = make_archive(ArchiveFormat::zip, {{"a.json", content}});
  zip[zip.size() / 2] = static_cast<char>(zip[zip.size() / 2] ^ 0x55);
  CHECK(shown(zip) == kDamaged);
}

TEST_CASE("archive: an encrypted one is refused with its reason") {
  CHECK(shown(make_archive(ArchiveFormat::encrypted_zip, {{"a.json", "[1]"}})) ==
        "\"a.json\" in the archive is encrypted");
}

TEST_CASE("archive: limits on their number, size, sum and ratio") {
  Limits limits;
  limits.archive_members = 2;
  limits.member_bytes = 1000;
  limits.archive_bytes = 1500;
  for (const ArchiveFormat format : {ArchiveFormat::zip, ArchiveFormat::tar}) {
    CHECK(shown(make_archive(format, {{"a", ""}, {"b", ""}}), limits) == "a=;b=;");
    CHECK(shown(make_archive(format, {{"a", ""}, {"b", ""}, {"c", ""}}), limits) ==
          "more than the limit of 2 files in one archive");
    CHECK(shown(make_archive(format, {{"a", std::string(1001, 'x')}}), limits) ==
          "\"a\" in the archive is larger than the limit of 1000 bytes for one file");
    CHECK(shown(make_archive(format, {{"a", std::string(900, 'x')}, {"b", std::string(900, 'x')}}), limits) ==
          "unpacks to more than the limit of 1500 bytes for one archive");
  }
  const std::string bomb = make_archive(ArchiveFormat::zip, {{"a", std::string(std::size_t{8} << 20, '\0')}});
  CHECK(bomb.size() < 20'000);
  CHECK(shown(bomb) == "unpacks to more than 200 times its size; refused as a decompression bomb");
}

TEST_CASE("bytes: a part of them is read as if it were all") {
  const Bytes bytes = Bytes::of("0123456789");
  const Bytes part = bytes.part(2, 6);
  CHECK(part.size() == 6);
  CHECK(*part.all(100) == "234567");
  CHECK(*part.in_memory() == "234567");
  CHECK(*part.part(1, 3).all(100) == "345");
  std::string out(10, '\0');
  CHECK(*part.read(4, out) == 2);
  CHECK(out.substr(0, 2) == "67");
  CHECK(*part.read(6, out) == 0);
}
