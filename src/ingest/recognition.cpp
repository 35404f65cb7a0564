#include "ingest/recognition.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "ingest/mapping/library.hpp"
#include "ingest/mapping/packed.hpp"
#include "ingest/mapping/run.hpp"

namespace gatepost::ingest {
namespace {

using mapping::Mapping;

const Format* native(std::string_view id) {
  for (const Format& format : formats()) {
    if (format.id == id) return &format;
  }
  return nullptr;
}

// The mappings to try: those handed in, then those of the binary whose ids are not among them.
std::vector<const Mapping*> mappings_of(const Options& options) {
  static const std::vector<Mapping> kNone;
  const std::vector<Mapping>& added = options.mappings ? *options.mappings : kNone;
  std::vector<const Mapping*> all;
  for (const Mapping& mapping : added) all.push_back(&mapping);
  for (const Mapping& shipped : mapping::shipped()) {
    if (std::ranges::find(added, shipped.id, &Mapping::id) == added.end()) all.push_back(&shipped);
  }
  return all;
}

const Mapping* find_mapping(std::string_view id, const Options& options) {
  for (const Mapping* const mapping : mappings_of(options)) {
    if (mapping->id == id) return mapping;
  }
  return nullptr;
}

bool precedes(const Mapping& a, const Mapping& b) { return std::ranges::find(a.over, b.id) != a.over.end(); }

std::vector<Recognised> without_preceded(std::vector<Recognised> found) {
  std::erase_if(found, [all = found](const Recognised& it) {
    return std::ranges::any_of(all, [&](const Recognised& other) { return precedes(*other.mapping, *it.mapping); });
  });
  return found;
}

// Reads any file as lines of text, and looks at each.
bool is_of_text(const Mapping* mapping) { return mapping->formats.front() == mapping::SourceFormat::text; }

// Those that recognise the candidate and are preceded by none of the others.
std::vector<Recognised> fitting(Candidate& candidate, std::span<const Mapping* const> mappings,
                                mapping::Extent extent) {
  std::vector<Recognised> found;
  const auto ask = [&](const Mapping* mapping) {
    candidate.show_beginnings(extent == mapping::Extent::beginning);
    if (const auto source = mapping::recognise(*mapping, candidate, extent))
      found.push_back({nullptr, mapping, *source});
    candidate.show_beginnings(false);
  };
  for (const Mapping* const mapping : mappings) {
    if (!is_of_text(mapping)) ask(mapping);
  }
  // What is a document to its end is taken for text only when no mapping of documents knows it, and by its beginning.
  const bool document = candidate.is_whole_document();
  if (document && !found.empty()) return without_preceded(std::move(found));
  if (document) extent = mapping::Extent::beginning;
  for (const Mapping* const mapping : mappings) {
    if (is_of_text(mapping)) ask(mapping);
  }
  return without_preceded(std::move(found));
}

// The beginning of a file nearly always tells; else, and when the rest of it tells otherwise, all of it is asked.
Recognised by_mapping(Candidate& candidate, const Options& options, std::vector<Note>& notes) {
  const std::vector<const Mapping*> mappings = mappings_of(options);
  std::vector<Recognised> found = fitting(candidate, mappings, mapping::Extent::beginning);
  const auto holds = [&](const Recognised& it) { return mapping::recognise(*it.mapping, candidate) == it.source; };
  if (found.size() == 1 && holds(found.front())) return found.front();
  found = fitting(candidate, mappings, mapping::Extent::whole);
  if (found.size() == 1) return found.front();
  if (found.size() > 1) {
    notes.push_back(
        {Note::Level::error,
         "ambiguous-format",
         fmt::format("both {} and {} read this; say which with --tool", found[0].mapping->id, found[1].mapping->id),
         {}});
  }
  return {};
}

Recognised by_name(Candidate& candidate, const Options& options, std::vector<Note>& notes) {
  if (const Format* const format = native(options.tool)) return {format->recognise(candidate) ? format : nullptr};
  if (const Mapping* const mapping = find_mapping(options.tool, options)) {
    const auto source = mapping::recognise(*mapping, candidate);
    return source ? Recognised{nullptr, mapping, *source} : Recognised{};
  }
  const std::string close = text::nearest(options.tool, format_ids());
  notes.push_back({Note::Level::error,
                   "unknown-format",
                   fmt::format("there is no format \"{}\"{}", text::printable(options.tool),
                               close.empty() ? "; see gatepost formats" : fmt::format("; did you mean \"{}\"?", close)),
                   {}});
  return {};
}

std::vector<std::string> clean_reports(const Format& format) {
  if (format.bare_empty_array) return {"[]"};
  return {};
}

std::vector<std::string> clean_reports(std::string_view id, const Options& options) {
  if (const Format* const format = native(id)) return clean_reports(*format);
  const Mapping* const mapping = find_mapping(id, options);
  return mapping == nullptr ? std::vector<std::string>() : mapping->clean_reports;
}

FormatInfo info_of(const Format& format) {
  return {std::string(format.id),     std::string(format.title),
          std::string(format.kind),   std::string(format.recognised_by),
          std::string(format.yields), clean_reports(format)};
}

FormatInfo info_of(const Mapping& mapping) {
  return {mapping.id,
          mapping.title,
          std::string(to_string(mapping.kind)),
          text::join(mapping.recognised_by, " and "),
          mapping.yields,
          mapping.clean_reports};
}

}  // namespace

std::string_view Recognised::id() const {
  if (format != nullptr) return format->id;
  return mapping == nullptr ? std::string_view{} : std::string_view(mapping->id);
}

Recognised recognise(Candidate& candidate, const Options& options, std::vector<Note>& notes) {
  if (!options.tool.empty()) return by_name(candidate, options, notes);
  for (const Format& format : formats()) {
    if (format.recognise(candidate)) return {&format};
  }
  return by_mapping(candidate, options, notes);
}

bool is_clean_report(std::string_view id, const Bytes& bytes, const Options& options) {
  constexpr std::size_t kLongest = 256;
  if (id.empty() || bytes.size() > kLongest) return false;
  const auto text = bytes.all(kLongest);
  if (!text) return false;
  std::string plain;
  std::ranges::copy_if(*text, std::back_inserter(plain),
                       [](char c) { return std::string_view(" \t\r\n").find(c) == std::string_view::npos; });
  const std::vector<std::string> clean = clean_reports(id, options);
  return std::ranges::find(clean, plain) != clean.end();
}

std::vector<std::string_view> format_ids() {
  std::vector<std::string_view> ids;
  for (const Format& format : formats()) ids.push_back(format.id);
  for (const mapping::PackedMapping& packed : mapping::packed_mappings()) ids.push_back(packed.id);
  std::ranges::sort(ids);
  return ids;
}

std::vector<FormatInfo> describe_formats() {
  std::vector<FormatInfo> all;
  for (const Format& format : formats()) all.push_back(info_of(format));
  for (const Mapping& mapping : mapping::shipped()) all.push_back(info_of(mapping));
  std::ranges::sort(all, {}, &FormatInfo::id);
  return all;
}

}  // namespace gatepost::ingest
