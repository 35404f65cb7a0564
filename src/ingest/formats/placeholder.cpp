#include "ingest/format.hpp"
namespace gatepost::ingest {
namespace {
bool never(Candidate&) { return false; }
void nothing(Candidate&, ReportWriter&) {}
}  // namespace
extern const Format kSarif;
const Format kSarif{"sarif", "SARIF 2.1.0", "any", "", "", never, nothing};
}  // namespace gatepost::ingest
