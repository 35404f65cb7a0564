// Which findings of a scan are those of an earlier one: pairs, each finding in at most one, found from the surest
// evidence to the weakest. When it is not certain that two are the same, they are not paired: a finding that is called
// new costs a look, one that takes another's place hides behind its history. docs/adr/0015 tells why it is done so.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "base/digest.hpp"
#include "model/base_match.hpp"

namespace gatepost::correlate {

// Decides which stages a finding takes part in.
enum class Category : std::uint8_t {
  code,           // all
  resource,       // has a name of its own that lines do not change: no similarity
  secret,         // its keyed hash finds it anywhere
  masked_secret,  // on another line it may be another secret: no similarity
  package,        // by identity, then without its version
  named,          // by identity alone: endpoints, malware, cloud resources
};

// What the change did to the line of a finding.
enum class LineState : std::uint8_t {
  unknown,  // nobody knows: there is no line, or no line map of the file
  kept,     // left alone: base and head both have it
  edited,   // only the base has it (deleted or replaced), or only the head
};

// One finding as far as matching needs it, 40 bytes: there are millions. Numbers of files and engines are the same for
// both sides; a file of the base has the number of the file that the change renamed it to.
struct Record {
  static constexpr std::uint32_t kNoHunk = std::numeric_limits<std::uint32_t>::max();

  Digest128 id;                  // the identity, occurrence and all
  std::uint32_t line = 0;        // in its own scan; 0: none. Of a package: a number that grows with its version
  std::uint32_t expected = 0;    // of the base: where that is, or would be, in the head
  std::uint32_t hunk = kNoHunk;  // of an edited line: the hunk of its file that has it
  std::uint32_t file = 0;
  std::uint16_t engine = 0;
  Category category = Category::code;
  LineState state = LineState::unknown;
  bool renamed = false;  // of the base: the change renamed its file
  bool no_code = false;  // the identity knows nothing of the code, so that everything of a rule in a file shares it
};

// Keys that are asked for only of findings that better ones did not pair. Empty: the finding has none. Like identities,
// they are never shared by findings of different categories.
enum class Key : std::uint8_t {
  content,    // the identity without the occurrence
  group,      // engine, rule and file
  scope,      // rule, file, enclosing symbol and the text of the finding's own lines
  inner,      // content and scope at once
  elsewhere,  // the content without the file
  successor,  // of a package: the identity without the version
  symbol,     // rule, enclosing symbol and the file's last name
};

// The findings of one scan. Paths in the keys of the base are those of the head.
struct Side {
  std::span<const Record> records;
  std::function<Digest128(Key key, std::uint32_t record)> key;
  // Puts the hashes of the words of the finding's own lines there, sorted and each once; nothing when they are unknown.
  std::function<void(std::uint32_t record, std::vector<std::uint64_t>& out)> words;
};

struct Pair {
  std::uint32_t base = 0, head = 0;  // into the records
  MatchStage stage = MatchStage::exact;
  MatchEvent event = MatchEvent::none;
  std::uint16_t similarity = 1000;  // of the finding's own lines, in thousandths; 1000 for the stages that need none
  // A decision about the base's finding holds for the head's: not when it may have become another problem.
  [[nodiscard]] bool keeps_decisions() const { return gatepost::keeps_decisions(stage, similarity); }
  friend bool operator==(const Pair&, const Pair&) = default;
};

inline constexpr std::uint32_t kWindow = 20;  // lines that something may drift where there is no line map

struct Matching {
  std::vector<Pair> pairs;                 // by head
  std::vector<std::uint32_t> gone, fresh;  // records of the base and of the head that are in no pair, ascending
};

// In O(n log n), whatever the keys: each stage sorts what is left over and walks it once. The result depends on the
// records, not on their order; of records that are equal in everything it does not matter which is which.
Matching match(const Side& base, const Side& head);

// How much of the baseline of an engine is gone without the change having edited its lines.
struct EngineLoss {
  std::uint16_t engine = 0;
  std::uint32_t base = 0, vanished = 0;
  // So much cannot be repairs: the scanner saw less, or looks for other things. Nothing of it should be closed.
  [[nodiscard]] bool suspicious() const;
  friend bool operator==(const EngineLoss&, const EngineLoss&) = default;
};
std::vector<EngineLoss> losses(std::span<const Record> base, std::span<const std::uint32_t> gone);  // by engine

}  // namespace gatepost::correlate
