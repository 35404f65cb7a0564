#include "app/osv_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <tuple>
#include <utility>

#include "app/download.hpp"
#include "base/archive.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"

namespace gatepost::app {
namespace {

// The archive of npm has more than 200,000 records; one record hardly ever more than a megabyte.
constexpr Limits kLimits{.file_bytes = std::uint64_t{4} << 30,
                         .unpacked_bytes = std::uint64_t{8} << 30,
                         .archive_members = 2'000'000,
                         .member_bytes = std::uint64_t{64} << 20,
                         .archive_bytes = std::uint64_t{16} << 30};
constexpr std::uint64_t kLargestText = std::uint64_t{1} << 30;

class OsvReader {
 public:
  OsvReader(const advisory::ReadOptions& options, const FetchOsv& fetch, OsvRecords& out)
      : options_(options), fetch_(fetch), out_(out) {}

  Status read_place(const std::string& place) {
    const std::string name = text::printable(place, 200);
    std::error_code failure;
    if (place != "-" && std::filesystem::is_directory(place, failure)) return read_folder(place).context(name);
    GP_TRY(Bytes bytes, bytes_of(place).context(name));
    std::string head(kArchiveHead, '\0');
    GP_TRY(const std::size_t count, bytes.read(0, head));
    head.resize(count);
    if (is_gzip(head)) {
      GP_TRY(bytes, gunzip(bytes, kLimits).context(name));
    } else if (is_archive(head)) {
      return read_members(bytes, name);
    }
    GP_TRY(std::string text, bytes.all(kLargestText).context(name));
    return read_text(std::move(text), name);
  }

 private:
  Result<Bytes> bytes_of(const std::string& place) {
    if (is_address(place) && fetch_) return fetch_(place);
    return Bytes::open(place, kLimits);
  }

  Status read_folder(const std::string& folder) {
    GP_TRY(const Glob glob, Glob::compile("**/*.json"));
    GP_TRY(const FoundFiles found, find_files(folder, glob));
    for (const std::string& file : found.files) {
      auto text = read_file(folder + "/" + file, kLimits.member_bytes);
      if (!text) return std::move(text).error();
      add_record(std::move(*text), text::printable(file, 200));
    }
    return Done{};
  }

  Status read_members(const Bytes& bytes, const std::string& name) {
    GP_TRY(const std::vector<ArchiveMember> members, read_archive(bytes, kLimits).context(name));
    for (const ArchiveMember& member : members) {
      if (!member.name.ends_with(".json")) continue;
      GP_TRY(std::string text, member.bytes.all(kLimits.member_bytes).context(name));
      add_record(std::move(text), name + ": " + text::printable(member.name, 200));
    }
    return Done{};
  }

  // One record, a list of them, {"vulns": [...]} of the service's answers, or one a line.
  Status read_text(std::string text, const std::string& name) {
    GP_TRY(const doc::Records records, doc::parse_json_values(std::move(text), name, limits_of_text()));
    out_.counts.damaged += records.rejected_count + (records.truncated ? 1 : 0);
    if (!records.rejected.empty()) damage(name + ": " + records.rejected.front());
    if (records.truncated) damage(name + ": the file ends in the middle");
    for (const doc::View value : records.document.root().items()) add_value(value);
    return Done{};
  }
  static Limits limits_of_text() {
    Limits limits;
    limits.document_bytes = kLargestText;
    return limits;
  }

  void add_value(doc::View value) {
    const doc::View list = value.is_array() ? value : value.at("vulns");
    if (!list.is_array()) return add(value);
    for (const doc::View record : list.items()) add(record);
  }

  void add_record(std::string text, const std::string& name) {
    const auto document = doc::parse_json(std::move(text), name);
    if (document) return add(document->root());
    ++out_.counts.damaged;
    damage(document.error().message);
  }

  void add(doc::View record) {
    const std::size_t before = out_.counts.damaged;
    if (auto advisory = advisory::read_record(record, options_, out_.counts))
      out_.advisories.push_back(std::move(*advisory));
    if (out_.counts.damaged > before)
      damage((record.exists() ? record.where() : "a value") + ": no record of OSV: it needs \"id\" and \"modified\"");
  }

  void damage(std::string what) {
    if (out_.first_damage.empty()) out_.first_damage = std::move(what);
  }

  const advisory::ReadOptions& options_;
  const FetchOsv& fetch_;
  OsvRecords& out_;
};

}  // namespace

Result<std::optional<Timestamp>> parse_since(const std::string& text) {
  if (text.empty()) return std::optional<Timestamp>();
  const auto since = parse_timestamp(text);
  if (since) return since;
  return error(ErrorKind::usage, fmt::format("--since \"{}\" is no time", text::printable(text, 60)),
               "for example 2026-11-20 or 2026-11-20T04:00:00Z");
}

Result<OsvRecords> read_osv(const std::vector<std::string>& places, const advisory::ReadOptions& options,
                            const FetchOsv& fetch) {
  OsvRecords out;
  OsvReader reader(options, fetch, out);
  for (const std::string& place : places) GP_CHECK(reader.read_place(place));
  std::ranges::stable_sort(out.advisories, [](const advisory::Advisory& a, const advisory::Advisory& b) {
    return std::tie(a.id, b.modified) < std::tie(b.id, a.modified);
  });
  const auto rest = std::ranges::unique(out.advisories, {}, &advisory::Advisory::id);
  out.advisories.erase(rest.begin(), rest.end());
  return out;
}

}  // namespace gatepost::app
