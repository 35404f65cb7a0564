#include "app/explain.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/assess.hpp"
#include "app/explain_risk.hpp"
#include "base/text.hpp"
#include "git/library.hpp"
#include "report/explanation.hpp"

namespace gatepost::app {

namespace {

// Each tool's part of a finding has an id of its own, which names the finding as well; so do ids from before.
bool is_named(const std::string& id, const Assessment& assessment, std::size_t finding) {
  if (names(id, assessment.findings.all[finding].id)) return true;
  const auto former = [&](const FormerId& it) { return names(id, it.former); };
  if (std::ranges::any_of(assessment.former_ids_of(finding), former)) return true;
  const Across* const across = assessment.across_of(finding);
  return across != nullptr &&
         std::ranges::any_of(across->claims, [&](const Claim& claim) { return names(id, claim.finding.id); });
}

}  // namespace

Result<ExitCode> explain(const Ports& ports, const CheckRequest& request, const std::string& id) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(Evidence evidence, gather(ports, request.gather));
  const Assessment assessment = assess(evidence, request.now ? *request.now : ports.clock());
  const report::Input input{.assessment = assessment,
                            .explain = [&](std::size_t finding) { return explain_risk(assessment, finding); },
                            .story = [&](std::size_t finding) { return risk_story(assessment, finding); },
                            .style = {.width = ports.terminal_columns, .colour = request.colour},
                            .tool_version = request.version};
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    if (!is_named(id, assessment, i)) continue;
    GP_CHECK(report::write_explanation(input, i, ports.output));
    return ExitCode::done;
  }
  return error(ErrorKind::usage, fmt::format("no finding of this run has the id {}", text::printable(id, 60)),
               "give the same --base and --report as to gatepost check");
}

}  // namespace gatepost::app
