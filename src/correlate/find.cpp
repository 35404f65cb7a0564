#include "correlate/find.hpp"

#include <algorithm>
#include <bit>
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
constexpr unsigned kMostParts = 8;    // that are grouped at the same time

// One row on its way to those with the same key. Small: there is one for each row, and they are sorted.
struct Keyed {
  IdentityKey key;
  Row row = 0;
};

// The order of ids. Hardly any two begin with the same twelve letters.
bool id_before(const FindingId& a, const FindingId& b) {
  const std::uint64_t first = a.first_letters(), second = b.first_letters();
  return first != second ? first < second : a < b;
}

bool before(const Finding& a, const Finding& b) { return id_before(a.id, b.id); }

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

// A finding that shares its key with an earlier one.
struct Repeated {
  Finding finding;  // its id is the key
  std::uint32_t occurrence = 0;
};

// The findings of some of the keys.
struct Part {
  std::vector<Finding> all;  // by id
  std::vector<Row> members;
  std::vector<Repeated> repeated;
};

class Grouper {
 public:
  Grouper(const IdentityInputs& in, Part& out) : in_(in), out_(out) {}

  // Rows with equal keys.
  void add(std::span<const Keyed> group) {
    key_ = group.front().key;
    entries_.clear();
    for (const Keyed& keyed : group) entries_.push_back(entry_of(keyed.row));
    std::ranges::sort(entries_, [](const Entry& a, const Entry& b) { return place_of(a) < place_of(b); });
    const auto begin = entries_.begin(), end = entries_.end();
    if (!key_.by_place) {
      std::vector<Row> rows = rows_of(begin, end);
      return add_finding(rows, 0);
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
    const Finding finding{.id = {key_.digest},
                          .primary = primary,
                          .first_member = static_cast<std::uint32_t>(out_.members.size()),
                          .member_count = static_cast<std::uint32_t>(rows.size()),
                          .file = in_.placement.file_of(shown.path),
                          .range = shown.range,
                          .kind = shown.kind};
    out_.members.insert(out_.members.end(), rows.begin(), rows.end());
    if (occurrence == 0) {
      out_.all.push_back(finding);
    } else {
      out_.repeated.push_back({finding, occurrence});
    }
  }

  static constexpr std::size_t kMostFolded = 64;  // hits of one rule on one line: beyond that nobody means one thing

  const IdentityInputs& in_;
  Part& out_;
  IdentityKey key_;
  std::vector<Entry> entries_;  // of the group
};

// Sends for what is needed of a row.
void fetch_row(const ObservationTable& table, Row row) {
  const ObservationRow& soon = table.row(row);
  __builtin_prefetch(&soon.message_hash);
  __builtin_prefetch(&soon.kind);
}

// One for each row. Most of the time goes into hashing, and no row needs another.
Pages<Keyed> keys_of(const IdentityInputs& in) {
  Pages<Keyed> keys = make_pages<Keyed>(in.table.size());
  work_in_pieces(in.threads, in.table.size(), kPiece, [&](unsigned, std::size_t first, std::size_t end) {
    Identifier identifier(in);
    for (Row row = static_cast<Row>(first); row < end; ++row) keys[row] = {identifier.key(row), row};
  });
  return keys;
}

// Cuts the keys into 2^`bits` ranges about as long as each other: what is in one comes before what is in the next.
void cut(std::span<Keyed> keys, int bits, std::vector<std::span<Keyed>>& out, int bit = 59) {
  if (bits == 0) return out.push_back(keys);
  const auto comes_first = [&](const Keyed& it) { return (FindingId{it.key.digest}.first_letters() >> bit & 1U) == 0; };
  const auto middle = std::partition(keys.begin(), keys.end(), comes_first);
  cut({keys.begin(), middle}, bits - 1, out, bit - 1);
  cut({middle, keys.end()}, bits - 1, out, bit - 1);
}

std::vector<std::span<Keyed>> cut(std::span<Keyed> keys, unsigned threads) {
  std::vector<std::span<Keyed>> ranges;
  cut(keys, keys.size() > kPiece ? std::bit_width(std::clamp(threads, 1U, kMostParts) - 1) : 0, ranges);
  return ranges;
}

// Keys in the order of the ids that they become make findings. Memory of keys is given up on the way; rows that are met
// soon are sent for, because each lies somewhere else.
void group(const IdentityInputs& in, std::span<Keyed> keys, Part& out) {
  constexpr std::size_t kGivenUpAtOnce = 1 << 16;
  std::ranges::sort(keys, [](const Keyed& a, const Keyed& b) { return id_before({a.key.digest}, {b.key.digest}); });
  Grouper grouper(in, out);
  for (std::size_t begin = 0, end = 0, given_up = 0; begin < keys.size(); begin = end) {
    for (; end < keys.size() && keys[end].key.digest == keys[begin].key.digest; ++end) {
      if (end + kSoon < keys.size()) fetch_row(in.table, keys[end + kSoon].row);
    }
    grouper.add(keys.subspan(begin, end - begin));
    if (end - given_up < kGivenUpAtOnce) continue;
    drop_pages(&keys[given_up], keys.data() + end);
    given_up = end;
  }
}

// The parts one after another.
Part joined(std::vector<Part> parts) {
  Part all = std::move(parts.front());
  for (Part& part : std::span(parts).subspan(1)) {
    for (Finding& finding : part.all) finding.first_member += static_cast<std::uint32_t>(all.members.size());
    for (Repeated& it : part.repeated) it.finding.first_member += static_cast<std::uint32_t>(all.members.size());
    all.all.insert(all.all.end(), part.all.begin(), part.all.end());
    all.members.insert(all.members.end(), part.members.begin(), part.members.end());
    all.repeated.insert(all.repeated.end(), part.repeated.begin(), part.repeated.end());
    part = {};
  }
  return all;
}

// Puts the findings that share their key with an earlier one among the others.
void add_repeated(Part& part, unsigned threads) {
  work_in_pieces(threads, part.repeated.size(), kPiece, [&](unsigned, std::size_t first, std::size_t end) {
    Sha256 hasher;
    for (std::size_t i = first; i < end; ++i) {
      auto& [finding, occurrence] = part.repeated[i];
      finding.id = finding_id(finding.id.digest, occurrence, hasher);
    }
  });
  std::ranges::sort(part.repeated, before, &Repeated::finding);
  const auto middle = static_cast<std::ptrdiff_t>(part.all.size());
  for (const Repeated& repeated : part.repeated) part.all.push_back(repeated.finding);
  std::inplace_merge(part.all.begin(), part.all.begin() + middle, part.all.end(), before);
}

}  // namespace

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

Findings find(const IdentityInputs& inputs) {
  Pages<Keyed> keys = keys_of(inputs);
  const std::vector<std::span<Keyed>> ranges = cut({keys.get(), inputs.table.size()}, inputs.threads);
  std::vector<Part> parts(ranges.size());
  parts.front().all.reserve(inputs.table.size());
  parts.front().members.reserve(inputs.table.size());
  work_in_pieces(inputs.threads, ranges.size(), 1,
                 [&](unsigned, std::size_t i, std::size_t) { group(inputs, ranges[i], parts[i]); });
  keys.reset();
  Part all = joined(std::move(parts));
  add_repeated(all, inputs.threads);
  return {.all = std::move(all.all), .members = std::move(all.members), .files = inputs.files.files()};
}

}  // namespace gatepost::correlate
