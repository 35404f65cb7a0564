// "Did you mean …?" for patterns that match nothing: other readings of the same pattern, tried on the files.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "context/owners_lint.hpp"
#include "context/path_coverage.hpp"

namespace gatepost::context::codeowners {
namespace {

struct Variant {
  std::size_t rule;  // index of the list of rules
  std::string pattern;
  OwnerIndex::End end = {};
};

OwnerIndex::End add_to(SegmentAutomaton& automaton, std::string_view pattern, OwnersDialect dialect) {
  SegmentPattern parts;
  if (dialect == OwnersDialect::github) {
    parts.read_github(pattern);
  } else {
    parts.read_gitlab(normalise_gitlab(pattern));
  }
  if (parts.never()) return {.never = true};
  return {automaton.add(parts), parts.cover()};
}

void finish(SegmentAutomaton& automaton) {
  const std::vector<std::uint32_t> ranks(automaton.size());
  automaton.finish(ranks);
}

// In the order in which they are worth mentioning.
std::vector<std::string> variants_of(std::string_view pattern, OwnersDialect dialect) {
  std::vector<std::string> variants;
  const std::string as_written(pattern);
  const bool directory = pattern.ends_with('/');
  if (pattern.ends_with("/*")) variants.push_back(as_written.substr(0, as_written.size() - 1));
  if (directory && pattern.size() > 1) variants.push_back(as_written.substr(0, as_written.size() - 1));
  if (dialect == OwnersDialect::gitlab) {
    if (pattern.ends_with("/**")) variants.push_back(as_written + "/*");
    if (!directory) variants.push_back(as_written + "/");
    if (pattern.starts_with('/')) variants.push_back(as_written.substr(1));
    return variants;
  }
  const std::string floating = pattern.starts_with('/') ? as_written.substr(1) : as_written;
  const bool one_segment = floating.find('/') >= floating.size() - (directory ? 1 : 0);
  if (!one_segment) {
    variants.push_back("**/" + floating);
  } else if (pattern.starts_with('/')) {
    variants.push_back(floating);
  }
  return variants;
}

std::vector<std::string> by_variant(const CodeOwnersFile& file, const std::vector<RuleId>& rules,
                                    const std::vector<std::string_view>& sorted) {
  SegmentAutomaton automaton(file.dialect);
  std::vector<Variant> variants;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    for (std::string& pattern : variants_of(file.view(file.rules[rules[i]].pattern), file.dialect)) {
      variants.push_back({.rule = i, .pattern = std::move(pattern)});
      variants.back().end = add_to(automaton, variants.back().pattern, file.dialect);
    }
  }
  finish(automaton);
  const PathCoverage coverage(automaton, sorted);
  std::vector<std::string> suggestions(rules.size());
  for (const Variant& it : variants) {
    if (suggestions[it.rule].empty() && coverage.example(it.end)) {
      suggestions[it.rule] = "did you mean `" + text::printable(it.pattern, 200) + "`?";
    }
  }
  return suggestions;
}

// Fills the gaps with files that match when letter case is left aside.
void add_by_case(const CodeOwnersFile& file, const std::vector<RuleId>& rules,
                 const std::vector<std::string_view>& sorted, std::vector<std::string>& suggestions) {
  SegmentAutomaton automaton(file.dialect);
  std::vector<OwnerIndex::End> ends;
  for (const RuleId id : rules) {
    ends.push_back(add_to(automaton, text::lower(file.view(file.rules[id].pattern)), file.dialect));
  }
  finish(automaton);
  std::vector<std::pair<std::string, std::size_t>> lower;
  lower.reserve(sorted.size());
  for (std::size_t i = 0; i < sorted.size(); ++i) lower.emplace_back(text::lower(sorted[i]), i);
  std::ranges::sort(lower);
  std::vector<std::string_view> views;
  views.reserve(lower.size());
  for (const auto& [path, number] : lower) views.push_back(path);
  const PathCoverage coverage(automaton, views);
  for (std::size_t i = 0; i < rules.size(); ++i) {
    const auto example = coverage.example(ends[i]);
    if (!example || !suggestions[i].empty()) continue;
    suggestions[i] = "letter case counts: there is `" + text::printable(sorted[lower[*example].second], 200) + "`";
  }
}

}  // namespace

std::vector<std::string> did_you_mean(const CodeOwnersFile& file, const std::vector<RuleId>& rules,
                                      const std::vector<std::string_view>& sorted) {
  if (rules.empty()) return {};
  std::vector<std::string> suggestions = by_variant(file, rules, sorted);
  const bool complete = std::ranges::none_of(suggestions, &std::string::empty);
  if (!complete) add_by_case(file, rules, sorted, suggestions);
  return suggestions;
}

}  // namespace gatepost::context::codeowners
