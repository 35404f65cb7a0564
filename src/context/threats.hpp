// What the world says about vulnerabilities: feeds, and statements of vendors.
#pragma once

#include "context/feeds.hpp"

namespace gatepost::context {

struct Threats {
  Feeds feeds;
};

}  // namespace gatepost::context
