#include <doctest/doctest.h>

#include "doc/json_writer.hpp"

namespace gatepost::doc {

TEST_CASE("json writer: a compact document may have a line for each item") {
  JsonWriter json;
  json.begin_object().field("a", 1).key("items").begin_array();
  for (int i = 0; i < 2; ++i) json.line_break().begin_object().field("i", i).end_object();
  json.line_break().end_array().field("b", 2).end_object();
  CHECK(json.text() == "{\"a\":1,\"items\":[\n{\"i\":0},\n{\"i\":1}\n],\"b\":2}");
}

TEST_CASE("json writer: an empty list stays on its line") {
  JsonWriter json;
  json.begin_array().begin_array().line_break().end_array().value(1).end_array();
  CHECK(json.text() == "[[],1]");
}

TEST_CASE("json writer: text that was passed on may be forgotten in the middle of a document") {
  JsonWriter json;
  json.begin_array().value(1).clear_text();
  json.value(2).end_array();
  CHECK(json.text() == ",2]");
}

}  // namespace gatepost::doc
