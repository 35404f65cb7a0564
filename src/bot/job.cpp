#include "bot/job.hpp"

#include <array>

#include "bot/body.hpp"
#include "bot/reading.hpp"

namespace gatepost::bot {

std::string_view to_string(JobKind kind) {
  static constexpr std::array<std::string_view, 3> kNames = {"command", "evaluate", "tickets"};
  return kNames[static_cast<std::size_t>(kind)];
}

Result<Reading> read_delivery(const Delivery& delivery, std::string_view body,
                              std::span<const std::string> own_accounts) {
  switch (delivery.sender) {
    case Sender::github: {
      const std::string json = without_form(body);
      GP_TRY(const forge::ForgeEvent event, forge::parse_github_event(delivery.event, json));
      return read_forge_event(delivery.sender, event, json, own_accounts);
    }
    case Sender::gitlab: {
      GP_TRY(const forge::ForgeEvent event, forge::parse_gitlab_event(delivery.event, std::string(body)));
      return read_forge_event(delivery.sender, event, body, own_accounts);
    }
    case Sender::jira: {
      GP_TRY(const doc::Document document, parse_body(body, "the webhook of Jira"));
      return read_jira_event(delivery.event, document.root(), own_accounts);
    }
    case Sender::linear: {
      GP_TRY(const doc::Document document, parse_body(body, "the webhook of Linear"));
      return read_linear_event(document.root(), own_accounts);
    }
  }
  return ignore("nobody knows the sender");
}

}  // namespace gatepost::bot
