#include "app/risk_command.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/assert.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/json_writer.hpp"
#include "doc/members.hpp"
#include "report/facts.hpp"
#include "report/json_parts.hpp"
#include "risk/described.hpp"
#include "risk/explain.hpp"
#include "risk/score.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestTables = std::uint64_t{1} << 20;
constexpr std::uint64_t kLargestInput = std::uint64_t{256} << 20;
constexpr double kMostPoints = 1e9;

struct Simulated {
  std::string id;
  risk::RiskInput input;
  Risk risk;
  std::size_t rank = 0;  // 1 for the highest; equal risks have the same
  Risk before;           // by the tables in force
  std::size_t rank_before = 0;

  [[nodiscard]] Band band() const { return band_for_tenths(risk.effective_tenths); }
  [[nodiscard]] Band band_before() const { return band_for_tenths(before.effective_tenths); }
  [[nodiscard]] bool moves() const { return rank != rank_before || band() != band_before(); }
};

// Members of what is described by hand; some are for people only.
constexpr std::array<std::string_view, 5> kOfFinding = {"id", "title", "input", "note", "expected"};
constexpr std::array<std::string_view, 9> kOfChange = {"id",    "title",          "introduced", "worsened", "touched",
                                                       "fixed", "change_signals", "note",       "expected"};
constexpr std::array<std::string_view, 3> kOfWorsened = {"id", "before", "after"};
constexpr std::array<std::string_view, 2> kOfSignal = {"signal", "points"};

Status only(const doc::View& object, std::span<const std::string_view> known) {
  if (auto unknown = doc::unknown_member(object, known)) return error(ErrorKind::usage, std::move(*unknown));
  return Done{};
}

Result<doc::Document> read_json(const std::string& path) {
  GP_TRY(const Bytes bytes, Bytes::open(path, {}).context(path == "-" ? "standard input" : path));
  GP_TRY(std::string text, bytes.all(kLargestInput).context(path));
  auto document = doc::parse_json(std::move(text), path == "-" ? "standard input" : path);
  if (!document) return error(ErrorKind::usage, document.error().message);
  return document;
}

Result<risk::Tables> tables_of(const std::string& path) {
  if (path.empty()) return risk::built_in_tables();
  auto text = read_file(path, kLargestTables);
  if (!text) return error(ErrorKind::usage, "--tables " + text.error().message);
  return risk::read_tables(std::move(*text), path);
}

// A list of findings, one finding, or a document with a list called "examples".
Result<std::vector<Simulated>> findings_of(doc::View root) {
  std::vector<doc::View> described;
  const doc::View list = root.is_array() ? root : root.at("examples");
  if (list.is_array()) {
    for (const doc::View item : list.items()) described.push_back(item);
  } else if (root.at("input").exists()) {
    described.push_back(root);
  } else {
    return error(ErrorKind::usage, root.where() + ": expected a list of {\"id\": …, \"input\": {…}}");
  }
  std::vector<Simulated> all;
  for (const doc::View item : described) {
    GP_CHECK(only(item, kOfFinding));
    GP_TRY(risk::RiskInput input, risk::described_input(item.at("input")));
    std::string id(item.at("id").scalar());
    if (id.empty()) id = fmt::format("{}", all.size() + 1);
    all.push_back({.id = std::move(id), .input = std::move(input), .risk = {}, .before = {}});
  }
  return all;
}

void rank(std::vector<Simulated>& all, Risk Simulated::* risk, std::size_t Simulated::* rank) {
  std::vector<std::uint16_t> tenths;
  for (const Simulated& it : all) tenths.push_back((it.*risk).effective_tenths);
  std::ranges::sort(tenths, std::greater{});
  for (Simulated& it : all) {
    const auto first = std::ranges::lower_bound(tenths, (it.*risk).effective_tenths, std::greater{});
    it.*rank = static_cast<std::size_t>(first - tenths.begin()) + 1;
  }
}

void simulate(std::vector<Simulated>& all, const risk::Tables& tables) {
  for (Simulated& it : all) {
    it.risk = risk::score(it.input, tables);
    it.before = risk::score(it.input);
  }
  rank(all, &Simulated::risk, &Simulated::rank);
  rank(all, &Simulated::before, &Simulated::rank_before);
}

// 8910 is 89.1.
std::string hundredths(std::int64_t value) {
  if (value % 10 != 0) return fmt::format("{}.{:02}", value / 100, value % 100);
  return value % 100 == 0 ? fmt::format("{}", value / 100) : fmt::format("{}.{}", value / 100, value % 100 / 10);
}

// The letters that SSVC gives the values.
void write_ssvc(doc::JsonWriter& json, const Ssvc& it) {
  constexpr std::array kExploitation = {"N", "P", "A"}, kExposure = {"S", "C", "O"};
  constexpr std::array kYesNo = {"N", "Y"};
  constexpr std::array kImpact = {"L", "M", "H", "VH"};
  json.key("ssvc").begin_object().field("exploitation", kExploitation[it.exploitation]);
  json.field("exposure", kExposure[it.exposure]).field("automatable", kYesNo[it.automatable]);
  json.field("human_impact", kImpact[it.human_impact]).field("decision", to_string(it.decision)).end_object();
  json.field("sla_days", it.days).field("technical_impact", kTechnicalImpactNames[it.technical_impact]);
  json.field("cisa_coordinator", kCoordinatorNames[it.coordinator]).field("bod_26_04", kTimelineNames[it.timeline]);
}

void write_one(doc::JsonWriter& json, const Simulated& it, const risk::Tables& tables, bool compared) {
  const RiskFactors& f = it.risk.factors;
  const risk::Bounds bounds = risk::bounds_of(it.input, it.risk, tables);
  const RiskStory story = risk::story(it.input, tables);
  json.line_break().begin_object().field("id", it.id).field("T", f.threat).field("rho", f.reach);
  json.field("eps", f.exposure).field("eta", f.environment).field("mu", f.mitigation).field("c", f.confidence);
  json.field("sev10", f.severity).field("beta", f.business);
  json.key("likelihood").raw(hundredths(risk::likelihood_hundredths(f)));
  json.key("impact").raw(hundredths(risk::impact_hundredths(f)));
  json.key("raw").tenths(it.risk.raw_tenths).key("floor").tenths(bounds.floor_tenths);
  json.key("floor_reason").begin_array();
  for (const std::string_view reason : bounds.reasons) json.value(reason);
  json.end_array();
  if (bounds.dev_scope) json.field("cap", "dev_scope");
  json.key("score").tenths(it.risk.score_tenths).key("effective").tenths(it.risk.effective_tenths);
  if (it.risk.exemption != Exemption::none) json.field("suppressed_by", to_string(it.risk.exemption));
  json.field("band", to_string(it.band()));
  if (it.risk.ssvc) write_ssvc(json, *it.risk.ssvc);
  json.key("explain").begin_array();
  for (const Factor& factor : risk::explain(it.input, tables)) report::write_factor(json, factor);
  json.end_array();
  report::write_story(json, story);
  json.field("rank", it.rank);
  if (compared) {
    json.key("in_force").begin_object().key("effective").tenths(it.before.effective_tenths);
    json.field("band", to_string(it.band_before())).field("rank", it.rank_before).end_object();
  }
  json.end_object();
}

std::string text_of(const std::vector<Simulated>& all, const risk::Tables& tables) {
  std::string out;
  for (const Simulated& it : all) {
    const RiskStory story = risk::story(it.input, tables);
    out += fmt::format("{}  {}\n", text::printable(it.id, 60), story.line);
    if (it.risk.ssvc) out += fmt::format("    decision {}: {}\n", to_string(it.risk.ssvc->decision), story.decision);
    for (const Move& move : story.moves)
      out += fmt::format("    {} {} would make it {} {}: {}\n", move.fact, move.value, report::points(move.tenths),
                         to_string(move.band), move.how);
  }
  return out;
}

std::string comparison_of(const std::vector<Simulated>& all) {
  std::string out;
  std::size_t moved = 0;
  for (const Simulated& it : all) {
    if (!it.moves()) continue;
    ++moved;
    out += fmt::format("{}  {} {} -> {} {}, rank {} -> {}\n", text::printable(it.id, 60),
                       report::points(it.before.effective_tenths), to_string(it.band_before()),
                       report::points(it.risk.effective_tenths), to_string(it.band()), it.rank_before, it.rank);
  }
  return out + fmt::format("{} of {} change rank or band\n", moved, text::count_of(all.size(), "finding"));
}

// --- a change ---

// Points with at most one decimal.
Result<std::int64_t> tenths_of(doc::View view) {
  const auto number = view.number();
  if (!number || !(std::abs(*number) <= kMostPoints))
    return error(ErrorKind::usage, view.where() + ": expected a number of points");
  return std::llround(*number * 10);
}

Result<std::vector<std::int64_t>> scores_of(doc::View list) {
  std::vector<std::int64_t> all;
  for (const doc::View item : list.items()) {
    GP_TRY(const std::int64_t tenths, tenths_of(item));
    if (tenths < 0 || tenths > 1000) return error(ErrorKind::usage, item.where() + ": a score is from 0 to 100");
    all.push_back(tenths);
  }
  return all;
}

struct Change {
  std::vector<std::uint16_t> counted;
  std::int64_t delta_tenths = 0, signals = 0;
};

Result<Change> change_of(doc::View root) {
  if (!root.is_object()) return error(ErrorKind::usage, root.where() + ": a change is described by an object");
  GP_CHECK(only(root, kOfChange));
  Change change;
  const auto count = [&](std::int64_t tenths) { change.counted.push_back(static_cast<std::uint16_t>(tenths)); };
  GP_TRY(const auto introduced, scores_of(root.at("introduced")));
  GP_TRY(const auto touched, scores_of(root.at("touched")));
  GP_TRY(const auto fixed, scores_of(root.at("fixed")));
  for (const std::int64_t it : introduced) count(it), change.delta_tenths += it;
  for (const std::int64_t it : touched) count(it / 4);
  for (const std::int64_t it : fixed) change.delta_tenths -= it;
  for (const doc::View item : root.at("worsened").items()) {
    GP_CHECK(only(item, kOfWorsened));
    GP_TRY(const std::int64_t before, tenths_of(item.at("before")));
    GP_TRY(const std::int64_t after, tenths_of(item.at("after")));
    if (after < 0 || after > 1000) return error(ErrorKind::usage, item.where() + ": a score is from 0 to 100");
    count(after);
    change.delta_tenths += after - before;
  }
  for (const doc::View item : root.at("change_signals").items()) {
    GP_CHECK(only(item, kOfSignal));
    GP_TRY(const std::int64_t points, tenths_of(item.at("points")));
    change.signals += points / 10;
  }
  return change;
}

Result<ExitCode> simulate_change(const Ports& ports, doc::View root, bool as_json) {
  GP_TRY(const Change change, change_of(root));
  const std::int64_t risk = risk::aggregate_tenths(change.counted);
  const std::int64_t signals = std::clamp<std::int64_t>(change.signals, 0, 100);
  if (!as_json) {
    GP_CHECK(ports.output(fmt::format("risk of the change {}, change signals {}, delta {}\n", report::points(risk),
                                      signals, report::points(change.delta_tenths))));
    return ExitCode::done;
  }
  doc::JsonWriter json;
  json.begin_object().key("pr_risk").tenths(risk).field("change_risk", signals);
  json.key("delta").tenths(change.delta_tenths).end_object();
  GP_CHECK(ports.output(json.take() + "\n"));
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> simulate_risk(const Ports& ports, const SimulateRequest& request) {
  GP_TRY(const risk::Tables tables, tables_of(request.tables));
  GP_TRY(const doc::Document document, read_json(request.file));
  if (request.pull_request) return simulate_change(ports, document.root(), request.json);
  GP_TRY(std::vector<Simulated> all, findings_of(document.root()));
  simulate(all, tables);
  const bool compared = !request.tables.empty();
  if (!request.json) {
    GP_CHECK(ports.output(compared ? comparison_of(all) : text_of(all, tables)));
    return ExitCode::done;
  }
  doc::JsonWriter json;
  json.begin_array();
  for (const Simulated& it : all) write_one(json, it, tables, compared);
  json.end_array();
  GP_CHECK(ports.output(json.take() + "\n"));
  return ExitCode::done;
}

Result<ExitCode> print_risk_tables(const Ports& ports) {
  const auto numbers = find_resource("rules/risk-v1.yaml");
  const auto decisions = find_resource("rules/ssvc.yaml");
  GP_ASSERT(numbers && decisions);
  GP_CHECK(ports.output(fmt::format("{}\n{}", *numbers, *decisions)));
  return ExitCode::done;
}

}  // namespace gatepost::app
