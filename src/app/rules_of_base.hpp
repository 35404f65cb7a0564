// Settings, policies, waivers and CODEOWNERS of what a change goes into, without a checkout.
#pragma once

#include <functional>
#include <optional>

#include "app/settings_files.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "context/owners.hpp"
#include "context/surroundings.hpp"
#include "model/ownership.hpp"

namespace gatepost::app {

struct RulesOfBase {
  config::Settings settings;
  context::CodeOwners owners;
  context::Surroundings surroundings;
};

// `read` gives the files of the target branch; it is asked at most once for each path. A file that it fails to read is
// an error: rules that nobody could look at are not taken for none. `forge` is the language of its CODEOWNERS, when the
// settings name none.
// `add_more` adds the files that lie elsewhere.
Result<RulesOfBase> rules_of_base(const ReadFile& read, std::optional<OwnersDialect> forge,
                                  const std::function<Status(config::Files&)>& add_more = {});

}  // namespace gatepost::app
