#include "ingest/format.hpp"
namespace gatepost::ingest {
namespace {
bool never(Candidate&) { return false; }
void nothing(Candidate&, ReportWriter&) {}
}  // namespace
extern const Format kSarif, kCycloneDx, kGitlabSecurity;
const Format kSarif{"sarif", "SARIF 2.1.0", "any", "", "", never, nothing};
const Format kCycloneDx{"cyclonedx", "CycloneDX", "sca", "", "", never, nothing};
const Format kGitlabSecurity{"gitlab", "GitLab security report", "any", "", "", never, nothing};
}  // namespace gatepost::ingest
