#include <doctest/doctest.h>

#include <algorithm>
#include <map>

#include "correlate/comparable_purl.hpp"
#include "correlate/identity.hpp"
#include "support/rows.hpp"

using namespace gatepost;
using namespace gatepost::correlate;
using test::AnObservation;

namespace {

const std::vector<std::string> kFiles = {".github/workflows/ci.yml", "lib/a.c", "main.tf",
                                         "package-lock.json",        "src/a.c", "storage.tf"};

std::map<std::string, Digest128> prints_of(const Observation& observation, const CodeFacts& code = {}) {
  ObservationTable table;
  table.add(observation, TextId::none, 0);
  const FileIndex index(kFiles);
  const Placement placement = place(table, index);
  const std::vector<Digest128> contexts = {Sha256().add("code").finish128()};
  const CodeFactsByRow facts = {{0, code}};
  const IdentityInputs inputs{table, index, placement, contexts, {}, {}, 1, &facts};
  std::map<std::string, Digest128> out;
  for (const Fingerprint& print : Identifier(inputs).fingerprints(0)) out.emplace(print.algorithm, print.value);
  return out;
}

// The names of the fingerprints that both have with the same value.
std::vector<std::string> shared(const std::map<std::string, Digest128>& a, const std::map<std::string, Digest128>& b) {
  std::vector<std::string> out;
  for (const auto& [name, value] : a) {
    if (const auto other = b.find(name); other != b.end() && other->second == value) out.push_back(name);
  }
  return out;
}

using Names = std::vector<std::string>;

AnObservation package(const char* purl, const char* version) {
  return AnObservation()
      .package(std::string(purl) + "@" + version, "p", version)
      .advisory("CVE-2024-1000")
      .at("package-lock.json", 1);
}

}  // namespace

TEST_CASE("fingerprints: which a change of a finding leaves equal") {
  const CodeFacts in_f{.text = Sha256().add("x").finish128(), .words = {}, .symbol = "f"};
  CodeFacts in_g = in_f;
  in_g.symbol = "g";
  const auto code = prints_of(AnObservation().at("src/a.c", 5), in_f);
  CHECK(shared(code, code) == Names{"sast.anywhere.v1", "sast.ctx.v1", "sast.line.v1", "sast.scope.v1"});
  CHECK(shared(code, prints_of(AnObservation().at("src/a.c", 6), in_f)) ==
        Names{"sast.anywhere.v1", "sast.ctx.v1", "sast.scope.v1"});
  CHECK(shared(code, prints_of(AnObservation().at("src/a.c", 6), in_g)) == Names{"sast.anywhere.v1", "sast.ctx.v1"});
  CHECK(shared(code, prints_of(AnObservation().at("lib/a.c", 5), in_f)) == Names{"sast.anywhere.v1"});
  CHECK(shared(code, prints_of(AnObservation().rule("other").at("src/a.c", 5), in_f)).empty());
  const auto job = AnObservation().kind(Kind::ci).at(".github/workflows/ci.yml", 9);
  CHECK(prints_of(job, in_f).contains("ci.v1"));
}

TEST_CASE("fingerprints: of packages, with and without version, however the name is spelled") {
  const auto npm = prints_of(package("pkg:npm/%40a/b", "1.0.0"));
  CHECK(shared(npm, npm) == Names{"sca.pkg.v1", "sca.purl.v1", "sca.v1"});
  CHECK(shared(npm, prints_of(package("pkg:npm/@a/b", "1.0.0"))) == Names{"sca.pkg.v1", "sca.purl.v1", "sca.v1"});
  CHECK(shared(npm, prints_of(package("pkg:npm/%40a/b", "1.0.1"))) == Names{"sca.pkg.v1"});
  CHECK(shared(prints_of(package("pkg:nuget/Newtonsoft.Json", "1")),
               prints_of(package("pkg:nuget/newtonsoft.json", "1"))) == Names{"sca.purl.v1"});
  AnObservation licence = package("pkg:npm/b", "1"), later = package("pkg:npm/b", "2");
  CHECK(shared(prints_of(licence.kind(Kind::license)), prints_of(later.kind(Kind::license))) == Names{"lic.v1"});
  AnObservation bad = package("pkg:npm/b", "1"), moved = package("pkg:npm/b", "1");
  moved.at("src/a.c", 1);
  CHECK(shared(prints_of(bad.kind(Kind::malware)), prints_of(moved.kind(Kind::malware))) == Names{"mal.v1"});
}

TEST_CASE("fingerprints: a secret and a resource are known wherever they are") {
  AnObservation secret, moved;
  secret.kind(Kind::secret).get().secret = SecretMark{.kind = "token", .id = "hmac:1"};
  moved = secret;
  moved.at("lib/a.c", 3);
  CHECK(shared(prints_of(secret), prints_of(moved)) == Names{"secret.v1"});
  moved.get().secret->id = "hmac:2";
  CHECK(shared(prints_of(secret), prints_of(moved)).empty());
  AnObservation bucket = AnObservation().resource("aws_s3_bucket.logs").at("main.tf", 4), split = bucket;
  split.at("storage.tf", 9);
  CHECK(shared(prints_of(bucket), prints_of(split)) == Names{"iac.address.v1"});
  split.at("src/a.c", 9);  // in another folder the same address is another resource
  CHECK(shared(prints_of(bucket), prints_of(split)).empty());
  CHECK(prints_of(bucket.kind(Kind::cspm)).contains("cspm.v1"));
}

TEST_CASE("comparable purl: what an ecosystem takes for equal is equal, and builds of a distribution differ") {
  const auto of = [](const char* purl) { return comparable(*Purl::parse(purl)); };
  CHECK(of("pkg:pypi/Zope.Interface@1") == of("pkg:pypi/zope__interface@2"));
  CHECK(of("pkg:nuget/A.B@1") == of("pkg:nuget/a.b@1"));
  CHECK(of("pkg:golang/github.com/!azure/x@v1") == of("pkg:golang/github.com/Azure/x@v1"));
  CHECK(of("pkg:npm/%40a/b@1?vcs_url=x&checksum=y") == of("pkg:npm/@a/b@1"));
  CHECK(of("pkg:npm/@a/b@1") != of("pkg:npm/b@1"));
  CHECK(of("pkg:deb/debian/curl@1?arch=amd64&distro=bookworm&download_url=x") ==
        of("pkg:deb/debian/curl@1?distro=bookworm&arch=amd64"));
  CHECK(of("pkg:deb/debian/curl@1?arch=amd64") != of("pkg:deb/debian/curl@1?arch=arm64"));
  CHECK(of("pkg:rpm/fedora/curl@1?epoch=1") != of("pkg:rpm/fedora/curl@1"));
  CHECK(of("pkg:maven/g/a@1?type=jar") == of("pkg:maven/g/a@1"));
}
