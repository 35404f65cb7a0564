// Makes a Mapping out of its YAML document. Every key is known or an error with its place.
#pragma once

#include <initializer_list>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "ingest/mapping/mapping.hpp"

namespace gatepost::ingest::mapping {

class Compiler {
 public:
  explicit Compiler(doc::View document) : document_(document) {}
  Result<Mapping> run();
  Result<Mapping> run_recognition();

 private:
  Status read_head();
  Status read_tool();
  Status read_formats();
  Status read_recognition();
  Status read_tables();
  Status read_thresholds();
  Status read_lets(doc::View lets, std::vector<Variable>& out);
  Status read_companions();
  Status read_indexes();
  Status read_completeness();
  Status read_blocks();
  Result<Block> read_block(doc::View block);
  void describe_records(Block& block);
  Status read_settings(doc::View set, Block& block);
  Status read_requirements(doc::View require, Block& block);
  Result<Requirement> read_requirement(doc::View item);
  Status read_tests();
  Result<Expectation> read_test(doc::View test);

  // An expression, a constant, {case: …} or {from: …, map: …}.
  Result<Expr> value(doc::View view);  // remembered, where that is worth it
  Result<Expr> any_value(doc::View view);
  Result<Expr> choice(doc::View cases);
  Result<Expr> translation(doc::View view);
  Result<Expr> expression(doc::View view);
  Result<std::vector<Expr>> expressions(doc::View list);
  Result<Table> table(doc::View view);
  Result<Thresholds> bounds(doc::View view);

  doc::View document_;
  Mapping mapping_;
  Names names_;
  std::set<std::string> walked_;  // lists that blocks go through, each behind those that it lies in
};

}  // namespace gatepost::ingest::mapping
