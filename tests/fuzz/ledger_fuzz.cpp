// Ledgers, checkpoints and people: whatever the lines say, there is an answer; what was taken stays canonical, and a
// run can go on from it.
#include <string>
#include <vector>

#include "fuzz/check.hpp"
#include "ledger/chain.hpp"
#include "ledger/checkpoint.hpp"
#include "ledger/event.hpp"
#include "ledger/metrics.hpp"
#include "ledger/people.hpp"
#include "ledger/plan.hpp"
#include "ledger/state.hpp"

using namespace gatepost;
using namespace gatepost::ledger;

namespace {

bool is_one_line(const Error& it) { return it.message.find('\n') == std::string::npos; }

// What a run that sees everything again makes of the state can be appended.
void go_on(State& state, const std::vector<Record>& records) {
  RunFacts run{.id = "next", .now = {std::max<std::int64_t>(state.last.unix_ms, 1)}};
  run.engines.push_back({.id = "semgrep", .complete = true, .full = true});
  for (std::size_t i = 0; i < records.size(); i += 2) run.seen.push_back({.record = records[i]});
  const auto lines = seal(plan(state, run), state.head, state.last, run.now);
  FUZZ_CHECK(lines.ok());
  FUZZ_CHECK(fold_into(state, *lines).ok());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  State state;
  Verifier verifier({0});
  std::vector<Record> records;
  CanonicalText scratch;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string_view line = std::string_view(text).substr(at, end - at);
    at = end + 1;
    if (const Status status = verifier.add(line); !status) FUZZ_CHECK(is_one_line(status.error()));
    static_cast<void>(read_line(line));
    auto event = parse(line, scratch);
    if (!event) {
      FUZZ_CHECK(is_one_line(event.error()));
      continue;
    }
    if (event->record) records.push_back(*event->record);
    // As if somebody had sealed it.
    event->seq = state.head.seq + 1;
    event->prev = state.head.hash;
    if (const Status status = state.apply(*event); !status) FUZZ_CHECK(is_one_line(status.error()));
  }
  go_on(state, records);
  FUZZ_CHECK(scratch.read(to_json(state), {.bytes = std::size_t{1} << 30, .values = 10'000'000, .depth = 20}));
  static_cast<void>(measure(state, {}, state.last));
  if (const auto checkpoint = parse_checkpoint(text)) FUZZ_CHECK(parse_checkpoint(to_text(*checkpoint)).ok());
  if (const auto people = People::parse(text)) FUZZ_CHECK(People::parse(people->text()).ok());
  return 0;
}
