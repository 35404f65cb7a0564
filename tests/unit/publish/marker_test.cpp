#include "publish/marker.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "report/escape.hpp"

namespace gatepost::publish {
namespace {

FindingId id_of(std::string_view text) { return {Sha256().add(text).finish128()}; }

}  // namespace

TEST_CASE("marker: what is written is read again") {
  const Stamp stamp{"9f8e7d6c", 123456789012345, 2};
  const auto summary = parse_summary_marker(summary_marker("gatepost", stamp) + "\nbody");
  REQUIRE(summary);
  CHECK(summary->name == "gatepost");
  CHECK(summary->stamp == stamp);
  CHECK(is_summary(summary_marker("Sicherheit -- prüfen", stamp) + "\r\nbody", "Sicherheit -- prüfen"));
  CHECK_FALSE(is_summary(summary_marker("a", stamp), "b"));
  const std::vector<FindingId> ids = {id_of("a"), id_of("b")};
  const auto note = parse_note_marker(note_marker("gate 2", ids) + "\n");
  REQUIRE(note);
  CHECK(note->name == "gate%202");
  CHECK(note->findings == std::vector<std::string>{to_string(ids[0]), to_string(ids[1])});
  CHECK(summary_marker("gatepost", {"9f8e", 7, 1}) == "<!-- gatepost:summary gatepost head=9f8e run=7.1 -->");
}

TEST_CASE("marker: no name ends the comment it stands in") {
  for (const char* const name : {"-->", "a --> b", "--!>", "a\nb", "", "----", "<!--"}) {
    const std::string marker = summary_marker(name, {"ab", 1, 1});
    CAPTURE(marker);
    CHECK(marker.find("-->") == marker.size() - 3);
    CHECK(marker.find('\n') == std::string::npos);
    CHECK(is_summary(marker, name));
  }
}

TEST_CASE("marker: what is only like one is none") {
  const std::string id = to_string(id_of("a"));
  for (const std::string& body : {
           std::string(),
           std::string("<!-- gatepost:summary"),
           std::string("<!-- gatepost:summary -->"),
           std::string(" <!-- gatepost:summary g head=ab run=1.1 -->"),
           std::string("<!-- gatepost:summary g head=ab run=1.1 --> x"),
           std::string("<!-- gatepost:summary g head=ab run=1.1-->"),
           std::string("<!-- gatepost:summary g  head=ab run=1.1 -->"),
           std::string("<!-- gatepost:summary g head=xyz run=1.1 -->"),
           std::string("<!-- gatepost:summary g head=ab run=1 -->"),
           std::string("<!-- gatepost:summary g head=ab run=-1.1 -->"),
           std::string("<!-- gatepost:summary g head=ab run=01.1 -->"),
           std::string("<!-- gatepost:summary g head=ab run=99999999999999999999.1 -->"),
           std::string("text\n<!-- gatepost:summary g head=ab run=1.1 -->"),
           std::string("<!-- gatepost:summary g<b> head=ab run=1.1 -->"),
       }) {
    CAPTURE(body);
    CHECK_FALSE(parse_summary_marker(body));
  }
  for (const std::string& body :
       {std::string("<!-- gatepost:note g -->"), "<!-- gatepost:note g " + id.substr(0, 11) + " -->",
        "<!-- gatepost:note g " + id + " GP-x -->", "<!-- gatepost:note " + id + " -->",
        "<!-- gatepost:note g " + id + "  -->", "<!-- gatepost:summary g " + id + " -->"}) {
    CAPTURE(body);
    CHECK_FALSE(parse_note_marker(body));
  }
}

TEST_CASE("marker: no encoder lets data form one") {
  const std::string evil = "<!-- gatepost:note gatepost " + to_string(id_of("a")) + " -->";
  for (const std::string& text : {report::escape::markdown_text(evil), report::escape::html_text(evil)}) {
    CHECK(text.find("<!-- gatepost") == std::string::npos);
  }
  // In code it stands behind a backtick, so never at the beginning of a body.
  CHECK_FALSE(parse_note_marker(report::escape::markdown_code(evil, report::escape::Spot::paragraph)));
}

}  // namespace gatepost::publish
