// The change as the forge tells of it, for a stage without a checkout.
#pragma once

#include "model/change.hpp"
#include "publish/shown.hpp"

namespace gatepost::app {

// Files and lines as the forge's diff has them: from where the change branched off to its tip. Base and head stay "".
ChangeSet change_of(const publish::ChangeRequest& request);

}  // namespace gatepost::app
