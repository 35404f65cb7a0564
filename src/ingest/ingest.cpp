#include "ingest/ingest.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "base/archive.hpp"
#include "base/digest.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "ingest/hints.hpp"
#include "ingest/mapping/library.hpp"
#include "ingest/mapping/run.hpp"
#include "ingest/members.hpp"
#include "ingest/recognition.hpp"
#include "model/mask.hpp"

namespace gatepost::ingest {
namespace {

constexpr std::size_t kLongestKey = 30;  // of a foreign document, that is shown
constexpr std::size_t kMostKeys = 5;

// A key that may be shown: an identifier, and nothing that looks like a token.
bool is_telling(std::string_view key) {
  const auto fits = [](char c) { return text::is_alnum(c) || c == '_' || c == '-' || c == '.'; };
  return !key.empty() && key.size() <= kLongestKey && std::ranges::all_of(key, fits) && mask_tokens(key) == key;
}

// " with the keys "a", "b", …" of an object, or of an array's first item; "" when there is nothing to tell.
std::string keys_of(doc::View document) {
  const doc::View object = document.is_array() ? document.at(0) : document;
  std::string keys;
  std::size_t shown = 0;
  for (const auto& [key, value] : object.members()) {
    if (!is_telling(key)) continue;
    if (++shown > kMostKeys) break;
    keys += fmt::format("{}\"{}\"", shown == 1 ? "" : ", ", key);
  }
  if (shown == 0) return {};
  return fmt::format(" {}with the {} {}{}", document.is_array() ? "of objects " : "", shown == 1 ? "key" : "keys", keys,
                     shown > kMostKeys ? ", …" : "");
}

// Why nothing fits: what shape of thing it is. Its content is never shown: it may be a list of secrets.
std::string why_unrecognised(Candidate& candidate, const Options& options) {
  const doc::View json = candidate.json();
  const doc::Shape shape = candidate.shape();
  if (const ReportHint* const hint = hint_for(candidate.head())) {
    return fmt::format("{} that looks like {}: {}; gatepost formats lists what can be read", doc::describe(shape),
                       hint->of, hint->remedy);
  }
  const bool bad_xml = shape == doc::Shape::xml && candidate.source(mapping::SourceFormat::xml) == nullptr;
  if (shape == doc::Shape::empty) return "the file is empty; did the scanner run and write here?";
  if (shape == doc::Shape::html) return "an HTML page; was an error or login page saved instead of the report?";
  std::string problem = bad_xml ? candidate.source_problem() : candidate.problem();
  if (!problem.empty() && (bad_xml || shape != doc::Shape::xml)) {
    if (problem.starts_with(candidate.name() + ": ")) problem.erase(0, candidate.name().size() + 2);
    return fmt::format("{} that cannot be read: {}", doc::describe(shape), problem);
  }
  const std::string what =
      doc::describe(shape) + keys_of(json) + (candidate.truncated() ? " that ends in the middle" : "");
  if (!options.tool.empty()) return fmt::format("{}, but not a report of format \"{}\"", what, options.tool);
  return fmt::format("{}, which no known format has; see gatepost formats", what);
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

// The parser lets the last of equal keys count; of lists that are streamed past it all are read. And bytes that are not
// UTF-8, or words behind the document, are told with their place by a reader that has one.
bool is_told_better(const Note& note, const ReportInfo& report) {
  const auto told = [&](std::string_view code) {
    return std::ranges::find(report.notes, code, &Note::code) != report.notes.end();
  };
  const bool of_streamed = note.code == "duplicate-key" &&
                           (note.text.starts_with("key \"runs\"") || note.text.starts_with("key \"results\""));
  return (of_streamed && told("repeated-list")) ||
         ((note.code == "invalid-utf8" || note.code == "text-after-document") && told(note.code));
}

// Of a format that was recognised.
void read_as(const Recognised& recognised, Candidate& candidate, ReportWriter& out, Companions* beside) {
  ReportInfo& report = out.table().report(out.report());
  report.format = recognised.id();
  if (candidate.text_before()) {
    out.note(
        Note::Level::warning, "text-before-document",
        fmt::format("{} of other text before the document were skipped", text::count_of(candidate.start(), "byte")));
  }
  if (recognised.format != nullptr) {
    recognised.format->read(candidate, out);
  } else {
    mapping::read(mapping::whole_of(*recognised.mapping), recognised.source, candidate, out, beside);
  }
  for (const Note& note : candidate.parser_notes()) {
    if (!is_told_better(note, out.table().report(out.report()))) out.note(note.level, note.code, note.text, note.at);
  }
  const bool told = std::ranges::find(report.notes, "crash", &Note::code) != report.notes.end();
  if (!candidate.crash().empty() && !told) out.crashed(candidate.crash());
  if (candidate.changed()) out.incomplete("changed", "the file changed while it was read");
  out.finish();
}

// A file that is no archive (any more), as far as it can be looked at before anything of it is written.
struct Known {
  std::unique_ptr<Candidate> candidate;
  Recognised recognised;
  std::vector<Note> notes;
};

Known look_at(std::string path, const Bytes& bytes, const Options& options) {
  Known known;
  known.candidate = std::make_unique<Candidate>(std::move(path), bytes, options.limits);
  known.recognised = recognise(*known.candidate, options, known.notes);
  return known;
}

void write(const Known& known, const Bytes& bytes, const Options& options, ReportWriter& out, Companions* beside) {
  ObservationTable& table = out.table();
  const std::uint32_t index = out.report();
  Candidate& candidate = *known.candidate;
  if (const auto& decoded = candidate.decoded()) {
    if (table.report(index).sha256.empty()) table.report(index).sha256 = digest_of(bytes);
    table.replace_bytes(index, candidate.bytes());
    out.note(decoded->level, decoded->code, decoded->text);
  }
  for (const Note& note : known.notes) out.note(note.level, note.code, note.text, note.at);
  if (known.recognised.found()) return read_as(known.recognised, candidate, out, beside);
  if (is_clean_report(options.tool, candidate.bytes(), options)) {
    table.report(index).format = options.tool;
    table.report(index).state = ReportState::complete_empty;
    return;
  }
  out.note(Note::Level::error, "unrecognised", why_unrecognised(candidate, options));
  table.report(index).state = ReportState::unrecognised;
}

void read_plain(std::string path, const Bytes& bytes, const Options& options, ReportWriter& out, Companions* beside) {
  write(look_at(std::move(path), bytes, options), bytes, options, out, beside);
}

bool begins_archive(const Bytes& bytes) {
  std::string head(kArchiveHead, '\0');
  const auto got = bytes.read(0, head);
  return got && is_archive(std::string_view(head).substr(0, *got));
}

bool begins_gzip(const Bytes& bytes) {
  std::string head(3, '\0');
  const auto got = bytes.read(0, head);
  return got && is_gzip(head);
}

// One of the files that were handed in.
struct Opened {
  std::string path;
  Bytes bytes, plain;  // as it is, and unpacked
  bool unpacked = false;
  bool archive = false;  // of several files
  std::string problem;   // why it cannot be unpacked
  Known known;           // of what is no archive
};

Opened open(std::string path, Bytes bytes, const Options& options) {
  Opened file{.path = std::move(path), .bytes = bytes, .plain = bytes, .problem = {}, .known = {}};
  if (begins_gzip(bytes)) {
    auto plain = gunzip(bytes, options.limits);
    file.unpacked = plain.ok();
    plain ? void(file.plain = std::move(*plain)) : void(file.problem = plain.error().message);
  }
  file.archive = begins_archive(file.plain);
  if (!file.archive) file.known = look_at(file.path, file.plain, options);
  return file;
}

std::uint32_t write(Opened file, const Options& options, ObservationTable& table) {
  const std::uint32_t index = table.add_report({.path = file.path}, file.bytes);
  ReportWriter out(table, index, options);
  if (!file.problem.empty()) out.note(Note::Level::error, "unpack", file.problem);
  // What was packed is not kept.
  if (file.unpacked || file.archive) table.report(index).sha256 = digest_of(file.bytes);
  if (file.unpacked) table.replace_bytes(index, file.plain);
  if (file.archive) {
    table.replace_bytes(index, Bytes());  // what is read of the members is kept with the observations
    read_members(file.plain, options, out, read_plain);
  } else {
    write(file.known, file.plain, options, out, nullptr);
  }
  return index;
}

}  // namespace

std::uint32_t read_report(ObservationTable& table, std::string path, Bytes bytes, const Options& options) {
  return write(open(std::move(path), std::move(bytes), options), options, table);
}

void read_reports(ObservationTable& table, std::vector<ReportFile> files, const Options& options) {
  std::vector<Options> own(files.size(), options);
  for (std::size_t i = 0; i < files.size(); ++i) own[i].tool = files[i].tool;
  const std::size_t at_a_time = std::max(options.threads, 1U);
  for (std::size_t first = 0; first < files.size(); first += at_a_time) {
    std::vector<Opened> opened(std::min(at_a_time, files.size() - first));
    work_in_pieces(options.threads, opened.size(), 1, [&](unsigned /*worker*/, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        ReportFile& file = files[first + i];
        opened[i] = open(std::move(file.path), std::move(file.bytes), own[first + i]);
      }
    });
    for (std::size_t i = 0; i < opened.size(); ++i) write(std::move(opened[i]), own[first + i], table);
  }
}

void add_digests(ObservationTable& table) {
  for (std::uint32_t index = 0; index < table.reports().size(); ++index) {
    std::string& digest = table.report(index).sha256;
    if (digest.empty()) digest = digest_of(table.bytes(index));
  }
}

}  // namespace gatepost::ingest
