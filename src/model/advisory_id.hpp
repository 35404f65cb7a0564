// The identifier of a vulnerability in some database, in the spelling of that database.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost {

class AdvisoryId {
 public:
  // "cve-2024-0001" becomes "CVE-2024-0001"; "ghsa-ABCD-…" becomes "GHSA-abcd-…"; of other databases the prefix is
  // upper-cased when it is one we know, the rest is kept. Empty for text that is no identifier: blanks, control
  // characters, more than 128 bytes, or a known database's prefix with the wrong shape behind it ("CVE-24", "go-vet").
  static std::optional<AdvisoryId> parse(std::string_view text);

  [[nodiscard]] const std::string& value() const { return value_; }
  [[nodiscard]] bool is_cve() const { return value_.starts_with("CVE-"); }
  // A package that is malicious as a whole rather than flawed.
  [[nodiscard]] bool is_malware() const { return value_.starts_with("MAL-"); }
  friend auto operator<=>(const AdvisoryId&, const AdvisoryId&) = default;

 private:
  explicit AdvisoryId(std::string value) : value_(std::move(value)) {}
  std::string value_;
};

// True for text that looks like the id of a known vulnerability database ("CVE-…", "GHSA-…", "RUSTSEC-…"), so that it
// may be taken from a rule id or a name.
bool looks_like_advisory(std::string_view text);

}  // namespace gatepost
