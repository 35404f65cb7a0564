// Reports of how a repository stands.
#pragma once

#include "model/posture.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

Status write_posture_json(const Posture& posture, const Sink& sink);      // posture/1
Status write_posture_html(const Posture& posture, const Sink& sink);      // one file that needs no network
Status write_posture_markdown(const Posture& posture, const Sink& sink);  // a digest of a screenful
Status write_posture_csv(const Posture& posture, const Sink& sink);       // one finding a row
Status write_posture_sarif(const Posture& posture, const Sink& sink);     // 2.1.0
// Whether there is a product and anything to state about it.
bool has_vex_statements(const Posture& posture);
// Statements on vulnerabilities of packages. Without a name of the project there is no product: an error.
Status write_posture_cyclonedx_vex(const Posture& posture, const Sink& sink);  // 1.6
Status write_posture_openvex(const Posture& posture, const Sink& sink);        // 0.2.0; without a statement: an error

}  // namespace gatepost::report
