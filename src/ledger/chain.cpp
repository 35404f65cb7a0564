#include "ledger/chain.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/digest.hpp"

namespace gatepost::ledger {
namespace {

// The text without its member "hash", which is never the first or the last.
std::string without_hash(std::string_view line, const CanonicalText::Item& hash) {
  std::string rest(line.substr(0, hash.node().key_at));
  return rest.append(line.substr(hash.node().text_end + 1));
}

}  // namespace

std::string Verifier::problem_of(std::string_view line, Head& next, Timestamp& at) {
  if (!text_.read(line)) return "it is not canonical JSON, " + text_.problem();
  const CanonicalText::Item root = text_.root(), hash = root.at("hash"), prev = root.at("prev");
  const auto seq = root.at("seq").integer(), ts = root.at("ts").integer();
  if (hash.text().size() != kHashLength || prev.text().size() != kHashLength || !seq || !ts ||
      !root.at("type").exists())
    return "it lacks hash, prev, seq, ts or type";
  next.seq = head_.seq + 1;
  if (*seq != static_cast<std::int64_t>(next.seq)) {
    if (prev.is(before_)) return fmt::format("it is number {}, and a second one after the event before (a fork)", *seq);
    return fmt::format("it is number {}; events between are missing, or the order was changed", *seq);
  }
  if (!prev.is(head_.hash)) {
    if (!before_.empty() && prev.is(before_)) return "it follows the event that the one before it follows (a fork)";
    return head_.seq == 0 ? std::string("it is the first, but names an event before it")
                          : fmt::format("it does not name the hash of event {}", head_.seq);
  }
  next.hash = hex(Sha256().add(head_.hash).add(without_hash(line, hash)).finish());
  if (!hash.is(next.hash)) return "its hash is not that of its contents: it was changed";
  at.unix_ms = *ts;
  if (at.unix_ms > now_.unix_ms + kTolerance)
    return "it is in the future: " + fmt::format("{} ms after now", at.unix_ms - now_.unix_ms);
  if (head_.seq > 0 && at.unix_ms + kTolerance < last_.unix_ms)
    return "it is more than five minutes older than the event before it";
  return {};
}

Status Verifier::add(std::string_view line) {
  Head next;
  Timestamp at;
  const std::string problem = problem_of(line, next, at);
  if (!problem.empty()) {
    return error(ErrorKind::bad_input, fmt::format("event {}: {}", head_.seq + 1, problem),
                 "the ledger was changed after it was written; restore it from a copy, and ask who can write to it");
  }
  before_ = std::move(head_.hash);
  head_ = std::move(next);
  last_ = std::max(last_, at);
  return Done{};
}

Result<Line> read_line(std::string_view text) {
  CanonicalText canonical;
  if (!canonical.read(text)) return error(ErrorKind::bad_input, "not canonical JSON: " + canonical.problem());
  const CanonicalText::Item root = canonical.root();
  const auto seq = root.at("seq").integer(), ts = root.at("ts").integer();
  if (!seq || *seq < 1 || !ts) return error(ErrorKind::bad_input, "no event of a ledger: it has no seq or no ts");
  return Line{.seq = static_cast<std::uint64_t>(*seq),
              .at = {*ts},
              .type = root.at("type").text(),
              .subject = root.at("subject").text(),
              .prev = root.at("prev").text(),
              .hash = root.at("hash").text(),
              .text = std::string(text)};
}

Result<Head> verify(std::span<const Line> lines, Timestamp now) {
  Verifier verifier(now);
  for (const Line& line : lines) {
    GP_CHECK(verifier.add(line.text));
    const auto read = read_line(line.text);
    if (!read || *read != line) {
      return error(ErrorKind::bad_input,
                   fmt::format("event {}: what the store says of it is not what it says", verifier.head().seq),
                   "the store is damaged; export its events and import them into a new one");
    }
  }
  return verifier.head();
}

}  // namespace gatepost::ledger
