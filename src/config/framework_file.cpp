#include "config/framework_file.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "config/reader.hpp"
#include "doc/yaml.hpp"

namespace gatepost::config {
namespace {

constexpr std::size_t kMostControls = 1000, kMostNumbers = 2000, kMostSelectors = 20;
constexpr std::int64_t kLargestCwe = 99'999;
constexpr std::size_t kLongestId = 60, kLongestText = 300;

// Each of a list of names as its position in `names`.
template <class T, std::size_t N>
std::vector<T> named(doc::View list, std::string_view what, const std::array<std::string_view, N>& names,
                     Problems& problems) {
  std::vector<T> all;
  if (list.exists() && !list.is_array()) problems.add(list, fmt::format("expected a list, found {}", kind_text(list)));
  for (const doc::View item : list.items()) {
    const auto found = std::ranges::find(names, item.text());
    if (found == names.end())
      problems.add(item, unknown_name(what, item.scalar(), names));
    else
      all.push_back(static_cast<T>(found - names.begin()));
  }
  return all;
}

// Numbers of CWE, sorted.
std::vector<std::uint32_t> numbers(doc::View list, Problems& problems) {
  std::vector<std::uint32_t> all;
  if (list.exists() && (!list.is_array() || list.size() > kMostNumbers))
    problems.add(list, fmt::format("expected a list of at most {} numbers", kMostNumbers));
  for (const doc::View item : list.items()) {
    const auto number = item.integer();
    if (!number || *number < 1 || *number > kLargestCwe)
      problems.add(item, fmt::format("expected the number of a weakness, 1 to {}", kLargestCwe));
    else
      all.push_back(static_cast<std::uint32_t>(*number));
  }
  std::ranges::sort(all);
  const auto twice = std::ranges::unique(all);
  all.erase(twice.begin(), twice.end());
  return all;
}

FindingSelector read_selector(doc::View view, Problems& problems) {
  Section section(view, problems);
  FindingSelector out;
  out.kinds = named<Kind>(section.get("kinds"), "kind", kKindNames, problems);
  out.classes = numbers(section.get("classes"), problems);
  out.weaknesses = numbers(section.get("weaknesses"), problems);
  out.except = numbers(section.get("except"), problems);
  out.bands = named<Band>(section.get("bands"), "band", kBandNames, problems);
  out.known_exploited = section.boolean("known_exploited").value_or(false);
  section.finish();
  return out;
}

std::vector<FindingSelector> read_selectors(doc::View view, Problems& problems) {
  std::vector<FindingSelector> all;
  if (view.is_array()) {
    if (view.size() > kMostSelectors) problems.add(view, fmt::format("expected at most {} selections", kMostSelectors));
    for (const doc::View item : view.items()) all.push_back(read_selector(item, problems));
  } else if (view.exists()) {
    all.push_back(read_selector(view, problems));
  }
  return all;
}

std::string short_text(Section& section, std::string_view key, std::size_t longest, bool required, Problems& problems) {
  // A version may be written like a number.
  const doc::View view = section.get(key);
  std::string text(view.scalar());
  if (text.empty() && (required || view.exists()))
    problems.add(view.exists() ? view : section.view(), fmt::format("{} must be a text", key));
  if (text.size() > longest) problems.add(view, fmt::format("{} is longer than {} bytes", key, longest));
  return text;
}

// Those of findings of certain kinds; nothing when any kind may be selected.
std::vector<Kind> kinds_of(const std::vector<FindingSelector>& any_of) {
  std::set<Kind> all;
  for (const FindingSelector& it : any_of) {
    if (it.kinds.empty()) return {};
    all.insert(it.kinds.begin(), it.kinds.end());
  }
  return {all.begin(), all.end()};
}

Control read_control(doc::View view, Problems& problems) {
  Section section(view, problems);
  Control out;
  out.id = short_text(section, "id", kLongestId, true, problems);
  out.title = short_text(section, "title", kLongestText, true, problems);
  out.elsewhere = short_text(section, "elsewhere", kLongestText, false, problems);
  out.any_of = read_selectors(section.get("select"), problems);
  out.looks = named<Kind>(section.get("looks"), "kind", kKindNames, problems);
  const doc::View evidence = section.get("evidence");
  out.evidence = named<EvidenceTopic>(evidence, "evidence", kEvidenceTopicNames, problems);
  if (!evidence.exists() && !out.any_of.empty())
    out.evidence = {EvidenceTopic::findings, EvidenceTopic::service_levels, EvidenceTopic::exceptions};
  section.finish();
  if (out.looks.empty()) out.looks = kinds_of(out.any_of);
  return out;
}

}  // namespace

Result<Framework> read_framework(std::string text, const std::string& name) {
  GP_TRY(const doc::Document document, doc::parse_yaml(std::move(text), name));
  Problems problems;
  Section section(document.root(), problems);
  Framework out;
  out.id = short_text(section, "id", kLongestId, true, problems);
  out.name = short_text(section, "name", kLongestId, true, problems);
  out.version = short_text(section, "version", kLongestId, false, problems);
  if (const auto data = section.choice("data", kDataClassNames)) out.data = static_cast<DataClass>(*data);
  std::set<std::string> ids;
  for (const doc::View item : section.file_list("controls", name, kMostControls).items()) {
    Control control = read_control(item, problems);
    if (!ids.insert(control.id).second)
      problems.add(item, fmt::format("there is a control \"{}\" already", text::printable(control.id, kLongestId)));
    out.controls.push_back(std::move(control));
  }
  section.finish();
  if (!problems.empty()) return problems.error();
  return out;
}

}  // namespace gatepost::config
