// The numbers CODEOWNERS matching is held to, each measured in a process of its own,
// in seconds of processor time: prints "ok" or "MISSED". With the names of two files and a number it writes the rules
// and so many paths there instead.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <utility>

#include "context/owners.hpp"
#include "support/codeowners_data.hpp"

namespace {

using namespace gatepost;
using namespace gatepost::bench;

constexpr std::size_t kFiles = 500'000;

// Of this process, so that other work on the machine counts less.
double now() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

struct Run {
  double compile = 0, match = 0;  // seconds
  std::size_t rules = 0, matched = 0;
};

Run run_once(std::string text, const Paths& paths, OwnersDialect dialect) {
  Run result;
  const double start = now();
  const context::CodeOwners owners({.path = "CODEOWNERS", .text = std::move(text)}, dialect);
  result.compile = now() - start;
  context::OwnershipLookup lookup(owners);
  const double matching = now();
  for (std::size_t i = 0; i < paths.size(); ++i) result.matched += lookup.find(paths[i]).rules.empty() ? 0 : 1;
  result.match = now() - matching;
  result.rules = owners.file().rules.size();
  return result;
}

// The best of seven, each with nothing remembered.
Run run(const std::string& text, const Paths& paths, OwnersDialect dialect = OwnersDialect::github) {
  Run best = run_once(text, paths, dialect);
  for (int again = 0; again < 6; ++again) {
    const Run next = run_once(text, paths, dialect);
    best.compile = std::min(best.compile, next.compile);
    best.match = std::min(best.match, next.match);
  }
  return best;
}

void print(const char* name, const Run& run, std::size_t paths) {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf(
      "%-44s %6zu rules %7zu paths: compile %6.1f ms, match %7.1f ms (%.2f us a path), %zu matched, peak %ld MB\n",
      name, run.rules, paths, run.compile * 1e3, run.match * 1e3, run.match * 1e6 / static_cast<double>(paths),
      run.matched, usage.ru_maxrss / 1024);
}

void judge(const char* goal, bool reached) { std::printf("    %s: %s\n", goal, reached ? "ok" : "MISSED"); }

long peak_megabytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

void describe_data() {
  const Paths paths = paths_of_monorepo(kFiles).sorted();
  std::printf("%zu files in %zu directories, %.1f bytes a path; CODEOWNERS of %zu bytes\n", paths.size(),
              directory_count(paths), static_cast<double>(paths.bytes()) / static_cast<double>(paths.size()),
              codeowners_of_monorepo().size());
}

void sorted_and_shuffled() {
  const Paths sorted = paths_of_monorepo(kFiles).sorted();
  const Run first = run(codeowners_of_monorepo(), sorted);
  print("monorepo, sorted", first, sorted.size());
  judge("at most 0.5 s", first.compile + first.match <= 0.5);
  judge("at most 100 MB", peak_megabytes() <= 100);
  const Paths shuffled = sorted.shuffled(Random(4));
  const Run second = run(codeowners_of_monorepo(), shuffled);
  print("monorepo, shuffled", second, shuffled.size());
  judge("at most twice the sorted time", second.match <= 2 * first.match);
}

void gitlab() {
  const Paths sorted = paths_of_monorepo(kFiles).sorted();
  print("monorepo, read as GitLab", run(codeowners_of_monorepo(), sorted, OwnersDialect::gitlab), sorted.size());
  std::string sections;
  for (const char* name : {"Security", "Docs", "Data", "Platform"}) {
    sections += std::string("[") + name + "][1] @acme/all\n*\n!*.css\n" + codeowners_of_monorepo();
  }
  print("monorepo, four GitLab sections", run(sections, sorted, OwnersDialect::gitlab), sorted.size());
}

void adversarial() {
  Paths paths;
  Random random(5);
  for (int i = 0; i < 50'000; ++i) {
    paths.add("d" + std::to_string(i % 500) + "/xa" + std::to_string(random.below(977)) + "_x" +
              std::to_string(random.below(5000)) + "_" + std::to_string(i) + ".c");
  }
  const Run result = run(floating_globs(5000), paths);
  print("floating globs", result, paths.size());
  judge("at most 5 s", result.match <= 5);
}

void long_file() {
  const Paths sorted = paths_of_monorepo(kFiles).sorted();
  const std::string text = long_list(80'001);
  std::printf("    (%.2f MB)\n", static_cast<double>(text.size()) / 1e6);
  print("one directory a rule", run(text, sorted), sorted.size());
}

void compile() {
  const Paths sorted = paths_of_monorepo(60'000).sorted();
  const Run result = run(long_list(10'000), sorted);
  print("one directory a rule", result, sorted.size());
  judge("compiled in at most 10 ms", result.compile <= 0.010);
}

void apart(void (*measure)()) {
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    measure();
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
}

// The rules and some of the paths, for another program to match.
bool write_data(const char* rules_file, const char* paths_file, std::size_t count) {
  std::ofstream(rules_file) << codeowners_of_monorepo();
  std::ofstream paths(paths_file);
  const Paths all = paths_of_monorepo(count).sorted();
  for (std::size_t i = 0; i < all.size(); ++i) paths << all[i] << '\n';
  return paths.good();
}

}  // namespace

int main(int count, char** arguments) {
  if (count == 4) return write_data(arguments[1], arguments[2], std::strtoul(arguments[3], nullptr, 10)) ? 0 : 1;
  for (auto* measure : {describe_data, sorted_and_shuffled, gitlab, adversarial, long_file, compile}) apart(measure);
}
