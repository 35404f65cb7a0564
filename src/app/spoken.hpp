// The comments that speak to gatepost: of an event file, or of a merge request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/ci.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"
#include "command/grammar.hpp"
#include "forge/forge.hpp"

namespace gatepost::app {

struct Spoken {
  forge::SaidComment said;  // as the forge shows it now
  bool deleted = false;     // then as the event told it
  bool by_hand = false;     // said on a command line: no comment is there
  command::Reading reading;
};

// The comment of the event, when it was just written. What says nothing to us is left out.
Result<std::vector<Spoken>> listen_to_event(const Ports& ports, const CiFacts& ci, const std::string& event_file,
                                            forge::Forge& forge);
// Those of a change request.
Result<std::vector<Spoken>> listen_to_request(forge::Forge& forge, std::uint64_t request);

// As if somebody had written `text` to the change request now. ErrorKind::usage when nobody has that login.
Result<Spoken> speak_for(const Ports& ports, forge::Forge& forge, std::uint64_t request, const std::string& text,
                         const std::string& login);

// The change request that the run is about, or its event.
Result<std::uint64_t> request_of(const Ports& ports, const CiFacts& ci, const std::string& event_file);

}  // namespace gatepost::app
