// What is known beside the reports, from what the change goes into.
#pragma once

#include "context/threats.hpp"

namespace gatepost::context {

struct Surroundings {
  Threats threats;
};

}  // namespace gatepost::context
