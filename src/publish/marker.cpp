#include "publish/marker.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace gatepost::publish {
namespace {

constexpr std::string_view kSummary = "<!-- gatepost:summary ", kNote = "<!-- gatepost:note ", kEnd = " -->";
constexpr std::size_t kLongestMarker = 8'000;
constexpr std::size_t kLongestName = 100;  // bytes of the setting

bool is_hex_or_none(std::string_view text) {
  const auto is_hex = [](char c) { return text::is_digit(c) || (c >= 'a' && c <= 'f'); };
  return text.size() <= 64 && std::ranges::all_of(text, is_hex);
}

bool is_name(std::string_view name) {
  const auto stands = [](char c) { return text::is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '%'; };
  return !name.empty() && std::ranges::all_of(name, stands);
}

// A number as we write it: no sign, no zero in front.
std::optional<std::uint64_t> number_of(std::string_view digits) {
  const auto number = text::parse_number(digits);
  if (!number || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  return *number;
}

// The parts between the two ends of a marker; none when it is not one of that kind.
std::vector<std::string_view> parts_of(std::string_view body, std::string_view kind) {
  std::string_view line = first_line(body);
  if (line.size() > kLongestMarker || !line.starts_with(kind) || !line.ends_with(kEnd)) return {};
  if (line.size() < kind.size() + kEnd.size()) return {};
  line.remove_prefix(kind.size());
  line.remove_suffix(kEnd.size());
  return text::split(line, ' ');
}

// What stands behind "head=".
std::optional<std::string_view> value_of(std::string_view part, std::string_view key) {
  if (!part.starts_with(key)) return std::nullopt;
  return part.substr(key.size());
}

}  // namespace

std::string marker_name(std::string_view name) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  if (name.empty()) return "gatepost";
  std::string out;
  for (const char c : name.substr(0, kLongestName)) {
    const bool single_dash = c == '-' && !out.ends_with('-');
    if (text::is_alnum(c) || c == '.' || c == '_' || single_dash) {
      out += c;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
  return out;
}

std::string summary_marker(std::string_view name, const Stamp& stamp) {
  const std::string head = is_hex_or_none(stamp.head) ? stamp.head : std::string();
  return std::string(kSummary) + marker_name(name) + " head=" + head + " run=" + std::to_string(stamp.run) + "." +
         std::to_string(stamp.attempt) + std::string(kEnd);
}

std::optional<SummaryMarker> parse_summary_marker(std::string_view body) {
  const auto parts = parts_of(body, kSummary);
  if (parts.size() != 3 || !is_name(parts[0])) return std::nullopt;
  const auto head = value_of(parts[1], "head="), run = value_of(parts[2], "run=");
  if (!head || !run || !is_hex_or_none(*head)) return std::nullopt;
  const std::size_t point = std::min(run->find('.'), run->size());
  const auto number = number_of(run->substr(0, point));
  const auto attempt = point == run->size() ? std::nullopt : number_of(run->substr(point + 1));
  if (!number || !attempt) return std::nullopt;
  return SummaryMarker{std::string(parts[0]), {std::string(*head), *number, *attempt}};
}

std::string note_marker(std::string_view name, std::span<const FindingId> findings) {
  std::string marker = std::string(kNote) + marker_name(name);
  for (const FindingId& id : findings) marker += " " + to_string(id);
  return marker + std::string(kEnd);
}

std::optional<NoteMarker> parse_note_marker(std::string_view body) {
  const auto parts = parts_of(body, kNote);
  if (parts.size() < 2 || !is_name(parts[0])) return std::nullopt;
  NoteMarker marker{std::string(parts[0]), {}};
  const std::size_t length = to_string(FindingId{}).size();
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto is_upper = [](char c) { return text::lower(std::string_view(&c, 1))[0] != c || text::is_digit(c); };
    const bool full = parts[i].size() == length && is_finding_id(parts[i]) && parts[i].starts_with("GP-") &&
                      std::ranges::all_of(parts[i].substr(3), is_upper);
    if (!full) return std::nullopt;
    marker.findings.emplace_back(parts[i]);
  }
  return marker;
}

std::string answer_marker(std::string_view name, std::uint64_t comment) {
  return "<!-- gatepost:answer " + marker_name(name) + " " + std::to_string(comment) + std::string(kEnd);
}

bool is_summary(std::string_view body, std::string_view name) {
  const auto marker = parse_summary_marker(body);
  return marker && marker->name == marker_name(name);
}

bool is_note(std::string_view body, std::string_view name) {
  const auto marker = parse_note_marker(body);
  return marker && marker->name == marker_name(name);
}

std::string_view first_line(std::string_view body) {
  std::string_view line = body.substr(0, body.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view behind_first_line(std::string_view body) {
  const std::size_t end = body.find('\n');
  return end == std::string_view::npos ? std::string_view() : body.substr(end + 1);
}

}  // namespace gatepost::publish
