#include "ingest/formats/sarif_result.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "ingest/plain_text.hpp"
#include "model/cwe.hpp"

namespace gatepost::ingest::sarif {
namespace {

using doc::Cursor;
using doc::Key;

constexpr std::size_t kMostLocations = 1000;  // of one result; more help nobody
constexpr std::size_t kMostFlowSteps = 10000;
constexpr std::size_t kMostListed = 100;           // fixes, taxa, tags, arguments
constexpr std::size_t kLongestSecret = 16 * 1024;  // as it is written; keys of 16384 bits fit

ResultKind parse_result_kind(std::string_view name) {
  if (name == "pass") return ResultKind::pass;
  if (name == "open") return ResultKind::open;
  if (name == "informational") return ResultKind::informational;
  if (name == "notApplicable") return ResultKind::not_applicable;
  if (name == "review") return ResultKind::review;
  return ResultKind::fail;
}

std::uint16_t to_tenths(std::optional<double> number, double scale) {
  if (!number || !(*number >= 0) || *number * scale > 100) return kNoTenths;
  return static_cast<std::uint16_t>(std::lround(*number * scale));
}

std::uint32_t to_line(std::optional<std::int64_t> number) {
  return number && *number > 0 && *number < 0x7FFFFFFF ? static_cast<std::uint32_t>(*number) : 0;
}

std::string_view bytes_of(const doc::Window& window, const doc::Window::Element& element) {
  return std::string_view(window.buffer).substr(element.begin, element.length);
}

}  // namespace

Level parse_level(std::string_view name) {
  if (name == "error") return Level::error;
  if (name == "warning") return Level::warning;
  if (name == "note") return Level::note;
  return name == "none" ? Level::none : Level::absent;
}

// Everything of one result before it becomes a row.
struct ResultReader::Draft {
  ObservationRow row;
  Pending pending;
  std::optional<RareParts> rare_parts;
  std::optional<ObservationDetail> details;
  bool states_a_problem = false;
  bool message_is_cut = false;
  bool absent_from_scan = false;           // baselineState "absent": reported only as gone
  bool accepted = false, refused = false;  // suppressions by status
  Suppression suppression;
  LongText snippet;
  StringPool::Prepared symbol;  // of the primary place

  // Most results need neither: they are made when something has to go in.
  RareParts& rare() { return rare_parts ? *rare_parts : rare_parts.emplace(); }
  ObservationDetail& detail() { return details ? *details : details.emplace(); }
};

void ResultReader::read(const doc::Window& window, std::uint32_t report, std::string_view array_pointer,
                        std::uint32_t run) {
  run_prefix_ = fmt::format("{}{}", run, kUnitSeparator);
  last_path_ = {};
  window_number_ = window.number;
  const Row first = static_cast<Row>(table_.size());
  const TextId list = table_.intern(array_pointer);
  for (std::size_t i = 0; i < window.elements.size(); ++i) {
    ++counts_.seen;
    if (window.elements[i].length == 0) {
      ++counts_.rejected;  // described by the splitter
      continue;
    }
    const auto start = [&] {
      Draft draft;
      flow_.clear();
      fingerprints_.clear();
      draft.row.report = report;
      draft.row.list = list;
      draft.row.ordinal = window.first + static_cast<std::uint32_t>(i);
      draft.pending.run = run;
      return draft;
    };
    Draft draft = start();
    const char* damage = read_element(window, window.elements[i], draft);
    if (damage != nullptr && !text::is_utf8(bytes_of(window, window.elements[i]))) {
      draft = start();
      damage = read_repaired(window, window.elements[i], draft);
    }
    if (damage != nullptr) {
      ++counts_.rejected;
      remark(Note::Level::error, "rejected-record", damage, draft);
    } else if (!draft.states_a_problem) {
      ++counts_.skipped;
    } else {
      finish(draft);
      ++counts_.mapped;
    }
  }
  windows_.push_back({window.number, first, static_cast<Row>(table_.size()) - first});
}

const char* ResultReader::read_element(const doc::Window& window, const doc::Window::Element& element, Draft& draft) {
  window_ = &window;
  return parser_.parse(window, element, [&](Cursor result) { draft.states_a_problem = read_result(result, draft); });
}

// What is not UTF-8 is read as U+FFFD.
const char* ResultReader::read_repaired(const doc::Window& window, const doc::Window::Element& element, Draft& draft) {
  doc::Window copy;
  copy.buffer = text::to_utf8(bytes_of(window, element));
  const doc::Window::Element whole{0, static_cast<std::uint32_t>(copy.buffer.size())};
  copy.buffer.append(doc::kWindowPadding, '\0');
  repaired_ = true;
  const char* const damage = read_element(copy, whole, draft);
  repaired_ = false;
  if (damage == nullptr) remark(Note::Level::warning, "invalid-utf8", kReadAsReplacement, draft);
  return damage;
}

void ResultReader::remark(Note::Level level, const char* code, std::string text, const Draft& draft) {
  std::string at = fmt::format("{}/{}", table_.text(draft.row.list), draft.row.ordinal);
  remarks_.push_back({window_number_, {level, code, std::move(text), std::move(at)}});
}

const RareParts* ResultReader::rare_of(Row row) const {
  const auto found = std::ranges::lower_bound(rare_, row, {}, &std::pair<Row, RareParts>::first);
  return found == rare_.end() || found->first != row ? nullptr : &found->second;
}

void ResultReader::forget_pending() {
  pending_ = ListPool<Pending>();
  pending_of_ = std::vector<ListId>();
  rare_ = std::vector<std::pair<Row, RareParts>>();
  snippets_ = std::vector<Snippet>();
}

LongText ResultReader::snippet_of(Row row) const {
  const auto found = std::ranges::lower_bound(snippets_, row, {}, &Snippet::row);
  return found == snippets_.end() || found->row != row ? LongText{} : LongText{found->at, found->length};
}

// Control characters are written as escapes, but for DEL and those of two bytes, of which the first is C2.
std::string_view ResultReader::plain(Cursor value, std::string_view kept) {
  const std::string_view raw = value.raw_text();
  if (doc::is_plain(raw)) return raw;
  scratch_ = text::strip_controls(std::string(value.text(scratch_)), kept);
  return scratch_;
}

// A text that stays in the report.
LongText ResultReader::long_text(Cursor value) {
  const std::string_view raw = value.raw_text();
  if (raw.empty()) return {};
  if (repaired_)
    return LongText::pooled(table_.intern(plain(value, "\n\t").substr(0, ObservationTable::kLongestMessage)));
  const auto at = window_->offset + static_cast<std::uint64_t>(raw.data() - window_->buffer.data());
  return {at, static_cast<std::uint32_t>(raw.size())};
}

bool ResultReader::read_result(Cursor result, Draft& draft) {
  if (!result.is_object()) return false;
  Pending& pending = draft.pending;
  result.members([&](Key key, Cursor value) {
    if (key == "ruleId") {
      pending.rule.id = table_.intern(value.text(scratch_));
    } else if (key == "ruleIndex") {
      pending.rule.index = static_cast<std::int32_t>(value.integer().value_or(-1));
    } else if (key == "rule") {
      read_rule(value, pending.rule);
    } else if (key == "level") {
      pending.level = parse_level(value.text(scratch_));
    } else if (key == "kind") {
      pending.kind = parse_result_kind(value.text(scratch_));
    } else if (key == "message") {
      read_message(value, draft);
    } else if (key == "locations") {
      read_locations(value, draft);
    } else if (key == "relatedLocations") {
      value.items([&](Cursor item) {
        if (draft.detail().related.size() < kMostLocations)
          draft.detail().related.push_back(read_location(item, nullptr));
      });
    } else if (key == "codeFlows") {
      read_flows(value);
    } else if (key == "partialFingerprints" || key == "fingerprints") {
      read_fingerprints(value);
    } else if (key == "suppressions") {
      read_suppressions(value, draft);
    } else if (key == "properties") {
      read_properties(value, draft);
    } else if (key == "fixes") {
      read_fixes(value, draft);
    } else if (key == "taxa") {
      value.items([&](Cursor item) {
        if (draft.rare().taxa.size() < kMostListed) draft.rare().taxa.push_back(read_reference(item));
      });
    } else if (key == "rank") {
      pending.rank_tenths = to_tenths(value.number(), 1);
    } else if (key == "baselineState") {
      draft.absent_from_scan = value.text(scratch_) == "absent";
    } else if (key == "occurrenceCount") {
      const std::uint32_t occurrences = to_line(value.integer());
      if (occurrences > 1) draft.detail().occurrences = occurrences;
    } else if (key == "guid") {
      draft.detail().uid = text_of(value);
    } else if (key == "hostedViewerUri") {
      draft.detail().help_url = text_of(value);
    } else if (key == "webRequest") {
      read_web_request(value, draft);
    }
  });
  const bool no_problem = pending.kind == ResultKind::pass || pending.kind == ResultKind::informational ||
                          pending.kind == ResultKind::not_applicable;
  return !no_problem && !draft.absent_from_scan;
}

void ResultReader::read_rule(Cursor value, Reference& rule) {
  const Reference given = read_reference(value);
  if (given.id != TextId::none) rule.id = given.id;
  if (given.index >= 0) rule.index = given.index;
  rule.component = given.component;
  rule.component_name = given.component_name;
}

// A reportingDescriptorReference: {id, index, toolComponent: {index, name}}.
Reference ResultReader::read_reference(Cursor value) {
  Reference reference;
  value.members([&](Key key, Cursor member) {
    if (key == "id") {
      reference.id = table_.intern(member.text(scratch_));
    } else if (key == "index") {
      reference.index = static_cast<std::int32_t>(member.integer().value_or(-1));
    } else if (key == "toolComponent") {
      member.members([&](Key name, Cursor part) {
        if (name == "index") reference.component = static_cast<std::int32_t>(part.integer().value_or(-1));
        if (name == "name") reference.component_name = table_.intern(part.text(scratch_));
      });
    }
  });
  return reference;
}

void ResultReader::read_message(Cursor value, Draft& draft) {
  LongText markdown;
  value.members([&](Key key, Cursor member) {
    if (key == "text" || key == "markdown") {
      const std::string_view raw = member.raw_text();
      if (raw.empty()) return;
      (key == "text" ? draft.row.message : markdown) = long_text(member);
      draft.row.message_hash = message_hash(raw);
      draft.message_is_cut = draft.message_is_cut || raw.size() > ObservationTable::kLongestMessage;
    } else if (key == "id") {
      draft.rare().message_id = member.text(scratch_);
    } else if (key == "arguments") {
      member.items([&](Cursor argument) {
        if (draft.rare().message_arguments.size() < kMostListed)
          draft.rare().message_arguments.emplace_back(plain(argument, "\n\t"));
      });
    }
  });
  if (draft.row.message.empty()) draft.row.message = markdown;
  if (draft.rare_parts)
    draft.rare().message_is_template = !draft.row.message.empty() && !draft.rare().message_arguments.empty();
}

void ResultReader::read_locations(Cursor value, Draft& draft) {
  std::size_t count = 0;
  value.items([&](Cursor item) {
    if (++count > kMostLocations) return;
    const StoredLocation place = read_location(item, count == 1 ? &draft : nullptr);
    if (count == 1) {
      draft.row.path = place.path;
      draft.row.range = place.range;
    }
    if (count == 2) {
      const TextId symbol = table_.intern_prepared(draft.symbol);
      draft.detail().locations.push_back({draft.row.path, draft.row.range, symbol});
    }
    if (count >= 2) draft.detail().locations.push_back(place);
  });
}

StoredLocation ResultReader::read_location(Cursor value, Draft* draft) {
  StoredLocation location;
  std::string& symbol = draft == nullptr ? symbol_ : primary_symbol_;
  symbol.clear();
  location_has_path_ = false;
  value.members([&](Key key, Cursor member) {
    if (key == "physicalLocation") {
      read_physical(member, location, draft);
    } else if (key == "logicalLocations") {
      bool first = true;
      member.items([&](Cursor item) {
        if (first) read_symbol(item, symbol);
        first = false;
      });
    }
  });
  if (location_has_path_) location.path = last_path();
  if (draft == nullptr) {
    location.symbol = table_.intern(symbol);
  } else {
    draft->symbol = table_.prepare(symbol);
  }
  return location;
}

void ResultReader::read_symbol(Cursor value, std::string& symbol) {
  symbol.clear();
  name_.clear();
  value.members([&](Key key, Cursor text) {
    if (key == "fullyQualifiedName" || key == "decoratedName") symbol = plain(text);
    if (key == "name") name_ = plain(text);
  });
  if (symbol.empty()) std::swap(symbol, name_);
}

void ResultReader::read_physical(Cursor value, StoredLocation& location, Draft* draft) {
  Digest128 region_context, wider_context;
  value.members([&](Key key, Cursor member) {
    if (key == "artifactLocation") {
      read_artifact_location(member);
      location_has_path_ = true;
    } else if (key == "region") {
      const bool primary = draft != nullptr;
      read_region(member, location.range, primary ? &region_context : nullptr, primary ? &draft->snippet : nullptr);
    } else if (key == "contextRegion" && draft != nullptr) {
      Range ignored;
      read_region(member, ignored, &wider_context);
    }
  });
  table_.fetch(last_path_.prepared);
  if (draft != nullptr) draft->row.context = region_context.empty() ? wider_context : region_context;
}

// Begins to look the path up; last_path() ends it.
void ResultReader::read_artifact_location(Cursor value) {
  uri_.clear();
  base_.clear();
  std::int64_t index = -1;
  value.members([&](Key key, Cursor member) {
    if (key == "uri") {
      uri_ = plain(member);
    } else if (key == "uriBaseId") {
      base_ = plain(member);
    } else if (key == "index") {
      index = member.integer().value_or(-1);
    }
  });
  const bool by_index = uri_.empty() && index >= 0;
  if (by_index) uri_ = fmt::format("{}{}{}", run_prefix_, kRecordSeparator, index);  // no URI has control characters
  if (uri_ == last_path_.uri && base_ == last_path_.base) return;
  std::swap(last_path_.uri, uri_);
  std::swap(last_path_.base, base_);
  last_path_.text = last_path_.uri;
  if (!by_index && !last_path_.base.empty()) {
    last_path_.text.assign(run_prefix_).append(last_path_.base).append(1, kUnitSeparator).append(last_path_.uri);
  }
  last_path_.prepared = table_.prepare(last_path_.text);
  last_path_.id = TextId::none;
}

TextId ResultReader::last_path() {
  if (last_path_.id == TextId::none) last_path_.id = table_.intern_prepared(last_path_.prepared);
  return last_path_.id;
}

void ResultReader::read_region(Cursor value, Range& range, Digest128* context, LongText* snippet) {
  std::uint32_t end_column = 0;
  value.members([&](Key key, Cursor member) {
    if (key == "startLine") {
      range.first_line = to_line(member.integer());
    } else if (key == "startColumn") {
      range.first_column = to_line(member.integer());
    } else if (key == "endLine") {
      range.last_line = to_line(member.integer());
    } else if (key == "endColumn") {
      end_column = to_line(member.integer());
    } else if (key == "snippet" && context != nullptr) {
      add_snippet(member, *context, snippet);
    }
  });
  if (range.last_line < range.first_line) range.last_line = range.first_line;
  // SARIF's end column is the one after the last character; ours is the last character's own.
  const bool at_first_column =
      end_column <= 1 || (range.last_line == range.first_line && end_column <= range.first_column);
  range.last_column = at_first_column ? end_column : end_column - 1;
}

// The snippet's hash, without regard to white space. Only in memory, and only for results that are no secrets. Of
// secrets the snippet itself is needed when the run is known.
void ResultReader::add_snippet(Cursor value, Digest128& context, LongText* snippet) {
  value.members([&](Key key, Cursor member) {
    if (key != "text") return;
    if (snippet != nullptr && member.raw_text().size() <= kLongestSecret) *snippet = long_text(member);
    text::fold_whitespace(member.text(scratch_), folded_);
    if (!folded_.empty()) context = hasher_.field(folded_).finish128();
  });
}

void ResultReader::read_flows(Cursor value) {
  value.items([&](Cursor flow) {
    flow.members([&](Key key, Cursor threads) {
      if (key != "threadFlows") return;
      threads.items([&](Cursor thread) {
        thread.members([&](Key name, Cursor steps) {
          if (name != "locations") return;
          steps.items([&](Cursor step) {
            step.members([&](Key part, Cursor location) {
              if (part != "location" || flow_.size() >= kMostFlowSteps) return;
              flow_.push_back(read_location(location, nullptr));
            });
          });
        });
      });
    });
  });
}

void ResultReader::read_fingerprints(Cursor value) {
  value.members([&](Key key, Cursor member) {
    if (fingerprints_.size() >= kMostListed) return;
    if (std::string_view(key) != fingerprint_name_) {
      fingerprint_name_ = key;
      fingerprint_name_id_ = table_.intern(text::strip_controls(fingerprint_name_));
    }
    const TextPlace print = table_.append_text(plain(member));
    if (print != TextPlace::none) fingerprints_.push_back({fingerprint_name_id_, print});
  });
}

// Suppressed is what has an accepted suppression and none that is under review or rejected (SARIF 3.27.23).
void ResultReader::read_suppressions(Cursor value, Draft& draft) {
  value.items([&](Cursor item) {
    std::string kind, status = "accepted", justification;
    item.members([&](Key key, Cursor member) {
      if (key == "kind") kind = text_of(member);
      if (key == "status" || key == "state") status = text_of(member);
      if (key == "justification") justification = text_of(member);
    });
    const bool accepted = status == "accepted" || status.empty();
    (accepted ? draft.accepted : draft.refused) = true;
    if (accepted && draft.suppression.by.empty()) draft.suppression = {kind.empty() ? "tool" : kind, justification};
  });
}

// Property bags are the tools' own; these names are common enough to be facts.
void ResultReader::read_properties(Cursor value, Draft& draft) {
  value.members([&](Key key, Cursor member) {
    if (key == "security-severity") {
      draft.pending.security_tenths = to_tenths(member.number(), 10);
      if (draft.pending.security_tenths == kNoTenths) draft.rare().severity_word = text_of(member);
    } else if (key == "severity" || key == "issue_severity") {
      draft.rare().severity_word = text_of(member);
    } else if (key == "confidence" || key == "issue_confidence" || key == "precision") {
      draft.row.confidence = confidence_from_word(member.text(scratch_));
    } else if (key == "cwe" || key == "cwes" || key == "CWE") {
      const auto add = [&](Cursor item) {
        const auto cwe = parse_cwe(item.text(scratch_));
        if (cwe && draft.rare().cwes.size() < kMostListed) draft.rare().cwes.push_back(cwe->number);
      };
      add(member);
      member.items(add);
    } else if (key == "tags") {
      member.items([&](Cursor tag) {
        const std::string_view word = tag.text(scratch_);
        draft.pending.tagged_secret = draft.pending.tagged_secret || text::equal_ignoring_case(word, "secret") ||
                                      text::equal_ignoring_case(word, "secrets");
      });
    } else if (key == "exposure") {
      // Semgrep, of a vulnerable dependency; other tools mean other things, in other words.
      const std::string_view word = member.text(scratch_);
      if (word == "reachable") draft.row.reach = Reach::called;
      if (word == "unreachable") draft.row.reach = Reach::unreachable;
    } else if (key == "purl" || key == "packageUrl") {
      draft.rare().purl = text_of(member);
    }
  });
}

void ResultReader::read_fixes(Cursor value, Draft& draft) {
  value.items([&](Cursor item) {
    if (draft.detail().fixes.size() < kMostListed) read_fix(item, draft);
  });
}

void ResultReader::read_fix(Cursor value, Draft& draft) {
  Fix fix;
  value.members([&](Key key, Cursor member) {
    if (key == "description") {
      member.members([&](Key part, Cursor text) {
        if (part == "text") fix.description = plain(text, "\n\t");
      });
    } else if (key == "artifactChanges") {
      member.items([&](Cursor change) {
        std::string path;
        std::vector<Edit> edits;
        change.members([&](Key part, Cursor content) {
          if (part == "artifactLocation") {
            read_artifact_location(content);
            path = last_path_.text;
          }
          if (part != "replacements") return;
          content.items([&](Cursor replacement) {
            Edit edit;
            replacement.members([&](Key name, Cursor piece) {
              if (name == "deletedRegion") read_region(piece, edit.range, nullptr);
              if (name != "insertedContent") return;
              piece.members([&](Key what, Cursor text) {
                if (what == "text") edit.text = plain(text, "\n\r\t");
              });
            });
            if (edits.size() < kMostListed) edits.push_back(std::move(edit));
          });
        });
        for (Edit& edit : edits) {
          edit.path = path;
          fix.edits.push_back(std::move(edit));
        }
      });
    }
  });
  if (!fix.edits.empty() || !fix.description.empty()) draft.detail().fixes.push_back(std::move(fix));
}

void ResultReader::read_web_request(Cursor value, Draft& draft) {
  Endpoint endpoint;
  value.members([&](Key key, Cursor member) {
    if (key == "method") endpoint.method = text_of(member);
    if (key == "target") endpoint.url = text_of(member);
    if (key != "parameters") return;
    member.members([&](Key name, Cursor) {
      if (endpoint.parameter.empty()) endpoint.parameter = text::strip_controls(std::string(name));
    });
  });
  if (endpoint == Endpoint{}) return;
  draft.detail().endpoint = std::move(endpoint);
}

void ResultReader::finish(Draft& draft) {
  if (draft.accepted && !draft.refused) {
    draft.detail().suppression = draft.suppression;
    draft.row.suppressed = true;
  }
  draft.row.symbol = table_.intern_prepared(draft.symbol);
  draft.row.needs_review = draft.pending.kind == ResultKind::open || draft.pending.kind == ResultKind::review;
  draft.row.flow = table_.add_locations(flow_);
  draft.row.fingerprints = table_.add_fingerprints(fingerprints_);
  if (draft.details) draft.row.detail = table_.add_detail(std::move(*draft.details));
  if (draft.rare_parts) {
    draft.pending.has_rare = true;
    rare_.emplace_back(static_cast<Row>(table_.size()), std::move(*draft.rare_parts));
  }
  if (draft.message_is_cut) {
    remark(Note::Level::warning, "message-cut", "the message is longer than 1 MiB; only its beginning is shown", draft);
  }
  const Row row = table_.add(draft.row);
  if (!draft.snippet.empty()) snippets_.push_back({draft.snippet.at, draft.snippet.length, row});
  pending_of_.push_back(pending_.intern({&draft.pending, 1}));
}

}  // namespace gatepost::ingest::sarif
