// Waivers as people and machines read them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model/posture.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

struct WaiverReport {
  std::string ledger, generated;
  std::uint64_t events = 0;  // of the ledger; 0: nobody knows what is covered
  std::vector<PostureWaiver> waivers;
};

Status write_waivers_terminal(const WaiverReport& report, const Sink& sink);
Status write_waivers_json(const WaiverReport& report, const Sink& sink);  // waivers/1
Status write_waivers_markdown(const WaiverReport& report, const Sink& sink);

}  // namespace gatepost::report
