#include <doctest/doctest.h>

#include <cstdint>
#include <string>

#include "model/finding.hpp"
#include "model/severity.hpp"

namespace gatepost {

TEST_CASE("finding: ids are ordered as they are written") {
  std::uint32_t state = 7;
  const auto next = [&] {
    state = state * 1664525U + 1013904223U;
    return static_cast<std::uint8_t>(state >> 24U);
  };
  for (int round = 0; round < 2000; ++round) {
    FindingId a, b;
    for (auto& byte : a.digest.bytes) byte = next();
    b = a;
    CHECK((a <=> b) == std::strong_ordering::equal);
    // Equal up to some byte, so that every letter is the first that differs now and then.
    for (std::size_t i = next() % 16U; i < 16; ++i) b.digest.bytes[i] = next();
    CHECK((a <=> b) == (to_string(a) <=> to_string(b)));
  }
}

TEST_CASE("finding ids: what is written is read back, and nothing else is an id") {
  for (unsigned first = 0; first < 256; first += 5) {
    FindingId id;
    for (std::size_t i = 0; i < id.digest.bytes.size(); ++i)
      id.digest.bytes[i] = static_cast<std::uint8_t>(first * 7 + i * 31);
    CHECK(parse_finding_id(to_string(id)) == id);
  }
  const std::string written = to_string(FindingId{});
  CHECK(parse_finding_id(written) == FindingId{});
  std::string bits_behind = written, other_letter = written;
  bits_behind.back() = 'B';  // its last bits are not part of the digest
  other_letter[5] = '1';
  for (const std::string& text : {bits_behind, other_letter, short_form(FindingId{}), written + "A", " " + written,
                                  std::string("gp-") + written.substr(3), std::string()})
    CHECK_FALSE(parse_finding_id(text).has_value());
}

TEST_CASE("severity methods: every name is read back") {
  for (int i = 0; i <= static_cast<int>(SeverityMethod::derived); ++i) {
    const auto method = static_cast<SeverityMethod>(i);
    CHECK(parse_severity_method(to_string(method)) == method);
  }
  CHECK_FALSE(parse_severity_method("CVSS31").has_value());
  CHECK_FALSE(parse_severity_method("").has_value());
}

}  // namespace gatepost
