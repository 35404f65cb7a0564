// What the public feeds say about CVEs: EPSS, the catalogue of known exploited vulnerabilities (KEV) and CISA's
// assessments (Vulnrichment).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "doc/document.hpp"
#include "model/enrichment.hpp"

namespace gatepost::context {

// "CVE-2024-3094" as a number that sorts by year, then by number; empty for anything else, and beyond 12 digits.
std::optional<std::uint64_t> cve_number(std::string_view cve);

// All scores of one day: 16 bytes a row, sorted.
class EpssTable {
 public:
  // `text` is the unpacked CSV. Lines that are no score are counted; a file without any, or with more of them than
  // scores, is damaged. Of equal CVEs the higher score counts.
  static Result<EpssTable> parse(std::string_view text, const std::string& name);

  struct Score {
    std::uint32_t ppm = 0;
    std::uint32_t percentile_ppm = kNone;
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  };
  [[nodiscard]] std::optional<Score> find(std::string_view cve) const;
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::size_t bad_lines() const { return bad_lines_; }
  [[nodiscard]] const std::string& model() const { return model_; }  // "v2025.03.14"; "" when not said
  [[nodiscard]] const std::string& date() const { return date_; }    // "2026-11-20"; "" when not said

 private:
  struct Row {
    std::uint64_t cve = 0;
    Score score;
  };
  std::vector<Row> rows_;
  std::size_t bad_lines_ = 0;
  std::string model_, date_;
};

class KevCatalogue {
 public:
  // Of the document that cisa.gov publishes. Entries without a CVE are counted, not taken.
  static Result<KevCatalogue> read(const doc::Document& document);
  [[nodiscard]] const KevFact* find(std::string_view cve) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bad_entries() const { return bad_entries_; }
  [[nodiscard]] const std::string& date() const { return date_; }  // of its release; "" when not said

 private:
  std::vector<KevFact> entries_;  // sorted by CVE
  std::size_t bad_entries_ = 0;
  std::string date_;
};

// What the CISA-ADP container of one CVE record (CVE JSON 5) says; nothing when there is none.
struct CveAssessment {
  std::optional<SsvcFact> ssvc;
  std::optional<KevFact> kev;
};
CveAssessment read_cve_record(doc::View record);

// Everything that was read; a feed that was not is empty, and what it would say stays unknown.
struct Feeds {
  std::optional<EpssTable> epss;
  std::optional<KevCatalogue> kev;
  std::vector<SsvcFact> ssvc;     // sorted by CVE, each once
  std::vector<KevFact> ssvc_kev;  // the KEV dates of those records; sorted by CVE
  [[nodiscard]] bool empty() const { return !epss && !kev && ssvc.empty() && ssvc_kev.empty(); }
  void add(CveAssessment assessment);
  void sort();  // after the last add(): of several assessments of one CVE the newest counts
};

// What the feeds say about a problem that is known under these CVEs: the strongest of each kind.
Enrichment ask(const Feeds& feeds, const std::vector<std::string>& cves);

}  // namespace gatepost::context
