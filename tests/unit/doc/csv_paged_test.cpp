#include "doc/csv_paged.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/peak_memory.hpp"
#include "support/shown_view.hpp"
#include "support/temporary_folder.hpp"

using namespace gatepost;
using namespace std::string_literals;
using test::shown_view;

namespace {

constexpr doc::PageSizes kTiny{.window = 64, .page = 24};

std::optional<doc::CsvTree> in_pages(const std::string& text, const std::vector<std::string>& columns = {},
                                     const Limits& limits = {}) {
  return doc::parse_paged_csv(Bytes::of(text), "x", columns, limits, kTiny);
}

// All that is known of it.
std::string shown(const doc::CsvTree& tree) {
  std::string out = shown_view(tree.records.document.root());
  for (const std::string& title : tree.header) out += "[" + title + "]";
  out += tree.separator;
  for (const std::string& why : tree.records.rejected) out += " (" + why + ")";
  out += " " + std::to_string(tree.records.rejected_count) + (tree.records.truncated ? " cut" : "");
  for (const Note& note : tree.notes) out += " #" + note.code;
  return out;
}

const std::string kRows = [] {
  std::string text = "id;a title;id;;note\n";
  for (int i = 0; i < 90; ++i) {
    const std::string number = std::to_string(i);
    text += number + (i % 5 == 0 ? ";\"two\r\nlines; \"\"" + number + "\"\" \";x;y;\"z\"\"\"" : ";ö" + number) +
            (i % 3 == 0 ? "\r\n" : "\n");
    if (i % 7 == 0) text += " \n\n";
    if (i % 11 == 0) text += "1;2;3;4;5;too many\n";
    if (i % 13 == 0) text += "id;a title;id;;note\n1;2;3;4;5;;;\n";
  }
  return text;
}();

}  // namespace

TEST_CASE("paged CSV: shows what the tree of the whole file shows") {
  for (const std::string& text :
       {kRows, kRows + "\"not closed\n;1\n", kRows + "1;last", "a,b\n"s, "a,b"s, "\n \nsep=|\na|b\n1|2\n"s,
        "sep=|\na,b|c\n1|2"s, "a\n\"\"\n\"x\"y\n\"\"\"\"\n"s, "a,b\n"s + std::string(300, 'x') + ",\"y\"\n1,2\n",
        "a,b\n" + std::string(5000, ',') + "\n1,2\n"}) {
    CAPTURE(text);
    const auto paged = in_pages(text);
    REQUIRE(paged);
    const auto whole = doc::parse_csv(text, "x");
    REQUIRE(whole.ok());
    CHECK(shown(*paged) == shown(*whole));
    CHECK_FALSE(paged->records.document.changed());
  }
}

TEST_CASE("paged CSV: the header is found by its columns") {
  const std::vector<std::string> columns = {"QID", "Title"};
  for (const std::string text : {"a report; of 2020\n\nQID,IP,Title\n1,2,3\n4,5,6\n", "QID;Title\n1;2\n"}) {
    const auto paged = in_pages(text, columns);
    REQUIRE(paged);
    CHECK(shown(*paged) == shown(doc::parse_csv(text, "x", columns).value()));
  }
  CHECK_FALSE(in_pages("a,b\n1,2\n", columns));
  // It may begin behind what was looked at.
  CHECK_FALSE(in_pages(std::string(80, 'x') + "\nQID,Title\n1,2\n", columns));
}

TEST_CASE("paged CSV: what is strange, or too much, is left to the other reader") {
  for (const std::string& text : {""s, "a,b\n1,\xFF\n"s, "a,b\n1,\x1B[1m\n"s, "a,b\n1,\0\n"s, "\xEF\xBB\xBF" + kRows,
                                  "a,\"b" + std::string(100, '\n') + "\"\n1,2\n"}) {
    CAPTURE(text);
    CHECK_FALSE(in_pages(text));
  }
  CHECK_FALSE(in_pages("a,b\n1,\"" + std::string(500, 'x') + "\"\n", {}, {.element_bytes = 100}));
  CHECK_FALSE(in_pages(kRows, {}, {.records = 50}));
  CHECK(in_pages(kRows, {}, {.document_bytes = 100, .values = 100}));  // it is not in memory
}

TEST_CASE("paged CSV: a file that changes is told") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("report.csv");
  folder.write("report.csv", kRows);
  const auto bytes = Bytes::open(path);
  REQUIRE(bytes.ok());
  const auto paged = doc::parse_paged_csv(*bytes, "x", {}, {}, kTiny);
  REQUIRE(paged);
  folder.write("report.csv", std::string(kRows.size(), '"'));
  for (const doc::View row : paged->records.document.root().items()) CHECK(row.is_object());
  CHECK(paged->records.document.changed());
}

TEST_CASE("paged CSV: memory does not grow with the file") {
  const test::TemporaryFolder folder;
  std::string text = "id,name,note\n";
  for (int i = 0; i < 400'000; ++i) text += std::to_string(i) + ",\"n 7\"," + std::string(80, 'x') + "\n";
  const std::string path = folder.write("report.csv", text);
  text = {};
  const auto bytes = Bytes::open(path);
  REQUIRE(bytes.ok());
  REQUIRE(bytes->size() > std::size_t{30} << 20);
  std::size_t rows = 0;
  const auto peak = test::peak_memory_of([&] {
    const auto paged = doc::parse_paged_csv(*bytes, "x", {}, {});
    REQUIRE(paged);
    for (const doc::View row : paged->records.document.root().items()) rows += row.at("note").text().size() == 80;
  });
  CHECK(rows == 400'000);
  if (peak) CHECK(*peak < std::size_t{20} << 20);
}
