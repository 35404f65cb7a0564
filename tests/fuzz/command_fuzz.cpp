// Comments: whatever stands there, it is a command, a near-miss with one answer, or nothing.
#include "base/text.hpp"
#include "command/grammar.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string body = fuzz::text_of(data, size);
  const command::Reading reading = command::read(body);
  FUZZ_CHECK(!(reading.command && reading.mistake));
  if (reading.mistake) {
    FUZZ_CHECK(!reading.mistake->found.empty() && !reading.mistake->example.empty());
    FUZZ_CHECK(reading.mistake->found.size() < 500 && text::is_utf8(reading.mistake->found));
  }
  if (!reading.command) return 0;
  // Only a first line that begins with our name is a command, and what it names is plain.
  FUZZ_CHECK(body.starts_with(command::kName));
  const command::Command& it = *reading.command;
  for (const std::string& word : {it.id, it.team, it.service, it.head}) {
    for (const char c : word) FUZZ_CHECK(c > ' ' && c < '\x7F');
  }
  FUZZ_CHECK(it.text.size() <= command::kLongestText && text::is_utf8(it.text) && !text::has_controls(it.text));
  FUZZ_CHECK(it.text.find_first_of("\r\n") == std::string::npos);
  // Only the first line says anything, unless a line below is a command as well.
  const std::string first = body.substr(0, body.find_first_of("\r\n"));
  const command::Reading alone = command::read(first);
  FUZZ_CHECK(alone.command && *alone.command == it);
  return 0;
}
