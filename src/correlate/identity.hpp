// What makes two observations the same problem. Every identity has an algorithm with a version in it; no line number,
// no severity, no message and no CWE ever enters one. docs/identity.md tells which fields each kind uses.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
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
};

// The identity of a row up to its occurrence: rows with equal keys at different places of a file are told apart by
// their order there.
struct IdentityKey {
  Digest128 digest;
  bool by_place = false;  // several places may share it (code); false: all rows with it are one problem (packages)
};

class Identifier {
 public:
  explicit Identifier(const IdentityInputs& inputs) : in_(inputs) {}
  IdentityKey key(Row row);
  // Of a dependency, without its version: finds it again after an update that did not help. Empty for other kinds.
  Digest128 package_key(Row row);
  // The path as it enters the identity: of the placed file, or as reported when it means no file.
  [[nodiscard]] std::string_view path_of(const ObservationRow& row) const;

 private:
  IdentityKey code_key(const ObservationRow& row, Row index);
  IdentityKey secret_key(const ObservationRow& row, Row index);
  IdentityKey dependency_key(const ObservationRow& row, bool with_version);
  IdentityKey resource_key(const ObservationRow& row, Row index);
  IdentityKey endpoint_key(const ObservationRow& row, Row index);
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
