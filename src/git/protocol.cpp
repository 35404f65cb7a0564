#include "git/protocol.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "git/packets.hpp"

namespace gatepost::git {
namespace {

constexpr char kData = 1, kWords = 2, kFailure = 3;  // what the first byte of a packet of a side band says

Error refused(std::string_view words) {
  return error(ErrorKind::bad_input, fmt::format("the server refuses: {}", text::printable(text::trim(words), 200)));
}

// What the server says of a ref that it did not move. It says "remote ref is at … but expected …", "failed to update
// ref" or "reference already exists" when somebody else was faster, each in the words of its make.
bool means_conflict(std::string_view reason) {
  const std::string lower = text::lower(reason);
  for (const std::string_view sign : {"expected", "already exists", "failed to update", "cannot lock", "fetch first",
                                      "non-fast-forward", "stale info", "failed to lock"}) {
    if (lower.find(sign) != std::string::npos) return true;
  }
  return false;
}

// The two streams of an answer: the report, and words for people.
struct Bands {
  std::string report, words;
};

Result<Bands> bands_of(std::string_view response) {
  Bands bands;
  Packets packets(response);
  std::string_view data;
  for (auto kind = packets.next(data); kind != Packets::Kind::end; kind = packets.next(data)) {
    if (kind == Packets::Kind::other || data.empty()) continue;
    if (data.starts_with("ERR ")) return refused(data.substr(4));
    if (data[0] == kFailure) return refused(data.substr(1));
    if (data[0] == kData) bands.report += data.substr(1);
    if (data[0] == kWords) bands.words += data.substr(1);
  }
  return bands;
}

Error not_moved(std::string_view ref, std::string_view reason, std::string_view words) {
  std::string why = text::printable(text::trim(reason), 200);
  const std::string said = text::fold_whitespace(text::without_terminal_codes(words));
  if (!said.empty()) why += fmt::format(" ({})", text::printable(said, 300));
  if (means_conflict(reason))
    return error(ErrorKind::conflict, fmt::format("{} was moved by somebody else: {}", ref, why));
  return error(ErrorKind::denied, fmt::format("the server does not let {} be written: {}", ref, why),
               "the rules of the repository must let the pipeline's token push this ref");
}

}  // namespace

ServiceRequest ref_request(std::string_view ref) {
  return {.service = "git-upload-pack",
          .body = packet("command=ls-refs\n") + std::string(kDelimiter) + packet(fmt::format("ref-prefix {}\n", ref)) +
                  std::string(kFlush),
          .version2 = true};
}

Result<std::optional<ObjectId>> ref_in(std::string_view response, std::string_view ref) {
  Packets packets(response);
  std::string_view data;
  bool ended = false;
  std::optional<ObjectId> found;
  for (auto kind = packets.next(data); kind != Packets::Kind::end; kind = packets.next(data)) {
    ended = kind == Packets::Kind::other;
    if (ended) continue;
    if (data.starts_with("ERR ")) return refused(data.substr(4));
    const auto words = text::split(text::trim(data), ' ');
    if (words.size() < 2 || words[1] != ref) continue;
    found = ObjectId::parse(words[0]);
    if (!found) return error(ErrorKind::bad_input, fmt::format("the server names no commit for {}", ref));
  }
  if (ended) return found;
  return error(ErrorKind::bad_input, "the answer lists no refs",
               "the server has to speak version 2 of git's protocol, as every git from 2.18 on does");
}

std::string fetch_request(const ObjectId& commit) {
  return packet("command=fetch\n") + std::string(kDelimiter) + packet("no-progress\n") + packet("ofs-delta\n") +
         packet("deepen 1\n") + packet(fmt::format("want {}\n", commit.hex())) + packet("done\n") + std::string(kFlush);
}

Result<std::string> pack_in(std::string_view response) {
  Packets packets(response);
  std::string pack;
  bool inside = false;
  std::string_view data;
  for (auto kind = packets.next(data); kind != Packets::Kind::end; kind = packets.next(data)) {
    if (kind == Packets::Kind::other || data.empty()) continue;
    if (!inside && data.starts_with("ERR ")) return refused(data.substr(4));
    if (inside && data[0] == kFailure) return refused(data.substr(1));
    if (inside && data[0] == kData) pack += data.substr(1);
    inside = inside || text::trim(data) == "packfile";
  }
  if (pack.starts_with("PACK")) return pack;
  return error(ErrorKind::bad_input, "the answer holds no pack",
               "the server has to speak version 2 of git's protocol, as every git from 2.18 on does");
}

ServiceRequest push_request(std::string_view ref, const std::optional<ObjectId>& before, const ObjectId& after,
                            std::string_view pack) {
  std::string command = fmt::format("{} {} {}", before.value_or(ObjectId{}).hex(), after.hex(), ref);
  command += '\0';
  command += " report-status side-band-64k agent=gatepost";
  return {.service = "git-receive-pack", .body = packet(command) + std::string(kFlush) + std::string(pack)};
}

Status check_push(std::string_view response, std::string_view ref) {
  GP_TRY(const Bands bands, bands_of(response));
  Packets packets(bands.report);
  std::string_view data;
  bool unpacked = false, moved = false;
  for (auto kind = packets.next(data); kind == Packets::Kind::data; kind = packets.next(data)) {
    const std::string_view line = text::trim(data);
    if (line.starts_with("unpack ") && line != "unpack ok") return not_moved(ref, line, bands.words);
    if (line == "unpack ok") unpacked = true;
    if (line == fmt::format("ok {}", ref)) moved = true;
    if (line.starts_with("ng ")) return not_moved(ref, line.substr(3), bands.words);
  }
  if (unpacked && moved) return Done{};
  return error(ErrorKind::unavailable, fmt::format("the server does not say what became of {}", ref));
}

}  // namespace gatepost::git
