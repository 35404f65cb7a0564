// A posture in every form, as files of a folder.
#pragma once

#include <string>

#include "app/ports.hpp"
#include "base/result.hpp"
#include "model/posture.hpp"

namespace gatepost::app {

// posture.html, posture.json, posture.md, findings.csv and findings.sarif, and when something is known of
// vulnerabilities of packages vex.cdx.json and openvex.json. The folder is made when it is missing.
Status write_posture_files(const Ports& ports, const Posture& posture, const std::string& folder);

// In one form: html, json, markdown, csv, sarif, cyclonedx-vex or openvex ("vex"). "-" is standard output.
Status write_posture(const Ports& ports, const Posture& posture, const std::string& format, const std::string& path);

}  // namespace gatepost::app
