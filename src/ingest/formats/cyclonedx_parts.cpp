#include "ingest/formats/cyclonedx_parts.hpp"

#include <algorithm>
#include <array>
#include <deque>

#include "base/text.hpp"
#include "ingest/plain_text.hpp"
#include "model/purl.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest::cyclonedx {
namespace {

// A part may be affected by any number of vulnerabilities, each of which gets a copy of these.
constexpr std::size_t kMostOccurrences = 16;
constexpr std::size_t kLongestPath = 32;  // packages on the way to one
constexpr std::size_t kLongestStep = 256;

std::string display_name_of(const std::string& group, const std::string& name, std::string_view purl_type) {
  if (group.empty() || name.starts_with(group + "/")) return name;
  return group + (purl_type == "maven" ? ":" : "/") + name;
}

// "excluded" parts serve tests and builds, not the running program.
Scope scope_named(std::string_view word) {
  if (word == "required") return Scope::runtime;
  if (word == "optional") return Scope::optional;
  return word == "excluded" ? Scope::dev : Scope::unknown;
}

Location location_of(std::string_view path, std::string_view line, std::string_view symbol) {
  // cdxgen appends the line to the path where the version of the format has no member for it.
  const std::size_t hash = path.rfind('#');
  if (hash != std::string_view::npos && text::parse_number(path.substr(hash + 1))) {
    line = path.substr(hash + 1);
    path = path.substr(0, hash);
  }
  Location location{.path = normalise_reported_path(plain_name(path), false), .symbol = plain_name(symbol)};
  const auto number = text::parse_number(line);
  if (number && *number <= 0x7FFFFFFF) location.range.first_line = static_cast<std::uint32_t>(*number);
  location.range.last_line = location.range.first_line;
  return location;
}

// The manifest that a tool read to identify the component, as the format's own evidence states it.
std::string analysed_manifest(const Node& evidence) {
  std::vector<Node> identities = evidence.each("identity", "identity");
  if (identities.empty()) identities.push_back(evidence.child("identity"));
  for (const Node& identity : identities) {
    for (const Node& method : identity.items("methods", "method")) {
      if (method.value("technique") == "manifest-analysis") return method.value("value");
    }
  }
  return {};
}

void read_evidence(const Node& evidence, Part& part) {
  part.manifest = normalise_reported_path(plain_name(analysed_manifest(evidence)), false);
  for (const Node& found : evidence.items("occurrences", "occurrence")) {
    if (part.occurrences.size() == kMostOccurrences) break;
    Location location = location_of(found.value("location"), found.value("line"), found.value("symbol"));
    if (!location.path.empty()) part.occurrences.push_back(std::move(location));
  }
  if (!evidence.child("callstack").items("frames", "frame").empty()) part.reach = Reach::called;
}

// What tools say in properties of their own.
void read_property(std::string_view name, const std::string& value, Part& part) {
  static constexpr std::array<std::string_view, 3> kManifests = {"SrcFile", "aquasecurity:trivy:FilePath",
                                                                 "syft:location:0:path"};
  const bool names_manifest = std::ranges::find(kManifests, name) != kManifests.end();
  if (names_manifest && part.manifest.empty()) part.manifest = normalise_reported_path(plain_name(value), false);
  if (name == "location" && part.occurrences.empty()) part.occurrences.push_back(location_of(value, "", ""));
  if (name == "cdx:npm:package:development" && value == "true") part.scope = Scope::dev;
  if (name == "aquasecurity:trivy:Class" && value == "lang-pkgs" && part.purl.empty()) {
    part.manifest = normalise_reported_path(part.name, false);
  }
  if (name == "gatepost:runtime:state" && value == "called") part.reach = Reach::called;
  if (name == "gatepost:runtime:state" && value == "loaded" && part.reach == Reach::unknown) part.reach = Reach::loaded;
}

Part read_part(const Node& node) {
  Part part{.name = plain_name(node.value("name")),
            .version = plain_name(node.value("version")),
            .type = plain_name(node.value("type")),
            .scope = scope_named(node.value("scope"))};
  if (const auto purl = Purl::parse(node.value("purl"))) {
    part.purl = purl->to_string();
    part.purl_type = purl->type();
    if (part.version.empty()) part.version = plain_name(purl->version());
  }
  part.display_name = display_name_of(plain_name(node.value("group")), part.name, part.purl_type);
  read_evidence(node.child("evidence"), part);
  for (const Node& property : node.items("properties", "property")) {
    read_property(property.value("name"), property.is_xml() ? property.text() : property.value("value"), part);
  }
  const bool is_package = !part.purl.empty() || part.type == "library" || part.type == "framework";
  part.holds_packages = !is_package && !part.type.empty();
  return part;
}

// The bom-ref at the end of a BOM-Link ("urn:cdx:<serial>/<version>#<bom-ref>"); any other reference as it is.
std::string link_target(std::string_view ref) {
  const std::size_t hash = ref.find('#');
  const bool is_link = ref.starts_with("urn:cdx:") && hash != std::string_view::npos;
  return is_link ? percent_decode(ref.substr(hash + 1)) : std::string(ref);
}

}  // namespace

bool is_system_package(std::string_view purl_type) {
  static constexpr std::array<std::string_view, 4> kTypes = {"deb", "rpm", "apk", "alpm"};
  return std::ranges::find(kTypes, purl_type) != kTypes.end();
}

std::optional<Part> part_of_reference(std::string_view ref) {
  const auto purl = Purl::parse(link_target(ref));
  if (!purl) return std::nullopt;
  // The namespace of a system package is its distribution.
  const std::string group = is_system_package(purl->type()) ? "" : plain_name(purl->name_space());
  return Part{.name = plain_name(purl->name()),
              .display_name = display_name_of(group, plain_name(purl->name()), purl->type()),
              .version = plain_name(purl->version()),
              .purl = purl->to_string(),
              .purl_type = purl->type()};
}

Parts::Parts(const Node& bom) {
  const Node subject = bom.child("metadata").child("component");
  has_subject_ = subject.is_object();
  if (has_subject_) add(subject);
  add_all(bom.items("components", "component"));
  add_all(bom.items("services", "service"));
  link(bom);
  measure();
}

// The depth of the recursion is bounded by the depth of the document.
void Parts::add(const Node& node) {
  if (!node.is_object()) return;
  const auto index = static_cast<std::uint32_t>(parts_.size());
  parts_.push_back(read_part(node));
  if (const std::string ref = node.value("bom-ref"); !ref.empty()) by_ref_.emplace(ref, index);
  if (!parts_[index].purl.empty()) by_purl_.emplace(parts_[index].purl, index);
  add_all(node.items("components", "component"));
  add_all(node.items("services", "service"));
}

void Parts::add_all(const std::vector<Node>& nodes) {
  for (const Node& node : nodes) add(node);
}

void Parts::link(const Node& bom) {
  needs_.resize(parts_.size());
  for (const Node& dependency : bom.items("dependencies", "dependency")) {
    const auto from = by_ref_.find(dependency.value("ref"));
    if (from == by_ref_.end()) continue;
    for (const Node& needed : dependency.each("dependsOn", "dependency")) {
      const auto to = by_ref_.find(needed.is_xml() ? needed.value("ref") : needed.text());
      if (to != by_ref_.end()) needs_[from->second].push_back(to->second);
    }
  }
}

// Shortest ways from the subject: a step to a package counts, a step to what only holds packages does not.
void Parts::measure() {
  steps_.resize(parts_.size());
  if (!has_subject_) return;
  std::deque<std::uint32_t> next = {0};
  steps_[0].packages = 0;
  std::vector<bool> done(parts_.size());
  while (!next.empty()) {
    const std::uint32_t from = next.front();
    next.pop_front();
    if (done[from]) continue;
    done[from] = true;
    const bool is_lock_file = from != 0 && parts_[from].holds_packages && !parts_[from].manifest.empty();
    for (const std::uint32_t to : needs_[from]) {
      const std::uint32_t packages = steps_[from].packages + (parts_[to].holds_packages ? 0 : 1);
      if (packages >= steps_[to].packages) continue;
      steps_[to] = {from, packages, is_lock_file ? from : steps_[from].lock_file};
      parts_[to].holds_packages ? next.push_front(to) : next.push_back(to);
    }
  }
}

const Part* Parts::find(std::string_view ref) const {
  const auto look_up = [this](const auto& table, const std::string& key) {
    const auto found = table.find(key);
    return found == table.end() ? nullptr : &parts_[found->second];
  };
  if (const Part* const part = look_up(by_ref_, std::string(ref))) return part;
  const std::string target = link_target(ref);
  if (const Part* const part = look_up(by_ref_, target)) return part;
  const auto purl = Purl::parse(target);
  return purl ? look_up(by_purl_, purl->to_string()) : nullptr;
}

std::vector<std::string> Parts::path_to(std::uint32_t index) const {
  const std::uint32_t packages = steps_[index].packages;
  if (packages == kNone || packages == 0 || packages > kLongestPath) return {};
  std::vector<std::string> path;
  std::size_t steps = 0;
  for (std::uint32_t at = index; at != 0 && at != kNone; at = steps_[at].from) {
    if (++steps > 2 * kLongestPath) return {};
    const Part& part = parts_[at];
    if (part.holds_packages) continue;
    const std::string step = part.version.empty() ? part.display_name : part.display_name + "@" + part.version;
    path.push_back(text::to_utf8(step, kLongestStep));
  }
  std::ranges::reverse(path);
  return path;
}

Component Parts::component(const Part& part) const {
  Component component{.purl = part.purl, .package = part.name, .version = part.version, .scope = part.scope};
  // Nobody declares the packages of an operating system one by one: "direct" would say nothing about them.
  if (is_system_package(part.purl_type)) return component;
  const std::uint32_t packages = steps_[index_of(part)].packages;
  if (packages != kNone && packages != 0) component.direct = packages == 1;
  component.dependency_path = path_to(index_of(part));
  return component;
}

std::string_view Parts::lock_file_of(const Part& part) const {
  const std::uint32_t lock_file = steps_[index_of(part)].lock_file;
  return lock_file == kNone ? std::string_view{} : parts_[lock_file].manifest;
}

}  // namespace gatepost::ingest::cyclonedx
