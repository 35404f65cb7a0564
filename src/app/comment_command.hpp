// `gatepost command`: what developers answer where they are. A comment becomes an event of the ledger, and the gate is
// judged again by what the ledger then says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace gatepost::app {

struct CommandRequest {
  std::string repository;               // --repo: the checkout beside which the ledger is
  std::string event;                    // the event's file; "": GITHUB_EVENT_PATH, or on GitLab all comments
  std::optional<std::uint64_t> change;  // --change: all comments of this one
  bool open_changes = false;            // --open-changes: all comments of all that are open
  std::string store;                    // --store: the ledger
  std::string text;                     // a comment; without `actor` it is read and nothing more; "" for none
  std::string actor;                    // whose comment it would be: a login
  std::string result;                   // what `check --result` wrote for the newest commit; "": what the forge keeps
  bool dry_run = false;
  std::optional<Timestamp> now;
  std::string version;
};

// With a text alone, what it would be read as; exit code 2 when it is no command. With an actor it is carried out as if
// that person had written it to the change: what the person may do is asked, and the answer is a comment.
// Exit code 0 when every command was answered, granted or not. 4 when the forge did not let us.
Result<ExitCode> command(const Ports& ports, const CommandRequest& request);

}  // namespace gatepost::app
