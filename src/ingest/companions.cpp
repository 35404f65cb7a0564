#include "ingest/companions.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "ingest/plain_text.hpp"

namespace gatepost::ingest {

Companions::Found Companions::find(const Regex& name, mapping::SourceFormat format, std::string_view own) {
  Found found;
  for (const ArchiveMember& member : members_) {
    if (plain_name(member.name) != own && name.found_in(member.name)) add(member, format, found);
  }
  return found;
}

void Companions::claim(const Regex& name, std::string_view own) {
  for (const ArchiveMember& member : members_) {
    if (plain_name(member.name) != own && name.found_in(member.name)) files_.try_emplace(member.name);
  }
}

void Companions::add(const ArchiveMember& member, mapping::SourceFormat format, Found& found) {
  File& file = files_[member.name];
  if (++file.reports > kMostReports) {
    found.problems.push_back(fmt::format("\"{}\" is joined to {} reports of the archive, and to no more",
                                         text::printable(member.name), kMostReports));
    return;
  }
  if (!file.content) file.content = std::make_unique<Candidate>(plain_name(member.name), member.bytes, limits_);
  const mapping::Source* const source = file.content->in_memory(file.content->source(format));
  if (source == nullptr || source->truncated || source->rejected_count > 0) {
    found.problems.push_back(fmt::format("\"{}\", which belongs to this report, {}", text::printable(member.name),
                                         source == nullptr ? "cannot be read" : "is not whole"));
  }
  if (source == nullptr) return;
  found.sources.push_back(source);
  found.bytes += member.bytes.size();
}

}  // namespace gatepost::ingest
