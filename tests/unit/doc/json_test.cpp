#include "doc/json.hpp"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <random>

#include "base/text.hpp"

using namespace gatepost;
using doc::Kind;
using doc::View;

namespace {

using namespace std::string_literals;

// The document as text: strings in quotes, everything else as it is written.
std::string shown(View view) {
  std::string out;
  switch (view.kind()) {
    case Kind::absent:
      return "nothing";
    case Kind::null:
      return "null";
    case Kind::boolean:
    case Kind::number:
      return std::string(view.scalar());
    case Kind::string:
      return "'" + std::string(view.text()) + "'";
    case Kind::array:
      for (const View item : view.items()) out += (out.empty() ? "" : ",") + shown(item);
      return "[" + out + "]";
    case Kind::object:
      for (const auto& [key, value] : view.members()) {
        out.append(out.empty() ? "" : ",").append(key).append(":").append(shown(value));
      }
      return "{" + out + "}";
  }
  return out;
}

std::string nested(std::size_t depth, std::string_view opening, std::string_view inside, std::string_view closing) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += opening;
  text += inside;
  for (std::size_t i = 0; i < depth; ++i) text += closing;
  return text;
}

}  // namespace

TEST_CASE("json: what is read, and what is noted about it") {
  struct Case {
    std::string text, value, note;
  };
  const Case cases[] = {
      {"{}", "{}", ""},
      {" [ ] ", "[]", ""},
      {"1", "1", ""},
      {"-0.5e+3\n", "-0.5e+3", ""},
      {"\"x\"", "'x'", ""},
      {"null", "null", ""},
      {"[true,false,null]", "[true,false,null]", ""},
      {R"({"a":{"b":[1,{"c":"d"}]},"e":[]})", "{a:{b:[1,{c:'d'}]},e:[]}", ""},
      {"[123456789012345678901234567890]", "[123456789012345678901234567890]", ""},
      {"[1e400]", "[1e400]", ""},
      {R"(["\u00e4\ud83d\ude00\n\"\/"])", "['ä😀\n\"/']", ""},
      {R"({"rule\u0049d":1})", "{ruleId:1}", ""},
      {"\xEF\xBB\xBF{}", "{}",
       "byte-order-mark: starts with a byte order mark, which JSON does not have at line 1, column 1"},
      {R"({"a":1,"b":2,"a":3})", "{b:2,a:3}",
       "duplicate-key: key \"a\" is given twice; the last one counts at line 1, column 14"},
      {"{\"a\":1,\n\"\\u0061\":{}}", "{a:{}}",
       "duplicate-key: key \"a\" is given twice; the last one counts at line 2, column 1"},
      {R"(["\ud800"])", "['\xEF\xBF\xBD']",
       "invalid-escape: a string has an escape that is not JSON; read as U+FFFD at line 1, column 2"},
      {R"(["\q\u12"])",
       "['\xEF\xBF\xBD\xEF\xBF\xBD"
       "12']",
       "invalid-escape: a string has an escape that is not JSON; read as U+FFFD at line 1, column 2"},
      {R"(["\ufffd"])", "['\xEF\xBF\xBD']", ""},  // nothing wrong with this one
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto document = doc::parse_json(it.text, "r.json");
    REQUIRE_MESSAGE(document.ok(), document.error().message);
    CHECK(shown(document->root()) == it.value);
    std::string notes;
    for (const Note& note : document->notes()) notes += note.code + ": " + note.text + " at " + note.at;
    CHECK(notes == it.note);
    CHECK(doc::why_not_json(it.text) == "");
  }
}

TEST_CASE("json: what is refused, and with which words") {
  struct Case {
    std::string text, message;
  };
  const Case cases[] = {
      {"", "is empty"},
      {" \n\t ", "is empty"},
      {"\xEF\xBB\xBF", "is empty"},
      {"\xFF\xFE{\0}\0"s, "is UTF-16 text; expected UTF-8 (PowerShell: write it with -Encoding utf8)"},
      {"\xFE\xFF\0{\0}"s, "is UTF-16 text; expected UTF-8 (PowerShell: write it with -Encoding utf8)"},
      {"{\0}\0"s, "is UTF-16 text; expected UTF-8 (PowerShell: write it with -Encoding utf8)"},
      {"{\"a\":\"\xFF\"}", "line 1, column 7: invalid UTF-8"},
      {"{\n\"a\":\"\xC0\xAF\"}", "line 2, column 6: invalid UTF-8"},  // overlong
      {"[\"\xED\xA0\x80\"]", "line 1, column 3: invalid UTF-8"},      // surrogate
      {"[\"\xE2\x82", "line 1, column 3: invalid UTF-8"},             // cut
      {"[\"a\nb\"]", "line 1, column 4: control character \\x0a in a string; it must be escaped"},
      {"[\"a\tb\"]", "line 1, column 4: control character \\x09 in a string; it must be escaped"},
      {"[\"a\\\nb\"]", "line 1, column 5: control character \\x0a in a string; it must be escaped"},
      {"[\"a\0b\"]"s, "line 1, column 4: control character \\x00 in a string; it must be escaped"},
      {R"({"a":"xyz)", "line 1, column 10: the document ends inside the string that begins at line 1, column 6"},
      {R"({"a":"xyz\)", "line 1, column 11: the document ends inside the string that begins at line 1, column 6"},
      {"{\n\"a", "line 2, column 3: the document ends inside the string that begins at line 2, column 1"},
      {"{", "line 1, column 2: the document ends in the middle"},
      {"[1,2", "line 1, column 5: the document ends in the middle"},
      {"[1,", "line 1, column 4: the document ends in the middle"},
      {R"({"a")", "line 1, column 5: the document ends in the middle"},
      {R"({"a":)", "line 1, column 6: the document ends in the middle"},
      {R"({"a":[{"b":1}])", "line 1, column 15: the document ends in the middle"},
      {"[tru", "line 1, column 5: the document ends in the middle"},
      {"[1.", "line 1, column 4: the document ends in the middle"},
      {"{} x", "line 1, column 4: text after the end of the document"},
      {"{}{}", "line 1, column 3: text after the end of the document"},
      {"[1]\n[2]", "line 2, column 1: text after the end of the document"},
      {"[1]]", "line 1, column 4: text after the end of the document"},
      {"1 2", "line 1, column 3: text after the end of the document"},
      {"{} \0"s, "line 1, column 4: text after the end of the document"},
      {"[1,]", "line 1, column 4: found \"]\", expected a value"},
      {R"({"a":1,})", "line 1, column 8: found \"}\", expected a key in double quotes"},
      {"[,1]", "line 1, column 2: found \",\", expected a value or \"]\""},
      {"[1,,2]", "line 1, column 4: found \",\", expected a value"},
      {"{,}", "line 1, column 2: found \",\", expected a key in double quotes or \"}\""},
      {"[NaN]", "line 1, column 2: found \"NaN\", expected a value or \"]\""},
      {"[Infinity]", "line 1, column 2: found \"Infinity\", expected a value or \"]\""},
      {"[007]", "line 1, column 2: \"007\" is not a number as JSON writes it"},
      {"[-01]", "line 1, column 2: \"-01\" is not a number as JSON writes it"},
      {"[1.2.3]", "line 1, column 2: \"1.2.3\" is not a number as JSON writes it"},
      {"[1.]", "line 1, column 2: \"1.\" is not a number as JSON writes it"},
      {"[.5]", "line 1, column 2: found \".5\", expected a value or \"]\""},
      {"[+1]", "line 1, column 2: \"+1\" is not a number as JSON writes it"},
      {"[-]", "line 1, column 2: found \"-\", expected a value or \"]\""},
      {"[1e]", "line 1, column 2: \"1e\" is not a number as JSON writes it"},
      {"[0x10]", "line 1, column 2: a word without quotes is not a number as JSON writes it"},
      {"[1a]", "line 1, column 2: a word without quotes is not a number as JSON writes it"},
      {"[1}", "line 1, column 3: found \"}\", expected \",\" or \"]\""},
      {R"({"a":1])", "line 1, column 7: found \"]\", expected \",\" or \"}\""},
      {R"({"a":[})", "line 1, column 7: found \"}\", expected a value or \"]\""},
      {"]", "line 1, column 1: found \"]\", expected a value"},
      {"[tru]", "line 1, column 2: found \"tru\", expected a value or \"]\""},
      {"[True]", "line 1, column 2: found \"True\", expected a value or \"]\""},
      {"[nulll]", "line 1, column 2: found \"nulll\", expected a value or \"]\""},
      {"undefined", "line 1, column 1: found \"undefined\", expected a value"},
      {R"({"a" 1})", "line 1, column 6: found \"1\", expected \":\""},
      {R"({"a":{"deep":{"b" 1}}})", "line 1, column 19: found \"1\", expected \":\""},
      {R"({"a"::1})", "line 1, column 6: found \":\", expected a value"},
      {R"({"a","b"})", "line 1, column 5: found \",\", expected \":\""},
      {"{1:2}", "line 1, column 2: found \"1\", expected a key in double quotes or \"}\""},
      {"{'a':1}", "line 1, column 2: found a word without quotes, expected a key in double quotes or \"}\""},
      {"[1 2]", "line 1, column 4: found \"2\", expected \",\" or \"]\""},
      {R"(["a""b"])", "line 1, column 5: found a string, expected \",\" or \"]\""},
      {R"(["a"b])", "line 1, column 5: found a word without quotes, expected \",\" or \"]\""},
      {"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: found a string, expected \",\" or \"}\""},
      {"// comment\n{}", "line 1, column 1: found \"//\", expected a value"},
      {"[\"ä\",\x01]", "line 1, column 7: found \"\\x01\", expected a value"},  // columns count bytes
      {"[aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]",
       "line 1, column 2: found a word without quotes, expected a value or \"]\""},
      {nested(129, "[", "", "]"), "line 1, column 129: nested deeper than the limit of 128 levels"},
      {nested(1'000'000, "[", "", "]"), "line 1, column 129: nested deeper than the limit of 128 levels"},
      {nested(129, "{\"a\":", "1", "}"), "line 1, column 641: nested deeper than the limit of 128 levels"},
      {nested(1'000'000, "[", "", ""), "line 1, column 129: nested deeper than the limit of 128 levels"},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text.substr(0, 100));
    const auto document = doc::parse_json(it.text, "r.json");
    REQUIRE_FALSE(document.ok());
    CHECK(document.error().message == "r.json: " + it.message);
    CHECK(document.error().kind == ErrorKind::bad_input);
    CHECK(doc::why_not_json(it.text) == it.message);
  }
}

TEST_CASE("json: 128 levels are taken") {
  CHECK(doc::parse_json(nested(128, "[", "", "]"), "x").ok());
  CHECK(doc::parse_json(nested(128, "{\"a\":", "1", "}"), "x").ok());
}

TEST_CASE("json: every limit has its message") {
  const auto refusal = [](const std::string& text, const Limits& limits) {
    return doc::parse_json(text, "x", limits).error().message;
  };
  CHECK(refusal("[1,2,3]", {.document_bytes = 6}) == "x: larger than the limit of 6 bytes for one document");
  CHECK(refusal("[\"abcd\"]", {.string_bytes = 4}) == "x: line 1, column 2: a string longer than the limit of 4 bytes");
  CHECK(refusal("[1,2,3]", {.values = 3}) == "x: line 1, column 6: more than the limit of 3 values");
  CHECK(refusal("[[[]]]", {.depth = 2}) == "x: line 1, column 3: nested deeper than the limit of 2 levels");
  CHECK(doc::parse_json("[1,2]", "x", {.values = 3, .depth = 1}).ok());
}

TEST_CASE("json: views are total") {
  const auto document = doc::parse_json(R"({"s":"x","n":3,"b":true,"l":[1,"y",null],"o":{"k":[{}]}})", "r.json");
  const View root = document->root();
  CHECK(root.at("s").text() == "x");
  CHECK(root.at("n").text() == "");
  CHECK(root.at("n").scalar() == "3");
  CHECK(root.at("s").scalar() == "x");
  CHECK(root.at("b").scalar() == "true");
  CHECK(root.at("l").scalar() == "");
  CHECK(root.at("s").integer() == std::nullopt);
  CHECK(root.at("b").boolean() == true);
  CHECK(root.at("n").boolean() == std::nullopt);
  CHECK(root.at("no").at("such").at(7).text() == "");
  CHECK_FALSE(root.at("no").exists());
  CHECK_FALSE(root.at("l").at(3).exists());
  CHECK_FALSE(root.at("s").at("x").exists());
  CHECK_FALSE(root.at("l").at("0").exists());
  CHECK_FALSE(root.at(0).exists());
  CHECK(root.at("l").at(2).is_null());
  CHECK(root.at("l").size() == 3);
  CHECK(root.at("s").size() == 0);
  CHECK(root.size() == 5);
  CHECK(root.at("o").items().begin() == root.at("o").items().end());
  CHECK(root.at("l").members().begin() == root.at("l").members().end());
  CHECK(root.at("no").items().begin() == root.at("no").items().end());
  CHECK(View().pointer() == "");
  CHECK(View().where() == "");
  CHECK(View().position() == doc::Position{});
  CHECK_FALSE(View().at("x").at(3).exists());
}

TEST_CASE("json: every value knows where it is") {
  const auto document = doc::parse_json("{\n \"a/b\": {\"m~n\": [10,\n  20]},\r\n \"c\": \"ä\", \"d\":1}", "r.json");
  const View inner = document->root().at("a/b").at("m~n").at(1);
  CHECK(inner.pointer() == "/a~1b/m~0n/1");
  CHECK(inner.position() == doc::Position{3, 3});
  CHECK(inner.key_position() == doc::Position{3, 3});
  CHECK(inner.where() == "r.json:3:3");
  const View d = document->root().at("d");
  CHECK(d.key_where() == "r.json:4:13");  // columns count bytes
  CHECK(d.where() == "r.json:4:17");
  CHECK(document->root().pointer() == "");
  CHECK(document->root().where() == "r.json:1:1");
  CHECK(document->name() == "r.json");
}

TEST_CASE("json: values of every kind know where they begin, whatever stands around them") {
  const std::string text = R"([1 ,-2.5e3
,"x\"y" ,true,{ "k" :
 null , "l":[  ]} ,12345678901234567890123,false,0,
 "" ,[[7]],"ä",8 ])";
  const auto document = doc::parse_json(text, "x");
  REQUIRE_MESSAGE(document.ok(), document.error().message);
  const View root = document->root();
  std::string places;
  for (const View item : root.items()) {
    places += fmt::format("{}:{} ", item.position().line, item.position().column);
  }
  CHECK(places == "1:2 1:5 2:2 2:10 2:15 3:20 3:44 3:50 4:2 4:6 4:12 4:17 ");
  CHECK(root.at(4).at("k").key_where() == "x:2:17");
  CHECK(root.at(4).at("k").where() == "x:3:2");
  CHECK(root.at(4).at("l").key_where() == "x:3:9");
  CHECK(root.at(4).at("l").where() == "x:3:13");
  CHECK(root.at(9).at(0).at(0).where() == "x:4:8");
}

TEST_CASE("json: numbers say what fits") {
  struct Case {
    std::string text;
    std::optional<std::int64_t> integer;
    std::optional<double> number;
  };
  const Case cases[] = {
      {"0", 0, 0.0},
      {"-0", 0, -0.0},
      {"42", 42, 42.0},
      {"-7", -7, -7.0},
      {"3.0", 3, 3.0},
      {"3e2", 300, 300.0},
      {"30E-1", 3, 3.0},
      {"2.5", std::nullopt, 2.5},
      {"9223372036854775807", 9223372036854775807, 9223372036854775807.0},
      {"-9223372036854775808", std::numeric_limits<std::int64_t>::min(), -9223372036854775808.0},
      {"9223372036854775808", std::nullopt, 9223372036854775808.0},
      {"123456789012345678901234567890", std::nullopt, 123456789012345678901234567890.0},
      {"1e15", 1000000000000000, 1e15},
      {"1e17", std::nullopt, 1e17},  // beyond what a double holds exactly
      {"1e400", std::nullopt, std::nullopt},
      {"-1e400", std::nullopt, std::nullopt},
      {"1e-5", std::nullopt, 1e-5},
  };
  for (const Case& it : cases) {
    CAPTURE(it.text);
    const auto document = doc::parse_json(it.text, "n");
    REQUIRE(document.ok());
    CHECK(document->root().integer() == it.integer);
    CHECK(document->root().number() == it.number);
  }
}

TEST_CASE("json: large objects and arrays answer as small ones do, and as fast") {
  constexpr int kMany = 200'000;
  std::string object = "{", array = "[";
  for (int i = 0; i < kMany; ++i) {
    object += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":" + std::to_string(i);
    array += (i > 0 ? ",[" : "[") + std::to_string(i) + "]";
  }
  object += ",\"k7\":\"again\"}";
  array += "]";
  const auto objects = doc::parse_json(object, "o"), arrays = doc::parse_json(array, "a");
  CHECK(objects->root().size() == kMany);
  CHECK(objects->root().at("k7").text() == "again");
  CHECK(objects->notes().size() == 1);
  CHECK_FALSE(objects->root().at("k").exists());
  CHECK_FALSE(objects->root().at("kz").exists());
  int right = 0;
  for (int i = 0; i < kMany; ++i) {
    right += objects->root().at("k" + std::to_string(i)).integer() == i ? 1 : 0;
    right += arrays->root().at(static_cast<std::size_t>(i)).at(0).integer() == i ? 1 : 0;
  }
  CHECK(right == 2 * kMany - 1);
  CHECK(arrays->root().at(kMany - 1).pointer() == "/199999");
  CHECK_FALSE(arrays->root().at(kMany).exists());
  int seen = 0;
  for (const auto& [key, value] : objects->root().members()) seen += key.starts_with('k') && value.exists() ? 1 : 0;
  CHECK(seen == kMany);
}

TEST_CASE("json: a stranger cannot make many notes, nor many positions slow") {
  std::string text = "[";
  for (int i = 0; i < 50'000; ++i) text += "\n{\"a\":1,\"a\":2},";
  text += "\n0]";
  const auto document = doc::parse_json(text, "x");
  REQUIRE(document.ok());
  CHECK(document->notes().size() == 20);
  std::uint32_t line = 1;
  for (const View item : document->root().items()) REQUIRE(item.position().line == ++line);
}

TEST_CASE("json: a document may be moved while it is viewed") {
  auto document = doc::parse_json(R"({"a":["text", "\u0041bc"]})", "x").value();
  const View view = document.root().at("a").at(1);
  const doc::Document moved = std::move(document);
  CHECK(view.text() == "Abc");
  CHECK(moved.root().at("a").at(0).text() == "text");
}

namespace {

bool same(View view, const nlohmann::json& other) {
  using Type = nlohmann::json::value_t;
  switch (other.type()) {
    case Type::null:
      return view.is_null();
    case Type::boolean:
      return view.boolean() == other.get<bool>();
    case Type::number_integer:
    case Type::number_unsigned:
      return view.number() == other.get<double>() &&
             (other > std::numeric_limits<std::int64_t>::max() || view.integer() == other.get<std::int64_t>());
    case Type::number_float:
      return view.number() == other.get<double>();
    case Type::string:
      return view.is_string() && view.text() == other.get_ref<const std::string&>();
    case Type::array: {
      std::size_t i = 0;
      for (const View item : view.items()) {
        if (i >= other.size() || !same(item, other[i++])) return false;
      }
      return view.is_array() && i == other.size() && view.size() == i;
    }
    case Type::object: {
      for (const auto& [key, value] : view.members()) {
        if (!other.contains(key) || !same(value, other[std::string(key)])) return false;
      }
      return view.is_object() && view.size() == other.size();
    }
    case Type::binary:
    case Type::discarded:
      break;
  }
  return false;
}

bool has_number_beyond_double(View view) {
  if (view.is_number()) return !view.number();
  for (const View item : view.items()) {
    if (has_number_beyond_double(item)) return true;
  }
  for (const auto& [key, value] : view.members()) {
    if (has_number_beyond_double(value)) return true;
  }
  return false;
}

std::string mutated(std::string text, std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {
      "{",       "}",        "[",    "]",  ",",     ":",    "\"",   "\\",     " ",
      "\n",      "0",        "-",    ".",  "e",     "true", "null", "\"a\":", "\\u00",
      "\\ud83d", "\xC3\xA4", "\xFF", "\t", "1e400", "\\n",  "//",   "9",      std::string_view("\0", 1),
      "\"a\":1,"};
  for (auto n = random() % 3 + 1; n-- > 0;) {
    const std::size_t at = random() % (text.size() + 1);
    switch (random() % 4) {
      case 0:
        text.erase(at, random() % 4);
        break;
      case 1:
        text.insert(at, kPieces[random() % std::size(kPieces)]);
        break;
      case 2:
        text = text.substr(0, at) + std::string(kPieces[random() % std::size(kPieces)]) +
               text.substr(std::min(at + 1, text.size()));
        break;
      default:
        text.insert(at, text.substr(random() % (text.size() + 1), random() % 12));
    }
  }
  return text;
}

}  // namespace

TEST_CASE("json: agrees with another parser on 60,000 damaged documents") {
  const std::string seeds[] = {
      R"({"runs":[{"tool":{"driver":{"name":"x","rules":[{"id":"a"},{"id":"b\n"}]}},"results":[{"ruleId":"a","n":1}]}]})",
      R"([1,-2.5e3,true,false,null,"ä\u00e4\"\\",{"a":{"b":[[],{}]}}])",
      "{\n  \"a\" : 1 ,\r\n  \"b\" : [ 0.5 , -0 , 1E+2 ]\t}\n",
      R"("just a text \/ \b\f")",
      "[[[[[[[[1]]]]]]]]",
  };
  std::mt19937 random(11);
  int accepted = 0, refused = 0;
  for (int round = 0; round < 60'000; ++round) {
    const std::string text = mutated(seeds[random() % std::size(seeds)], random);
    CAPTURE(text::printable(text, 400));
    const auto ours = doc::parse_json(text, "x");
    const auto theirs = nlohmann::json::parse(text, nullptr, false);
    if (ours.ok() && !theirs.is_discarded()) {
      REQUIRE(same(ours->root(), theirs));
      ++accepted;
    } else if (ours.ok()) {
      // What we put up with, and they do not. A number that is too large may belong to a key that is given again.
      const auto noted = [&](std::string_view code) {
        return std::ranges::count(ours->notes(), code, &Note::code) > 0;
      };
      REQUIRE((noted("invalid-escape") || noted("duplicate-key") || has_number_beyond_double(ours->root())));
    } else if (!theirs.is_discarded()) {
      REQUIRE(text.find('\0') != std::string::npos);  // they take it for the end
    } else {
      ++refused;
    }
  }
  CHECK(accepted > 5000);
  CHECK(refused > 5000);
}
