// Rules of different engines that look for the same thing. The families are config/rules/families.yaml; a CWE says less
// than a family, and a rule of one engine alone says nothing about another.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"
#include "model/cwe.hpp"

namespace gatepost::correlate {

class RuleFamilies {
 public:
  // Those that this binary carries.
  static const RuleFamilies& built_in();
  // Problems of the file are told with name:line:column.
  static Result<RuleFamilies> read(std::string text, const std::string& name);

  // "sqli" for Bandit's B608; "" for a rule that is in no family. What stands behind the last ".", "/" or ":" of a rule
  // is a name of it as well: "python.lang.security.eval-detected" is "eval-detected".
  [[nodiscard]] std::string_view find(std::string_view engine, std::string_view rule) const;
  // The weakness that rules of the family mean when their report names none; empty when that depends.
  [[nodiscard]] std::optional<Cwe> weakness_of(std::string_view family) const;
  // That the engine has a rule of the family.
  [[nodiscard]] bool looks_for(std::string_view engine, std::string_view family) const;
  [[nodiscard]] std::size_t size() const { return rules_.size(); }

 private:
  std::map<std::string, Cwe, std::less<>> weaknesses_;                             // by family
  std::map<std::pair<std::string, std::string>, std::string, std::less<>> rules_;  // (engine, rule in lower case)
};

}  // namespace gatepost::correlate
