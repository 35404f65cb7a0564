#include "app/night_inventories.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "advisory/inventory.hpp"
#include "advisory/match.hpp"
#include "advisory/observe.hpp"
#include "app/bom_files.hpp"
#include "app/download.hpp"
#include "app/osv_files.hpp"
#include "base/digest.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

using advisory::Inventory;

constexpr std::string_view kFolder = "inventories/";
constexpr std::size_t kLargest = std::size_t{100} << 20;  // bytes of one; stores take a little more
constexpr std::array<std::string_view, 6> kFormats = {"cyclonedx",      "cyclonedx-xml", "spdx",
                                                      "spdx-tag-value", "spdx-3",        "syft"};

// Services are called as anybody likes; documents are not.
std::string document_of(std::string_view service) {
  constexpr std::size_t kDigits = 32;
  return fmt::format("{}{}.jsonl", kFolder, hex(sha256(service)).substr(0, kDigits));
}

// Packages in one version, by service; the inventory is sorted.
std::map<std::string, std::int64_t> counts_of(const Inventory& inventory) {
  std::map<std::string, std::pair<TextId, std::int64_t>> seen;  // the last package, and how many there were
  for (std::size_t i = 0; i < inventory.size(); ++i) {
    auto& [last, count] = seen[std::string(inventory.part(i).service)];
    if (count == 0 || last != inventory.purl_id(i)) ++count;
    last = inventory.purl_id(i);
  }
  std::map<std::string, std::int64_t> counts;
  for (const auto& [service, it] : seen) counts[service] = it.second;
  return counts;
}

// Names of advisories that were taken back. The alias of one is taken for another name of the same only when all
// records were read: else one that still holds may bear it.
std::vector<std::string> withdrawn_of(const std::vector<advisory::Advisory>& advisories, bool all_were_read) {
  std::set<std::string> withdrawn, standing;
  for (const advisory::Advisory& it : advisories) {
    std::set<std::string>& names = it.withdrawn ? withdrawn : standing;
    names.insert(it.id);
    if (!it.withdrawn || all_were_read) names.insert(it.aliases.begin(), it.aliases.end());
  }
  std::vector<std::string> out;
  std::ranges::set_difference(withdrawn, standing, std::back_inserter(out));
  return out;
}

class Night {
 public:
  Night(const Ports& ports, const InventoryRequest& request, std::string cache_folder,
        const KnowsService& knows_service, Evidence& evidence)
      : ports_(ports),
        request_(request),
        cache_folder_(std::move(cache_folder)),
        knows_service_(knows_service),
        evidence_(evidence) {}

  Status read_boms() {
    for (const std::string& path : request_.sboms) {
      const std::string place = path == "-" || path.starts_with('/') ? path : ports_.directory + "/" + path;
      const auto read = read_bom_file(all_, place, request_.service);
      if (!read) return read.error();
    }
    for (std::uint32_t i = 0; i < evidence_.table.reports().size(); ++i) {
      const ReportInfo& report = evidence_.table.reports()[i];
      if (!is_complete(report.state) || std::ranges::find(kFormats, report.format) == kFormats.end()) continue;
      const auto read = read_bom_bytes(all_, evidence_.table.bytes(i), text::printable(report.path, 200), "");
      if (!read) note("the inventory of a report is not kept: " + read.error().message);
    }
    all_.sort();
    for (const auto& [service, count] : counts_of(all_)) out_.components[service] = count;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      auto& body = out_.documents[document_of(all_.part(i).service)];
      if (!body) body.emplace();
      *body += all_.line(i);
    }
    return Done{};
  }

  Status read_stored(store::Store& store) {
    GP_TRY(const std::vector<std::string> names, store.document_names(kFolder));
    for (const std::string& name : names) {
      GP_TRY(const auto text, store.document(name));
      Inventory stored;
      const Status read = text ? stored.add_lines(*text, name) : Status(Done{});
      if (!read) {
        note(fmt::format("a stored inventory is not matched: {}", read.error().message));
        continue;
      }
      stored.sort();
      const auto own = out_.documents.find(name);
      if (own == out_.documents.end()) {
        GP_TRY(const bool retired, is_retired(stored));
        if (retired) {
          retire(name, stored);
          continue;
        }
      }
      take(stored, own == out_.documents.end());
      if (own != out_.documents.end() && own->second == text) unchanged_.push_back(name);
    }
    all_.sort();
    return Done{};
  }

  Status match() {
    const auto& places = request_.advisories.empty() ? evidence_.settings.feeds.osv : request_.advisories;
    if (places.empty() || all_.size() == 0) return Done{};
    const advisory::PackageIndex index(all_);
    advisory::ReadOptions options;
    GP_TRY(options.since, parse_since(request_.since));
    options.wanted = [&](const advisory::PackageKey& key) { return index.has(key); };
    const bool from_settings = request_.advisories.empty();
    auto osv = read_osv(absolute(places, from_settings), options, fetch());
    if (!osv && !from_settings) return std::move(osv).error();
    if (!osv) {
      note("the OSV feed is not read, and what it says stays unknown: " + osv.error().message);
      return Done{};
    }
    if (!osv->first_damage.empty()) note(osv->first_damage);
    const advisory::Matches found = index.match(osv->advisories);
    const bool complete = osv->counts.damaged == 0 && osv->counts.bad_ranges == 0 && found.counts.undecided == 0;
    advisory::observe(all_, osv->advisories, found, complete, evidence_.table);
    learn(osv->advisories, !options.since);
    out_.matched = true;
    out_.news_only = options.since.has_value();
    return Done{};
  }

  // What is stored already is not stored again.
  [[nodiscard]] NightInventories result() && {
    for (const std::string& name : unchanged_) out_.documents.erase(name);
    const std::size_t large =
        std::erase_if(out_.documents, [](const auto& it) { return it.second && it.second->size() > kLargest; });
    if (large > 0)
      note(fmt::format("{} not kept: more than {} MiB", large == 1 ? "an inventory is" : "inventories are",
                       kLargest >> 20U));
    return std::move(out_);
  }

 private:
  // Counts and adds what is stored when nothing newer came.
  void take(const Inventory& stored, bool counts_now) {
    for (std::size_t i = 0; i < stored.size(); ++i) {
      out_.known_packages.emplace(stored.part(i).purl);
      if (counts_now) all_.add(stored.part(i));
    }
    if (!counts_now) return;
    ++out_.services;
    for (const auto& [service, count] : counts_of(stored)) out_.components[service] = count;
  }

  // The catalogue had the service and no longer has it.
  Result<bool> is_retired(const Inventory& stored) const {
    if (stored.size() == 0) return false;
    const std::string service(stored.part(0).service);
    for (const Service& it : evidence_.surroundings.services.catalogue.services()) {
      if (it.name == service) return false;
    }
    return service.empty() ? Result<bool>(false) : knows_service_(service);
  }
  void retire(const std::string& name, const Inventory& stored) {
    const std::string service(stored.part(0).service);
    out_.documents[name] = std::nullopt;
    out_.retired.push_back(service);
    std::ranges::sort(out_.retired);
    note(fmt::format("the components of {} are kept no longer: the catalogue no longer has it",
                     text::printable(service, 100)));
  }

  void learn(const std::vector<advisory::Advisory>& advisories, bool all_were_read) {
    for (const advisory::Advisory& it : advisories) {
      if (!it.published) continue;
      const auto add = [&](const std::string& name) {
        const auto [entry, fresh] = out_.published.try_emplace(name, it.published->unix_ms);
        if (!fresh) entry->second = std::min(entry->second, it.published->unix_ms);
      };
      add(it.id);
      std::ranges::for_each(it.aliases, add);
    }
    out_.withdrawn = withdrawn_of(advisories, all_were_read);
  }

  void note(std::string text) { evidence_.notes.push_back({Note::Level::warning, "inventory", std::move(text), {}}); }

  // Of the command line below the current directory, of the settings below the root.
  [[nodiscard]] std::vector<std::string> absolute(const std::vector<std::string>& places, bool from_settings) const {
    const git::Repository& repository = evidence_.repository;
    const std::string root = from_settings && !repository.is_bare() ? repository.work_tree() : ports_.directory;
    std::vector<std::string> all;
    for (const std::string& place : places) {
      const bool whole = place == "-" || place.starts_with('/') || is_address(place);
      all.push_back(whole ? place : root + "/" + place);
    }
    return all;
  }

  FetchOsv fetch() {
    return [this](const std::string& address) -> Result<Bytes> {
      GP_TRY(Download got, download(ports_, address, cache_folder_));
      if (!got.not_asked.empty()) note("the OSV feed is the copy of an earlier run: " + got.not_asked);
      return Bytes::of(std::move(got.body));
    };
  }

  const Ports& ports_;
  const InventoryRequest& request_;
  const std::string cache_folder_;
  const KnowsService& knows_service_;
  Evidence& evidence_;
  Inventory all_;  // this night's, then the stored ones of other services too
  std::vector<std::string> unchanged_;
  NightInventories out_;
};

}  // namespace

Result<NightInventories> add_inventories(const Ports& ports, store::Store& store, const InventoryRequest& request,
                                         const std::string& cache_folder, const KnowsService& knows_service,
                                         Evidence& evidence) {
  Night night(ports, request, cache_folder, knows_service, evidence);
  GP_CHECK(night.read_boms());
  GP_CHECK(night.read_stored(store));
  GP_CHECK(night.match());
  return std::move(night).result();
}

}  // namespace gatepost::app
