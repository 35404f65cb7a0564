#include "correlate/find.hpp"

#include <algorithm>
#include <tuple>

namespace gatepost::correlate {
namespace {

// One row with what decides where it goes.
struct Entry {
  IdentityKey key;
  Range range;
  std::uint32_t message_hash = 0;
  Row row = 0;
};

auto order_of(const Entry& entry) { return std::tie(entry.key.digest, entry.range, entry.row); }

bool same_place(const Entry& a, const Entry& b) { return a.range == b.range && a.message_hash == b.message_hash; }

// Rows with equal keys, sorted by place: [begin, end).
class Grouper {
 public:
  Grouper(const IdentityInputs& in, Findings& out) : in_(in), out_(out) {}

  void add(std::vector<Entry>::iterator begin, std::vector<Entry>::iterator end) {
    if (!begin->key.by_place) return add_finding(begin, end, 0);
    // Several messages at one range take turns: bring equal ones together, in the order of their first row.
    std::uint32_t occurrence = 0;
    for (auto first = begin; first != end;) {
      const auto same = [&](const Entry& entry) { return same_place(*first, entry); };
      const auto range_end = std::find_if(first, end, [&](const Entry& entry) { return entry.range != first->range; });
      const auto rest = std::stable_partition(std::next(first), range_end, same);
      add_finding(first, rest, occurrence++);
      first = rest;
    }
  }

 private:
  void add_finding(std::vector<Entry>::iterator begin, std::vector<Entry>::iterator end, std::uint32_t occurrence) {
    const ObservationRow& row = in_.table.row(begin->row);
    Finding finding{.id = finding_id(begin->key, occurrence),
                    .primary = begin->row,
                    .first_member = static_cast<std::uint32_t>(out_.members.size()),
                    .member_count = static_cast<std::uint32_t>(end - begin),
                    .file = in_.placement.file_of(row.path),
                    .range = row.range,
                    .kind = row.kind};
    for (auto entry = begin; entry != end; ++entry) out_.members.push_back(entry->row);
    std::sort(out_.members.end() - (end - begin), out_.members.end());
    finding.primary = out_.members[finding.first_member];
    out_.all.push_back(finding);
  }

  const IdentityInputs& in_;
  Findings& out_;
};

}  // namespace

Findings find(const IdentityInputs& inputs) {
  Findings findings;
  findings.files = inputs.files.files();
  std::vector<Entry> entries(inputs.table.size());
  Identifier identifier(inputs);
  for (Row row = 0; row < inputs.table.size(); ++row) {
    const ObservationRow& seen = inputs.table.row(row);
    entries[row] = {identifier.key(row), seen.range, seen.message_hash, row};
  }
  std::ranges::sort(entries, [](const Entry& a, const Entry& b) { return order_of(a) < order_of(b); });
  Grouper grouper(inputs, findings);
  for (auto begin = entries.begin(); begin != entries.end();) {
    const auto end =
        std::find_if(begin, entries.end(), [&](const Entry& entry) { return entry.key.digest != begin->key.digest; });
    grouper.add(begin, end);
    begin = end;
  }
  std::ranges::sort(findings.all, {}, &Finding::id);
  return findings;
}

}  // namespace gatepost::correlate
