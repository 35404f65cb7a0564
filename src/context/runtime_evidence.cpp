// What the sightings of all documents mean for one package in one workload.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "context/runtime.hpp"

namespace gatepost::context {
namespace {

constexpr std::size_t kMostOfOnePackage = 256;  // sightings of one package in one workload that are looked at
constexpr std::int64_t kDayMs = std::int64_t{24} * 3600 * 1000;

// "ghcr.io/acme/cart" of "ghcr.io/acme/cart:1.2@sha256:…".
std::string image_name(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  return text::lower(image.substr(0, image.find(':', slash == std::string_view::npos ? 0 : slash)));
}

// A workload by its service, and by its image; neither: nobody says whose it is.
std::vector<std::string> workload_keys(const std::string& service, const std::string& image) {
  std::vector<std::string> keys;
  if (!service.empty()) keys.push_back("service " + service);
  if (!image.empty()) keys.push_back("image " + image_name(image));
  if (keys.empty()) keys.emplace_back();
  return keys;
}

std::string key_of(std::string_view workload, std::string_view what) {
  return std::string(workload).append("\n").append(what);
}

// Under this key are the sightings of all workloads that raise a risk.
constexpr std::string_view kAnywhere = "*";

bool is_positive(const RuntimeSighting& it) {
  return it.state == RuntimeState::loaded || it.state == RuntimeState::called;
}

bool is_long_and_wide(const RuntimeWatch& it) {
  return it.window_seconds >= RuntimeEvidence::kShortestWindow &&
         it.coverage_percent >= RuntimeEvidence::kLeastCoverage;
}

// Of two watches of one workload the better: sufficient before not, then the later.
bool is_better(const RuntimeWatch& a, const RuntimeWatch& b) {
  return std::tuple(is_long_and_wide(a), a.until, std::string_view(a.document)) >
         std::tuple(is_long_and_wide(b), b.until, std::string_view(b.document));
}

std::string workload_name(const std::string& service, const std::string& image) {
  return service.empty() ? image : service;
}

std::string day(const std::optional<Timestamp>& time) { return time ? to_string(day_of(*time)) : ""; }

bool is_stale(const std::optional<Timestamp>& time, Timestamp now, std::int64_t max_age_days) {
  return time && now.unix_ms - time->unix_ms > max_age_days * kDayMs;
}

bool lies_ahead(const std::optional<Timestamp>& time, Timestamp now) {
  return time && time->unix_ms > now.unix_ms + kDayMs;  // clocks and time zones differ
}

RuntimeFact fact_of(const RuntimeSighting& it) {
  return {.reach = it.state == RuntimeState::called ? Reach::called : Reach::loaded,
          .state = std::string(to_string(it.state)),
          .workload = workload_name(it.service, it.image),
          .source = it.source,
          .document = it.document + (it.place.empty() ? "" : "#" + it.place),
          .last_seen = day(it.last_seen),
          .doubt = {}};
}

RuntimeFact fact_of(const RuntimeWatch& it) {
  return {.reach = Reach::not_loaded,
          .state = "not_loaded",
          .workload = workload_name(it.service, it.image),
          .source = it.source,
          .document = it.document,
          .last_seen = day(it.until),
          .doubt = {}};
}

RuntimeFact doubted(RuntimeFact fact, std::string doubt) {
  fact.reach = Reach::unknown;
  fact.doubt = std::move(doubt);
  return fact;
}

std::string too_old(std::int64_t max_age_days) {
  return fmt::format("longer ago than {}", text::count_of(static_cast<std::size_t>(max_age_days), "day"));
}

}  // namespace

void RuntimeEvidence::add(RuntimeDocument document) {
  for (RuntimeSighting& it : document.sightings) {
    if (it.state == RuntimeState::present) continue;
    const auto purl = Purl::parse(it.purl);
    if (!purl) continue;
    const auto index = static_cast<std::uint32_t>(sightings_.size());
    const std::string package = purl->package();
    auto keys = workload_keys(it.service, it.image);
    if (is_positive(it)) keys.emplace_back(kAnywhere);
    for (const std::string& key : keys) {
      auto& list = by_workload_[key_of(key, package)];
      if (list.size() < kMostOfOnePackage) list.push_back(index);
    }
    sightings_.push_back(std::move(it));
  }
  // What a line that nobody can read would have said may be that the package runs.
  if (document.damaged) return;
  for (const RuntimeWatch& it : document.watches) {
    for (const std::string& key : workload_keys(it.service, it.image)) {
      const auto [known, fresh] = watches_.try_emplace(key_of(key, it.ecosystem), it);
      if (!fresh && is_better(it, known->second)) known->second = it;
    }
  }
}

std::map<std::string, int> RuntimeEvidence::coverage() const {
  std::map<std::string, int> all;
  for (const auto& [key, it] : watches_) {
    const std::string name = workload_name(it.service, it.image);
    if (name.empty()) continue;
    const auto [entry, fresh] = all.try_emplace(name, it.coverage_percent);
    if (!fresh) entry->second = std::min(entry->second, it.coverage_percent);
  }
  return all;
}

// Nobody knows where a finding without a workload runs: what was seen anywhere may be it.
std::vector<const RuntimeSighting*> RuntimeEvidence::sightings_of(const Purl& package, const Workload& where) const {
  auto keys = workload_keys(where.service, where.image);
  if (keys.front().empty()) keys.front() = kAnywhere;
  keys.emplace_back();  // what names no workload
  std::vector<const RuntimeSighting*> found;
  for (const std::string& key : keys) {
    const auto list = by_workload_.find(key_of(key, package.package()));
    if (list == by_workload_.end()) continue;
    for (const std::uint32_t i : list->second) found.push_back(&sightings_[i]);
  }
  return found;
}

const RuntimeWatch* RuntimeEvidence::watch_of(const Purl& package, const Workload& where) const {
  const RuntimeWatch* best = nullptr;
  if (where.service.empty() && where.image.empty()) return nullptr;
  for (const std::string& key : workload_keys(where.service, where.image)) {
    const auto found = watches_.find(key_of(key, package.type()));
    if (found == watches_.end()) continue;
    if (best == nullptr || is_better(found->second, *best)) best = &found->second;
  }
  return best;
}

std::optional<RuntimeFact> RuntimeEvidence::about(const Purl& package, const Workload& where, Timestamp now,
                                                  std::int64_t max_age_days) const {
  const RuntimeSighting* best = nullptr;
  const RuntimeSighting* other_version = nullptr;
  for (const RuntimeSighting* const it : sightings_of(package, where)) {
    if (!is_positive(*it)) continue;
    const auto purl = Purl::parse(it->purl);
    const bool same = purl->version().empty() || package.version().empty() || purl->version() == package.version();
    const RuntimeSighting*& slot = same ? best : other_version;
    const auto order = [&](const RuntimeSighting& one) {
      return std::tuple(!is_stale(one.last_seen, now, max_age_days), one.state, one.last_seen,
                        std::string_view(one.document), std::string_view(one.place));
    };
    if (slot == nullptr || order(*it) > order(*slot)) slot = it;
  }
  if (best != nullptr && !is_stale(best->last_seen, now, max_age_days)) return fact_of(*best);
  if (best != nullptr) return doubted(fact_of(*best), too_old(max_age_days));
  // What runs is another version: an update that is not deployed yet looks the same as one that nobody needs.
  if (other_version != nullptr) {
    const auto purl = Purl::parse(other_version->purl);
    return doubted(fact_of(*other_version), "seen in version " + purl->version());
  }
  const RuntimeWatch* const watch = watch_of(package, where);
  if (watch == nullptr) return std::nullopt;
  RuntimeFact fact = fact_of(*watch);
  if (!is_long_and_wide(*watch)) {
    return doubted(std::move(fact), fmt::format("watched for {} of seven days, {} % of it",
                                                watch->window_seconds / 86400, watch->coverage_percent));
  }
  if (!watch->until) return doubted(std::move(fact), "nobody says when it was watched");
  if (lies_ahead(watch->until, now)) return doubted(std::move(fact), "its day lies in the future");
  if (is_stale(watch->until, now, max_age_days)) return doubted(std::move(fact), too_old(max_age_days));
  if (!where.absence_counts) return doubted(std::move(fact), "it is not deployed yet");
  return fact;
}

}  // namespace gatepost::context
