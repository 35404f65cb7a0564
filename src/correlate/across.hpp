// Statements of different tools that are one problem. Every rule looks inside small buckets (a line's neighbours, one
// package, one credential, one resource), so the cost is about that of sorting. Where evidence is missing, problems
// stay apart and are linked: a false merge hides a problem, a false split costs a row. docs/correlation.md has the
// rules.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/statement.hpp"

namespace gatepost::correlate {

// Why two statements are one problem, or what they have to do with each other. `rule` and `relation` are stable names.
struct Evidence {
  std::string_view rule, relation;
  std::string because;
};

struct Merge {
  std::uint32_t a = 0, b = 0;  // statements, a < b
  Evidence evidence;
};

struct Issue {
  std::vector<std::uint32_t>
      members;                // statements, ascending; one that stands for several advisories is in several issues
  std::vector<Merge> merges;  // what made them one, in the order of their statements; empty for a single member
};

struct Link {
  std::uint32_t a = 0, b = 0;  // statements of different issues, a < b
  Evidence evidence;
};

struct Correlated {
  std::vector<Issue> issues;  // by first member
  std::vector<Link> links;    // by statements
};

Correlated correlate(std::span<const Statement> statements);

// Why two statements have nothing to do with each other; relation is "none". For two that correlate() left apart.
Evidence why_apart(const Statement& a, const Statement& b);

}  // namespace gatepost::correlate
