// A finding is one problem, however many tools saw it, with an identity that lasts.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "model/kind.hpp"
#include "model/location.hpp"
#include "model/observation_table.hpp"

namespace gatepost {

namespace detail {

// Twelve base32 letters, five bits each.
constexpr std::uint64_t twelve(std::uint64_t letter) {
  std::uint64_t letters = 0;
  for (int i = 0; i < 12; ++i) letters = letters << 5U | letter;
  return letters;
}

// Ordered as the letters are as characters: "2" to "7", which stand for 26 to 31, come before "A". So each becomes
// (letter + 6) % 32, all of them at once: the highest bit of each is kept out of the sum and flipped afterwards.
inline std::uint64_t in_character_order(std::uint64_t twelve_letters) {
  constexpr std::uint64_t kHighest = twelve(16);
  return ((twelve_letters & ~kHighest) + twelve(6)) ^ (twelve_letters & kHighest);
}

}  // namespace detail

// Derived from what the problem is and where it sits in the code, never from a line number or a severity; see
// correlate/identity.hpp. Written "GP-" and 26 letters of base32; the first 8 letters are the short form.
struct FindingId {
  Digest128 digest;
  // The first twelve letters as a number: an id with a smaller one comes before.
  [[nodiscard]] std::uint64_t first_letters() const { return detail::in_character_order(digest.first_half() >> 4U); }
  friend bool operator==(const FindingId&, const FindingId&) = default;
  // The order of the written ids, so that what is sorted by id looks sorted. (In base32 the digits stand for higher
  // values than the letters, but come before them as characters.)
  friend std::strong_ordering operator<=>(const FindingId& a, const FindingId& b);
};
void append(std::string& out, const FindingId& id);
std::string to_string(const FindingId& id);   // "GP-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
std::string short_form(const FindingId& id);  // "GP-ABCDEFGH", the beginning of the other
inline constexpr std::size_t kShortFormLength = 11;
// True when `text` names this id: the full or the short form, in any case.
bool names(std::string_view text, const FindingId& id);
// The id that is written exactly so, in full; empty for anything else.
std::optional<FindingId> parse_finding_id(std::string_view text);
// True when `text` could name some id.
bool is_finding_id(std::string_view text);

// Where a finding stands against the base of the change.
enum class Presence : std::uint8_t {
  introduced,     // not in the base
  worsened,       // in the base, but the change made it riskier
  touched,        // in the base or nobody knows; the change edits its code
  moved,          // in the base under another path
  unrelated,      // the change has nothing to do with it
  fixed,          // in the base, and a complete scan of the head no longer reports it
  external,       // not in the base, but caused by news about an unchanged dependency
  not_evaluated,  // in the base, and nobody looked in the head
  existing,       // there is no base: it is here, and nobody knows since when
};
inline constexpr std::array<std::string_view, 9> kPresenceNames = {
    "introduced", "worsened", "touched", "moved", "unrelated", "fixed", "external", "not_evaluated", "existing"};
inline std::string_view to_string(Presence presence) { return kPresenceNames[static_cast<std::size_t>(presence)]; }
std::optional<Presence> parse_presence(std::string_view name);

struct Finding {
  static constexpr std::uint32_t kNoFile = std::numeric_limits<std::uint32_t>::max();

  FindingId id;
  Row primary = 0;                 // the observation that it is shown by
  std::uint32_t first_member = 0;  // into Findings::members
  std::uint32_t member_count = 0;  // never 0
  std::uint32_t file = kNoFile;    // into Findings::files; kNoFile: no place in the repository
  Range range;                     // in that file
  Kind kind = Kind::other;
  bool in_base_only = false;  // reported by the base report alone; `primary` is a row of the base table
};

// All findings of a run.
struct Findings {
  std::vector<Finding> all;  // sorted by id
  std::vector<Row> members;
  std::vector<std::string> files;  // repository paths, sorted

  [[nodiscard]] std::span<const Row> members_of(const Finding& finding) const {
    return std::span(members).subspan(finding.first_member, finding.member_count);
  }
  [[nodiscard]] std::string_view path_of(const Finding& finding) const {
    return finding.file == Finding::kNoFile ? std::string_view{} : files[finding.file];
  }
};

}  // namespace gatepost
