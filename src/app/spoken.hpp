// The comments that speak to gatepost: of an event file, or of a merge request.
#pragma once

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
  command::Reading reading;
};

// GitHub: the comment of the event, when it was just written. GitLab: all of the merge request, or the one of the
// event. What says nothing to us is left out.
Result<std::vector<Spoken>> listen(const Ports& ports, const CiFacts& ci, const std::string& event_file,
                                   forge::Forge& forge);

}  // namespace gatepost::app
