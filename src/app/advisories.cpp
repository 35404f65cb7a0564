#include "app/advisories.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "advisory/bom.hpp"
#include "advisory/match.hpp"
#include "advisory/observe.hpp"
#include "app/bom_files.hpp"
#include "app/osv_files.hpp"
#include "app/write_output.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "model/purl.hpp"
#include "report/observations.hpp"
#include "risk/severity.hpp"

namespace gatepost::app {
namespace {

using advisory::Advisory;
using advisory::Inventory;
using advisory::Match;
using advisory::StoredPart;

constexpr std::uint64_t kLargestLines = std::uint64_t{1} << 30;
constexpr std::size_t kPiece = std::size_t{64} << 10;

// All that is known when everything was read.
struct Matched {
  Inventory inventory;
  advisory::BomCounts bom;
  OsvRecords osv;
  advisory::Matches found;

  [[nodiscard]] const Advisory& advisory_of(const advisory::Verdict& verdict) const {
    return osv.advisories[verdict.advisory];
  }
  [[nodiscard]] Severity severity_of(const advisory::Verdict& verdict) const {
    return risk::effective_severity(verdict.claims.empty() ? advisory_of(verdict).claims : verdict.claims);
  }
};

Status read_boms(const MatchRequest& request, Matched& out) {
  for (const std::string& path : request.sboms) {
    GP_TRY(const advisory::BomCounts counts, read_bom_file(out.inventory, path, request.service));
    out.bom.components += counts.components;
    out.bom.added += counts.added;
    out.bom.without_purl += counts.without_purl;
  }
  out.inventory.sort();
  return Done{};
}

Result<Matched> match_all(const MatchRequest& request) {
  Matched out;
  advisory::ReadOptions options;
  GP_TRY(options.since, parse_since(request.since));
  GP_CHECK(read_boms(request, out));
  const advisory::PackageIndex index(out.inventory);
  options.wanted = [&](const advisory::PackageKey& key) { return index.has(key); };
  GP_TRY(out.osv, read_osv(request.osv, options));
  out.found = index.match(out.osv.advisories);
  return out;
}

// --- text ---

// "1 of an ecosystem that is not known, 2 without a version that can be compared".
std::string reasons(const Matched& all) {
  const advisory::MatchCounts& counts = all.found.counts;
  const std::pair<std::size_t, std::string_view> kReasons[] = {
      {all.bom.without_purl, "without a package URL"},
      {counts.unknown_ecosystem, "of an ecosystem whose versions we do not know"},
      {counts.bad_version, "without a version that can be compared"},
      {counts.unknown_release, "of a distribution whose release is not said"},
      {counts.undecided, "that an advisory names by versions which cannot be compared"}};
  std::string out;
  for (const auto& [count, words] : kReasons) {
    if (count > 0) out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, words);
  }
  return out;
}

std::string summary(const Matched& all) {
  const advisory::MatchCounts& counts = all.found.counts;
  const advisory::ReadCounts& records = all.osv.counts;
  const std::size_t unmatched = counts.unmatched_components() + all.bom.without_purl;
  std::string out = fmt::format("\n{}, {} of them in different versions; {} cannot be matched{}{}\n",
                                text::count_of(counts.components + all.bom.without_purl, "component"), counts.packages,
                                unmatched, unmatched == 0 ? "" : ": ", reasons(all));
  out += fmt::format("{} read, {} about packages that are here, {} withdrawn",
                     text::count_of(records.records, "advisory", "advisories"), all.osv.advisories.size(),
                     records.withdrawn);
  if (records.unchanged > 0) out += fmt::format(", {} unchanged", records.unchanged);
  if (records.git_ranges > 0)
    out += fmt::format(", {} of commits skipped", text::count_of(records.git_ranges, "range"));
  if (records.bad_ranges > 0)
    out += fmt::format(", {} that cannot be compared", text::count_of(records.bad_ranges, "range"));
  if (records.damaged > 0) out += fmt::format(", {} damaged", records.damaged);
  return out + "\n";
}

std::string line_of(const Matched& all, const Match& match) {
  const advisory::Verdict& verdict = all.found.verdicts[match.verdict];
  const StoredPart part = all.inventory.part(match.component);
  const Severity severity = all.severity_of(verdict);
  std::string out = fmt::format("{:<8}  {}", to_string(severity.label),
                                advisory::sentence_of(all.advisory_of(verdict), verdict, part));
  std::string where(part.service);
  if (!part.path.empty()) where += (where.empty() ? "" : ", ") + std::string(part.path);
  if (!where.empty()) out += fmt::format("  ({})", where);
  return text::strip_controls(std::move(out)) + "\n";
}

// Passes pieces on, so that a million matches never lie in memory as text.
class Output {
 public:
  explicit Output(const Ports& ports) : ports_(ports) {}
  Status add(std::string_view text) {
    out_ += text;
    return out_.size() < kPiece ? Status(Done{}) : pass_on();
  }
  Status pass_on() {
    const Status passed = out_.empty() ? Status(Done{}) : ports_.output(out_);
    out_.clear();
    return passed;
  }

 private:
  const Ports& ports_;
  std::string out_;
};

Status write_text(const Ports& ports, const Matched& all) {
  Output out(ports);
  for (const Match& match : all.found.matches) GP_CHECK(out.add(line_of(all, match)));
  if (all.found.matches.empty()) GP_CHECK(out.add("no component is affected\n"));
  GP_CHECK(out.add(summary(all)));
  return out.pass_on();
}

// --- JSON ---

void write_counts(doc::JsonWriter& json, const Matched& all) {
  const advisory::MatchCounts& counts = all.found.counts;
  const advisory::ReadCounts& records = all.osv.counts;
  json.field("components", counts.components + all.bom.without_purl).field("packages", counts.packages);
  json.key("unmatched_component").begin_object();
  json.field("total", counts.unmatched_components() + all.bom.without_purl);
  json.field("without_purl", all.bom.without_purl).field("unknown_ecosystem", counts.unknown_ecosystem);
  json.field("bad_version", counts.bad_version).field("unknown_release", counts.unknown_release);
  json.field("undecided", counts.undecided).end_object();
  json.key("advisories").begin_object();
  json.field("read", records.records).field("about_components", all.osv.advisories.size());
  json.field("withdrawn", records.withdrawn).field("unchanged", records.unchanged);
  json.field("damaged", records.damaged).field("unknown_ecosystem", records.unknown_ecosystems);
  json.field("git_ranges", records.git_ranges).field("bad_ranges", records.bad_ranges).end_object();
}

void write_texts(doc::JsonWriter& json, std::string_view key, const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void write_match(doc::JsonWriter& json, const Matched& all, const Match& match) {
  const advisory::Verdict& verdict = all.found.verdicts[match.verdict];
  const Advisory& advisory = all.advisory_of(verdict);
  const StoredPart part = all.inventory.part(match.component);
  const Severity severity = all.severity_of(verdict);
  json.line_break().begin_object().field("advisory", advisory.id);
  write_texts(json, "aliases", advisory.aliases);
  json.optional_field("summary", advisory.summary).field("purl", part.purl);
  json.optional_field("service", part.service).optional_field("path", part.path);
  if (part.scope != Scope::unknown) json.field("scope", to_string(part.scope));
  json.optional_field("sbom", part.sbom);
  json.field("why", verdict.why == advisory::Why::range ? "range" : "listed");
  write_texts(json, "fixed_versions", verdict.fixed_versions);
  json.field("severity", to_string(severity.label));
  if (severity.label != SeverityLabel::unknown) json.key("score").tenths(severity.tenths);
  if (advisory.malicious) json.field("malicious", true);
  json.optional_field("modified", advisory.modified).end_object();
}

Status write_json(const Ports& ports, const Matched& all) {
  Output out(ports);
  doc::JsonWriter json;
  json.begin_object().field("gatepost", "advisories/1");
  write_counts(json, all);
  json.key("matches").begin_array();
  for (const Match& match : all.found.matches) {
    write_match(json, all, match);
    GP_CHECK(out.add(json.drain()));
  }
  json.end_array().end_object();
  GP_CHECK(out.add(json.take() + "\n"));
  return out.pass_on();
}

// --- files ---

Status write_inventory(const Ports& ports, const std::string& path, const Inventory& inventory) {
  return write_output(ports, path, [&](const report::Sink& sink) -> Status {
    std::string lines;
    for (std::size_t i = 0; i < inventory.size(); ++i) {
      lines += inventory.line(i);
      if (lines.size() < kPiece) continue;
      GP_CHECK(sink(lines));
      lines.clear();
    }
    return lines.empty() ? Status(Done{}) : sink(lines);
  });
}

bool is_complete(const Matched& all) {
  return all.osv.counts.damaged == 0 && all.osv.counts.bad_ranges == 0 && all.found.counts.undecided == 0;
}

Status write_observations(const Ports& ports, const MatchRequest& request, const Matched& all) {
  ObservationTable table;
  advisory::observe(all.inventory, all.osv.advisories, all.found, is_complete(all), table);
  const std::vector<Severity> severities = risk::effective_severities(table);
  const report::TableInput input{.table = table, .severities = severities, .tool_version = request.version};
  return write_output(ports, request.observations,
                      [&](const report::Sink& sink) { return report::write_observations_json(input, sink); });
}

// --- versions ---

std::optional<VersionScheme> scheme_of(std::string_view ecosystem) {
  if (const advisory::Ecosystem* const known = advisory::find_ecosystem(ecosystem)) return known->scheme;
  return version_scheme_of(text::lower(ecosystem));
}

std::string_view sign_of(const std::optional<std::weak_ordering>& order) {
  if (!order) return "?";
  return *order < 0 ? "<" : *order > 0 ? ">" : "=";
}

// Blank lines and those that begin with "#" or "//" say nothing.
bool is_comment(std::string_view line) { return line.empty() || line.starts_with('#') || line.starts_with("//"); }

Result<ExitCode> check_lines(const Ports& ports, VersionScheme scheme) {
  GP_TRY(const Bytes bytes, Bytes::open("-").context("standard input"));
  GP_TRY(const std::string text, bytes.all(kLargestLines).context("standard input"));
  Output out(ports);
  std::size_t lines = 0, wrong = 0, number = 0;
  for (const std::string_view raw : text::split(text, '\n')) {
    ++number;
    const std::string line = text::fold_whitespace(raw);
    if (is_comment(line)) continue;
    const auto words = text::split(line, ' ');
    const bool readable = words.size() == 3 && (words[1] == "<" || words[1] == "=" || words[1] == ">");
    if (!readable)
      return error(ErrorKind::usage,
                   fmt::format("standard input:{}: \"{}\"; expected \"a < b\", \"a = b\" or \"a > b\"", number,
                               text::printable(line, 100)));
    ++lines;
    const std::string_view sign = sign_of(gatepost::compare_versions(scheme, words[0], words[2]));
    if (sign == words[1]) continue;
    ++wrong;
    GP_CHECK(out.add(fmt::format("{}: {} {} {}, not {}\n", number, text::printable(words[0], 300), sign,
                                 text::printable(words[2], 300), words[1])));
  }
  GP_CHECK(out.add(fmt::format("{} of {} agree\n", lines - wrong, text::count_of(lines, "line"))));
  GP_CHECK(out.pass_on());
  return wrong == 0 ? ExitCode::done : ExitCode::failed;
}

}  // namespace

Result<ExitCode> match_advisories(const Ports& ports, const MatchRequest& request) {
  GP_TRY(const Matched all, match_all(request));
  if (!request.inventory.empty()) GP_CHECK(write_inventory(ports, request.inventory, all.inventory));
  if (!request.observations.empty()) GP_CHECK(write_observations(ports, request, all));
  GP_CHECK(request.json ? write_json(ports, all) : write_text(ports, all));
  if (!all.osv.first_damage.empty()) log::warning(all.osv.first_damage);
  return is_complete(all) ? ExitCode::done : ExitCode::inconclusive;
}

Result<ExitCode> compare_versions(const Ports& ports, const CompareRequest& request) {
  const auto scheme = scheme_of(request.ecosystem);
  if (!scheme) {
    std::vector<std::string_view> names;
    for (const advisory::Ecosystem& it : advisory::ecosystems()) names.push_back(it.name);
    const std::string close = text::nearest(request.ecosystem, names);
    return error(ErrorKind::usage,
                 fmt::format("\"{}\" is no ecosystem that we know{}", text::printable(request.ecosystem, 60),
                             close.empty() ? "" : fmt::format("; did you mean \"{}\"?", close)),
                 "as OSV names it, for example npm, PyPI, Debian");
  }
  if (request.versions.size() == 1 && request.versions[0] == "-") return check_lines(ports, *scheme);
  if (request.versions.size() != 2)
    return error(ErrorKind::usage, "two versions are compared", "or - to check lines \"a < b\" of standard input");
  const auto order = gatepost::compare_versions(*scheme, request.versions[0], request.versions[1]);
  if (!order)
    return error(ErrorKind::bad_input,
                 fmt::format("{} and {} have no order in {}", text::printable(request.versions[0], 100),
                             text::printable(request.versions[1], 100), to_string(*scheme)));
  GP_CHECK(ports.output(fmt::format("{} {} {}\n", request.versions[0], sign_of(order), request.versions[1])));
  return ExitCode::done;
}

}  // namespace gatepost::app
