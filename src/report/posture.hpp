// Reports of how a repository stands.
#pragma once

#include "model/posture.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_posture_json(const Posture& posture, const Sink& sink);      // posture/1
Status write_posture_html(const Posture& posture, const Sink& sink);      // one file that needs no network
Status write_posture_markdown(const Posture& posture, const Sink& sink);  // a digest of a screenful
Status write_posture_csv(const Posture& posture, const Sink& sink);       // one finding a row

}  // namespace gatepost::report
