#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "app/control_changes.hpp"
#include "app/result_file.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "doc/shape.hpp"
#include "ingest/engine.hpp"
#include "ingest/format.hpp"
#include "ingest/normalised.hpp"
#include "ingest/plain_text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::app {
namespace {

using doc::View;

constexpr std::uint32_t kDeepest = 24;
constexpr std::uint32_t kMostValues = 4'000'000;  // of the whole document
constexpr std::size_t kMostReports = 10'000;
constexpr std::size_t kMostNotes = 1000;
constexpr std::size_t kMostEngines = 256;  // of one report
constexpr std::size_t kLongestSentence = 2000;
constexpr std::int64_t kMostCounted = std::int64_t{1} << 40;
constexpr const char* kExpected = "expected what gatepost check --result writes";

Error odd(View at, const std::string& what) { return error(ErrorKind::bad_input, at.where() + ": " + what); }

// A member of an object that must be there.
Result<View> member(View object, std::string_view key) {
  const View value = object.at(key);
  if (!value.exists()) return odd(object, fmt::format("\"{}\" is missing", key));
  return value;
}

// An object with no other keys than these.
Status only(View object, std::span<const std::string_view> keys) {
  if (!object.is_object()) return odd(object, fmt::format("{}; expected an object", to_string(object.kind())));
  for (const auto& [key, value] : object.members()) {
    if (std::ranges::find(keys, key) != keys.end()) continue;
    return error(ErrorKind::bad_input, fmt::format("{}: \"{}\" does not belong here; {}", value.key_where(),
                                                   text::printable(key, 40), kExpected));
  }
  return Done{};
}

Result<View> list(View object, std::string_view key, std::size_t most) {
  GP_TRY(const View value, member(object, key));
  if (!value.is_array()) return odd(value, fmt::format("\"{}\" is {}; expected a list", key, to_string(value.kind())));
  if (value.size() > most)
    return odd(value, fmt::format("\"{}\" has {} items; at most {} are read", key, value.size(), most));
  return value;
}

Result<std::string_view> text_of(View object, std::string_view key) {
  GP_TRY(const View value, member(object, key));
  if (!value.is_string()) return odd(value, fmt::format("\"{}\" is {}; expected a text", key, to_string(value.kind())));
  return value.text();
}

Result<bool> flag(View object, std::string_view key) {
  GP_TRY(const View value, member(object, key));
  if (const auto answer = value.boolean()) return *answer;
  return odd(value, fmt::format("\"{}\" is {}; expected true or false", key, to_string(value.kind())));
}

Result<std::int64_t> number(View value, std::int64_t most) {
  const auto found = value.integer();
  if (found && *found >= 0 && *found <= most) return *found;
  return odd(value, fmt::format("{}; expected a whole number from 0 to {}", text::printable(value.scalar(), 40), most));
}

template <class Names>
Result<std::size_t> choice(View object, std::string_view key, const Names& names) {
  GP_TRY(const std::string_view word, text_of(object, key));
  const auto found = std::ranges::find(names, word);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  return odd(object.at(key), fmt::format("\"{}\" is not one of the values of \"{}\"", text::printable(word, 40), key));
}

// "" when it is not said.
Result<std::string> commit(View change, std::string_view key) {
  const View value = change.at(key);
  if (!value.exists()) return std::string{};
  const std::string_view id = value.text();
  const bool hex = id.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  if (hex && (id.size() == 40 || id.size() == 64)) return std::string(id);
  return odd(value, fmt::format("\"{}\" is no full commit id", key));
}

std::string sentence(View text) { return text::strip_controls(text::to_utf8(text.text(), kLongestSentence)); }

Result<Note> note(View stated) {
  constexpr std::array<std::string_view, 4> kKeys = {"level", "code", "text", "at"};
  GP_CHECK(only(stated, kKeys));
  auto read = ingest::read_normalised_note(stated);
  if (!read) return odd(stated, read.error().message);
  return read;
}

Result<context::DerivedExposure> derived_exposure(View object, std::string_view key) {
  constexpr std::array<std::string_view, 2> kKeys = {"exposure", "because"};
  GP_TRY(const View stated, member(object, key));
  GP_CHECK(only(stated, kKeys));
  GP_TRY(const std::size_t exposure, choice(stated, "exposure", kExposureNames));
  GP_TRY(const View because, member(stated, "because"));
  return context::DerivedExposure{static_cast<Exposure>(exposure), sentence(because)};
}

Result<CarriedExposure> carried_exposure(View stated) {
  constexpr std::array<std::string_view, 3> kKeys = {"service", "before", "after"};
  GP_CHECK(only(stated, kKeys));
  CarriedExposure carried;
  GP_TRY(const View service, member(stated, "service"));
  carried.service = sentence(service);
  GP_TRY(carried.before, derived_exposure(stated, "before"));
  GP_TRY(carried.after, derived_exposure(stated, "after"));
  return carried;
}

Result<std::vector<Note>> notes(View object) {
  GP_TRY(const View stated, list(object, "notes", kMostNotes));
  std::vector<Note> notes;
  for (const View item : stated.items()) {
    GP_TRY(Note one, note(item));
    notes.push_back(std::move(one));
  }
  return notes;
}

Result<RecordCounts> record_counts(View stated) {
  RecordCounts counts;
  const std::pair<std::string_view, std::uint64_t*> kFields[] = {{"seen", &counts.seen},
                                                                 {"mapped", &counts.mapped},
                                                                 {"rejected", &counts.rejected},
                                                                 {"grouped", &counts.grouped},
                                                                 {"skipped", &counts.skipped}};
  for (const auto& [key, field] : kFields) {
    GP_TRY(const View value, member(stated, key));
    GP_TRY(const std::int64_t count, number(value, kMostCounted));
    *field = static_cast<std::uint64_t>(count);
  }
  return counts;
}

Result<ReportInfo> report_info(View stated) {
  constexpr std::array<std::string_view, 9> kKeys = {"path",  "format",  "tool",  "tools",  "sha256",
                                                     "state", "records", "notes", "engines"};
  GP_CHECK(only(stated, kKeys));
  ReportInfo info;
  GP_TRY(const std::string_view path, text_of(stated, "path"));
  info.path = text::strip_controls(text::to_utf8(path, 4096));
  info.format = ingest::plain_name(stated.at("format").text());
  if (info.format == kChangeFormat)
    return odd(stated.at("format"), "what the change does to its own rules is asked of the forge");
  info.tools = ingest::normalised_tools(stated);
  info.sha256 = ingest::plain_name(stated.at("sha256").text());
  GP_TRY(const std::size_t state, choice(stated, "state", kReportStateNames));
  info.state = static_cast<ReportState>(state);
  GP_TRY(const View records, member(stated, "records"));
  GP_TRY(info.records, record_counts(records));
  GP_TRY(info.notes, notes(stated));
  GP_TRY(const View engines, list(stated, "engines", kMostEngines));
  for (const View engine : engines.items()) {
    if (std::string id = ingest::engine_id(engine.text()); !id.empty()) info.engines.push_back(std::move(id));
  }
  std::ranges::sort(info.engines);
  const auto repeated = std::ranges::unique(info.engines);
  info.engines.erase(repeated.begin(), repeated.end());
  return info;
}

// All places that an observation tells of lie in the repository.
bool lies_in_repository(const Observation& seen) {
  const auto inside = [](const std::string& path) { return path.empty() || RepoPath::parse(path).has_value(); };
  const auto all_inside = [&](const std::vector<Location>& places) {
    return std::ranges::all_of(places, inside, &Location::path);
  };
  const bool places =
      inside(seen.place.path) && all_inside(seen.locations) && all_inside(seen.related) && all_inside(seen.flow);
  return places && std::ranges::all_of(
                       seen.fixes, [&](const Fix& fix) { return std::ranges::all_of(fix.edits, inside, &Edit::path); });
}

// One side's reports and observations, and which of these belong to a finding already.
class Side {
 public:
  explicit Side(ObservationTable& table) : table_(table) {}

  Status read(View document, std::string_view reports_key, std::string_view observations_key) {
    GP_TRY(const View reports, list(document, reports_key, kMostReports));
    GP_TRY(const View observations, list(document, observations_key, std::numeric_limits<std::uint32_t>::max()));
    std::vector<ReportInfo> infos;
    for (const View stated : reports.items()) {
      GP_TRY(ReportInfo info, report_info(stated));
      table_.add_report({.path = info.path}, {});
      infos.push_back(std::move(info));
    }
    for (const View stated : observations.items()) GP_CHECK(observation(stated));
    // What was said when they were read counts, not what was read now.
    for (std::uint32_t i = 0; i < infos.size(); ++i) table_.report(i) = std::move(infos[i]);
    taken_.resize(table_.size());
    return Done{};
  }

  // The observation at this index, which no other finding may have.
  Result<Row> take(View index) {
    const auto row = index.integer();
    if (!row || *row < 0 || *row >= static_cast<std::int64_t>(table_.size())) {
      return odd(index,
                 fmt::format("{} is no observation; there are {}", text::printable(index.scalar(), 40), table_.size()));
    }
    const auto found = static_cast<Row>(*row);
    if (taken_[found]) return odd(index, fmt::format("observation {} belongs to another finding already", found));
    taken_[found] = true;
    return found;
  }

  [[nodiscard]] std::optional<Row> left_over() const {
    const auto free = std::ranges::find(taken_, false);
    return free == taken_.end() ? std::nullopt : std::optional(static_cast<Row>(free - taken_.begin()));
  }
  [[nodiscard]] Kind kind(Row row) const { return table_.row(row).kind; }
  [[nodiscard]] std::string_view engine(Row row) const { return table_.text(table_.rule_of(table_.row(row)).engine); }

 private:
  Status observation(View stated) {
    auto seen = ingest::read_normalised(stated);
    if (!seen) return odd(stated, seen.error().message);
    GP_TRY(const View report, member(stated, "report"));
    GP_TRY(const std::int64_t index, number(report, std::numeric_limits<std::uint32_t>::max()));
    if (index >= static_cast<std::int64_t>(table_.reports().size()))
      return odd(report, fmt::format("{} is no report; there are {}", index, table_.reports().size()));
    if (!lies_in_repository(*seen)) return odd(stated, "a path that leaves the repository");
    GP_TRY(const std::string_view at, text_of(stated, "at"));
    ingest::ReportWriter(table_, static_cast<std::uint32_t>(index), options_)
        .add(std::move(*seen), ingest::plain_name(at));
    return Done{};
  }

  ObservationTable& table_;
  const ingest::Options options_;
  std::vector<bool> taken_;
};

class ResultReader {
 public:
  explicit ResultReader(View document) : document_(document), head_(it().table), base_(it().base_table) {}

  Result<ResultFile> read() {
    GP_CHECK(version());
    constexpr std::array<std::string_view, 11> kKeys = {
        "gatepost", "change",    "reports", "observations", "base_reports", "base_observations",
        "findings", "elsewhere", "missing", "notes",        "exposures"};
    GP_CHECK(only(document_, kKeys));
    GP_CHECK(change());
    GP_CHECK(head_.read(document_, "reports", "observations"));
    GP_CHECK(base_.read(document_, "base_reports", "base_observations"));
    GP_CHECK(findings());
    GP_CHECK(rest());
    return std::move(result_);
  }

 private:
  Assessment& it() { return result_.found.assessment; }

  Status version() {
    const std::string_view version = document_.at("gatepost").text();
    if (version == "result/1") return Done{};
    if (!version.starts_with("result/"))
      return error(ErrorKind::bad_input, fmt::format("{}: no result of gatepost; {}", document_.where(), kExpected));
    return odd(document_.at("gatepost"),
               fmt::format("\"{}\"; expected \"result/1\": both stages have to run the same gatepost",
                           text::printable(version, 40)));
  }

  Status change() {
    constexpr std::array<std::string_view, 6> kKeys = {"base",  "head",        "change_head",
                                                       "merge", "base_source", "confident"};
    GP_TRY(const View stated, member(document_, "change"));
    GP_CHECK(only(stated, kKeys));
    ResultChange& change = result_.change;
    GP_TRY(change.base, commit(stated, "base"));
    GP_TRY(change.head, commit(stated, "head"));
    GP_TRY(change.change_head, commit(stated, "change_head"));
    GP_TRY(change.merge, commit(stated, "merge"));
    GP_TRY(const std::size_t source, choice(stated, "base_source", kBaseSourceNames));
    change.base_source = static_cast<BaseSource>(source);
    GP_TRY(change.confident, flag(stated, "confident"));
    if (change.head.empty()) return odd(stated, "\"head\" is missing");
    if (change.base.empty() != (change.base_source == BaseSource::none))
      return odd(stated, "\"base\" and \"base_source\" contradict each other");
    it().change.base = change.base;
    it().change.head = change.head;
    it().change.base_source = change.base_source;
    it().change.confident = change.confident;
    return Done{};
  }

  Status findings() {
    GP_TRY(const View stated, list(document_, "findings", kMostResultFindings));
    GP_CHECK(collect_files(stated));
    result_.found.parts.emplace();
    for (const View item : stated.items()) GP_CHECK(finding(item));
    for (const auto& [side, key] : {std::pair{&head_, "observations"}, std::pair{&base_, "base_observations"}}) {
      if (const auto row = side->left_over())
        return odd(document_.at(key).at(*row), "an observation that no finding has");
    }
    return Done{};
  }

  Status collect_files(View findings) {
    std::set<std::string> files;
    for (const View item : findings.items()) {
      const View stated = item.at("path");
      if (!stated.exists()) continue;
      const auto path = RepoPath::parse(stated.text());
      if (!path || path->value() != stated.text()) return odd(stated, "no path inside the repository");
      files.insert(path->value());
    }
    it().findings.files.assign(files.begin(), files.end());
    return Done{};
  }

  // Sorted by id; of equal ids the head's comes first.
  Status check_order(View stated, const Finding& finding) const {
    const auto& all = result_.found.assessment.findings.all;
    if (all.empty()) return Done{};
    const auto key = [](const Finding& it) { return std::pair(it.id, it.in_base_only); };
    if (key(all.back()) < key(finding)) return Done{};
    return odd(stated.at("id"), "findings are sorted by id, and each comes once");
  }

  Status finding(View stated) {
    constexpr std::array<std::string_view, 10> kKeys = {
        "id", "members", "kind", "path", "range", "head_lines", "presence", "in_base_only", "unplaced", "part_of"};
    GP_CHECK(only(stated, kKeys));
    Finding finding;
    GP_TRY(const std::string_view id, text_of(stated, "id"));
    const auto parsed = parse_finding_id(id);
    if (!parsed) return odd(stated.at("id"), "no id of a finding");
    finding.id = *parsed;
    GP_TRY(finding.in_base_only, flag(stated, "in_base_only"));
    GP_CHECK(check_order(stated, finding));
    GP_TRY(const std::size_t kind, choice(stated, "kind", kKindNames));
    finding.kind = static_cast<Kind>(kind);
    GP_CHECK(members(stated, finding));
    GP_CHECK(place(stated, finding));
    GP_CHECK(head_lines(stated, finding));
    GP_TRY(const Presence presence, presence_of(stated, finding));
    GP_TRY(const bool unplaced, flag(stated, "unplaced"));
    if (unplaced && (finding.file != Finding::kNoFile || presence != Presence::touched))
      return odd(stated.at("unplaced"), "only what is in no file and may be old is unplaced");
    if (const View whole = stated.at("part_of"); whole.exists()) {
      const auto of = parse_finding_id(whole.text());
      if (!of) return odd(whole, "no id of a finding");
      result_.found.parts->emplace(finding.id, *of);
    }
    it().findings.all.push_back(finding);
    it().assessed.push_back({.presence = presence, .unplaced = unplaced});
    return Done{};
  }

  Status members(View stated, Finding& finding) {
    GP_TRY(const View indices, list(stated, "members", std::numeric_limits<std::uint32_t>::max()));
    if (indices.size() == 0) return odd(indices, "a finding without an observation");
    Side& side = finding.in_base_only ? base_ : head_;
    std::vector<Row> rows;
    for (const View index : indices.items()) {
      GP_TRY(const Row row, side.take(index));
      rows.push_back(row);
    }
    finding.primary = rows.front();
    if (side.kind(finding.primary) != finding.kind)
      return odd(stated.at("kind"), "the finding is of another kind than its first observation");
    if (side.engine(finding.primary) == kChangeEngine)
      return odd(indices, "what the change does to its own rules is asked of the forge");
    std::ranges::sort(rows);
    auto& members = it().findings.members;
    finding.first_member = static_cast<std::uint32_t>(members.size());
    finding.member_count = static_cast<std::uint32_t>(rows.size());
    members.insert(members.end(), rows.begin(), rows.end());
    return Done{};
  }

  Status place(View stated, Finding& finding) {
    if (const View path = stated.at("path"); path.exists()) {
      const auto& files = it().findings.files;
      finding.file = static_cast<std::uint32_t>(std::ranges::lower_bound(files, path.text()) - files.begin());
    }
    GP_TRY(const View range, member(stated, "range"));
    constexpr std::array<std::string_view, 4> kKeys = {"line", "column", "end_line", "end_column"};
    GP_CHECK(only(range, kKeys));
    std::uint32_t* const kFields[] = {&finding.range.first_line, &finding.range.first_column, &finding.range.last_line,
                                      &finding.range.last_column};
    for (std::size_t i = 0; i < kKeys.size(); ++i) {
      const View value = range.at(kKeys[i]);
      if (!value.exists()) continue;
      GP_TRY(const std::int64_t at, number(value, std::numeric_limits<std::int32_t>::max()));
      *kFields[i] = static_cast<std::uint32_t>(at);
    }
    finding.range.last_line = std::max(finding.range.last_line, finding.range.first_line);
    return Done{};
  }

  Status head_lines(View stated, const Finding& finding) {
    const View lines = stated.at("head_lines");
    if (!lines.exists()) return Done{};
    constexpr std::array<std::string_view, 2> kKeys = {"line", "end_line"};
    GP_CHECK(only(lines, kKeys));
    if (finding.in_base_only) return odd(lines, "what only the base has is on no line of the head");
    std::optional<publish::Lines>& known = result_.head_lines[finding.id];
    if (lines.size() == 0) return Done{};
    GP_TRY(const View first, member(lines, "line"));
    GP_TRY(const View last, member(lines, "end_line"));
    GP_TRY(const std::int64_t from, number(first, std::numeric_limits<std::int32_t>::max()));
    GP_TRY(const std::int64_t to, number(last, std::numeric_limits<std::int32_t>::max()));
    if (from == 0 || to < from) return odd(lines, "lines count from 1, and the last is not before the first");
    known = publish::Lines{static_cast<std::uint32_t>(from), static_cast<std::uint32_t>(to)};
    return Done{};
  }

  Result<Presence> presence_of(View stated, const Finding& finding) {
    GP_TRY(const std::size_t index, choice(stated, "presence", kPresenceNames));
    const auto presence = static_cast<Presence>(index);
    const bool gone = presence == Presence::fixed || presence == Presence::not_evaluated;
    if (gone != finding.in_base_only)
      return odd(stated.at("presence"), "\"presence\" and \"in_base_only\" contradict each other");
    if (presence == Presence::existing && it().change.base_source != BaseSource::none)
      return odd(stated.at("presence"), "what has a base is not \"existing\"");
    return presence;
  }

  Status rest() {
    GP_TRY(const View elsewhere, member(document_, "elsewhere"));
    GP_TRY(const std::int64_t count, number(elsewhere, std::numeric_limits<std::int32_t>::max()));
    it().elsewhere = static_cast<std::size_t>(count);
    GP_TRY(const View missing, list(document_, "missing", kMostNotes));
    for (const View item : missing.items()) {
      if (!item.is_string()) return odd(item, fmt::format("{}; expected a text", to_string(item.kind())));
      result_.found.missing.push_back(sentence(item));
    }
    GP_TRY(result_.found.notes, notes(document_));
    GP_TRY(const View carried, list(document_, "exposures", context::kMostServices));
    for (const View item : carried.items()) {
      GP_TRY(CarriedExposure one, carried_exposure(item));
      result_.exposures.push_back(std::move(one));
    }
    return Done{};
  }

  View document_;
  ResultFile result_;
  Side head_, base_;
};

}  // namespace

Result<ResultFile> read_result(std::string text, const std::string& name) {
  if (text.size() > kLargestResult)
    return error(ErrorKind::bad_input, fmt::format("{}: larger than {} MiB", name, kLargestResult >> 20U));
  const doc::Shape shape = doc::first_look(std::string_view(text).substr(0, 4096)).shape;
  if (shape != doc::Shape::json_object)
    return error(ErrorKind::bad_input, fmt::format("{}: {}; {}", name, doc::describe(shape), kExpected));
  const Limits limits{.document_bytes = kLargestResult, .values = kMostValues, .depth = kDeepest};
  GP_TRY(const doc::Document document, doc::parse_json(std::move(text), name, limits));
  // Duplicate keys and the like: our own writer makes none.
  if (!document.notes().empty()) {
    const Note& first = document.notes().front();
    return error(ErrorKind::bad_input,
                 fmt::format("{}: {}{}; {}", name, first.text, first.at.empty() ? "" : " at " + first.at, kExpected));
  }
  return ResultReader(document.root()).read();
}

Result<ResultFile> read_result_file(const std::string& path) {
  GP_TRY(std::string text, read_file(path, kLargestResult));
  return read_result(std::move(text), path);
}

}  // namespace gatepost::app
