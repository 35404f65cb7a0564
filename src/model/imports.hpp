// What the code of a commit says about a package: whether anything imports it.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "model/observation.hpp"

namespace gatepost {

// nowhere: every file was read and understood, and none imports it.
enum class ImportSeen : std::uint8_t { imported, in_tests, nowhere };
inline constexpr std::array<std::string_view, 3> kImportSeenNames = {"imported", "in_tests", "nowhere"};
inline std::string_view to_string(ImportSeen it) { return kImportSeenNames[static_cast<std::size_t>(it)]; }

struct ImportFact {
  ImportSeen seen = ImportSeen::imported;
  std::string path;        // of the first import; "" for nowhere
  std::uint32_t line = 0;  // of it
  std::string folder;      // below which the code was read; "" for the root
  std::string language;    // "JavaScript"
  std::uint32_t files = 0;
  friend auto operator<=>(const ImportFact&, const ImportFact&) = default;
};

// Tests alone count as tests only when the dependency is declared for them; else nothing is known.
inline Reach reach_of(const ImportFact& fact, Scope scope) {
  if (fact.seen == ImportSeen::imported) return Reach::imported;
  if (fact.seen == ImportSeen::nowhere) return Reach::not_imported;
  return scope == Scope::dev || scope == Scope::test ? Reach::test_only : Reach::unknown;
}

// "imported at services/cart/index.js:3"
std::string because_of(const ImportFact& fact);

}  // namespace gatepost
