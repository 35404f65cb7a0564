// What a person is told about one finding. All texts are the reports' own: the writer escapes them for where they land.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/input.hpp"

namespace gatepost::report {

// The observation that the finding is shown by.
const ObservationRow& primary_row(const Assessment& assessment, std::size_t finding);

// What the tool calls the problem, and the page that explains it: the observation's own, else its rule's. May be "".
std::string_view reported_title(const ObservationTable& table, const ObservationRow& row);
std::string_view reported_help(const ObservationTable& table, const ObservationRow& row);

// The tool's own fingerprints, sorted by name; of equal names the first.
std::vector<StoredFingerprint> fingerprints_by_name(const ObservationTable& table, ListId list);

// Never empty. Of a vulnerable package it names the package and its version.
std::string title_of(const Assessment& assessment, std::size_t finding);
// Where an observation without a file is: "GET /users/{id}", "aws_s3_bucket.logs", an image or a package; "" for
// nothing.
std::string place_of(const ObservationTable& table, const ObservationRow& row);
// "src/a.c:12"; where no file is known the place of the observation.
std::string place_of(const Assessment& assessment, std::size_t finding);
// In the repository; as reported when it is in no file of the commit, "" when it lies outside.
std::string_view path_of(const Assessment& assessment, std::size_t finding);
// "python.sqli", as the tool calls it; "" when it has no name.
std::string_view rule_of(const Assessment& assessment, std::size_t finding);
// "" when the tool names no page.
std::string_view help_url_of(const Assessment& assessment, std::size_t finding);
// The tools that report it, sorted.
std::vector<std::string_view> engines_of(const Assessment& assessment, std::size_t finding);
// Advice in one line: the planned action, else what the tools propose; "" when nobody does.
std::string fix_of(const Assessment& assessment, std::size_t finding);
std::vector<Factor> factors_of(const Input& input, std::size_t finding);

// What is known about its exploitation, each with its day and where it stands: "KEV since 2024-03-25, used by
// ransomware", "EPSS 43 % (2026-11-20)". Empty when nothing is known.
std::vector<std::string> threat_facts(const Assessment& assessment, std::size_t finding);

// VEX statements, the one that counts first: "not_affected (component_not_present) by Acme, 2026-10-01
// (vex.json#/statements/0)"; of the others why they do not count.
std::vector<std::string> vex_facts(const Assessment& assessment, std::size_t finding);
// "loaded in cart, by falco, last seen 2026-11-20 (runtime/cart.jsonl#1)"; "" when nothing is known.
std::string runtime_fact(const Assessment& assessment, std::size_t finding);

// "path services/payments/** (.gatepost/services.yml:4:12)": why a finding is taken for its service's; "" for one of
// none.
std::string service_reason(const Assessment& assessment, std::size_t finding);
// "service payments: internet, production, holds pii, payment"; "" for a finding of none.
std::string service_summary(const Assessment& assessment, std::size_t finding);

// "@acme/payments, @bob"; "" when nobody owns it.
std::string teams(std::span<const Owner> owners);
// "open", "fixed", "waived", "not_affected" (as VEX says), "suppressed" (the tools were told to ignore it) or
// "not_evaluated".
std::string_view state_of(const Assessment& assessment, std::size_t finding);
// 913 is "91.3".
std::string points(std::int64_t tenths);
void append_points(std::string& out, std::int64_t tenths);
// 10000 is "10,000".
std::string grouped(std::size_t number);

}  // namespace gatepost::report
