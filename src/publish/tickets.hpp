// Plans what trackers are told: the open findings of the ledger, what it remembers of tickets, and what the boards show
// now become a list of actions. Nothing here touches the world, and the same input gives the same plan.
//
// Scanners know whether something is open or fixed; people know whose it is and how urgent. A field that a person
// changed is theirs; a ticket that a person closed is a claim until a run confirms or refutes it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "model/kind.hpp"
#include "model/risk.hpp"
#include "model/severity.hpp"
#include "model/ticket.hpp"

namespace gatepost::publish {

// A finding as the ledger has it.
struct TicketFinding {
  enum class Standing : std::uint8_t {
    open,
    decided,  // waived, false positive, not affected: it is there, and somebody decided about it
    fixed,    // a run confirmed it
    gone,     // its file, service or advisory is no longer there
  };
  FindingId id;
  Standing standing = Standing::open;
  Kind kind = Kind::other;
  SeverityLabel severity = SeverityLabel::unknown;
  std::uint16_t risk_tenths = 0;
  std::optional<Priority> decision;
  std::string team;  // id in the directory; "" for nobody's
  std::string title, engine, rule, path, target, package, service, commit;
  std::vector<std::string> tools, advisories;
  std::uint32_t line = 0, end_line = 0;
  std::string because;   // why it stands as it does: "W-12", "its file was deleted"
  std::string why, fix;  // sentences, as far as this run knows
  bool fix_available = false, kev = false;
  bool asked = false;                // somebody wants a ticket for it, however small it is
  std::int64_t acceptable_days = 0;  // for how long the policy lets a finding of its risk be accepted; 0: not at all
  Timestamp due;                     // 0: no day
  bool warned = false, breached = false;
  std::uint16_t reopened = 0;  // how often it came back
  Timestamp seen_at;           // when a complete run last reported it; 0: the last one missed it
  std::string ticket;          // key of the one that it has; "" for none
};

struct TicketTeam {
  std::string id;
  std::optional<Board> board;  // of the team, or of the nearest above it that has one
  std::string parent;          // whom a broken service level is escalated to; "" for nobody
};

struct TicketSettings {
  Band create_at = Band::high;     // and whatever is to be done immediately or out of cycle
  std::size_t most_new = 20;       // tickets in one run; a ticket for all others
  std::size_t campaign_above = 3;  // so many findings of one remedy get a ticket each; more share one
};

struct TicketInput {
  std::vector<TicketFinding> findings;
  std::vector<TicketTeam> teams;
  std::vector<TicketMemory> known;
  std::vector<ShownTicket> shown;
  std::string repository;  // "acme/shop"; "" when nobody knows
  std::string blob_url;    // what "commit/path" is put behind; "" when nobody knows
  Timestamp now;
};

struct TicketFields {
  std::string title, body, priority, due, assignee;
  std::vector<std::string> labels;  // with the key
};
struct TicketComment {
  std::string marker;  // part of the text, by which it is found again when the answer is lost
  std::string body;
};

struct CreateTicket {
  std::string key;
  TicketFields fields;
  Board board;
};
// Only what is to be written.
struct ChangeTicket {
  std::optional<std::string> title, body, priority, due, assignee;  // due: "" takes the day away
};
struct CommentTicket {
  TicketComment comment;
};
struct CloseTicket {
  TicketPhase as = TicketPhase::done;
  TicketComment comment;
};
struct ReopenTicket {
  TicketComment comment;
};
// The tracker is left alone; only the ledger hears of it.
struct NoteTicket {};

using TicketWhat = std::variant<CreateTicket, ChangeTicket, CommentTicket, CloseTicket, ReopenTicket, NoteTicket>;

// A request to accept a finding, which somebody made by closing its ticket as not to be done.
struct WaiverWish {
  FindingId finding;
  std::string id;  // "W-7Q2MX4KD": by which it is approved
  std::chrono::sys_days until;
  friend bool operator==(const WaiverWish&, const WaiverWish&) = default;
};

struct TicketAction {
  std::string deed;    // "created", "linked", "updated", … : a word of the ledger, docs/tickets.md lists them
  std::string why;     // in a sentence, for people
  TicketMemory after;  // as the ledger remembers the ticket once it is done; `id` says which one it is
  std::vector<FindingId> subjects;  // findings whose events tell of it; empty: nobody remembers it
  TicketWhat what;
  std::vector<WaiverWish> waivers = {};  // that who closed the ticket asks for
};

struct TicketPlan {
  std::vector<TicketAction> actions;  // of one ticket in the order in which they have to be carried out
  std::vector<std::string> notes;     // what is left out, and why, in sentences
  std::size_t without_board = 0;      // findings that should have a ticket, and nobody says where
};

// By what tickets are asked for: `id` when the ledger knows it. `project` may be "" with an id.
struct TicketRef {
  std::string key, id;
  TrackerKind tracker = TrackerKind::jira;
  std::string project;
  friend bool operator==(const TicketRef&, const TicketRef&) = default;
};
// What has to be looked up for a plan. Sorted by tracker, project, key.
std::vector<TicketRef> ticket_refs(const TicketInput& input, const TicketSettings& settings);

TicketPlan plan_tickets(const TicketInput& input, const TicketSettings& settings);

// "gatepost-abc…": the same for the same team and finding, or remedy.
std::string ticket_key(std::string_view team, std::string_view subject, std::int64_t generation);

// A person's view of it, one line an action.
std::string describe(const TicketPlan& plan);

}  // namespace gatepost::publish
