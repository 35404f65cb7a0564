#include "app/ledger_origins.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "git/authorship.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostFiles = 200, kMostLines = 2'000;  // lines of one file

class Origins {
 public:
  Origins(const Evidence& evidence, const Assessment& assessment, const ledger::State& state,
          const std::vector<BaseMatch>& matches)
      : evidence_(evidence), assessment_(assessment), state_(state), origins_(matches.size()) {
    for (std::size_t i = 0; i < matches.size(); ++i) {
      const ledger::Tracked* const known = state.find(finding(i).id);
      if (!matches[i].known && (known == nullptr || !known->is_live())) fresh_.push_back(i);
    }
  }

  std::vector<Origin> take() {
    const auto head = git::ObjectId::parse(assessment_.change.head);
    if (!head || fresh_.empty()) return std::move(origins_);
    if (!evidence_.repository.is_shallow()) find_commits(*head);
    if (const auto last = git::ObjectId::parse(state_.last_commit)) find_news(*head, *last);
    return std::move(origins_);
  }

 private:
  [[nodiscard]] const Finding& finding(std::size_t index) const { return assessment_.findings.all[index]; }

  // What nobody knows of stays unknown: a history that is not here, lines that only bots wrote.
  void find_commits(const git::ObjectId& head) {
    std::map<std::string, std::set<std::uint32_t>, std::less<>> lines;
    for (const std::size_t i : fresh_) {
      const Finding& it = finding(i);
      if (is_dependency_kind(it.kind) || it.file == Finding::kNoFile || it.range.first_line == 0) continue;
      const std::string path(assessment_.findings.path_of(it));
      if (!lines.contains(path) && lines.size() == kMostFiles) continue;
      if (auto& wanted = lines[path]; wanted.size() < kMostLines) wanted.insert(it.range.first_line);
    }
    std::vector<git::WantedLines> wanted;
    for (const auto& [path, all] : lines) wanted.push_back({path, {all.begin(), all.end()}});
    if (wanted.empty()) return;
    const auto answer = git::authorship(evidence_.repository, head, head, wanted);
    if (!answer) return;
    std::map<std::pair<std::string_view, std::uint32_t>, std::int64_t> seconds;
    for (const git::Authorship& file : answer->files) {
      for (const git::LineAuthor& it : file.lines) seconds[{file.path, it.line}] = it.at;
    }
    for (const std::size_t i : fresh_) {
      const Finding& it = finding(i);
      if (is_dependency_kind(it.kind) || it.file == Finding::kNoFile) continue;
      const std::string path(assessment_.findings.path_of(it));
      const auto found = seconds.find({path, it.range.first_line});
      if (found != seconds.end()) origins_[i].introduced_ms = std::max<std::int64_t>(found->second, 0) * 1000;
    }
  }

  // A scanner that ran before reports a package of a manifest that is what it was then.
  void find_news(const git::ObjectId& head, const git::ObjectId& last) {
    const auto now = git::Tree::of_commit(evidence_.repository, head),
               before = git::Tree::of_commit(evidence_.repository, last);
    if (!now || !before) return;
    std::map<std::string, bool, std::less<>> unchanged;
    for (const std::size_t i : fresh_) {
      const Finding& it = finding(i);
      if (!is_dependency_kind(it.kind) || it.file == Finding::kNoFile || !ran_before(it)) continue;
      const auto [entry, first] = unchanged.try_emplace(std::string(assessment_.findings.path_of(it)), false);
      if (first) entry->second = is_same(*before, *now, entry->first);
      origins_[i].advisory_new = entry->second;
    }
  }
  [[nodiscard]] bool ran_before(const Finding& it) const {
    const ObservationTable& table = assessment_.table;
    const auto engine = state_.engines.find(std::string(table.text(table.rule_of(table.row(it.primary)).engine)));
    return engine != state_.engines.end() && engine->second.last_complete != 0;
  }
  static bool is_same(const git::Tree& before, const git::Tree& now, const std::string& path) {
    const auto a = before.find(path), b = now.find(path);
    return a && b && *a && *b && (*a)->id == (*b)->id;
  }

  const Evidence& evidence_;
  const Assessment& assessment_;
  const ledger::State& state_;
  std::vector<Origin> origins_;
  std::vector<std::size_t> fresh_;  // findings
};

}  // namespace

std::vector<Origin> origins_of(const Evidence& evidence, const Assessment& assessment, const ledger::State& state,
                               const std::vector<BaseMatch>& matches) {
  return Origins(evidence, assessment, state, matches).take();
}

}  // namespace gatepost::app
