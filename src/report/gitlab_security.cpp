#include "report/gitlab_security.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/words.hpp"

namespace gatepost::report {
namespace {

constexpr std::string_view kVersion = "15.0.7";
constexpr std::size_t kName = 200, kText = 2'000, kSolution = 500, kValue = 200;  // characters

enum class ReportKind : std::uint8_t { sast, secrets, dependencies };

bool belongs(ReportKind report, Kind kind) {
  if (report == ReportKind::secrets) return kind == Kind::secret;
  if (report == ReportKind::dependencies) return kind == Kind::sca || kind == Kind::malware;
  return kind == Kind::sast || kind == Kind::iac || kind == Kind::ci;
}
std::string_view type_of(ReportKind report) {
  constexpr std::array<std::string_view, 3> kTypes = {"sast", "secret_detection", "dependency_scanning"};
  return kTypes[static_cast<std::size_t>(report)];
}

std::string_view severity_of(SeverityLabel label) {
  constexpr std::array<std::string_view, 6> kNames = {"Unknown", "Info", "Low", "Medium", "High", "Critical"};
  return kNames[static_cast<std::size_t>(label)];
}

class Document {
 public:
  Document(const Input& input, ReportKind report, const Sink& sink)
      : input_(input), assessment_(input.assessment), report_(report), out_(sink), json_(out_.json) {}

  Status write() {
    json_.begin_object().field("version", kVersion);
    write_scan();
    json_.line_break().key("vulnerabilities").begin_array();
    for (std::size_t i = 0; i < assessment_.findings.all.size(); ++i) {
      if (!is_listed(i)) continue;
      write_vulnerability(i);
      GP_CHECK(out_.pass_on());
    }
    json_.line_break().end_array();
    if (report_ == ReportKind::dependencies) json_.line_break().key("dependency_files").begin_array().end_array();
    json_.line_break().key("remediations").begin_array().end_array().end_object();
    return out_.finish();
  }

 private:
  [[nodiscard]] bool is_listed(std::size_t index) const {
    const Finding& it = assessment_.findings.all[index];
    const bool placed = it.file != Finding::kNoFile && !it.in_base_only;
    return placed && belongs(report_, it.kind) && state_of(assessment_, index) == "open";
  }

  // Complete only when every report was: what an incomplete scan does not list must not be closed.
  void write_scan() {
    const auto& reports = assessment_.table.reports();
    const bool complete = std::ranges::all_of(reports, [](const ReportInfo& it) { return is_complete(it.state); });
    const std::string time = to_string(Timestamp{input_.time.unix_ms / 1000 * 1000}).substr(0, 19);
    json_.line_break().key("scan").begin_object();
    write_tool("analyzer");
    write_tool("scanner");
    json_.field("type", type_of(report_)).field("start_time", time).field("end_time", time);
    json_.field("status", complete ? "success" : "failure").end_object();
  }
  void write_tool(std::string_view key) {
    json_.key(key).begin_object().field("id", "gatepost").field("name", "gatepost");
    json_.field("version", input_.tool_version.empty() ? "unknown" : input_.tool_version);
    json_.key("vendor").begin_object().field("name", "gatepost").end_object().end_object();
  }

  void write_vulnerability(std::size_t index) {
    const Finding& it = assessment_.findings.all[index];
    const ObservationTable& table = assessment_.table_of(it);
    const ObservationRow& row = primary_row(assessment_, index);
    json_.line_break().begin_object().field("id", to_string(it.id));
    json_.field("name", escape::one_line(title_of(assessment_, index), kName));
    // GitLab renders these two as Markdown.
    json_.optional_field("description", escape::markdown_text(table.message(row), kText));
    json_.optional_field("solution", escape::markdown_text(fix_of(input_.assessment, index), kSolution));
    json_.field("severity", severity_of(assessment_.severity_of(index).label));
    write_identifiers(index, table, row);
    write_location(it, table, row);
    json_.end_object();
  }

  // The first one is the problem's identity for GitLab: the advisory of a package, the rule of anything else.
  void write_identifiers(std::size_t index, const ObservationTable& table, const ObservationRow& row) {
    json_.key("identifiers").begin_array();
    if (report_ == ReportKind::dependencies) write_advisories(table, row);
    write_rule(index, table, row);
    if (report_ != ReportKind::dependencies) write_advisories(table, row);
    for (const Cwe cwe : table.cwes(table.cwes_of(row))) {
      const std::string number = std::to_string(cwe.number);
      write_identifier("cwe", "CWE-" + number, number, "https://cwe.mitre.org/data/definitions/" + number + ".html");
    }
    const std::string id = to_string(assessment_.findings.all[index].id);
    write_identifier("gatepost", id, id, "");
    json_.end_array();
  }
  void write_rule(std::size_t index, const ObservationTable& table, const ObservationRow& row) {
    const std::string rule = escape::one_line(rule_of(assessment_, index), kValue);
    const std::string engine = text::kebab_case(table.text(table.rule_of(row).engine)).substr(0, 50);
    if (!rule.empty()) write_identifier(engine.empty() ? "rule" : engine + "_id", rule, rule, "");
  }
  void write_advisories(const ObservationTable& table, const ObservationRow& row) {
    for (const TextId text : table.texts(row.advisories)) {
      const std::string id = escape::one_line(table.text(text), kValue);
      const bool cve = id.starts_with("CVE-"), ghsa = id.starts_with("GHSA-");
      const std::string url = cve ? "https://nvd.nist.gov/vuln/detail/" : ghsa ? "https://github.com/advisories/" : "";
      write_identifier(cve ? "cve" : ghsa ? "ghsa" : "advisory", id, id, url.empty() ? "" : url + escape::url_path(id));
    }
  }
  void write_identifier(std::string_view type, std::string_view name, std::string_view value, std::string_view url) {
    json_.begin_object().field("type", type).field("name", name).field("value", value);
    json_.optional_field("url", url).end_object();
  }

  void write_location(const Finding& it, const ObservationTable& table, const ObservationRow& row) {
    json_.key("location").begin_object().field("file", assessment_.findings.path_of(it));
    if (report_ == ReportKind::dependencies) {
      write_dependency(table, row);
    } else if (it.range.first_line > 0) {
      json_.field("start_line", it.range.first_line);
      json_.field("end_line", std::max(it.range.first_line, it.range.last_line));
    }
    if (report_ == ReportKind::secrets) {
      const std::string& head = assessment_.change.head;
      json_.key("commit").begin_object().field("sha", head.empty() ? std::string("0000000") : head).end_object();
    }
    json_.end_object();
  }
  void write_dependency(const ObservationTable& table, const ObservationRow& row) {
    const StoredComponent* const component = table.component_of(row);
    const auto text_of = [&](TextId StoredComponent::* member) {
      return component == nullptr ? std::string() : escape::one_line(table.text(component->*member), kValue);
    };
    std::string package = text_of(&StoredComponent::package);
    if (package.empty()) package = text_of(&StoredComponent::purl);
    json_.key("dependency").begin_object();
    json_.key("package").begin_object().field("name", package).end_object();
    json_.field("version", text_of(&StoredComponent::version));
    if (component != nullptr && component->direct != 2) json_.field("direct", component->direct == 1);
    json_.end_object();
  }

  const Input& input_;
  const Assessment& assessment_;
  const ReportKind report_;
  JsonStream out_;
  doc::JsonWriter& json_;
};

}  // namespace

Status write_gitlab_sast(const Input& input, const Sink& sink) {
  return Document(input, ReportKind::sast, sink).write();
}
Status write_gitlab_secrets(const Input& input, const Sink& sink) {
  return Document(input, ReportKind::secrets, sink).write();
}
Status write_gitlab_dependencies(const Input& input, const Sink& sink) {
  return Document(input, ReportKind::dependencies, sink).write();
}

}  // namespace gatepost::report
