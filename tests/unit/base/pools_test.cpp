#include <doctest/doctest.h>

#include <random>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/string_pool.hpp"
#include "base/text_arena.hpp"

using namespace gatepost;

TEST_CASE("string pool: the empty text is none, in every pool") {
  StringPool pool;
  CHECK(pool.intern("") == TextId::none);
  CHECK(pool.view(TextId::none) == "");
  CHECK(pool.find("") == TextId::none);
  CHECK(pool.size() == 1);
}

TEST_CASE("string pool: equal texts get equal ids, others do not") {
  StringPool pool;
  const TextId a = pool.intern("a"), b = pool.intern(std::string_view("a\0", 2));
  CHECK(a != b);
  CHECK(pool.intern("a") == a);
  CHECK(pool.find("a") == a);
  CHECK(pool.find("c") == TextId::none);
  CHECK(pool.view(b) == std::string_view("a\0", 2));
}

TEST_CASE("string pool: many texts of all lengths agree with a map") {
  std::mt19937 random(3);
  std::unordered_map<std::string, TextId> model;
  StringPool pool;
  for (int i = 0; i < 50'000; ++i) {
    std::string text = std::to_string(random() % 20'000);
    if (random() % 1000 == 0) text.append(random() % 600'000, 'x');  // beyond a quarter of a block
    const TextId id = pool.intern(text);
    const auto [known, fresh] = model.try_emplace(text, id);
    REQUIRE(known->second == id);
    REQUIRE(pool.view(id) == text);
    REQUIRE(pool.size() == model.size() + 1);
  }
  for (const auto& [text, id] : model) {
    REQUIRE(pool.find(text) == id);
    REQUIRE(pool.view(id) == text);
  }
}

TEST_CASE("string pool: a copy, and a pool that lost its index, find and give what was there") {
  StringPool pool;
  const TextId a = pool.intern("a");
  for (int i = 0; i < 1000; ++i) pool.intern("text number " + std::to_string(i));  // the table grows
  const StringPool copy = pool;
  pool.drop_index();
  CHECK(pool.view(a) == "a");
  const auto prepared = pool.prepare("text number 7");
  pool.fetch(prepared);
  CHECK(pool.intern_prepared(prepared) == copy.find("text number 7"));
  CHECK(pool.find("text number 999") == copy.find("text number 999"));
  CHECK(pool.find("a") == a);
  CHECK(pool.intern("b") == static_cast<TextId>(copy.size()));
}

TEST_CASE("text arena: texts of all lengths, each where it was stored") {
  TextArena arena;
  CHECK(arena.store("") == TextPlace::none);
  CHECK(arena.view(TextPlace::none) == "");
  std::vector<std::pair<TextPlace, std::string>> stored;
  const auto add = [&](std::size_t length) {
    const std::string text(length, static_cast<char>('a' + length % 26));
    stored.emplace_back(arena.store(text), text);
    CHECK(arena.store(text) != stored.back().first);  // nobody looks for an equal one
  };
  for (std::size_t length = 1; length < 600; ++length) add(length);
  for (const std::size_t length : {254U, 255U, 256U, 262'138U, 262'139U, 262'140U, 1'048'571U, 1'048'572U, 3'000'000U})
    add(length);
  for (std::size_t length = 1; length < 600; ++length) add(length);
  TextArena moved = std::move(arena);
  for (const auto& [place, text] : stored) REQUIRE(moved.view(place) == text);

  TextArena other;
  const TextPlace own = other.store("its own");
  const std::uint32_t by = other.adopt(std::move(moved));
  const TextPlace next = other.store("the next one");
  for (const auto& [place, text] : stored) REQUIRE(other.view(TextArena::moved(place, by)) == text);
  CHECK(other.view(TextArena::moved(TextPlace::none, by)) == "");
  CHECK(other.view(own) == "its own");
  CHECK(other.view(next) == "the next one");
}

TEST_CASE("string pool: a text stays where it is while the pool grows and moves") {
  StringPool pool;
  const std::string_view first = pool.view(pool.intern("first"));
  for (int i = 0; i < 100'000; ++i) pool.intern("text number " + std::to_string(i));
  const StringPool moved = std::move(pool);
  CHECK(moved.view(moved.find("first")).data() == first.data());
  CHECK(first == "first");
}

TEST_CASE("string pool: a text that was prepared is interned also after the table has grown") {
  StringPool pool;
  const TextId known = pool.intern("known");
  const auto prepared_known = pool.prepare("known"), prepared_new = pool.prepare("new"), empty = pool.prepare("");
  for (int i = 0; i < 1000; ++i) pool.intern("text number " + std::to_string(i));
  for (const auto& prepared : {prepared_known, prepared_new, empty}) pool.fetch(prepared);
  CHECK(pool.intern_prepared(prepared_known) == known);
  const TextId fresh = pool.intern_prepared(prepared_new);
  CHECK(pool.view(fresh) == "new");
  CHECK(pool.intern("new") == fresh);
  CHECK(pool.intern_prepared(empty) == TextId::none);
}

TEST_CASE("string pool: a copy has the same ids and lives by itself") {
  StringPool pool;
  const TextId a = pool.intern("a"), b = pool.intern("b");
  StringPool copy(pool);
  CHECK(copy.find("a") == a);
  CHECK(copy.view(b) == "b");
  CHECK(copy.view(b).data() != pool.view(b).data());
  copy.intern("c");
  CHECK(pool.find("c") == TextId::none);
  pool = copy;
  CHECK(pool.find("c") == copy.find("c"));
}

TEST_CASE("hash: equal texts hash equally within a process") {
  CHECK(table_hash("abc") == table_hash(std::string("abc")));
  CHECK(table_hash("abc") != table_hash("abd"));
  CHECK(table_hash("") == table_hash(std::string_view{}));
}
