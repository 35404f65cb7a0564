#include "ingest/ingest.hpp"

#include <fmt/core.h>

#include <optional>
#include <vector>

#include "base/digest.hpp"
#include "base/text.hpp"

namespace gatepost::ingest {
namespace {

std::vector<std::string_view> format_ids() {
  std::vector<std::string_view> ids;
  for (const Format& format : formats()) ids.push_back(format.id);
  return ids;
}

const Format* find_format(std::string_view id) {
  for (const Format& format : formats()) {
    if (format.id == id) return &format;
  }
  return nullptr;
}

// "[]" and nothing else.
bool is_bare_empty_array(Candidate& candidate) {
  return candidate.shape() == doc::Shape::json_array && candidate.json().is_array() && candidate.json().size() == 0;
}

// Why nothing fits: what was found, what was expected.
std::string why_unrecognised(Candidate& candidate, const Options& options) {
  candidate.json();
  candidate.xml();
  const doc::Shape shape = candidate.shape();
  if (shape == doc::Shape::empty) return "the file is empty; did the scanner run and write here?";
  if (shape == doc::Shape::html) return "an HTML page; was an error or login page saved instead of the report?";
  if (!candidate.problem().empty()) {
    std::string problem = candidate.problem();
    if (problem.starts_with(candidate.name() + ": ")) problem.erase(0, candidate.name().size() + 2);
    return fmt::format("{} that cannot be read: {}", doc::describe(shape), problem);
  }
  if (!options.tool.empty())
    return fmt::format("{}, but not a report of format \"{}\"", doc::describe(shape), options.tool);
  std::string start = text::printable(text::trim(candidate.head().substr(0, 200)), 60);
  return fmt::format("{} that no known format fits (starts with \"{}\"); see gatepost formats", doc::describe(shape),
                     start);
}

const Format* recognise(Candidate& candidate, const Options& options, ReportWriter& out) {
  if (!options.tool.empty()) {
    const Format* const format = find_format(options.tool);
    if (format == nullptr) {
      const auto ids = format_ids();
      const std::string close = text::nearest(options.tool, ids);
      out.note(Note::Level::error, "unknown-format",
               fmt::format("there is no format \"{}\"{}", text::printable(options.tool),
                           close.empty() ? "; see gatepost formats" : fmt::format("; did you mean \"{}\"?", close)));
      return nullptr;
    }
    return format->recognise(candidate) ? format : nullptr;
  }
  for (const Format& format : formats()) {
    if (format.recognise(candidate)) return &format;
  }
  return nullptr;
}

// What is in a gzip archive; empty for other bytes, and for an archive that cannot be unpacked.
std::optional<Bytes> unpacked(const Bytes& bytes, const Options& options, ReportWriter& out) {
  std::string head(3, '\0');
  const auto got = bytes.read(0, head);
  if (!got || !is_gzip(head)) return std::nullopt;
  auto plain = gunzip(bytes, options.limits);
  if (plain) return std::move(*plain);
  out.note(Note::Level::error, "unpack", plain.error().message);
  return std::nullopt;
}

// SHA-256 of the file as it is, hex; "" when it cannot be read to its end.
std::string digest_of(const Bytes& bytes) {
  constexpr std::size_t kBlock = 1 << 18;
  Sha256 hasher;
  std::string block(kBlock, '\0');
  for (std::uint64_t offset = 0; offset < bytes.size();) {
    const auto got = bytes.read(offset, block);
    if (!got || *got == 0) return {};
    hasher.add(std::string_view(block).substr(0, *got));
    offset += *got;
  }
  return hex(hasher.finish());
}

}  // namespace

std::uint32_t read_report(ObservationTable& table, std::string path, Bytes bytes, const Options& options) {
  const std::uint32_t index = table.add_report({.path = path}, bytes);
  ReportWriter out(table, index, options);
  Bytes plain = bytes;
  if (auto content = unpacked(bytes, options, out)) {
    table.report(index).sha256 = digest_of(bytes);  // the packed bytes are not kept
    plain = std::move(*content);
    table.replace_bytes(index, plain);
  }
  Candidate candidate(std::move(path), plain, options.limits);
  const Format* const format = recognise(candidate, options, out);
  if (format == nullptr) {
    const Format* const forced = find_format(options.tool);
    if (forced != nullptr && forced->bare_empty_array && is_bare_empty_array(candidate)) {
      table.report(index).format = forced->id;
      table.report(index).state = ReportState::complete_empty;
      return index;
    }
    out.note(Note::Level::error, "unrecognised", why_unrecognised(candidate, options));
    table.report(index).state = ReportState::unrecognised;
    return index;
  }
  table.report(index).format = format->id;
  if (candidate.text_before()) {
    out.note(
        Note::Level::warning, "text-before-document",
        fmt::format("{} of other text before the document were skipped", text::count_of(candidate.start(), "byte")));
  }
  format->read(candidate, out);
  for (const Note& note : candidate.parser_notes()) out.note(note.level, note.code, note.text, note.at);
  out.finish();
  return index;
}

void add_digests(ObservationTable& table) {
  for (std::uint32_t index = 0; index < table.reports().size(); ++index) {
    std::string& digest = table.report(index).sha256;
    if (digest.empty()) digest = digest_of(table.bytes(index));
  }
}

}  // namespace gatepost::ingest
