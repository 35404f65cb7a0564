// Whether a ledger is what was written: every line names the hash of the line before it.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "ledger/canonical.hpp"
#include "ledger/event.hpp"
#include "ledger/line.hpp"

namespace gatepost::ledger {

// Takes the lines of a ledger one after the other and stops at the first that does not belong there. Types of events
// are not looked at: a chain of a newer gatepost is checked as well.
class Verifier {
 public:
  // `now` limits how far in the future an event may be.
  explicit Verifier(Timestamp now) : now_(now) {}
  // The error names the event and what is wrong: "event 12: …".
  Status add(std::string_view line);
  [[nodiscard]] const Head& head() const { return head_; }
  [[nodiscard]] Timestamp last() const { return last_; }

 private:
  [[nodiscard]] std::string problem_of(std::string_view line, Head& next, Timestamp& at);
  Timestamp now_, last_;
  Head head_;
  std::string before_;  // hash that the last event names: a second event that names it is a fork
  CanonicalText text_;
};

// The whole ledger; also that what lines say beside their text is what the text says.
Result<Head> verify(std::span<const Line> lines, Timestamp now);

// A line of text taken apart as far as a store needs it.
Result<Line> read_line(std::string_view text);

}  // namespace gatepost::ledger
