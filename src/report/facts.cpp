#include "report/facts.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "model/repo_path.hpp"
#include "report/fix_first.hpp"

namespace gatepost::report {
namespace {

// Of a long list of tools' proposals, as many as help.
constexpr std::size_t kMostVersions = 3;
// Members of one finding that are asked for what the primary one does not know.
constexpr std::size_t kMostMembers = 100;

std::string package_of(const ObservationTable& table, const ObservationRow& row) {
  const StoredComponent* const component = table.component_of(row);
  if (component == nullptr) return {};
  std::string name(table.text(component->package));
  if (name.empty()) name = table.text(component->purl);
  if (component->version != TextId::none) name.append(" ").append(table.text(component->version));
  return name;
}

// "hardcoded_tmp_directory" and "Semgrep Finding: rules.sqli" name the rule; they do not tell what is wrong.
bool tells_nothing(std::string_view title, std::string_view rule) {
  return title.find(' ') == std::string_view::npos || (!rule.empty() && title.find(rule) != std::string_view::npos);
}

std::string own_title(const ObservationTable& table, const ObservationRow& row) {
  const std::string_view title = reported_title(table, row);
  if (!tells_nothing(title, table.text(table.rule_of(row).id))) return std::string(title);
  const std::string message = table.message(row);
  if (!message.empty()) return message.substr(0, message.find('\n'));
  if (!title.empty()) return std::string(title);
  if (const TextId rule = table.rule_of(row).id; rule != TextId::none) return std::string(table.text(rule));
  return "problem without a name (" + std::string(to_string(row.kind)) + ")";
}

// "upgrade lodash to 4.17.21", when the tool knows versions without the problem.
std::string upgrade(const ObservationTable& table, const ObservationRow& row) {
  const StoredComponent* const component = table.component_of(row);
  if (component == nullptr || component->fixed_versions == ListId::none) return {};
  const auto versions = table.texts(component->fixed_versions);
  std::string advice = "upgrade";
  if (component->package != TextId::none) advice.append(" ").append(table.text(component->package));
  advice += versions.size() == 1 ? " to " : " to one of ";
  for (std::size_t i = 0; i < versions.size() && i < kMostVersions; ++i) {
    if (i > 0) advice += ", ";
    advice += table.text(versions[i]);
  }
  return versions.size() > kMostVersions ? advice + ", …" : advice;
}

std::string proposal(const ObservationTable& table, const ObservationRow& row) {
  if (std::string advice = upgrade(table, row); !advice.empty()) return advice;
  const ObservationDetail* const detail = table.detail_of(row);
  if (detail == nullptr) return {};
  const auto told = std::ranges::find_if(detail->fixes, [](const Fix& fix) { return !fix.description.empty(); });
  if (told != detail->fixes.end()) return told->description;
  return detail->fixes.empty() ? "" : "the tool proposes a change of the code";
}

}  // namespace

std::string_view reported_title(const ObservationTable& table, const ObservationRow& row) {
  const ObservationDetail* const detail = table.detail_of(row);
  return detail != nullptr && !detail->title.empty() ? std::string_view(detail->title)
                                                     : table.text(table.rule_of(row).title);
}

std::string_view reported_help(const ObservationTable& table, const ObservationRow& row) {
  const ObservationDetail* const detail = table.detail_of(row);
  return detail != nullptr && !detail->help_url.empty() ? std::string_view(detail->help_url)
                                                        : table.text(table.rule_of(row).help_url);
}

std::vector<StoredFingerprint> fingerprints_by_name(const ObservationTable& table, ListId list) {
  const auto stored = table.fingerprints(list);
  std::vector<StoredFingerprint> prints(stored.begin(), stored.end());
  if (prints.size() < 2) return prints;
  const auto name = [&](const StoredFingerprint& print) { return table.text(print.name); };
  std::ranges::stable_sort(prints, {}, name);
  const auto repeated = std::ranges::unique(prints, {}, name);
  prints.erase(repeated.begin(), repeated.end());
  return prints;
}

const ObservationRow& primary_row(const Assessment& assessment, std::size_t finding) {
  const Finding& it = assessment.findings.all[finding];
  return assessment.table_of(it).row(it.primary);
}

std::string title_of(const Assessment& assessment, std::size_t finding) {
  const ObservationTable& table = assessment.table_of(assessment.findings.all[finding]);
  const ObservationRow& row = primary_row(assessment, finding);
  std::string title = own_title(table, row);
  const StoredComponent* const component = table.component_of(row);
  if (component == nullptr || component->package == TextId::none) return title;
  const bool named = text::lower(title).find(text::lower(table.text(component->package))) != std::string::npos;
  return named ? title : package_of(table, row) + ": " + title;
}

std::string place_of(const ObservationTable& table, const ObservationRow& row) {
  if (const ObservationDetail* const detail = table.detail_of(row)) {
    if (detail->endpoint) return std::string(text::trim(detail->endpoint->method + " " + detail->endpoint->url));
    if (!detail->resource.empty()) return detail->resource;
    if (!detail->image.empty()) return detail->image;
  }
  return package_of(table, row);
}

std::string_view path_of(const Assessment& assessment, std::size_t finding) {
  const Finding& it = assessment.findings.all[finding];
  if (it.file != Finding::kNoFile) return assessment.findings.path_of(it);
  const std::string_view path = assessment.table_of(it).text(primary_row(assessment, finding).path);
  return is_absolute_path(path) || !RepoPath::parse(path) ? std::string_view{} : path;
}

std::string place_of(const Assessment& assessment, std::size_t finding) {
  const Finding& it = assessment.findings.all[finding];
  const bool placed = it.file != Finding::kNoFile;
  if (!placed) {
    std::string place = place_of(assessment.table_of(it), primary_row(assessment, finding));
    if (!place.empty()) return place;
  }
  std::string place(path_of(assessment, finding));
  if (!place.empty() && it.range.first_line != 0) place += ":" + std::to_string(it.range.first_line);
  return placed || place.empty() ? place : place + " (not in the commit)";
}

std::string_view rule_of(const Assessment& assessment, std::size_t finding) {
  const ObservationTable& table = assessment.table_of(assessment.findings.all[finding]);
  return table.text(table.rule_of(primary_row(assessment, finding)).id);
}

std::string_view help_url_of(const Assessment& assessment, std::size_t finding) {
  return reported_help(assessment.table_of(assessment.findings.all[finding]), primary_row(assessment, finding));
}

std::vector<std::string_view> engines_of(const Assessment& assessment, std::size_t finding) {
  const Finding& it = assessment.findings.all[finding];
  const ObservationTable& table = assessment.table_of(it);
  std::vector<std::string_view> engines;
  for (const Row row : assessment.findings.members_of(it)) {
    const std::string_view engine = table.text(table.rule_of(table.row(row)).engine);
    if (!engine.empty() && std::ranges::find(engines, engine) == engines.end()) engines.push_back(engine);
  }
  std::ranges::sort(engines);
  return engines;
}

std::string fix_of(const Assessment& assessment, std::size_t finding) {
  if (const FixAction* const planned = assessment.fixes.of(finding)) return title_of(*planned);
  const Finding& it = assessment.findings.all[finding];
  const ObservationTable& table = assessment.table_of(it);
  std::string advice = proposal(table, table.row(it.primary));
  const auto members = assessment.findings.members_of(it);
  for (const Row row : members.first(std::min(members.size(), kMostMembers))) {
    if (!advice.empty()) break;
    advice = proposal(table, table.row(row));
  }
  return advice;
}

std::vector<Factor> factors_of(const Input& input, std::size_t finding) {
  return input.explain ? input.explain(finding) : std::vector<Factor>{};
}

std::string service_reason(const Assessment& assessment, std::size_t finding) {
  const Service* const service = assessment.service_of(finding);
  if (service == nullptr) return {};
  const ServiceClaim& claim = service->claims[assessment.assessed[finding].service_claim];
  return (claim.by == ServiceClaim::By::path ? "path " : "image ") + claim.pattern + " (" + claim.where + ")";
}

std::string service_summary(const Assessment& assessment, std::size_t finding) {
  const Service* const service = assessment.service_of(finding);
  if (service == nullptr) return {};
  const Context& context = service->context;
  std::vector<std::string> known;
  if (context.exposure != Exposure::unknown)
    known.push_back(
        text::replace_all(std::string(kExposureNames[static_cast<std::size_t>(context.exposure)]), "_", " "));
  if (context.environment != Environment::unknown)
    known.push_back(
        text::replace_all(std::string(kEnvironmentNames[static_cast<std::size_t>(context.environment)]), "_", " "));
  if (!context.data.empty()) known.push_back("data: " + data_class_names(context.data));
  return "service " + service->name + (known.empty() ? "" : " (" + text::join(known, ", ") + ")");
}

std::string teams(std::span<const Owner> owners) {
  std::vector<std::string> names;
  for (const Owner& owner : owners) {
    if (std::ranges::find(names, owner.team.value) == names.end()) names.push_back(owner.team.value);
  }
  return text::join(names, ", ");
}

namespace {

// 430000 is "43 %", 4300 is "0.43 %", 43 is "0.0043 %".
std::string percent(std::uint32_t ppm) {
  std::string digits = std::to_string(ppm);
  if (digits.size() < 5) digits.insert(0, 5 - digits.size(), '0');
  std::string fraction = digits.substr(digits.size() - 4);
  while (fraction.ends_with('0')) fraction.pop_back();
  return digits.substr(0, digits.size() - 4) + (fraction.empty() ? "" : "." + fraction) + " %";
}

// " (CVE-2024-3094, 2026-11-20)", of what is known.
std::string in_brackets(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) {
    if (!part.empty()) all.append(all.empty() ? " (" : ", ").append(part);
  }
  return all.empty() ? all : all + ")";
}

std::string told(const EpssFact& epss) {
  return "EPSS " + percent(epss.ppm) + in_brackets({epss.date, epss.source == "EPSS" ? "" : "by " + epss.source});
}

std::string told(const KevFact& kev) {
  std::string text = kev.since.empty() ? "known to be exploited" : "KEV since " + kev.since;
  if (kev.ransomware.value_or(false)) text += ", used by ransomware";
  if (!kev.due.empty()) text += ", to be fixed by " + kev.due;
  return text + in_brackets({kev.date, kev.source == "KEV" ? "" : "by " + kev.source});
}

std::string told(const SsvcFact& ssvc) {
  std::string text;
  if (ssvc.exploitation != Maturity::unknown) text = "exploitation " + std::string(to_string(ssvc.exploitation));
  const auto add = [&](std::string_view more) { text.append(text.empty() ? "" : ", ").append(more); };
  if (ssvc.automatable) add(*ssvc.automatable ? "automatable" : "not automatable");
  if (ssvc.total_impact) add(*ssvc.total_impact ? "total impact" : "partial impact");
  return text.empty() ? text : "CISA: " + text + in_brackets({ssvc.date});
}

std::string told(const VexFact& vex) {
  std::string text(to_string(vex.status));
  if (!vex.justification.empty()) text += " (" + vex.justification + ")";
  if (!vex.author.empty()) text += " by " + vex.author;
  if (!vex.date.empty()) text += ", " + vex.date;
  if (!vex.statement.empty()) text += ": " + vex.statement;
  text += in_brackets({vex.document});
  if (!vex.conflict.empty()) text += "; contradicted at run time: " + vex.conflict;
  if (!vex.advisory_only.empty()) text += "; does not count: " + vex.advisory_only;
  return text;
}

}  // namespace

std::vector<std::string> vex_facts(const Assessment& assessment, std::size_t finding) {
  std::vector<std::string> facts;
  const Enrichment* const known = assessment.enrichment_of(finding);
  if (known == nullptr) return facts;
  for (const VexFact& it : known->vex) facts.push_back(told(it));
  return facts;
}

std::string runtime_fact(const Assessment& assessment, std::size_t finding) {
  const Enrichment* const known = assessment.enrichment_of(finding);
  if (known == nullptr || !known->runtime) return {};
  const RuntimeFact& it = *known->runtime;
  std::string text = text::replace_all(it.state, "_", " ");
  if (!it.workload.empty()) text += " in " + it.workload;
  if (!it.source.empty()) text += ", by " + it.source;
  if (!it.last_seen.empty()) text += (it.state == "not_loaded" ? ", until " : ", last seen ") + it.last_seen;
  text += in_brackets({it.document});
  return it.doubt.empty() ? text : text + "; does not count: " + it.doubt;
}

std::vector<std::string> threat_facts(const Assessment& assessment, std::size_t finding) {
  std::vector<std::string> facts;
  const Enrichment* const known = assessment.enrichment_of(finding);
  if (known == nullptr) return facts;
  if (known->kev) facts.push_back(told(*known->kev));
  if (known->epss) facts.push_back(told(*known->epss));
  if (known->ssvc) {
    if (std::string text = told(*known->ssvc); !text.empty()) facts.push_back(std::move(text));
  }
  return facts;
}

std::string_view state_of(const Assessment& assessment, std::size_t finding) {
  const Assessed& it = assessment.assessed[finding];
  if (it.presence == Presence::fixed) return "fixed";
  if (it.waiver != Assessed::kNone) return "waived";
  if (it.suppressed) return it.risk.exemption == Exemption::none ? "suppressed" : "not_affected";
  return it.presence == Presence::not_evaluated ? "not_evaluated" : "open";
}

std::string points(std::int64_t tenths) {
  std::string out;
  append_points(out, tenths);
  return out;
}

void append_points(std::string& out, std::int64_t tenths) {
  const std::int64_t magnitude = tenths < 0 ? -tenths : tenths;
  if (tenths < 0) out += '-';
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, magnitude / 10).ptr);
  out += '.';
  out += static_cast<char>('0' + magnitude % 10);
}

std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

}  // namespace gatepost::report
