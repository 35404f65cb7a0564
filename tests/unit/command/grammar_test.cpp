// tests/data/command/grammar.yaml has the comments; here is what holds for all of them, and for sizes.
#include "command/grammar.hpp"

#include <doctest/doctest.h>

#include <string>

#include "base/text.hpp"
#include "base/time.hpp"
#include "support/yaml_cases.hpp"

using namespace gatepost;
using namespace gatepost::command;

namespace {

std::string shown(const Command& it) {
  std::string all(usage_of(it.verb).name);
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) all.append(" ").append(name).append("=").append(value);
  };
  add("id", it.id);
  if (it.until) add("until", to_string(*it.until));
  add("text", it.text), add("team", it.team), add("service", it.service), add("head", it.head);
  return all;
}

}  // namespace

TEST_CASE("a comment is read as the cases say") {
  const doc::Document document = test::yaml_cases("command/grammar.yaml");
  std::size_t count = 0;
  for (const doc::View one : document.root().at("cases").items()) {
    ++count;
    CAPTURE(std::string(one.at("name").text()));
    const Reading reading = read(one.at("body").text());
    const doc::View is = one.at("is"), wrong = one.at("wrong");
    CHECK(reading.command.has_value() == is.exists());
    CHECK(reading.mistake.has_value() == wrong.exists());
    if (reading.command) CHECK(shown(*reading.command) == is.text());
    if (!reading.mistake) continue;
    const Mistake& it = *reading.mistake;
    const std::string said = it.found + "; expected " + it.expected + "; " + it.example;
    for (const doc::View piece : wrong.items())
      CHECK_MESSAGE(said.find(piece.scalar()) != std::string::npos, said, " lacks ", std::string(piece.scalar()));
  }
  CHECK(count > 60);
}

TEST_CASE("every command's own example is read as that command") {
  for (const Usage& usage : usages()) {
    const Reading reading = read(std::string(kName) + " " + std::string(usage.example));
    CAPTURE(std::string(usage.name));
    REQUIRE(reading.command.has_value());
    CHECK(reading.command->verb == usage.verb);
    CHECK(synopsis(usage).starts_with("/gatepost " + std::string(usage.name)));
  }
}

TEST_CASE("sizes have limits, and one answer each") {
  const std::string waive = "/gatepost waive GP-ABCDEFGH until 2027-01-31 reason ";
  CHECK(read(waive + std::string(kLongestText, 'x')).command.has_value());
  CHECK(read(waive + std::string(kLongestText + 1, 'x')).mistake->found == "the reason has 501 bytes");
  CHECK(read(waive + std::string(kLongestLine, 'x')).mistake->expected == "at most 1000");
  CHECK(read("/gatepost " + std::string(900, 'q')).mistake->found.size() < 120);
  CHECK(read("/gatepost recheck\n" + std::string(std::size_t{1} << 20, 'x')).command.has_value());
  CHECK_FALSE(read(std::string(std::size_t{64} << 10, '/')).command.has_value());
}
