// What a proven sender may say: the first line is "SENDER EVENT", or the whole input is a body of each of them.
// Whatever stands there, the jobs name things that may stand in addresses and keys.
#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "bot/job.hpp"
#include "command/grammar.hpp"
#include "forge/answer.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;
using bot::JobKind;
using bot::Sender;

namespace {

constexpr std::array kSenders = {Sender::github, Sender::gitlab, Sender::jira, Sender::linear};
const std::array<std::string, 2> kOwn = {"gatepost[bot]", "gatepost-bot"};

void check_job(const bot::Job& job) {
  FUZZ_CHECK(!job.key.empty() && job.key.size() < 2000);
  for (const char c : job.key) FUZZ_CHECK(c >= ' ' && c < '\x7F');
  FUZZ_CHECK(job.head.empty() || forge::is_commit(job.head));
  FUZZ_CHECK(std::ranges::all_of(job.installation, text::is_digit));
  const bool of_board = job.sender == Sender::jira || job.sender == Sender::linear;
  FUZZ_CHECK(job.repository.empty() == of_board);
  FUZZ_CHECK(!forge::has_dot_segment(job.repository));
  FUZZ_CHECK(!of_board || job.kind == JobKind::tickets);
  FUZZ_CHECK(job.kind != JobKind::evaluate || job.change != 0 || !job.head.empty());
  FUZZ_CHECK(job.event_body.empty() == (job.kind != JobKind::command));
  FUZZ_CHECK(job.kind != JobKind::command || job.change != 0);
}

void check_reading(Sender sender, const std::string& event, const std::string& body) {
  const auto reading = bot::read_delivery({sender, "x", event}, body, kOwn);
  if (!reading) {
    FUZZ_CHECK(!reading.error().message.empty());
    return;
  }
  FUZZ_CHECK(reading->jobs.empty() != reading->ignored.empty());
  FUZZ_CHECK(reading->ignored.find('\n') == std::string::npos && text::is_utf8(reading->ignored));
  for (const bot::Job& job : reading->jobs) {
    FUZZ_CHECK(job.sender == sender);
    check_job(job);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const std::size_t line_end = text.find('\n'), blank = text.find(' ');
  for (const Sender sender : kSenders) {
    const bool named = line_end != std::string::npos && blank < line_end && text.substr(0, blank) == to_string(sender);
    if (named) check_reading(sender, text.substr(blank + 1, line_end - blank - 1), text.substr(line_end + 1));
    check_reading(sender, "issue_comment", text);
  }
  return 0;
}
