// Plans what a forge is told: what it shows already is compared with what it should show, and the difference is a list
// of actions. Nothing here touches the world, and the same input gives the same plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "publish/action.hpp"
#include "publish/settings.hpp"
#include "publish/shown.hpp"
#include "report/input.hpp"

namespace gatepost::publish {

// Lines of a file at the head of the change request.
struct Lines {
  std::uint32_t first = 0, last = 0;  // from 1, inclusive
  friend bool operator==(const Lines&, const Lines&) = default;
};

struct Input {
  const report::Input& report;
  Stamp stamp;
  // Findings are computed on what would be merged, notes are attached to the head: the lines of a finding there. Empty
  // when the head has no such line.
  std::function<std::optional<Lines>(std::size_t finding)> head_lines;
  // The text of lines of a file at the head, each with its line end; empty when it is not known. For suggestions.
  std::function<std::optional<std::string>(std::string_view path, Lines lines)> head_text;
  // GitLab: the pipeline of the head that this run is part of; 0: it runs on another commit or in another project.
  std::uint64_t pipeline = 0;
  std::string run_url;  // the page of this run; "" for none
  std::string sarif;    // the document to upload; "" for none
  // What was scanned: "refs/pull/7/merge" and the commit behind it. "" for the commit: stamp.head.
  std::string sarif_ref, sarif_commit;
  Dialect dialect = Dialect::github;
  std::string repository;  // "acme/shop": whose teams can be asked for a review
};

// Channels that were tried and refused us: what they would have said has to be said elsewhere. Whoever carries out a
// plan and is refused plans again with the channel among these.
using Lost = std::vector<Channel>;

struct Plan {
  std::vector<Action> actions;  // in the order in which they are to be carried out
  // Findings that some action (or what the forge shows already) tells of one by one, beside the summary: sorted.
  std::vector<std::size_t> told_inline;
  std::vector<std::string> notes;  // why something is not written, in sentences
};
Plan plan(const Input& input, const Shown& shown, const Settings& settings, const Lost& lost = {});

// How many writes it takes at the forge: GitHub takes all notes on lines as one review, and 50 annotations at a time.
std::size_t writes_of(const Action& action, Dialect dialect);

// A person's view of it, one line an action, for --dry-run; with `verbose` all that would be sent, indented.
std::string describe(const Plan& plan, bool verbose = false);

}  // namespace gatepost::publish
