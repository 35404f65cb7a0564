#include "correlate/families.hpp"

#include <fmt/core.h>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::size_t kLongestRule = 512;

Error wrong(doc::View at, const std::string& what) {
  return error(ErrorKind::config, at.where() + ": " + what, "a family is {engine: [rule, …]}");
}

}  // namespace

Result<RuleFamilies> RuleFamilies::read(std::string text, const std::string& name) {
  GP_TRY(const doc::Document document, doc::parse_yaml(std::move(text), name));
  RuleFamilies all;
  for (const auto& [family, engines] : document.root().members()) {
    if (!engines.is_object()) return wrong(engines, fmt::format("{} must be a mapping of engines", family));
    for (const auto& [engine, rules] : engines.members()) {
      if (engine == "cwe") {
        const auto cwe = parse_cwe(rules.scalar());
        if (!cwe) return wrong(rules, fmt::format("cwe of {} must be a number", family));
        all.weaknesses_.emplace(std::string(family), *cwe);
        continue;
      }
      if (!rules.is_array()) return wrong(rules, fmt::format("{} of {} must be a list of rules", engine, family));
      for (const doc::View rule : rules.items()) {
        const auto [entry, fresh] =
            all.rules_.emplace(std::pair(std::string(engine), text::lower(rule.scalar())), std::string(family));
        if (!fresh) return wrong(rule, fmt::format("{} is in {} already", rule.scalar(), entry->second));
      }
    }
  }
  return all;
}

const RuleFamilies& RuleFamilies::built_in() {
  static const RuleFamilies families = [] {
    constexpr const char* kName = "rules/families.yaml";
    const auto bytes = find_resource(kName);
    GP_ASSERT(bytes.has_value());
    auto read_families = read(std::string(*bytes), kName);
    GP_ASSERT(read_families.ok());
    return std::move(*read_families);
  }();
  return families;
}

std::optional<Cwe> RuleFamilies::weakness_of(std::string_view family) const {
  const auto found = weaknesses_.find(family);
  return found == weaknesses_.end() ? std::nullopt : std::optional(found->second);
}

bool RuleFamilies::looks_for(std::string_view engine, std::string_view family) const {
  for (auto it = rules_.lower_bound(std::pair(std::string(engine), std::string()));
       it != rules_.end() && it->first.first == engine; ++it) {
    if (it->second == family) return true;
  }
  return false;
}

std::string_view RuleFamilies::find(std::string_view engine, std::string_view rule) const {
  if (rule.empty() || rule.size() > kLongestRule) return {};
  std::pair<std::string, std::string> key(engine, text::lower(rule));
  if (const auto found = rules_.find(key); found != rules_.end()) return found->second;
  const std::size_t separator = key.second.find_last_of("./:");
  if (separator == std::string::npos) return {};
  key.second.erase(0, separator + 1);
  const auto found = rules_.find(key);
  return found == rules_.end() ? std::string_view{} : std::string_view(found->second);
}

}  // namespace gatepost::correlate
