// Decisions about vulnerabilities by tables that others published: SSVC's deployer, CISA's coordinator, BOD 26-04. The
// rows are data: config/rules/ssvc.yaml.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::risk {

struct DecisionTable {
  struct Point {
    std::string name;
    std::vector<std::string> values;  // ascending
    friend bool operator==(const Point&, const Point&) = default;
  };
  std::string title, source;
  std::vector<Point> points;
  std::vector<std::string> outcomes;  // ascending
  std::vector<int> days;              // by outcome: within how many to act, 0 for the next upgrade; may be empty
  std::vector<std::uint8_t> rows;     // position of the outcome; the last point counts fastest

  // By the position of each point's value.
  [[nodiscard]] std::uint8_t outcome(std::initializer_list<unsigned> values) const;
  friend bool operator==(const DecisionTable&, const DecisionTable&) = default;
};

struct DecisionTables {
  DecisionTable deployer, coordinator, bod_26_04;
  friend bool operator==(const DecisionTables&, const DecisionTables&) = default;
};

const DecisionTables& decision_tables();

// `decisions` is the member of that name. Every combination must have exactly one row.
Result<DecisionTables> read_decision_tables(doc::View decisions);

}  // namespace gatepost::risk
