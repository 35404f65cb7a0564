#include "app/spoken.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <utility>

#include "base/file.hpp"
#include "base/log.hpp"
#include "forge/event.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestEvent = 8 << 20;
constexpr std::size_t kMostCommands = 50;  // of one run: a flood is not carried out

bool speaks(const command::Reading& reading) { return reading.command || reading.mistake; }

Result<forge::ForgeEvent> read_event(const Ports& ports, const CiFacts& ci, const std::string& file) {
  const bool github = ci.system == CiFacts::System::github;
  const std::string path = file.empty() ? ports.environment("GITHUB_EVENT_PATH").value_or("") : file;
  if (path.empty()) {
    return error(ErrorKind::usage, "no event says which comment it is about",
                 "run it on issue_comment, or give --event FILE");
  }
  GP_TRY(std::string bytes, read_file(path, kLargestEvent));
  return github ? forge::parse_github_event(ci.event, std::move(bytes))
                : forge::parse_gitlab_event("", std::move(bytes));
}

}  // namespace

// The words count as they were when the event was told; that they are others now is an edit.
Result<std::vector<Spoken>> listen_to_event(const Ports& ports, const CiFacts& ci, const std::string& event_file,
                                            forge::Forge& forge) {
  GP_TRY(const forge::ForgeEvent event, read_event(ports, ci, event_file));
  std::vector<Spoken> all;
  const bool written_now = event.action == "created" || event.action == "create";
  if (!event.comment || !event.request || !written_now) return all;
  Spoken spoken{.said = {.place = {.request = event.request->number,
                                   .id = event.comment->id,
                                   .on_lines = event.name == "pull_request_review_comment",
                                   .thread = event.comment->thread},
                         .body = event.comment->body,
                         .author = event.comment->author.login,
                         .author_id = event.comment->author.id,
                         .by_bot = event.comment->author.is_bot},
                .reading = command::read(event.comment->body)};
  if (!speaks(spoken.reading)) return all;
  GP_TRY(auto now, forge.comment(spoken.said.place));
  spoken.deleted = !now.has_value();
  if (now) {
    now->edited = now->edited || now->body != event.comment->body;
    now->by_bot = now->by_bot || event.comment->author.is_bot;
    spoken.said = *std::move(now);
  }
  all.push_back(std::move(spoken));
  return all;
}

Result<std::vector<Spoken>> listen_to_request(forge::Forge& forge, std::uint64_t request) {
  GP_TRY(std::vector<forge::SaidComment> comments, forge.comments(request, ""));
  std::vector<Spoken> all;
  for (forge::SaidComment& said : comments) {
    Spoken spoken{.said = {}, .reading = command::read(said.body)};
    if (!speaks(spoken.reading)) continue;
    spoken.said = std::move(said);
    all.push_back(std::move(spoken));
  }
  if (all.size() > kMostCommands) {
    log::warning("there are " + std::to_string(all.size()) + " commands; only the last " +
                 std::to_string(kMostCommands) + " are looked at");
    all.erase(all.begin(), all.end() - kMostCommands);
  }
  return all;
}

Result<Spoken> speak_for(const Ports& ports, forge::Forge& forge, std::uint64_t request, const std::string& text,
                         const std::string& login) {
  constexpr std::size_t kDigits = 12;  // hexadecimal: more than forges have comments
  const std::string plain = login.starts_with('@') ? login.substr(1) : login;
  Spoken spoken{.said = {.place = {.request = request, .thread = {}}, .body = text, .author = plain},
                .by_hand = true,
                .reading = command::read(text)};
  GP_TRY(spoken.said.author_id, forge.account(plain));
  spoken.said.by_bot = plain.ends_with("[bot]") || forge::is_gitlab_bot(plain);
  spoken.said.written = ports.clock();
  const std::string chance = ports.nonce().substr(0, kDigits);
  std::from_chars(chance.data(), chance.data() + chance.size(), spoken.said.place.id, 16);
  return spoken;
}

Result<std::uint64_t> request_of(const Ports& ports, const CiFacts& ci, const std::string& event_file) {
  if (event_file.empty() && ci.change_request) return *ci.change_request;
  const auto event = read_event(ports, ci, event_file);
  if (event && event->request && event->request->number != 0) return event->request->number;
  return error(ErrorKind::usage, "the run does not say which change request it is about", "give its number: --change");
}

}  // namespace gatepost::app
