// What an edited line still tells about the finding on it: its words, its text alone, and the function it is in.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/digest.hpp"
#include "correlate/source_text.hpp"
#include "model/observation_table.hpp"

namespace gatepost::correlate {

struct CodeFacts {
  Digest128 text;                    // of the finding's own lines, white space folded; empty: no code
  std::vector<std::uint64_t> words;  // of these lines: hashes, sorted, each once; empty when too few to compare
  std::string symbol;                // "Cart.checkout"; empty at the top of a file, and when it cannot be told
};
// Of the rows that lie on edited lines; others need none.
using CodeFactsByRow = std::unordered_map<Row, CodeFacts>;

// Of one place; `symbol` as symbols_of tells it.
CodeFacts code_facts(const SourceText& source, const Range& range, std::string symbol);

// For each of the given lines the function, class or block it stands in, from the outermost on, joined by dots. A light
// look at headers and indentation that knows no language whole, in one pass over the file: good enough to tell that two
// versions of a file mean the same function, never to tell what the code does. In YAML it is the keys: "jobs.build".
std::vector<std::string> symbols_of(const SourceText& source, std::string_view path,
                                    std::span<const std::uint32_t> lines);

}  // namespace gatepost::correlate
