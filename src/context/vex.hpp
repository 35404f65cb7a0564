// VEX documents: OpenVEX up to 0.2, CSAF 2.0 (csaf_vex), CycloneDX from 1.4 as JSON or XML, and the VEX relationships
// of SPDX 3.0, read into one list of statements.
#pragma once

#include <string>
#include <vector>

#include "base/note.hpp"
#include "base/result.hpp"
#include "model/vex.hpp"

namespace gatepost::context {

inline constexpr std::size_t kLargestVexFile = std::size_t{32} << 20;
inline constexpr std::size_t kMostVexTargets = 100'000;  // of one document

struct VexDocument {
  std::string format;  // "OpenVEX", "CSAF", "CycloneDX", "SPDX"
  std::vector<VexStatement> statements;
  std::vector<Note> notes;  // statements that lack what their format demands are left out, and told
};

// `name` is what messages and statements call the document. Fails on what is no VEX document, or too large a one:
// nothing of it counts then.
Result<VexDocument> read_vex(std::string text, const std::string& name, VexOrigin origin);

}  // namespace gatepost::context
