#include "ingest/recognition.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/resource.hpp"
#include "base/text.hpp"
#include "ingest/mapping/library.hpp"
#include "ingest/mapping/run.hpp"

namespace gatepost::ingest {
namespace {

using mapping::Mapping;

constexpr std::string_view kFolder = "mappings/", kEnding = ".yaml";

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

Recognised by_mapping(Candidate& candidate, const Options& options, ReportWriter& out) {
  std::vector<Recognised> fitting;
  for (const Mapping* const mapping : mappings_of(options)) {
    if (const auto source = mapping::recognise(*mapping, candidate)) fitting.push_back({nullptr, mapping, *source});
  }
  std::erase_if(fitting, [all = fitting](const Recognised& it) {
    return std::ranges::any_of(all, [&](const Recognised& other) { return precedes(*other.mapping, *it.mapping); });
  });
  if (fitting.size() == 1) return fitting.front();
  if (fitting.size() > 1) {
    out.note(Note::Level::error, "ambiguous-format",
             fmt::format("both {} and {} read this; say which with --tool", fitting[0].mapping->id, fitting[1].mapping->id));
  }
  return {};
}

Recognised by_name(Candidate& candidate, const Options& options, ReportWriter& out) {
  if (const Format* const format = native(options.tool)) return {format->recognise(candidate) ? format : nullptr};
  if (const Mapping* const mapping = find_mapping(options.tool, options)) {
    const auto source = mapping::recognise(*mapping, candidate);
    return source ? Recognised{nullptr, mapping, *source} : Recognised{};
  }
  const std::string close = text::nearest(options.tool, format_ids());
  out.note(Note::Level::error, "unknown-format",
           fmt::format("there is no format \"{}\"{}", text::printable(options.tool),
                       close.empty() ? "; see gatepost formats" : fmt::format("; did you mean \"{}\"?", close)));
  return {};
}

FormatInfo info_of(const Format& format) {
  return {std::string(format.id), std::string(format.title), std::string(format.kind),
          std::string(format.recognised_by), std::string(format.yields), format.bare_empty_array};
}

FormatInfo info_of(const Mapping& mapping) {
  return {mapping.id, mapping.title, std::string(to_string(mapping.kind)),
          text::join(mapping.recognised_by, " and "), mapping.yields, mapping.bare_empty_array};
}

}  // namespace

std::string_view Recognised::id() const {
  if (format != nullptr) return format->id;
  return mapping == nullptr ? std::string_view{} : std::string_view(mapping->id);
}

Recognised recognise(Candidate& candidate, const Options& options, ReportWriter& out) {
  if (!options.tool.empty()) return by_name(candidate, options, out);
  for (const Format& format : formats()) {
    if (format.recognise(candidate)) return {&format};
  }
  return by_mapping(candidate, options, out);
}

bool may_be_bare_array(std::string_view id, const Options& options) {
  if (id.empty()) return false;
  if (const Format* const format = native(id)) return format->bare_empty_array;
  const Mapping* const mapping = find_mapping(id, options);
  return mapping != nullptr && mapping->bare_empty_array;
}

std::vector<std::string_view> format_ids() {
  std::vector<std::string_view> ids;
  for (const Format& format : formats()) ids.push_back(format.id);
  for (const Resource& resource : resources()) {
    if (!resource.name.starts_with(kFolder) || !resource.name.ends_with(kEnding)) continue;
    ids.push_back(resource.name.substr(kFolder.size(), resource.name.size() - kFolder.size() - kEnding.size()));
  }
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
