// How one job is done: a folder of its own, a token for its repository alone, and a run of this program.
#pragma once

#include <functional>
#include <string>

#include "app/ports.hpp"
#include "app/serve_child.hpp"
#include "app/serve_job.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace gatepost::app {

// What jobs reach the forges and trackers with. Each may be empty.
struct BotAccess {
  std::string app_id;
  Secret app_key, github_token, gitlab_token, jira_token, jira_dc_token, linear_token, ledger_address;
};
// GATEPOST_APP_ID, GATEPOST_APP_PRIVATE_KEY, GATEPOST_GITHUB_TOKEN, GATEPOST_GITLAB_TOKEN, GATEPOST_JIRA_TOKEN,
// GATEPOST_JIRA_DC_TOKEN, GATEPOST_LINEAR_TOKEN, GATEPOST_LEDGER_URL, each also as …_FILE.
Result<BotAccess> bot_access(const Ports& ports);

class JobRunner {
 public:
  // Jobs get folders below `folder`. A git::Library must run.
  JobRunner(const Ports& ports, BotAccess access, std::string folder, std::string store, std::string version)
      : ports_(ports),
        access_(std::move(access)),
        folder_(std::move(folder)),
        store_(std::move(store)),
        version_(std::move(version)) {}

  // `name` is one that no other job has. The folder is gone when this comes back. May be called by several threads.
  Result<ChildEnd> run(const WorkOrder& order, const std::string& name, const std::function<bool()>& goes_on) const;

 private:
  const Ports& ports_;
  BotAccess access_;
  std::string folder_, store_, version_;
};

}  // namespace gatepost::app
