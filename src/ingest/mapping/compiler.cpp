#include "ingest/mapping/compiler.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "doc/yaml.hpp"
#include "ingest/engine.hpp"
#include "ingest/mapping/operators.hpp"
#include "model/report_info.hpp"

namespace gatepost::ingest::mapping {
namespace {

Error failure(doc::View at, const std::string& why) {
  return error(ErrorKind::config, fmt::format("{}: {}", at.where(), why));
}

Status check_keys(doc::View object, std::initializer_list<std::string_view> known) {
  if (!object.is_object()) return failure(object, "expected keys with values");
  for (const auto& [key, member] : object.members()) {
    if (std::ranges::find(known, key) != known.end()) continue;
    const std::vector<std::string_view> names(known);
    const std::string close = text::nearest(key, names);
    return error(ErrorKind::config,
                 fmt::format("{}: \"{}\" is no key here{}", member.key_where(), text::printable(key, 60),
                             close.empty() ? "" : fmt::format("; did you mean \"{}\"?", close)));
  }
  return Done{};
}

Result<std::string> text_at(doc::View object, std::string_view key) {
  const doc::View found = object.at(key);
  if (found.is_string() && !found.text().empty()) return std::string(found.text());
  return failure(found.exists() ? found : object, fmt::format("\"{}\" has to be a text", key));
}

// A list of texts, or one text.
Result<std::vector<std::string>> texts(doc::View view) {
  std::vector<std::string> list;
  if (view.is_string()) list.emplace_back(view.text());
  for (const doc::View item : view.items()) {
    if (!item.is_string()) return failure(item, "expected a text");
    list.emplace_back(item.text());
  }
  if (list.empty() && view.exists()) return failure(view, "expected a text or a list of texts");
  return list;
}

bool is_id(std::string_view id) {
  return !id.empty() && id.size() <= 60 &&
         std::ranges::all_of(id, [](char c) { return text::is_alnum(c) || c == '-' || c == '.'; }) &&
         id == text::lower(id);
}

// A scalar of the mapping, as a value that does not need its document.
Value constant_of(doc::View scalar) {
  if (scalar.is_number()) return Value(scalar.number().value_or(0));
  if (const auto truth = scalar.boolean()) return Value(*truth);
  return Value(std::string(scalar.scalar()));
}

constexpr std::array<SourceFormat, 8> kFormats = {SourceFormat::json, SourceFormat::jsonl, SourceFormat::json_stream,
                                                  SourceFormat::xml,  SourceFormat::csv,   SourceFormat::yaml,
                                                  SourceFormat::text, SourceFormat::html};

Result<SourceFormat> format_called(std::string_view name, doc::View at) {
  const auto* const found =
      std::ranges::find_if(kFormats, [&](SourceFormat format) { return to_string(format) == name; });
  if (found != kFormats.end()) return *found;
  return failure(at, fmt::format("\"{}\" is no format; there are json, jsonl, json-stream, xml, csv, yaml, text, html",
                                 text::printable(name, 40)));
}

// The state that a test expects; "" when it does not say.
Result<std::string> state_at(doc::View test) {
  const doc::View state = test.at("state");
  if (!state.exists() || std::ranges::find(kReportStateNames, state.text()) != kReportStateNames.end())
    return std::string(state.text());
  return failure(state, fmt::format("there is no state \"{}\"; there are {}", text::printable(state.scalar(), 60),
                                    fmt::join(kReportStateNames, ", ")));
}

}  // namespace

Result<Mapping> Compiler::run() {
  GP_CHECK(check_keys(
      document_, {"mapping",   "id",       "title",    "tool",       "format", "columns",   "strip_prefix", "recognise",
                  "over",      "let",      "tables",   "thresholds", "index",  "evidence",  "errors",       "failed",
                  "inventory", "empty_ok", "findings", "tests",      "yields", "companions"}));
  GP_CHECK(read_head());
  GP_CHECK(read_tool());
  GP_CHECK(read_formats());
  GP_CHECK(read_recognition());
  GP_CHECK(read_tables());
  GP_CHECK(read_thresholds());
  GP_CHECK(read_lets(document_.at("let"), mapping_.lets));
  const std::size_t mark = names_.mark();
  GP_CHECK(read_companions());
  GP_CHECK(read_indexes());
  names_.release(mark);
  GP_CHECK(read_completeness());
  GP_CHECK(read_blocks());
  GP_CHECK(read_tests());
  mapping_.slots = names_.slots();
  return std::move(mapping_);
}

Result<Mapping> Compiler::run_recognition() {
  GP_CHECK(read_head());
  GP_CHECK(read_tool());
  GP_CHECK(read_formats());
  GP_CHECK(read_recognition());
  mapping_.slots = names_.slots();
  mapping_.whole = false;
  return std::move(mapping_);
}

Status Compiler::read_head() {
  if (document_.at("mapping").integer() != 1)
    return failure(document_.at("mapping").exists() ? document_.at("mapping") : document_,
                   "\"mapping\" has to be 1, the version of the language");
  GP_TRY(mapping_.id, text_at(document_, "id"));
  if (!is_id(mapping_.id)) return failure(document_.at("id"), "an id has lower-case letters, digits and \"-\" only");
  mapping_.where = document_.where();
  mapping_.yields = document_.at("yields").text();
  if (document_.at("empty_ok").boolean().value_or(false)) {
    mapping_.clean_reports = {"[]"};
  } else if (const doc::View clean = document_.at("empty_ok"); clean.exists() && !clean.boolean()) {
    GP_TRY(mapping_.clean_reports, texts(clean));
  }
  return Done{};
}

Status Compiler::read_tool() {
  const doc::View tool = document_.at("tool");
  if (!tool.is_object()) return failure(document_, "\"tool\" has to say name and kind");
  GP_CHECK(check_keys(tool, {"name", "kind", "engine", "version", "database"}));
  GP_TRY(mapping_.tool_name, text_at(tool, "name"));
  const auto kind = parse_kind(tool.at("kind").text());
  if (!kind) {
    return failure(tool.at("kind").exists() ? tool.at("kind") : tool,
                   fmt::format("\"kind\" has to be one of {}", fmt::join(kKindNames, ", ")));
  }
  mapping_.kind = *kind;
  mapping_.engine = engine_id(tool.at("engine").exists() ? tool.at("engine").text() : mapping_.tool_name);
  mapping_.title = document_.at("title").exists() ? std::string(document_.at("title").text()) : mapping_.tool_name;
  return Done{};
}

Status Compiler::read_formats() {
  const doc::View formats = document_.at("format");
  GP_TRY(const std::vector<std::string> names, texts(formats));
  for (const std::string& name : names) {
    GP_TRY(const SourceFormat format, format_called(name, formats));
    mapping_.formats.push_back(format);
  }
  if (names.empty()) return failure(document_, "\"format\" is missing");
  GP_TRY(mapping_.columns, texts(document_.at("columns")));
  mapping_.strip_prefix = document_.at("strip_prefix").text();
  GP_TRY(mapping_.over, texts(document_.at("over")));
  return Done{};
}

// Before any variable is known: what gives a report away is asked of the report alone.
Status Compiler::read_recognition() {
  const doc::View conditions = document_.at("recognise");
  GP_TRY(mapping_.recognise, expressions(conditions));
  if (mapping_.recognise.empty()) return failure(document_, "\"recognise\" needs at least one condition");
  GP_TRY(mapping_.recognised_by, texts(conditions));
  return Done{};
}

Result<Table> Compiler::table(doc::View view) {
  if (!view.is_object()) return failure(view, "a table has keys with values");
  Table table;
  for (const auto& [key, entry] : view.members()) {
    if (entry.is_array() || entry.is_object()) return failure(entry, "a table gives texts, numbers, true and false");
    table[text::lower(key)] = constant_of(entry);
  }
  return table;
}

Status Compiler::read_tables() {
  for (const auto& [name, view] : document_.at("tables").members()) {
    GP_TRY(names_.tables[std::string(name)], table(view));
  }
  return Done{};
}

Result<Thresholds> Compiler::bounds(doc::View view) {
  Thresholds bounds;
  for (const doc::View step : view.items()) {
    const auto bound = step.at(0).number();
    if (!bound || step.size() != 2) return failure(step, "a threshold is a number and what it means: [9.0, critical]");
    bounds.emplace_back(*bound, Value(std::string(step.at(1).scalar())));
  }
  if (bounds.empty()) return failure(view, "expected a list of thresholds: [[9.0, critical], [7.0, high]]");
  std::ranges::stable_sort(bounds, std::ranges::greater{}, [](const auto& step) { return step.first; });
  return bounds;
}

Status Compiler::read_thresholds() {
  for (const auto& [name, view] : document_.at("thresholds").members()) {
    GP_TRY(names_.thresholds[std::string(name)], bounds(view));
  }
  return Done{};
}

Status Compiler::read_lets(doc::View lets, std::vector<Variable>& out) {
  if (lets.exists() && !lets.is_object()) return failure(lets, "\"let\" has names with expressions");
  // In the order of the file: a variable may use those before it.
  std::vector<std::pair<std::string_view, doc::View>> members;
  for (const auto& [name, view] : lets.members()) members.emplace_back(name, view);
  std::ranges::stable_sort(members, {}, [](const auto& member) {
    const doc::Position at = member.second.key_position();
    return std::pair(at.line, at.column);
  });
  for (const auto& [name, view] : members) {
    GP_TRY(Expr expr, value(view));
    if (names_.knows(name))
      return failure(view, fmt::format("\"{}\" has a meaning already", text::printable(name, 60)));
    out.push_back({names_.declare(std::string(name)), std::move(expr)});
  }
  return Done{};
}

// Joins alone see them.
Status Compiler::read_companions() {
  for (const auto& [name, view] : document_.at("companions").members()) {
    GP_CHECK(check_keys(view, {"file", "format"}));
    Companion companion;
    GP_TRY(const std::string file, text_at(view, "file"));
    auto pattern = Regex::compile(file);
    if (!pattern) return std::move(pattern).error().context(view.at("file").where());
    companion.file = std::make_shared<const Regex>(std::move(*pattern));
    if (view.at("format").exists()) {
      GP_TRY(const std::string format, text_at(view, "format"));
      GP_TRY(companion.format, format_called(format, view.at("format")));
    }
    if (names_.knows(name))
      return failure(view, fmt::format("\"{}\" has a meaning already", text::printable(name, 60)));
    companion.slot = names_.declare(std::string(name));
    mapping_.companions.push_back(std::move(companion));
  }
  return Done{};
}

Status Compiler::read_indexes() {
  for (const auto& [name, view] : document_.at("index").members()) {
    GP_CHECK(check_keys(view, {"each", "key", "value"}));
    const std::size_t mark = names_.mark();
    Index index;
    GP_TRY(const std::string each, text_at(view, "each"));
    auto loops = compile_loops(each, names_);
    if (!loops) return std::move(loops).error().context(view.at("each").where());
    index.loops = std::move(*loops);
    if (!view.at("key").exists() || !view.at("value").exists())
      return failure(view, "an index needs \"each\", \"key\" and \"value\"");
    GP_TRY(index.key, value(view.at("key")));
    GP_TRY(index.value, value(view.at("value")));
    names_.release(mark);
    mapping_.indexes.push_back(std::move(index));
    names_.indexes[std::string(name)] = mapping_.indexes.size() - 1;
  }
  return Done{};
}

Status Compiler::read_completeness() {
  if (const doc::View version = document_.at("tool").at("version"); version.exists()) {
    GP_TRY(mapping_.tool_version, value(version));
  }
  if (const doc::View database = document_.at("tool").at("database"); database.exists()) {
    GP_TRY(mapping_.tool_database, value(database));
  }
  GP_TRY(mapping_.evidence, expressions(document_.at("evidence")));
  GP_TRY(mapping_.errors, expressions(document_.at("errors")));
  GP_TRY(mapping_.failed, expressions(document_.at("failed")));
  if (document_.at("inventory").exists()) mapping_.inventory = document_.at("inventory").text();
  return Done{};
}

Status Compiler::read_blocks() {
  const doc::View blocks = document_.at("findings");
  for (const doc::View view : blocks.items()) {
    const std::size_t mark = names_.mark();
    GP_TRY(Block block, read_block(view));
    names_.release(mark);
    mapping_.blocks.push_back(std::move(block));
  }
  if (mapping_.blocks.empty() && !mapping_.inventory)
    return failure(document_, "\"findings\" needs at least one block");
  return Done{};
}

Result<Block> Compiler::read_block(doc::View view) {
  GP_CHECK(check_keys(view, {"each", "let", "when", "group_by", "collect", "prefer", "set", "require"}));
  Block block;
  if (view.at("each").exists()) {
    GP_TRY(const std::string each, text_at(view, "each"));
    auto loops = compile_loops(each, names_);
    if (!loops) return std::move(loops).error().context(view.at("each").where());
    block.loops = std::move(*loops);
  }
  GP_CHECK(read_lets(view.at("let"), block.lets));
  if (view.at("when").exists()) {
    GP_TRY(block.when, expression(view.at("when")));
  }
  GP_TRY(block.group_by, expressions(view.at("group_by")));
  if (view.at("prefer").exists()) {
    GP_TRY(block.prefer, expression(view.at("prefer")));
  }
  block.collects = view.at("collect").boolean().value_or(false);
  const bool needs_group = block.collects || block.prefer.has_value();
  if (needs_group && block.group_by.empty()) return failure(view, "\"collect\" and \"prefer\" need a \"group_by\"");
  GP_CHECK(read_settings(view.at("set"), block));
  GP_CHECK(read_requirements(view.at("require"), block));
  describe_records(block);
  return block;
}

// When all of the block's expressions are known.
void Compiler::describe_records(Block& block) {
  std::string outer;
  for (Loop& level : block.loops) {
    level.again = !walked_.insert(outer + level.walked).second;
    level.of_objects = names_.is_object(level.slot);
    outer += level.written + '\n';
  }
}

Status Compiler::read_settings(doc::View set, Block& block) {
  for (const auto& [name, view] : set.members()) {
    const Field* const field = find_field(name);
    if (field == nullptr) {
      std::vector<std::string_view> known;
      for (const Field& it : fields()) known.push_back(it.name);
      const std::string close = text::nearest(name, known);
      return error(ErrorKind::config,
                   fmt::format("{}: a finding has no \"{}\"{}", view.key_where(), text::printable(name, 60),
                               close.empty() ? "" : fmt::format("; did you mean \"{}\"?", close)));
    }
    GP_TRY(Expr expr, value(view));
    block.settings.push_back({field, std::move(expr)});
  }
  if (block.settings.empty()) return failure(set.exists() ? set : document_, "\"set\" needs fields with expressions");
  return Done{};
}

// Without "require" a finding needs a name, and a place if the block sets any.
Status Compiler::read_requirements(doc::View require, Block& block) {
  if (!require.exists()) {
    Requirement named, placed;
    for (const Setting& setting : block.settings) {
      const std::string_view name = setting.field->name;
      if (name == "rule_id" || name == "title" || name == "vuln_ids") named.any_of.push_back(setting.field);
      if (setting.field->place) placed.any_of.push_back(setting.field);
    }
    if (named.any_of.empty()) return failure(document_, "a finding needs a rule_id, a title or vuln_ids");
    block.requirements.push_back(std::move(named));
    if (!placed.any_of.empty()) block.requirements.push_back(std::move(placed));
    return Done{};
  }
  for (const doc::View item : require.items()) {
    GP_TRY(Requirement requirement, read_requirement(item));
    block.requirements.push_back(std::move(requirement));
  }
  if (block.requirements.empty())
    return failure(require, "expected a list of fields, or of lists of which one is enough");
  return Done{};
}

Result<Requirement> Compiler::read_requirement(doc::View item) {
  GP_TRY(const std::vector<std::string> names, texts(item));
  Requirement requirement;
  for (const std::string& name : names) {
    const Field* const field = find_field(name);
    if (field == nullptr) return failure(item, fmt::format("a finding has no \"{}\"", text::printable(name, 60)));
    requirement.any_of.push_back(field);
  }
  return requirement;
}

Status Compiler::read_tests() {
  for (const doc::View view : document_.at("tests").items()) {
    GP_TRY(Expectation test, read_test(view));
    mapping_.tests.push_back(std::move(test));
  }
  return Done{};
}

Result<Expectation> Compiler::read_test(doc::View view) {
  GP_CHECK(check_keys(view, {"file", "state", "count", "findings"}));
  Expectation test;
  GP_TRY(test.file, text_at(view, "file"));
  GP_TRY(test.state, state_at(view));
  if (const auto count = view.at("count").integer(); count && *count >= 0)
    test.count = static_cast<std::size_t>(*count);
  for (const doc::View finding : view.at("findings").items()) {
    std::vector<std::pair<std::string, std::string>> facts;
    for (const auto& [key, fact] : finding.members()) facts.emplace_back(std::string(key), std::string(fact.scalar()));
    test.findings.push_back(std::move(facts));
  }
  test.where = view.where();
  return test;
}

Result<Expr> Compiler::expression(doc::View view) {
  if (view.is_number() || view.boolean()) {
    return constant(constant_of(view));
  }
  if (!view.is_string()) return failure(view, "expected an expression");
  auto compiled = compile(view.text(), names_);
  if (!compiled)
    return std::move(compiled).error().context(
        fmt::format("{}: \"{}\"", view.where(), text::printable(view.text(), 60)));
  return compiled;
}

Result<std::vector<Expr>> Compiler::expressions(doc::View list) {
  std::vector<Expr> all;
  if (list.exists() && !list.is_array()) {
    GP_TRY(Expr expr, value(list));
    all.push_back(std::move(expr));
  }
  for (const doc::View item : list.items()) {
    GP_TRY(Expr expr, value(item));
    all.push_back(std::move(expr));
  }
  return all;
}

Result<Expr> Compiler::value(doc::View view) {
  GP_TRY(Expr expr, any_value(view));
  return remembered(std::move(expr), names_);
}

Result<Expr> Compiler::any_value(doc::View view) {
  if (!view.is_object()) return expression(view);
  if (view.at("case").exists()) {
    GP_CHECK(check_keys(view, {"case"}));
    return choice(view.at("case"));
  }
  return translation(view);
}

// {case: [{when: …, then: …}, …, {else: …}]}: the first whose condition holds.
Result<Expr> Compiler::choice(doc::View cases) {
  std::vector<std::pair<Expr, Expr>> branches;
  Reads reads{Reads::What::nothing};
  for (const doc::View branch : cases.items()) {
    GP_CHECK(check_keys(branch, {"when", "then", "else"}));
    const bool last = branch.at("else").exists();
    const bool whole = last || (branch.at("when").exists() && branch.at("then").exists());
    if (!whole) return failure(branch, "expected {when: …, then: …} or {else: …}");
    GP_TRY(Expr condition, last ? Result<Expr>(constant(Value(true))) : expression(branch.at("when")));
    GP_TRY(Expr result, value(last ? branch.at("else") : branch.at("then")));
    reads = reads + condition.reads() + result.reads();
    branches.emplace_back(std::move(condition), std::move(result));
  }
  if (branches.empty()) return failure(cases, "\"case\" needs a list of {when: …, then: …}");
  return Expr([branches = std::move(branches)](Scope& scope) {
           for (const auto& [condition, result] : branches) {
             if (condition(scope).is_true()) return result(scope);
           }
           return Value();
         })
      .reading(std::move(reads));
}

// {from: …, map: {…}} or {from: …, thresholds: [[…]]}, with "default: …" for what neither has.
Result<Expr> Compiler::translation(doc::View view) {
  GP_CHECK(check_keys(view, {"from", "map", "thresholds", "default"}));
  const bool whole = view.at("from").exists() && (view.at("map").exists() || view.at("thresholds").exists());
  if (!whole) return failure(view, "expected {from: …, map: {…}}, {from: …, thresholds: […]} or {case: […]}");
  GP_TRY(Expr from, value(view.at("from")));
  Expr otherwise;
  if (view.at("default").exists()) {
    GP_TRY(otherwise, value(view.at("default")));
  }
  if (view.at("thresholds").exists()) {
    GP_TRY(Thresholds steps, bounds(view.at("thresholds")));
    return Expr([from = std::move(from), steps = std::move(steps), otherwise = std::move(otherwise)](Scope& scope) {
      Value found = look_up(steps, from(scope));
      return found.is_null() && otherwise ? otherwise(scope) : found;
    });
  }
  GP_TRY(Table entries, table(view.at("map")));
  return Expr([from = std::move(from), entries = std::move(entries), otherwise = std::move(otherwise)](Scope& scope) {
    if (!otherwise) return look_up(entries, "map", from(scope), scope);
    const Value* const found = find_in(entries, from(scope));
    return found == nullptr ? otherwise(scope) : found->lent();
  });
}

Result<Mapping> compile_mapping(doc::View document) { return Compiler(document).run(); }

Result<Mapping> compile_recognition(doc::View document) { return Compiler(document).run_recognition(); }

Result<Mapping> parse_mapping(std::string text, const std::string& name) {
  GP_TRY(const doc::Document document, doc::parse_yaml(std::move(text), name));
  if (!document.root().is_object()) return error(ErrorKind::config, name + ": there is no mapping in it");
  return compile_mapping(document.root());
}

}  // namespace gatepost::ingest::mapping
