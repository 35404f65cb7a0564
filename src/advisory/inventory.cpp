#include "advisory/inventory.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "model/purl.hpp"

namespace gatepost::advisory {
namespace {

constexpr std::size_t kLongestText = 4096;
constexpr std::int64_t kVersion = 1;

std::optional<Scope> scope_named(std::string_view name) {
  for (std::size_t i = 0; i < kScopeNames.size(); ++i) {
    if (kScopeNames[i] == name) return static_cast<Scope>(i);
  }
  return std::nullopt;
}

Error bad_line(const std::string& name, std::size_t number, std::string_view why) {
  return error(ErrorKind::bad_input, fmt::format("{}:{}: {}", name, number, why),
               "expected what gatepost advisories match --inventory writes");
}

}  // namespace

bool Inventory::add(const StoredPart& part) {
  const auto purl = Purl::parse(part.purl);
  if (!purl) return false;
  const auto text = [&](std::string_view it) { return texts_.intern(it.substr(0, kLongestText)); };
  rows_.push_back({.purl = texts_.intern(purl->to_string()),
                   .service = text(part.service),
                   .path = text(part.path),
                   .sbom = text(part.sbom),
                   .scope = part.scope});
  return true;
}

void Inventory::sort() {
  const auto before = [&](TextId a, TextId b) { return texts_.view(a) < texts_.view(b); };
  std::ranges::sort(rows_, [&](const Row& a, const Row& b) {
    if (a.purl != b.purl) return before(a.purl, b.purl);
    if (a.service != b.service) return before(a.service, b.service);
    if (a.path != b.path) return before(a.path, b.path);
    if (a.sbom != b.sbom) return before(a.sbom, b.sbom);
    return a.scope < b.scope;
  });
  const auto rest = std::ranges::unique(rows_);
  rows_.erase(rest.begin(), rest.end());
}

StoredPart Inventory::part(std::size_t index) const {
  const Row& row = rows_[index];
  return {.purl = texts_.view(row.purl),
          .service = texts_.view(row.service),
          .path = texts_.view(row.path),
          .sbom = texts_.view(row.sbom),
          .scope = row.scope};
}

std::string Inventory::line(std::size_t index) const {
  const StoredPart it = part(index);
  doc::JsonWriter json;
  json.begin_object().optional_field("path", it.path).field("purl", it.purl).optional_field("sbom", it.sbom);
  if (it.scope != Scope::unknown) json.field("scope", to_string(it.scope));
  json.optional_field("service", it.service).field("v", kVersion).end_object();
  return json.take() + "\n";
}

Status Inventory::add_lines(std::string_view text, const std::string& name) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text::trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.empty()) continue;
    const auto document = doc::parse_json(std::string(line), name);
    if (!document) return bad_line(name, number, "not JSON");
    const doc::View root = document->root();
    if (root.at("v").integer() != kVersion) return bad_line(name, number, "\"v\" is not 1");
    const auto scope = root.at("scope").exists() ? scope_named(root.at("scope").text()) : Scope::unknown;
    if (!scope) return bad_line(name, number, "\"scope\" is none of unknown, runtime, dev, test, optional");
    const StoredPart part{.purl = root.at("purl").text(),
                          .service = root.at("service").text(),
                          .path = root.at("path").text(),
                          .sbom = root.at("sbom").text(),
                          .scope = *scope};
    if (!add(part)) return bad_line(name, number, "\"purl\" is no package URL");
  }
  return Done{};
}

bool is_inventory(std::string_view head) {
  const std::string_view line = text::trim(head.substr(0, head.find('\n')));
  const bool has_keys = line.find("\"purl\":") != std::string_view::npos && line.ends_with("\"v\":1}");
  return line.starts_with('{') && has_keys;
}

}  // namespace gatepost::advisory
