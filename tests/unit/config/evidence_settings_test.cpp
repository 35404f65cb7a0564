#include <doctest/doctest.h>

#include <string>

#include "config/settings.hpp"

using namespace gatepost;
using namespace gatepost::config;

namespace {

Result<Settings> loaded(const std::string& text) {
  return load({.settings = File{".gatepost.yml", "version: 1\n" + text}});
}

std::string why_not(const std::string& text) {
  const auto settings = loaded(text);
  return settings ? "" : settings.error().message;
}

}  // namespace

TEST_CASE("settings: whom VEX statements are believed of, for which packages and to say what") {
  const auto settings = loaded(
      "vex:\n  files: [a.json]\n  conflict: suspend\n  trust:\n"
      "    - {author: Acme, scope: 'pkg:npm/**', may: [fixed]}\n    - {author: Other}\n");
  REQUIRE(settings.ok());
  const Vex& vex = settings->vex;
  CHECK(vex.files == std::vector<std::string>{"a.json"});
  CHECK(vex.rules.suspend_on_conflict);
  REQUIRE(vex.rules.trust.size() == 2);
  CHECK(vex.rules.trust[0].author == "Acme");
  CHECK(vex.rules.trust[0].scope->matches("pkg:npm/%40acme/ui"));
  CHECK_FALSE(vex.rules.trust[0].scope->matches("pkg:pypi/ui"));
  CHECK(vex.rules.trust[0].fixed);
  CHECK_FALSE(vex.rules.trust[0].not_affected);
  CHECK_FALSE(vex.rules.trust[1].scope.has_value());
  CHECK(vex.rules.trust[1].not_affected);
  CHECK(loaded("")->vex.files == std::vector<std::string>{".gatepost/vex/**/*.{json,jsonld,xml}"});
}

TEST_CASE("settings: what cannot be trusted so is told with its place") {
  CHECK(why_not("vex: {trust: [{scope: 'pkg:npm/**'}]}\n").find("author") != std::string::npos);
  CHECK(why_not("vex: {trust: [{author: A, scope: 'npm/**'}]}\n").find("glob of package URLs") != std::string::npos);
  CHECK(why_not("vex: {trust: [{author: A, scope: 'pkg:{'}]}\n").starts_with(".gatepost.yml:2:"));
  CHECK(why_not("vex: {trust: [{author: A, may: [afected]}]}\n")
            .find("may \"afected\" is not known; did you mean \"affected\"?") != std::string::npos);
  CHECK(why_not("vex: {trust: Acme}\n").find("expected a list") != std::string::npos);
  CHECK(why_not("vex: {conflict: no}\n").find("suspend") != std::string::npos);
}

TEST_CASE("settings: runtime evidence, its age and the columns of exports") {
  const auto settings = loaded("runtime: {files: r.csv, max_age: 30, columns: {loaded: In use}}\n");
  REQUIRE(settings.ok());
  CHECK(settings->runtime.files == std::vector<std::string>{"r.csv"});
  CHECK(settings->runtime.max_age_days == 30);
  CHECK(settings->runtime.columns.loaded == "In use");
  CHECK(settings->runtime.columns.purl == "purl");
  CHECK(loaded("")->runtime.max_age_days == 14);
  CHECK_FALSE(why_not("runtime: {max_age: 0}\n").empty());
}
