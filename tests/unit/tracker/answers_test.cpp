#include <doctest/doctest.h>

#include "doc/json.hpp"
#include "tracker/jira_api.hpp"
#include "tracker/jira_board.hpp"
#include "tracker/linear_api.hpp"

namespace {

using namespace gatepost;
using Names = std::vector<std::pair<std::string, std::string>>;

std::string words(const Names& names) {
  std::string out;
  for (const std::string& it : tracker::jira_priorities(names)) out += it + " ";
  return out;
}

}  // namespace

TEST_CASE("our bands in the words of a project: by their usual names, else by their place") {
  CHECK(words({{"1", "Highest"}, {"2", "High"}, {"3", "Medium"}, {"4", "Low"}, {"5", "Lowest"}}) ==
        "Lowest Low Medium High Highest ");
  CHECK(words({{"1", "Blocker"}, {"2", "Critical"}, {"3", "Major"}, {"4", "Minor"}, {"5", "Trivial"}}) ==
        "Trivial Minor Major Major Critical ");
  CHECK(words({{"1", "Hoch"}, {"2", "Mittel"}, {"3", "Niedrig"}}) == "Niedrig Mittel Mittel Hoch Hoch ");
  CHECK(words({{"1", "P0"}}) == "P0 P0 P0 P0 P0 ");
  CHECK(words({}) == "     ");
}

TEST_CASE("what trackers say about why they refuse is one line") {
  CHECK(tracker::jira_said(R"({"errorMessages":["No."],"errors":{"priority":"Not on\nthe screen."}})") ==
        "No.; priority: Not on the screen.");
  CHECK(tracker::jira_said("<html>").empty());
  const auto answer = doc::parse_json(
      R"({"errors":[{"message":"m","extensions":{"userPresentableMessage":"The label is of another team"}},{"message":"x"}]})",
      "a");
  REQUIRE(answer.ok());
  CHECK(tracker::linear_said(answer->root()) == "The label is of another team; x");
}

TEST_CASE("the id that Linear gets is a UUID of version 4, the same for the same key") {
  const std::string uuid = tracker::uuid_of("gatepost-abc");
  CHECK(uuid == tracker::uuid_of("gatepost-abc"));
  CHECK(uuid != tracker::uuid_of("gatepost-abd"));
  REQUIRE(uuid.size() == 36);
  CHECK(uuid[14] == '4');
  CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
}
