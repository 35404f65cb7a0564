// .gatepost/policy.yml: see docs/policy.md for the language.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "config/reader.hpp"
#include "doc/document.hpp"
#include "policy/policy.hpp"

namespace gatepost::config {

// Scanners' own lists of what they ignore, which a policy may import as waivers without approver.
struct ScannerFile {
  std::string_view name;  // as `waivers: {import: […]}` says it
  std::string_view path;
};
inline constexpr std::array kScannerFiles = {
    ScannerFile{"trivyignore", ".trivyignore"}, ScannerFile{"trivyignore.yaml", ".trivyignore.yaml"},
    ScannerFile{"snyk", ".snyk"}, ScannerFile{"osv-scanner", "osv-scanner.toml"},
    ScannerFile{"gitleaksignore", ".gitleaksignore"}};

// A policy file that another one extends, pinned by its digest or by the id of a commit.
struct Extension {
  std::string path, sha256;  // sha256: "" when a commit's id is enough
  bool is_address = false;   // `path` is "https://…"
  std::string where;
  // Of a file in another repository; `path` then tells both: "https://git.acme.example/rules.git@<commit>:org.yml".
  std::string repository = {}, commit = {}, file = {};
};
inline constexpr std::size_t kMostExtensions = 8;
std::vector<Extension> extensions_of(doc::View root, Problems& problems);

// Reads the policies of one document into `rules`. A mode in the file wins over the one already there.
void read_policies(doc::View root, policy::Rules& rules, policy::Evidence& evidence, Problems& problems);

}  // namespace gatepost::config
