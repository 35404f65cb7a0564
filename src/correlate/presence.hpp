// Where each finding stands against the base of the change.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/find.hpp"
#include "correlate/line_map.hpp"
#include "model/base_match.hpp"
#include "model/change.hpp"
#include "model/finding.hpp"

namespace gatepost::correlate {

// What the change did to the package of a dependency finding, by the lines of its manifest.
enum class PackageChange : std::uint8_t {
  unknown,    // no manifest, or the package is not found in it
  unchanged,  // the manifest has the package on lines that the change left alone
  changed,    // the change added or edited a line of it
};

// Looks whether a manifest's lines (see package_lines) were changed.
PackageChange package_change(std::span<const std::uint32_t> lines, const FileChange& manifest);

struct PresenceInputs {
  const ObservationTable& table;
  const Findings& findings;
  const Placement& placement;
  const ChangeSet& change;
  std::function<PackageChange(Row row)> package_change;  // of a dependency finding's primary row
  // True when the line of a row cannot be trusted: it is behind the end of its file, or the file has line ends that
  // tools count differently. Empty: all can.
  std::function<bool(Row row)> line_is_doubtful = {};
};

// Without a base report, by the lines of the change. Introduced: the first line of the finding or of another of its
// places is new or edited, or any line of it when it is no longer than a statement, or a step of its code flow, or its
// package was added or updated; also when its line is doubtful and its file was changed, or when its path may mean a
// file that was edited at this line. Touched: the change edits something else of it, or it has no place in the commit,
// so that nobody knows. Unrelated: everything else; without a base everything is existing.
std::vector<Presence> presence_by_lines(const PresenceInputs& inputs);

// Where findings stand that a base is known to have, by how they were recognised there: worsened when the change adds a
// place, introduced when it may be another problem by now, else touched, moved or unrelated. `matches` is parallel to
// `findings`, which need not be those of the inputs.
std::vector<Presence> presence_of_known(const PresenceInputs& inputs, std::span<const Finding> findings,
                                        std::span<const BaseMatch> matches);

// What a base report adds: findings of the base, in the same way identified (renamed files under their new names).
struct BaseInputs {
  const ObservationTable& table;
  const Findings& findings;  // files as in the head's index
  Identifier& head_identifier;
  Identifier& base_identifier;
  // True when what reported a base row looked at the head as well, completely.
  std::function<bool(Row row)> engine_ran_on_head;
  // True when what reported a head row looked at the base as well, completely. Otherwise the lines of the change
  // decide.
  std::function<bool(Row row)> engine_ran_on_base;
};

// Presence of the head's findings with a base to compare with, and the base's findings that the head no longer has. One
// that the base has is worsened when the change adds a place to it, and introduced when it may be another problem by
// now: edited so much that decisions lapse, or a secret without a known value on an edited line.
struct Comparison {
  std::vector<Presence> head;      // parallel to PresenceInputs::findings.all
  std::vector<BaseMatch> matches;  // parallel to it as well
  struct Gone {
    std::uint32_t finding = 0;            // index into BaseInputs::findings.all
    Presence presence = Presence::fixed;  // fixed or not_evaluated
  };
  std::vector<Gone> gone;
  // An engine that no longer reports so much in code that the change left alone, or has another version by now. What is
  // gone from lines that the change left alone is then not called fixed.
  struct Doubt {
    std::string engine;
    std::uint32_t base = 0, vanished = 0;  // findings of the base, and those that are gone from such lines
    bool other_version = false;
  };
  std::vector<Doubt> doubts;  // by engine
};
Comparison compare_with_base(const PresenceInputs& inputs, const BaseInputs& base);

}  // namespace gatepost::correlate
