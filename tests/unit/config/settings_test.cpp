#include "config/settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/digest.hpp"
#include "base/resource.hpp"

using namespace gatepost;
using namespace gatepost::config;

namespace {

Result<Settings> with_settings(std::string text) { return load({.settings = File{".gatepost.yml", std::move(text)}}); }
Result<Settings> with_policy(std::string text) {
  return load({.policy = File{".gatepost/policy.yml", std::move(text)}});
}
Result<Settings> with_waivers(std::string text) {
  return load({.waivers = File{".gatepost/waivers.yml", std::move(text)}});
}

bool has_policy(const Settings& settings, std::string_view id) {
  return std::ranges::any_of(settings.rules.policies,
                             [&](const policy::Policy& policy) { return policy.id.value == id; });
}

struct Mistake {
  const char* text;
  const char* message;
};

}  // namespace

TEST_CASE("settings: without any file the default policy is in force") {
  const auto settings = load({});
  REQUIRE(settings.ok());
  CHECK(settings->rules.mode == policy::Mode::enforce);
  CHECK(has_policy(*settings, "new-findings"));
  CHECK(has_policy(*settings, "new-secrets"));
}

TEST_CASE("settings: what is there without a base blocks only when this run asks for it") {
  const auto action = [](const Result<Settings>& settings) {
    REQUIRE(settings.ok());
    const auto& all = settings->rules.policies;
    const auto found =
        std::ranges::find_if(all, [](const policy::Policy& it) { return it.id.value == "existing-findings"; });
    return found == all.end() ? Action::none : found->action;
  };
  const Files file{.settings = File{".gatepost.yml", "version: 1\ngate: {fail_on: high}\n"}};
  CHECK(action(load({})) == Action::warn);
  CHECK(action(load(file)) == Action::warn);
  CHECK(action(load(file, {.fail_on = "high"})) == Action::block);
  CHECK(action(load({}, {.fail_on = "none"})) == Action::none);
}

TEST_CASE("settings: a full file is read") {
  const auto settings = with_settings(
      "version: 1\nrepository: acme/shop\nmode: monitor\nreports: [a.sarif, 'b/*.json=cyclonedx']\nbase_reports: "
      "base.sarif\n"
      "required_scanners: [semgrep]\non_incomplete: warn\nunknown_severity: high\ncodeowners: {dialect: gitlab}\ngate: "
      "{fail_on: critical, warn_on: none}\n");
  REQUIRE(settings.ok());
  CHECK(settings->repository == "acme/shop");
  CHECK(settings->rules.mode == policy::Mode::monitor);
  CHECK(settings->reports == std::vector<std::string>{"a.sarif", "b/*.json=cyclonedx"});
  CHECK(settings->base_reports == std::vector<std::string>{"base.sarif"});
  CHECK(settings->evidence.required_scanners == std::vector<std::string>{"semgrep"});
  CHECK(settings->evidence.tolerate_incomplete);
  CHECK(settings->rules.unknown_severity == SeverityLabel::high);
  CHECK(settings->codeowners_dialect == OwnersDialect::gitlab);
  CHECK(has_policy(*settings, "new-findings"));
  CHECK_FALSE(has_policy(*settings, "look-at-new-findings"));
}

TEST_CASE("settings: what can be on and off is also true and false") {
  const auto on =
      with_settings("version: 1\npublish: {status: on, reviewers: true, upload_sarif: off, check_run: true}\n");
  REQUIRE(on.ok());
  CHECK(on->publishing.status);
  CHECK(on->publishing.reviewers);
  CHECK_FALSE(on->publishing.upload_sarif);
  CHECK(on->publishing.check_run == publish::CheckRun::on);
}

TEST_CASE("settings: mistakes are told with file, line, column and the nearest name") {
  const Mistake mistakes[] = {
      {"version: 1\nreprots: [a]\n", ".gatepost.yml:2:1: key \"reprots\" is not known; did you mean \"reports\"?"},
      {"version: 1\nmode: enforced\n", ".gatepost.yml:2:7: mode \"enforced\" is not known; did you mean \"enforce\"?"},
      {"version: 2\n", ".gatepost.yml:1:10: version is 2; expected a whole number from 1 to 1"},
      {"mode: enforce\n", ".gatepost.yml:1:1: \"version: 1\" is missing"},
      {"version: 1\ngate: {fail_on: hgih}\n",
       ".gatepost.yml:2:17: fail_on \"hgih\" is not known; did you mean \"high\"?"},
      {"version: 1\nreports: {a: b}\n", ".gatepost.yml:2:10: reports must be a list of texts, not a mapping"},
      {"version: 1\nrepository: [a]\n", ".gatepost.yml:2:13: repository must be a text, not a list"},
      {"version: 1\nversion: 1\n", ".gatepost.yml:2:1: key \"version\" was already given at 1:1"},
      {"version: 1\n  x: [\n", ".gatepost.yml:"},
      {"- a\n", ".gatepost.yml:1:1: expected a mapping, found a list"},
  };
  for (const Mistake& mistake : mistakes) {
    INFO(std::string(mistake.text));
    const auto settings = with_settings(mistake.text);
    REQUIRE_FALSE(settings.ok());
    CAPTURE(settings.error().message);
    CHECK(settings.error().kind == ErrorKind::config);
    CHECK(settings.error().message.find(mistake.message) != std::string::npos);
  }
}

TEST_CASE("settings: all mistakes are told at once") {
  const auto settings = with_settings("version: 1\nmod: enforce\nreprots: [a]\n");
  REQUIRE_FALSE(settings.ok());
  CHECK(std::ranges::count(settings.error().message, '\n') == 1);
}

TEST_CASE("policy file: policies are read") {
  const auto settings = with_policy(
      "gatepost: 1\nmode: monitor\ndefaults: {unknown_severity: critical, on_unknown: match, missing_evidence: "
      "warn}\npolicies:\n"
      "  - id: P01\n    title: New criticals\n    match: {all: [{change: {in: [introduced, worsened]}}, {severity: "
      "{gte: critical}}, {not: {path: {glob: 'test/**'}}}]}\n"
      "    action: block\n"
      "  - {id: P02, action: warn, match: {kind: secret, presence: introduced}, threshold: {count: {gt: 3}}, mode: "
      "monitor, valid_until: 2026-12-31, on_unknown: no_match}\n");
  REQUIRE(settings.ok());
  CHECK(settings->rules.mode == policy::Mode::monitor);
  CHECK(settings->rules.unknown_severity == SeverityLabel::critical);
  CHECK(settings->evidence.tolerate_incomplete);
  REQUIRE(settings->rules.policies.size() == 2);
  CHECK(settings->rules.policies[0].match_unknown);
  CHECK_FALSE(settings->rules.policies[1].match_unknown);
  CHECK(settings->rules.policies[1].threshold.limit == 3);
  CHECK_FALSE(settings->rules.policies[1].threshold.inclusive);
  CHECK_FALSE(has_policy(*settings, "new-findings"));
}

TEST_CASE("policy file: mistakes") {
  const Mistake mistakes[] = {
      {"gatepost: 1\npolicies:\n  - {id: a, action: blok}\n",
       ".gatepost/policy.yml:3:21: action \"blok\" is not known; did you mean \"block\"?"},
      {"gatepost: 1\npolicies:\n  - {id: a}\n",
       "\"action\" is missing; expected block, require_review, warn, notify or allow"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, review: {teams: [a]}}\n",
       ":3:27: review has no effect on action warn; expected action require_review"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, grace: {days: 3}}\n",
       ":3:34: \"from\" is missing; expected first_detected"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, grace: {days: 3, from: fix_availble}}\n",
       "from \"fix_availble\" is not known; did you mean \"fix_available\"?"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, scope: {criticality: [hihg]}}\n",
       "criticality: \"hihg\" is not known; did you mean \"high\"?"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {licence: {deny: [\"MIT OR\"]}}}\n",
       ":3:51: licence: \"MIT OR\" is no licence; expected an id of SPDX such as AGPL-3.0-only"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {kev_added: {older_than: long}}}\n",
       "kev_added: \"long\" is no span of time"},
      {"gatepost: 1\npolicies: []\nwaivers: {approvers: {high: []}}\n", ":3:29: nobody may approve for high risk"},
      {"gatepost: 1\npolicies: []\nwaivers: {max_days: {critical: 15}}\n",
       "critical is 15; expected a whole number from 1 to 14"},
      {"gatepost: 1\npolicies: []\nwaivers: {import: [trivvyignore]}\n",
       "import \"trivvyignore\" is not known; did you mean \"trivyignore\"?"},
      {"gatepost: 1\nextends: {path: org.yml, sha256: abc}\n",
       ":2:34: sha256 is no digest; expected the 64 hex digits that sha256sum prints"},
      {"gatepost: 1\nextends: {path: org.yml}\n", "\"sha256\" is missing"},
      {"gatepost: 1\nextends: org.yml\n",
       "extends must be a mapping of path or url, and sha256, or of git, ref and path, not a text"},
      {"gatepost: 1\npolicies:\n  - {action: warn}\n", "\"id\" is missing"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn}\n  - {id: a, action: warn}\n",
       "policy id \"a\" is used twice"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {severty: high}}\n",
       ":3:35: field \"severty\" is not known; did you mean \"severity\"?"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {severity: {gtee: high}}}\n",
       "operator \"gtee\" is not known; did you mean \"gte\"?"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {severity: {gte: hi}}}\n",
       "severity: \"hi\" is not one of unknown, info, low"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: high}\n", "a condition must be a mapping"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {all: []}}\n",
       ":3:40: \"all\" takes a list of conditions, found an empty list"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {any: {kind: sca}}}\n",
       "\"any\" takes a list of conditions, found a mapping"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {}}\n", "found an empty mapping"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {risk: {gte: 600}}}\n",
       ".gatepost/policy.yml:3:47: risk: \"600\" is no score; expected a number from 0 to 100"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {risk: {between: [60, 10]}}}\n",
       ".gatepost/policy.yml:3:51: risk: \"between\" 60 and 10 is never true"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, match: {cwe: {any: [CWE-79, abc]}}}\n",
       ".gatepost/policy.yml:3:46: cwe: \"abc\" is no weakness"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, threshold: {pr_risk: {gt: 600}}}\n",
       ":3:53: gt is 600; expected a whole number from 0 to 99"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, threshold: {change_risk: {gte: 101}}}\n",
       "gte is 101; expected a whole number from 0 to 100"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, valid_from: 2026-12-02, valid_until: 2026-12-01}\n",
       ":3:39: valid_from is 2026-12-02; expected no later day than valid_until, 2026-12-01"},
      {"", ".gatepost/policy.yml:1:1: the file is empty; expected \"gatepost: 1\" and \"policies\""},
      {"# nothing yet\n", ".gatepost/policy.yml:1:1: the file is empty"},
      {"---\n", ".gatepost/policy.yml:1:"},
      {"gatepost: 1\npolicies: {id: a}\n", ".gatepost/policy.yml:2:11: policies must be a list, not a mapping"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, threshold: {count: {gt: 1, gte: 2}}}\n", "either gt or gte"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, threshold: {cuont: {gt: 1}}}\n",
       "key \"cuont\" is not known; did you mean \"count\"?"},
      {"gatepost: 1\n", "\"policies\" is missing"},
      {"policies: []\n", "\"gatepost: 1\" is missing"},
      {"gatepost: 1\npolicies:\n  - {id: a, action: warn, valid_from: tomorrow}\n", "expected a date like"},
  };
  for (const Mistake& mistake : mistakes) {
    INFO(std::string(mistake.text));
    const auto settings = with_policy(mistake.text);
    REQUIRE_FALSE(settings.ok());
    CAPTURE(settings.error().message);
    CHECK(settings.error().message.find(mistake.message) != std::string::npos);
  }
}

TEST_CASE("policy file: a gate beside it would be ignored, so it is refused") {
  const auto settings = load({.settings = File{".gatepost.yml", "version: 1\ngate: {fail_on: high}\n"},
                              .policy = File{".gatepost/policy.yml", "gatepost: 1\npolicies: []\n"}});
  REQUIRE_FALSE(settings.ok());
  CHECK(settings.error().message ==
        ".gatepost.yml:2:1: gate has no effect beside .gatepost/policy.yml; remove one of them");
}

TEST_CASE("waiver file: waivers are read, with their place") {
  const auto settings = with_waivers(
      "waivers:\n  - id: W-1\n    match: {rule: B608, path: 'tools/**'}\n    reason: risk_accepted\n    justification: "
      "behind mTLS\n"
      "    requested_by: dev@acme.example\n    approved_by: [lead@acme.example]\n    created: 2026-11-20\n    expires: "
      "2027-01-31\n    max_findings: 3\n    ticket: SEC-1\n");
  REQUIRE(settings.ok());
  REQUIRE(settings->waivers.size() == 1);
  CHECK(settings->waivers[0].rule == "B608");
  CHECK(settings->waivers[0].path->matches("tools/a/b.py"));
  CHECK(settings->waivers[0].max_findings == 3);
  CHECK(settings->waivers[0].where == ".gatepost/waivers.yml:2:5");
}

TEST_CASE("waiver file: mistakes") {
  const std::string rest =
      ", reason: risk_accepted, justification: j, requested_by: a, approved_by: b, created: 2026-12-01, expires: "
      "2027-01-01}\n";
  const std::pair<std::string, const char*> mistakes[] = {
      {"waivers:\n  - {id: W, match: {}" + rest, "match names nothing"},
      {"waivers:\n  - {id: W, match: {finding: GP-ABCDEFGH, rule: x}" + rest, "match by finding needs nothing else"},
      {"waivers:\n  - {id: W, match: {rule: x}, reason: becuase, justification: j, requested_by: a, expires: "
       "2027-01-01}\n",
       "reason \"becuase\" is not known"},
      {"waivers:\n  - {id: W, match: {rule: x}, reason: no_fix, justification: j, requested_by: a}\n",
       "\"expires\" is missing"},
      {"waivers:\n  - {id: W, match: {rule: x}, reason: no_fix, justification: j, requested_by: a, expires: "
       "2027-01-01}\n",
       ":2:5: \"created\" is missing"},
      {"waivers:\n  - id: W\n    match: {rule: x}\n    reason: no_fix\n    justification: j\n    requested_by: a\n    "
       "created: 2027-01-02\n    expires: 2027-01-01\n",
       ":7:14: created is 2027-01-02; expected no later day than expires, 2027-01-01"},
      {"waivers:\n  - {id: W, match: {finding: GP-1}" + rest,
       ":2:30: finding \"GP-1\" is no id; expected GP- and 8 or 26"},
      {"waivers:\n  - {id: W" + rest, ".gatepost/waivers.yml:2:5: \"match\" is missing"},
      {"waivers: none\n", ".gatepost/waivers.yml:1:10: waivers must be a list, not a text"},
      {"waivers:\n  - {id: W, match: {rule: x}, reason: no_fix, requested_by: a, expires: 2027-01-01}\n",
       "\"justification\" is missing"},
      {"waivers:\n  - {id: W, match: {path: 'a['}" + rest, "not closed"},
      {"waivrs: []\n", "did you mean \"waivers\"?"},
  };
  for (const auto& [text, message] : mistakes) {
    CAPTURE(text);
    const auto settings = with_waivers(text);
    const Status strict = settings ? check_strictly(*settings) : Status(settings.error());
    REQUIRE_FALSE(strict.ok());
    CAPTURE(strict.error().message);
    CHECK(strict.error().message.find(message) != std::string::npos);
  }
}

TEST_CASE("waiver file: one that cannot be understood does not apply, and keeps no other from it") {
  const auto settings = with_waivers(
      "waivers:\n  - {id: W-1, match: {rule: a}, reason: becuase}\n  - {id: W-2, match: {rule: b, engine: bandit}, "
      "reason: "
      "no_fix, justification: j, requested_by: a, approved_by: b, created: 2026-12-01, expires: 2026-12-14, "
      "until_fix_available: true, lapse_if: {kev: true, risk: {gt: 80}, context_changed: true}, scope: {services: "
      "[cart], branches: [main]}}\n");
  REQUIRE(settings.ok());
  REQUIRE(settings->waivers.size() == 1);
  const policy::Waiver& waiver = settings->waivers[0];
  CHECK(waiver.id.value == "W-2");
  CHECK(waiver.until_fix_available);
  REQUIRE(waiver.lapse_if.size() == 3);
  CHECK(waiver.lapse_if[1].name == "risk gt 80");
  CHECK(waiver.scope.has_value());
  REQUIRE(settings->notes.size() == 2);
  CHECK(settings->notes[0].code == "waiver-not-applied");
  CHECK(settings->notes[0].text.starts_with("waiver W-1 does not apply: "));
  CHECK(settings->notes[1].text ==
        "this build never knows context_changed: conditions on it are unknown, and what then happens on_unknown says");
}

namespace {

constexpr const char* kOrg =
    "gatepost: 1\nlocked: true\npolicies:\n  - {id: secrets, match: {kind: secret}, action: block}\n";
// Of kOrg; a test below tells when it is not.
std::string pinned(const std::string& rest) {
  return "gatepost: 1\nextends: {path: org.yml, sha256: " + hex(sha256(kOrg)) + "}\n" + rest;
}
Result<Settings> extending(const std::string& rest, const char* org = kOrg) {
  return load({.policy = File{".gatepost/policy.yml", pinned(rest)}, .extended = {File{"org.yml", org}}});
}

}  // namespace

TEST_CASE("extends: the policies of the other file come first, those of one's own are added") {
  const auto settings = extending("policies:\n  - {id: mine, match: {kind: iac}, action: warn}\n");
  REQUIRE(settings.ok());
  REQUIRE(settings->rules.policies.size() == 2);
  CHECK(settings->rules.policies[0].id.value == "secrets");
  CHECK(settings->notes.empty());
  CHECK(extending("").ok());
}

TEST_CASE("extends: loosening what is locked is one error, and the locked policy stands") {
  const auto settings = extending("policies:\n  - {id: secrets, match: {kind: secret}, action: warn}\n");
  REQUIRE(settings.ok());
  CHECK(settings->rules.policies[0].action == Action::block);
  REQUIRE(settings->notes.size() == 1);
  CHECK(settings->notes[0].level == Note::Level::error);
  CHECK(settings->notes[0].text ==
        ".gatepost/policy.yml:4:5: policy secrets is locked by org.yml: action warn is weaker than block; what is "
        "locked stands");
  CHECK_FALSE(check_strictly(*settings).ok());
  const auto monitored = extending("mode: monitor\n");
  CHECK(monitored->rules.mode == policy::Mode::enforce);
  const auto advised = load({.policy = File{".gatepost/policy.yml", pinned("")}, .extended = {File{"org.yml", kOrg}}},
                            {.mode = policy::Mode::monitor});
  CHECK(advised->rules.mode == policy::Mode::enforce);
  CHECK(advised->notes.size() == 1);
}

TEST_CASE("extends: a file that is not the pinned one, or not there, is refused") {
  const auto other = extending("", "gatepost: 1\npolicies: []\n");
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().message.find("look at what changed, then pin it anew") != std::string::npos);
  const auto absent = load({.policy = File{".gatepost/policy.yml", pinned("")}});
  REQUIRE_FALSE(absent.ok());
  CHECK(absent.error().message ==
        ".gatepost/policy.yml:2:10: org.yml is not there; expected a file of the same revision");
}

TEST_CASE("extends: a file elsewhere is known by its address, and only https without secrets is asked for") {
  const std::string org = "gatepost: 1\npolicies:\n  - {id: org, match: {kev: true}, action: block}\n";
  const std::string url = "https://policies.example/org.yml";
  const auto own = [&](const std::string& what) {
    return File{".gatepost/policy.yml", "gatepost: 1\nextends: {" + what + ", sha256: " + hex(sha256(org)) + "}\n"};
  };
  const File policy = own("url: \"" + url + "\"");
  const Wanted wanted = wanted_by(policy);
  CHECK(wanted.extended.empty());
  REQUIRE(wanted.addresses.size() == 1);
  CHECK(wanted.addresses[0].url == url);
  CHECK(wanted.addresses[0].sha256 == hex(sha256(org)));
  const auto settings = load({.policy = policy, .extended = {{url, org}}});
  REQUIRE(settings.ok());
  CHECK(settings->rules.policies.size() == 1);
  CHECK(settings->policy_sha256 == hex(sha256(org + policy.text)));
  const auto changed = load({.policy = policy, .extended = {{url, org + "# more\n"}}});
  REQUIRE_FALSE(changed.ok());
  CHECK(changed.error().message.find("look at what changed, then pin it anew") != std::string::npos);
  for (const char* const bad :
       {"http://policies.example/org.yml", "https://", "https:///org.yml", "file:///etc/passwd",
        "https://me:pass-word@policies.example/a", "https://policies.example/a?token=pass-word", "https://a b/c"}) {
    CAPTURE(bad);
    const File refused = own("url: \"" + std::string(bad) + "\"");
    CHECK(wanted_by(refused).addresses.empty());
    const auto told = load({.policy = refused});
    REQUIRE_FALSE(told.ok());
    CHECK(told.error().message.find("expected https://HOST/PATH") != std::string::npos);
    CHECK(told.error().message.find("pass-word") == std::string::npos);
  }
  CHECK_FALSE(load({.policy = own("path: org.yml, url: \"" + url + "\"")}).ok());
}

TEST_CASE("extends: a file of another repository is known by the whole id of a commit") {
  const std::string org = "gatepost: 1\nlocked: true\npolicies:\n  - {id: org, match: {kev: true}, action: block}\n";
  const std::string commit(40, 'a'), git = "git: \"https://git.example/rules.git\"";
  const auto own = [&](const std::string& what) {
    return File{".gatepost/policy.yml", "gatepost: 1\nextends: {" + what + "}\n"};
  };
  const File policy = own(git + ", ref: " + std::string(40, 'A') + ", path: ./org.yml");
  const std::string name = "https://git.example/rules.git@" + commit + ":org.yml";
  const Wanted wanted = wanted_by(policy);
  CHECK(wanted.extended.empty());
  CHECK(wanted.addresses.empty());
  REQUIRE(wanted.pinned.size() == 1);
  CHECK(wanted.pinned[0].repository == "https://git.example/rules.git");
  CHECK(wanted.pinned[0].commit == commit);
  CHECK(wanted.pinned[0].path == "org.yml");
  CHECK(wanted.pinned[0].name == name);
  const auto settings = load({.policy = policy, .extended = {{name, org}}});
  REQUIRE_MESSAGE(settings.ok(), settings.error().message);
  CHECK(settings->rules.policies.size() == 1);
  CHECK(settings->rules.locked);
  CHECK(settings->policy_sha256 == hex(sha256(org + policy.text)));
  CHECK_FALSE(load({.policy = policy}).ok());
  // The digest is optional, and checked when it is there.
  const std::string pinned = git + ", ref: " + commit + ", path: org.yml, sha256: ";
  CHECK(load({.policy = own(pinned + hex(sha256(org))), .extended = {{name, org}}}).ok());
  const auto other = load({.policy = own(pinned + std::string(64, '0')), .extended = {{name, org}}});
  REQUIRE_FALSE(other.ok());
  CHECK(other.error().message.find("look at what changed, then pin it anew") != std::string::npos);
  struct Case {
    std::string text, told;
  };
  for (const auto& [text, told] : {
           Case{git + ", ref: main, path: a", "ref \"main\" is no whole id of a commit"},
           Case{git + ", ref: v1.2.0, path: a", "a branch or a tag can be moved"},
           Case{git + ", ref: aaaaaaaaaa, path: a", "expected its 40 hex digits"},
           Case{git + ", path: a", "\"ref\" is missing"},
           Case{git + ", ref: " + commit, "\"path\" is missing"},
           Case{git + ", ref: " + commit + ", path: ../a", "is no path in a repository"},
           Case{git + ", ref: " + commit + ", path: a, sha256: abc", "sha256 is no digest"},
           Case{git + ", ref: " + commit + ", path: a, sha256: [a]", "sha256"},
           Case{git + ", ref: " + commit + ", path: a, url: \"https://b/c\"", "key \"url\" is not known"},
           Case{"git: \"ssh://git@git.example/r\", ref: " + commit + ", path: a", "ssh is not spoken here"},
           Case{"git: \"git@git.example:r.git\", ref: " + commit + ", path: a", "ssh is not spoken here"},
           Case{"git: \"http://git.example/r\", ref: " + commit + ", path: a", "expected https://HOST/PATH"},
           Case{"git: ../rules, ref: " + commit + ", path: a", "or an absolute path"},
           Case{"git: \"https://me:pass-word@git.example/r\", ref: " + commit + ", path: a", "without a user's name"},
       }) {
    CAPTURE(text);
    CHECK(wanted_by(own(text)).pinned.empty());
    const auto refused = load({.policy = own(text), .extended = {{name, org}}});
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find(told) != std::string::npos);
    CHECK(refused.error().message.find("pass-word") == std::string::npos);
  }
  for (const std::string repository : {"/srv/rules.git", "file:///srv/rules.git"})
    CHECK(wanted_by(own("git: \"" + repository + "\", ref: " + commit + ", path: a")).pinned.size() == 1);
}

TEST_CASE("waiver file: one for comments says which rule and where") {
  const auto file = [](const std::string& match, const std::string& id = "W-1") {
    return File{".gatepost/waivers.yml",
                "waivers:\n  - {id: " + id + ", match: {" + match +
                    "}, reason: mitigated, justification: x, requested_by: a, approved_by: [b], created: 2026-11-20, "
                    "expires: 2026-12-01}\n"};
  };
  const auto good = load({.waivers = file("inline: true, rule: B608, path: \"tools/**\"")});
  REQUIRE(good.ok());
  REQUIRE(good->waivers.size() == 1);
  CHECK(good->waivers[0].in_line);
  for (const std::string match : {"inline: true", "inline: true, rule: B608", "inline: true, path: \"**\"",
                                  "inline: true, engine: bandit, path: \"**\"", "inline: true, finding: GP-AAAAAAAA"}) {
    CAPTURE(match);
    const auto refused = load({.waivers = file(match)});
    REQUIRE(refused.ok());
    CHECK(refused->waivers.empty());
    REQUIRE(refused->broken_waivers.size() == 1);
  }
  CHECK(load({.waivers = file("inline: true, rule: B608, path: \"**\"", "\"W 1\"")})->waivers.empty());
  CHECK_FALSE(load({.waivers = file("rule: B608")})->waivers.at(0).in_line);
}

TEST_CASE("policy file: what else it wants to have read") {
  const Wanted wanted =
      wanted_by(File{"p.yml", pinned("waivers: {import: [trivyignore, gitleaksignore, nonsense]}\n")});
  CHECK(wanted.extended == std::vector<std::string>{"org.yml"});
  CHECK(wanted.scanner_files == std::vector<std::string>{".trivyignore", ".gitleaksignore"});
  CHECK(wanted_by(File{"p.yml", pinned("waivers: {import: snyk}\n")}).scanner_files ==
        std::vector<std::string>{".snyk"});
  CHECK(wanted_by(File{"p.yml", "{{{"}).extended.empty());
}

TEST_CASE("settings: every shipped policy file is valid") {
  for (const Resource& resource : resources()) {
    if (!resource.name.starts_with("policies/") || resource.name == "policies/default.yaml") continue;
    CAPTURE(std::string(resource.name));
    CHECK(load({.policy = File{std::string(resource.name), std::string(resource.bytes)}}).ok());
  }
}

TEST_CASE("settings: a ledger is where its section says") {
  CHECK(load({})->ledger.store == Ledger::Store::git);
  const auto file = with_settings("version: 1\nledger: {store: sqlite, path: posture.db}\n");
  REQUIRE(file.ok());
  CHECK(file->ledger.store == Ledger::Store::sqlite);
  CHECK(file->ledger.path == "posture.db");
  CHECK(with_settings("version: 1\nledger: {remote: origin}\n")->ledger.remote == "origin");
  for (const Mistake& it :
       std::initializer_list<Mistake>{{"version: 1\nledger: {store: sqlite}\n", "\"path\" is missing"},
                                      {"version: 1\nledger: {path: x.db}\n", ".gatepost.yml:2:16: path has no effect"},
                                      {"version: 1\nledger: {store: none, remote: origin}\n", "remote has no effect"},
                                      {"version: 1\nledger: {store: postgres}\n", "postgresql"}}) {
    CAPTURE(it.text);
    const auto refused = with_settings(it.text);
    REQUIRE_FALSE(refused.ok());
    CHECK(refused.error().message.find(it.message) != std::string::npos);
  }
}
