#include "compliance/weakness_class.hpp"

#include <charconv>
#include <string_view>
#include <unordered_map>

#include "base/assert.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"

namespace gatepost::compliance {
namespace {

using Classes = std::unordered_map<std::uint32_t, std::uint32_t>;

std::uint32_t number_of(std::string_view text) {
  std::uint32_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Classes load() {
  const auto table = find_resource("rules/cwe-classes.tsv");
  GP_ASSERT(table.has_value());
  Classes classes;
  for (const std::string_view line : text::split(*table, '\n')) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string_view::npos) continue;
    if (const std::uint32_t cwe = number_of(line.substr(0, tab)); cwe != 0)
      classes.emplace(cwe, number_of(line.substr(tab + 1)));
  }
  return classes;
}

}  // namespace

std::uint32_t class_of(std::uint32_t cwe) {
  static const Classes classes = load();
  const auto found = classes.find(cwe);
  return found == classes.end() ? 0 : found->second;
}

}  // namespace gatepost::compliance
