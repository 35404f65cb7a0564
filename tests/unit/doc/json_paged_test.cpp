#include "doc/json_paged.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

#include "doc/json.hpp"
#include "support/shown_view.hpp"

using namespace gatepost;
using test::shown_view;

namespace {

constexpr doc::PageSizes kTiny{.window = 48, .page = 24, .least = 6, .largest_child = 64};

std::optional<doc::PagedJson> in_parts(const std::string& text, const Limits& limits = {}) {
  return doc::parse_paged_json(Bytes::of(text), 0, "x", limits, kTiny);
}

/** `times` records, each `record` with the record's number for every '#'. */
std::string repeated(int times, const char* before, std::string_view record, const char* after) {
  std::string text = before;
  for (int i = 0; i < times; ++i) {
    text += (i == 0 ? "" : ", \n ");
    for (const char c : record) text += c == '#' ? std::to_string(i) : std::string(1, c);
  }
  return text + after;
}

const std::string kList =
    repeated(100, R"({"a": 1, "b": "x\ny", "list": [)", R"({"id": #, "t": "text\t#", "n": [#, {}]})",
             R"(], "end": {"of": [true, null, -1.5e3]}})");
const std::string kNested = repeated(
    12, "[", R"({"name": "n#", "inner": [[1, 2, #], {"deep": ["aaaaaaaaaaaa", "bbbbbbbbbbbbbbbb", "c", #]}]})", "]");
const std::string kKeys = repeated(200, R"({"packages": {)", R"("p/#": {"v": "1.#", "k~": #})", R"(}, "x": []})");

}  // namespace

TEST_CASE("paged JSON: shows what the tree of the whole document shows") {
  for (const std::string& text : {kList, kNested, kKeys, std::string("{}"), std::string(" [ ] \n"),
                                  std::string("[[[[[[]]]]]]"), std::string("[\"" + std::string(500, 'a') + "\", 1]")}) {
    const auto paged = in_parts(text);
    REQUIRE_MESSAGE(paged, text);
    const auto whole = doc::parse_json(text, "x");
    REQUIRE(whole.ok());
    CHECK(shown_view(paged->document.root()) == shown_view(whole->root()));
    CHECK_FALSE(paged->document.changed());
  }
}

TEST_CASE("paged JSON: tells whether it stands in one line") {
  CHECK(in_parts("{\"a\": [1, 2]}\n\n")->one_line);
  CHECK_FALSE(in_parts(kList)->one_line);
}

TEST_CASE("paged JSON: what is not plain, or too much, is left to the other readers") {
  for (const char* text : {"", "7", "[1", "[1,]", "{\"a\": 1, \"a\": 2}", "[1] x", "[1] [2]", "[\"a\nb\"]",
                           "[\"\xff\"]", "[\"\\x\"]", "{\"a\" 1}", "[01]"})
    CHECK_MESSAGE(!in_parts(text), text);
  std::string twice = kKeys;
  CHECK_FALSE(in_parts(twice.replace(twice.find("p/150"), 5, "p/149")));
  CHECK_FALSE(in_parts(kList, {.values = 100}));
  CHECK_FALSE(in_parts(kList, {.depth = 3}));
  CHECK_FALSE(in_parts(kList, {.document_bytes = 100}));
  CHECK_FALSE(in_parts("[\"" + std::string(500, 'a') + "\"]", {.string_bytes = 100}));
}

TEST_CASE("paged lines: show what the tree of all records shows") {
  std::string lines;
  for (int i = 0; i < 90; ++i) {
    const std::string number = std::to_string(i);
    lines += i % 7 == 0 ? "[" + number + ", {}, \"" + std::string(90, 'a') + "\"]"
                        : R"({"id": )" + number + R"(, "t": "x\ty"})";
    lines += i % 11 == 0 ? " \r\n\n" : "\n";
  }
  for (const std::string& text : {lines, lines + "{\"last\": 1}", std::string("{}\n{}")}) {
    const auto paged = doc::parse_paged_lines(Bytes::of(text), "x", {}, kTiny);
    REQUIRE_MESSAGE(paged, text);
    const auto whole = doc::parse_json_lines(text, "x");
    REQUIRE(whole.ok());
    CHECK(shown_view(paged->root()) == shown_view(whole->document.root()));
    CHECK_FALSE(paged->changed());
  }
}

TEST_CASE("paged lines: what is strange is left to the other reader") {
  for (const char* const text :
       {"{\"a\": 1}\n", "{}\n1\n{}", "{}\n{} {}\n", "{}\n{\"a\":\n1}\n", "{}\n[1\n2]\n", "{}\n{\"a\": 1, \"a\": 2}\n",
        "{}\n{\"a\": \"\xff\"}\n", "\xEF\xBB\xBF{}\n{}\n", "{}\n{\"a\": ", "", "\n\n"}) {
    CHECK_FALSE(doc::parse_paged_lines(Bytes::of(text), "x", {}, kTiny));
  }
}

TEST_CASE("paged JSON: the beginnings of lists are enough to recognise them") {
  const auto paged = in_parts(kList);
  REQUIRE(paged);
  const doc::View list = paged->document.root().at("list");
  const auto count = [&] {
    std::size_t items = 0;
    for (const doc::View item : list.items()) items += item.exists() ? 1 : 0;
    return items;
  };
  paged->document.show_beginnings(true);
  CHECK(count() > 0);
  CHECK(count() < 10);
  CHECK(list.size() == 100);
  CHECK(paged->document.root().at("end").at("of").size() == 3);
  paged->document.show_beginnings(false);
  CHECK(count() == 100);
}

TEST_CASE("paged JSON: a file that changes is told, and shows nothing wrong") {
  const std::string path = "paged_json_test_changes.json";
  const auto write = [&](const std::string& text) {
    std::FILE* const file = std::fopen(path.c_str(), "w");
    std::fputs(text.c_str(), file);
    std::fclose(file);
  };
  write(kList);
  auto bytes = Bytes::open(path);
  REQUIRE(bytes.ok());
  const auto paged = doc::parse_paged_json(*bytes, 0, "x", {}, kTiny);
  REQUIRE(paged);
  std::string other = kList;
  for (char& c : other) c = c == '{' ? '[' : c;
  write(other);
  std::size_t items = 0;
  for (const doc::View item : paged->document.root().at("list").items()) items += item.is_object() ? 1 : 0;
  CHECK(items < 100);
  CHECK(paged->document.changed());
  std::remove(path.c_str());
}
