// What manifests and lock files say about dependencies: as much as the risk of a change and reachability need. Total:
// what is not understood is left out.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::context {

inline constexpr std::size_t kLargestManifest = std::size_t{16} << 20;

// npm's package.json, pip's requirements*.txt, pyproject.toml, go.mod, Cargo.toml.
struct Declared {
  std::string name;     // as package_key has it
  std::string version;  // "^4.17.21", "==2.0"; "" when none is said
  std::uint32_t line = 0;
  bool dev = false;
  friend bool operator==(const Declared&, const Declared&) = default;
};
struct Manifest {
  std::string ecosystem;                // type of a purl
  std::vector<Declared> direct;         // sorted by name
  std::vector<Declared> indirect = {};  // of go.mod
  std::vector<Declared> sources = {};   // where packages come from, as the file itself says: host, or path of a fork
  [[nodiscard]] const Declared* find(std::string_view name) const;
};
bool is_manifest(std::string_view path);  // or a lock file: one that read_manifest or read_lock takes
// Empty for a file that is none of these, or does not parse.
std::optional<Manifest> read_manifest(std::string_view path, std::string_view text);

// npm's package-lock.json and npm-shrinkwrap.json, Cargo.lock, poetry.lock, uv.lock.
struct Locked {
  std::string name, version;
  std::string host;  // that it is downloaded from; "" when the file does not say
  bool install_script = false;
  std::uint32_t line = 0;
  friend bool operator==(const Locked&, const Locked&) = default;
};
struct Lock {
  std::string ecosystem;
  std::vector<Locked> packages;                 // sorted by name, then version
  std::set<std::string, std::less<>> required;  // by other packages than the repository's own
};
std::optional<Lock> read_lock(std::string_view path, std::string_view text);

// The name under which an ecosystem knows a package: PyPI's in lower case with single dashes, Go's in lower case.
std::string package_key(std::string_view ecosystem, std::string_view name);

// As the ecosystem orders versions; false when it cannot compare them.
bool is_below(std::string_view ecosystem, std::string_view version, std::string_view other);
// "^4.17.21", "==2.0", "v1.2.3" without what stands before the number; "" for ranges and anything else.
std::string_view plain_version(std::string_view constraint);

}  // namespace gatepost::context
