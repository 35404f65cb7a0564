#include <doctest/doctest.h>

#include "support/make_archive.hpp"
#include "unit/forge/github_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;

namespace {

const forge::WantedResult kWanted{.request = 7, .head = kHead, .artifact = "gatepost", .file = "out/result.json"};
const std::string kRuns = "GET " + kRepo + "/actions/runs?head_sha=" + kHead + "&per_page=100";
const std::string kStorage = "https://storage.example/objects/1?sig=2";

std::string artifacts_of(int run) {
  return "GET " + kRepo + "/actions/runs/" + std::to_string(run) + "/artifacts?name=gatepost&per_page=100";
}
std::string zip_of(int artifact) { return "GET " + kRepo + "/actions/artifacts/" + std::to_string(artifact) + "/zip"; }

std::string runs(const std::string& more = "") {
  return R"({"total_count":2,"workflow_runs":[{"id":30,"head_sha":")" + kHead + R"("},{"id":31,"head_sha":")" + kHead +
         R"("},{"id":32,"head_sha":")" + kOther + R"("})" + more + "]}";
}
std::string artifact(const std::string& id, const std::string& more = "") {
  return R"({"id":)" + id + R"(,"name":"gatepost","size_in_bytes":100,"expired":false)" + more + "}";
}
std::string listed(const std::string& artifacts) { return R"({"total_count":1,"artifacts":[)" + artifacts + "]}"; }

net::Headers to_storage() { return {{"Location", kStorage}}; }
std::string zipped(const ArchiveFiles& files) { return make_archive(ArchiveFormat::zip, files); }

}  // namespace

TEST_CASE("stored: the newest artifact of the newest run of the commit, and the storage gets no token") {
  AGitHub it;
  it.http.on(kRuns, 200, runs());
  it.http.once(artifacts_of(31), 200, listed(artifact("5") + "," + artifact("7") + "," + artifact("6")));
  it.http.once(zip_of(7), 302, "", to_storage());
  it.http.once("GET " + kStorage, 200, zipped({{"report.md", "#"}, {"result.json", "found"}}));
  const auto found = it.forge->stored_result(kWanted);
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->bytes == "found");
  CHECK((*found)->name == "out/result.json in artifact \"gatepost\" (7) of run 31");
  CHECK(it.http.seen.back().authorization.empty());
}

TEST_CASE("stored: what is over is passed over for an older run's, and none is no error") {
  AGitHub it;
  it.http.on(kRuns, 200, runs());
  it.http.once(artifacts_of(31), 200, listed(R"({"id":8,"name":"gatepost","expired":true})"));
  it.http.once(artifacts_of(30), 200, listed(artifact("5"))).once(zip_of(5), 410, R"({"message":"Gone"})");
  const auto found = it.forge->stored_result(kWanted);
  REQUIRE(found.ok());
  CHECK_FALSE(found->has_value());
}

TEST_CASE("stored: an artifact that two workflows have left for the commit is nobody's") {
  const std::string all =
      R"({"total_count":2,"workflow_runs":[{"id":30,"workflow_id":1,"path":"gate.yml","head_sha":")" + kHead +
      R"("},{"id":31,"workflow_id":2,"path":"mine.yml","head_sha":")" + kHead + R"("}]})";
  AGitHub it;
  it.http.on(kRuns, 200, all).on(artifacts_of(31), 200, listed(artifact("8")));
  it.http.on(artifacts_of(30), 200, listed(artifact("5")));
  const auto found = it.forge->stored_result(kWanted);
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().kind == ErrorKind::bad_input);
  CHECK(
      found.error().message ==
      "github: the workflows mine.yml and gate.yml have both left an artifact \"gatepost\" for this commit, and nobody "
      "can tell which is the gate's");
}

TEST_CASE("stored: a commit of more runs than are looked through has none") {
  std::string all = R"({"total_count":101,"workflow_runs":[)";
  for (int i = 1; i <= 101; ++i)
    all += (i > 1 ? "," : "") + (R"({"id":)" + std::to_string(i)) + R"(,"head_sha":")" + kHead + R"("})";
  AGitHub it;
  it.http.on(kRuns, 200, all + "]}");
  CHECK(it.forge->stored_result(kWanted).error().kind == ErrorKind::bad_input);
}

TEST_CASE("stored: the file is told by its path, whose beginning an upload may leave out") {
  for (const char* const name : {"result.json", "out/result.json"}) {
    AGitHub it;
    it.http.on(kRuns, 200, runs()).on(artifacts_of(31), 200, listed(artifact("5")));
    it.http.on(zip_of(5), 200, zipped({{name, "found"}, {"other/result.json", "x"}, {"../out/result.json", "x"}}));
    const auto found = it.forge->stored_result(kWanted);
    REQUIRE(found.ok());
    CHECK((*found)->bytes == "found");
  }
}

TEST_CASE("stored: a damaged, large or other archive is refused with its name") {
  const auto refusal = [](const std::string& listing, const std::string& archive) {
    AGitHub it;
    it.http.on(kRuns, 200, runs()).on(artifacts_of(31), 200, listing).on(zip_of(5), 200, archive);
    const auto found = it.forge->stored_result(kWanted);
    REQUIRE_FALSE(found.ok());
    CHECK(found.error().kind == ErrorKind::bad_input);
    return found.error().message;
  };
  const std::string one = listed(artifact("5"));
  CHECK(refusal(one, "no archive").starts_with("github: artifact \"gatepost\" (5) of run 31: "));
  CHECK(refusal(one, zipped({{"esult.json", "x"}, {"result.json.txt", "x"}})) ==
        "github: artifact \"gatepost\" (5) of run 31 has no out/result.json");
  CHECK(refusal(listed(R"({"id":5,"name":"gatepost","size_in_bytes":99999999999})"), "") ==
        "github: artifact \"gatepost\" (5) of run 31 has 95367 MiB; 64 at most are fetched");
}

TEST_CASE("stored: a token that may not read runs is told what to grant") {
  AGitHub it;
  it.http.on(kRuns, 403, kNotAccessible);
  const auto found = it.forge->stored_result(kWanted);
  REQUIRE_FALSE(found.ok());
  CHECK(found.error().hint == "grant \"actions: read\" in the workflow's permissions");
}

TEST_CASE("open pull requests, the oldest first") {
  AGitHub it;
  it.http.on("GET " + kRepo + "/pulls?state=open&per_page=100", 200, R"([{"number":9},{"number":7}])");
  CHECK(it.forge->open_requests().value() == std::vector<std::uint64_t>{7, 9});
}
