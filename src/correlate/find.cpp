#include "correlate/find.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/pages.hpp"
#include "base/parallel.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::size_t kPiece = 8192;  // rows or findings that a thread takes up at once
constexpr std::size_t kSoon = 16;     // rows ahead

// One row on its way to those with the same key. Small: there is one for each row, and they are sorted.
struct Keyed {
  IdentityKey key;
  Row row = 0;
};

// A row of a group, with what decides where in the group it goes, and what its finding needs.
struct Entry {
  Range range;
  std::uint64_t message_hash = 0;
  std::uint32_t report = 0;
  Row row = 0;
  TextId path = TextId::none;
  Kind kind = Kind::other;
};

// What a finding shows of one of its rows.
struct Shown {
  TextId path = TextId::none;
  Range range;
  Kind kind = Kind::other;
};

auto place_of(const Entry& entry) { return std::tie(entry.range, entry.row); }

bool same_place(const Entry& a, const Entry& b) { return a.range == b.range && a.message_hash == b.message_hash; }

// How much an observation tells: what a finding is shown by is the member that tells most.
std::size_t telling(const ObservationTable& table, Row index) {
  const ObservationRow& row = table.row(index);
  const RuleInfo& rule = table.rule_of(row);
  const ObservationDetail* const detail = table.detail_of(row);
  const StoredComponent* const component = table.component_of(row);
  const std::string_view title = table.text(rule.title), id = table.text(rule.id);
  const bool fixed = (detail != nullptr && !detail->fixes.empty()) ||
                     (component != nullptr && !table.texts(component->fixed_versions).empty());
  const bool own_title = !title.empty() && (id.empty() || title.find(id) == std::string_view::npos);
  const bool exact_line = row.range.first_line > 1 || row.range.last_line > 1;
  return (exact_line ? 16U : 0U) + (row.flow != ListId::none ? 8U : 0U) + (fixed ? 4U : 0U) + (own_title ? 2U : 0U) +
         (row.range.first_column != 0 ? 1U : 0U);
}

class Grouper {
 public:
  Grouper(const IdentityInputs& in, Findings& out) : in_(in), out_(out) {}

  // Rows with equal keys.
  void add(std::span<const Keyed> group) {
    key_ = group.front().key;
    entries_.clear();
    for (const Keyed& keyed : group) entries_.push_back(entry_of(keyed.row));
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) { return place_of(a) < place_of(b); });
    const auto begin = entries_.begin(), end = entries_.end();
    if (!key_.by_place) {
      std::vector<Row> rows = rows_of(begin, end);
      return add_finding(rows, kOnlyOne);
    }
    std::uint32_t occurrence = 0;
    for (auto first = begin; first != end;) {
      const auto other_line = [&](const Entry& it) { return it.range.first_line != first->range.first_line; };
      const auto line_end = std::find_if(first, end, other_line);
      if (line_end - first == 1) {
        add_finding(first->row, {&first->row, 1}, {first->path, first->range, first->kind}, occurrence++);
      } else {
        for (Hit& hit : hits_of(first, line_end)) add_finding(hit.rows, occurrence++);
      }
      first = line_end;
    }
  }

  // Makes the last findings' ids out of their keys.
  void name_last() {
    const std::span<Finding> last = std::span(out_.all).last(occurrences_.size());
    work_in_pieces(in_.threads, last.size(), kPiece, [&](unsigned, std::size_t first, std::size_t end) {
      Sha256 hasher;
      for (std::size_t i = first; i < end; ++i) {
        if (occurrences_[i] == kOnlyOne) continue;
        FindingId& id = last[i].id;
        id = finding_id({id.digest, true}, occurrences_[i], hasher);
      }
    });
    occurrences_.clear();
  }

 private:
  // One thing at one line, as one or several reports have it.
  struct Hit {
    Range range;
    std::vector<Row> rows;
    std::vector<std::uint32_t> reports;
  };

  [[nodiscard]] Entry entry_of(Row index) const {
    const ObservationRow& row = in_.table.row(index);
    return {row.range, row.message_hash, row.report, index, row.path, row.kind};
  }

  static std::vector<Row> rows_of(std::vector<Entry>::iterator begin, std::vector<Entry>::iterator end) {
    std::vector<Row> rows;
    for (auto entry = begin; entry != end; ++entry) rows.push_back(entry->row);
    return rows;
  }

  // Within one report, another range or message is another hit: scanners report what they think is one thing once. From
  // another report of the same engine it is the same hit in other words or with less exact columns.
  static std::vector<Hit> hits_of(std::vector<Entry>::iterator begin, std::vector<Entry>::iterator end) {
    const auto words_of = [](const Entry& it) { return std::tie(it.range, it.message_hash, it.row); };
    std::sort(begin, end, [&](const Entry& a, const Entry& b) { return words_of(a) < words_of(b); });
    std::vector<Hit> exact;
    for (auto first = begin; first != end;) {
      const auto other = [&](const Entry& entry) { return !same_place(*first, entry); };
      const auto rest = std::find_if(first, end, other);
      Hit hit{.range = first->range, .rows = rows_of(first, rest), .reports = {}};
      for (auto entry = first; entry != rest; ++entry) hit.reports.push_back(entry->report);
      exact.push_back(std::move(hit));
      first = rest;
    }
    // Several messages at one range in the order of their first row.
    std::ranges::sort(exact, {}, [](const Hit& hit) { return std::pair(hit.range, hit.rows.front()); });
    return folded(std::move(exact));
  }

  // Hits of different reports become one, in their order.
  static std::vector<Hit> folded(std::vector<Hit> hits) {
    const bool one_report = std::ranges::all_of(hits, [&](const Hit& hit) {
      return std::ranges::all_of(hit.reports, [&](auto report) { return report == hits.front().reports.front(); });
    });
    if (one_report || hits.size() > kMostFolded) return hits;
    std::vector<Hit> out;
    for (Hit& hit : hits) {
      const auto disjoint = [&](const Hit& other) {
        return std::ranges::find_first_of(other.reports, hit.reports) == other.reports.end();
      };
      if (const auto target = std::ranges::find_if(out, disjoint); target != out.end()) {
        target->rows.insert(target->rows.end(), hit.rows.begin(), hit.rows.end());
        target->reports.insert(target->reports.end(), hit.reports.begin(), hit.reports.end());
      } else {
        out.push_back(std::move(hit));
      }
    }
    return out;
  }

  void add_finding(std::span<Row> rows, std::uint32_t occurrence) {
    std::ranges::sort(rows);
    const Row primary = *std::ranges::max_element(rows, {}, [&](Row row) { return telling(in_.table, row); });
    const ObservationRow& shown = in_.table.row(primary);
    add_finding(primary, rows, {shown.path, shown.range, shown.kind}, occurrence);
  }

  void add_finding(Row primary, std::span<const Row> rows, const Shown& shown, std::uint32_t occurrence) {
    out_.all.push_back({.id = {key_.digest},
                        .primary = primary,
                        .first_member = static_cast<std::uint32_t>(out_.members.size()),
                        .member_count = static_cast<std::uint32_t>(rows.size()),
                        .file = in_.placement.file_of(shown.path),
                        .range = shown.range,
                        .kind = shown.kind});
    out_.members.insert(out_.members.end(), rows.begin(), rows.end());
    occurrences_.push_back(occurrence);
    if (occurrences_.size() == kNamedAtOnce) name_last();
  }

  static constexpr std::size_t kNamedAtOnce = 1 << 18;
  static constexpr std::uint32_t kOnlyOne = 0xFFFFFFFF;  // the key is the id
  static constexpr std::size_t kMostFolded = 64;  // hits of one rule on one line: beyond that nobody means one thing

  const IdentityInputs& in_;
  Findings& out_;
  IdentityKey key_;
  std::vector<Entry> entries_;              // of the group
  std::vector<std::uint32_t> occurrences_;  // of the last of out_.all, which have no id yet
};

// Sends for what is needed of a row.
void fetch_row(const ObservationTable& table, Row row) {
  const ObservationRow& soon = table.row(row);
  __builtin_prefetch(&soon.message_hash);
  __builtin_prefetch(&soon.kind);
}

// The keys of all rows, in their order. What was taken is given up.
class SortedKeys {
 public:
  explicit SortedKeys(const IdentityInputs& in) : size_(in.table.size()), keys_(make_pages<Keyed>(size_)) {
    // Most of the time goes into hashing, and no row needs another.
    work_in_pieces(in.threads, size_, kPiece, [&](unsigned, std::size_t first, std::size_t end) {
      Identifier identifier(in);
      for (Row row = static_cast<Row>(first); row < end; ++row) keys_[row] = {identifier.key(row), row};
    });
    std::sort(begin(), begin() + size_, [](const Keyed& a, const Keyed& b) { return a.key.digest < b.key.digest; });
  }

  // Rows with equal keys; none at the end. Rows that come soon are sent for: each lies somewhere else in memory.
  std::span<const Keyed> next_group(const ObservationTable& table) {
    give_up_taken();
    const std::size_t first = taken_;
    for (; taken_ < size_ && keys_[taken_].key.digest == keys_[first].key.digest; ++taken_) {
      if (taken_ + kSoon < size_) fetch_row(table, keys_[taken_ + kSoon].row);
    }
    return {begin() + first, taken_ - first};
  }

 private:
  static constexpr std::size_t kGivenUpAtOnce = 1 << 16;

  Keyed* begin() const { return keys_.get(); }
  void give_up_taken() {
    if (taken_ - given_up_ < kGivenUpAtOnce) return;
    drop_pages(begin() + given_up_, begin() + taken_);
    given_up_ = taken_;
  }

  std::size_t size_ = 0, taken_ = 0, given_up_ = 0;
  Pages<Keyed> keys_;
};

// By id. Hardly any two begin with the same twelve letters.
bool before(const Finding& a, const Finding& b) {
  const std::uint64_t first = a.id.first_letters(), second = b.id.first_letters();
  return first != second ? first < second : a.id < b.id;
}

}  // namespace

Findings find(const IdentityInputs& inputs) {
  Findings findings;
  findings.files = inputs.files.files();
  SortedKeys keys(inputs);
  findings.all.reserve(inputs.table.size());
  findings.members.reserve(inputs.table.size());
  Grouper grouper(inputs, findings);
  for (auto group = keys.next_group(inputs.table); !group.empty(); group = keys.next_group(inputs.table))
    grouper.add(group);
  grouper.name_last();
  std::ranges::sort(findings.all, before);
  return findings;
}

}  // namespace gatepost::correlate
