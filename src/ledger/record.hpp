// What the ledger remembers of a finding, so that a later run recognises it and a report can show it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "ledger/canonical.hpp"
#include "model/finding.hpp"
#include "model/kind.hpp"
#include "model/risk.hpp"
#include "model/severity.hpp"

namespace gatepost::ledger {

// The keys of correlate::Key, in its order. Empty: the finding has none of this sort.
inline constexpr std::size_t kKeyCount = 7;
inline constexpr std::array<std::string_view, kKeyCount> kKeyNames = {"content",   "group",     "scope", "inner",
                                                                      "elsewhere", "successor", "symbol"};
using Keys = std::array<Digest128, kKeyCount>;
// The classes of correlate::Category, in its order.
inline constexpr std::array<std::string_view, 6> kCategoryNames = {"code",          "resource", "secret",
                                                                   "masked_secret", "package",  "named"};

struct Record {
  FindingId id;
  std::uint8_t category = 0;  // in kCategoryNames
  Kind kind = Kind::other;
  std::string engine, rule;
  std::vector<std::string> tools;  // ids of all engines that report it, sorted; with `engine` among them
  std::string path;                // "" when it lies in no file
  std::uint32_t line = 0, end_line = 0;
  std::string commit;  // where it was seen like this
  std::string target;  // what was scanned when it is no file: the image, the site, the account
  std::string title;   // secrets in it are masked already
  SeverityLabel severity = SeverityLabel::unknown;
  std::uint16_t risk_tenths = 0;
  std::optional<Priority> decision;     // of SSVC
  std::string package;                  // purl
  std::vector<std::string> advisories;  // sorted
  std::vector<std::uint32_t> cwes;      // numbers of the weaknesses that its scanners name; sorted
  std::string service, team;
  Digest128 context;  // of the code that a decision about it was made for
  Keys keys{};
  [[nodiscard]] Band band() const { return band_for_tenths(risk_tenths); }
  friend bool operator==(const Record&, const Record&) = default;
};

void write(CanonicalWriter& out, const Record& record);
// Why it is none, or "" when all is well. Members that we do not know are refused: they would be lost.
std::string read(CanonicalText::Item item, Record& record);

// 32 hexadecimal digits.
std::optional<Digest128> parse_hex128(std::string_view text);

}  // namespace gatepost::ledger
