#include "app/ledger_decisions.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "ledger/chain.hpp"
#include "ledger/event.hpp"

using namespace gatepost;
using namespace gatepost::app;

namespace {

const std::string kFinding = "GP-ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr Timestamp kNow{1'795'000'000'000};  // 2026-11-18

// A ledger of comment commands, one after the other.
class Course {
 public:
  ledger::Draft& add(const std::string& command, const std::string& person, const std::string& subject,
                     const std::string& outcome = "granted") {
    drafts_.push_back(
        {.type = ledger::EventType::command,
         .subject = subject,
         .before = {},
         .after = {},
         .actor = {"person", people_.pseudonym(person, std::to_string(1'000'000'000'000'000 + drafts_.size())), ""},
         .commit = {},
         .run_url = {}});
    ledger::Draft& draft = drafts_.back();
    draft.facts["command"] = command;
    draft.facts["outcome"] = outcome;
    draft.facts["because"] = std::string("write");
    draft.facts["comment"] = "acme/shop#7/" + std::to_string(drafts_.size());
    return draft;
  }
  void ask(const std::string& person, const std::string& id, const std::string& command = "waive") {
    ledger::Draft& draft = add(command, person, kFinding);
    draft.facts["request"] = id;
    draft.facts["reason"] = std::string("behind mTLS");
    draft.facts["until"] = std::int64_t{1'798'000'000'000};  // 2026-12-23
  }
  LedgerDecisions sum() const {
    const auto lines = ledger::seal(drafts_, {.seq = 0, .hash = std::string(64, '0')}, {}, kNow);
    REQUIRE(lines.ok());
    auto decisions = decisions_of(*lines, people_);
    REQUIRE(decisions.ok());
    return *std::move(decisions);
  }
  ledger::People people_;

 private:
  std::vector<ledger::Draft> drafts_;
};

}  // namespace

TEST_CASE("a request is a waiver without approval until somebody approves it") {
  Course course;
  course.ask("@will", "W-1");
  config::Settings settings;
  honour(course.sum(), settings);
  REQUIRE(settings.waivers.size() == 1);
  const policy::Waiver& asked = settings.waivers[0];
  CHECK(asked.finding == kFinding);
  CHECK(asked.requested_by == "@will");
  CHECK(asked.approved_by.empty());
  CHECK(policy::problem_of(asked, {}, day_of(kNow)) == "nobody approved it");

  ledger::Draft& approval = course.add("approve", "@carl", kFinding);
  approval.facts["request"] = std::string("W-1");
  approval.facts["teams"] = std::vector<std::string>{"acme/shop"};
  settings.waivers.clear();
  honour(course.sum(), settings);
  const policy::Waiver& approved = settings.waivers.at(0);
  CHECK(approved.approved_by == std::vector<std::string>{"@carl", "@acme/shop"});
  CHECK(approved.reason == "risk_accepted");
  CHECK(policy::problem_of(approved, {}, day_of(kNow)).empty());
}

TEST_CASE("what was refused or taken back does not count") {
  Course course;
  course.ask("@will", "W-1", "false-positive");
  course.add("approve", "@will", kFinding, "refused").facts["request"] = std::string("W-1");
  CHECK(course.sum().requests.at(0).approved_by.empty());
  CHECK(course.sum().requests.at(0).false_positive);
  course.add("revoke", "@will", kFinding).facts["request"] = std::string("W-1");
  const LedgerDecisions decisions = course.sum();
  CHECK(decisions.requests.empty());
  CHECK(decisions.handled.size() == 3);
  CHECK(decisions.handled.at("acme/shop#7/1").granted);
  CHECK(!decisions.handled.at("acme/shop#7/2").granted);
  CHECK(decisions.handled.at("acme/shop#7/2").because == "write");
}

TEST_CASE("who was erased from the ledger's people is a pseudonym") {
  Course course;
  course.ask("@will", "W-1");
  course.people_.erase("@will");
  CHECK(course.sum().requests.at(0).requested_by.starts_with("person:"));
}

TEST_CASE("a freeze closes the gate of changes of its service until it is lifted") {
  Course course;
  course.add("freeze", "@ada", "Cart");
  course.add("freeze", "@ada", "ghost");
  course.add("assign", "@ada", kFinding).facts["team"] = std::string("@acme/appsec");
  config::Settings settings;
  honour(course.sum(), settings);
  REQUIRE(settings.freezes.size() == 2);
  REQUIRE(settings.routing.size() == 1);
  CHECK(settings.routing[0].findings == std::vector{kFinding});
  CHECK(settings.routing[0].owners[0].because == "assigned by @ada on 2026-11-18");

  Service cart;
  cart.name = "cart";
  cart.claims.push_back({ServiceClaim::By::path, "cart/", ""});
  const context::Catalogue catalogue({cart});
  Assessment assessment;
  assessment.change.files.emplace_back().new_path = "mail/a.py";
  const auto elsewhere = freeze_reasons(assessment, settings.freezes, catalogue);
  REQUIRE(elsewhere.size() == 1);  // a service that nobody knows may be anywhere
  CHECK(elsewhere[0].text.starts_with("service ghost is frozen since 2026-11-18 by @ada"));
  assessment.change.files[0].old_path = "cart/a.py";
  CHECK(freeze_reasons(assessment, settings.freezes, catalogue).size() == 2);

  course.add("unfreeze", "@ada", "cart");
  course.add("unfreeze", "@ada", "ghost");
  CHECK(course.sum().freezes.empty());
}

TEST_CASE("a ticket that was asked for is remembered, one that was refused is not") {
  Course course;
  course.add("ticket", "will", kFinding);
  course.add("ticket", "rita", "GP-BBCDEFGHIJKLMNOPQRSTUVWXYZ", "refused");
  CHECK(course.sum().tickets == std::set<std::string>{kFinding});
}

TEST_CASE("who was refused, and when, is remembered by name") {
  Course course;
  course.add("freeze", "@rita", "cart", "refused");
  course.add("recheck", "@ada", "");
  course.add("approve", "@rita", kFinding, "refused");
  const LedgerDecisions decisions = course.sum();
  REQUIRE(decisions.refusals.size() == 2);
  CHECK(decisions.refusals[0].person == "@rita");
  CHECK(decisions.refusals[1].at == kNow);
}
