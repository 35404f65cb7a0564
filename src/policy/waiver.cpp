#include "policy/waiver.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "base/time.hpp"
#include "model/risk.hpp"

namespace gatepost::policy {
namespace {

std::int64_t days_of(const Waiver& waiver) { return (waiver.expires - waiver.created).count(); }

// Whom a name means, however it is written: "@Bob", " bob ", "Bob <bob@acme.example>".
std::string person(std::string_view name) {
  const std::size_t open = name.rfind('<'), close = name.rfind('>');
  if (open != std::string_view::npos && close != std::string_view::npos && open < close)
    name = name.substr(open + 1, close - open - 1);
  std::string plain;
  for (const char c : name) {
    // What no name or address has, such as invisible characters, tells nobody apart.
    if (text::is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '+' || c == '@' || c == '/') plain += c;
  }
  if (plain.starts_with('@')) plain.erase(0, 1);
  return text::lower(plain);
}

bool is_requester(const Waiver& waiver, const std::string& name) { return person(name) == person(waiver.requested_by); }

// The id of one tool's part stands for the same problem, unless another tool takes it for a worse one than the one that
// was waived. The id of the finding itself is that of its first part, which shows all of them.
bool stands_for(const FindingId& id, const WaiverFacts& finding) {
  if (id == finding.id) return true;
  const std::vector<ClaimFacts>& claims = finding.facts.claims;
  const auto named = std::ranges::find(claims, id, &ClaimFacts::id);
  if (named == claims.end() || named->severity == SeverityLabel::unknown) return false;
  return std::ranges::all_of(claims, [&](const ClaimFacts& claim) { return claim.severity <= named->severity; });
}

bool names_now(const Waiver& waiver, const WaiverFacts& finding) {
  if (names(waiver.finding, finding.id)) return true;
  return std::ranges::any_of(finding.facts.claims, [&](const ClaimFacts& claim) {
    return names(waiver.finding, claim.id) && stands_for(claim.id, finding);
  });
}

// The id from before by which the waiver means the finding; nullptr when there is none.
const FormerId* former_name(const Waiver& waiver, const WaiverFacts& finding) {
  const auto found = std::ranges::find_if(finding.former_ids, [&](const FormerId& it) {
    return names(waiver.finding, it.former) && stands_for(it.id, finding);
  });
  return found == finding.former_ids.end() ? nullptr : &*found;
}

std::string told_of(const FormerId& it) {
  const std::string former = to_string(it.former), now = to_string(it.id);
  if (it.why == FormerId::Why::previous_key)
    return fmt::format(
        "names this secret by the id of the previous key: {}; let it name {} before that key is given up", former, now);
  return fmt::format("names this finding by its id in the base: {}; let it name {} once the change is merged", former,
                     now);
}

// What a waiver covers, and what it has lapsed for.
struct Coverage {
  std::vector<std::size_t> findings, lapsed;
  std::string lapsed_by;               // why, of the first
  std::vector<FormerId> former_ids;    // by which it means some of the findings
  std::vector<WaiverReference> added;  // comments of the change by which it covers something
  int highest_risk = 0;
  bool shared = false;  // its rule found something that another tool's rule found as well
};

// Why the waiver no longer counts for the finding; "" when it does.
std::string lapse_of(const Waiver& waiver, const Facts& facts, const Reading& reading) {
  if (waiver.until_fix_available && facts.fix_available == true) return "a fix is available";
  for (const Lapse& it : waiver.lapse_if) {
    if (it.condition.evaluate(facts, reading) == Truth::yes) return it.name;
  }
  return {};
}

std::string approval_problem(const Waiver& waiver, const WaiverRules& rules, Band band) {
  const auto& approvers = rules.approvers[static_cast<std::size_t>(band)];
  if (approvers.empty()) return {};
  const auto may = [&](const std::string& name) {
    const auto same = [&](const std::string& it) { return person(it) == person(name); };
    return !is_requester(waiver, name) && std::ranges::any_of(approvers, same);
  };
  if (std::ranges::any_of(waiver.approved_by, may)) return {};
  return fmt::format("nobody who approved it may do so for {} risk; those are {}", to_string(band),
                     text::join(approvers, ", "));
}

// Why it cannot apply to what it covers; "" when it can.
std::string coverage_problem(const Waiver& waiver, const WaiverRules& rules, const Coverage& covered) {
  if (covered.findings.size() > waiver.max_findings) {
    return fmt::format("covers {}, more than its max_findings of {}",
                       text::count_of(covered.findings.size(), "finding"), waiver.max_findings);
  }
  const Band band = band_for_tenths(covered.highest_risk);
  const std::int64_t days = days_of(waiver), longest = rules.longest_days[static_cast<std::size_t>(band)];
  if (days > longest) {
    return fmt::format("lasts {} days; a finding of {} risk may be waived for {}", days, to_string(band), longest);
  }
  return approval_problem(waiver, rules, band);
}

Note told(const Waiver& waiver, Note::Level level, const char* code, const std::string& what) {
  return {level, code, fmt::format("waiver {} {}", waiver.id.value, what), waiver.where};
}

bool means(const Waiver& waiver, std::string_view rule, std::string_view engine) {
  return (waiver.rule.empty() || waiver.rule == rule) && (waiver.engine.empty() || waiver.engine == engine);
}

// A rule or engine that is waived says nothing about what another one found.
bool is_of_rule(const Waiver& waiver, const Facts& facts) {
  if (facts.claims.empty()) return means(waiver, facts.rule, facts.engine);
  return std::ranges::all_of(facts.claims, [&](const ClaimFacts& it) { return means(waiver, it.rule, it.engine); });
}

// The rule found it, and so did another tool's.
bool is_shared(const Waiver& waiver, const Facts& facts) {
  if ((waiver.rule.empty() && waiver.engine.empty()) || is_of_rule(waiver, facts)) return false;
  return std::ranges::any_of(facts.claims, [&](const ClaimFacts& it) { return means(waiver, it.rule, it.engine); });
}

constexpr std::size_t kMostNotes = 20;  // on comments

const WaiverReference* reference_to(const Waiver& waiver, const WaiverFacts& finding) {
  const auto found = std::ranges::find(finding.references, waiver.id.value, &WaiverReference::id);
  return found == finding.references.end() ? nullptr : &*found;
}

class Applier {
 public:
  Applier(const std::vector<Waiver>& waivers, const WaiverRules& rules, const Reading& reading)
      : waivers_(waivers), rules_(rules), reading_(reading), covered_(waivers.size()) {}

  Waived run(std::size_t findings, const std::function<WaiverFacts(std::size_t)>& facts_of) {
    result_.waiver_of.assign(findings, Assessed::kNone);
    result_.expired.assign(findings, false);
    if (waivers_.empty()) return std::move(result_);
    for (std::size_t i = 0; i < findings; ++i) look_at(i, facts_of(i));
    for (std::size_t w = 0; w < waivers_.size(); ++w) {
      waivers_[w].imported_from.empty() ? decide(waivers_[w], covered_[w]) : decide_import(waivers_[w], covered_[w]);
    }
    tell_of_imports();
    return std::move(result_);
  }

 private:
  void look_at(std::size_t index, const WaiverFacts& finding) {
    for (std::size_t w = 0; w < waivers_.size(); ++w) {
      const Waiver& waiver = waivers_[w];
      Coverage& covered = covered_[w];
      if (!covers(waiver, finding, reading_)) {
        covered.shared |= is_shared(waiver, finding.facts);
        tell_of_reference(waiver, finding);
        continue;
      }
      std::string lapse = lapse_of(waiver, finding.facts, reading_);
      if (lapse.empty()) {
        covered.findings.push_back(index);
        const FormerId* const former = waiver.finding.empty() ? nullptr : former_name(waiver, finding);
        if (former != nullptr && !names_now(waiver, finding)) covered.former_ids.push_back(*former);
        covered.highest_risk = std::max(covered.highest_risk, finding.facts.risk_tenths);
        if (waiver.in_line) add_new_references(waiver, finding, covered);
      } else {
        covered.lapsed.push_back(index);
        if (covered.lapsed_by.empty()) covered.lapsed_by = std::move(lapse);
      }
    }
  }

  static void add_new_references(const Waiver& waiver, const WaiverFacts& finding, Coverage& covered) {
    for (const WaiverReference& it : finding.references) {
      if (it.id == waiver.id.value && it.added) covered.added.push_back(it);
    }
  }

  // A comment that was meant to help and does not.
  void tell_of_reference(const Waiver& waiver, const WaiverFacts& finding) {
    const WaiverReference* const named = reference_to(waiver, finding);
    if (!waiver.in_line || named == nullptr || ++strayed_ > kMostNotes) return;
    result_.notes.push_back({Note::Level::warning, "waiver-reference",
                             fmt::format("the comment names waiver {}, which does not cover what is found there: {}",
                                         waiver.id.value, text::printable(finding.facts.rule, 80)),
                             named->place});
  }

  void decide(const Waiver& waiver, const Coverage& covered) {
    if (covered.findings.empty() && covered.lapsed.empty()) {
      result_.notes.push_back(told(waiver, Note::Level::info, "waiver-unused",
                                   covered.shared ? "covers nothing: another tool reports the same problem; name the "
                                                    "finding by its id to waive what both say"
                                                  : "covers nothing any more"));
      return;
    }
    if (!covered.lapsed.empty()) {
      result_.notes.push_back(told(
          waiver, Note::Level::warning, "waiver-lapsed",
          fmt::format("has lapsed for {}: {}", text::count_of(covered.lapsed.size(), "finding"), covered.lapsed_by)));
    }
    const auto today = day_of(reading_.now);
    std::string problem = problem_of(waiver, rules_, today);
    if (problem.empty() && !covered.findings.empty()) problem = coverage_problem(waiver, rules_, covered);
    if (problem.empty()) return take(waiver, covered, text::join(waiver.approved_by, ", "));
    result_.notes.push_back(told(waiver, Note::Level::warning, "waiver-not-applied", "does not apply: " + problem));
    if (today <= waiver.expires) return;
    for (const std::size_t finding : covered.findings) result_.expired[finding] = true;
  }

  void take(const Waiver& waiver, const Coverage& covered, std::string approved_by) {
    if (covered.findings.empty()) return;
    if (!covered.added.empty()) {
      result_.notes.push_back({Note::Level::warning, "waiver-by-new-comment",
                               fmt::format("the change names waiver {} in {}: look whether that is what was granted",
                                           waiver.id.value, text::count_of(covered.added.size(), "comment")),
                               covered.added.front().place});
    }
    for (const FormerId& it : covered.former_ids)
      result_.notes.push_back(told(waiver, Note::Level::warning, "waiver-by-former-id", told_of(it)));
    for (const std::size_t finding : covered.findings)
      result_.waiver_of[finding] = static_cast<std::uint32_t>(result_.applied.size());
    result_.applied.push_back({waiver.id, waiver.reason, waiver.justification, std::move(approved_by),
                               waiver.expires == std::chrono::sys_days::max() ? "" : to_string(waiver.expires)});
  }

  // Nobody approved it: it counts only where the policy says so, and never in place of a waiver of ours.
  void decide_import(const Waiver& waiver, const Coverage& covered) {
    if (day_of(reading_.now) > waiver.expires) {
      if (!covered.findings.empty())
        result_.notes.push_back(told(waiver, Note::Level::warning, "waiver-not-applied",
                                     fmt::format("does not apply: expired on {}", to_string(waiver.expires))));
      for (const std::size_t finding : covered.findings) result_.expired[finding] = true;
      return;
    }
    Coverage open;
    for (const std::size_t finding : covered.findings) {
      if (result_.waiver_of[finding] == Assessed::kNone) open.findings.push_back(finding);
    }
    if (open.findings.empty()) return;
    Import& import = imports_[waiver.imported_from];
    ++import.entries;
    import.findings += open.findings.size();
    if (rules_.apply_unapproved) take(waiver, open, "nobody: " + waiver.imported_from);
  }

  void tell_of_imports() {
    for (const auto& [file, import] : imports_) {
      result_.notes.push_back(
          {Note::Level::warning, "ignored-by-scanner",
           fmt::format("ignored by the scanner's own file, no approver: {} of {} for {}; {}",
                       text::count_of(import.entries, "entry", "entries"), file,
                       text::count_of(import.findings, "finding"),
                       rules_.apply_unapproved ? "the policy lets them count as waivers" : "they silence nothing here"),
           file});
    }
  }

  struct Import {
    std::size_t entries = 0, findings = 0;
  };
  const std::vector<Waiver>& waivers_;
  const WaiverRules& rules_;
  const Reading& reading_;
  std::vector<Coverage> covered_;
  std::map<std::string, Import> imports_;
  std::size_t strayed_ = 0;
  Waived result_;
};

// "pkg:npm/a@1.2.3" is meant by itself and by "pkg:npm/a".
bool is_purl(std::string_view purl, std::string_view wanted) {
  if (!purl.starts_with(wanted)) return false;
  const std::string_view rest = purl.substr(wanted.size());
  return rest.empty() || rest[0] == '@' || rest[0] == '?' || rest[0] == '#';
}

}  // namespace

bool covers(const Waiver& waiver, const WaiverFacts& finding, const Reading& reading) {
  const Facts& facts = finding.facts;
  if (waiver.in_line && reference_to(waiver, finding) == nullptr) return false;
  if (!waiver.finding.empty() && !names_now(waiver, finding) && former_name(waiver, finding) == nullptr) return false;
  if (!is_of_rule(waiver, facts)) return false;
  if (!waiver.package.empty() && waiver.package != facts.package) return false;
  if (!waiver.purl.empty() && !is_purl(facts.purl, waiver.purl)) return false;
  if (!waiver.service.empty() && waiver.service != facts.service) return false;
  if (waiver.path && !waiver.path->matches(facts.path)) return false;
  if (waiver.line != 0 && waiver.line != facts.line) return false;
  const auto has_advisory = [&](const std::string& wanted) {
    const auto same = [&](std::string_view it) { return text::equal_ignoring_case(it, wanted); };
    return std::ranges::any_of(facts.advisories, same);
  };
  if (!waiver.advisory.empty() && !has_advisory(waiver.advisory)) return false;
  const std::string& either = waiver.rule_or_advisory;
  if (!either.empty() && either != facts.rule && !has_advisory(either)) return false;
  return !waiver.scope || waiver.scope->evaluate(facts, reading) == Truth::yes;
}

std::vector<Note> notes_on(const std::vector<WaiverReference>& references, const std::vector<Waiver>& waivers) {
  std::vector<Note> notes;
  for (const WaiverReference& it : references) {
    const auto named = std::ranges::find(waivers, it.id, [](const Waiver& waiver) { return waiver.id.value; });
    if (named != waivers.end() && named->in_line) continue;
    if (notes.size() >= kMostNotes) break;
    notes.push_back(
        {Note::Level::warning, "waiver-reference",
         named == waivers.end()
             ? fmt::format("the comment names waiver {}, and no waiver that can be read has this id", it.id)
             : fmt::format("the comment names waiver {}, which is not granted to comments (match: {{inline: "
                           "true}})",
                           it.id),
         it.place});
  }
  return notes;
}

std::string problem_of(const Waiver& waiver, const WaiverRules& rules, std::chrono::sys_days today) {
  if (today < waiver.created) return fmt::format("begins on {}", to_string(waiver.created));
  if (today > waiver.expires) return fmt::format("expired on {}", to_string(waiver.expires));
  if (waiver.approved_by.empty()) return "nobody approved it";
  const auto requested = [&](const std::string& name) { return is_requester(waiver, name); };
  if (std::ranges::all_of(waiver.approved_by, requested))
    return fmt::format("{} cannot approve an own request", waiver.requested_by);
  const std::int64_t longest = *std::ranges::max_element(rules.longest_days);
  if (days_of(waiver) > longest)
    return fmt::format("lasts {} days; none may last more than {}", days_of(waiver), longest);
  return {};
}

Waived apply(const std::vector<Waiver>& waivers, const WaiverRules& rules, std::size_t findings,
             const std::function<WaiverFacts(std::size_t)>& facts_of, const Reading& reading) {
  return Applier(waivers, rules, reading).run(findings, facts_of);
}

}  // namespace gatepost::policy
