// The rules of a CODEOWNERS file, compiled. Which rule owns a path costs what the path's segments cost, not what the
// rules cost.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "context/codeowners_file.hpp"
#include "context/segment_automaton.hpp"

namespace gatepost::context::codeowners {

// The number of a rule in CodeOwnersFile::rules.
using RuleId = std::uint32_t;

// A rule's place in the order of precedence: a higher one wins. 0 is no rule; an exclusion beats every rule.
using Precedence = std::uint32_t;
inline constexpr Precedence kNoRule = 0;
inline constexpr Precedence kExcluded = 0xFFFFFFFFU;

// Immutable once built; may be shared between threads.
class OwnerIndex {
 public:
  explicit OwnerIndex(const CodeOwnersFile& file);

  struct Claim {
    std::uint32_t section;
    Precedence precedence;
  };
  // Where the pattern of a rule ends in the automaton; rules that end alike match alike.
  struct End {
    StateId state = kRoot;
    Cover cover = Cover::exact;
    bool never = false;  // no path can match
    [[nodiscard]] bool everything() const { return !never && state == kRoot && cover == Cover::below; }
    friend bool operator==(const End&, const End&) = default;
  };
  [[nodiscard]] const End& end(RuleId rule) const { return ends_[rule]; }
  [[nodiscard]] const SegmentAutomaton& automaton() const { return automaton_; }
  [[nodiscard]] std::uint32_t section_count() const { return section_count_; }
  // With one section: the best rule for a file in this state, and for everything below a directory in this state.
  [[nodiscard]] Precedence file_claim(StateId state) const { return marks_[state].file; }
  [[nodiscard]] Precedence directory_claim(StateId state) const { return marks_[state].directory; }
  // With several sections: at most one claim for each.
  [[nodiscard]] std::span<const Claim> file_claims(StateId state) const { return file_claims_.of(state); }
  [[nodiscard]] std::span<const Claim> directory_claims(StateId state) const { return directory_claims_.of(state); }
  // With one section: the best rule that any path below can reach from this state; with several: 0 or not 0.
  [[nodiscard]] Precedence reach(StateId state) const { return marks_[state].reach; }

 private:
  struct Marks {
    Precedence file = kNoRule, directory = kNoRule, reach = kNoRule;
  };
  struct StateClaim {
    StateId state;
    Claim claim;
  };
  // Claims grouped by state.
  class ClaimTable {
   public:
    void build(std::vector<StateClaim> claims, std::size_t states);
    [[nodiscard]] std::span<const Claim> of(StateId state) const {
      return std::span(claims_).subspan(begins_[state], begins_[state + 1] - begins_[state]);
    }

   private:
    std::vector<Claim> claims_;
    std::vector<std::uint32_t> begins_;
  };

  void add_rules(const CodeOwnersFile& file);
  void mark(StateId state, Cover cover, Claim claim);
  void compute_reach();

  SegmentAutomaton automaton_;
  std::uint32_t section_count_ = 1;
  std::vector<End> ends_;
  std::vector<Marks> marks_;
  std::vector<StateClaim> file_, directory_;  // while building
  ClaimTable file_claims_, directory_claims_;
};

// Looks paths up in an index, which must outlive it, and remembers directories. One for each thread.
class OwnerLookup {
 public:
  explicit OwnerLookup(const OwnerIndex& index);
  explicit OwnerLookup(OwnerIndex&&) = delete;

  struct Found {
    std::span<const RuleId> rules;  // the winner of every section that has one, in the order of the sections;
                                    // valid until the next look-up
    bool excluded = false;          // an exclusion holds in at least one section
  };
  // `path` is relative to the root of the repository. Paths of more than 4096 bytes are owned by nobody.
  Found find(std::string_view path);

 private:
  using DirectoryId = std::uint32_t;
  static constexpr DirectoryId kRootDirectory = 0;
  struct Directory {
    DirectoryId parent = kRootDirectory;
    Precedence inherited = kNoRule;                  // with one section: the best rule for everything below
    std::uint32_t first_state = 0, state_count = 0;  // of states_
    std::uint32_t first_claim = 0, claim_count = 0;  // of claiming_: the states reached that claim what is below
  };
  // Of the table of directories; the root is not in it.
  struct Slot {
    std::uint32_t tag = 0;                  // upper half of the path's hash
    std::uint32_t name = 0, name_size = 0;  // the path, of names_
    DirectoryId directory = kRootDirectory;
  };
  // The globs of a state that match a segment, remembered.
  struct Memo {
    StateId state = kRoot;
    std::string segment;
    std::vector<StateId> targets;
    bool used = false;
  };

  void forget();
  [[nodiscard]] std::string_view name_of(const Slot& slot) const {
    return std::string_view(names_).substr(slot.name, slot.name_size);
  }
  [[nodiscard]] std::size_t slot_of(std::string_view path, std::uint64_t hash) const;
  [[nodiscard]] DirectoryId known(std::string_view path) const;
  void remember(DirectoryId directory, std::string_view path);
  DirectoryId remembered(std::string_view path);
  DirectoryId walk_down(DirectoryId id, std::string_view path, std::size_t above, bool keep);
  DirectoryId enter(DirectoryId parent, std::string_view name);
  void share_states(Directory& made, const Directory& above);
  void reach_state(StateId state, Directory& directory);
  void find_best(const Directory& directory, std::string_view name);
  void find_all(DirectoryId directory, std::string_view name);
  void claim(std::span<const OwnerIndex::Claim> claims);
  template <class Worth, class F>
  void each_target(StateId state, const SegmentAutomaton::Segment& segment, Worth worth, F f);

  const OwnerIndex& index_;
  std::string names_;  // paths of the directories, one behind the other
  std::vector<Slot> slots_;
  std::vector<Directory> directories_;
  std::vector<StateId> states_;
  std::vector<StateId> claiming_;    // with several sections
  std::vector<StateId> reached_;     // in the step that is being made
  std::vector<std::uint64_t> seen_;  // by state: the last step that reached it
  std::uint64_t step_ = 0;
  std::string last_path_;
  DirectoryId last_directory_ = kRootDirectory;
  std::vector<Memo> memos_;
  // With several sections: the best claim of each in the look-up `look_up_`.
  struct Best {
    std::uint64_t look_up = 0;
    Precedence precedence = kNoRule;
  };
  std::vector<Best> best_;
  std::vector<std::uint64_t> claimed_;  // by state: the last look-up that heard the state's claims
  std::vector<std::uint32_t> touched_;
  std::uint64_t look_up_ = 0;
  std::vector<RuleId> rules_;
  bool excluded_ = false;
};

}  // namespace gatepost::context::codeowners
