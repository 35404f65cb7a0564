// Any bytes as the result of a first stage: refused with a sentence, or judged to a verdict.
#include "app/rejudge.hpp"
#include "app/rules_of_base.hpp"
#include "base/time.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

namespace {

const app::RulesOfBase& rules() {
  static const auto rules = app::rules_of_base(
      [](std::string_view) -> Result<std::optional<std::string>> { return std::optional<std::string>{}; },
      std::nullopt);
  FUZZ_CHECK(rules.ok());
  return *rules;
}

publish::ChangeRequest request() {
  publish::Patch patch{.lines = {{11, 11}, {0, 12}, {12, 13}}};
  return {.head = "9f8e7d6c5b4a39281706f5e4d3c2b1a099887766",
          .files = {{.old_path = ".gatepost.yml", .new_path = ".gatepost.yml", .hunks = {patch}},
                    {.old_path = "src/a.py", .new_path = "src/a.py", .hunks = {patch}}}};
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto result = app::read_result(fuzz::text_of(data, size), "input");
  if (!result) {
    FUZZ_CHECK(!result.error().message.empty());
    return 0;
  }
  const std::size_t claimed = result->found.assessment.findings.all.size();
  const app::Basis basis{rules().settings, rules().owners, policy::Event::pull_request, Timestamp{}};
  const Assessment it = app::rejudge(std::move(*result), request(), basis);
  // The change of .gatepost.yml, which nothing else goes by the id of.
  FUZZ_CHECK(it.findings.all.size() == claimed + 1 || it.findings.all.size() == claimed);
  FUZZ_CHECK(it.table.reports().back().format == "change");
  FUZZ_CHECK(it.assessed.size() == it.findings.all.size());
  for (const Finding& finding : it.findings.all) {
    FUZZ_CHECK(finding.member_count > 0);
    for (const Row row : it.findings.members_of(finding)) FUZZ_CHECK(row < it.table_of(finding).size());
    FUZZ_CHECK(finding.file == Finding::kNoFile || finding.file < it.findings.files.size());
  }
  return 0;
}
