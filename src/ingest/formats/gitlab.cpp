// GitLab security reports: one shape for all types of scan. The schemas:
// https://gitlab.com/gitlab-org/security-products/security-report-schemas
#include <fmt/core.h>

#include <string>
#include <unordered_map>
#include <vector>

#include "base/base64.hpp"
#include "base/text.hpp"
#include "ingest/engine.hpp"
#include "ingest/format.hpp"
#include "ingest/formats/gitlab_dependencies.hpp"
#include "ingest/formats/gitlab_record.hpp"
#include "ingest/patch.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {

extern const Format kGitlabSecurity;

namespace {

constexpr std::size_t kNewestMajor = 15;
constexpr std::size_t kMostFixes = 8;                        // of one record
constexpr std::size_t kLargestPatch = std::size_t{1} << 20;  // bytes; a larger one is left to its summary

using Remediations = std::unordered_map<std::string, std::vector<Fix>>;

// What only a record of these reports looks like.
bool is_record(doc::View record) {
  const doc::View identifier = record.at("identifiers").at(0);
  return record.at("location").is_object() && record.at("identifiers").is_array() &&
         identifier.at("type").is_string() && identifier.at("name").exists() && identifier.at("value").exists();
}

bool recognise(Candidate& candidate) {
  if (candidate.shape() != doc::Shape::json_object) return false;
  const doc::View report = candidate.json_so_far();
  const doc::View records = report.at("vulnerabilities");
  const bool versioned = report.at("version").is_string();
  if (versioned && gitlab::is_scan_type(report.at("scan").at("type").text())) return true;
  if (!records.is_array()) return false;
  // Reports of before version 14 have no scan; of those that somebody cut out of a longer one only records are left.
  const bool has_frame = report.at("remediations").is_array() || report.at("dependency_files").is_array() ||
                         report.at("scan").at("scanner").is_object();
  return (versioned && has_frame) || is_record(records.at(0));
}

void check_version(doc::View report, ReportWriter& out) {
  const std::string_view version = report.at("version").text();
  const auto major = text::parse_number(version.substr(0, version.find('.')));
  if (!major || *major <= kNewestMajor) return;
  out.note(Note::Level::warning, "newer-version",
           fmt::format("version {} of the report is newer than {}.x: what it added is not read",
                       text::printable(version, 20), kNewestMajor));
}

// What the scan says of itself. A scan that failed may have found something before.
void read_scan(doc::View scan, ReportWriter& out) {
  for (const doc::View message : scan.at("messages").items()) {
    const std::string text = plain_title(message.at("value").text());
    const std::string_view level = message.at("level").text();
    if (level == "fatal") {
      out.incomplete("scanner-message", text, "/scan/messages");
    } else if (level == "warn") {
      out.note(Note::Level::warning, "scanner-message", text, "/scan/messages");
    }
  }
  const std::string_view status = scan.at("status").text();
  if (status == "failure")
    out.failed("the scanner states that the scan failed (scan.status is \"failure\")", "/scan/status");
  if (!status.empty() && status != "failure" && status != "success") {
    out.incomplete("unknown-status",
                   fmt::format("scan.status is \"{}\"; expected success or failure", text::printable(status, 40)),
                   "/scan/status");
  }
}

// Names the tool in the report and returns its engine.
std::string read_scanner(doc::View scan, ReportWriter& out) {
  const doc::View scanner = scan.at("scanner").is_object() ? scan.at("scanner") : scan.at("analyzer");
  if (!scanner.is_object()) return std::string(kGitlabSecurity.id);
  const std::string_view id = scanner.at("id").text(), name = scanner.at("name").text();
  out.tool(plain_name(name.empty() ? id : name), plain_name(scanner.at("version").scalar()));
  std::string engine = engine_id(id);
  if (!engine_kind(engine) && engine_kind(engine_id(name))) engine = engine_id(name);
  if (engine.empty()) engine = engine_id(name);
  if (engine.empty()) engine = kGitlabSecurity.id;
  out.engine(engine);
  return engine;
}

Remediations read_remediations(doc::View report, ReportWriter& out) {
  Remediations remediations;
  std::size_t index = 0;
  for (const doc::View remediation : report.at("remediations").items()) {
    Fix fix{.description = plain_title(remediation.at("summary").text())};
    const std::string_view diff = remediation.at("diff").text();
    const auto patch = base64_decode(diff.substr(0, diff.size() > kLargestPatch ? 0 : diff.size()));
    fix.edits = edits_of_patch(patch.value_or(""));
    if (fix.edits.empty() && !diff.empty()) {
      out.note(Note::Level::info, "patch-not-read", "the patch of a remediation is damaged or too large",
               fmt::format("/remediations/{}", index));
    }
    // One patch may fix many records; it is kept with the first, and the others get what it says.
    for (const doc::View fixed : remediation.at("fixes").items()) {
      std::vector<Fix>& fixes = remediations[std::string(fixed.at("id").scalar())];
      if (fixes.size() == kMostFixes) continue;
      fixes.push_back(fix);
      fix.edits.clear();
    }
    ++index;
  }
  return remediations;
}

void read(Candidate& candidate, ReportWriter& out) {
  const doc::View report = candidate.json_in_memory();
  const doc::View scan = report.at("scan");
  const doc::View records = report.at("vulnerabilities");
  const std::string type = plain_name(scan.at("type").text());
  if (candidate.truncated()) {
    out.truncated();
  } else if (!records.is_array()) {
    return out.refuse(fmt::format("a GitLab {} report without its list of vulnerabilities", type));
  }
  check_version(report, out);
  read_scan(scan, out);
  const gitlab::DependencyFiles dependency_files(report);
  Remediations remediations = read_remediations(report, out);
  const gitlab::Setting setting{read_scanner(scan, out), type, dependency_files, remediations};
  out.evidence_of_a_scan();  // recognise() has seen a version, or a record
  std::size_t index = 0;
  for (const doc::View record : records.items()) {
    gitlab::read_record(record, fmt::format("/vulnerabilities/{}", index++), setting, out);
  }
}

}  // namespace

const Format kGitlabSecurity{
    .id = "gitlab",
    .title = "GitLab security report, versions 2 to 15",
    .kind = "sast, sca, container, secret, iac, dast, api",
    .recognised_by =
        "\"version\" and a \"scan.type\" of GitLab's, or a list of \"vulnerabilities\" whose records have "
        "\"identifiers\" of type, name and value and a \"location\"",
    .yields =
        "findings of all types of scan: file and lines, package with URL and dependency path, image, endpoint, "
        "secret (as HMAC); rule, CVE and CWE from the identifiers, severity and CVSS vectors, solution and "
        "remediation patch, code flows, tracking signatures; the state of the scan",
    .recognise = recognise,
    .read = read,
};

}  // namespace gatepost::ingest
