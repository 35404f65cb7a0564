#include "publish/tickets.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "publish/ticket_text.hpp"
#include "publish/tickets_of_others.hpp"

namespace {

using namespace gatepost;
using namespace gatepost::publish;
using Standing = TicketFinding::Standing;

FindingId id(int number) {
  FindingId it;
  it.digest.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  it.digest.bytes[1] = static_cast<std::uint8_t>(number & 255);
  it.digest.bytes[15] = 1;
  return it;
}

TicketFinding finding(int number, int tenths = 700, std::string team = "payments") {
  TicketFinding it{.id = id(number), .severity = SeverityLabel::high};
  it.risk_tenths = static_cast<std::uint16_t>(tenths);
  it.team = std::move(team);
  it.title = "SQL injection " + std::to_string(number);
  it.engine = "semgrep", it.rule = "sqli", it.path = "src/app.py", it.line = 7, it.commit = "c0ffee";
  it.due = Timestamp{1'800'000'000'000};
  it.seen_at = Timestamp{1'790'000'000'000};
  return it;
}

TicketTeam team(std::string name, TrackerKind tracker = TrackerKind::jira) {
  Board board{.tracker = tracker, .project = "PAY", .labels = {"appsec"}};
  board.priorities = {"Lowest", "Low", "Medium", "High", "Highest"};
  return {.id = std::move(name), .board = std::move(board), .parent = "commerce"};
}

TicketInput with(std::vector<TicketFinding> findings) {
  return {.findings = std::move(findings),
          .teams = {team("payments")},
          .known = {},
          .shown = {},
          .repository = "acme/shop",
          .blob_url = "https://github.com/acme/shop/blob/",
          .now = Timestamp{1'790'000'000'000}};
}

// The world after a plan was carried out, as the ledger and the boards would have it.
void carry_out(TicketInput& world, const TicketPlan& plan) {
  int number = static_cast<int>(world.shown.size());
  for (const TicketAction& action : plan.actions) {
    TicketMemory after = action.after;
    const auto shown = std::ranges::find(world.shown, after.id, &ShownTicket::id);
    if (const auto* const create = std::get_if<CreateTicket>(&action.what)) {
      after.id = std::to_string(10'000 + ++number), after.name = "PAY-" + std::to_string(number);
      world.shown.push_back({.id = after.id,
                             .name = after.name,
                             .key = after.key,
                             .title = create->fields.title,
                             .priority = create->fields.priority,
                             .due = create->fields.due,
                             .assignee = create->fields.assignee,
                             .created = after.id});
    } else if (const auto* const close = std::get_if<CloseTicket>(&action.what)) {
      shown->phase = close->as;
    } else if (std::holds_alternative<ReopenTicket>(action.what)) {
      shown->phase = TicketPhase::open;
    } else if (const auto* const change = std::get_if<ChangeTicket>(&action.what)) {
      if (change->title) shown->title = *change->title;
      if (change->priority) shown->priority = *change->priority;
      if (change->due) shown->due = *change->due;
    }
    if (action.subjects.empty()) continue;
    after.at = world.now;
    std::erase_if(world.known, [&](const TicketMemory& it) { return it.key == after.key; });
    for (TicketFinding& it : world.findings) {
      const bool is_about = std::ranges::find(action.subjects, it.id) != action.subjects.end();
      if (is_about && after.unit != kSummaryUnit) it.ticket = after.key;
    }
    after.findings.clear();
    for (const TicketFinding& it : world.findings) {
      if (it.ticket == after.key) after.findings.push_back(it.id);
    }
    world.known.push_back(after);
  }
}

std::vector<std::string> deeds(const TicketPlan& plan) {
  std::vector<std::string> all;
  for (const TicketAction& it : plan.actions) all.push_back(it.deed);
  return all;
}

std::vector<std::string> next(TicketInput& world, const TicketSettings& settings = {}) {
  const TicketPlan plan = plan_tickets(world, settings);
  carry_out(world, plan);
  return deeds(plan);
}

using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("a finding that matters gets one ticket, and a second run has nothing to do") {
  TicketInput world = with({finding(1), finding(2, 200), finding(3, 100)});
  world.findings[2].decision = Priority::immediate;
  const TicketPlan plan = plan_tickets(world, {});
  REQUIRE(deeds(plan) == Words{"created", "created"});
  const auto& made = std::get<CreateTicket>(plan.actions[0].what);
  CHECK(made.fields.title == "SQL injection 1 in app.py");
  CHECK(made.fields.priority == "High");
  CHECK(made.fields.due == "2027-01-15");
  CHECK(made.fields.labels == Words{"appsec", made.key});
  CHECK(std::get<CreateTicket>(plan.actions[1].what).fields.priority == "Highest");
  CHECK(made.fields.body.find("https://github.com/acme/shop/blob/c0ffee/src/app.py#L7") != std::string::npos);
  carry_out(world, plan);
  CHECK(next(world).empty());
}

TEST_CASE("a small finding gets a ticket when somebody asked for one") {
  TicketFinding small = finding(1, 200);
  CHECK(plan_tickets(with({small}), {}).actions.empty());
  small.asked = true;
  CHECK(plan_tickets(with({small}), {}).actions.size() == 1);
}

TEST_CASE("more findings of one remedy than the settings say share a ticket, and later ones join it") {
  TicketInput world = with({});
  for (int i = 1; i <= 4; ++i) {
    world.findings.push_back(finding(i));
    world.findings.back().package = "pkg:npm/%40acme/lodash@4.17." + std::to_string(i);
  }
  const TicketPlan plan = plan_tickets(world, {});
  REQUIRE(deeds(plan) == Words{"created"});
  CHECK(plan.actions[0].subjects.size() == 4);
  CHECK(plan.actions[0].after.title == "Upgrade pkg:npm/%40acme/lodash (4 findings)");
  carry_out(world, plan);
  world.findings.push_back(finding(5));
  world.findings.back().package = "pkg:npm/%40acme/lodash@4.17.9";
  CHECK(next(world) == Words{"joined", "updated"});
  CHECK(world.shown[0].title == "Upgrade pkg:npm/%40acme/lodash (5 findings)");
  CHECK(next(world).empty());
}

TEST_CASE("three findings of one remedy get a ticket each, and a fourth stays on its own") {
  TicketInput world = with({finding(1), finding(2), finding(3)});
  for (TicketFinding& it : world.findings) it.advisories = {"CVE-2026-1"};
  CHECK(next(world) == Words{"created", "created", "created"});
  world.findings.push_back(finding(4));
  world.findings.back().advisories = {"CVE-2026-1"};
  CHECK(next(world) == Words{"created"});
}

TEST_CASE("a run makes so many tickets, one more tells of the others, and the next runs make those") {
  TicketInput world = with({});
  for (int i = 1; i <= 5; ++i) world.findings.push_back(finding(i, 900 - i));
  const TicketSettings settings{.most_new = 2};
  CHECK(next(world, settings) == Words{"created", "created", "created"});
  CHECK(world.shown.back().title == "3 more findings of acme/shop wait for a ticket");
  CHECK(next(world, settings) == Words{"created", "created", "updated"});
  CHECK(next(world, settings) == Words{"created", "closed"});
  CHECK(next(world, settings).empty());
}

TEST_CASE("the ticket for what has to wait is made once, and a person may rename or close it") {
  TicketInput world = with({finding(1), finding(2), finding(3)});
  const TicketSettings settings{.most_new = 0};
  const TicketPlan plan = plan_tickets(world, settings);
  REQUIRE(deeds(plan) == Words{"created"});
  REQUIRE(plan.actions[0].subjects == std::vector{id(1)});
  SUBCASE("another run told the ledger that it makes it") {
    world.known = {plan.actions[0].after};
    world.known[0].state = TicketMemory::State::planned, world.known[0].at = world.now;
    CHECK(next(world, settings).empty());
  }
  SUBCASE("the index lags behind: it is asked for by its id") {
    carry_out(world, plan);
    CHECK(world.findings[0].ticket.empty());
    const auto refs = ticket_refs(world, settings);
    const TicketRef by_id{world.known[0].key, world.known[0].id, TrackerKind::jira, "PAY"};
    CHECK(std::ranges::count(refs, by_id) == 1);
    CHECK(refs.size() == 2);  // should it be deleted: the next one
  }
  SUBCASE("a person closed it: it comes back when there is something new to tell") {
    carry_out(world, plan);
    world.shown[0].phase = TicketPhase::done;
    CHECK(next(world, settings).empty());
    world.findings.push_back(finding(4));
    CHECK(next(world, settings) == Words{"reopened", "updated"});
  }
  SUBCASE("a person's title stays") {
    carry_out(world, plan);
    world.shown[0].title = "Security backlog";
    world.findings.push_back(finding(4));
    CHECK(next(world, settings) == Words{"updated"});
    CHECK(world.shown[0].title == "Security backlog");
  }
  SUBCASE("it was deleted: another one, under another key") {
    carry_out(world, plan);
    world.shown.clear();
    CHECK(next(world, settings) == Words{"created"});
    CHECK(world.shown[0].key != plan.actions[0].after.key);
  }
  SUBCASE("two were made: the first stays") {
    carry_out(world, plan);
    world.shown.push_back(world.shown[0]);
    world.shown[1].id = "10002", world.shown[1].created = "10002";
    CHECK(next(world, settings) == Words{"merged"});
  }
  CHECK(next(world, settings).empty());
}

TEST_CASE("what is late is told on the board of the team above, until nothing is late") {
  TicketInput world = with({finding(1), finding(2)});
  world.teams.push_back(team("commerce", TrackerKind::linear));
  world.teams[1].board->project = "COM", world.teams[1].parent.clear();
  CHECK(next(world) == Words{"created", "created"});
  for (TicketFinding& it : world.findings) it.breached = true;
  const TicketPlan plan = plan_tickets(world, {});
  REQUIRE(deeds(plan) == Words{"late", "late", "created"});
  const auto& made = std::get<CreateTicket>(plan.actions[2].what);
  CHECK(made.board.project == "COM");
  CHECK(made.fields.title == "2 findings of payments are late");
  CHECK(made.fields.priority == "High");
  CHECK(made.fields.body.find("PAY\\-1") != std::string::npos);
  carry_out(world, plan);
  CHECK(next(world).empty());
  world.findings[0].standing = Standing::fixed;
  CHECK(next(world) == Words{"closed", "updated"});
  CHECK(world.shown.back().title == "1 finding of payments is late");
  world.findings[1].standing = Standing::fixed;
  CHECK(next(world) == Words{"closed", "closed"});
  CHECK(world.shown.back().phase == TicketPhase::done);
  CHECK(world.known.back().title == "1 finding of payments is late");
  CHECK(next(world).empty());
}

TEST_CASE("a team whose parent has the same board is escalated in the comment alone") {
  TicketInput world = with({finding(1)});
  world.teams.push_back(team("commerce"));
  next(world);
  world.findings[0].breached = true;
  CHECK(next(world) == Words{"late"});
  CHECK(next(world).empty());
}

TEST_CASE("a description links to exactly the lines, in the forge's form, and says why it matters without a run, too") {
  TicketFinding it = finding(1);
  it.end_line = 9, it.service = "cart", it.kev = true;
  const TicketFinding* const one[] = {&it};
  TicketInput world = with({});
  const std::string body = ticket_body(one, "", "", world, TrackerKind::github);
  CHECK(body.find("/c0ffee/src/app.py#L7-L9)") != std::string::npos);
  CHECK(body.find("Its risk here is high, in the service cart; attackers use it already.") != std::string::npos);
  world.blob_url = "https://gitlab.com/acme/shop/-/blob/";
  CHECK(ticket_body(one, "", "", world, TrackerKind::gitlab).find("/c0ffee/src/app.py#L7-9)") != std::string::npos);
}

TEST_CASE("only a confirmed repair closes a ticket, and what comes back opens it again") {
  TicketInput world = with({finding(1)});
  next(world);
  world.findings[0].standing = Standing::fixed;
  CHECK(next(world) == Words{"closed"});
  CHECK(world.shown[0].phase == TicketPhase::done);
  CHECK(next(world).empty());
  world.findings[0].standing = Standing::open, world.findings[0].reopened = 1;
  CHECK(next(world) == Words{"reopened"});
  CHECK(next(world).empty());
}

TEST_CASE("a ticket that a person closed is a claim, which the next complete run confirms or refutes") {
  TicketInput world = with({finding(1)});
  next(world);
  world.shown[0].phase = TicketPhase::done;
  CHECK(next(world) == Words{"claimed"});
  CHECK(next(world).empty());
  SUBCASE("it is still reported") {
    world.findings[0].seen_at.unix_ms = world.now.unix_ms + 1;
    CHECK(next(world) == Words{"reopened"});
    CHECK(world.shown[0].phase == TicketPhase::open);
  }
  SUBCASE("the run missed it, but once is not enough for its scanner") {
    world.findings[0].seen_at = {};
    CHECK(next(world).empty());
  }
  SUBCASE("it is repaired") {
    world.findings[0].standing = Standing::fixed;
    CHECK(next(world) == Words{"confirmed"});
  }
  SUBCASE("the person thinks better of it") {
    world.shown[0].phase = TicketPhase::open;
    CHECK(next(world) == Words{"opened"});
  }
  CHECK(next(world).empty());
}

TEST_CASE("won't do is a wish for a waiver: said once, and the ticket stays closed") {
  TicketInput world = with({finding(1)});
  world.findings[0].acceptable_days = 60;
  next(world);
  world.shown[0].phase = TicketPhase::declined;
  const TicketPlan plan = plan_tickets(world, {});
  REQUIRE(deeds(plan) == Words{"waiver_requested"});
  const std::string& said = std::get<CommentTicket>(plan.actions[0].what).comment.body;
  CHECK(said.find("match: {finding: " + to_string(id(1)) + "}") != std::string::npos);
  const std::string request = "W-" + short_form(id(1)).substr(3);
  CHECK(said.find("/gatepost approve " + request) != std::string::npos);
  const auto until = day_of(world.now) + std::chrono::days(60);
  CHECK(plan.actions[0].waivers == std::vector<WaiverWish>{{id(1), request, until}});
  carry_out(world, plan);
  world.findings[0].seen_at.unix_ms = world.now.unix_ms + 1;
  CHECK(next(world).empty());
}

TEST_CASE("won't do asks for nothing where the policy lets nobody accept the risk") {
  TicketInput world = with({finding(1)});
  next(world);
  world.shown[0].phase = TicketPhase::declined;
  const TicketPlan plan = plan_tickets(world, {});
  REQUIRE(deeds(plan) == Words{"waiver_requested"});
  CHECK(plan.actions[0].waivers.empty());
  const std::string& said = std::get<CommentTicket>(plan.actions[0].what).comment.body;
  CHECK(said.find("lets nobody accept") != std::string::npos);
  CHECK(said.find("/gatepost") == std::string::npos);
}

TEST_CASE("what a person wrote stays, what gatepost wrote follows the facts") {
  TicketInput world = with({finding(1)});
  next(world);
  SUBCASE("nobody changed anything") {
    world.findings[0].risk_tenths = 850;
    CHECK(next(world) == Words{"updated"});
    CHECK(world.shown[0].priority == "Highest");
  }
  SUBCASE("a person set the priority and the title") {
    world.shown[0].priority = "Low", world.shown[0].title = "Injection in the login";
    world.findings[0].risk_tenths = 850, world.findings[0].due = Timestamp{1'795'000'000'000};
    CHECK(next(world) == Words{"updated"});
    CHECK(world.shown[0].priority == "Low");
    CHECK(world.shown[0].title == "Injection in the login");
    CHECK(world.shown[0].due == "2026-11-18");
  }
  CHECK(next(world).empty());
}

TEST_CASE("the service level is told of once when it is near, and once when it is broken, with the team above") {
  TicketInput world = with({finding(1)});
  next(world);
  world.findings[0].warned = true;
  CHECK(next(world) == Words{"due_soon"});
  CHECK(next(world).empty());
  world.findings[0].breached = true;
  const TicketPlan plan = plan_tickets(world, {});
  REQUIRE(deeds(plan) == Words{"late"});
  CHECK(std::get<CommentTicket>(plan.actions[0].what).comment.body.find("escalated to the team commerce") !=
        std::string::npos);
  carry_out(world, plan);
  CHECK(next(world).empty());
}

TEST_CASE("tickets that were moved, merged or deleted are followed") {
  TicketInput world = with({finding(1)});
  next(world);
  SUBCASE("moved to another project") {
    world.shown[0].name = "OPS-3";
    CHECK(next(world) == Words{"followed"});
    CHECK(world.known[0].name == "OPS-3");
  }
  SUBCASE("merged into a person's ticket, which gatepost never closes") {
    world.shown[0] = {.id = "500", .name = "PAY-9", .instead_of = world.shown[0].id, .title = "All injections"};
    CHECK(next(world) == Words{"followed"});
    world.shown[0].instead_of.clear();
    CHECK(next(world).empty());
    world.findings[0].standing = Standing::fixed;
    CHECK(next(world) == Words{"commented"});
    CHECK(world.shown[0].phase == TicketPhase::open);
  }
  SUBCASE("deleted: another one is made, under another key") {
    const std::string key = world.shown[0].key;
    world.shown.clear();
    CHECK(next(world) == Words{"created"});
    CHECK(world.shown[0].key != key);
  }
  CHECK(next(world).empty());
}

TEST_CASE("a ticket is made once, whatever becomes of answers and other runs") {
  TicketInput world = with({finding(1)});
  const TicketPlan plan = plan_tickets(world, {});
  SUBCASE("another run is about to make it") {
    world.known = {plan.actions[0].after};
    world.known[0].state = TicketMemory::State::planned, world.known[0].at = world.now;
    world.findings[0].ticket = world.known[0].key;
    CHECK(tickets_of_others(world, {}) == 1);
    CHECK(next(world).empty());
    world.now.unix_ms += 2 * 60 * 60 * 1000;
    CHECK(tickets_of_others(world, {}) == 0);
    CHECK(next(world) == Words{"created"});
  }
  SUBCASE("the answer was lost: it is found by its key") {
    world.known = {plan.actions[0].after};
    world.known[0].state = TicketMemory::State::planned, world.known[0].at = world.now;
    world.findings[0].ticket = world.known[0].key;
    world.shown = {{.id = "7",
                    .name = "PAY-7",
                    .key = world.known[0].key,
                    .title = world.known[0].title,
                    .priority = "High",
                    .due = "2027-01-15",
                    .created = "1"}};
    CHECK(next(world) == Words{"linked"});
  }
  SUBCASE("the ledger was lost") {
    carry_out(world, plan);
    world.known.clear(), world.findings[0].ticket.clear();
    CHECK(next(world) == Words{"linked"});
  }
  SUBCASE("two were made: the first stays") {
    carry_out(world, plan);
    world.shown.push_back(world.shown[0]);
    world.shown[1].id = "10002", world.shown[1].created = "10002", world.shown[1].name = "PAY-2";
    CHECK(next(world) == Words{"merged"});
    CHECK(world.shown[0].phase == TicketPhase::open);
    CHECK(world.shown[1].phase == TicketPhase::declined);
  }
  CHECK(next(world).empty());
}

TEST_CASE("a finding that goes to another team goes to its board, and the old ticket says so") {
  TicketInput world = with({finding(1)});
  world.teams.push_back(team("platform"));
  next(world);
  world.findings[0].team = "platform";
  CHECK(next(world) == Words{"handed_over", "created"});
  CHECK(next(world).empty());
}

TEST_CASE("a waiver keeps the ticket open, and says so once") {
  TicketInput world = with({finding(1)});
  next(world);
  world.findings[0].standing = Standing::decided, world.findings[0].because = "W-12";
  CHECK(next(world) == Words{"decided"});
  CHECK(next(world).empty());
}

TEST_CASE("findings without a board are counted, and refs ask for nothing twice") {
  TicketInput world = with({finding(1), finding(2, 700, "nobody")});
  CHECK(plan_tickets(world, {}).without_board == 1);
  const auto refs = ticket_refs(world, {});
  CHECK(refs.size() == 2);  // the finding's, and the one for what has to wait
  CHECK(std::set<std::string>{refs[0].key, refs[1].key}.size() == 2);
}

// --- texts of strangers
// -----------------------------------------------------------------------------------------------

TEST_CASE("no text of a stranger is more than text, in no markup") {
  const char* const hostile[] = {"h1. big",
                                 "{code}x{code}",
                                 "[~accountid:1] hi",
                                 "[x|http://evil.example]",
                                 "@team",
                                 "#12",
                                 "!http://evil.example/x.png!",
                                 "*bold* _it_",
                                 "----",
                                 "{html}<script>{html}",
                                 "<img src=x onerror=1>",
                                 "[x](http://evil.example)",
                                 "```\ncode",
                                 "# title",
                                 "- item",
                                 "http://evil.example/",
                                 "/close",
                                 "&#91;x&#93;",
                                 "\xE2\x80\xAEgnp",
                                 "a\r\nb",
                                 "<!-- gatepost:summary x -->",
                                 "{color:red}x{color}",
                                 "|a|b|",
                                 "\\\\",
                                 "(/) :)",
                                 "bq. q"};
  for (const char* const text : hostile) {
    CAPTURE(std::string(text));
    for (const TrackerKind tracker :
         {TrackerKind::jira, TrackerKind::jira_dc, TrackerKind::linear, TrackerKind::github}) {
      TicketFinding it = finding(1);
      it.title = it.why = it.fix = it.service = text;
      // Code shows what it is: there the signs stand as they are.
      if (tracker == TrackerKind::jira_dc) it.path = it.rule = text;
      const TicketFinding* const one[] = {&it};
      std::string body = ticket_body(one, "", "2027-01-15", with({}), tracker);
      if (tracker == TrackerKind::linear) body = text::replace_all(std::move(body), "\\<", "&lt;");
      CHECK(body.find('\r') == std::string::npos);
      CHECK(body.find("\xE2\x80\xAE") == std::string::npos);
      if (tracker == TrackerKind::jira) continue;  // a document: tests below
      CHECK(body.find("http://evil") == std::string::npos);
      CHECK(body.find("<script") == std::string::npos);
      CHECK(body.find("<img") == std::string::npos);
      if (tracker != TrackerKind::jira_dc) continue;
      for (const char* const macro :
           {"{code}", "{html}", "{color", "[~", "[x|", "h1. ", "bq. ", "!http", "\n----", "|a|", "(/)"}) {
        CAPTURE(body);
        CHECK(body.find(macro) == std::string::npos);
      }
    }
  }
}

TEST_CASE("in a document of Jira Cloud a stranger's text is a text node, and only our links are links") {
  TicketFinding it = finding(1);
  it.title = "[x](https://evil.example) \"}]},{\"type\":\"mention\"";
  it.path = "a b/\"x\".py";
  const TicketFinding* const one[] = {&it};
  const std::string body = ticket_body(one, "", "", with({}), TrackerKind::jira);
  CHECK(body.find("{\"type\":\"mention\"") == std::string::npos);
  CHECK(body.find("\"href\":\"https://github.com/acme/shop/blob/c0ffee/a%20b/%22x%22.py#L7\"") != std::string::npos);
  CHECK(body.find("\"href\":\"https://evil") == std::string::npos);
}

TEST_CASE("a long text is cut at a block, and says so") {
  std::vector<TicketFinding> many;
  for (int i = 0; i < 50; ++i) {
    many.push_back(finding(i));
    many.back().title = std::string(500, '*'), many.back().path = std::string(500, '_');
  }
  std::vector<const TicketFinding*> all;
  for (const TicketFinding& it : many) all.push_back(&it);
  for (const TrackerKind tracker : {TrackerKind::jira_dc, TrackerKind::linear, TrackerKind::github}) {
    const std::string body = ticket_body(all, "Repair", "", with({}), tracker);
    CHECK(body.size() <= 32'000);
    CHECK(body.ends_with("…"));
  }
}
