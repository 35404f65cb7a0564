// The open findings as GitLab's own security reports, schema 15: artifacts:reports:sast and its likes.
#pragma once

#include "report/input.hpp"
#include "report/sink.hpp"

namespace gatepost::report {

// gl-sast-report.json: code, infrastructure as code, pipelines.
Status write_gitlab_sast(const Input& input, const Sink& sink);
// gl-secret-detection-report.json. No secret is in it.
Status write_gitlab_secrets(const Input& input, const Sink& sink);
// gl-dependency-scanning-report.json
Status write_gitlab_dependencies(const Input& input, const Sink& sink);

}  // namespace gatepost::report
