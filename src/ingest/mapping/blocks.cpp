#include "ingest/mapping/blocks.hpp"

#include <fmt/core.h>

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ingest/mapping/crew_reader.hpp"
#include "ingest/mapping/loops.hpp"

namespace gatepost::ingest::mapping {
namespace {

// All of the block's findings of one group.
struct Group {
  Observation observation;
  std::string at;
  double preference = 0;
};

class BlockReader {
 public:
  BlockReader(const BlockSource& source, Scope& scope, ReportWriter& out)
      : source_(source), block_(source.block), scope_(scope), out_(out) {}

  Skips read() {
    auto each = [this] { take(read_record(source_, scope_, out_)); };
    auto stray = [this](std::size_t depth, const Value& item) { reject_stray(source_, depth, item, scope_, out_); };
    loop(block_.loops, 0, scope_, each, stray);
    for (Group& group : groups_) out_.add(std::move(group.observation), group.at);
    out_.count({.seen = folded_ + skips_.skipped, .grouped = folded_, .skipped = skips_.skipped});
    return skips_;
  }

 private:
  void take(Record record) {
    skips_.add(record);
    if (!record.draft) return;
    Observation& observation = record.draft->observation;
    if (block_.group_by.empty()) return out_.add(std::move(observation), record.at);
    group(std::move(observation), std::move(record.at));
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

  const BlockSource& source_;
  const Block& block_;
  Scope& scope_;
  ReportWriter& out_;
  std::vector<Group> groups_;
  std::unordered_map<std::string, std::size_t> by_key_;
  std::uint64_t folded_ = 0;
  Skips skips_;
};

}  // namespace

// Groups are made in the order of the records, and so is what is read until a report proves to be too much work.
Skips read_block(const BlockSource& source, Scope& scope, ReportWriter& out, unsigned threads) {
  const bool apart = threads > 1 && source.block.group_by.empty() && !source.block.loops.empty();
  if (apart) {
    if (const auto skips = read_with_crew(source, scope, out, threads)) return *skips;
  }
  return BlockReader(source, scope, out).read();
}

}  // namespace gatepost::ingest::mapping
