// What makes two observations the same problem. Every identity has an algorithm with a version in it; no line number,
// no severity, no message and no CWE ever enters one. docs/identity.md tells which fields each kind uses.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "correlate/code_facts.hpp"
#include "correlate/match.hpp"
#include "correlate/placement.hpp"
#include "model/finding.hpp"
#include "model/observation_table.hpp"

namespace gatepost::correlate {

// What identities are made of besides the rows themselves.
struct IdentityInputs {
  const ObservationTable& table;
  const FileIndex& files;
  const Placement& placement;
  // For each row the hash of the code around it, from the repository; empty where there is none. May be shorter than
  // the table: missing means empty.
  std::span<const Digest128> contexts;
  std::string_view repository;  // as configured; "" is a value, too
  // The path a file has in the head, for rows that speak of the base: a renamed file keeps its findings. May be empty.
  // Called by all threads.
  std::function<std::string_view(std::string_view path)> current_path;
  unsigned threads = 1;
  // Of rows on edited lines, for matching with another scan. May be absent.
  const CodeFactsByRow* code = nullptr;
};

// The identity of a row up to its occurrence: rows with equal keys at different places of a file are told apart by
// their order there.
struct IdentityKey {
  Digest128 digest;
  bool by_place = false;  // several places may share it (code); false: all rows with it are one problem (packages)
};

// One way to recognise a finding in another scan. Values are comparable only under the same algorithm, whose name ends
// in its version.
struct Fingerprint {
  std::string_view algorithm;  // "sast.scope.v1"
  Digest128 value;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

class Identifier {
 public:
  explicit Identifier(const IdentityInputs& inputs) : in_(inputs) {}
  IdentityKey key(Row row);
  // What `key` was before the key of secrets changed; absent when nothing says so.
  std::optional<Digest128> former_key(Row row);
  // The name of the algorithm that `key` uses for the row.
  [[nodiscard]] std::string_view algorithm(Row row) const;
  // All fingerprints of the row, the one of its identity first. Nothing of it is kept: they are made when somebody
  // compares or prints them.
  std::vector<Fingerprint> fingerprints(Row row);
  // For matching: how to look for the row, whether its identity knows nothing of its code, and its keys.
  [[nodiscard]] Category category(Row row) const;
  [[nodiscard]] bool lacks_code(Row row) const;
  Digest128 match_key(Key key, Row row);
  // Hashes of the words of its own lines; empty when nobody looked.
  [[nodiscard]] std::span<const std::uint64_t> words(Row row) const;
  // The path as it enters the identity: of the placed file, or as reported when it means no file.
  [[nodiscard]] std::string_view path_of(const ObservationRow& row) const;
  [[nodiscard]] std::string_view secret_site(const ObservationRow& row) const;

 private:
  IdentityKey code_key(const ObservationRow& row, Row index);
  IdentityKey secret_key(const ObservationRow& row, Row index);
  Digest128 secret_place(const ObservationRow& row, std::string_view kind, std::string_view id);
  IdentityKey dependency_key(const ObservationRow& row, bool with_version);
  // What the place of a package is: an image or a manifest.
  [[nodiscard]] std::string_view container_of(const ObservationRow& row) const;
  [[nodiscard]] bool goes_by_resource(const ObservationRow& row) const;
  [[nodiscard]] bool goes_by_endpoint(const ObservationRow& row) const;
  IdentityKey resource_key(const ObservationRow& row, Row index);
  IdentityKey endpoint_key(const ObservationRow& row, Row index);
  Digest128 group_key(const ObservationRow& row);
  Digest128 scope_key(const ObservationRow& row, Row index);
  Digest128 elsewhere_key(const ObservationRow& row, Row index);
  Digest128 symbol_key(const ObservationRow& row, Row index);
  Digest128 package_key(const ObservationRow& row, std::string_view algorithm, bool with_version);
  Digest128 line_key(const ObservationRow& row);
  [[nodiscard]] const CodeFacts* code_of(Row index) const;
  [[nodiscard]] std::string_view symbol_of(const ObservationRow& row, Row index) const;
  Sha256& begin(std::string_view algorithm);
  [[nodiscard]] Digest128 context_of(const ObservationRow& row, Row index) const;
  [[nodiscard]] std::string_view advisory_of(const ObservationRow& row) const;

  const IdentityInputs& in_;
  Sha256 hasher_;
};

// "registry/team/app:1.2@sha256:…" is "registry/team/app": what an image is, whatever was built when.
std::string_view image_repository(std::string_view image);

// The id of the n-th of several findings with one key. The first one, number 0, has the key itself.
FindingId finding_id(const Digest128& key, std::uint32_t occurrence, Sha256& hasher);

}  // namespace gatepost::correlate
