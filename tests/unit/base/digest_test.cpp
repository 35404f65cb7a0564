#include "base/digest.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace gatepost;

namespace {

std::string bytes_of(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

}  // namespace

TEST_CASE("digest: SHA-256 of the examples of FIPS 180-4") {
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(hex(sha256(std::string(1'000'000, 'a'))) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("digest: a hash may be fed in parts and used again") {
  Sha256 hash;
  const Digest256 first = hash.add("a").add("").add("bc").finish();
  CHECK(first == sha256("abc"));
  CHECK(hash.add("abc").finish() == first);
  const Digest128 half = hash.add("abc").finish128();
  CHECK(hex(half) == hex(first).substr(0, 32));
}

TEST_CASE("digest: parts of any length make the same hash as the whole") {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += static_cast<char>(i * 7 % 251);
  const Digest256 whole = sha256(text);
  for (const std::size_t part : {1U, 7U, 64U, 255U, 256U, 257U, 511U, 512U, 513U, 1000U}) {
    Sha256 hash;
    for (std::size_t i = 0; i < text.size(); i += part) hash.add(std::string_view(text).substr(i, part));
    CHECK(hash.finish() == whole);
    CHECK(hash.add(std::string_view(text).substr(0, part)).add(std::string_view(text).substr(part)).finish() == whole);
  }
}

TEST_CASE("digest: the order is that of the bytes") {
  for (std::size_t i = 0; i < 16; ++i) {
    Digest128 low, high;
    low.bytes[i] = 0x7F;
    high.bytes[i] = 0x80;
    for (std::size_t behind = i + 1; behind < 16; ++behind) low.bytes[behind] = 0xFF;
    CHECK(low < high);
    CHECK((low <=> low) == std::strong_ordering::equal);
    CHECK((low <=> high) == (low.bytes <=> high.bytes));
  }
}

TEST_CASE("digest: fields cannot be confused with their neighbours") {
  CHECK(Sha256().field("a").field("bc").finish() != Sha256().field("ab").field("c").finish());
  CHECK(Sha256().field("").finish() == Sha256().field(std::uint64_t{0}).finish());  // both are eight zero bytes
  CHECK(Sha256().field(std::uint64_t{1}).finish() == sha256(std::string_view("\1\0\0\0\0\0\0\0", 8)));
}

TEST_CASE("digest: HMAC-SHA-256 of the examples of RFC 4231") {
  CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  CHECK(hex(hmac_sha256(bytes_of("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'))) ==
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  CHECK(hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("digest: HMAC takes an empty key and an empty text") {
  CHECK(hex(hmac_sha256({}, {})) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("digest: base32 of RFC 4648 without padding") {
  // The alphabet by hand: 128 bits are 25 letters and three bits more.
  CHECK(base32(Digest128{}) == std::string(26, 'A'));
  Digest128 ones;
  ones.bytes.fill(0xFF);
  CHECK(base32(ones) == std::string(25, '7') + "4");
  Digest128 foobar;  // "foobar" is MZXW6YTBOI in the RFC; ten zero bytes follow
  for (std::size_t i = 0; i < 6; ++i) foobar.bytes[i] = static_cast<std::uint8_t>("foobar"[i]);
  CHECK(base32(foobar).substr(0, 9) == "MZXW6YTBO");
  CHECK(base32(foobar).size() == 26);
}

TEST_CASE("digest: an all-zero digest counts as not computed") {
  CHECK(Digest128{}.empty());
  CHECK_FALSE(Sha256().add("x").finish128().empty());
}
