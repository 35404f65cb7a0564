// A package URL in canonical form. Specification: https://github.com/package-url/purl-spec
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatepost {

class Purl {
 public:
  // Parses and canonicalises: lower-case type, the type's own rules for namespace and name, sorted qualifiers, decoded
  // and re-encoded components. Empty for anything that is not a purl.
  static std::optional<Purl> parse(std::string_view text);
  // From parts as a tool states them, unencoded. Empty without a type or name, for a type that cannot be one, and for
  // NUL.
  static std::optional<Purl> make(std::string_view type, std::string_view name_space, std::string_view name,
                                  std::string_view version);

  [[nodiscard]] const std::string& type() const { return type_; }
  [[nodiscard]] const std::string& name_space() const { return namespace_; }  // "org.apache", "@angular", "" for none
  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& version() const { return version_; }  // "" for none
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& qualifiers() const { return qualifiers_; }
  [[nodiscard]] const std::string& subpath() const { return subpath_; }

  [[nodiscard]] std::string to_string() const;
  // Without version, qualifiers and subpath: which package, not which release.
  [[nodiscard]] std::string package() const;
  friend auto operator<=>(const Purl&, const Purl&) = default;

 private:
  void apply_type_rules();
  std::string type_, namespace_, name_, version_;
  std::vector<std::pair<std::string, std::string>> qualifiers_;  // sorted by key, keys lower-case, values not empty
  std::string subpath_;
};

// "npm" of "pkg:npm/lodash@1", without parsing the rest; "" of anything else.
std::string_view purl_type(std::string_view purl);

}  // namespace gatepost
