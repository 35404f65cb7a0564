// Scanners' own lists of what they ignore: .trivyignore, .trivyignore.yaml, .snyk, osv-scanner.toml, .gitleaksignore.
// Read as waivers that nobody approved, each about findings of that scanner alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/note.hpp"
#include "policy/waiver.hpp"

namespace gatepost::config {

struct ScannerWaivers {
  std::vector<policy::Waiver> waivers;
  std::vector<Note> notes;  // entries that cannot be understood
};

// `name` is the path, which tells the format. Never fails: an entry that cannot be understood is told and ignores
// nothing.
ScannerWaivers read_scanner_file(const std::string& name, const std::string& text);

}  // namespace gatepost::config
