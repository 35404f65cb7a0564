#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "context/backstage.hpp"
#include "context/catalogue.hpp"
#include "support/processor_time.hpp"

using namespace gatepost;
using namespace gatepost::context;

namespace {

Service service(const std::string& name, const std::vector<std::string>& paths,
                const std::vector<std::string>& images = {}) {
  Service it{.name = name};
  for (const std::string& path : paths) it.claims.push_back({ServiceClaim::By::path, path, "x.yml:1:1"});
  for (const std::string& image : images) it.claims.push_back({ServiceClaim::By::image, image, "x.yml:1:1"});
  return it;
}

std::string name_of(const Catalogue& catalogue, const std::optional<Catalogue::Match>& match) {
  return match ? catalogue.services()[match->service].name : "";
}

}  // namespace

TEST_CASE("catalogue: a path belongs to the service with the longest claim that covers it") {
  const Catalogue catalogue({service("all", {"."}), service("pay", {"services/payments/**"}),
                             service("book", {"services/payments/book/"}), service("infra", {"**/*.tf"}),
                             service("api", {"services/*/api"}), service("file", {"web/server.js"})});
  const std::pair<const char*, const char*> cases[] = {
      {"README.md", "all"},
      {"services/payments/app.py", "pay"},
      {"services/payments", "pay"},
      {"services/payments2/app.py", "all"},
      {"services/payments/book/a.py", "book"},
      {"infra/main.tf", "infra"},
      {"services/orders/api/main.go", "api"},
      {"services/orders/web/main.go", "all"},
      {"web/server.js", "file"},
      {"web/server.js.map", "all"},
  };
  for (const auto& [path, expected] : cases) {
    INFO(std::string(path));
    CHECK(name_of(catalogue, catalogue.of_path(path)) == expected);
  }
  CHECK_FALSE(Catalogue({service("pay", {"services/payments"})}).of_path("web/a.js").has_value());
  CHECK_FALSE(Catalogue().of_path("a").has_value());
}

TEST_CASE("catalogue: tags, digests and Docker's own names do not tell images apart") {
  const Catalogue catalogue(
      {service("web", {}, {"registry.example:5000/acme/shop:1"}), service("nginx", {}, {"nginx"})});
  const std::pair<const char*, const char*> cases[] = {{"registry.example:5000/acme/shop:1.2.3", "web"},
                                                       {"registry.example:5000/acme/shop@sha256:ab", "web"},
                                                       {"docker.io/library/nginx:1.25", "nginx"},
                                                       {"acme/shop", ""},
                                                       {"", ""}};
  for (const auto& [image, expected] : cases) CHECK(name_of(catalogue, catalogue.of_image(image)) == expected);
}

TEST_CASE("catalogue: what is no path of the repository is refused with a reason") {
  for (const std::string bad : {"", "../x", "a/../../b", "a/[b", "a/{b"}) {
    INFO(bad);
    CHECK_FALSE(parse_path_pattern(bad).ok());
  }
  CHECK_FALSE(parse_path_pattern(std::string(kLongestPattern + 1, 'a')).ok());
}

TEST_CASE("catalogue: many services and slow globs cost little for each path") {
  std::vector<Service> services;
  for (int i = 0; i < 20'000; ++i) services.push_back(service("s" + std::to_string(i), {"d/" + std::to_string(i)}));
  std::string slow;
  for (int i = 0; i < 100; ++i) slow += "*a";
  for (std::size_t i = 0; i < kMostGlobs; ++i)
    services.push_back(service("g" + std::to_string(i), {slow + std::to_string(i)}));
  const Catalogue catalogue(std::move(services));
  const test::ProcessorTime time;
  CHECK_FALSE(catalogue.of_path(std::string(1000, 'a')).has_value());
  CHECK(name_of(catalogue, catalogue.of_path("d/19999/x/y")) == "s19999");
  CHECK(time.seconds() < 20);
}

TEST_CASE("backstage: a component claims its folder, and each field tells where it stands") {
  const CatalogFile file{"services/payments/catalog-info.yaml", R"(apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: payments
  labels: {acme.example/criticality: high, other: x}
  annotations: {acme.example/exposure: internet}
  tags: [python, pii, tier3]
spec:
  type: service
  lifecycle: production
  owner: pay
  system: shop
  dependsOn: ["resource:orders-db"]
---
apiVersion: backstage.io/v1alpha1
kind: Resource
metadata: {name: orders-db, tags: [pci]}
spec: {type: database, owner: dba}
--- # broken
apiVersion: [
---
apiVersion: backstage.io/v1alpha1
kind: Group
metadata: {name: pay, annotations: {github.com/team-slug: acme/payments}}
spec: {type: team, children: []}
)"};
  const BackstageCatalogue read = read_backstage({&file, 1});
  REQUIRE(read.services.size() == 1);
  const Service& it = read.services[0];
  CHECK(it.name == "payments");
  REQUIRE(it.claims.size() == 1);
  CHECK(it.claims[0].pattern == "services/payments");
  REQUIRE(it.owners.size() == 1);
  CHECK(it.owners[0].team.value == "@acme/payments");
  CHECK(it.owners[0].because == "services/payments/catalog-info.yaml:11:10");
  CHECK(it.context.criticality == Criticality::high);  // a label wins over a tag
  CHECK(it.because.criticality == "services/payments/catalog-info.yaml:5:38");
  CHECK(it.context.exposure == Exposure::internet);
  CHECK(it.context.environment == Environment::production);
  CHECK(data_class_names(it.context.data) == "pii, payment");
  REQUIRE(read.notes.size() == 1);  // the broken document, with its line; the others count
  CHECK(read.notes[0].text.starts_with("services/payments/catalog-info.yaml:20:"));
}

TEST_CASE("backstage: anchors, values that nobody knows and shared folders never make a guess") {
  const CatalogFile files[] = {
      {"catalog-info.yaml",
       "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata: {name: a, labels: {x/criticality: "
       "&v gold, x/exposure: *v}}\nspec: {type: library, owner: me}\n---\napiVersion: "
       "backstage.io/v1alpha1\nkind: Component\nmetadata: {name: b}\nspec: {type: library}\n"}};
  const BackstageCatalogue read = read_backstage(files);
  REQUIRE(read.services.size() == 2);
  CHECK(read.services[0].context == Context{});
  CHECK(read.services[0].claims.empty());
  CHECK(read.services[1].claims.empty());
  std::string codes;
  for (const Note& note : read.notes) codes += note.code + " ";
  CHECK(codes == "unmapped-context-value unmapped-context-value catalog-ambiguous ");
}

TEST_CASE("catalogue: what services.yml states wins field by field") {
  Service stated = service("Payments", {"pay"});
  stated.context.exposure = Exposure::internal;
  stated.because.exposure = "services.yml:1:1";
  Service other = service("payments", {"elsewhere"});
  other.context = {.exposure = Exposure::internet, .environment = Environment::production};
  other.because = {.exposure = "catalog:1:1", .environment = "catalog:2:1"};
  other.owners = {{TeamId{"@a/b"}, "catalog:3:1"}};
  const auto merged = merge_services({stated}, {other, service("web", {"web"})});
  REQUIRE(merged.size() == 2);
  CHECK(merged[0].context.exposure == Exposure::internal);
  CHECK(merged[0].context.environment == Environment::production);
  CHECK(merged[0].because.environment == "catalog:2:1");
  CHECK(merged[0].claims.size() == 1);
  CHECK(merged[0].owners.size() == 1);
  CHECK(merged[1].name == "web");
}
