// A page for auditors: everything is in the text, so it prints and is searched as it is. There is no script in it; the
// policy in the page allows the one style, and nothing else.
#include <fmt/core.h>

#include <array>
#include <map>

#include "base/assert.hpp"
#include "report/compliance.hpp"
#include "report/escape.hpp"
#include "report/page.hpp"

namespace gatepost::report {
namespace {

std::string text(std::string_view any) { return escape::html_text(any); }
std::string day(std::string_view time) { return std::string(time.substr(0, 10)); }
std::string unbroken(std::string_view any) { return "<span class=\"t\">" + text(any) + "</span>"; }
std::string hash(std::string_view all, std::size_t shown) {
  return "<span class=\"mono t\">" + text(all.substr(0, shown)) + "</span>";
}
std::string name_of(const ComplianceFramework& it) { return it.version.empty() ? it.name : it.name + " " + it.version; }

std::string state(EvidenceState it) {
  return fmt::format("<span class=\"state {}\">{}</span>", to_string(it), words(it));
}

// Rows of a table; cells are HTML already.
class Table {
 public:
  Table(std::string_view caption, std::initializer_list<std::string_view> heads) : caption_(caption) {
    for (const std::string_view head : heads) heads_ += fmt::format("<th scope=\"col\">{}</th>", head);
  }
  Table& row(std::initializer_list<std::string> cells) {
    rows_ += "<tr>";
    for (const std::string& cell : cells) rows_ += "<td>" + cell + "</td>";
    rows_ += "</tr>\n";
    return *this;
  }
  [[nodiscard]] std::string html(std::string_view empty) const {
    if (rows_.empty()) return fmt::format("<p class=\"empty\">{}</p>\n", text(empty));
    return fmt::format(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
        "aria-label=\"{0}\"><table><caption>{0}</caption><thead><tr>{1}"
        "</tr></thead><tbody>\n{2}</tbody></table></div>\n",
        text(caption_), heads_, rows_);
  }

 private:
  std::string caption_, heads_, rows_;
};

std::string head(const Compliance& it) {
  std::string out = fmt::format("<header><div class=\"bar\"><h1>Compliance evidence{}</h1></div>\n",
                                it.project.empty() ? "" : " of " + text(it.project));
  out += fmt::format("<p id=\"subtitle\">{} to {} · {} events of {}</p>\n<p class=\"note\">{}</p>\n", day(it.from),
                     day(it.to), it.integrity.events, text(it.integrity.ledger), text(kComplianceCaution));
  for (const std::string& note : it.notes) out += fmt::format("<p class=\"note\">{}</p>\n", text(note));
  out += "<nav aria-label=\"Contents\"><ol>";
  for (std::size_t i = 0; i < it.frameworks.size(); ++i)
    out += fmt::format("<li><a href=\"#f{}\">{}</a></li>", i, text(name_of(it.frameworks[i])));
  constexpr std::array<std::array<std::string_view, 2>, 6> kSections = {{{"samples", "Samples"},
                                                                         {"exceptions", "Exceptions"},
                                                                         {"levels", "Service levels"},
                                                                         {"runs", "Runs"},
                                                                         {"scanners", "Scanners"},
                                                                         {"integrity", "Integrity of the evidence"}}};
  for (const auto& [id, title] : kSections) out += fmt::format("<li><a href=\"#{}\">{}</a></li>", id, title);
  return out + "</ol></nav></header>\n";
}

std::string summary(const Compliance& compliance) {
  Table table("Controls by state", {"Framework", "Controls", "Evidence", "Partly", "Attention", "No evidence"});
  for (std::size_t i = 0; i < compliance.frameworks.size(); ++i) {
    const ComplianceFramework& it = compliance.frameworks[i];
    const auto n = [&](EvidenceState of) { return std::to_string(it.states[static_cast<std::size_t>(of)]); };
    table.row({fmt::format("<a href=\"#f{}\">{}</a>", i, text(name_of(it))), std::to_string(it.controls.size()),
               n(EvidenceState::evidence), n(EvidenceState::partly), n(EvidenceState::attention),
               n(EvidenceState::none)});
  }
  return "<section><h2 class=\"first\">Summary</h2>\n" + table.html("No framework.") +
         "<p class=\"soft\">Evidence: what the ledger shows is enough to look at. Partly: something is missing, or "
         "others "
         "have to show a part of it. Attention: what the ledger shows is a problem. No evidence: gatepost saw nothing, "
         "which is not the same as nothing being there.</p></section>\n";
}

std::string links(const ComplianceControl& control, const std::map<std::string_view, std::size_t>& sample_at) {
  std::string out;
  if (!control.samples.empty()) {
    out += "<p class=\"plain\">Samples:";
    for (const std::string& id : control.samples) {
      const auto at = sample_at.find(id);
      if (at != sample_at.end()) out += fmt::format(" <a href=\"#s{}\">{}</a>", at->second, text(id.substr(0, 11)));
    }
    out += "</p>\n";
  }
  if (!control.exceptions.empty()) {
    out += "<p class=\"plain\">Exceptions:";
    for (const std::uint32_t number : control.exceptions) out += fmt::format(" <a href=\"#x{0}\">{0}</a>", number);
    out += "</p>\n";
  }
  return out;
}

std::string control_html(const ComplianceControl& it, const std::map<std::string_view, std::size_t>& sample_at) {
  std::string out = fmt::format("<section class=\"control\"><h4><span class=\"id\">{}</span><span>{}</span>{}</h4>\n",
                                text(it.id), text(it.title), state(it.state));
  if (!it.facts.empty()) {
    out += "<table><tbody>\n";
    for (const ComplianceFact& fact : it.facts) {
      std::string topic = fact.topic;
      for (char& c : topic) c = c == '_' ? ' ' : c;
      out += fmt::format("<tr><td class=\"topic\">{}</td><td class=\"is\">{}</td><td>{}</td></tr>\n", topic,
                         state(fact.state), text(fact.text));
    }
    out += "</tbody></table>\n";
  }
  if (!it.elsewhere.empty())
    out += fmt::format("<p class=\"plain\">Not seen by gatepost: {}.</p>\n", text(it.elsewhere));
  return out + links(it, sample_at) + "</section>\n";
}

std::string framework_html(const ComplianceFramework& it, std::size_t number,
                           const std::map<std::string_view, std::size_t>& sample_at) {
  std::string out =
      fmt::format("<section><h2 id=\"f{}\">{}</h2>\n<p>{}</p>\n", number, text(name_of(it)), text(it.scope));
  out += "<h3>Controls</h3>\n";
  for (const ComplianceControl& control : it.controls) out += control_html(control, sample_at);
  return out + "</section>\n";
}

std::string joined(const std::vector<std::string>& all) {
  std::string out;
  for (const std::string& it : all) out += (out.empty() ? "" : ", ") + it;
  return out;
}

std::string sample_html(const ComplianceSample& it, std::size_t number) {
  std::string out = fmt::format(
      "<section class=\"sample\"><h3 id=\"s{}\"><span class=\"id\">{}</span><span>{}</span></h3>\n<dl class=\"facts\">",
      number, text(it.id.substr(0, 11)), text(it.title));
  const auto fact = [&](std::string_view label, const std::string& html) {
    if (!html.empty()) out += fmt::format("<dt>{}</dt><dd>{}</dd>", label, html);
  };
  fact("Id", "<span class=\"mono\">" + text(it.id) + "</span>");
  fact("Severity", fmt::format("<span class=\"word {0}\">{0}</span>, risk {1}.{2}", to_string(it.severity),
                               it.risk_tenths / 10, it.risk_tenths % 10));
  fact("State", text(it.state) + (it.closed.empty() ? "" : " since " + day(it.closed)));
  fact("Where", text(it.place));
  fact("Package", text(it.package));
  fact("Advisories", text(joined(it.advisories)));
  std::string cwes;
  for (const std::uint32_t cwe : it.cwes) cwes += fmt::format("{}CWE-{}", cwes.empty() ? "" : ", ", cwe);
  fact("Weakness", cwes);
  fact("Scanners", text(joined(it.engines)));
  fact("Service", text(it.service));
  fact("Team", it.team.empty() ? "nobody" : text(it.team));
  fact("First seen", day(it.first_detected));
  fact("Due", day(it.due));
  out += "</dl>\n";
  Table course("Course of " + it.id.substr(0, 11), {"Event", "Time", "What", "By", "Commit", "Hash"});
  for (const ComplianceStep& step : it.course)
    course.row({std::to_string(step.seq), unbroken(step.at),
                text(step.what.empty() ? step.event : step.event + ": " + step.what), text(step.by),
                hash(step.commit, 12), hash(step.hash, 16)});
  return out + course.html("No event.") + "</section>\n";
}

std::string exceptions_html(const Compliance& compliance) {
  Table table("Decisions that findings need not be repaired",
              {"No.", "Decision", "Why", "Asked", "Approved", "Duties", "Decided", "Until", "Findings", "Ended"});
  for (const ComplianceException& it : compliance.exceptions) {
    table.row(
        {fmt::format("<span id=\"x{0}\">{0}</span>", it.number), text(it.kind + (it.id.empty() ? "" : " " + it.id)),
         text(it.reason) + (it.justification.empty() ? "" : ": " + text(it.justification)),
         it.requested_by.empty() ? "not recorded" : text(it.requested_by),
         it.approved_by.empty() ? "nobody" : text(joined(it.approved_by)),
         fmt::format("<span class=\"state {}\">{}</span>", to_string(it.duties), text(it.duties_text)),
         fmt::format("{} (event {})", day(it.decided), it.seq), it.until.empty() ? "without end" : unbroken(it.until),
         fmt::format("{}, now {}", it.findings, it.now), text(it.ended)});
  }
  return "<section><h2 id=\"exceptions\">Exceptions</h2>\n" +
         table.html("No exception was decided or in force in the period.") + "</section>\n";
}

std::string levels_html(const Compliance& compliance) {
  Table table("Findings whose date was in the period, and those that are late",
              {"Risk", "Days", "Due", "In time", "Late", "Open past the date at the end"});
  for (const ComplianceLevel& it : compliance.levels)
    table.row({fmt::format("<span class=\"word {0}\">{0}</span>", it.band),
               it.days == 0 ? "none" : std::to_string(it.days), std::to_string(it.due), std::to_string(it.kept),
               std::to_string(it.due - it.kept), std::to_string(it.overdue)});
  return "<section><h2 id=\"levels\">Service levels</h2>\n" + table.html("") + "</section>\n";
}

std::string runs_html(const Compliance& compliance) {
  Table table(
      "All runs of the period that the ledger knows",
      {"Event", "Time", "Run", "Commit", "Complete", "Incomplete", "Seen", "New", "Fixed", "Verdict", "Policy"});
  for (const ComplianceRun& it : compliance.runs)
    table.row({std::to_string(it.seq), unbroken(it.at), text(it.url.empty() ? it.id : it.url), hash(it.commit, 12),
               text(joined(it.complete)), text(joined(it.incomplete)), std::to_string(it.seen),
               std::to_string(it.detected), std::to_string(it.fixed),
               it.verdict.empty() ? "not recorded" : text(it.verdict), hash(it.policy, 12)});
  return "<section><h2 id=\"runs\">Runs</h2>\n<p>The population: changes of the branch that no run looked at are not "
         "in "
         "here. Compare with the history of the branch.</p>\n" +
         table.html("No run in the period.") + "</section>\n";
}

std::string scanners_html(const Compliance& compliance) {
  Table table("Scanners that the ledger knows", {"Scanner", "Looks for", "State", "Runs", "Complete", "Last complete",
                                                 "Longest time without", "Database", "Note"});
  for (const ComplianceScanner& it : compliance.scanners)
    table.row({text(it.engine + (it.version.empty() ? "" : " " + it.version)), text(it.kinds), state(it.state),
               std::to_string(it.runs), std::to_string(it.complete), day(it.last_complete),
               fmt::format("{} days", it.longest_gap_days), text(it.database), text(it.note)});
  return "<section><h2 id=\"scanners\">Scanners</h2>\n" + table.html("The ledger knows no scanner.") + "</section>\n";
}

std::string integrity_html(const Compliance& compliance) {
  const ComplianceIntegrity& it = compliance.integrity;
  std::string out = "<section><h2 id=\"integrity\">Integrity of the evidence</h2>\n<dl class=\"facts\">";
  out += fmt::format("<dt>Ledger</dt><dd>{}</dd><dt>Events</dt><dd>{} to the end of the period, of {} to {}</dd>",
                     text(it.ledger), it.events, text(it.first_at), text(it.last_at));
  out += fmt::format("<dt>Last hash</dt><dd class=\"mono\">{}</dd><dt>Checkpoints</dt><dd>{} {}</dd></dl>\n",
                     text(it.hash), it.checkpoints, it.checkpoints == 1 ? "fits the chain" : "fit the chain");
  for (const std::string& bad : it.broken_checkpoints)
    out += fmt::format("<p class=\"note\">A checkpoint does not fit the chain: {}.</p>\n", text(bad));
  out +=
      "<p>Every event names the hash of the event before it, and all of them were recomputed for this report. To check "
      "it "
      "yourself, and the signatures of checkpoints: <span class=\"mono\">gatepost ledger verify --public-key "
      "FILE</span>. "
      "The events of a sample: <span class=\"mono\">gatepost ledger log --finding ID</span>.</p></section>\n";
  return out;
}

std::string foot(const Compliance& it) {
  return fmt::format("<footer><p>Written by gatepost {} at {}. Works without a network.</p></footer>", text(it.version),
                     text(it.generated));
}

Status write_body(const Compliance& it, const Sink& sink) {
  std::map<std::string_view, std::size_t> sample_at;
  for (std::size_t i = 0; i < it.samples.size(); ++i) sample_at.emplace(it.samples[i].id, i);
  GP_CHECK(sink(head(it) + "<main id=\"main\" tabindex=\"-1\">\n" + summary(it)));
  for (std::size_t i = 0; i < it.frameworks.size(); ++i) GP_CHECK(sink(framework_html(it.frameworks[i], i, sample_at)));
  GP_CHECK(sink(fmt::format("<section><h2 id=\"samples\">Samples</h2>\n<p>{}</p>\n", text(it.sampling))));
  if (it.samples.empty()) GP_CHECK(sink("<p class=\"empty\">No finding of the period is in scope.</p>\n"));
  for (std::size_t i = 0; i < it.samples.size(); ++i) GP_CHECK(sink(sample_html(it.samples[i], i)));
  GP_CHECK(sink("</section>\n" + exceptions_html(it) + levels_html(it)));
  GP_CHECK(sink(runs_html(it) + scanners_html(it) + integrity_html(it)));
  return sink("</main>\n" + foot(it));
}

}  // namespace

Status write_compliance_html(const Compliance& compliance, const Sink& sink) {
  const std::string style = page_part("report/posture.css") + page_part("report/compliance.css");
  const std::string title =
      compliance.project.empty() ? "Compliance evidence" : "Compliance evidence of " + compliance.project;
  const std::string page = page_part("report/compliance.html");
  return write_page(page, sink, [&](std::string_view name, const Sink& out) -> Status {
    if (name == "csp") {
      return out(
          fmt::format("default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'", source_hash(style)));
    }
    if (name == "style") return out(style);
    if (name == "body") return write_body(compliance, out);
    GP_ASSERT(name == "title");
    return out(escape::html_text(title));
  });
}

}  // namespace gatepost::report
