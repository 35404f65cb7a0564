#include "ingest/mapping/record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace gatepost::ingest::mapping {
namespace {

// Pointer of the innermost record of the report.
std::string place_of(const BlockSource& source, const Scope& scope) {
  const auto& loops = source.block.loops;
  for (auto level = loops.rbegin(); level != loops.rend(); ++level) {
    const Value& record = scope.slots[level->slot];
    auto view = record.view();
    if (!view) view = record.member("value").view();
    if (view) return view->pointer().insert(0, source.place);
  }
  return {};
}

void tell_unmapped(Scope& scope, ReportWriter& out, const std::string& at) {
  if (scope.unmapped.empty()) return;
  for (const std::string& unmapped : scope.unmapped) {
    out.note(Note::Level::warning, "unmapped-value",
             fmt::format("no entry for \"{}\" in the mapping's tables", unmapped), at);
  }
  scope.unmapped.clear();
}

const Requirement* unmet_by(const Block& block, const std::vector<const Field*>& empty) {
  for (const Requirement& requirement : block.requirements) {
    const bool is_set = std::ranges::any_of(requirement.any_of, [&](const Field* field) {
      const bool is_used = std::ranges::any_of(block.settings, [&](const Setting& it) { return it.field == field; });
      return is_used && std::ranges::find(empty, field) == empty.end();
    });
    if (!is_set) return &requirement;
  }
  return nullptr;
}

// Returns those that were set to nothing, of which only requirements want to know.
std::vector<const Field*> set_fields(const Block& block, Scope& scope, Draft& draft) {
  std::vector<const Field*> empty;
  for (const Setting& setting : block.settings) {
    const Value value = setting.value(scope);
    if (!block.requirements.empty() && value.is_empty()) empty.push_back(setting.field);
    if (!value.is_null()) setting.field->put(draft, value);
  }
  return empty;
}

std::string complaint(const Requirement& requirement) {
  std::string names;
  for (const Field* field : requirement.any_of) names += (names.empty() ? "" : " or ") + std::string(field->name);
  return "a record without " + names;
}

std::string_view name_of(Value::Type type) {
  switch (type) {
    case Value::Type::null:
      return "no object";  // null, or what `where` passes on
    case Value::Type::boolean:
      return "true or false";
    case Value::Type::number:
      return "a number";
    case Value::Type::text:
      return "a text";
    case Value::Type::list:
      return "a list";
    case Value::Type::object:
      return "an object";
  }
  return {};
}

}  // namespace

Record read_record(const BlockSource& source, Scope& scope, ReportWriter& out) {
  const Block& block = source.block;
  for (const Variable& variable : block.lets) scope.slots[variable.slot] = variable.value(scope);
  scope.compared_nothing = scope.compared_something = false;
  Record record;
  if (block.when && !(*block.when)(scope).is_true()) {
    record.skipped = true;
    record.unjudged = scope.compared_nothing && !scope.compared_something;
    return record;
  }
  record.at = place_of(source, scope);
  Draft& draft = record.draft.emplace();
  draft.observation.kind = source.mapping.kind;
  const std::vector<const Field*> empty = set_fields(block, scope, draft);
  tell_unmapped(scope, out, record.at);
  if (const Requirement* const unmet = unmet_by(block, empty)) {
    out.reject(record.at, complaint(*unmet));
    record.draft.reset();
  } else {
    finish(draft, {source.mapping.engine, source.mapping.kind}, out, record.at);
  }
  return record;
}

void reject_stray(const BlockSource& source, std::size_t depth, const Value& item, Scope& scope, ReportWriter& out) {
  const auto& loops = source.block.loops;
  if (loops[depth].again) return;
  // The innermost place that is known is the item's own, or that of what its list lies in.
  for (std::size_t level = depth; level < loops.size(); ++level) scope.slots[loops[level].slot] = Value();
  scope.slots[loops[depth].slot] = item;
  out.reject(place_of(source, scope), fmt::format("found {} where a record has to be", name_of(item.type())));
}

}  // namespace gatepost::ingest::mapping
