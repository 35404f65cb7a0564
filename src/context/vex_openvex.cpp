// OpenVEX up to 0.2. Specification: https://github.com/openvex/spec
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "context/vex_parts.hpp"

namespace gatepost::context::vex {
namespace {

constexpr std::string_view kContext = "https://openvex.dev/ns";
constexpr std::size_t kNewestMinor = 2;
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

// "https://openvex.dev/ns", or with a version "https://openvex.dev/ns/v0.2.0"; "" for a document of another kind.
std::string_view context_of(const doc::View& root) {
  const auto ours = [](std::string_view it) {
    return it == kContext || (it.starts_with(kContext) && it[kContext.size()] == '/');
  };
  const doc::View context = root.at("@context");
  if (ours(context.text())) return context.text();
  for (const doc::View it : context.items()) {
    if (ours(it.text())) return it.text();
  }
  return {};
}

// A version of the same family may say more than we read, never something else by the same words; what follows 0 may.
Status check_version(const doc::View& root, Collector& out) {
  std::string_view version = context_of(root).substr(kContext.size());
  if (version.starts_with('/')) version.remove_prefix(1);
  if (version.starts_with('v')) version.remove_prefix(1);
  if (version.ends_with('/')) version.remove_suffix(1);
  if (version.empty()) return Done{};
  const auto parts = text::split(version, '.');
  const auto minor = parts.size() >= 2 && parts[0] == "0" ? text::parse_number(parts[1]) : std::nullopt;
  if (!minor) {
    return error(ErrorKind::bad_input, fmt::format("{}: OpenVEX \"{}\"; the versions 0.x can be read",
                                                   root.at("@context").where(), text::printable(version, 40)));
  }
  if (*minor > kNewestMinor) {
    out.tell(root.at("@context"), fmt::format("OpenVEX {}; it is read as 0.{}, the newest known here",
                                              text::printable(version, 40), kNewestMinor));
  }
  return Done{};
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

bool is_openvex(const doc::View& root) { return !context_of(root).empty(); }

Status read_openvex(const doc::View& root, Collector& out) {
  GP_CHECK(check_version(root, out));
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
