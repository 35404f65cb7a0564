// What the bot must know and nobody may see: from variables, or from the files that variables name.
#pragma once

#include <optional>
#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "bot/webhook.hpp"

namespace gatepost::app {

// Of the variable `name`, else of the file that `name`_FILE names, without white space around it; empty when neither is
// set. A file that cannot be read, or holds nothing, is an error; one that everybody may read is warned of.
Result<Secret> secret_named(const Ports& ports, const std::string& name);

// GATEPOST_GITHUB_WEBHOOK_SECRET, GATEPOST_GITLAB_WEBHOOK_TOKEN, GATEPOST_GITLAB_WEBHOOK_SIGNING,
// GATEPOST_JIRA_WEBHOOK_SECRET, GATEPOST_LINEAR_WEBHOOK_SECRET; several of each, one a line. An error when there is
// none at all: nobody would be believed.
Result<bot::WebhookSecrets> webhook_secrets(const Ports& ports);

}  // namespace gatepost::app
