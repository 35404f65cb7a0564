// A million stored components against 5,000 changed advisories: prints one line for bench/run.py.
#include <sys/resource.h>

#include <cstdio>
#include <ctime>
#include <string>
#include <vector>

#include "advisory/match.hpp"
#include "doc/json.hpp"

namespace {

using namespace gatepost;
using namespace gatepost::advisory;

constexpr std::size_t kComponents = 1'000'000;
constexpr std::size_t kAdvisories = 5'000;
constexpr std::size_t kPackages = 50'000;
constexpr std::size_t kVersions = 12;  // in use of each package

// Of this process, so that other work on the machine counts less.
double now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Kind {
  const char *ecosystem, *purl, *suffix;
};
constexpr Kind kKinds[] = {{"npm", "pkg:npm/package-", ""},
                           {"PyPI", "pkg:pypi/package-", ""},
                           {"Maven", "pkg:maven/org.example/package-", ""},
                           {"Go", "pkg:golang/example.com/package-", ""},
                           {"Debian:12", "pkg:deb/debian/package-", "-1?distro=debian-12"}};

std::string name_in(const Kind& kind, std::size_t package) {
  const std::string name = "package-" + std::to_string(package);
  if (kind.ecosystem == std::string_view("Maven")) return "org.example:" + name;
  return kind.ecosystem == std::string_view("Go") ? "example.com/" + name : name;
}

// Every service has a share of all packages; the same ones are in many.
Inventory stored() {
  Inventory inventory;
  std::uint64_t state = 88172645463325252ULL;
  const auto random = [&](std::size_t below) {
    state ^= state << 13U, state ^= state >> 7U, state ^= state << 17U;
    return static_cast<std::size_t>(state % below);
  };
  for (std::size_t i = 0; i < kComponents; ++i) {
    const std::size_t package = random(kPackages), version = random(kVersions);
    const Kind& kind = kKinds[package % std::size(kKinds)];
    const std::string purl = kind.purl + std::to_string(package) + "@1." + std::to_string(version) + ".0" + kind.suffix;
    inventory.add({.purl = purl, .service = "service-" + std::to_string(i / 500), .path = "package-lock.json"});
  }
  inventory.sort();
  return inventory;
}

std::vector<std::string> changed() {
  std::vector<std::string> records;
  for (std::size_t i = 0; i < kAdvisories; ++i) {
    const std::size_t package = i * (kPackages / kAdvisories) + i % 5;
    const Kind& kind = kKinds[package % std::size(kKinds)];
    records.push_back(R"({"id":"BENCH-2026-)" + std::to_string(i) +
                      R"(","modified":"2026-01-01T00:00:00Z","affected":[{"package":{"ecosystem":")" + kind.ecosystem +
                      R"(","name":")" + name_in(kind, package) +
                      R"("},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.4.0"},)"
                      R"({"introduced":"1.8.0"},{"fixed":"1.9.0"}]}],"versions":["1.2.0","1.3.0"]}]})");
  }
  return records;
}

}  // namespace

int main() {
  const Inventory inventory = stored();
  const std::vector<std::string> records = changed();
  const double start = now();
  const PackageIndex index(inventory);
  const double indexed = now();
  const ReadOptions options{.wanted = [&](const PackageKey& key) { return index.has(key); }};
  std::vector<Advisory> advisories;
  ReadCounts counts;
  for (const std::string& record : records) {
    const auto document = doc::parse_json(record, "record");
    if (auto advisory = document ? read_record(document->root(), options, counts) : std::nullopt)
      advisories.push_back(std::move(*advisory));
  }
  const Matches found = index.match(advisories);
  const double end = now();
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%zu components in %zu versions, %zu advisories: %zu matches, index %.2f s, all %.2f s, peak %ld MB\n",
              inventory.size(), found.counts.packages, advisories.size(), found.matches.size(), indexed - start,
              end - start, usage.ru_maxrss / 1024);
  return end - start < 60 ? 0 : 1;
}
