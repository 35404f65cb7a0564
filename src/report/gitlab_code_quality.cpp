#include "report/gitlab_code_quality.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "report/escape.hpp"
#include "report/facts.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kDescription = 250, kRule = 200;  // characters

std::string_view severity_of(Band band) {
  constexpr std::array<std::string_view, 5> kNames = {"info", "minor", "major", "critical", "blocker"};
  return kNames[static_cast<std::size_t>(band)];
}

void write_finding(doc::JsonWriter& json, const Assessment& assessment, std::size_t index) {
  const Finding& it = assessment.findings.all[index];
  const std::string rule = escape::one_line(rule_of(assessment, index), kRule);
  json.line_break().begin_object();
  json.field("description", escape::one_line(title_of(assessment, index), kDescription));
  json.field("check_name", rule.empty() ? std::string(to_string(it.kind)) : rule);
  json.field("fingerprint", to_string(it.id));
  json.field("severity", severity_of(band_for_tenths(assessment.assessed[index].risk.effective_tenths)));
  json.key("location").begin_object().field("path", assessment.findings.path_of(it));
  json.key("lines").begin_object().field("begin", std::max(it.range.first_line, 1U));
  if (it.range.last_line > it.range.first_line) json.field("end", it.range.last_line);
  json.end_object().end_object().end_object();
}

}  // namespace

Status write_gitlab_code_quality(const Input& input, const Sink& sink) {
  const Assessment& assessment = input.assessment;
  JsonStream out(sink);
  out.json.begin_array();
  for (std::size_t i = 0; i < assessment.findings.all.size(); ++i) {
    const Finding& it = assessment.findings.all[i];
    if (it.file == Finding::kNoFile || it.in_base_only || state_of(assessment, i) != "open") continue;
    write_finding(out.json, assessment, i);
    GP_CHECK(out.pass_on());
  }
  out.json.line_break().end_array();
  return out.finish();
}

}  // namespace gatepost::report
