// Code: the same place and a compatible weakness, by different engines; and one engine's statements in two commits.
#include <fmt/core.h>

#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "correlate/pairs.hpp"
#include "correlate/weakness.hpp"

namespace gatepost::correlate {
namespace {

constexpr std::uint32_t kNear = 2;         // lines between two statements that may mean the same, inside one function
constexpr std::uint32_t kWide = 100;       // lines: a longer range says too little about where
constexpr std::size_t kMostNear = 16;      // statements at one place; where there are more nobody knows which is which
constexpr std::size_t kMostTogether = 16;  // statements of one problem at one place
constexpr std::size_t kMostLinks = 3;      // of one statement

enum class Place : std::uint8_t { same_line, overlap, near, apart };

std::uint32_t last_line(const Statement& it) { return std::max(it.first_line, it.last_line); }

Place place_of(const Statement& a, const Statement& b) {
  if (a.first_line == 0 || b.first_line == 0) return Place::apart;
  if (a.first_line == b.first_line) return Place::same_line;
  const bool a_first = a.first_line < b.first_line;
  const Statement &upper = a_first ? a : b, &lower = a_first ? b : a;
  if (lower.first_line <= last_line(upper)) return Place::overlap;
  return lower.first_line - last_line(upper) <= kNear ? Place::near : Place::apart;
}

// Why two weaknesses are one, the strongest first.
enum class Likeness : std::uint8_t { family, equal, ancestor, memory, too_general, unknown, unrelated };

struct Compared {
  Likeness rank = Likeness::unrelated;  // how much speaks for it: a common family more than a common CWE
  Likeness rule = Likeness::unrelated;  // what the rule is called by
  CweMatch cwes;
};

Compared compare_weaknesses(const Statement& a, const Statement& b) {
  Compared out;
  out.cwes = match(a.cwes, b.cwes);
  switch (out.cwes.relation) {
    case CweRelation::equal:
      out.rule = Likeness::equal;
      break;
    case CweRelation::ancestor:
      out.rule = Likeness::ancestor;
      break;
    case CweRelation::memory:
      out.rule = Likeness::memory;
      break;
    case CweRelation::too_general:
      out.rule = Likeness::too_general;
      break;
    case CweRelation::unknown:
      out.rule = Likeness::unknown;
      break;
    case CweRelation::unrelated:
      break;
  }
  const bool family = !a.family.empty() && a.family == b.family;
  if (family && out.rule > Likeness::memory) out.rule = Likeness::family;
  out.rank = family ? Likeness::family : out.rule;
  return out;
}

bool is_like(Likeness likeness) { return likeness <= Likeness::memory; }

// What decides about two statements at one place.
struct Meeting {
  Place place = Place::apart;
  Compared weakness;
  bool wide = false;       // one is too long to say where
  bool no_symbol = false;  // near, but nobody says that it is one function

  [[nodiscard]] bool merges() const { return place != Place::apart && is_like(weakness.rule) && !wide && !no_symbol; }
};

Meeting meet(const Statement& a, const Statement& b) {
  Meeting out{.place = place_of(a, b), .weakness = {}};
  if (out.place == Place::apart) return out;
  out.weakness = compare_weaknesses(a, b);
  const auto is_wide = [](const Statement& it) { return last_line(it) - it.first_line >= kWide; };
  out.wide = out.place != Place::same_line && (is_wide(a) || is_wide(b));
  out.no_symbol = out.place == Place::near && (a.symbol.empty() || a.symbol != b.symbol);
  return out;
}

std::string cwe_name(Cwe cwe) { return cwe.number == 0 ? "no CWE" : fmt::format("CWE-{}", cwe.number); }

std::string lines_of(const Statement& it) {
  return last_line(it) == it.first_line ? fmt::format("line {}", it.first_line)
                                        : fmt::format("lines {} to {}", it.first_line, last_line(it));
}

std::string where_of(const Statement& a, const Statement& b, Place place) {
  if (place == Place::same_line) return fmt::format("both are at line {} of {}", a.first_line, a.path);
  if (place == Place::overlap) return fmt::format("{} and {} of {} overlap", lines_of(a), lines_of(b), a.path);
  return fmt::format("{} and {} of {} are close to each other{}", lines_of(a), lines_of(b), a.path,
                     a.symbol.empty() || a.symbol != b.symbol ? "" : fmt::format(" in {}", a.symbol));
}

std::string likeness_of(const Statement& a, const Statement& b, const Compared& it) {
  const bool by_rule = a.cwe_of_family || b.cwe_of_family;
  switch (it.rule) {
    case Likeness::equal:
      return fmt::format("both {} {}{}", by_rule ? "are" : "say", cwe_name(it.cwes.a),
                         by_rule ? ", one by its rule" : "");
    case Likeness::ancestor: {
      const bool a_below = CweCatalogue::built_in().distance(it.cwes.a, it.cwes.b).has_value();
      return fmt::format("{} is a kind of {}{}", cwe_name(a_below ? it.cwes.a : it.cwes.b),
                         cwe_name(a_below ? it.cwes.b : it.cwes.a), by_rule ? ", one of them by its rule" : "");
    }
    case Likeness::memory:
      return fmt::format("{} and {} are both about the bounds of buffers", cwe_name(it.cwes.a), cwe_name(it.cwes.b));
    case Likeness::family:
      return fmt::format("both rules are of the family {}", a.family);
    case Likeness::too_general:
      return fmt::format("one of {} and {} says too little", cwe_name(it.cwes.a), cwe_name(it.cwes.b));
    case Likeness::unknown:
      return "not both say which weakness it is";
    case Likeness::unrelated:
      return fmt::format("{} and {} are different weaknesses", cwe_name(it.cwes.a), cwe_name(it.cwes.b));
  }
  return {};
}

std::string_view rule_of(const Meeting& it) {
  constexpr std::array<std::array<std::string_view, 2>, 4> kRules = {
      {{"sast_family_overlap", "sast_family_near"},
       {"sast_cwe_equal_overlap", "sast_cwe_equal_near"},
       {"sast_cwe_ancestor_overlap", "sast_cwe_ancestor_near"},
       {"sast_cwe_memory_overlap", "sast_cwe_memory_near"}}};
  return kRules[static_cast<std::size_t>(it.weakness.rule)][it.place == Place::near ? 1 : 0];
}

Evidence evidence_of(const Statement& a, const Statement& b, const Meeting& it) {
  const std::string because = where_of(a, b, it.place) + "; " + likeness_of(a, b, it.weakness);
  if (it.merges()) {
    const bool one_engine = !a.engine.empty() && a.engine == b.engine;
    return {one_engine ? "engine_wrapper_fold" : rule_of(it), "same_issue",
            one_engine ? because + "; two reports of one engine" : because};
  }
  if (it.weakness.rule == Likeness::unrelated) return {"sast_cwe_unrelated", "none", because};
  if (it.weakness.rule == Likeness::too_general) return {"cwe_too_general", "link", because};
  if (it.weakness.rule == Likeness::unknown) return {"weakness_unknown", "link", because};
  if (it.wide) return {"range_too_wide", "link", because + "; one is too long to say where it is"};
  return {"near_without_symbol", "link", because + "; nobody says that it is one function"};
}

// How well a candidate fits; less is better.
struct Fit {
  Place place = Place::apart;
  Likeness rank = Likeness::unrelated;
  std::uint32_t columns = 0;
  friend auto operator<=>(const Fit&, const Fit&) = default;
};

Fit fit_of(const Statement& a, const Statement& b, const Meeting& it) {
  const bool columns = it.place == Place::same_line && a.first_column != 0 && b.first_column != 0;
  const std::uint32_t apart =
      a.first_column < b.first_column ? b.first_column - a.first_column : a.first_column - b.first_column;
  return {it.place, it.weakness.rank, columns ? apart : 0};
}

// All statements about one file in one commit.
class FileMatcher {
 public:
  FileMatcher(Pairs& pairs, std::span<const std::uint32_t> statements) : pairs_(pairs) {
    for (const std::uint32_t it : statements) items_.push_back({it});
    std::ranges::sort(items_, {}, [&](const Item& item) {
      const Statement& it = pairs_.statement(item.statement);
      return std::tuple(it.first_line, last_line(it), it.first_column, it.engine, it.rule, item.statement);
    });
  }

  void run() {
    find_candidates();
    choose();
    std::ranges::sort(candidates_, {}, [](const Candidate& it) { return std::tuple(it.fit, it.a, it.b); });
    for (const Candidate& it : candidates_) settle(it);
  }

 private:
  struct Item {
    std::uint32_t statement = 0;
    bool crowded = false;
    std::uint32_t links = 0;
    std::uint32_t cluster = 0;
  };
  struct Candidate {
    std::uint32_t a = 0, b = 0;  // items
    Fit fit;
    bool best_of_a = true, best_of_b = true;
  };

  const Statement& of(std::uint32_t item) const { return pairs_.statement(items_[item].statement); }

  // The statements that reach up to this line are few, or the place is crowded, and then also for what comes later.
  void find_candidates() {
    std::vector<std::uint32_t> open;
    std::uint32_t crowded_until = 0;
    for (std::uint32_t i = 0; i < items_.size(); ++i) {
      const Statement& it = of(i);
      if (it.first_line == 0) continue;
      std::erase_if(open,
                    [&](std::uint32_t other) { return last_line(of(other)) + std::uint64_t{kNear} < it.first_line; });
      if (open.size() >= kMostNear) {
        for (const std::uint32_t other : open) {
          items_[other].crowded = true;
          crowded_until = std::max(crowded_until, last_line(of(other)));
        }
        open.clear();
      }
      items_[i].crowded = it.first_line <= std::uint64_t{crowded_until} + kNear && crowded_until != 0;
      for (const std::uint32_t other : open) add_candidate(other, i);
      open.push_back(i);
    }
    std::erase_if(candidates_, [&](const Candidate& it) { return items_[it.a].crowded || items_[it.b].crowded; });
  }

  void add_candidate(std::uint32_t a, std::uint32_t b) {
    if (same_report(of(a), of(b))) return;
    const Meeting meeting = meet(of(a), of(b));
    if (meeting.merges()) {
      candidates_.push_back({a, b, fit_of(of(a), of(b), meeting)});
    } else if (meeting.place != Place::apart && meeting.weakness.rule != Likeness::unrelated) {
      link(a, b, evidence_of(of(a), of(b), meeting));
    }
  }

  void link(std::uint32_t a, std::uint32_t b, Evidence evidence) {
    if (items_[a].links >= kMostLinks || items_[b].links >= kMostLinks) return;
    ++items_[a].links, ++items_[b].links;
    pairs_.link(items_[a].statement, items_[b].statement, std::move(evidence));
  }

  // A candidate counts when of that report no other fits one of the two as well: two problems at one place may not be
  // exchanged.
  void choose() {
    using Key = std::tuple<std::uint32_t, std::uint32_t, std::string_view>;  // item, the other's report and engine
    struct Best {
      Fit fit;
      std::size_t count = 0;
    };
    std::map<Key, Best> best;
    const auto look = [&](std::uint32_t item, std::uint32_t other, const Fit& fit) {
      Best& it = best[{item, of(other).report, of(other).engine}];
      if (it.count == 0 || fit < it.fit) it = {fit, 0};
      if (fit == it.fit) ++it.count;
    };
    for (const Candidate& it : candidates_) look(it.a, it.b, it.fit), look(it.b, it.a, it.fit);
    const auto is_best = [&](std::uint32_t item, std::uint32_t other, const Fit& fit) {
      const Best& it = best[{item, of(other).report, of(other).engine}];
      return it.fit == fit && it.count == 1;
    };
    for (Candidate& it : candidates_) {
      it.best_of_a = is_best(it.a, it.b, it.fit);
      it.best_of_b = is_best(it.b, it.a, it.fit);
    }
  }

  void settle(const Candidate& it) {
    Evidence evidence = evidence_of(of(it.a), of(it.b), meet(of(it.a), of(it.b)));
    if (it.best_of_a && it.best_of_b && unite(it.a, it.b)) {
      pairs_.merge(items_[it.a].statement, items_[it.b].statement, std::move(evidence));
    } else {
      link(it.a, it.b, {"ambiguous_place", "link", evidence.because + "; others fit as well"});
    }
  }

  // Every one must go with every other: what goes with two does not make those one.
  bool unite(std::uint32_t a, std::uint32_t b) {
    if (items_[a].cluster != 0 && items_[a].cluster == items_[b].cluster) return true;
    const std::vector<std::uint32_t> first = cluster_of(a), second = cluster_of(b);
    if (first.size() + second.size() > kMostTogether) return false;
    for (const std::uint32_t one : first) {
      for (const std::uint32_t other : second) {
        if (same_report(of(one), of(other)) || !meet(of(one), of(other)).merges()) return false;
      }
    }
    std::vector<std::uint32_t> all = first;
    all.insert(all.end(), second.begin(), second.end());
    clusters_.push_back(all);
    for (const std::uint32_t item : all) items_[item].cluster = static_cast<std::uint32_t>(clusters_.size());
    return true;
  }
  [[nodiscard]] std::vector<std::uint32_t> cluster_of(std::uint32_t item) const {
    return items_[item].cluster == 0 ? std::vector<std::uint32_t>{item} : clusters_[items_[item].cluster - 1];
  }

  Pairs& pairs_;
  std::vector<Item> items_;
  std::vector<Candidate> candidates_;
  std::vector<std::vector<std::uint32_t>> clusters_;  // of items; those that became part of a later one are left behind
};

// --- one engine in two commits ---

constexpr int kMostRenames = 16;  // of one file, over the commits that are compared

// The statements of one rule with the same code around.
class Tracker {
 public:
  Tracker(Pairs& pairs, std::span<const std::uint32_t> statements)
      : pairs_(pairs), all_(statements.begin(), statements.end()) {
    for (const std::uint32_t it : all_) {
      const Statement& statement = pairs_.statement(it);
      if (!statement.renamed_from.empty()) new_name_.emplace(statement.renamed_from, statement.path);
    }
  }

  void run() {
    for_each_bucket(
        all_, [&](std::uint32_t it) { return current(pairs_.statement(it).path); },
        [&](std::span<std::uint32_t> one_file) { file(one_file); });
    copies();
  }

 private:
  [[nodiscard]] std::string_view current(std::string_view path) const {
    for (int i = 0; i < kMostRenames; ++i) {
      const auto found = new_name_.find(path);
      if (found == new_name_.end()) break;
      path = found->second;
    }
    return path;
  }

  // As many in each commit: the first is the first.
  void file(std::span<std::uint32_t> statements) {
    std::ranges::sort(statements, {}, [&](std::uint32_t i) {
      const Statement& it = pairs_.statement(i);
      return std::tuple(it.commit, it.path, it.first_line, it.first_column, i);
    });
    std::vector<std::span<std::uint32_t>> commits;
    for (std::size_t begin = 0, end = 0; begin < statements.size(); begin = end) {
      const auto is_same = [&](std::uint32_t it) {
        const Statement &one = pairs_.statement(it), &first = pairs_.statement(statements[begin]);
        return one.commit == first.commit;
      };
      while (end < statements.size() && is_same(statements[end])) ++end;
      commits.push_back(statements.subspan(begin, end - begin));
    }
    const auto one_path = [&](std::span<const std::uint32_t> commit) {
      return pairs_.statement(commit.front()).path == pairs_.statement(commit.back()).path;
    };
    const bool matched = std::ranges::all_of(commits, [&](const auto& commit) {
      return commit.size() == commits.front().size() && one_path(commit) && one_report(commit);
    });
    if (!matched) return;
    for (std::size_t i = 1; i < commits.size(); ++i) {
      for (std::size_t n = 0; n < commits[i].size(); ++n) pair(commits[i - 1][n], commits[i][n]);
    }
  }
  [[nodiscard]] bool one_report(std::span<const std::uint32_t> commit) const {
    return std::ranges::all_of(commit, [&](std::uint32_t it) {
      return pairs_.statement(it).report == pairs_.statement(commit.front()).report;
    });
  }

  void pair(std::uint32_t before, std::uint32_t after) {
    const Statement &a = pairs_.statement(before), &b = pairs_.statement(after);
    if (a.path == b.path)
      return pairs_.merge(before, after,
                          {"track_context", "same_finding",
                           fmt::format("the same rule and the same code in {}, in two commits", a.path)});
    pairs_.merge(before, after,
                 {"track_git_rename", "same_finding_moved",
                  fmt::format("git renamed {} and {} into each other; the code is the same", a.path, b.path)});
  }

  // The same code at several places.
  void copies() {
    for (std::size_t i = 1; i < all_.size(); ++i) {
      const Statement &a = pairs_.statement(all_[i - 1]), &b = pairs_.statement(all_[i]);
      if (a.path == b.path || pairs_.together(all_[i - 1], all_[i])) continue;
      const bool one_commit = a.commit == b.commit;
      pairs_.link(all_[i - 1], all_[i],
                  {one_commit ? "copied_file" : "moved_without_evidence", "link",
                   fmt::format("the same rule and the same code in {} and {}{}", a.path, b.path,
                               one_commit ? ": two places to fix" : ", and nothing says that it was renamed")});
    }
  }

  Pairs& pairs_;
  std::vector<std::uint32_t> all_;
  std::map<std::string_view, std::string_view> new_name_;
};

}  // namespace

void correlate_code(Pairs& pairs) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < pairs.statements().size(); ++i) {
    const Statement& it = pairs.statement(i);
    if (is_code_kind(it.kind) && !it.path.empty()) all.push_back(i);
  }
  const auto file = [&](std::uint32_t i) {
    const Statement& it = pairs.statement(i);
    return std::tuple(it.repository, it.commit, it.path);
  };
  for_each_bucket(all, file, [&](std::span<std::uint32_t> bucket) {
    const bool one = std::ranges::all_of(
        bucket, [&](std::uint32_t it) { return same_report(pairs.statement(it), pairs.statement(bucket.front())); });
    if (!one) FileMatcher(pairs, bucket).run();
  });
}

void track_code(Pairs& pairs) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < pairs.statements().size(); ++i) {
    const Statement& it = pairs.statement(i);
    if (is_code_kind(it.kind) && !it.path.empty() && !it.context.empty() && !it.engine.empty()) all.push_back(i);
  }
  const auto code = [&](std::uint32_t i) {
    const Statement& it = pairs.statement(i);
    return std::tuple(it.repository, it.engine, it.rule, it.context);
  };
  for_each_bucket(all, code, [&](std::span<std::uint32_t> bucket) {
    if (bucket.size() > 1) Tracker(pairs, bucket).run();
  });
}

Evidence compare_code(const Statement& a, const Statement& b) {
  if (same_report(a, b)) return {"same_report", "none", "one report of one engine says them apart"};
  if (a.repository != b.repository || a.commit != b.commit || a.path != b.path)
    return {"other_place", "none", "they are in different files"};
  const Meeting meeting = meet(a, b);
  if (meeting.place == Place::apart) return {"other_place", "none", "they are at different lines"};
  return evidence_of(a, b, meeting);
}

}  // namespace gatepost::correlate
