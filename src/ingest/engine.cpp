#include "ingest/engine.hpp"

#include <map>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"

namespace gatepost::ingest {
namespace {

struct EngineTable {
  std::map<std::string, std::string, std::less<>> ids;    // lower-case name -> id
  std::map<std::string, Kind, std::less<>> kinds;  // id -> kind
};

EngineTable load() {
  EngineTable table;
  const auto bytes = find_resource("rules/engines.yaml");
  GP_ASSERT(bytes.has_value());
  const auto document = doc::parse_yaml(std::string(*bytes), "rules/engines.yaml");
  GP_ASSERT(document.ok());
  for (const auto& [id, engine] : document->root().at("engines").members()) {
    table.ids.emplace(id, id);
    for (const doc::View name : engine.at("names").items()) table.ids.emplace(text::lower(name.text()), id);
    if (const auto kind = parse_kind(engine.at("kind").text())) table.kinds.emplace(id, *kind);
  }
  return table;
}

const EngineTable& engines() {
  static const EngineTable table = load();
  return table;
}

std::string dashed(std::string_view name) {
  std::string out;
  for (const char c : text::lower(name)) {
    if (text::is_alnum(c)) {
      out += c;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (out.ends_with('-')) out.pop_back();
  return text::to_utf8(out, 64);
}

}  // namespace

std::string engine_id(std::string_view tool_name) {
  const auto known = engines().ids.find(text::lower(text::trim(tool_name)));
  if (known != engines().ids.end()) return known->second;
  const std::string id = dashed(tool_name);
  return id.empty() ? "unknown" : id;
}

std::optional<Kind> engine_kind(std::string_view engine) {
  const auto known = engines().kinds.find(engine);
  if (known == engines().kinds.end()) return std::nullopt;
  return known->second;
}

}  // namespace gatepost::ingest
