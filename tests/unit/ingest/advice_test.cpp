#include "ingest/advice.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gatepost;
using ingest::versions_in_advice;
using Versions = std::vector<std::string>;

TEST_CASE("advice: the forms in which scanners name fixed versions are read") {
  struct Case {
    std::string advice, package;
    Versions versions;
  };
  const std::vector<Case> cases = {
      {"Upgrade minimist to version 1.2.6", "minimist", {"1.2.6"}},
      {"Upgrade to version 2.2.3 or above.", "gopkg.in/yaml.v2", {"2.2.3"}},
      {"Upgrade to versions 4.17.20, 4.17.21 or above.", "lodash", {"4.17.20", "4.17.21"}},
      {"Upgrade apt from 1.4.8 to 1.4.9", "apt", {"1.4.9"}},
      {"Upgrade busybox to 1.34.1-r5", "busybox", {"1.34.1-r5"}},
      {"Upgrade org.acme:web to version 2.6.7.5, 2.8.11.1, 2.9.5 or higher.", "web", {"2.6.7.5", "2.8.11.1", "2.9.5"}},
      {"Update to at least v0.0.0-20201216223049-8b5274cf687f.", "x", {"v0.0.0-20201216223049-8b5274cf687f"}},
      {"upgrade libc6 to version 2:2.36-9+deb12u4", "libc6", {"2:2.36-9+deb12u4"}},
      {"Upgrade a to version 1.2; Upgrade b to version 2.1; Upgrade b to version 3", "b", {"2.1", "3"}},
      {"Upgrade x to version 1, or 2", "", {"1", "2"}},
  };
  for (const Case& one : cases) {
    CAPTURE(one.advice);
    CHECK(versions_in_advice(one.advice, one.package) == one.versions);
  }
}

TEST_CASE("advice: nothing is guessed from other sentences") {
  for (const std::string advice : {"Upgrade c to version 1.2", "Unfortunately, there is no solution available yet.",
                                   "No solution provided", "Upgrade to the newest version", "Version 2.0 fixes it", "",
                                   "Upgrade", "Upgrade to", "Update Node to 18.x or so"}) {
    CAPTURE(advice);
    CHECK(versions_in_advice(advice, "b").empty());
  }
}

TEST_CASE("advice: a text of any length is read in bounded time") {
  std::string advice;
  for (int i = 0; i < 100'000; ++i) advice += "upgrade to 1." + std::to_string(i) + " ";
  CHECK(versions_in_advice(advice, "").size() == 16);
  CHECK(versions_in_advice(std::string(10'000'000, 'u'), "").empty());
}
