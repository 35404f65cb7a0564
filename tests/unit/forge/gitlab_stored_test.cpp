#include <doctest/doctest.h>

#include "unit/forge/gitlab_fixture.hpp"

using namespace gatepost;
using namespace gatepost::test;
using namespace gatepost::test::lab;

namespace {

const forge::WantedResult kWanted{.request = 7, .head = kHead, .artifact = "gatepost", .file = "out/result.json"};
const std::string kPipelines = "GET " + kRequest + "/pipelines" + kPage;

std::string pipeline(const std::string& id, const std::string& project, const std::string& commit,
                     const std::string& ref) {
  return R"({"id":)" + id + R"(,"project_id":)" + project + R"(,"sha":")" + commit + R"(","ref":")" + ref + R"("})";
}
std::string jobs_of(const std::string& project, const std::string& id, const std::string& page = "1") {
  return "GET /projects/" + project + "/pipelines/" + id + "/jobs?per_page=100&page=" + page;
}
std::string file_of(const std::string& project, const std::string& job) {
  return "GET /projects/" + project + "/jobs/" + job + "/artifacts/out/result.json";
}
const std::string kJobs = R"([{"id":41,"name":"gatepost"},{"id":43,"name":"scan"},{"id":42,"name":"gatepost"}])";

}  // namespace

TEST_CASE("stored: the file of the newest job in the newest pipeline, and the storage gets no token") {
  AGitLab it(an_access(forge::TokenKind::user, "1"));
  it.http.on("GET /projects/1/merge_requests/7/pipelines" + kPage, 200,
             "[" + pipeline("20", "1", kHead, "refs/merge-requests/7/head") + "," +
                 pipeline("21", "1", kHead, "refs/merge-requests/7/head") + "," +
                 pipeline("22", "1", kOther, "refs/merge-requests/7/head") + "]");
  it.http.once(jobs_of("1", "21"), 200, kJobs);
  it.http.once(file_of("1", "42"), 302, "", {{"Location", "https://storage.example/1?sig=2"}});
  it.http.once("GET https://storage.example/1?sig=2", 200, "found", {});
  const auto found = it.forge->stored_result(kWanted);
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->bytes == "found");
  CHECK((*found)->name == "out/result.json of job \"gatepost\" (42)");
  CHECK((*found)->pipeline == 21);
  CHECK(it.http.seen.back().authorization.empty());
}

TEST_CASE("stored: pipelines of a fork are in its project, and no status belongs to them") {
  AGitLab it;
  it.http.on(kPipelines, 200,
             "[" + pipeline("30", "5", kHead, "refs/merge-requests/7/head") + "," +
                 pipeline("29", "1", kOther, "refs/merge-requests/7/merge") + "]");
  std::string many = "[";
  for (int i = 0; i < 100; ++i) many += R"({"id":1,"name":"scan"},)";
  many.back() = ']';
  it.http.once(jobs_of("5", "30"), 200, many).once(jobs_of("5", "30", "2"), 200, kJobs);
  it.http.once(file_of("5", "42"), 404, R"({"message":"404 Not Found"})");
  it.http.once(jobs_of("1", "29"), 200, kJobs).once(file_of("1", "42"), 200, "of what would be merged");
  const auto found = it.forge->stored_result(kWanted);
  REQUIRE(found.ok());
  REQUIRE(found->has_value());
  CHECK((*found)->bytes == "of what would be merged");
  CHECK((*found)->pipeline == 0);
}

TEST_CASE("stored: a project that is not ours to look into has none, and a refusal says what to grant") {
  AGitLab it;
  it.http.on(kPipelines, 200, "[" + pipeline("30", "5", kHead, "refs/merge-requests/7/head") + "]");
  it.http.once(jobs_of("5", "30"), 404, R"({"message":"404 Project Not Found"})");
  CHECK_FALSE(it.forge->stored_result(kWanted).value().has_value());
  it.http.once(jobs_of("5", "30"), 403, R"({"message":"403 Forbidden"})");
  CHECK(it.forge->stored_result(kWanted).error().hint.find("read_api") != std::string::npos);
  CHECK_FALSE(it.forge->stored_result({.request = 7, .head = kHead, .artifact = "a", .file = "../x"}).ok());
}

TEST_CASE("people by their login, and open merge requests that have comments") {
  AGitLab it;
  it.http.on("GET /users?username=Ada", 200, R"([{"id":55,"username":"ada"}])");
  it.http.on("GET /users?username=nemo", 200, R"([{"id":56,"username":"nemo2"}])");
  CHECK(it.forge->account("Ada").value() == 55);
  CHECK(it.forge->account("nemo").error().kind == ErrorKind::usage);
  it.http.on("GET " + kProject + "/merge_requests?state=opened&per_page=100", 200,
             R"([{"iid":9,"user_notes_count":1},{"iid":7},{"iid":8,"user_notes_count":0}])");
  CHECK(it.forge->open_requests().value() == std::vector<std::uint64_t>{7, 9});
}
