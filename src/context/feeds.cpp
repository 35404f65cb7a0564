#include "context/feeds.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "model/advisory_id.hpp"

namespace gatepost::context {
namespace {

constexpr std::size_t kMost = 64;  // containers, metrics, options of one record

std::string cve_of(std::string_view text) {
  const auto id = AdvisoryId::parse(text::trim(text));
  return id && id->is_cve() ? id->value() : "";
}

// The day of a date or of a point in time; "" for anything else.
std::string day(std::string_view text) {
  const auto time = parse_timestamp(text::trim(text));
  return time ? to_string(day_of(*time)) : "";
}

std::optional<bool> ransomware(std::string_view word) {
  if (text::equal_ignoring_case(word, "known")) return true;
  return std::nullopt;
}

// The word in lower case behind a key whose case varies.
std::string option_of(doc::View option, std::string_view key) {
  for (const auto& [name, value] : option.members()) {
    if (text::equal_ignoring_case(name, key)) return text::lower(text::trim(value.text()));
  }
  return {};
}

Maturity maturity_of(std::string_view word) {
  if (word == "active") return Maturity::active;
  if (word == "poc" || word == "public poc") return Maturity::poc;
  return word == "none" ? Maturity::none : Maturity::unknown;
}

SsvcFact ssvc_of(doc::View content, const std::string& cve) {
  SsvcFact fact{.cve = cve, .date = day(content.at("timestamp").text())};
  std::size_t seen = 0;
  for (const doc::View option : content.at("options").items()) {
    if (++seen > kMost) break;
    if (const auto word = option_of(option, "exploitation"); !word.empty()) fact.exploitation = maturity_of(word);
    const std::string automatable = option_of(option, "automatable"), impact = option_of(option, "technical impact");
    if (automatable == "yes" || automatable == "no") fact.automatable = automatable == "yes";
    if (impact == "total" || impact == "partial") fact.total_impact = impact == "total";
  }
  return fact;
}

// Of the facts about one CVE the newest stays.
template <class Fact>
void keep_newest(std::vector<Fact>& facts) {
  std::ranges::sort(facts,
                    [](const Fact& a, const Fact& b) { return a.cve != b.cve ? a.cve < b.cve : b.date < a.date; });
  const auto rest = std::ranges::unique(facts, {}, &Fact::cve);
  facts.erase(rest.begin(), rest.end());
}

template <class Fact>
const Fact* find_fact(const std::vector<Fact>& facts, std::string_view cve) {
  const auto found = std::ranges::lower_bound(facts, cve, {}, [](const Fact& it) { return std::string_view(it.cve); });
  return found != facts.end() && found->cve == cve ? &*found : nullptr;
}

void ask_epss(const EpssTable& table, const std::string& cve, Enrichment& out) {
  const auto score = table.find(cve);
  if (!score || (out.epss && out.epss->ppm >= score->ppm)) return;
  out.epss = EpssFact{.ppm = score->ppm, .cve = cve, .source = "EPSS", .date = table.date(), .model = table.model()};
  if (score->percentile_ppm != EpssTable::Score::kNone) out.epss->percentile_ppm = score->percentile_ppm;
}

// The one that is used by ransomware, then the one that was there first.
void take_kev(const KevFact* fact, Enrichment& out) {
  if (fact == nullptr) return;
  const bool worse = out.kev && fact->ransomware.value_or(false) && !out.kev->ransomware.value_or(false);
  if (!out.kev || worse) out.kev = *fact;
}

}  // namespace

Result<KevCatalogue> KevCatalogue::read(const doc::Document& document) {
  const doc::View root = document.root(), list = root.at("vulnerabilities");
  if (!list.is_array())
    return error(ErrorKind::bad_input,
                 (root.exists() ? root.where() : document.name()) +
                     ": there is no list \"vulnerabilities\"; expected CISA's catalogue of known exploited ones");
  KevCatalogue catalogue;
  catalogue.date_ = day(root.at("dateReleased").text());
  for (const doc::View entry : list.items()) {
    const std::string cve = cve_of(entry.at("cveID").text());
    if (cve.empty()) {
      ++catalogue.bad_entries_;
      continue;
    }
    catalogue.entries_.push_back({.cve = cve,
                                  .source = "KEV",
                                  .since = day(entry.at("dateAdded").text()),
                                  .due = day(entry.at("dueDate").text()),
                                  .ransomware = ransomware(entry.at("knownRansomwareCampaignUse").text()),
                                  .date = catalogue.date_});
  }
  if (catalogue.entries_.size() <= catalogue.bad_entries_)
    return error(ErrorKind::bad_input, list.where() + ": hardly an entry has a \"cveID\"");
  std::ranges::sort(catalogue.entries_);
  return catalogue;
}

const KevFact* KevCatalogue::find(std::string_view cve) const { return find_fact(entries_, cve); }

CveAssessment read_cve_record(doc::View record) {
  CveAssessment out;
  const std::string cve = cve_of(record.at("cveMetadata").at("cveId").text());
  if (cve.empty()) return out;
  std::size_t seen = 0;
  for (const doc::View container : record.at("containers").at("adp").items()) {
    if (++seen > kMost) break;
    if (container.at("providerMetadata").at("shortName").text() != "CISA-ADP") continue;
    std::size_t metrics = 0;
    for (const doc::View metric : container.at("metrics").items()) {
      if (++metrics > kMost) break;
      const doc::View other = metric.at("other"), content = other.at("content");
      const std::string type = text::lower(other.at("type").text());
      if (type == "ssvc") out.ssvc = ssvc_of(content, cve);
      if (type == "kev")
        out.kev = KevFact{.cve = cve, .source = "Vulnrichment", .since = day(content.at("dateAdded").text())};
    }
    if (out.kev && out.ssvc) out.kev->date = out.ssvc->date;
  }
  return out;
}

void Feeds::add(CveAssessment assessment) {
  if (assessment.ssvc) ssvc.push_back(std::move(*assessment.ssvc));
  if (assessment.kev) ssvc_kev.push_back(std::move(*assessment.kev));
}

void Feeds::sort() {
  keep_newest(ssvc);
  keep_newest(ssvc_kev);
}

Enrichment ask(const Feeds& feeds, const std::vector<std::string>& cves) {
  Enrichment out;
  for (const std::string& cve : cves) {
    if (feeds.epss) ask_epss(*feeds.epss, cve, out);
    if (feeds.kev) take_kev(feeds.kev->find(cve), out);
    const SsvcFact* const ssvc = find_fact(feeds.ssvc, cve);
    if (ssvc != nullptr && (!out.ssvc || ssvc->exploitation > out.ssvc->exploitation)) out.ssvc = *ssvc;
  }
  for (const std::string& cve : cves) {
    if (!out.kev) take_kev(find_fact(feeds.ssvc_kev, cve), out);
  }
  return out;
}

}  // namespace gatepost::context
