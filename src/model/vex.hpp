// Statements of vendors and of ourselves on whether a vulnerability matters in a product (VEX).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace gatepost {

enum class VexStatus : std::uint8_t { not_affected, fixed, under_investigation, affected };  // the worst comes last
inline constexpr std::array<std::string_view, 4> kVexStatusNames = {"not_affected", "fixed", "under_investigation",
                                                                    "affected"};
inline std::string_view to_string(VexStatus it) { return kVexStatusNames[static_cast<std::size_t>(it)]; }
// Says that the problem does not exist here.
inline bool suppresses(VexStatus it) { return it == VexStatus::not_affected || it == VexStatus::fixed; }

// Who put a document before us; decides how far it is believed.
enum class VexOrigin : std::uint8_t {
  repository,  // a file of the revision that the rules come from: somebody reviewed it
  pipeline,    // named on the command line
  workspace,   // found by the settings' patterns beside the repository's files: anybody's
  change       // brought or touched by the change that is judged
};

struct VexProduct {
  std::string id;        // as the document writes it: a purl, an image, a name
  std::string purl;      // canonical; "" when it is none
  std::string versions;  // a range, "vers:npm/<2.0.0", in place of the purl's version; "" for none
  std::string cpe;       // of a platform, such as a distribution; "" for none
  friend auto operator<=>(const VexProduct&, const VexProduct&) = default;
};

struct VexTarget {
  VexProduct product;
  std::vector<VexProduct> subcomponents;  // in the product; empty: the product itself
  friend auto operator<=>(const VexTarget&, const VexTarget&) = default;
};

struct VexStatement {
  std::vector<std::string> ids;  // of one vulnerability, as AdvisoryId writes them
  std::vector<VexTarget> targets;
  VexStatus status = VexStatus::under_investigation;
  std::string justification;  // as the format names it: "vulnerable_code_not_present"
  std::string statement;      // in the author's words
  std::string author, supplier;
  std::optional<Timestamp> time;
  VexOrigin origin = VexOrigin::change;
  std::string document, pointer;  // "security/openvex.json", "/statements/0"
};

// What a statement means for a finding.
struct VexFact {
  VexStatus status = VexStatus::under_investigation;
  bool decides = false;          // the one that counts
  std::string author, document;  // document: where it stands, "security/openvex.json#/statements/0"
  std::string justification;
  std::string statement;
  std::string date;           // "2026-11-20"; "" when it has none
  std::string advisory_only;  // why it does not count; "" when it may
  std::string conflict;       // what was seen at run time against it; "" for nothing
  friend auto operator<=>(const VexFact&, const VexFact&) = default;
};

}  // namespace gatepost
