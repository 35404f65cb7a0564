// Events made up for tests: they are chained, and look like those of the ledger.
#pragma once

#include <fmt/core.h>

#include <string>
#include <vector>

#include "base/digest.hpp"
#include "ledger/line.hpp"

namespace gatepost::test {

inline constexpr std::int64_t kFirstMoment = 1'767'225'600'000;  // 2026-01-01T00:00:00Z

inline std::string text_of(const ledger::Line& line, const std::string& subject, const std::string& more) {
  return fmt::format(R"({{{}"hash":"{}","prev":"{}","seq":{},"subject":"{}","ts":{},"type":"{}"}})", more, line.hash,
                     line.prev, line.seq, subject, line.at.unix_ms, line.type);
}

// One event behind `head`, an hour after the one before. `more` are members of its JSON, each with a comma behind.
inline ledger::Line line_after(const ledger::Head& head, const std::string& subject,
                               const std::string& type = "detected", const std::string& more = "") {
  ledger::Line line{.seq = head.seq + 1,
                    .at = {kFirstMoment + static_cast<std::int64_t>(head.seq) * 3'600'000},
                    .type = type,
                    .subject = subject,
                    .prev = head.hash,
                    .hash = {},
                    .text = {}};
  line.hash = hex(sha256(text_of(line, subject, more)));
  line.text = text_of(line, subject, more);
  return line;
}

// Its text once more, after its time was changed.
inline std::string text_with_time(const ledger::Line& line) { return text_of(line, line.subject, ""); }

inline std::vector<ledger::Line> lines_after(ledger::Head head, std::size_t count, const std::string& writer = "w") {
  std::vector<ledger::Line> lines;
  for (std::size_t i = 0; i < count; ++i) {
    lines.push_back(line_after(head, fmt::format("{}-{}", writer, head.seq + 1)));
    head = {.seq = lines.back().seq, .hash = lines.back().hash};
  }
  return lines;
}

inline ledger::Head end_of(const std::vector<ledger::Line>& lines) {
  return lines.empty() ? ledger::Head{} : ledger::Head{.seq = lines.back().seq, .hash = lines.back().hash};
}

// Why these are not one chain from the first event on; "" when they are.
inline std::string break_in(const std::vector<ledger::Line>& lines) {
  ledger::Head head;
  for (const ledger::Line& line : lines) {
    if (line.seq != head.seq + 1) return fmt::format("event {} follows event {}", line.seq, head.seq);
    if (line.prev != head.hash) return fmt::format("event {} has another predecessor", line.seq);
    head = {.seq = line.seq, .hash = line.hash};
  }
  return "";
}

}  // namespace gatepost::test
