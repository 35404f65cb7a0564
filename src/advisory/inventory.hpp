// What is stored of the components of services: rows that a store keeps as canonical JSON lines, to be matched with
// advisories that did not exist when the bill of materials was made.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/string_pool.hpp"
#include "model/observation.hpp"

namespace gatepost::advisory {

struct StoredPart {
  std::string_view purl;     // canonical, with its version
  std::string_view service;  // whose it is; "" when nobody said
  std::string_view path;     // where it was found; "" when the document does not say
  std::string_view sbom;     // "sha256:…" of the bill of materials
  Scope scope = Scope::unknown;
  friend bool operator==(const StoredPart&, const StoredPart&) = default;
};

class Inventory {
 public:
  // False, and nothing is added, without a package URL that can be read.
  bool add(const StoredPart& part);
  // By package URL, service, path, digest and scope; each once. After the last add().
  void sort();

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] StoredPart part(std::size_t index) const;
  // Two rows have the same package URL when these are equal.
  [[nodiscard]] TextId purl_id(std::size_t index) const { return rows_[index].purl; }

  // One JSON object a line, keys sorted, absent what is not known: the same rows give the same bytes.
  [[nodiscard]] std::string line(std::size_t index) const;
  // Adds such lines. Refuses, with its number, a line that is none.
  Status add_lines(std::string_view text, const std::string& name);

 private:
  struct Row {
    TextId purl = TextId::none, service = TextId::none, path = TextId::none, sbom = TextId::none;
    Scope scope = Scope::unknown;
    friend bool operator==(const Row&, const Row&) = default;
  };
  StringPool texts_;
  std::vector<Row> rows_;
};

// True for the beginning of a file of such lines.
bool is_inventory(std::string_view head);

}  // namespace gatepost::advisory
