// Events and webhooks of both forges, and what a forge says when it refuses. The first line is the event's name, or the
// whole input is the body.
#include "base/text.hpp"
#include "doc/json.hpp"
#include "forge/answer.hpp"
#include "forge/event.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;
using Kind = forge::ForgeEvent::Kind;

namespace {

void check_commit(const std::string& commit) { FUZZ_CHECK(commit.empty() || forge::is_commit(commit)); }

void check_request(const forge::EventRequest& request) {
  check_commit(request.head);
  check_commit(request.base);
  check_commit(request.merge_commit);
}

void check_event(const Result<forge::ForgeEvent>& event) {
  if (!event) {
    FUZZ_CHECK(!event.error().message.empty());
    return;
  }
  if (event->request) check_request(*event->request);
  if (event->push) check_commit(event->push->before), check_commit(event->push->after);
  if (event->queue) check_commit(event->queue->head), check_commit(event->queue->base);
  if (event->run) check_commit(event->run->head);
  if (event->check) check_commit(event->check->head);
  // A kind never comes without its facts.
  const Kind kind = event->kind;
  FUZZ_CHECK(kind != Kind::request || event->request);
  FUZZ_CHECK(kind != Kind::comment || (event->comment && event->request));
  FUZZ_CHECK(kind != Kind::push || event->push);
  FUZZ_CHECK(kind != Kind::queue || event->queue);
  FUZZ_CHECK(kind != Kind::run || event->run);
  FUZZ_CHECK(kind != Kind::check || event->check);
  FUZZ_CHECK(kind != Kind::issue || event->issue);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const bool named = line_end < text.size() && !text.starts_with('{');
  const std::string name = named ? text.substr(0, line_end) : "";
  const std::string body = named ? text.substr(line_end + 1) : text;
  check_event(forge::parse_github_event(name, body));
  check_event(forge::parse_gitlab_event(name, body));
  const std::string said = forge::said_in(body);
  FUZZ_CHECK(said.find('\n') == std::string::npos);
  FUZZ_CHECK(text::is_utf8(said));
  return 0;
}
