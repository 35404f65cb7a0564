// The change set as gatepost sees it.
#pragma once

#include "model/change.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_diff_text(const ChangeSet& change, const Sink& sink);
Status write_diff_json(const ChangeSet& change, const Sink& sink);  // "diff/1"; files sorted by path

}  // namespace gatepost::report
