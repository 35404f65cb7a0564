#include "ingest/mapping/run.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "doc/page_loan.hpp"
#include "ingest/mapping/blocks.hpp"
#include "ingest/mapping/loops.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest::mapping {
namespace {

constexpr std::size_t kMostMessages = 20;
// For each value of the report so many may be visited: enough for joins by search in small lists, not for searching all
// of a large report for each record.
constexpr std::uint64_t kVisitsPerByte = 50;
constexpr std::uint64_t kLeastVisits = 20'000'000;

// The roots are one list of all records, which is not in memory as a whole.
bool is_list_in_parts(const Source& source) {
  return source.format == SourceFormat::jsonl && source.roots.size() == 1 && source.roots.front().is_array() &&
         source.roots.front().pointer().empty();
}

Value root_of(const Source& source) {
  const bool one = source.format == SourceFormat::json || source.format == SourceFormat::xml ||
                   source.format == SourceFormat::csv || source.format == SourceFormat::text ||
                   source.format == SourceFormat::html || is_list_in_parts(source);
  if (one || (source.format == SourceFormat::yaml && source.roots.size() == 1))
    return source.roots.empty() ? Value() : Value(source.roots.front());
  List roots;
  roots.reserve(source.roots.size());
  for (const doc::View root : source.roots) roots.emplace_back(root);
  return Value(std::move(roots));
}

Scope scope_of(const Mapping& mapping, const Source& source, Value root, std::uint64_t bytes) {
  Scope scope;
  scope.root = std::move(root);
  List columns;
  for (const std::string& column : source.header) columns.push_back(Value::borrowed(column));
  scope.header = Value(std::move(columns));
  scope.slots.resize(mapping.slots);
  scope.indexes = std::make_shared<Scope::Indexes>(mapping.indexes.size());
  scope.budget = std::max(kLeastVisits, bytes * kVisitsPerByte);
  return scope;
}

// All blocks of the mapping. A tool that calls its states otherwise than before has not become clean.
void read_blocks(const Mapping& mapping, const Source& source, Scope& scope, ReportWriter& out, unsigned threads) {
  Skips skips;
  for (const Block& block : mapping.blocks) skips.add(read_block({mapping, block, source.place}, scope, out, threads));
  if (skips.skipped > 0) out.evidence_of_a_scan();
  if (skips.unjudged == 0 || skips.unjudged < out.table().report(out.report()).records.seen) return;
  out.incomplete("unjudged", fmt::format("nothing in the {} records tells which of them are problems; is this another "
                                         "version of the format?",
                                         skips.unjudged));
}

// Of several files one list.
Value joined(const std::vector<const Source*>& sources) {
  if (sources.size() == 1) return root_of(*sources.front());
  List all;
  for (const Source* const source : sources) {
    for (const Value& item : root_of(*source).items()) all.push_back(item);
  }
  return all.empty() ? Value() : Value(std::move(all));
}

// All that any thread may look at.
void share_pages(const Source& source, unsigned threads) {
  for (const doc::View root : source.roots) doc::share_pages(root, threads);
}

// Lets joins see the files beside the report.
void join_companions(const Mapping& mapping, std::string_view own, Companions& beside, Scope& scope, ReportWriter& out,
                     unsigned threads) {
  for (const Companion& companion : mapping.companions) {
    if (!companion.format) {
      beside.claim(*companion.file, own);
      continue;
    }
    const Companions::Found found = beside.find(*companion.file, *companion.format, own);
    for (const std::string& problem : found.problems) out.incomplete("companion", problem);
    for (const Source* const source : found.sources) share_pages(*source, threads);
    scope.slots[companion.slot] = joined(found.sources);
    scope.budget += found.bytes * kVisitsPerByte;
  }
}

void fill_indexes(const Mapping& mapping, Scope& scope) {
  for (std::size_t i = 0; i < mapping.indexes.size(); ++i) {
    const Index& index = mapping.indexes[i];
    auto each = [&] {
      const std::string key = index.key(scope).text();
      if (!key.empty()) (*scope.indexes)[i].try_emplace(key, index.value(scope));
    };
    // What cannot be found again is told as a record that lacks what it is looked up for.
    auto stray = [](std::size_t, const Value&) {};
    loop(index.loops, 0, scope, each, stray);
  }
}

void tell_errors(const Mapping& mapping, Scope& scope, ReportWriter& out) {
  std::size_t told = 0;
  for (const Expr& errors : mapping.errors) {
    for (const Value& message : errors(scope).items()) {
      if (!message.is_true() || told++ == kMostMessages) continue;
      std::string text = plain_title(message.text());
      if (text.empty() || text == "true") text = "the tool reports errors of its own";
      out.incomplete("scanner-message", std::move(text));
    }
  }
  for (const Expr& failed : mapping.failed) {
    const Value message = failed(scope);
    if (!message.is_true()) continue;
    std::string text = plain_title(message.text());
    if (text.empty() || text == "true") text = "the report says that the scan failed";
    out.failed(std::move(text));
  }
}

void tell_of_source(const Source& source, ReportWriter& out) {
  if (source.truncated) out.truncated();
  for (const std::string& rejected : source.rejected) out.reject({}, rejected);
  const std::uint64_t untold = source.rejected_count - source.rejected.size();
  out.count({.seen = untold, .rejected = untold});
  // Those of a JSON document are told with the others of its parser.
  if (source.format == SourceFormat::json) return;
  for (const Note& note : source.notes) out.note(note.level, note.code, note.text, note.at);
}

// A small report is read before other threads are there.
unsigned threads_for(const Candidate& candidate, const Options& options) {
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 20;
  return candidate.bytes().size() < kSmall ? 1 : std::max(1U, options.threads);
}

const Source* source_of(const Mapping& mapping, SourceFormat format, Candidate& candidate, Extent extent) {
  if (format == SourceFormat::csv) return candidate.csv(mapping.columns, extent);
  if (format == SourceFormat::json && !mapping.strip_prefix.empty()) return candidate.json_after(mapping.strip_prefix);
  return candidate.source(format, extent);
}

}  // namespace

std::optional<SourceFormat> recognise(const Mapping& mapping, Candidate& candidate, Extent extent) {
  for (const SourceFormat format : mapping.formats) {
    const Source* const source = source_of(mapping, format, candidate, extent);
    if (source == nullptr) continue;
    const bool cut_json = format == SourceFormat::json && source->truncated && mapping.strip_prefix.empty();
    Value root = cut_json ? Value(candidate.json_so_far()) : root_of(*source);
    Scope scope = scope_of(mapping, *source, std::move(root), candidate.bytes().size());
    if (std::ranges::all_of(mapping.recognise, [&](const Expr& condition) { return condition(scope).is_true(); }))
      return format;
  }
  return std::nullopt;
}

void read(const Mapping& mapping, SourceFormat format, Candidate& candidate, ReportWriter& out, Companions* beside) {
  const Source* const recognised = source_of(mapping, format, candidate, Extent::whole);
  // A join looks here and there.
  const Source& source = mapping.indexes.empty() ? *recognised : *candidate.in_memory(recognised, mapping.columns);
  candidate.keep_only(&source);
  Scope scope = scope_of(mapping, source, root_of(source), candidate.bytes().size());
  for (const Variable& variable : mapping.lets) scope.slots[variable.slot] = variable.value(scope);
  const unsigned threads = threads_for(candidate, out.options());
  share_pages(source, threads);
  if (beside != nullptr) join_companions(mapping, candidate.name(), *beside, scope, out, threads);
  fill_indexes(mapping, scope);
  out.tool(mapping.tool_name, mapping.tool_version ? plain_name((*mapping.tool_version)(scope).text()) : "");
  if (mapping.tool_database) out.database((*mapping.tool_database)(scope).text());
  out.engine(mapping.engine);
  tell_of_source(source, out);
  tell_errors(mapping, scope, out);
  if (mapping.inventory) out.inventory(*mapping.inventory);
  if (std::ranges::any_of(mapping.evidence, [&](const Expr& shown) { return shown(scope).is_true(); }))
    out.evidence_of_a_scan();
  read_blocks(mapping, source, scope, out, threads);
  if (std::ranges::any_of(source.documents, &doc::Document::changed))
    out.incomplete("changed", "the file changed while it was read");
  if (scope.exhausted)
    out.incomplete("too-much-work", "reading this report by its mapping takes too long; what is left is not read");
}

}  // namespace gatepost::ingest::mapping
