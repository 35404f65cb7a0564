// Rows that several threads have read, each into a table of its own, brought into one order in one table.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/observation_table.hpp"

namespace gatepost::ingest {

// Consecutive rows of one worker. Worker 0 has the final table, worker n the table n - 1 of the others.
struct RowsOfWorker {
  std::uint32_t order = 0;  // of these rows among all
  std::size_t worker = 0;
  Row first = 0, count = 0;
};

// `first` is the first row of the final table that is put into order. The other tables are used up.
void put_in_order(ObservationTable& table, Row first, std::span<const std::unique_ptr<ObservationTable>> others,
                  std::vector<RowsOfWorker> rows);

}  // namespace gatepost::ingest
