// Severity claims from the ratings that reports carry. Nothing is computed here: a vector without a score stays one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/severity.hpp"

namespace gatepost::ingest {

// What a CVSS vector says of its version: by its prefix, or by the metric "Au" that only v2 has. Empty for a vector
// that does not show its version, and for what is no CVSS vector.
std::optional<SeverityMethod> method_of_vector(std::string_view vector);

// One rating as a report writes it; whatever it does not say stays "" or empty.
struct Rating {
  std::string_view severity;    // a word
  std::optional<double> score;  // 0 to 10
  std::string_view method;      // "CVSSv31", "OWASP", …
  std::string_view vector;
  std::string_view source;  // who says so, as severity_source() gives it
};

// The rating as a claim. The stated word stays the label, the stated score the number; only without a word that we know
// the label follows from the score. A vector whose prefix is missing gets the one of its method, because without it
// nobody can read it; vectors that are not CVSS are left out. `unmapped` becomes the word that nobody has told us
// about, or "". Empty when the rating states none of the three.
std::optional<SeverityClaim> claim_of(const Rating& rating, std::string& unmapped);

// A database's name in the spelling of severity claims: "NVD" and "nvd:cpe" are "nvd", "GitHub Advisories" and
// "github:language:java" are "ghsa"; any other becomes lower case with "-" between words.
std::string severity_source(std::string_view name);

}  // namespace gatepost::ingest
