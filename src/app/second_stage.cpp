#include "app/second_stage.hpp"

#include <utility>

#include "app/connection.hpp"
#include "app/enrich_threat.hpp"
#include "app/feed_files.hpp"
#include "app/publishing.hpp"
#include "app/rejudge.hpp"
#include "publish/marker.hpp"

namespace gatepost::app {

Result<Asked> ask_forge(const Ports& ports, forge::Forge& forge, const CiFacts& ci, const Inputs& inputs,
                        const ResultFile* result) {
  if (!ci.change_request && (!ci.judges_other_run || ci.change_head.empty())) {
    return error(ErrorKind::usage,
                 "the run does not say which change request it is about: a result cannot be asked for that",
                 "give its number with --change, or run it on workflow_run (GitHub)");
  }
  publish::Settings settings;
  GP_TRY(publish::Shown shown, forge.shown(wanted_of(ci, ci.change_head, settings)));
  if (shown.request.number == 0) return error(ErrorKind::bad_input, "the forge shows no change request for this run");
  if (result != nullptr) GP_CHECK(check_belongs(*result, shown.request));
  const auto read = [&](std::string_view path) { return forge.file_at(path, shown.request.target_branch); };
  const auto add_more = [&](config::Files& files) { return add_addresses(ports, "", files); };
  GP_TRY(RulesOfBase rules, rules_of_base(read, dialect_of(ci.system), add_more));
  GP_CHECK(apply(inputs, rules.settings.publishing));
  rules.settings.publishing.suggest_from.clear();  // the result's engines are what a stranger calls them
  rules.settings.publishing.upload_sarif = false;  // the first stage has the files that alerts are matched by
  // Only now it is known under which name we go there, and which check of GitLab waits for us.
  const publish::Settings& known = rules.settings.publishing;
  if (known.name != settings.name || known.external_check != settings.external_check) {
    GP_TRY(shown, forge.shown(wanted_of(ci, ci.change_head, known)));
  }
  return Asked{std::move(shown), std::move(rules)};
}

std::optional<publish::Lines> TipLines::of(const Finding& finding) const {
  if (finding.in_base_only || finding.range.first_line == 0) return std::nullopt;
  const auto known = known_.find(finding.id);
  if (known != known_.end()) return known->second;
  if (!judged_the_tip_) return std::nullopt;
  return publish::Lines{finding.range.first_line, std::max(finding.range.first_line, finding.range.last_line)};
}

Assessment judge_again(const Ports& ports, const CiFacts& ci, ResultFile result, Asked& asked, Timestamp now) {
  take_exposures(asked.rules.surroundings.services, result.exposures);
  take_code_facts(result, asked.shown.request, asked.rules.surroundings);
  // There is no work tree here that a relative path could be in: addresses and absolute paths are read.
  Found& found = result.found;
  const FeedRequest feeds{.cves = reported_cves(found.assessment.table, found.assessment.base_table)};
  asked.rules.surroundings.threats.feeds = read_feeds(ports, asked.rules.settings.feeds, feeds, found.notes);
  asked.rules.surroundings.evidence.products = {asked.rules.settings.repository, ci.repository};
  std::erase(asked.rules.surroundings.evidence.products, "");
  return rejudge(
      std::move(result), asked.shown.request,
      {.settings = asked.rules.settings,
       .owners = asked.rules.owners,
       .event = policy::Event::pull_request,
       .now = now,
       .surroundings = &asked.rules.surroundings,
       .repository = asked.rules.settings.repository.empty() ? ci.repository : asked.rules.settings.repository,
       .branch = asked.shown.request.target_branch,
       .tools_may_suppress = false});
}

publish::Stamp stamp_of_words(const publish::Shown& shown, const publish::Stamp& own) {
  const auto marker =
      shown.comments.empty() ? std::nullopt : publish::parse_summary_marker(shown.comments.front().body);
  return marker && marker->stamp.head == own.head ? marker->stamp : own;
}

publish::Input plan_input(const report::Input& input, const CiFacts& ci, const publish::Shown& shown,
                          const TipLines& lines) {
  const auto line_of = [&](std::size_t finding) { return lines.of(input.assessment.findings.all[finding]); };
  return {.report = input,
          .stamp = stamp_of(ci, shown.request.head),
          .head_lines = line_of,
          // No text, and so no suggestions: one click would commit what a stranger wrote into the result.
          .head_text = [](std::string_view, publish::Lines) { return std::optional<std::string>(); },
          .pipeline = pipeline_of(ci, shown.request.head),
          .run_url = ci.run_url,
          .dialect = publish_dialect(ci.system),
          .repository = ci.repository};
}

}  // namespace gatepost::app
