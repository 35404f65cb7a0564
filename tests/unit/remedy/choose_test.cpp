#include "remedy/choose.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace gatepost;
using namespace gatepost::remedy;
using Choice = FixAction::Choice;

namespace {

struct Ask {
  std::optional<VersionScheme> scheme;
  std::string current;
  std::vector<FixedVersions> findings;  // one list each; {} for no fix known
};

std::string answer(const Ask& ask) {
  Question question{.scheme = ask.scheme, .current = ask.current, .lists = {}, .demands = {}};
  for (std::uint32_t i = 0; i < ask.findings.size(); ++i) {
    question.lists.push_back(ask.findings[i]);
    question.demands.push_back({ask.findings[i].empty() ? std::vector<std::uint32_t>{} : std::vector{i}, 100 + i});
  }
  std::string said;
  for (const Chosen& it : choose(question)) {
    said += said.empty() ? "" : "; ";
    said += std::string(to_string(it.choice)) + " " + std::string(it.to);
    for (const std::string_view stated : it.stated) said += std::string(stated) + "|";
    said += it.breaking ? "!" : "";
    said += " closes " + std::to_string(it.closes.size());
  }
  return said;
}

}  // namespace

TEST_CASE("choose: the least version that closes all, without leaving the major version if that is possible") {
  using enum VersionScheme;
  const struct {
    Ask ask;
    std::string said;
  } kCases[] = {
      {{semver, "4.17.15", {{"4.17.19"}, {"4.17.21"}, {"4.17.20"}}}, "minimal 4.17.21 closes 3"},
      {{semver, "1.2.9", {{"1.2.10"}, {"1.10.0"}}}, "minimal 1.10.0 closes 2"},
      {{semver, "8.5.1", {{"9.0.0"}}}, "complete 9.0.0! closes 1"},
      {{semver, "1.0.0", {{"1.4.0"}, {"2.1.0"}}}, "complete 2.1.0! closes 2; partial 1.4.0 closes 1"},
      {{semver, "1.0.0", {{"1.4.0"}, {}}}, "partial 1.4.0 closes 1"},
      {{semver, "1.0.0", {{"2.4.0"}, {}}}, "partial 2.4.0! closes 1"},
      {{semver, "1.0.0", {{}}}, ""},
      {{semver, "0.1.7", {{"0.1.10"}}}, "minimal 0.1.10 closes 1"},
      {{semver, "0.1.7", {{"0.2.0"}}}, "complete 0.2.0! closes 1"},
      {{semver, "v0.3.7", {{"0.3.8"}}}, "minimal 0.3.8 closes 1"},
      {{pep440, "5.1", {{"5.3.1"}, {"5.4"}}}, "minimal 5.4 closes 2"},
      {{pep440, "1!1.0", {{"1!1.2.post1"}}}, "minimal 1!1.2.post1 closes 1"},
      {{maven, "2.8.0", {{"2.8.11.1", "2.9.5"}, {"2.8.10"}}}, "minimal 2.8.11.1 closes 2"},
      {{maven, "31.0-jre", {{"32.0.0-android"}}}, "complete 32.0.0-android! closes 1"},
      {{deb, "2.36-9+deb12u14", {{"2.36-9+deb12u15"}}}, "minimal 2.36-9+deb12u15 closes 1"},
      {{deb, "1:1.0-1", {{"2:3.0~rc1-1"}}}, "minimal 2:3.0~rc1-1 closes 1"},
  };
  for (const auto& it : kCases) {
    CAPTURE(it.ask.current);
    CHECK(answer(it.ask) == it.said);
  }
}

TEST_CASE("choose: never back, and never to a pre-release but from one") {
  using enum VersionScheme;
  CHECK(answer({semver, "2.0.0", {{"1.9.9"}}}) == "");
  CHECK(answer({semver, "2.0.0", {{"2.0.0"}}}) == "");
  CHECK(answer({semver, "1.0.0", {{"1.1.0-rc.1"}}}) == "");
  CHECK(answer({semver, "1.0.0", {{"1.1.0-rc.1", "1.1.0"}}}) == "minimal 1.1.0 closes 1");
  CHECK(answer({semver, "1.1.0-beta.1", {{"1.1.0-rc.1"}}}) == "minimal 1.1.0-rc.1 closes 1");
  CHECK(answer({pep440, "1.0", {{"1.1.dev3"}}}) == "");
  CHECK(answer({maven, "1.0", {{"1.1-SNAPSHOT"}}}) == "");
  CHECK(answer({nuget, "1.0.0", {{"1.0.1-beta"}}}) == "");
  CHECK(answer({gem, "1.0.0", {{"1.0.1.pre"}}}) == "");
}

TEST_CASE("choose: what nobody can compare is told as the tools state it") {
  CHECK(answer({std::nullopt, "1.0", {{"1.1"}, {"1.1"}}}) == "stated 1.1! closes 2");
  CHECK(answer({std::nullopt, "1.0", {{"1.1"}, {"1.2"}, {}}}) == "stated 1.1|1.2|! closes 2");
  CHECK(answer({VersionScheme::semver, "main", {{"1.1.0"}}}) == "stated 1.1.0! closes 1");
  CHECK(answer({VersionScheme::semver, "", {{"1.1.0"}}}) == "stated 1.1.0! closes 1");
  CHECK(answer({std::nullopt, "1.0", {{}}}) == "");
}

TEST_CASE("choose: of several release lines each has its own fix") {
  using enum VersionScheme;
  const FixedVersions lines = {"2.8.11.1", "2.9.5"};
  for (const auto* fixed : {"2.8.11.1", "2.8.12", "2.9.5", "2.10.0", "3.0"}) CHECK(is_fixed_in(maven, fixed, lines));
  for (const auto* broken : {"2.8.11", "2.9.0", "2.9.4", "2.7.9"}) CHECK_FALSE(is_fixed_in(maven, broken, lines));
  CHECK_FALSE(is_fixed_in(semver, "1.0.0", {}));
  CHECK_FALSE(is_fixed_in(semver, "1.0.0", {"nonsense"}));
}

TEST_CASE("choose: thousands of statements about one package are no burden") {
  std::vector<std::string> texts;
  for (int i = 0; i < 20'000; ++i) texts.push_back("1." + std::to_string(i) + ".1");
  Ask ask{VersionScheme::semver, "1.0.0", {}};
  for (const std::string& text : texts) ask.findings.push_back({text});
  CHECK(answer(ask) == "minimal 1.19999.1 closes 20000");
}
