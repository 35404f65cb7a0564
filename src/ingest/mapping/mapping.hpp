// A mapping: how the reports of one tool are read, as data. The language is docs/mapping-language.md.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"
#include "ingest/mapping/expression.hpp"
#include "ingest/mapping/fields.hpp"
#include "ingest/mapping/source.hpp"

namespace gatepost::ingest::mapping {

struct Variable {
  std::size_t slot = 0;
  Expr value;
};

// Other files of the archive that a report lies in, as they are seen by joins; without a format they are known to
// belong to it, and not looked at.
struct Companion {
  std::shared_ptr<const Regex> file;  // their names
  std::optional<SourceFormat> format;
  std::size_t slot = 0;
};

// A join: `each` record is found again by its key.
struct Index {
  std::vector<Loop> loops;
  Expr key, value;
};

// What is asked of every record: one of the fields has to be there.
struct Requirement {
  std::vector<const Field*> any_of;
};

struct Setting {
  const Field* field = nullptr;
  Expr value;
};

// One sort of finding in a report.
struct Block {
  std::vector<Loop> loops;
  std::vector<Variable> lets;
  std::optional<Expr> when;
  std::vector<Expr> group_by;  // empty: every record is a finding
  std::optional<Expr> prefer;  // of one group the record with the greatest number is kept
  bool collects = false;       // of one group lists grow
  std::vector<Setting> settings;
  std::vector<Requirement> requirements;
};

// One test that a mapping brings along.
struct Expectation {
  std::string file;
  std::string state;
  std::optional<std::size_t> count;
  std::vector<std::vector<std::pair<std::string, std::string>>> findings;  // each: fields that one finding has
  std::string where;
};

struct Mapping {
  std::string id, title, engine, where, yields;
  Kind kind = Kind::other;
  std::string tool_name;
  std::optional<Expr> tool_version, tool_database;
  std::vector<SourceFormat> formats;
  std::vector<std::string> columns;  // of a CSV: what its header row has, when other lines stand before it
  std::string strip_prefix;          // of JSON: what stands before it, "scoutsuite_results ="
  std::vector<Expr> recognise;
  std::vector<std::string> recognised_by;  // the same as it is written
  std::vector<std::string> over;           // ids of mappings that this one precedes
  std::vector<Variable> lets;
  std::vector<Companion> companions;
  std::vector<Index> indexes;
  std::vector<Expr> evidence, errors, failed;
  std::optional<std::string> inventory;
  std::vector<Block> blocks;
  std::vector<Expectation> tests;
  std::vector<std::string> clean_reports;  // whole files that the tool writes for a clean scan, without blanks: "[]"
  std::size_t slots = 0;
  bool whole = true;  // else only what recognises reports and describes the format; see whole_of (library.hpp)
};

// From one YAML document. Errors say "file:line:column: …".
Result<Mapping> compile_mapping(doc::View document);
// What recognises its reports, which takes a fraction of the time: what else is in the document is not looked at.
Result<Mapping> compile_recognition(doc::View document);
Result<Mapping> parse_mapping(std::string text, const std::string& name);

}  // namespace gatepost::ingest::mapping
