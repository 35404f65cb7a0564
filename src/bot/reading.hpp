// What the readers of the senders share.
#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "bot/job.hpp"
#include "doc/document.hpp"
#include "forge/event.hpp"

namespace gatepost::bot {

inline Reading ignore(std::string why) { return {.jobs = {}, .ignored = std::move(why)}; }

inline bool is_own(std::string_view name, std::span<const std::string> own_accounts) {
  return !name.empty() && std::ranges::any_of(own_accounts, [&](const std::string& own) {
    return text::equal_ignoring_case(name, own);
  });
}

// `body` is that of the event, for who carries out a command.
Result<Reading> read_forge_event(Sender sender, const forge::ForgeEvent& event, std::string_view body,
                                 std::span<const std::string> own_accounts);
Reading read_jira_event(std::string_view event, doc::View root, std::span<const std::string> own_accounts);
Reading read_linear_event(doc::View root, std::span<const std::string> own_accounts);

}  // namespace gatepost::bot
