// What the writers get: an assessment, what is looked up for one finding at a time, and how the output is to look.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "model/assessment.hpp"
#include "model/kind.hpp"
#include "model/observation_table.hpp"
#include "model/risk.hpp"
#include "model/severity.hpp"
#include "report/reported_path.hpp"

namespace gatepost::report {

// Of the terminal that is written to. Whether it has colours is the caller's business: nobody here looks at the
// environment.
struct Style {
  std::size_t width = 80;  // columns; 40 at least
  bool colour = false;
  std::size_t most_findings = 25;  // shown one by one; the rest is counted
};

struct Links {
  // A place is shown as a link to this + "/src/a.c#L12": "https://github.com/acme/shop/blob/<head>". "" for no links.
  std::string code;
  std::string report;  // https address of the whole report, for example the run's page; "" for none
  // Hosts, or hosts with the beginning of a path, that a rule's help may be linked to. Links into repositories are not
  // among them: a forge would tell the strangers who are linked to.
  std::vector<std::string> help = {
      "avd.aquasec.com",        "codeql.github.com", "cwe.mitre.org",     "docs.bridgecrew.io",    "docs.semgrep.dev",
      "github.com/advisories/", "nvd.nist.gov",      "osv.dev",           "rules.sonarsource.com", "rustsec.org",
      "security.snyk.io",       "semgrep.dev",       "www.shellcheck.net"};
};

struct MarkdownOptions {
  std::string marker;              // the first line, as it is: the hidden comment by which ours is found; may be ""
  std::size_t budget = 60'000;     // bytes of UTF-8 at most
  std::size_t most_findings = 50;  // rows of the tables
  std::size_t open_findings = 10;  // rows that are not folded
};

struct SarifOptions {
  std::string repository_url;         // https address of the repository, for versionControlProvenance; "" for none
  std::size_t most_results = 25'000;  // of one run; GitHub takes no more
  // Kinds that a complete report covered. Their category is written also without results, so that alerts of an earlier
  // upload are closed; a category that is not written keeps its alerts.
  std::vector<Kind> complete_kinds;
};

struct Input {
  const Assessment& assessment;
  // Looked up for one finding (its index) at a time, because a million of them must not lie in memory. An empty
  // function knows nothing.
  std::function<std::vector<Factor>(std::size_t finding)> explain;
  std::function<RiskStory(std::size_t finding)> story;
  std::function<std::string(std::size_t finding)> line_hash;  // GitHub's primaryLocationLineHash, or ""
  // Which file of the repository a path in a report means.
  RepositoryPath repository_path;
  // The effective severity of the head's observations by ListId of their claims (ObservationTable::claims_of); empty
  // when nobody computed it.
  std::span<const Severity> observation_severities;
  Style style;
  Links links;
  MarkdownOptions markdown;
  SarifOptions sarif;
  std::string tool_version;  // of gatepost
  Timestamp time;            // of the run; only GitLab's security reports tell it, because they have to
};

// For `convert`, which judges nothing.
struct TableInput {
  const ObservationTable& table;
  std::span<const Severity> severities;  // effective, by ListId of claims; empty when nobody computed it
  std::string tool_version;              // of gatepost
};

}  // namespace gatepost::report
