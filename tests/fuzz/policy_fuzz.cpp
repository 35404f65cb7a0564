// Policy files, fixtures, directories of teams, scanners' own lists, versions and licences: whatever stands there, an
// answer in words.
#include <array>
#include <string>

#include "config/policy_fixture.hpp"
#include "config/scanner_files.hpp"
#include "config/settings.hpp"
#include "context/teams.hpp"
#include "doc/yaml.hpp"
#include "fuzz/check.hpp"
#include "policy/leaf.hpp"
#include "policy/licence.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const config::File file{"policy.yml", text};
  const auto settings = config::load({.policy = file, .waivers = config::File{"waivers.yml", text}});
  static_cast<void>(config::wanted_by(file));
  if (const auto teams = config::load({.teams = config::File{"teams.yml", text}})) {
    const context::TeamDirectory directory(teams->teams);
    for (const Team& team : directory.teams()) {
      FUZZ_CHECK(team.parent.empty() || directory.depth(0) <= directory.teams().size());
      for (const TeamAlias& alias : team.aliases) static_cast<void>(directory.team_of(alias.name));
    }
  }
  for (const char* const name : {".trivyignore", ".trivyignore.yaml", ".snyk", "osv-scanner.toml", ".gitleaksignore"})
    static_cast<void>(config::read_scanner_file(name, text));
  if (const auto leaf = policy::Leaf::make(*policy::find_field("version"), policy::Op::vers, {{text}})) {
    const std::array<std::string_view, 1> ecosystem = {"npm"};
    static_cast<void>(leaf->judge({.known = true, .text = "1.2.3", .set = ecosystem}, {}));
  }
  const policy::LicenceNames names = {"mit"};
  const auto allowed = policy::is_allowed(text, names), denied = policy::is_denied(text, names);
  FUZZ_CHECK(allowed.has_value() == denied.has_value());
  const auto document = doc::parse_yaml(text, "fixture.yml");
  if (!document) return 0;
  config::Problems problems;
  const config::Fixture fixture = config::read_fixture(document->root(), problems);
  if (!problems.empty()) return 0;
  const auto rules = settings ? settings->rules : policy::Rules{};
  for (const config::FixtureCase& test : fixture.cases) static_cast<void>(config::run_case(rules, test));
  return 0;
}
