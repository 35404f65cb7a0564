#include "doc/csv.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace gatepost;
using doc::CsvDocument;
using namespace std::string_literals;

namespace {

std::string shown(const CsvDocument& document) {
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    for (const std::string& cell : cells) out += "[" + cell + "]";
    out += "\n";
  };
  line(document.header());
  for (std::size_t row = 0; row < document.size(); ++row) line(document.row(row));
  return out;
}

}  // namespace

TEST_CASE("csv: what is read") {
  struct Case {
    std::string text, cells;
    char separator = ',';
  };
  const Case cases[] = {
      {"a,b\n1,2\n", "[a][b]\n[1][2]\n"},
      {"a,b\r\n1,2\r\n3,4", "[a][b]\n[1][2]\n[3][4]\n"},
      {"a,b", "[a][b]\n"},
      {"a\n1\n", "[a]\n[1]\n"},
      {"\xEF\xBB\xBF"
       "a,b\n1,2",
       "[a][b]\n[1][2]\n"},
      {" a , b \n 1 , 2 ", "[a][b]\n[ 1 ][ 2 ]\n"},  // titles are trimmed, cells are not
      {"\n\n \na,b\n\n1,2\n\n", "[a][b]\n[1][2]\n"},
      {"\n\na;b\n1;2", "[a][b]\n[1][2]\n", ';'},
      {"a;b,c\n1;2;3", "[a;b][c]\n[1;2;3][]\n"},
      {"a;b;c,d\n1;2;3", "[a][b][c,d]\n[1][2][3]\n", ';'},
      {"a\tb\n1,1\t2", "[a][b]\n[1,1][2]\n", '\t'},
      {"a|b\n1|2", "[a][b]\n[1][2]\n", '|'},
      {"\"a;x\",\"b;y;z\"\n1,2", "[a;x][b;y;z]\n[1][2]\n"},  // not in quotes
      {"a,b\n\"1,\"\"x\"\"\n2\",\"\"", "[a][b]\n[1,\"x\"\n2][]\n"},
      {"a,b\n1", "[a][b]\n[1][]\n"},
      {"a,b\n,\n", "[a][b]\n[][]\n"},
      {"a,b\n\"x\"y,z", "[a][b]\n[xy][z]\n"},
      {"a,b\nx\"y\",z", "[a][b]\n[x\"y\"][z]\n"},  // a quote in the middle is itself
      {"a,b\n1,\"2\r\n\"\r\n", "[a][b]\n[1][2\r\n]\n"},
      {"ä,ö\n€,😀", "[ä][ö]\n[€][😀]\n"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto document = CsvDocument::parse(it.text, "r.csv");
    REQUIRE_MESSAGE(document.ok(), document.error().message);
    CHECK(shown(*document) == it.cells);
    CHECK(document->separator() == it.separator);
  }
}

TEST_CASE("csv: what is refused, and with which words") {
  struct Case {
    std::string text, message;
  };
  const Case cases[] = {
      {"", "1: is empty; expected a header row"},
      {" \n\n", "1: is empty; expected a header row"},
      {"a,b\n1,\"2\n3\n", "2: a quoted cell is not closed; does the file end in the middle?"},
      {"a,b\n1,2\n1,2,3\n", "3: 3 cells, but the header has 2"},
      {"a,b\n\"x\ny\",2\n1,2,3", "4: 3 cells, but the header has 2"},
      {"a,b\n1,\xFF", "2: invalid UTF-8"},
      {"a,b\n1,\0"s, "2: NUL byte"},
      {"\xFF\xFE"
       "a\0"s,
       "1: UTF-16 text; expected UTF-8"},
      {std::string(5000, ','), "1: more than the limit of 4096 cells in one row"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text.substr(0, 60));
    const auto document = CsvDocument::parse(it.text, "r.csv");
    REQUIRE_FALSE(document.ok());
    CHECK(document.error().message == "r.csv:" + it.message);
  }
  CHECK(CsvDocument::parse("a,b\n1,2\n3,4", "x", {.values = 3}).error().message ==
        "x:3: more than the limit of 3 cells in one file");
  CHECK(CsvDocument::parse("a,b\n1,2\n3,4", "x", {.values = 4}).ok());
  CHECK(CsvDocument::parse("a,b", "x", {.document_bytes = 2}).error().message ==
        "x:1: larger than the limit of 2 bytes for one document");
}

TEST_CASE("csv: short rows of a wide file cannot fill the memory") {
  std::string text = std::string(4000, ',') + "\n";
  for (int i = 0; i < 200; ++i) text += "x\n";
  CHECK(CsvDocument::parse(text, "x", {.values = 400'000}).error().message ==
        "x:101: more than the limit of 400000 cells in one file");
}

TEST_CASE("csv: cells are found by their column's name, lines are remembered") {
  const auto document = CsvDocument::parse("id,note,id\n1,\"two\nlines\",9\n\n2,x,8\n", "x").value();
  CHECK(document.size() == 2);
  CHECK(document.cell(0, "note") == "two\nlines");
  CHECK(document.cell(1, "id") == "2");  // of equal names the first
  CHECK(document.cell(1, "no") == "");
  CHECK(document.line(0) == 2);
  CHECK(document.line(1) == 5);
}

TEST_CASE("csv: what is written as RFC 4180 says is read back") {
  static constexpr std::string_view kPieces[] = {"a", ",", "\"", "\n", "\r\n", ";", "ä", " ", "\r"};
  std::mt19937 random(2);
  for (int round = 0; round < 5000; ++round) {
    std::string text = "h1,h2,h3\n", expected = "[h1][h2][h3]\n";
    for (std::size_t row = 1 + random() % 4; row > 0; --row) {
      for (int column = 0; column < 3; ++column) {
        std::string cell;
        for (std::size_t n = random() % 5; n-- > 0;) cell += kPieces[random() % std::size(kPieces)];
        expected += "[" + cell + "]";
        std::string quoted = "\"";
        for (const char c : cell) quoted.append(c == '"' ? "\"\"" : std::string(1, c));
        text += (column > 0 ? "," : "") + quoted + "\"";
      }
      expected += "\n";
      text += random() % 2 == 0 ? "\n" : "\r\n";
    }
    CAPTURE(text);
    const auto document = CsvDocument::parse(text, "x");
    REQUIRE(document.ok());
    REQUIRE(shown(*document) == expected);
  }
}
