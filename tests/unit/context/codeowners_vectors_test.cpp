// The labelled vectors: what GitHub and GitLab do with a file and a path. One test case for each of their kinds; a
// vector that fails is named.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/file.hpp"
#include "context/codeowners_location.hpp"
#include "context/known_owners.hpp"
#include "context/owners.hpp"
#include "doc/json.hpp"
#include "support/skip.hpp"

using namespace gatepost;
using gatepost::context::CodeOwners;
using gatepost::context::OwnershipLookup;

namespace {

std::optional<doc::Document> vectors() {
  const auto folder = test::shared_folder();
  if (!folder) return std::nullopt;
  auto text = read_file(*folder + "/vectors/codeowners.json", std::uint64_t{64} << 20);
  REQUIRE(text.ok());
  auto document = doc::parse_json(std::move(*text), "codeowners.json");
  REQUIRE(document.ok());
  return std::move(*document);
}

OwnersDialect dialect_of(doc::View vector) {
  return vector.at("dialect").text() == "gitlab" ? OwnersDialect::gitlab : OwnersDialect::github;
}

std::vector<std::string> texts(doc::View array) {
  std::vector<std::string> all;
  for (const doc::View item : array.items()) all.emplace_back(item.text());
  return all;
}

std::uint32_t number(doc::View value) { return static_cast<std::uint32_t>(value.integer().value_or(0)); }

std::vector<SectionAnswer> sections(doc::View array) {
  std::vector<SectionAnswer> all;
  for (const doc::View it : array.items()) {
    all.push_back({std::string(it.at("name").text()), texts(it.at("owners")), it.at("optional").boolean() == true,
                   number(it.at("approvals")), number(it.at("line")), std::string(it.at("pattern").text())});
  }
  return all;
}

// Calls f for every vector of one kind; returns how many there were.
template <class F>
std::size_t each_vector(const doc::Document& document, std::string_view kind, OwnersDialect dialect, F f) {
  std::size_t count = 0;
  for (const doc::View vector : document.root().at("vectors").items()) {
    if (vector.at("kind").text() != kind || dialect_of(vector) != dialect) continue;
    INFO("vector ", std::string(vector.at("id").text()), " (", std::string(vector.at("source").text()), ")");
    f(vector);
    ++count;
  }
  return count;
}

CodeOwners codeowners_of(doc::View vector) {
  return {{.path = "CODEOWNERS", .text = std::string(vector.at("file").text())}, dialect_of(vector)};
}

using Place = std::tuple<std::uint32_t, std::uint32_t, std::string>;

// Only the forge's own kinds, which are never kebab-case.
std::vector<Place> places(const std::vector<OwnersDiagnostic>& diagnostics) {
  std::vector<Place> all;
  for (const OwnersDiagnostic& it : diagnostics) all.emplace_back(it.line.value_or(0), it.column.value_or(0), it.kind);
  std::ranges::sort(all);
  return all;
}

std::vector<Place> expected_places(doc::View array) {
  std::vector<Place> all;
  for (const doc::View it : array.items()) {
    all.emplace_back(number(it.at("line")), number(it.at("column")), std::string(it.at("kind").text()));
  }
  std::ranges::sort(all);
  return all;
}

void check_diagnostics(doc::View vector) {
  const auto found = places(codeowners_of(vector).file().diagnostics);
  const auto expected = expected_places(vector.at("expect"));
  if (vector.at("note").text().find("further diagnostics") == std::string_view::npos) {
    CHECK(found == expected);
  } else {
    CHECK(std::ranges::includes(found, expected));
  }
}

}  // namespace

TEST_CASE("vectors: GitHub assigns these owners") {
  const auto document = vectors();
  if (!document) return;
  const auto count = each_vector(*document, "match", OwnersDialect::github, [](doc::View vector) {
    const CodeOwners owners = codeowners_of(vector);
    const OwnershipAnswer answer = OwnershipLookup(owners).answer(vector.at("path").text());
    CHECK(answer.matched() == vector.at("matched").boolean());
    CHECK(answer.owners == texts(vector.at("owners")));
    CHECK((answer.rule ? answer.rule->line : 0) == number(vector.at("line")));
    CHECK_FALSE(answer.sections);
  });
  CHECK(count >= 195);
}

TEST_CASE("vectors: GitLab assigns these owners, section by section") {
  const auto document = vectors();
  if (!document) return;
  const auto count = each_vector(*document, "match", OwnersDialect::gitlab, [](doc::View vector) {
    const CodeOwners owners = codeowners_of(vector);
    const OwnershipAnswer answer = OwnershipLookup(owners).answer(vector.at("path").text());
    CHECK(answer.matched() == vector.at("matched").boolean());
    CHECK(answer.owners == texts(vector.at("owners")));
    CHECK(answer.sections == sections(vector.at("sections")));
  });
  CHECK(count >= 145);
}

TEST_CASE("vectors: the forges complain about these lines and no others") {
  const auto document = vectors();
  if (!document) return;
  std::size_t count = each_vector(*document, "diagnostics", OwnersDialect::github, check_diagnostics);
  count += each_vector(*document, "diagnostics", OwnersDialect::gitlab, check_diagnostics);
  CHECK(count >= 19);
}

TEST_CASE("vectors: the forges read this one of several files") {
  const auto document = vectors();
  if (!document) return;
  std::size_t count = 0;
  for (const OwnersDialect dialect : {OwnersDialect::github, OwnersDialect::gitlab}) {
    count += each_vector(*document, "location", dialect, [&](doc::View vector) {
      const auto files = texts(vector.at("files"));
      const auto exists = [&](std::string_view path) { return std::ranges::find(files, path) != files.end(); };
      const auto place = context::locate_codeowners(exists, dialect);
      CHECK((place ? place->path : "") == vector.at("expect").text());
    });
  }
  CHECK(count >= 2);
}
