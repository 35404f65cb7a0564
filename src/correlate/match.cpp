#include "correlate/match.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace gatepost::correlate {
namespace {

constexpr std::uint32_t kAnywhere = std::numeric_limits<std::uint32_t>::max();

// A record that waits for its counterpart.
struct Entry {
  Digest128 key;
  std::uint32_t position = 0;  // in the head: where it is, or where the base's is expected
  std::uint32_t record = 0;
};
using Entries = std::span<const Entry>;

std::uint32_t distance(const Entry& a, const Entry& b) {
  return a.position < b.position ? b.position - a.position : a.position - b.position;
}

// Words in common to all words, in thousandths. Both are sorted.
std::uint16_t similarity(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b) {
  if (a.empty() || b.empty()) return 0;
  std::size_t common = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) ++common;
    const bool first = a[i] <= b[j], second = b[j] <= a[i];
    i += first ? 1 : 0;
    j += second ? 1 : 0;
  }
  return static_cast<std::uint16_t>(common * 1000 / (a.size() + b.size() - common));
}

class Cascade {
 public:
  Cascade(const Side& base, const Side& head)
      : base_(base), head_(head), base_done_(base.records.size()), head_done_(head.records.size()) {}

  Matching run() {
    exact();
    by_name();
    on_kept_lines();
    by_content();
    by_scope();
    to_other_versions();
    to_other_files();
    by_similarity();
    by_symbol();
    return result();
  }

 private:
  static bool is_kept(const Record& it) { return it.state == LineState::kept; }
  static bool is_code(const Record& it) { return it.category == Category::code; }
  // Has no other identity than its lines: what the line map says about these is never contradicted.
  static bool lives_on_lines(const Record& it) {
    return it.category == Category::code || it.category == Category::masked_secret;
  }

  // Equal in identity and in place; what has a name of its own, in identity.
  void exact() {
    join([](const Record&) { return true; }, nullptr,
         [&](Entries base, Entries head) {
           if (!lives_on_lines(of_base(base[0])) && of_base(base[0]).category != Category::resource) {
             return nearest(base, head, MatchStage::exact, kAnywhere);
           }
           for (std::size_t b = 0, h = 0; b < base.size() && h < head.size();) {
             const std::uint32_t at = base[b].position, found = head[h].position;
             if (at == found && agree(base[b], head[h])) {
               pair(base[b++], head[h++], MatchStage::exact);
               continue;
             }
             b += at <= found ? 1 : 0;
             h += found <= at ? 1 : 0;
           }
         });
  }

  // A resource by its address, a secret by file and value, a package by the name that all tools mean, wherever they
  // stand now.
  void by_name() {
    const auto has_name = [](const Record& it) {
      return it.category == Category::resource || it.category == Category::secret || it.category == Category::package;
    };
    join(has_name, Key::content,
         [&](Entries base, Entries head) { nearest(base, head, MatchStage::drift, kAnywhere); });
  }

  // The same rule on a line that the change left alone, whatever was edited around it. Several on one line in their
  // order.
  void on_kept_lines() {
    const auto takes_part = [](const Record& it) {
      return is_kept(it) && it.line != 0 && it.category != Category::package && it.category != Category::named;
    };
    join(takes_part, Key::group, [&](Entries base, Entries head) { nearest(base, head, MatchStage::drift, 0); });
  }

  // The same code in the same file, among lines that were edited or of which nobody knows. Of twins, the one in the
  // same symbol.
  void by_content() {
    join([](const Record& it) { return is_code(it) && !is_kept(it); }, Key::inner,
         [&](Entries base, Entries head) { nearest(base, head, MatchStage::drift, kAnywhere); });
    const auto with_code = [](const Record& it) { return lives_on_lines(it) && !is_kept(it) && !it.no_code; };
    join(with_code, Key::content,
         [&](Entries base, Entries head) { nearest(base, head, MatchStage::drift, kAnywhere); });
    // Without code there are only rule and file: within one edit, or near where nothing is known of edits.
    const auto without = [](const Record& it) { return lives_on_lines(it) && !is_kept(it) && it.no_code; };
    join(without, Key::content, [&](Entries base, Entries head) {
      in_each_edit(base, head,
                   [&](Entries b, Entries h, std::uint32_t window) { nearest(b, h, MatchStage::drift, window); });
    });
  }

  // The same lines in the same symbol: a function that was moved has other neighbours.
  void by_scope() {
    join([](const Record& it) { return is_code(it) && !is_kept(it); }, Key::scope,
         [&](Entries base, Entries head) { nearest(base, head, MatchStage::drift, kAnywhere); });
  }

  void to_other_versions() {
    join([](const Record& it) { return it.category == Category::package; }, Key::successor,
         [&](Entries base, Entries head) {
           nearest(base, head, MatchStage::drift, kAnywhere, MatchEvent::still_affected);
         });
  }

  // A secret's value wherever it is; code that left its file and has only one place where it may have gone.
  void to_other_files() {
    join([](const Record& it) { return it.category == Category::secret; }, Key::elsewhere,
         [&](Entries base, Entries head) { nearest(base, head, MatchStage::moved, kAnywhere); });
    const auto may_have_left = [](const Record& it) {
      const bool known = (is_code(it) && !it.no_code) || it.category == Category::resource;
      return known && !is_kept(it);
    };
    join(may_have_left, Key::elsewhere, [&](Entries base, Entries head) {
      if (base.size() != 1 || head.size() != 1 || in_one_file(base[0], head[0])) return;
      pair(base[0], head[0], MatchStage::moved);
    });
  }

  // Edited code within one edit of the change.
  void by_similarity() {
    join([](const Record& it) { return is_code(it) && !is_kept(it); }, Key::group,
         [&](Entries base, Entries head) {
           in_each_edit(base, head, [&](Entries b, Entries h, std::uint32_t window) { most_alike(b, h, window); });
         });
  }

  // Code that was edited and moved to another file, in a symbol of the same name. Within one file the line map has
  // spoken.
  void by_symbol() {
    join([](const Record& it) { return is_code(it) && !is_kept(it); }, Key::symbol,
         [&](Entries base, Entries head) {
           if (base.size() != 1 || head.size() != 1) return;
           if (in_one_file(base[0], head[0]) && of_base(base[0]).state != LineState::unknown) return;
           const std::uint16_t alike = similarity_of(base[0], head[0]);
           if (alike >= kAlike) pair(base[0], head[0], MatchStage::symbol, MatchEvent::moved_symbol, alike);
         });
  }

  // --- how entries of one key find each other ---

  // A line that the change left alone is the same line in both; nothing else can be on it.
  [[nodiscard]] bool agree(const Entry& base, const Entry& head) const {
    const Record &b = of_base(base), &h = of_head(head);
    return is_kept(b) == is_kept(h) || b.line == 0;
  }

  // In the order of their places, each with the nearest as long as there are more on the other side. Both sides are
  // walked once, and pairs never cross.
  void nearest(Entries base, Entries head, MatchStage stage, std::uint32_t window,
               MatchEvent event = MatchEvent::none) {
    for (std::size_t b = 0, h = 0; b < base.size() && h < head.size();) {
      const std::size_t bases = base.size() - b, heads = head.size() - h;
      const std::uint32_t here = distance(base[b], head[h]);
      if (bases > heads && distance(base[b + 1], head[h]) < here) {
        ++b;
      } else if (heads > bases && distance(base[b], head[h + 1]) < here) {
        ++h;
      } else if (here > window) {
        base[b].position < head[h].position ? ++b : ++h;
      } else {
        pair(base[b++], head[h++], stage, event);
      }
    }
  }

  // Calls `take` for what lies in the same hunk, and for what has no line map at all, within the window. Positions are
  // in the order of the hunks.
  template <class Take>
  void in_each_edit(Entries base, Entries head, Take take) {
    std::vector<Entry> old_ones(base.begin(), base.end()), new_ones(head.begin(), head.end());
    const auto edit_of_base = [&](const Entry& it) { return std::tuple(of_base(it).state, of_base(it).hunk); };
    const auto edit_of_head = [&](const Entry& it) { return std::tuple(of_head(it).state, of_head(it).hunk); };
    std::ranges::stable_sort(old_ones, {}, edit_of_base);
    std::ranges::stable_sort(new_ones, {}, edit_of_head);
    merge(Entries(old_ones), Entries(new_ones), edit_of_base, edit_of_head, [&](Entries b, Entries h) {
      const bool mapped = of_base(b[0]).state == LineState::edited;
      if (mapped && of_base(b[0]).hunk == Record::kNoHunk) return;
      take(b, h, mapped ? kAnywhere : kWindow);
    });
  }

  // In their order, each with the one that is most like it of the next two; nobody is paired when two would do equally
  // well and only one of them can be meant.
  void most_alike(Entries base, Entries head, std::uint32_t window) {
    for (std::size_t b = 0, h = 0; b < base.size() && h < head.size();) {
      const std::size_t bases = base.size() - b, heads = head.size() - h;
      const auto alike = [&](std::size_t i, std::size_t j) -> std::uint16_t {
        if (i == base.size() || j == head.size() || distance(base[i], head[j]) > window) return 0;
        return similarity_of(base[i], head[j]);
      };
      const std::uint16_t here = alike(b, h), next_head = alike(b, h + 1), next_base = alike(b + 1, h);
      if (here < kAlike && next_head < kAlike && next_base < kAlike) {
        const bool base_first =
            base[b].position != head[h].position ? base[b].position < head[h].position : bases > heads;
        base_first ? ++b : ++h;
      } else if (next_head > here && next_head >= next_base) {
        ++h;
      } else if (next_base > here) {
        ++b;
      } else if ((heads > bases && next_head == here) || (bases > heads && next_base == here)) {
        heads > bases ? ++b : ++h;
      } else {
        pair(base[b++], head[h++], MatchStage::fuzzy, MatchEvent::fuzzy_match, here);
      }
    }
  }

  std::uint16_t similarity_of(const Entry& base, const Entry& head) {
    if (!base_.words || !head_.words) return 0;
    base_words_.clear();
    head_words_.clear();
    base_.words(base.record, base_words_);
    head_.words(head.record, head_words_);
    return similarity(base_words_, head_words_);
  }

  // --- joining ---

  // Equal ranges of two sorted lists, each once.
  template <class BaseKey, class HeadKey, class Take>
  static void merge(Entries base, Entries head, BaseKey base_key, HeadKey head_key, Take take) {
    for (std::size_t b = 0, h = 0; b < base.size() && h < head.size();) {
      const auto at = base_key(base[b]);
      const auto found = head_key(head[h]);
      if (at < found) {
        ++b;
      } else if (found < at) {
        ++h;
      } else {
        const std::size_t first_base = b, first_head = h;
        while (b < base.size() && base_key(base[b]) == at) ++b;
        while (h < head.size() && head_key(head[h]) == at) ++h;
        take(base.subspan(first_base, b - first_base), head.subspan(first_head, h - first_head));
      }
    }
  }

  // What is left over of both sides and takes part, by key; without a key by id.
  template <class TakesPart, class Take>
  void join(TakesPart takes_part, std::nullptr_t, Take take) {
    const auto by_id = [](const Side& side, std::uint32_t record) { return side.records[record].id; };
    join_by(takes_part, by_id, take);
  }
  template <class TakesPart, class Take>
  void join(TakesPart takes_part, Key key, Take take) {
    join_by(takes_part, [key](const Side& side, std::uint32_t record) { return side.key(key, record); }, take);
  }
  template <class TakesPart, class KeyOf, class Take>
  void join_by(TakesPart takes_part, KeyOf key_of, Take take) {
    const std::vector<Entry> base = waiting(base_, base_done_, &Record::expected, takes_part, key_of);
    if (base.empty()) return;
    const std::vector<Entry> head = waiting(head_, head_done_, &Record::line, takes_part, key_of);
    const auto key = [](const Entry& it) -> const Digest128& { return it.key; };
    merge(Entries(base), Entries(head), key, key, take);
  }

  // Sorted by key, place and id.
  template <class TakesPart, class KeyOf>
  static std::vector<Entry> waiting(const Side& side, const std::vector<bool>& done, std::uint32_t Record::* position,
                                    TakesPart takes_part, KeyOf key_of) {
    std::vector<Entry> out;
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < side.records.size(); ++i) count += !done[i] && takes_part(side.records[i]) ? 1 : 0;
    out.reserve(count);
    for (std::uint32_t i = 0; i < side.records.size(); ++i) {
      const Record& record = side.records[i];
      if (done[i] || !takes_part(record)) continue;
      const Digest128 key = key_of(side, i);
      if (!key.empty()) out.push_back({key, record.*position, i});
    }
    std::ranges::sort(out, [&](const Entry& a, const Entry& b) {
      if (const auto order = a.key <=> b.key; order != 0) return order < 0;
      if (a.position != b.position) return a.position < b.position;
      const auto order = side.records[a.record].id <=> side.records[b.record].id;
      return order != 0 ? order < 0 : a.record < b.record;
    });
    return out;
  }

  void pair(const Entry& base, const Entry& head, MatchStage stage, MatchEvent event = MatchEvent::none,
            std::uint16_t alike = 1000) {
    const bool renamed = of_base(base).renamed;
    if (renamed && stage < MatchStage::moved) stage = MatchStage::moved;
    if (stage == MatchStage::moved && event == MatchEvent::none) event = MatchEvent::moved;
    base_done_[base.record] = head_done_[head.record] = true;
    pairs_.push_back({base.record, head.record, stage, event, alike});
  }

  [[nodiscard]] const Record& of_base(const Entry& entry) const { return base_.records[entry.record]; }
  [[nodiscard]] const Record& of_head(const Entry& entry) const { return head_.records[entry.record]; }
  [[nodiscard]] bool in_one_file(const Entry& base, const Entry& head) const {
    return of_base(base).file == of_head(head).file;
  }

  Matching result() {
    Matching out{.pairs = std::move(pairs_), .gone = {}, .fresh = {}};
    std::ranges::sort(out.pairs, {}, &Pair::head);
    for (std::uint32_t i = 0; i < base_done_.size(); ++i) {
      if (!base_done_[i]) out.gone.push_back(i);
    }
    for (std::uint32_t i = 0; i < head_done_.size(); ++i) {
      if (!head_done_[i]) out.fresh.push_back(i);
    }
    return out;
  }

  const Side& base_;
  const Side& head_;
  std::vector<bool> base_done_, head_done_;
  std::vector<Pair> pairs_;
  std::vector<std::uint64_t> base_words_, head_words_;
};

constexpr std::uint32_t kFewFindings = 10;  // of which any share may be repaired at once
constexpr std::uint32_t kSuspiciousPercent = 30;

}  // namespace

Matching match(const Side& base, const Side& head) { return Cascade(base, head).run(); }

bool EngineLoss::suspicious() const {
  return vanished >= kFewFindings && std::uint64_t{vanished} * 100 > std::uint64_t{base} * kSuspiciousPercent;
}

std::vector<EngineLoss> losses(std::span<const Record> base, std::span<const std::uint32_t> gone) {
  std::map<std::uint16_t, EngineLoss> engines;
  for (const Record& record : base) {
    EngineLoss& loss = engines[record.engine];
    loss.engine = record.engine;
    ++loss.base;
  }
  for (const std::uint32_t record : gone) {
    if (base[record].state != LineState::edited) ++engines[base[record].engine].vanished;
  }
  std::vector<EngineLoss> out;
  for (const auto& [engine, loss] : engines) out.push_back(loss);
  return out;
}

}  // namespace gatepost::correlate
