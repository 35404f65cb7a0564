#include "correlate/find.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "correlate/source_text.hpp"
#include "support/rows.hpp"

using namespace gatepost;
using namespace gatepost::correlate;
using test::AnObservation;

namespace {

// Observations, where they are placed, and the code around them.
class World {
 public:
  explicit World(std::vector<std::string> files = {"src/a.c", "src/b.c", "package-lock.json", "infra/main.tf"})
      : index_(sorted(std::move(files))) {}
  World& add(const Observation& observation, std::string_view code = {}) {
    table_.add(observation, table_.intern("/results"), static_cast<std::uint32_t>(table_.size()));
    contexts_.push_back(code.empty() ? Digest128{} : Sha256().add(code).finish128());
    return *this;
  }
  Findings find(std::string_view repository = {}) {
    placement_ = place(table_, index_);
    return correlate::find({table_, index_, placement_, contexts_, repository, {}});
  }
  FindingId only_id() {
    const Findings findings = find();
    REQUIRE(findings.all.size() == 1);
    return findings.all[0].id;
  }
  ObservationTable& table() { return table_; }

 private:
  static std::vector<std::string> sorted(std::vector<std::string> files) {
    std::ranges::sort(files);
    return files;
  }
  ObservationTable table_;
  FileIndex index_;
  Placement placement_;
  std::vector<Digest128> contexts_;
};

}  // namespace

TEST_CASE("find: a code finding keeps its id when its line, message, severity or CWE changes") {
  const FindingId id = World().add(AnObservation().at("src/a.c", 10), "code").only_id();
  CHECK(World().add(AnObservation().at("src/a.c", 99), "code").only_id() == id);
  CHECK(World().add(AnObservation().message("in other words"), "code").only_id() == id);
  CHECK(World().add(AnObservation().severity(SeverityLabel::critical, 95), "code").only_id() == id);
  AnObservation with_cwe;
  with_cwe.get().cwes = {Cwe{79}};
  CHECK(World().add(with_cwe, "code").only_id() == id);
  CHECK(World().add(AnObservation().at("/home/runner/x/src/a.c", 10), "code").only_id() == id);
}

TEST_CASE("find: another rule, file, engine, repository or code is another finding") {
  const FindingId id = World().add(AnObservation(), "code").only_id();
  CHECK(World().add(AnObservation().rule("rule-b"), "code").only_id() != id);
  CHECK(World().add(AnObservation().at("src/b.c", 10), "code").only_id() != id);
  CHECK(World().add(AnObservation().engine("codeql"), "code").only_id() != id);
  CHECK(World().add(AnObservation(), "other code").only_id() != id);
  CHECK(World().add(AnObservation(), "code").find("acme/shop").all[0].id != id);
}

TEST_CASE("find: the same statement twice in one file is two findings, told apart by their order") {
  World world;
  world.add(AnObservation().at("src/a.c", 10), "code").add(AnObservation().at("src/a.c", 20), "code");
  const Findings both = world.find();
  REQUIRE(both.all.size() == 2);
  World moved;
  moved.add(AnObservation().at("src/a.c", 25), "code").add(AnObservation().at("src/a.c", 12), "code");
  const Findings later = moved.find();
  CHECK(later.all[0].id == both.all[0].id);
  CHECK(later.all[1].id == both.all[1].id);
}

TEST_CASE("find: the same report of the same place is one finding with two members") {
  World world;
  world.add(AnObservation(), "code").add(AnObservation(), "code");
  const Findings findings = world.find();
  REQUIRE(findings.all.size() == 1);
  CHECK(findings.all[0].member_count == 2);
  CHECK(findings.members_of(findings.all[0])[0] == 0);
}

TEST_CASE("find: two messages of a rule on one line stay two findings") {
  World world;
  world.add(AnObservation().message("unused: x"), "code")
      .add(AnObservation().message("unused: y"), "code")
      .add(AnObservation().message("unused: x"), "code");
  const Findings findings = world.find();
  REQUIRE(findings.all.size() == 2);
  CHECK(findings.all[0].member_count + findings.all[1].member_count == 3);
}

TEST_CASE("find: two reports of one engine may say the same thing in other words, one report may not") {
  const AnObservation a = AnObservation().message("SQL from text"),
                      b = AnObservation().message("SQL is built from text"),
                      c = AnObservation().message("another thing");
  const auto hits = [](const std::vector<AnObservation>& observations) {
    World world;
    for (const AnObservation& it : observations) world.add(it, "code");
    const Findings findings = world.find();
    std::vector<std::vector<Row>> members;
    for (const Finding& finding : findings.all) {
      const auto rows = findings.members_of(finding);
      members.emplace_back(rows.begin(), rows.end());
    }
    std::ranges::sort(members);
    return members;
  };
  using Members = std::vector<std::vector<Row>>;
  const auto in_report = [](AnObservation it, std::uint32_t index) { return it.report(index); };
  CHECK(hits({in_report(a, 0), in_report(b, 1)}) == Members{{0, 1}});
  CHECK(hits({in_report(a, 0), in_report(b, 0)}) == Members{{0}, {1}});
  CHECK(hits({in_report(a, 0), in_report(c, 0), in_report(c, 1)}) == Members{{0}, {1, 2}});
  CHECK(hits({in_report(a, 0), in_report(c, 0), in_report(b, 1)}) == Members{{0, 2}, {1}});
}

TEST_CASE("find: a finding is shown by the observation that tells most") {
  World world;
  AnObservation precise;
  precise.report(1).get().place.range.first_column = 7;
  world.add(AnObservation(), "code").add(precise, "code");
  const Findings findings = world.find();
  REQUIRE(findings.all.size() == 1);
  CHECK(findings.all[0].primary == 1);
  CHECK(findings.all[0].range.first_column == 7);
}

TEST_CASE("find: every observation is in exactly one finding") {
  World world;
  for (std::uint32_t i = 0; i < 500; ++i) {
    world.add(AnObservation().at(i % 3 == 0 ? "src/a.c" : "src/b.c", 1 + i % 17).rule("rule-" + std::to_string(i % 5)),
              i % 2 == 0 ? "code" : "");
  }
  const Findings findings = world.find();
  std::multiset<Row> rows(findings.members.begin(), findings.members.end());
  CHECK(rows.size() == 500);
  CHECK(std::set<Row>(rows.begin(), rows.end()).size() == 500);
  std::size_t counted = 0;
  for (const Finding& finding : findings.all) counted += finding.member_count;
  CHECK(counted == 500);
}

TEST_CASE("find: ids do not depend on the order of the observations") {
  World forward, backward;
  for (std::uint32_t i = 0; i < 100; ++i)
    forward.add(AnObservation().at("src/a.c", 1 + i % 10).rule("r" + std::to_string(i % 7)), "code");
  for (std::uint32_t i = 100; i-- > 0;)
    backward.add(AnObservation().at("src/a.c", 1 + i % 10).rule("r" + std::to_string(i % 7)), "code");
  const Findings a = forward.find(), b = backward.find();
  REQUIRE(a.all.size() == b.all.size());
  for (std::size_t i = 0; i < a.all.size(); ++i) {
    CHECK(a.all[i].id == b.all[i].id);
    CHECK(a.all[i].range == b.all[i].range);
  }
}

TEST_CASE(
    "find: a dependency is known by package, version, manifest and advisory, whatever line and name the tools use") {
  const auto lodash = [] {
    return AnObservation().package("pkg:npm/lodash@4.17.15", "lodash", "4.17.15").at("package-lock.json", 929);
  };
  const FindingId id = World().add(lodash().advisory("GHSA-35jh-r3h4-6jhm").advisory("CVE-2021-23337")).only_id();
  CHECK(World().add(lodash().at("package-lock.json", 1).advisory("CVE-2021-23337").engine("grype")).only_id() == id);
  CHECK(World().add(lodash().advisory("CVE-2020-8203")).only_id() != id);
  CHECK(World()
            .add(AnObservation()
                     .package("pkg:npm/lodash@4.17.16", "lodash", "4.17.16")
                     .at("package-lock.json", 929)
                     .advisory("CVE-2021-23337"))
            .only_id() != id);
  World two_tools;
  two_tools.add(lodash().advisory("CVE-2021-23337").engine("trivy"))
      .add(lodash().advisory("CVE-2021-23337").engine("grype"));
  const Findings folded = two_tools.find();
  REQUIRE(folded.all.size() == 1);
  CHECK(folded.all[0].member_count == 2);
}

TEST_CASE("find: a resource keeps its id when it moves in its file") {
  const FindingId id =
      World().add(AnObservation().resource("aws_s3_bucket.logs").at("infra/main.tf", 5), "one").only_id();
  CHECK(World().add(AnObservation().resource("aws_s3_bucket.logs").at("infra/main.tf", 50), "two").only_id() == id);
  CHECK(World().add(AnObservation().resource("aws_s3_bucket.data").at("infra/main.tf", 5), "one").only_id() != id);
}

TEST_CASE("find: what lies in no file goes by the service, account or address that it names") {
  for (const Kind kind : {Kind::infra, Kind::other, Kind::dast, Kind::quality}) {
    CAPTURE(to_string(kind));
    const auto of_service = [&](const char* resource) {
      AnObservation it = AnObservation().kind(kind).at("", 0);
      it.get().resource = resource;
      return it;
    };
    const auto two = World().add(of_service("db.example:5432/tcp")).add(of_service("db.example:22/tcp")).find();
    CHECK(two.all.size() == 2);
    CHECK(two.all[0].id != two.all[1].id);
    const FindingId alone = World().add(of_service("db.example:22/tcp")).only_id();
    CHECK((two.all[0].id == alone || two.all[1].id == alone));  // not told apart by their order
    AnObservation address = AnObservation().kind(kind).at("", 0), other = address;
    address.get().endpoint = Endpoint{.method = "GET", .url = "/a", .parameter = ""};
    other.get().endpoint = Endpoint{.method = "GET", .url = "/b", .parameter = ""};
    CHECK(World().add(address).only_id() != World().add(other).only_id());
  }
}

TEST_CASE("find: a package of another machine, and a secret on another page, are other findings") {
  const auto on = [](const char* machine) {
    AnObservation it = AnObservation()
                           .kind(Kind::sca)
                           .package("pkg:deb/debian/zlib@1", "zlib", "1")
                           .advisory("CVE-2024-1000")
                           .at("", 0);
    it.get().resource = machine;
    return it;
  };
  CHECK(World().add(on("a")).only_id() != World().add(on("b")).only_id());
  const auto page = [](const char* url) {
    AnObservation it = AnObservation().kind(Kind::secret).at("", 0);
    it.get().secret = SecretMark{.kind = "key", .id = "hmac:0:1", .verified = {}};
    it.get().endpoint = Endpoint{.method = "", .url = url, .parameter = ""};
    return it;
  };
  CHECK(World().add(page("https://wiki.example/1")).only_id() != World().add(page("https://wiki.example/2")).only_id());
}

TEST_CASE("find: a renamed file keeps its findings when the new name is known") {
  ObservationTable base;
  base.add(AnObservation().at("src/old.c", 10), TextId::none, 0);
  const FileIndex old_files({"src/old.c"});
  const Placement old_placement = place(base, old_files);
  const std::vector<Digest128> code = {Sha256().add("code").finish128()};
  const auto renamed = [](std::string_view path) { return path == "src/old.c" ? std::string_view("src/a.c") : path; };
  const Findings findings = find({base, old_files, old_placement, code, {}, renamed});
  CHECK(findings.all[0].id == World().add(AnObservation().at("src/a.c", 10), "code").only_id());
}

TEST_CASE("find: ids are written with a prefix and recognised in both forms and any case") {
  const FindingId id = World().add(AnObservation(), "code").only_id();
  CHECK(to_string(id).size() == 3 + 26);
  CHECK(to_string(id).starts_with("GP-"));
  CHECK(short_form(id).size() == 3 + 8);
  CHECK(names(to_string(id), id));
  CHECK(names(short_form(id), id));
  std::string lower = short_form(id);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  CHECK(names(lower, id));
  CHECK_FALSE(names("GP-", id));
  CHECK_FALSE(names(to_string(id).substr(0, 12), id));
}
