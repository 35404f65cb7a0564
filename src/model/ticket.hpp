// A ticket on the board of the team that owns a finding: where it belongs, what the ledger remembers of it, and what
// the tracker shows.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "model/finding.hpp"
#include "model/risk.hpp"

namespace gatepost {

enum class TrackerKind : std::uint8_t { jira, jira_dc, linear, github, gitlab };
inline constexpr std::array<std::string_view, 5> kTrackerNames = {"jira", "jira-dc", "linear", "github", "gitlab"};
inline std::string_view to_string(TrackerKind kind) { return kTrackerNames[static_cast<std::size_t>(kind)]; }

// Where tickets of a team go.
struct Board {
  TrackerKind tracker = TrackerKind::jira;
  std::string project;  // Jira: key of the project; Linear: key of the team; forges: the repository
  std::string issue_type, component, security_level, assignee;  // "" for what is not said
  std::string plan;                                             // Linear: a project's name
  std::vector<std::string> labels;
  // The tracker's words for our bands, from info to critical; "" where the board takes no priority.
  std::array<std::string, kBandNames.size()> priorities;
  friend bool operator==(const Board&, const Board&) = default;
};

// What a person or gatepost made of a ticket.
enum class TicketPhase : std::uint8_t { open, done, declined };
inline constexpr std::array<std::string_view, 3> kTicketPhaseNames = {"open", "done", "declined"};

// A ticket of this unit tells of findings and is the ticket of none: of those that wait for one, or that are late.
inline constexpr std::string_view kSummaryUnit = "summary";

// What the ledger remembers of a ticket: what gatepost wrote last. A field of the tracker that differs was changed by a
// person.
struct TicketMemory {
  // planned: a run is about to create it; claimed: a person closed it and no run has confirmed that yet.
  enum class State : std::uint8_t { planned, open, claimed, declined, closed };
  static constexpr std::array<std::string_view, 5> kStateNames = {"planned", "open", "claimed", "declined", "closed"};

  std::string key;               // "gatepost-…": by which the tracker finds it
  std::string tracker, project;  // "jira", "PAY"
  std::string id, name, url;     // of the tracker: "10012", "PAY-12"; "" while it is planned
  std::string team;              // id in the directory
  std::string unit;              // what a campaign is about, or kSummaryUnit; "" for a single finding
  std::string title, priority, due;
  std::string assignee;  // no name: what tells whether it is somebody else; "" for nobody
  std::string digest;    // of what the description is made of
  State state = State::planned;
  std::int64_t generation = 0;      // how many before it were deleted
  bool foreign = false;             // a person's own ticket, into which ours was merged
  std::vector<std::string> told;    // topics that were commented on, sorted
  std::vector<FindingId> findings;  // that it stands for, sorted
  Timestamp at;                     // of the last event about it
  Timestamp claimed_at;             // 0: nobody claims anything
  friend bool operator==(const TicketMemory&, const TicketMemory&) = default;
};

// What a tracker shows of a ticket.
struct ShownTicket {
  std::string id, name, url;
  std::string instead_of;  // id of the one that was asked for and was merged into this one; "" when it is itself
  std::string key;         // that it carries; "" when somebody took it away
  std::string title, priority, due, assignee;
  TicketPhase phase = TicketPhase::open;
  std::string created;  // as the tracker writes times: orders tickets of one key
  friend bool operator==(const ShownTicket&, const ShownTicket&) = default;
};

}  // namespace gatepost
