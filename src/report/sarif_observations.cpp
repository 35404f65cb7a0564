#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/json_text.hpp"
#include "model/sarif_base.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/sarif.hpp"
#include "report/sarif_parts.hpp"
#include "report/sarif_rules.hpp"
#include "report/words.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

constexpr std::size_t kMessageBytes = std::size_t{64} << 10;

class ConvertedLog {
 public:
  ConvertedLog(const TableInput& input, const Sink& sink) : input_(input), table_(input.table), stream_(sink) {}

  Status write() {
    sarif::begin_log(json());
    std::vector<Run> runs = this->runs();
    tell_apart(runs);
    for (const Run& run : runs) GP_CHECK(write_run(run));
    json().end_array().end_object();
    return stream_.finish();
  }

 private:
  // What one tool says in one report.
  struct Run {
    std::uint32_t report;
    ToolInfo tool;
    std::vector<Row> rows;
    std::string category;  // "" when the tool has no other run
  };

  JsonWriter& json() { return stream_.json; }

  [[nodiscard]] std::vector<Run> runs() {
    std::vector<Run> runs;
    for (std::uint32_t report = 0; report < table_.reports().size(); ++report) {
      std::vector<Row> rows = rows_of(report);
      const std::vector<TextId> engines = engines_in(rows);
      if (engines.size() < 2) {
        runs.push_back({report, own_tool(report, engines), std::move(rows), ""});
        continue;
      }
      for (const TextId engine : engines) {
        std::vector<Row> its;
        std::ranges::copy_if(rows, std::back_inserter(its),
                             [&](Row row) { return table_.rule_of(table_.row(row)).engine == engine; });
        runs.push_back({report, {name_of(engine), ""}, std::move(its), ""});
      }
    }
    return runs;
  }

  // GitHub refuses a log with two runs of one tool in one category: where a tool has several, each is called after its
  // report.
  void tell_apart(std::vector<Run>& runs) const {
    std::map<std::string, std::size_t> count;
    for (const Run& run : runs) ++count[run.tool.name];
    std::map<std::pair<std::string, std::string>, std::size_t> namesakes;
    for (Run& run : runs) {
      if (count[run.tool.name] < 2) continue;
      std::string category = sarif::report_name(table_.reports()[run.report].path);
      const std::size_t number = ++namesakes[{run.tool.name, category}];
      if (number > 1) category += " (" + std::to_string(number) + ")";
      run.category = category + "/";
    }
  }

  // Rows of a report stand together.
  [[nodiscard]] std::vector<Row> rows_of(std::uint32_t report) {
    std::vector<Row> rows;
    while (next_ < table_.size() && table_.row(next_).report == report) rows.push_back(next_++);
    return rows;
  }
  [[nodiscard]] std::vector<TextId> engines_in(const std::vector<Row>& rows) const {
    std::vector<TextId> engines;
    for (const Row row : rows) {
      const TextId engine = table_.rule_of(table_.row(row)).engine;
      if (std::ranges::find(engines, engine) == engines.end()) engines.push_back(engine);
    }
    return engines;
  }
  [[nodiscard]] ToolInfo own_tool(std::uint32_t report, const std::vector<TextId>& engines) const {
    const ReportInfo& info = table_.reports()[report];
    if (info.tools.size() == 1 && !info.tools.front().name.empty()) return info.tools.front();
    if (!engines.empty()) return {name_of(engines.front()), ""};
    return {info.format.empty() ? "unknown" : info.format, ""};
  }
  [[nodiscard]] std::string name_of(TextId engine) const {
    const std::string_view name = table_.text(engine);
    return name.empty() ? "unknown" : std::string(name);
  }
  [[nodiscard]] Severity severity_of(const ObservationRow& row) const {
    const auto claims = static_cast<std::size_t>(table_.claims_of(row));
    return claims < input_.severities.size() ? input_.severities[claims] : Severity{};
  }

  Status write_run(const Run& run) {
    const std::vector<Row>& rows = run.rows;
    sarif::Rules rules;
    const std::vector<std::uint32_t> rule_of_result = collect(rows, rules);
    const std::vector<std::string> heads = rules.result_heads();

    const ReportInfo& info = table_.reports()[run.report];
    json().line_break().begin_object().key("tool").begin_object().key("driver").begin_object();
    json().field("name", run.tool.name).optional_field("version", run.tool.version);
    rules.write_rules(json());
    json().end_object().end_object();
    json().key("conversion").begin_object().key("tool").begin_object().key("driver").begin_object();
    sarif::write_name_and_version(json(), input_.tool_version);
    json().end_object().end_object().end_object();
    if (!run.category.empty()) {
      json().key("automationDetails").begin_object().field("id", run.category).end_object();
    }
    sarif::write_roots(json());
    json().key("invocations").begin_array().begin_object().field("executionSuccessful", is_complete(info.state));
    if (!is_complete(info.state)) {
      json().key("toolExecutionNotifications").begin_array();
      sarif::write_notification(json(), to_string(info.state), problem_of(info));
      json().end_array();
    }
    json().end_object().end_array().key("results").begin_array();
    const std::string report = sarif::artifact(sarif::report_name(info.path), kReportBase);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::uint32_t rule = rule_of_result[i];
      result(json().line_break().by_hand(), table_.row(rows[i]), heads[rule], rules.all()[rule].id, report);
      GP_CHECK(stream_.pass_on());
    }
    json().end_array();
    rules.write_taxonomies(json());
    json().end_object();
    return Done{};
  }

  // The rules of the rows, and which one each has.
  [[nodiscard]] std::vector<std::uint32_t> collect(const std::vector<Row>& rows, sarif::Rules& rules) const {
    constexpr std::uint32_t kUnknown = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> known(table_.rule_count(), kUnknown);  // by the tool's rule, of those with a name
    std::vector<std::uint32_t> rule_of_result;
    rule_of_result.reserve(rows.size());
    for (const Row index : rows) {
      const ObservationRow& row = table_.row(index);
      std::uint32_t& rule = known[row.rule];
      if (rule == kUnknown || table_.rule_of(row).id == TextId::none) {
        rule = rules.add(this->rule(row));
      } else {
        rules.raise(rule, severity_of(row));
      }
      rule_of_result.push_back(rule);
    }
    return rule_of_result;
  }

  [[nodiscard]] sarif::Rule rule(const ObservationRow& row) const {
    const RuleInfo& info = table_.rule_of(row);
    const auto cwes = table_.cwes(table_.cwes_of(row));
    return {.id = std::string(info.id == TextId::none ? to_string(row.kind) : table_.text(info.id)),
            .title = std::string(table_.text(info.title)),
            .help_url = std::string(table_.text(info.help_url)),
            .cwes = {cwes.begin(), cwes.end()},
            .highest = severity_of(row),
            .kind = row.kind};
  }

  void result(std::string& out, const ObservationRow& row, const std::string& head, const std::string& rule_id,
              const std::string& report) {
    const ObservationDetail* const detail = table_.detail_of(row);
    out.append(head).append(sarif::level_of(severity_of(row).label)).append(R"(","message":)");
    std::string text = table_.message(row);
    if (text.empty()) text = reported_title(table_, row);
    if (text.empty()) text = rule_id;
    sarif::append_message(out, escape::sarif_message(std::move(text), kMessageBytes));
    location(out, row, report);
    sarif::append_flow(out, table_, row, artifacts_);
    sarif::append_related(out, table_, detail, artifacts_);
    fingerprints(out, row);
    if (row.suppressed) {
      out += R"(,"suppressions":[)";
      sarif::append_tool_suppression(out, detail);
      out += ']';
    }
    sarif::append_fixes(out, detail, artifacts_);
    if (detail != nullptr && detail->occurrences > 1) {
      out += R"(,"occurrenceCount":)";
      sarif::append_number(out, detail->occurrences);
    }
    out += '}';
  }

  // GitHub refuses a log in which one result has no place.
  void location(std::string& out, const ObservationRow& row, const std::string& report) {
    out += R"(,"locations":[)";
    const std::string_view symbol = table_.text(row.symbol);
    if (row.path != TextId::none) {
      sarif::append_location(out, artifacts_.of(table_, row.path), row.range, symbol, {});
    } else {
      const std::string place = place_of(table_, row);
      const std::string why = "in no file, as this report says" + (place.empty() ? place : ": " + place);
      sarif::append_location(out, report, {}, symbol, escape::sarif_message(why, sarif::kMessageBytes));
    }
    out += ']';
  }

  void fingerprints(std::string& out, const ObservationRow& row) {
    const auto prints = fingerprints_by_name(table_, row.fingerprints);
    if (prints.empty()) return;
    out += R"(,"partialFingerprints":{)";
    for (const StoredFingerprint& print : prints) {
      if (!out.ends_with('{')) out += ',';
      append_json_string(out, table_.text(print.name));
      out += ':';
      append_json_string(out, table_.text(print.value));
    }
    out += '}';
  }

  const TableInput& input_;
  const ObservationTable& table_;
  JsonStream stream_;
  sarif::Artifacts artifacts_{ReportedPaths::as_given()};
  Row next_ = 0;
};

}  // namespace

Status write_observations_sarif(const TableInput& input, const Sink& sink) { return ConvertedLog(input, sink).write(); }

}  // namespace gatepost::report
