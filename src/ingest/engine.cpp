#include "ingest/engine.hpp"

#include <map>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kLongestId = 64;

struct EngineTable {
  std::map<std::string, std::string, std::less<>> ids;                                  // by name in kebab-case
  std::map<std::string, Kind, std::less<>> kinds;                                       // by id
  std::map<std::string, SeverityLabel, std::less<>> severities;                         // by id
  std::map<std::string, std::vector<std::pair<std::string, Kind>>, std::less<>> rules;  // by id: prefixes of rules
};

// Compiled in: a table that cannot be read is our bug, and a test reads it.
EngineTable load() {
  constexpr std::string_view kFile = "rules/engines.yaml";
  const auto text = find_resource(kFile);
  GP_ASSERT(text.has_value());
  const auto document = doc::parse_yaml(std::string(*text), std::string(kFile));
  GP_ASSERT(document.ok());
  EngineTable table;
  for (const auto& [id, engine] : document->root().members()) {
    const auto kind = parse_kind(engine.at("kind").text());
    GP_ASSERT(kind.has_value());
    table.kinds.emplace(id, *kind);
    if (engine.at("severity").exists()) {
      const auto label = parse_severity_label(engine.at("severity").text());
      GP_ASSERT(label.has_value());
      table.severities.emplace(id, *label);
    }
    for (const auto& [prefix, of_rules] : engine.at("rules").members()) {
      const auto rule_kind = parse_kind(of_rules.text());
      GP_ASSERT(rule_kind.has_value());
      table.rules[std::string(id)].emplace_back(prefix, *rule_kind);
    }
    const auto name_is = [&, owner = std::string(id)](std::string_view name) {
      const auto [place, is_new] = table.ids.emplace(text::kebab_case(name), owner);
      GP_ASSERT(is_new || place->second == owner);
    };
    name_is(id);
    for (const auto& name : engine.at("names").items()) name_is(name.text());
  }
  return table;
}

// Of each engine by word in lower case.
using Meanings = std::map<std::string, std::map<std::string, SeverityLabel, std::less<>>, std::less<>>;
struct Dictionary {
  Meanings words, levels;
};

const Dictionary& dictionary() {
  static const Dictionary kDictionary = [] {
    constexpr std::string_view kFile = "rules/severity-tools.yaml";
    const auto text = find_resource(kFile);
    GP_ASSERT(text.has_value());
    const auto document = doc::parse_yaml(std::string(*text), std::string(kFile));
    GP_ASSERT(document.ok());
    Dictionary all;
    const auto read = [](doc::View view, auto& into) {
      for (const auto& [word, meaning] : view.members()) {
        const auto label = parse_severity_label(meaning.text());
        GP_ASSERT(label.has_value());
        into.emplace(word, *label);
      }
    };
    for (const auto& [engine, view] : document->root().members()) {
      read(view.at("words"), all.words[std::string(engine)]);
      read(view.at("levels"), all.levels[std::string(engine)]);
    }
    return all;
  }();
  return kDictionary;
}

std::optional<SeverityLabel> meaning_of(const Meanings& all, std::string_view engine, std::string_view word) {
  const auto own = all.find(engine);
  if (own == all.end()) return std::nullopt;
  const auto known = own->second.find(text::lower(text::trim(word)));
  return known == own->second.end() ? std::nullopt : std::optional(known->second);
}

const EngineTable& engines() {
  static const EngineTable kTable = load();
  return kTable;
}

// "Snyk CLI (Linux)" without what stands in parentheses at its end.
std::string_view without_remark(std::string_view name) {
  name = text::trim(name);
  const std::size_t open = name.rfind('(');
  if (!name.ends_with(')') || open == std::string_view::npos || open == 0) return name;
  return text::trim(name.substr(0, open));
}

}  // namespace

std::string engine_id(std::string_view tool_name) {
  tool_name = tool_name.substr(0, 4 * kLongestId);
  for (const std::string_view name : {tool_name, without_remark(tool_name)}) {
    const auto known = engines().ids.find(text::kebab_case(name));
    if (known != engines().ids.end()) return known->second;
  }
  return text::kebab_case(text::kebab_case(without_remark(tool_name)).substr(0, kLongestId));
}

std::optional<Kind> engine_kind(std::string_view engine, std::initializer_list<std::string_view> rule) {
  if (const auto rules = engines().rules.find(engine); rules != engines().rules.end()) {
    for (const auto& [prefix, kind] : rules->second) {
      for (const std::string_view name : rule) {
        if (name.starts_with(prefix)) return kind;
      }
    }
  }
  const auto known = engines().kinds.find(engine);
  if (known == engines().kinds.end()) return std::nullopt;
  return known->second;
}

std::optional<SeverityLabel> engine_word(std::string_view engine, std::string_view word) {
  const auto own = meaning_of(dictionary().words, engine, word);
  return own ? own : severity_from_word(word);
}

std::optional<SeverityLabel> engine_level(std::string_view engine, std::string_view level) {
  return meaning_of(dictionary().levels, engine, level);
}

std::optional<SeverityLabel> engine_severity(std::string_view engine) {
  const auto known = engines().severities.find(engine);
  if (known == engines().severities.end()) return std::nullopt;
  return known->second;
}

}  // namespace gatepost::ingest
