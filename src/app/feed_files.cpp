#include "app/feed_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "app/bot_bounds.hpp"
#include "app/change_files.hpp"
#include "app/download.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"

namespace gatepost::app {
namespace {

// A feed is a few megabytes; Vulnrichment as lines is the largest.
constexpr Limits kLimits{.file_bytes = std::uint64_t{1} << 30,
                         .document_bytes = std::uint64_t{64} << 20,
                         .unpacked_bytes = std::uint64_t{2} << 30};
constexpr std::uint64_t kLargestRecord = std::uint64_t{4} << 20;

class FeedReader {
 public:
  FeedReader(const Ports& ports, const FeedRequest& request, std::vector<Note>& notes)
      : ports_(ports), request_(request), notes_(notes) {}

  void read_epss(const std::string& place, context::Feeds& feeds) {
    constexpr std::string_view kName = "EPSS";
    if (place.empty()) return;
    const auto text = text_of(place, kName);
    if (!text) return lost(kName, text.error());
    auto table = context::EpssTable::parse(*text, text::printable(place, 200));
    if (!table) return lost(kName, table.error());
    if (table->bad_lines() > 0)
      note(fmt::format("the EPSS feed has {} that are no score", text::count_of(table->bad_lines(), "line")));
    feeds.epss = std::move(*table);
  }

  void read_kev(const std::string& place, context::Feeds& feeds) {
    constexpr std::string_view kName = "KEV";
    if (place.empty()) return;
    auto text = text_of(place, kName);
    if (!text) return lost(kName, text.error());
    const auto document = doc::parse_json(std::move(*text), text::printable(place, 200), kLimits);
    if (!document) return lost(kName, document.error());
    auto catalogue = context::KevCatalogue::read(*document);
    if (!catalogue) return lost(kName, catalogue.error());
    if (catalogue->bad_entries() > 0)
      note(fmt::format("the KEV feed has {} without a CVE",
                       text::count_of(catalogue->bad_entries(), "entry", "entries")));
    feeds.kev = std::move(*catalogue);
  }

  void read_vulnrichment(const std::string& place, context::Feeds& feeds) {
    constexpr std::string_view kName = "Vulnrichment";
    if (place.empty()) return;
    std::error_code failure;
    const Status allowed = is_address(place) ? Status(Done{}) : check_no_own_file(ports_, "a feed", place);
    if (!allowed) return lost(kName, allowed.error());
    if (!is_address(place) && std::filesystem::is_directory(absolute(place), failure)) {
      read_folder(place, feeds);
    } else {
      const auto text = text_of(place, kName);
      if (!text) return lost(kName, text.error());
      read_lines(*text, text::printable(place, 200), feeds);
    }
    feeds.sort();
  }

 private:
  void note(std::string text) { notes_.push_back({Note::Level::warning, "threat-feed", std::move(text), {}}); }
  void lost(std::string_view name, const Error& failure) {
    note(fmt::format("the {} feed is not read, and what it says stays unknown: {}", name, failure.message));
  }

  std::string absolute(const std::string& place) const {
    return place.starts_with('/') ? place : request_.root + "/" + place;
  }
  bool comes_with_change(const std::string& place) const {
    return request_.change != nullptr && is_of_change(*request_.change, request_.root, absolute(place));
  }

  // All of it, unpacked.
  Result<std::string> text_of(const std::string& place, std::string_view name) {
    GP_TRY(Bytes bytes, bytes_of(place, name));
    std::string head(16, '\0');
    GP_TRY(const std::size_t count, bytes.read(0, head));
    if (is_gzip(std::string_view(head).substr(0, count))) {
      GP_TRY(bytes, gunzip(bytes, kLimits).context(text::printable(place, 200)));
    }
    return bytes.all(kLimits.file_bytes).context(text::printable(place, 200));
  }

  Result<Bytes> bytes_of(const std::string& place, std::string_view name) {
    if (is_address(place)) {
      GP_TRY(Download got, download(ports_, place, request_.cache_folder));
      if (!got.not_asked.empty())
        note(fmt::format("the {} feed is the copy of an earlier run: {}", name, got.not_asked));
      return Bytes::of(std::move(got.body));
    }
    GP_CHECK(check_no_own_file(ports_, "a feed", place));
    if (comes_with_change(place))
      return error(ErrorKind::bad_input, fmt::format("{} is part of the change itself", text::printable(place, 200)));
    if (!place.starts_with('/') && request_.root.empty())
      return error(ErrorKind::bad_input,
                   fmt::format("{}: there is no work tree to look in", text::printable(place, 200)));
    return Bytes::open(absolute(place), kLimits).context(text::printable(place, 200));
  }

  // "2024/4xxx/CVE-2024-4040.json" and its like.
  static std::vector<std::string> places_of(const std::string& cve) {
    const std::string year = cve.substr(4, 4), number = cve.substr(9), file = cve + ".json";
    const std::string thousand = number.size() > 3 ? number.substr(0, number.size() - 3) : "0";
    const std::string nested = year + "/" + thousand + "xxx/" + file;
    return {nested, "cves/" + nested, file};
  }

  // Only the records that somebody will ask for are opened.
  void read_folder(const std::string& place, context::Feeds& feeds) {
    std::size_t damaged = 0;
    std::string example;
    for (const std::string& cve : request_.cves) {
      for (const std::string& below : places_of(cve)) {
        const std::string name = place + "/" + below;
        std::error_code failure;
        if (!std::filesystem::is_regular_file(absolute(name), failure)) continue;
        if (comes_with_change(name) || !read_record(name, feeds)) {
          ++damaged;
          if (example.empty()) example = name;
        }
        break;
      }
    }
    if (damaged > 0) note_damaged(damaged, example);
  }

  void note_damaged(std::size_t count, const std::string& example) {
    note(
        fmt::format("{} of Vulnrichment cannot be read, or the change brings them along, and what they say stays "
                    "unknown: the first is {}",
                    text::count_of(count, "record"), text::printable(example, 200)));
  }

  bool read_record(const std::string& name, context::Feeds& feeds) const {
    auto text = read_file(absolute(name), kLargestRecord);
    if (!text) return false;
    const auto document = doc::parse_json(std::move(*text), name, kLimits);
    if (!document) return false;
    feeds.add(context::read_cve_record(document->root()));
    return true;
  }

  // The CVE that a line says it is about, without reading the line as JSON.
  static std::string_view cve_of_line(std::string_view line) {
    constexpr std::string_view kKey = "\"cveId\"";
    const std::size_t key = line.find(kKey);
    if (key == std::string_view::npos) return {};
    const std::size_t begin = line.find('"', key + kKey.size());
    if (begin == std::string_view::npos) return {};
    const std::size_t end = line.find('"', begin + 1);
    return end == std::string_view::npos ? std::string_view() : line.substr(begin + 1, end - begin - 1);
  }

  void read_lines(std::string_view text, const std::string& name, context::Feeds& feeds) {
    std::size_t damaged = 0, number = 0, about_cve = 0;
    std::string example;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text::trim(text.substr(0, end));
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
      ++number;
      if (line.empty()) continue;
      const std::string_view cve = cve_of_line(line);
      about_cve += cve.empty() ? 0 : 1;
      if (!cve.empty() && !std::ranges::binary_search(request_.cves, cve)) continue;
      const std::string at = fmt::format("{}:{}", name, number);
      const auto record = doc::parse_json(std::string(line), at, kLimits);
      if (record && !cve.empty()) {
        feeds.add(context::read_cve_record(record->root()));
        continue;
      }
      ++damaged;
      if (example.empty()) example = at;
    }
    if (about_cve == 0) return lost("Vulnrichment", error(ErrorKind::bad_input, name + ": no line is a CVE record"));
    if (damaged > 0) note_damaged(damaged, example);
  }

  const Ports& ports_;
  const FeedRequest& request_;
  std::vector<Note>& notes_;
};

}  // namespace

context::Feeds read_feeds(const Ports& ports, const config::Feeds& places, const FeedRequest& request,
                          std::vector<Note>& notes) {
  context::Feeds feeds;
  FeedReader reader(ports, request, notes);
  reader.read_epss(places.epss, feeds);
  reader.read_kev(places.kev, feeds);
  reader.read_vulnrichment(places.vulnrichment, feeds);
  return feeds;
}

}  // namespace gatepost::app
