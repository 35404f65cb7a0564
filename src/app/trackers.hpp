// The ways to the trackers of the settings.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"
#include "model/ticket.hpp"
#include "net/http.hpp"
#include "tracker/tracker.hpp"

namespace gatepost::app {

class Trackers {
 public:
  Trackers(const Ports& ports, const config::Tickets& settings, const CiFacts& ci, std::string version);

  // An error says how to give us a token when there is none.
  Result<tracker::Tracker*> of(TrackerKind kind);

 private:
  Result<std::unique_ptr<tracker::Tracker>> connect(TrackerKind kind);
  Result<std::unique_ptr<tracker::Tracker>> connect_jira(TrackerKind kind, const std::string& url,
                                                         const net::Limits& limits);
  Result<std::unique_ptr<tracker::Tracker>> connect_forge(TrackerKind kind);

  const Ports& ports_;
  const config::Tickets& settings_;
  const CiFacts& ci_;
  std::string version_;
  std::unique_ptr<net::Http> http_;
  std::map<TrackerKind, std::unique_ptr<tracker::Tracker>> open_;
};

}  // namespace gatepost::app
