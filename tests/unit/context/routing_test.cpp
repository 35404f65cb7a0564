#include "context/routing.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::context;

namespace {

std::string owner_of(const std::vector<OwnershipFile>& files, std::string_view path) {
  std::string names;
  const FolderOwners owners(files);
  for (const Owner& owner : owners.of(path))
    names += (names.empty() ? "" : " ") + owner.team.value + "<" + owner.because + ">";
  return names;
}

}  // namespace

TEST_CASE("folder owners: each kind of file, and the nearest folder") {
  const std::vector<OwnershipFile> files = {
      {"OWNERS", "# comment\nset noparent\nann@acme.example\nper-file *.gn=bob@acme.example\n"},
      {"k8s/OWNERS", "approvers:\n- carol\n- dave\nreviewers: [erin]\n"},
      {"web/package.json", R"({"name": "web", "owner": "nobody", "metadata": {"owner": "@acme/web"}})"},
      {"packs/pay/package.yml", "enforce_dependencies: true\nowner: Payments\n"},
      {"packs/pay/.codeowner", "@acme/pay # lead\n\n"},
      {"broken/package.json", "{"},
      {"broken/package.yml", "a: [\n"},
      {"empty/.codeowner", "\n# nobody\n"},
  };
  CHECK(owner_of(files, "k8s/deploy/a.yaml") == "@carol<k8s/OWNERS> @dave<k8s/OWNERS>");
  CHECK(owner_of(files, "web/src/a.js") == "@acme/web<web/package.json>");
  CHECK(owner_of(files, "packs/pay/app/a.rb") == "@acme/pay<packs/pay/.codeowner>");
  for (const char* const path : {"a.c", "broken/a.js", "empty/a.js", "websites/a.js"})
    CHECK(owner_of(files, path) == "ann@acme.example<OWNERS>");
  CHECK(owner_of({}, "a.c").empty());
}

TEST_CASE("folder owners: hostile names and lists are cut") {
  CHECK(owner_of({{".codeowner", "a\x01\n" + std::string(300, 'x')}}, "a.c").empty());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "@o" + std::to_string(i) + "\n";
  const std::vector<OwnershipFile> files = {{".codeowner", many}};
  const FolderOwners owners(files);
  CHECK(owners.of("a.c").size() == 20);
}

TEST_CASE("routing: every list that is given has to match, an empty one asks for nothing") {
  RoutingRule rule;
  rule.paths.push_back(*Glob::compile("infra/**"));
  rule.cwes = {Cwe{79}, Cwe{89}};
  const std::vector<Cwe> cwes = {Cwe{20}, Cwe{89}};
  const RoutingFacts facts{.path = "infra/a.tf", .kind = Kind::iac, .cwes = cwes};
  CHECK(applies(rule, facts));
  CHECK_FALSE(applies(rule, {.path = "app/a.tf", .cwes = cwes}));
  CHECK_FALSE(applies(rule, {.path = "infra/a.tf"}));
  rule.kinds = {Kind::sast};
  CHECK_FALSE(applies(rule, facts));
  rule.kinds = {Kind::sast, Kind::iac};
  CHECK(applies(rule, facts));
  rule.services = {"shop"};
  CHECK_FALSE(applies(rule, facts));
  rule.packages.push_back(*Glob::compile("**"));
  CHECK_FALSE(applies(rule, facts));
}
