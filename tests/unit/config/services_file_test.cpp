#include <doctest/doctest.h>

#include <string>

#include "config/settings.hpp"
#include "support/processor_time.hpp"

using namespace gatepost;
using namespace gatepost::config;

namespace {

Result<Settings> read(std::string text) { return load({.services = File{".gatepost/services.yml", std::move(text)}}); }

}  // namespace

TEST_CASE("services: each field is read, and tells where it stands") {
  const auto settings = read(R"(services:
  - name: payments
    paths: [services/payments/**, book]
    images: ghcr.io/acme/payments
    owner: "@acme/payments"
    criticality: high
    exposure: internet
    environment: production
    data_classes: [pci, pii]
    mitigation: {strength: partial, reason: firewall, expires: 2027-01-31}
)");
  REQUIRE(settings.ok());
  REQUIRE(settings->services.size() == 1);
  const Service& it = settings->services[0];
  CHECK(it.name == "payments");
  REQUIRE(it.claims.size() == 3);
  CHECK(it.claims[1] == ServiceClaim{ServiceClaim::By::path, "book", ".gatepost/services.yml:3:35"});
  CHECK(it.claims[2].by == ServiceClaim::By::image);
  REQUIRE(it.owners.size() == 1);
  CHECK(it.owners[0].because == ".gatepost/services.yml:5:12");
  CHECK(it.context.criticality == Criticality::high);
  CHECK(it.because.criticality == ".gatepost/services.yml:6:18");
  CHECK(it.context.exposure == Exposure::internet);
  CHECK(it.context.environment == Environment::production);
  CHECK(data_class_names(it.context.data) == "pii, payment");
  CHECK(it.context.mitigation == Mitigation::partial);
  CHECK(it.mitigation_expires.has_value());
}

TEST_CASE("services: what is wrong is told with its place") {
  const std::pair<const char*, const char*> cases[] = {
      {"services: {}\n", "1:11: services must be a list, not a mapping"},
      {"service: []\n", "key \"service\" is not known; did you mean \"services\"?"},
      {"services:\n  - {name: a, paths: [x], critcality: high}\n",
       "2:27: key \"critcality\" is not known; did you mean"},
      {"services:\n  - {name: a, paths: [x], exposure: internt}\n", "did you mean \"internet\"?"},
      {"services:\n  - {name: a, paths: [x], data_classes: [pi]}\n", "data class \"pi\" is not known"},
      {"services:\n  - {name: a}\n", "2:5: neither \"paths\" nor \"images\""},
      {"services:\n  - {paths: [x]}\n", "\"name\" is missing"},
      {"services:\n  - {name: a, paths: [../x]}\n", "2:23: path \"../x\" leaves the repository"},
      {"services:\n  - {name: a, paths: ['..']}\n", "2:23: path \"..\" leaves the repository"},
      {"services:\n  - {name: a, paths: [x, 'y/../../z']}\n", "2:26: path \"y/../../z\" leaves the repository"},
      {"services:\n  - {name: a, paths: /etc}\n", "2:22: path \"/etc\" is absolute"},
      {"services:\n  - {name: a, paths: ['C:/x']}\n", "2:23: path \"C:/x\" is absolute"},
      {"services:\n  - {name: a, paths: ['~/x']}\n", "2:23: path \"~/x\" is absolute"},
      {"services:\n  - {name: a, paths: ['..\\x']}\n", "2:23: path \"..\\x\" has a backslash"},
      {"services:\n  - {name: a, paths: ['file:///x']}\n", "2:23: path \"file:///x\" is an address"},
      {"services:\n  - {name: a, paths: [x]}\n  - {name: A, paths: [y]}\n", "service \"A\" was already given at"},
      {"services:\n  - {name: a, paths: [x/]}\n  - {name: b, paths: [x/**]}\n",
       "\"x/**\" already belongs to service a"},
      {"services:\n  - {name: a, paths: [x], mitigation: {strength: strong}}\n", "\"reason\" is missing"},
      {"services:\n  - {name: \"<b>\", paths: [x]}\n", "name \"<b>\" is not allowed"},
      {"a: &a [1]\nservices: *a\n", "anchors"},
  };
  for (const auto& [text, expected] : cases) {
    const auto settings = read(text);
    INFO(std::string(text));
    REQUIRE_FALSE(settings.ok());
    INFO(settings.error().message);
    CHECK(settings.error().message.find(expected) != std::string::npos);
    CHECK(settings.error().message.find(".gatepost/services.yml:") != std::string::npos);
  }
}

TEST_CASE("services: more than the limits is one sentence, not a part of the file") {
  const auto refused = [](std::string text, std::string_view expected) {
    const test::ProcessorTime time;
    const auto settings = read(std::move(text));
    CHECK(time.seconds() < 60);
    REQUIRE_FALSE(settings.ok());
    INFO(settings.error().message.substr(0, 400));
    CHECK(settings.error().message.find(expected) != std::string::npos);
  };
  std::string many = "services:\n";
  for (int i = 0; i < 100'000; ++i) many += "- {name: s" + std::to_string(i) + ", paths: d" + std::to_string(i) + "}\n";
  refused(std::move(many), "100000 services; expected at most 20000");
  std::string globs = "services:\n- name: a\n  paths:\n";
  for (int i = 0; i < 201; ++i) globs += "  - '*" + std::to_string(i) + "'\n";
  refused(std::move(globs), "201 paths have wildcards; expected at most 200");
  refused("services: " + std::string(1000, '[') + std::string(1000, ']'), "nested deeper");
}

TEST_CASE("services: whom findings go to that nobody owns stands in routing.default") {
  const auto settings =
      load({.settings = File{".gatepost.yml", "version: 1\nrouting:\n  default: \"@acme/appsec\"\n"}});
  REQUIRE(settings.ok());
  REQUIRE(settings->default_owners.size() == 1);
  CHECK(settings->default_owners[0] == Owner{TeamId{"@acme/appsec"}, ".gatepost.yml:3:12 routing.default"});
}
