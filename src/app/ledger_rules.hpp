// By which numbers a repository's ledger counts.
#pragma once

#include "config/settings.hpp"
#include "ledger/rules.hpp"

namespace gatepost::app {

// The built-in ones with the service levels that the settings say.
ledger::Rules ledger_rules(const config::ServiceLevels& levels);

}  // namespace gatepost::app
