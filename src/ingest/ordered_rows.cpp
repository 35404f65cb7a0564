#include "ingest/ordered_rows.hpp"

#include <algorithm>

namespace gatepost::ingest {

void put_in_order(ObservationTable& table, Row first, std::span<const std::unique_ptr<ObservationTable>> others,
                  std::vector<RowsOfWorker> rows) {
  if (others.empty()) return;
  std::ranges::sort(rows, {}, &RowsOfWorker::order);
  DetachedRows own = table.detach_rows(first);
  std::vector<TableMerger> mergers;
  for (const auto& other : others) mergers.emplace_back(table, *other);
  for (const RowsOfWorker& part : rows) {
    if (part.worker == 0) {
      own.give_back(table, part.first, part.count);
    } else {
      mergers[part.worker - 1].move_rows(part.first, part.count);
    }
  }
}

}  // namespace gatepost::ingest
