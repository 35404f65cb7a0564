#include "git/protocol.hpp"

#include <doctest/doctest.h>

#include "git/packets.hpp"

using namespace gatepost;

namespace {

const std::string kRef = "refs/gatepost/ledger", kId(40, 'a');

std::string band(char number, const std::string& text) { return git::packet(std::string(1, number) + text); }

}  // namespace

TEST_CASE("protocol: a ref is known by its whole name") {
  const std::string others = git::packet(std::string(40, 'b') + " refs/gatepost/ledger-2\n");
  const auto target = [&](const std::string& answer) { return git::ref_in(answer, kRef); };
  CHECK(target(others + git::packet(kId + " " + kRef + "\n") + "0000").value()->hex() == kId);
  CHECK(target(git::packet(kId + " " + kRef) + others + "0000").value()->hex() == kId);
  CHECK_FALSE(target(others + "0000").value().has_value());
  CHECK_FALSE(target("0000").value().has_value());
}

TEST_CASE("protocol: what is no list of refs is no empty list") {
  for (const std::string& answer :
       {std::string(), std::string("<html>"), git::packet(kId + " " + kRef + "\n"),
        git::packet("xyz " + kRef + "\n") + "0000", git::packet("ERR no such repository") + "0000", std::string("ffff"),
        std::string("0003")}) {
    CAPTURE(answer);
    CHECK_FALSE(git::ref_in(answer, kRef).ok());
  }
}

TEST_CASE("protocol: a push is done when the server says so of this ref, and a conflict when somebody was faster") {
  const std::string unpacked = git::packet("unpack ok\n");
  const auto outcome = [&](const std::string& report, const std::string& words = "") -> std::optional<ErrorKind> {
    const Status status =
        git::check_push((words.empty() ? "" : band(2, words)) + band(1, report + "0000") + "0000", kRef);
    return status ? std::nullopt : std::optional(status.error().kind);
  };
  CHECK(outcome(unpacked + git::packet("ok " + kRef + "\n")) == std::nullopt);
  CHECK(outcome(unpacked + git::packet("ok refs/heads/main\n")) == ErrorKind::unavailable);
  CHECK(outcome(git::packet("ok " + kRef + "\n")) == ErrorKind::unavailable);
  CHECK(outcome(unpacked) == ErrorKind::unavailable);
  CHECK(outcome(git::packet("unpack index-pack failed\n")) == ErrorKind::denied);
  for (const char* reason : {"cannot lock ref: is at 1 but expected 2", "reference already exists",
                             "failed to update ref", "non-fast-forward", "fetch first"}) {
    CAPTURE(reason);
    CHECK(outcome(unpacked + git::packet("ng " + kRef + " " + reason + "\n")) == ErrorKind::conflict);
  }
  CHECK(outcome(unpacked + git::packet("ng " + kRef + " pre-receive hook declined\n"), "no\x1b[31m way\n") ==
        ErrorKind::denied);
  const Status quoted = git::check_push(
      band(2, "GitLab: not allowed\n") + band(1, unpacked + git::packet("ng " + kRef + " hook declined\n")) + "0000",
      kRef);
  CHECK(quoted.error().message.find("GitLab: not allowed") != std::string::npos);
  CHECK_FALSE(git::check_push("", kRef).ok());
  CHECK(git::check_push(band(3, "out of disk"), kRef).error().message == "the server refuses: out of disk");
}

TEST_CASE("protocol: a push names what it replaces") {
  const auto id = *git::ObjectId::parse(kId);
  const auto first = git::push_request(kRef, {}, id, "PACK");
  CHECK(first.body.substr(4).starts_with(std::string(40, '0') + " " + kId + " " + kRef + std::string(1, '\0')));
  CHECK(first.body.ends_with("0000PACK"));
  CHECK(git::push_request(kRef, id, id, "").body.substr(4).starts_with(kId + " " + kId));
}
