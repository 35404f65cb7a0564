#include "ingest/format.hpp"
namespace gatepost::ingest {
namespace {
bool never(Candidate&) { return false; }
void nothing(Candidate&, ReportWriter&) {}
}  // namespace
extern const Format kCycloneDx, kGitlabSecurity;
const Format kCycloneDx{"cyclonedx", "CycloneDX", "sca", "", "", never, nothing};
const Format kGitlabSecurity{"gitlab", "GitLab security report", "any", "", "", never, nothing};
}  // namespace gatepost::ingest
