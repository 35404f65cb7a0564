// What a CI job hands on to later steps and jobs, and what it links on its page.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/input.hpp"

namespace gatepost::report {

// Names are ours: small letters, digits and "-".
using Outputs = std::vector<std::pair<std::string, std::string>>;

// verdict, risk, new, fixed, blocking; then `files`: "report-json" and where it is.
Outputs step_outputs(const Assessment& assessment, const Outputs& files);

// For GITHUB_OUTPUT, each value between two lines of the delimiter, which the caller makes by chance. Empty when a
// value has such a line, or a name or the delimiter is not fit to stand there.
std::optional<std::string> github_outputs(const Outputs& outputs, std::string_view delimiter);

// For artifacts:reports:dotenv of GitLab: GATEPOST_VERDICT=fail. What such a file cannot hold becomes "_"; never longer
// than GitLab takes.
std::string dotenv(const Outputs& outputs);

// For artifacts:reports:annotations of GitLab: links on the job's page, label and address. Only https and http
// addresses.
std::string gitlab_annotations(const Outputs& links);

}  // namespace gatepost::report
