#include "ledger/record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <limits>

#include "base/text.hpp"

namespace gatepost::ledger {
namespace {

constexpr std::int64_t kMostRisk = 1000;

template <std::size_t N>
std::optional<std::size_t> position_in(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

// Reads members by name and remembers the first that is wrong.
class Reader {
 public:
  explicit Reader(Record& record) : r_(record) {}

  std::string read(CanonicalText::Item item) {
    if (item.kind() != CanonicalText::Kind::object) return "the record is no object";
    item.each([&](CanonicalText::Item member) { one(member.key(), member); });
    if (problem_.empty() && r_.id.digest.empty()) problem_ = "the record has no id";
    if (problem_.empty() && r_.engine.empty()) problem_ = "the record names no engine";
    return problem_;
  }

 private:
  void one(std::string_view key, CanonicalText::Item item) {
    if (!problem_.empty()) return;
    const bool good = key == "id"           ? id(item)
                      : key == "keys"       ? keys(item)
                      : key == "tools"      ? texts(item, r_.tools)
                      : key == "advisories" ? texts(item, r_.advisories)
                      : key == "cwes"       ? numbers(item, r_.cwes)
                      : key == "line"       ? number(item, r_.line)
                      : key == "end_line"   ? number(item, r_.end_line)
                      : key == "context"    ? digest(item, r_.context)
                      : key == "risk"       ? risk(item)
                                            : words(key, item);
    if (!good) problem_ = fmt::format("the record's \"{}\" is not what it must be", text::printable(key, 40));
  }

  bool words(std::string_view key, CanonicalText::Item item) {
    if (item.kind() != CanonicalText::Kind::text) return false;
    if (key == "category") return name(item, kCategoryNames, r_.category);
    if (key == "kind") return name(item, kKindNames, r_.kind);
    if (key == "severity") return name(item, kSeverityNames, r_.severity);
    if (key == "decision") return name(item, kPriorityNames, r_.decision.emplace());
    std::string* const into = slot(key);
    if (into == nullptr) return false;
    *into = item.text();
    return true;
  }

  std::string* slot(std::string_view key) {
    if (key == "engine") return &r_.engine;
    if (key == "rule") return &r_.rule;
    if (key == "path") return &r_.path;
    if (key == "commit") return &r_.commit;
    if (key == "target") return &r_.target;
    if (key == "title") return &r_.title;
    if (key == "package") return &r_.package;
    if (key == "service") return &r_.service;
    return key == "team" ? &r_.team : nullptr;
  }

  template <std::size_t N, class T>
  static bool name(CanonicalText::Item item, const std::array<std::string_view, N>& names, T& into) {
    const auto position = position_in(names, item.node().text);
    if (position) into = static_cast<T>(*position);
    return position.has_value();
  }

  bool id(CanonicalText::Item item) {
    const auto parsed = parse_finding_id(item.text());
    if (parsed) r_.id = *parsed;
    return parsed.has_value();
  }
  static bool digest(CanonicalText::Item item, Digest128& into) {
    const auto parsed = parse_hex128(item.text());
    if (parsed) into = *parsed;
    return parsed.has_value();
  }
  static bool number(CanonicalText::Item item, std::uint32_t& into) {
    const auto whole = item.integer();
    if (!whole || *whole < 0 || *whole > std::numeric_limits<std::uint32_t>::max()) return false;
    into = static_cast<std::uint32_t>(*whole);
    return true;
  }
  static bool numbers(CanonicalText::Item item, std::vector<std::uint32_t>& into) {
    bool good = item.kind() == CanonicalText::Kind::array;
    item.each([&](CanonicalText::Item one) { good = number(one, into.emplace_back()) && into.back() != 0 && good; });
    return good && std::ranges::is_sorted(into, std::ranges::less_equal{});
  }
  bool risk(CanonicalText::Item item) {
    std::uint32_t tenths = 0;
    if (!number(item, tenths) || tenths > kMostRisk) return false;
    r_.risk_tenths = static_cast<std::uint16_t>(tenths);
    return true;
  }
  static bool texts(CanonicalText::Item item, std::vector<std::string>& into) {
    bool good = item.kind() == CanonicalText::Kind::array;
    item.each([&](CanonicalText::Item one) {
      into.push_back(one.text());
      // A state keeps them as lines of one text.
      good = good && !into.back().empty() && into.back().find('\n') == std::string::npos;
    });
    return good && std::ranges::is_sorted(into);
  }
  bool keys(CanonicalText::Item item) {
    bool good = item.kind() == CanonicalText::Kind::object;
    item.each([&](CanonicalText::Item one) {
      const auto position = position_in(kKeyNames, one.key());
      good = good && position && digest(one, r_.keys[position.value_or(0)]);
    });
    return good;
  }

  Record& r_;
  std::string problem_;
};

void write_keys(CanonicalWriter& out, const Keys& keys) {
  if (std::ranges::all_of(keys, &Digest128::empty)) return;
  out.key("keys").begin_object();
  // In the order of the names.
  static const std::array<std::size_t, kKeyCount> kOrder = [] {
    std::array<std::size_t, kKeyCount> order{};
    for (std::size_t i = 0; i < kKeyCount; ++i) order[i] = i;
    std::ranges::sort(order, {}, [](std::size_t i) { return kKeyNames[i]; });
    return order;
  }();
  for (const std::size_t i : kOrder) {
    if (!keys[i].empty()) out.field(kKeyNames[i], hex(keys[i]));
  }
  out.end_object();
}

void write_cwes(CanonicalWriter& out, const std::vector<std::uint32_t>& cwes) {
  if (cwes.empty()) return;
  out.key("cwes").begin_array();
  for (const std::uint32_t it : cwes) out.value(it);
  out.end_array();
}

}  // namespace

std::optional<Digest128> parse_hex128(std::string_view text) {
  Digest128 digest;
  if (text.size() != 2 * digest.bytes.size()) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const int value = text::is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
    if (value < 0) return std::nullopt;
    digest.bytes[i / 2] = static_cast<std::uint8_t>(digest.bytes[i / 2] << 4U | static_cast<unsigned>(value));
  }
  return digest;
}

void write(CanonicalWriter& out, const Record& r) {
  out.begin_object().known("advisories", r.advisories).field("category", kCategoryNames[r.category]);
  out.known("commit", r.commit).known("context", r.context.empty() ? std::string{} : hex(r.context));
  write_cwes(out, r.cwes);
  if (r.decision) out.field("decision", to_string(*r.decision));
  out.known("end_line", r.end_line).field("engine", r.engine).field("id", to_string(r.id));
  write_keys(out, r.keys);
  out.field("kind", to_string(r.kind)).known("line", r.line).known("package", r.package).known("path", r.path);
  out.field("risk", r.risk_tenths).known("rule", r.rule).known("service", r.service);
  out.field("severity", to_string(r.severity)).known("target", r.target).known("team", r.team);
  out.known("title", r.title).known("tools", r.tools).end_object();
}

std::string read(CanonicalText::Item item, Record& record) { return Reader(record).read(item); }

}  // namespace gatepost::ledger
