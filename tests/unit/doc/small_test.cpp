// The small headers of doc: positions, first looks, the JSON writer.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "doc/document.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "doc/shape.hpp"

using namespace gatepost;
using doc::JsonWriter;
using doc::Shape;
using namespace std::string_literals;

namespace {

template <class T>
concept Writable = requires(JsonWriter writer, T value) { writer.value(value); };

}  // namespace

TEST_CASE("document: an index of lines gives the same positions as counting, at any offset") {
  std::mt19937 random(9);
  std::string text;
  while (text.size() < 300'000) text += random() % 40 == 0 ? '\n' : random() % 5000 == 0 ? '\r' : 'x';
  text.insert(100'000, std::string(70'000, 'y'));  // a line longer than a block
  const doc::LineIndex index(text);
  for (std::size_t offset = 0; offset < text.size() + 10; offset += 1 + random() % 300) {
    REQUIRE(index.position(text, offset) == doc::position_of(text, offset));
  }
  CHECK(doc::position_of("", 0) == doc::Position{1, 1});
  CHECK(doc::LineIndex("").position("", 5) == doc::Position{1, 1});
  CHECK(doc::position_of("a\nb", 1) == doc::Position{1, 2});  // the line end belongs to its line
  CHECK(doc::position_of("a\nb", 2) == doc::Position{2, 1});
}

TEST_CASE("shape: what a file looks like, before any parser is tried") {
  struct Case {
    std::string head;
    Shape shape;
    std::size_t start = 0;
  };
  const Case cases[] = {
      {"", Shape::empty},
      {" \n\t ", Shape::empty, 4},
      {"\xEF\xBB\xBF", Shape::empty, 3},
      {"{\"a\":1}", Shape::json_object},
      {"\xEF\xBB\xBF \n[1]", Shape::json_array, 5},
      {"\"text\"", Shape::json_other},
      {"null\n", Shape::json_other},
      {"true", Shape::json_other},
      {"nullable columns", Shape::text},
      {"12 findings", Shape::text},
      {"<?xml version=\"1.0\"?><bom/>", Shape::xml},
      {"<testsuites/>", Shape::xml},
      {"<!-- made by x --><results/>", Shape::xml},
      {"<issues><issue><![CDATA[<html><body>]]></issue></issues>", Shape::xml},
      {"<headers/>", Shape::xml},
      {"<bodies/>", Shape::xml},
      {"<!DOCTYPE bom><bom/>", Shape::xml},
      {"<html>", Shape::html},
      {"<HTML lang=en>", Shape::html},
      {"  <!doctype HTML>\n<html>", Shape::html, 2},
      {"<?xml version=\"1.0\"?>\n<!-- x -->\n<!DOCTYPE html PUBLIC \"-//W3C//DTD\"><html>", Shape::html},
      {"<head><title>Login</title>", Shape::html},
      {"<!-- never closed <html>", Shape::xml},
      {"\x1f\x8b\x08\0"s, Shape::gzip},
      {"PK\x03\x04 rest", Shape::zip},
      {"PK\x05\x06", Shape::zip},
      {"\xFF\xFE{\0"s, Shape::utf16},
      {"\xFE\xFF\0{"s, Shape::utf16},
      {"ELF\0\0"s, Shape::binary},
      {"id,name\n1,x", Shape::text},
  };
  for (const Case& it : cases) {
    CAPTURE(it.head);
    const doc::FirstLook look = doc::first_look(it.head);
    CHECK(look.shape == it.shape);
    CHECK(look.start == it.start);
  }
  for (int shape = 0; shape <= static_cast<int>(Shape::text); ++shape) {
    CHECK(std::string(doc::describe(static_cast<Shape>(shape))).size() > 4);
  }
}

TEST_CASE("json writer: commas, colons and line breaks come by themselves") {
  const auto write = [](JsonWriter out) {
    out.begin_object().field("a", 1).field("b", "x\"").key("c").begin_array().value(true).value(-7).end_array();
    out.key("d").begin_object().end_object().key("e").begin_array().end_array();
    out.optional_field("f", "").optional_field("g", "y").key("h").tenths(77).key("i").raw("null").end_object();
    return out.take();
  };
  CHECK(write(JsonWriter()) == R"({"a":1,"b":"x\"","c":[true,-7],"d":{},"e":[],"g":"y","h":7.7,"i":null})");
  CHECK(write(JsonWriter(JsonWriter::Style::indented)) ==
        "{\n  \"a\": 1,\n  \"b\": \"x\\\"\",\n  \"c\": [\n    true,\n    -7\n  ],\n  \"d\": {},\n  \"e\": [],\n  "
        "\"g\": \"y\",\n"
        "  \"h\": 7.7,\n  \"i\": null\n}");
}

TEST_CASE("json writer: tenths are decimal numbers") {
  const auto tenths = [](std::int64_t n) { return JsonWriter().tenths(n).take(); };
  CHECK(tenths(0) == "0");
  CHECK(tenths(7) == "0.7");
  CHECK(tenths(70) == "7");
  CHECK(tenths(1000) == "100");
  CHECK(tenths(-5) == "-0.5");
  CHECK(tenths(-123) == "-12.3");
}

TEST_CASE("json writer: a real number, a pointer or a character does not become a truth value by accident") {
  static_assert(!Writable<double>);
  static_assert(!Writable<int*>);
  static_assert(Writable<bool>);
  static_assert(Writable<std::uint64_t>);
  static_assert(Writable<std::string>);
  static_assert(Writable<const char*>);
  CHECK(JsonWriter().value(std::numeric_limits<std::uint64_t>::max()).take() == "18446744073709551615");
}

TEST_CASE("json writer: a large document is handed over in parts") {
  JsonWriter out;
  out.begin_array().value(1);
  std::string whole = out.drain();
  out.value(2).begin_object().field("a", 3);
  whole += out.drain();
  whole += out.drain();
  out.end_object().end_array();
  whole += out.take();
  CHECK(whole == R"([1,2,{"a":3}])");
}

TEST_CASE("json writer: any bytes become JSON that other parsers take") {
  std::mt19937 random(4);
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t n = random() % 20; n-- > 0;) text += static_cast<char>(random());
    const std::string json = JsonWriter(round % 2 == 0 ? JsonWriter::Style::compact : JsonWriter::Style::indented)
                                 .begin_object()
                                 .field(text, text)
                                 .end_object()
                                 .take();
    CAPTURE(json);
    REQUIRE_FALSE(nlohmann::json::parse(json, nullptr, false).is_discarded());
    REQUIRE(doc::parse_json(json, "x").ok());
  }
}
