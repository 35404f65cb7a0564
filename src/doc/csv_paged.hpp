// The way to a large CSV file: it is read once in windows, and of its records only where they lie stays in memory
// (pages.hpp).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/bytes.hpp"
#include "base/limits.hpp"
#include "doc/csv.hpp"
#include "doc/page_sizes.hpp"

namespace gatepost::doc {

// What parse_csv gives, of any size. Nothing when it is not taken: bytes that are not UTF-8, control characters, a byte
// order mark, a header that is not in the first window, a row larger than limits.element_bytes, many more than
// limits.records records.
std::optional<CsvTree> parse_paged_csv(const Bytes& bytes, std::string name, std::span<const std::string> columns,
                                       const Limits& limits, const PageSizes& sizes = kSmallPages);

}  // namespace gatepost::doc
