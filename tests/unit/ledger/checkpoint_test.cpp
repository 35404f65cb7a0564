#include "ledger/checkpoint.hpp"

#include <doctest/doctest.h>

#include "ledger/people.hpp"
#include "support/key_pair.hpp"

using namespace gatepost;
using namespace gatepost::ledger;

TEST_CASE("A checkpoint holds for its key, its ledger and its contents only") {
  const test::KeyPair key = test::KeyPair::ed25519(), other = test::KeyPair::ed25519();
  const Head head{12, std::string(kHashLength, 'a')};
  const auto made = make_checkpoint(head, {1'767'225'600'000}, Secret(key.private_pem));
  REQUIRE(made.ok());
  CHECK(document_name(*made) == "checkpoints/000000000012.json");
  const auto read = parse_checkpoint(to_text(*made) + "\n");
  REQUIRE(read.ok());
  CHECK(*read == *made);
  CHECK(check_checkpoint(*read, key.public_pem, head.hash).ok());
  CHECK(check_checkpoint(*read, other.public_pem, head.hash).error().message ==
        "the checkpoint at event 12 was not signed with this key, or was changed after it was signed");
  CHECK(check_checkpoint(*read, key.public_pem, "").error().message ==
        "the checkpoint at event 12 is beyond the end of the ledger: events were cut off");
  CHECK(check_checkpoint(*read, key.public_pem, std::string(kHashLength, 'b')).error().message ==
        "the checkpoint at event 12 names another hash than the event has: the ledger was rewritten");
  Checkpoint changed = *read;
  changed.at.unix_ms += 1;
  CHECK_FALSE(check_checkpoint(changed, key.public_pem, head.hash).ok());
}

TEST_CASE("Keys of another sort and damaged checkpoints are refused") {
  const test::KeyPair rsa = test::KeyPair::make();
  CHECK(make_checkpoint({}, {}, Secret(rsa.private_pem)).error().kind == ErrorKind::config);
  CHECK(make_checkpoint({}, {}, Secret("")).error().kind == ErrorKind::config);
  for (const char* const text : {"", "{}", "[]", R"({"count":1})"}) CHECK_FALSE(parse_checkpoint(text).ok());
}

TEST_CASE("People are known by their accounts, whatever they are called") {
  People people;
  const std::string id = people.pseudonym("@alice", "0123456789abcdef", "github:7");
  CHECK(people.pseudonym("@alicia", "1111111111111111", "github:7") == id);
  CHECK(people.name(id) == "@alicia");
  const std::string other = people.pseudonym("@alice", "2222222222222222", "github:8");
  CHECK(other != id);
  CHECK(people.pseudonym("@alicia", "3333333333333333", "github:9") != id);  // somebody who took the name over
  const std::string plain = people.pseudonym("@bob", "4444444444444444");
  CHECK(people.pseudonym("@bob", "5555555555555555", "github:10") == plain);  // of before accounts were told
  const auto again = People::parse(people.text());
  REQUIRE(again.ok());
  CHECK(again->account(plain) == "github:10");
  CHECK(again->account("person:0") == "");
}

TEST_CASE("People are known by pseudonyms, and can be forgotten") {
  People people;
  const std::string id = people.pseudonym("@alice", "0123456789abcdef0123456789abcdef");
  CHECK(id == "person:0123456789abcdef");
  CHECK(people.pseudonym("@alice", "ffff") == id);
  CHECK(people.name(id) == "@alice");
  const auto again = People::parse(people.text());
  REQUIRE(again.ok());
  CHECK(again->name(id) == "@alice");
  CHECK(people.erase("@alice"));
  CHECK_FALSE(people.erase("@alice"));
  CHECK(people.name(id) == id);
  CHECK(people.text().empty());
  CHECK(People::parse("{\"id\":\"person:1\",\"name\":\"x\"}\n\nnonsense\n")
            .error()
            .message.starts_with("people.jsonl:3:"));
}
