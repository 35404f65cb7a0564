// OpenVEX 0.2.0. Specification: https://github.com/openvex/spec
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "context/vex_parts.hpp"

namespace gatepost::context::vex {
namespace {

constexpr std::string_view kContext = "https://openvex.dev/ns";
constexpr std::array<std::string_view, 5> kJustifications = {
    "component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
    "vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"};

std::optional<VexStatus> status_of(std::string_view word) {
  const auto* const known = std::ranges::find(kVexStatusNames, word);
  if (known == kVexStatusNames.end()) return std::nullopt;
  return static_cast<VexStatus>(known - kVexStatusNames.begin());
}

// By its purl, wherever it is given; else by its identifier.
VexProduct product_of(const doc::View& holder) {
  VexProduct it = product(holder.is_string() ? holder.text() : holder.at("@id").text());
  const std::string_view purl = holder.at("identifiers").at("purl").text();
  if (it.purl.empty() && !purl.empty()) it.purl = product(purl).purl;
  if (it.id.empty()) it.id = std::string(purl);
  return it;
}

std::vector<VexTarget> targets_of(const doc::View& products, Collector& out) {
  std::vector<VexTarget> targets;
  for (const doc::View item : products.items()) {
    if (!out.take()) break;
    VexTarget target{product_of(item), {}};
    const doc::View subcomponents = item.at("subcomponents");
    for (const doc::View part : subcomponents.items()) {
      if (!out.take()) break;
      if (VexProduct it = product_of(part); !it.id.empty()) target.subcomponents.push_back(std::move(it));
    }
    // Subcomponents that we cannot make out are not the whole product.
    const bool unreadable = subcomponents.exists() && !subcomponents.is_null() && target.subcomponents.empty();
    if (!target.product.id.empty() && !unreadable) targets.push_back(std::move(target));
  }
  return targets;
}

void add_vulnerability(const doc::View& vulnerability, std::vector<std::string>& ids) {
  add_id(ids, vulnerability.is_string() ? vulnerability.text() : vulnerability.at("name").text());
  for (const doc::View alias : vulnerability.at("aliases").items()) add_id(ids, alias.text());
}

std::optional<Timestamp> newest(const doc::View& holder) {
  return std::max(time_of(holder.at("timestamp")), time_of(holder.at("last_updated")));
}

void read_statement(const doc::View& it, const VexStatement& inherited, Collector& out) {
  VexStatement statement = inherited;
  add_vulnerability(it.at("vulnerability"), statement.ids);
  if (statement.ids.empty()) return out.reject(it, "it names no vulnerability");
  statement.targets = targets_of(it.at("products"), out);
  if (statement.targets.empty()) return out.reject(it, "it names no product");
  const auto status = status_of(it.at("status").text());
  if (!status) {
    return out.reject(it,
                      fmt::format("its status is \"{}\"; expected not_affected, fixed, under_investigation or affected",
                                  text::printable(it.at("status").scalar(), 40)));
  }
  statement.status = *status;
  const std::string_view label = it.at("justification").text();
  const bool justified = std::ranges::find(kJustifications, label) != kJustifications.end();
  if (justified) statement.justification = label;
  const std::string impact = words(it.at("impact_statement")), action = words(it.at("action_statement"));
  if (statement.status == VexStatus::not_affected && !justified && impact.empty())
    return out.reject(it, "not_affected needs a justification or an impact_statement");
  // What raises an alarm counts also without what the format demands.
  if (statement.status == VexStatus::affected && action.empty())
    out.tell(it, "affected should come with an action_statement");
  statement.statement = impact.empty() ? words(it.at("status_notes")) : impact;
  if (statement.statement.empty()) statement.statement = action;
  statement.time = std::max(newest(it), it.at("timestamp").exists() ? std::optional<Timestamp>() : inherited.time);
  if (const std::string supplier = words(it.at("supplier")); !supplier.empty()) statement.supplier = supplier;
  out.add(std::move(statement), it);
}

}  // namespace

bool is_openvex(const doc::View& root) {
  const doc::View context = root.at("@context");
  if (context.text().starts_with(kContext)) return true;
  const auto items = context.items();
  return std::ranges::any_of(items, [](const doc::View& it) { return it.text().starts_with(kContext); });
}

Status read_openvex(const doc::View& root, Collector& out) {
  VexStatement inherited;
  inherited.author = words(root.at("author"));
  inherited.supplier = words(root.at("supplier"));
  inherited.time = newest(root);
  if (inherited.author.empty())
    return error(ErrorKind::bad_input, root.where() + ": author is missing, which OpenVEX demands");
  if (!inherited.time)
    return error(ErrorKind::bad_input, root.where() + ": timestamp is missing or no time, which OpenVEX demands");
  if (!root.at("statements").is_array())
    return error(ErrorKind::bad_input, root.where() + ": statements is missing, which OpenVEX demands");
  for (const doc::View it : root.at("statements").items()) read_statement(it, inherited, out);
  return Done{};
}

}  // namespace gatepost::context::vex
