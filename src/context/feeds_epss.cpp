#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "base/text.hpp"
#include "base/time.hpp"
#include "context/feeds.hpp"

namespace gatepost::context {
namespace {

constexpr std::uint64_t kNumberLimit = 1'000'000'000'000;
constexpr std::uint32_t kWhole = 1'000'000;

// The line that begins at `text`, which loses it.
std::string_view next_line(std::string_view& text) {
  const void* const end = std::memchr(text.data(), '\n', text.size());
  const std::size_t size =
      end == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(end) - text.data());
  std::string_view line = text.substr(0, size);
  text.remove_prefix(std::min(size + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view next_cell(std::string_view& line) {
  const std::size_t comma = line.find(',');
  std::string_view cell = line.substr(0, comma);
  line.remove_prefix(comma == std::string_view::npos ? line.size() : comma + 1);
  if (cell.size() >= 2 && cell.front() == '"' && cell.back() == '"') cell = cell.substr(1, cell.size() - 2);
  return cell;
}

// "0.00043" is 430; also "1", "1.0" and "4.3e-05". Digits beyond the sixth are dropped.
std::optional<std::uint32_t> parts_per_million(std::string_view text) {
  if (text.empty() || text.size() > 40) return std::nullopt;
  const std::size_t e = text.find_first_of("eE");
  std::string_view mantissa = text.substr(0, e);
  int shift = 6;
  if (e != std::string_view::npos) {
    std::string_view exponent = text.substr(e + 1);
    const bool negative = exponent.starts_with('-');
    if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
    const auto number = text::parse_number(exponent);
    if (!number || *number > 40) return std::nullopt;
    shift += negative ? -static_cast<int>(*number) : static_cast<int>(*number);
  }
  std::uint64_t value = 0;
  bool digits = false, point = false;
  int left = shift;  // powers of ten to go
  for (const char c : mantissa) {
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (!text::is_digit(c)) return std::nullopt;
    digits = true;
    if (value > std::uint64_t{kWhole} * kWhole) return std::nullopt;
    if (point && left <= 0 && shift >= 0) continue;
    value = value * 10 + static_cast<std::uint64_t>(c - '0');
    if (point) --left;
  }
  if (!digits) return std::nullopt;
  for (; left > 0; --left) {
    if (value > kWhole) return std::nullopt;
    value *= 10;
  }
  for (; left < 0; ++left) value /= 10;
  if (value > kWhole) return std::nullopt;
  return static_cast<std::uint32_t>(value);
}

// The value of `key` in "#model_version:v2025.03.14,score_date:2026-11-20T00:00:00+0000".
std::string_view said_in(std::string_view comment, std::string_view key) {
  for (std::string_view rest = comment.substr(1); !rest.empty();) {
    const std::string_view cell = text::trim(next_cell(rest));
    if (cell.starts_with(key) && cell.size() > key.size() && cell[key.size()] == ':')
      return text::trim(cell.substr(key.size() + 1));
  }
  return {};
}

}  // namespace

std::optional<std::uint64_t> cve_number(std::string_view cve) {
  if (cve.size() < 10 || cve.size() > 21 ||
      !(cve.starts_with("CVE-") || text::equal_ignoring_case(cve.substr(0, 4), "CVE-")) || cve[8] != '-')
    return std::nullopt;
  std::uint64_t year = 0, number = 0;
  for (const char c : cve.substr(4, 4)) {
    if (!text::is_digit(c)) return std::nullopt;
    year = year * 10 + static_cast<std::uint64_t>(c - '0');
  }
  for (const char c : cve.substr(9)) {
    if (!text::is_digit(c)) return std::nullopt;
    number = number * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return year * kNumberLimit + number;
}

Result<EpssTable> EpssTable::parse(std::string_view text, const std::string& name) {
  EpssTable table;
  table.rows_.reserve(text.size() / 30);
  bool with_percentile = false;  // then a row without is cut
  while (!text.empty()) {
    std::string_view line = next_line(text);
    if (line.empty()) continue;
    if (line.front() == '#') {
      if (const auto model = said_in(line, "model_version"); !model.empty()) table.model_ = text::printable(model, 40);
      const auto time = parse_timestamp(said_in(line, "score_date"));
      if (time) table.date_ = to_string(day_of(*time));
      continue;
    }
    const std::string_view cve = next_cell(line), epss = next_cell(line), percentile = next_cell(line);
    if (cve == "cve") {
      with_percentile = !percentile.empty();
      continue;
    }
    const auto number = cve_number(cve);
    const auto ppm = parts_per_million(epss);
    const auto rank = parts_per_million(percentile);
    if (!number || !ppm || epss.ends_with('.') || (with_percentile && !rank)) {
      ++table.bad_lines_;
      continue;
    }
    table.rows_.push_back({*number, {*ppm, rank.value_or(Score::kNone)}});
  }
  if (table.rows_.size() <= table.bad_lines_) {
    return error(ErrorKind::bad_input, fmt::format("{}: {} and {}; expected EPSS scores: lines \"cve,epss,percentile\"",
                                                   name, text::count_of(table.rows_.size(), "score"),
                                                   text::count_of(table.bad_lines_, "other line")));
  }
  // Ascending by CVE and descending by score, so that the first of equals is the highest.
  const auto order = [](const Row& a, const Row& b) {
    return a.cve != b.cve ? a.cve < b.cve : a.score.ppm > b.score.ppm;
  };
  if (!std::ranges::is_sorted(table.rows_, order)) std::ranges::sort(table.rows_, order);
  return table;
}

std::optional<EpssTable::Score> EpssTable::find(std::string_view cve) const {
  const auto number = cve_number(cve);
  if (!number) return std::nullopt;
  const auto found = std::ranges::lower_bound(rows_, *number, {}, &Row::cve);
  if (found == rows_.end() || found->cve != *number) return std::nullopt;
  return found->score;
}

}  // namespace gatepost::context
