#include "ingest/mapping/run.hpp"

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

<<<<<<< HEAD
// Calls `each` for every round of the loops from `depth` on.
template <class Each>
void loop(const std::vector<Loop>& loops, std::size_t depth, Scope& scope, Each& each) {
  if (depth == loops.size()) return each();
  const Loop& level = loops[depth];
  bool has_items = false;
  level.list.each(scope, [&](const Value& item) {
    has_items = true;
    if (!scope.spend(1)) return false;
    scope.slots[level.slot] = item;
    loop(loops, depth + 1, scope, each);
    return true;
  });
  if (has_items || !level.keep_parent) return;
  scope.slots[level.slot] = Value();
  loop(loops, depth + 1, scope, each);
}

// All of the block's findings of one group.
struct Group {
  Observation observation;
  std::string at;
  double preference = 0;
};

class BlockReader {
 public:
  BlockReader(const Mapping& mapping, const Block& block, std::string_view root, Scope& scope, ReportWriter& out)
      : mapping_(mapping), block_(block), root_(root), scope_(scope), out_(out) {}

  void read() {
    auto each = [this] { read_record(); };
    loop(block_.loops, 0, scope_, each);
    for (Group& group : groups_) out_.add(std::move(group.observation), group.at);
    out_.count({.seen = folded_ + skipped_, .grouped = folded_, .skipped = skipped_});
  }
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }
  // Those of the skipped records that have nothing of what `when` compares.
  [[nodiscard]] std::uint64_t unjudged() const { return unjudged_; }

 private:
  void read_record() {
    for (const Variable& variable : block_.lets) scope_.slots[variable.slot] = variable.value(scope_);
    scope_.compared_nothing = scope_.compared_something = false;
    if (block_.when && !(*block_.when)(scope_).is_true()) {
      ++skipped_;
      if (scope_.compared_nothing && !scope_.compared_something) ++unjudged_;
      return;
    }
    std::string at = place();
    Draft draft;
    draft.observation.kind = mapping_.kind;
    std::vector<const Field*> empty;
    for (const Setting& setting : block_.settings) {
      const Value value = setting.value(scope_);
      if (value.is_empty()) empty.push_back(setting.field);
      if (!value.is_null()) setting.field->put(draft, value);
    }
    tell_unmapped(at);
    if (const Requirement* const unmet = unmet_by(empty)) return out_.reject(at, complaint(*unmet));
    Observation observation = finish(std::move(draft), {mapping_.engine, mapping_.kind}, out_, at);
    if (block_.group_by.empty()) return out_.add(std::move(observation), at);
    group(std::move(observation), std::move(at));
  }

  // Pointer of the innermost record of the report.
  [[nodiscard]] std::string place() const {
    for (auto level = block_.loops.rbegin(); level != block_.loops.rend(); ++level) {
      const Value& record = scope_.slots[level->slot];
      if (const auto view = record.view()) return root_ + view->pointer();
      if (const auto view = record.member("value").view()) return root_ + view->pointer();
    }
    return {};
  }

  void tell_unmapped(const std::string& at) {
    for (const std::string& unmapped : scope_.unmapped) {
      out_.note(Note::Level::warning, "unmapped-value",
                fmt::format("no entry for \"{}\" in the mapping's tables", unmapped), at);
    }
    scope_.unmapped.clear();
  }

  [[nodiscard]] const Requirement* unmet_by(const std::vector<const Field*>& empty) const {
    for (const Requirement& requirement : block_.requirements) {
      const bool is_set = std::ranges::any_of(requirement.any_of, [&](const Field* field) {
        const bool is_used = std::ranges::any_of(block_.settings, [&](const Setting& it) { return it.field == field; });
        return is_used && std::ranges::find(empty, field) == empty.end();
      });
      if (!is_set) return &requirement;
    }
    return nullptr;
  }

  static std::string complaint(const Requirement& requirement) {
    std::string names;
    for (const Field* field : requirement.any_of) names += (names.empty() ? "" : " or ") + std::string(field->name);
    return "a record without " + names;
  }

  // A group's key is whole or there is no group: what lacks a part of it stands alone.
  void group(Observation observation, std::string at) {
    std::string key;
    bool whole = true;
    for (const Expr& part : block_.group_by) {
      const Value value = part(scope_);
      whole = whole && !value.is_empty();
      for (const Value& item : value.items()) key += fmt::format("{}\x1f", item.text());
      key += '\x1e';
    }
    const double preference = block_.prefer ? (*block_.prefer)(scope_).number().value_or(0) : 0;
    const auto [known, is_new] =
        whole ? by_key_.try_emplace(std::move(key), groups_.size()) : std::pair{by_key_.end(), true};
    if (is_new) {
      groups_.push_back({std::move(observation), std::move(at), preference});
      return;
    }
    ++folded_;
    merge(groups_[known->second], {std::move(observation), std::move(at), preference});
  }

  void merge(Group& kept, Group other) const {
    if (other.preference > kept.preference) std::swap(kept, other);
    if (block_.collects) fold(kept.observation, std::move(other.observation));
  }

  const Mapping& mapping_;
  const Block& block_;
  const std::string root_;  // of the report, which the pointers in it are behind
  Scope& scope_;
  ReportWriter& out_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::uint64_t folded_ = 0, skipped_ = 0, unjudged_ = 0;
};

// All blocks of the mapping. A tool that calls its states otherwise than before has not become clean.
void read_blocks(const Mapping& mapping, const Source& source, Scope& scope, ReportWriter& out) {
  std::uint64_t skipped = 0, unjudged = 0;
  for (const Block& block : mapping.blocks) {
    BlockReader reader(mapping, block, source.place, scope, out);
    reader.read();
    skipped += reader.skipped();
    unjudged += reader.unjudged();
  }
  if (skipped > 0) out.evidence_of_a_scan();
  if (unjudged == 0 || unjudged < out.table().report(out.report()).records.seen) return;
  out.incomplete("unjudged", fmt::format("nothing in the {} records tells which of them are problems; is this another "
                                         "version of the format?",
                                         unjudged));
}

=======
>>>>>>> mapspeed
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
    loop(index.loops, 0, scope, each);
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
  const Source& source = *source_of(mapping, format, candidate, Extent::whole);
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
<<<<<<< HEAD
  if (std::ranges::any_of(mapping.evidence, [&](const Expr& shown) { return shown(scope).is_true(); }))
    out.evidence_of_a_scan();
  read_blocks(mapping, source, scope, out);
=======
  bool has_seen = std::ranges::any_of(mapping.evidence, [&](const Expr& shown) { return shown(scope).is_true(); });
  for (const Block& block : mapping.blocks) {
    has_seen = read_block({mapping, block, source.place}, scope, out, threads) > 0 || has_seen;
  }
  if (has_seen) out.evidence_of_a_scan();
  if (std::ranges::any_of(source.documents, &doc::Document::changed))
    out.incomplete("changed", "the file changed while it was read");
>>>>>>> mapspeed
  if (scope.exhausted)
    out.incomplete("too-much-work", "reading this report by its mapping takes too long; what is left is not read");
}

}  // namespace gatepost::ingest::mapping
