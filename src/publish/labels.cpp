// Labels that stand on a change request while its gate is closed.
#include <algorithm>

#include "base/text.hpp"
#include "publish/parts.hpp"

namespace gatepost::publish {
namespace {

// Forges do not tell labels apart by case.
const std::string* find_label(const std::vector<std::string>& labels, std::string_view wanted) {
  const auto found =
      std::ranges::find_if(labels, [&](const std::string& it) { return text::equal_ignoring_case(it, wanted); });
  return found == labels.end() ? nullptr : &*found;
}

}  // namespace

Part plan_labels(const Sight& sight) {
  Part part;
  ChangeLabels change;
  const bool open = is_gate_open(sight.assessment().verdict.outcome);
  for (const std::string& label : sight.settings.labels) {
    const std::string* const shown = find_label(sight.shown.labels, label);
    auto& list = open ? change.remove : change.add;
    if (label.empty() || (shown != nullptr) != open || find_label(list, label) != nullptr) continue;
    list.push_back(open ? *shown : label);
  }
  if (change.add.empty() && change.remove.empty()) return part;
  if (!sight.can(Channel::labels)) {
    part.notes.emplace_back("The labels are not changed: the forge does not let us.");
    return part;
  }
  part.actions.push_back({"labels", Channel::labels, std::move(change)});
  return part;
}

}  // namespace gatepost::publish
