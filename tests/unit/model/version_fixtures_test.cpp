// Orders that the specifications of the ecosystems give, and what every order must have.
#include <doctest/doctest.h>

#include <array>
#include <random>
#include <string>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "model/version.hpp"

using namespace gatepost;

namespace {

std::vector<std::string> lines_of(VersionScheme scheme) {
  const std::string path =
      std::string(GATEPOST_SOURCE_DIR) + "/tests/data/versions/" + std::string(to_string(scheme)) + ".txt";
  const auto text = read_file(path, 1 << 20);
  REQUIRE_MESSAGE(text.ok(), path);
  std::vector<std::string> lines;
  for (const std::string_view line : text::split(*text, '\n')) {
    if (!line.empty() && !line.starts_with('#')) lines.emplace_back(line);
  }
  return lines;
}

char sign_of(const std::optional<std::weak_ordering>& order) {
  if (!order) return '?';
  return *order < 0 ? '<' : *order > 0 ? '>' : '=';
}

VersionScheme scheme_at(std::size_t index) { return static_cast<VersionScheme>(index); }

// Texts near to versions, and others.
std::string random_version(std::mt19937& random, const std::vector<std::string>& seeds) {
  static const std::vector<std::string> kPieces = {"0",     "1",        "10",   "01",    std::string(70, '9'),
                                                   ".",     "-",        "_",    "~",     "^",
                                                   "+",     ":",        "!",    "a",     "rc",
                                                   "alpha", "SNAPSHOT", "post", "dev",   "-r1",
                                                   "_p1",   "pl",       "ga",   "final", "sp",
                                                   "v",     "\xCE\xB1", "\xFF", " ",     std::string(1, '\0'),
                                                   "..",    "--"};
  std::string out = random() % 3 == 0 ? "" : seeds[random() % seeds.size()];
  for (unsigned i = random() % 4; i > 0; --i) {
    const std::string& piece = kPieces[random() % kPieces.size()];
    out.insert(out.empty() ? 0 : random() % (out.size() + 1), piece);
  }
  if (!out.empty() && random() % 4 == 0) out.erase(random() % out.size(), 1);
  return out;
}

}  // namespace

TEST_CASE("versions: every scheme orders versions as its specification says") {
  for (std::size_t i = 0; i < kVersionSchemeNames.size(); ++i) {
    const auto lines = lines_of(scheme_at(i));
    CHECK(lines.size() >= 150);
    for (const std::string& line : lines) {
      const auto words = text::split(line, ' ');
      REQUIRE(words.size() == 3);
      CAPTURE(kVersionSchemeNames[i]);
      CAPTURE(line);
      CHECK(sign_of(compare_versions(scheme_at(i), words[0], words[2])) == words[1][0]);
    }
  }
}

// ComparableVersion goes in circles when a word stands between points: 1 < 1.a.2 < 1-rc < 1. What Maven does counts.
TEST_CASE("versions: every order is total, also on what a stranger makes up") {
  constexpr int kRounds = 30;
  constexpr std::size_t kEach = 24;
  std::mt19937 random(20260101);  // NOLINT(bugprone-random-generator-seed): the same every time
  for (std::size_t i = 0; i < kVersionSchemeNames.size(); ++i) {
    std::vector<std::string> seeds;
    for (const std::string& line : lines_of(scheme_at(i))) seeds.emplace_back(text::split(line, ' ')[0]);
    for (int round = 0; round < kRounds; ++round) {
      std::vector<std::string> all;
      while (all.size() < kEach) {
        std::string version = random_version(random, seeds);
        if (compare_versions(scheme_at(i), version, version)) all.push_back(std::move(version));
      }
      std::array<std::array<char, kEach>, kEach> signs{};
      for (std::size_t a = 0; a < kEach; ++a) {
        for (std::size_t b = 0; b < kEach; ++b) signs[a][b] = sign_of(compare_versions(scheme_at(i), all[a], all[b]));
      }
      for (std::size_t a = 0; a < kEach; ++a) {
        CAPTURE(kVersionSchemeNames[i]);
        CAPTURE(all[a]);
        REQUIRE(signs[a][a] == '=');
        for (std::size_t b = 0; b < kEach; ++b) {
          CAPTURE(all[b]);
          const char back = signs[b][a];
          REQUIRE(signs[a][b] == (back == '<' ? '>' : back == '>' ? '<' : back));
          for (std::size_t c = 0; c < kEach; ++c) {
            const bool circles = scheme_at(i) == VersionScheme::maven &&
                                 (all[a] + all[b] + all[c]).find_first_not_of("0123456789.") != std::string::npos;
            if (signs[a][b] == '>' || signs[b][c] == '>' || circles) continue;
            CAPTURE(all[c]);
            const bool less = signs[a][b] == '<' || signs[b][c] == '<';
            REQUIRE(signs[a][c] == (less ? '<' : '='));
          }
        }
      }
    }
  }
}

TEST_CASE("versions: hostile texts have no order, and take no time") {
  for (std::size_t i = 0; i < kVersionSchemeNames.size(); ++i) {
    CAPTURE(kVersionSchemeNames[i]);
    for (const std::string& bad : {std::string(), std::string(" "), std::string(1'000'000, '1'), std::string("1\n2"),
                                   std::string("1\0002", 3), std::string("1 2")}) {
      CHECK_FALSE(compare_versions(scheme_at(i), bad, "1").has_value());
    }
    const std::string longest = "1" + std::string(kLongestVersion - 1, '0');
    CHECK(sign_of(compare_versions(scheme_at(i), longest, longest)) == '=');
  }
}
