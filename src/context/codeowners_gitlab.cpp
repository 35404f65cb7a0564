// GitLab's CODEOWNERS: sections, each a map from normalised pattern to entry that keeps the order of insertion.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "context/case_fold.hpp"
#include "context/codeowners_file.hpp"
#include "context/gitlab_heading.hpp"
#include "context/gitlab_references.hpp"
#include "context/segment_pattern.hpp"

namespace gatepost::context::codeowners {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct SeededHash {
  std::size_t operator()(const std::string& s) const { return static_cast<std::size_t>(table_hash(s)); }
};
using Index = std::unordered_map<std::string, std::uint32_t, SeededHash>;

// What a heading says for the entries below it.
struct InForce {
  std::uint32_t section = 0, approvals = 0;
  bool optional = false;
  std::uint32_t first_owner = 0, owner_count = 0;
  bool names_owners = false;
};

struct Owners {
  std::uint32_t first = 0, count = 0;
};

class Reader {
 public:
  explicit Reader(CodeOwnersFile& file) : file_(file), diagnostics_(file.diagnostics) {}

  void read() {
    start_section("codeowners");
    std::uint32_t number = 0;
    const std::string_view text = file_.text;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      read_line(++number, stripped({static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end - begin)}));
      begin = end + 1;
    }
    order_rules();
  }

 private:
  // Without white space and NUL bytes at either end.
  TextRange stripped(TextRange range) const {
    const auto drops = [&](std::uint32_t at) { return is_space(file_.text[at]) || file_.text[at] == '\0'; };
    while (range.size > 0 && drops(range.begin)) {
      ++range.begin;
      --range.size;
    }
    while (range.size > 0 && drops(range.begin + range.size - 1)) --range.size;
    return range;
  }

  void read_line(std::uint32_t number, TextRange range) {
    const std::string_view line = file_.view(range);
    if (line.starts_with('#') || is_blank(line)) return;
    if (const auto heading = read_heading(line)) {
      read_section(number, range, *heading);
    } else if (is_unclosed_heading(line)) {
      complain(number, "invalid_section_format", "the heading has no closing `]`; the line is skipped", "");
    } else {
      read_entry(number, range);
    }
  }

  void read_section(std::uint32_t number, TextRange line, const Heading& heading) {
    const TextRange owners{line.begin + static_cast<std::uint32_t>(heading.owners_begin),
                           static_cast<std::uint32_t>(heading.owners_size)};
    in_force_ = {.section = section_of(heading.name), .approvals = heading.approvals, .optional = heading.optional};
    const Owners found = read_owners(owners);
    in_force_.first_owner = found.first;
    in_force_.owner_count = found.count;
    in_force_.names_owners = owners.size > 0;
    check_heading(number, heading, file_.view(owners), found);
  }

  // The kinds and their precedence are GitLab's.
  void check_heading(std::uint32_t number, const Heading& heading, std::string_view owners, Owners found) {
    bool sound = true;
    const auto fault = [&](const char* kind, std::string text, std::string suggestion) {
      complain(number, kind, std::move(text), std::move(suggestion));
      sound = false;
    };
    if (is_blank(heading.name)) fault("missing_section_name", "the section has no name", "");
    if (!has_valid_approvals(heading)) {
      const bool optional = heading.optional && heading.approvals > 0;
      fault("invalid_approval_requirement",
            optional ? "an optional section cannot require approvals" : "the required approvals are not a number",
            optional ? "remove the `^` or the number" : "");
    }
    if (const std::string word = first_word_without_owner(owners, found); !word.empty()) {
      fault("invalid_section_owner_format", "`" + word + "` is not an owner", "");
    }
    if (sound && !heading.strict) {
      complain(number, "invalid_section_format", "the line is read as a heading, but is not written like one",
               "write `[Section name][approvals] @owner`");
    }
  }

  // The first word of the default owners that is not, as a whole, one of the owners found in them.
  std::string first_word_without_owner(std::string_view owners, Owners found) const {
    std::string strange;
    std::uint32_t next = found.first;
    const std::uint32_t end = found.first + found.count;
    each_word(owners, [&](std::size_t begin, std::size_t size) {
      const std::string_view word = owners.substr(begin, size);
      // Both lists are in the order of the text.
      const auto where = static_cast<std::uint32_t>(word.data() - file_.text.data());
      while (next < end && file_.owners[next].text.begin < where) ++next;
      bool whole = false;
      for (std::uint32_t i = next; i < end && file_.owners[i].text.begin == where; ++i) {
        whole = whole || file_.owners[i].text.size == size;
      }
      if (!whole && strange.empty()) strange = text::printable(word, 120);
    });
    return strange;
  }

  std::uint32_t section_of(std::string_view name) {
    // While there is only the unnamed part of the file, GitLab takes the name of a heading as it is.
    if (file_.sections.size() == 1) return name == file_.sections[0].name ? 0 : start_section(name);
    const auto known = by_name_.find(case_fold(name));
    return known != by_name_.end() ? known->second : start_section(name);
  }

  std::uint32_t start_section(std::string_view name) {
    const auto number = static_cast<std::uint32_t>(file_.sections.size());
    file_.sections.push_back({.name = std::string(name)});
    by_name_.emplace(case_fold(name), number);  // the first of its name stays
    return number;
  }

  Owners read_owners(TextRange range) {
    Owners owners{.first = static_cast<std::uint32_t>(file_.owners.size())};
    for (const Reference& it : gitlab_references(file_.view(range))) {
      const TextRange at{range.begin + static_cast<std::uint32_t>(it.begin), static_cast<std::uint32_t>(it.size)};
      file_.owners.push_back({at, 0});
    }
    owners.count = static_cast<std::uint32_t>(file_.owners.size()) - owners.first;
    return owners;
  }

  void read_entry(std::uint32_t number, TextRange range) {
    const std::string_view line = file_.view(range);
    // The pattern ends at the first white space without a `\` in front of it.
    std::size_t end = 1;
    while (end < line.size() && !(is_space(line[end]) && line[end - 1] != '\\')) ++end;
    std::size_t owners = end;
    while (owners < line.size() && is_space(line[owners])) ++owners;

    Rule rule{.line = number,
              .pattern = {range.begin, static_cast<std::uint32_t>(end)},
              .section = in_force_.section,
              .approvals = in_force_.approvals,
              .optional = in_force_.optional,
              .exclusion = line.starts_with('!')};
    if (rule.exclusion) {
      ++rule.pattern.begin;
      --rule.pattern.size;
    } else {
      read_entry_owners(rule, stripped({range.begin + static_cast<std::uint32_t>(owners),
                                        static_cast<std::uint32_t>(line.size() - owners)}));
    }
    insert(rule);
  }

  void read_entry_owners(Rule& rule, TextRange range) {
    const std::string_view words = file_.view(range);
    if (is_blank(words)) {
      rule.first_owner = in_force_.first_owner;
      rule.owner_count = in_force_.owner_count;
      rule.names_owners = in_force_.names_owners;
      if (!rule.names_owners) {
        complain(rule.line, "missing_entry_owner", "the entry has no owner and its section has no default owner",
                 "name an owner, or write `!` in front of the pattern to leave its files out");
      }
      return;
    }
    const Owners owners = read_owners(range);
    rule.first_owner = owners.first;
    rule.owner_count = owners.count;
    rule.names_owners = true;
    std::string strange;
    each_word(words, [&](std::size_t begin, std::size_t size) {
      const std::string_view word = words.substr(begin, size);
      if (strange.empty() && !has_gitlab_reference(word)) strange = text::printable(word, 120);
    });
    if (!strange.empty()) {
      complain(rule.line, "malformed_entry_owner", "`" + strange + "` is not an owner",
               "write @user, @group/subgroup, @@role or an e-mail address");
    }
  }

  // Assigning to a key that exists keeps the position of the key.
  void insert(const Rule& rule) {
    const auto prefix = std::bit_cast<std::array<char, sizeof rule.section>>(rule.section);
    std::string key(prefix.data(), prefix.size());
    key += normalise_gitlab(file_.view(rule.pattern));
    const auto [known, fresh] = by_key_.emplace(std::move(key), static_cast<std::uint32_t>(file_.rules.size()));
    if (fresh) {
      file_.rules.push_back(rule);
      return;
    }
    Rule& before = file_.rules[known->second];
    file_.replaced.push_back({before.line, rule.line, before.pattern, rule.pattern});
    before = rule;
  }

  void order_rules() {
    std::ranges::stable_sort(file_.rules, {}, &Rule::section);
    std::vector<std::uint32_t> entries(file_.sections.size()), optional(file_.sections.size());
    for (const Rule& rule : file_.rules) {
      ++entries[rule.section];
      if (rule.optional) ++optional[rule.section];
    }
    for (std::size_t i = 0; i < file_.sections.size(); ++i) {
      file_.sections[i].optional = entries[i] > 0 && optional[i] == entries[i];
    }
  }

  void complain(std::uint32_t line, const char* kind, std::string text, std::string suggestion) {
    diagnostics_.add({line, {}, kind, std::move(text), std::move(suggestion)});
  }

  CodeOwnersFile& file_;
  Diagnostics diagnostics_;
  InForce in_force_;
  Index by_name_;  // folded section name to section
  Index by_key_;   // section and normalised pattern to rule
};

}  // namespace

void parse_gitlab(CodeOwnersFile& file) { Reader(file).read(); }

}  // namespace gatepost::context::codeowners
