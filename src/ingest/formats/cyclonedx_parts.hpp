// What a CycloneDX document says there is: components and services, and how they depend on each other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ingest/formats/cyclonedx_node.hpp"
#include "model/observation.hpp"

namespace gatepost::ingest::cyclonedx {

struct Part {
  std::string name;          // as written, without the group
  std::string display_name;  // with the group: "@scope/name", "group:artifact"
  std::string version;
  std::string purl;       // canonical, or ""
  std::string purl_type;  // "npm"
  std::string type;       // "library", "container", …
  Scope scope = Scope::unknown;
  Reach reach = Reach::unknown;
  std::string manifest;               // file that declares it, when the document says so
  std::vector<Location> occurrences;  // where it was found
  bool holds_packages = false;        // a lock file or an operating system that stands between root and packages
};

class Parts {
 public:
  explicit Parts(const Node& bom);

  // The part that a reference names: by its bom-ref, by the last part of a BOM-Link, or by its purl. nullptr: none.
  [[nodiscard]] const Part* find(std::string_view ref) const;
  // The part as a component, with its place in the dependency graph. Here and below: a part that find() returned.
  [[nodiscard]] Component component(const Part& part) const;
  // The lock file that leads to the part in the graph, or "".
  [[nodiscard]] std::string_view lock_file_of(const Part& part) const;
  // What the document is about; nullptr when it does not say.
  [[nodiscard]] const Part* subject() const { return has_subject_ ? parts_.data() : nullptr; }
  [[nodiscard]] std::size_t size() const { return parts_.size(); }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
  // How a part is reached from the subject on the shortest way.
  struct Step {
    std::uint32_t from = kNone;
    std::uint32_t packages = kNone;  // number of packages on the way, itself included
    std::uint32_t lock_file = kNone;
  };

  void add(const Node& node);
  void add_all(const std::vector<Node>& nodes);
  void link(const Node& bom);
  void measure();
  [[nodiscard]] std::uint32_t index_of(const Part& part) const {
    return static_cast<std::uint32_t>(&part - parts_.data());
  }
  [[nodiscard]] std::vector<std::string> path_to(std::uint32_t index) const;

  std::vector<Part> parts_;  // the subject first, when there is one
  bool has_subject_ = false;
  std::unordered_map<std::string, std::uint32_t> by_ref_, by_purl_;
  std::vector<std::vector<std::uint32_t>> needs_;
  std::vector<Step> steps_;
};

// True for packages of an operating system: deb, rpm, apk, alpm.
bool is_system_package(std::string_view purl_type);

// The component behind a reference that is a purl, or a BOM-Link that ends in one: documents about the exploitability
// of somebody else's parts do not list them. Empty: it is neither.
std::optional<Part> part_of_reference(std::string_view ref);

}  // namespace gatepost::ingest::cyclonedx
