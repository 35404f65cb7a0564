// Runs a fuzz target without a fuzzer: every file of a folder, and GATEPOST_FUZZ_ROUNDS (2000) seeded mutations of
// each. Each file runs in a process of its own, so that one that dies is counted, and the input that killed it is
// saved. The last line is "N passed, M failed". Given a file instead of a folder, runs that file.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

#include "fuzz/check.hpp"

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongest = 1 << 16;
constexpr unsigned kSeconds = 300;  // for one file and all its mutations

struct Seed {
  std::string name, bytes;
};

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<Seed> read_seeds(const fs::path& folder) {
  std::vector<Seed> seeds;
  for (const auto& entry : fs::directory_iterator(folder)) {
    seeds.push_back({entry.path().filename().string(), read_file(entry.path())});
  }
  std::ranges::sort(seeds, {}, &Seed::name);
  return seeds;
}

class Mutator {
 public:
  Mutator(const std::vector<Seed>& seeds, std::size_t seed) : seeds_(seeds), random_(static_cast<unsigned>(seed)) {}

  std::string mutated(std::string text) {
    for (std::size_t n = 1 + below(4); n > 0; --n) mutate(text);
    text.resize(std::min(text.size(), kLongest));
    return text;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  std::size_t place(const std::string& text) { return below(text.size() + 1); }

  void mutate(std::string& text) {
    static constexpr std::string_view kPieces[] = {"{",
                                                   "}",
                                                   "[",
                                                   "]",
                                                   "<",
                                                   ">",
                                                   "\"",
                                                   "'",
                                                   "\\",
                                                   "/",
                                                   ",",
                                                   ":",
                                                   ";",
                                                   "&",
                                                   "#",
                                                   "%",
                                                   "*",
                                                   "?",
                                                   "..",
                                                   "\n",
                                                   "\r\n",
                                                   "\t",
                                                   " ",
                                                   "- ",
                                                   "0",
                                                   "-1",
                                                   "1e999",
                                                   "18446744073709551616",
                                                   "null",
                                                   "true",
                                                   "\\u0000",
                                                   "\\ud83d",
                                                   "\xEF\xBB\xBF",
                                                   "\xFF\xFE",
                                                   "\xFF",
                                                   "\xC3\xA4",
                                                   "\xF0\x9F\x98\x80",
                                                   "<![CDATA[",
                                                   "]]>",
                                                   "<!--",
                                                   "&#0;",
                                                   "%00",
                                                   "%2F",
                                                   "pkg:",
                                                   "file:///",
                                                   "CVE-",
                                                   "\"id\":",
                                                   std::string_view("\0", 1)};
    const std::size_t at = place(text);
    switch (below(7)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.insert(at, kPieces[below(std::size(kPieces))]);
        break;
      case 2:
        text.erase(at, 1 + below(8));
        break;
      case 3:
        text.insert(at, text.substr(place(text), 1 + below(64)));
        break;
      case 4:
        text.resize(at);
        break;
      case 5: {
        const std::string piece(kPieces[below(std::size(kPieces))]);
        for (std::size_t n = below(200); n > 0; --n) text.insert(at, piece);
        break;
      }
      default: {
        const std::string& other = seeds_[below(seeds_.size())].bytes;
        text = text.substr(0, at) + other.substr(below(other.size() + 1));
      }
    }
  }

  const std::vector<Seed>& seeds_;
  std::mt19937 random_;
};

void run(const std::string& input) {
  // A copy of exactly this size, so that a byte read too many is seen.
  const std::vector<std::uint8_t> bytes(input.begin(), input.end());
  LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
}

// Calls `use(n, input)` for the file itself, round 0, and its mutations.
template <class Use>
void for_each_round(const std::vector<Seed>& seeds, std::size_t index, long rounds, Use use) {
  Mutator mutator(seeds, index);
  for (long n = 0; n <= rounds; ++n) use(n, n == 0 ? seeds[index].bytes : mutator.mutated(seeds[index].bytes));
}

// Writes the input of one round to a file; its name.
std::string save(const std::vector<Seed>& seeds, std::size_t index, long round) {
  const fs::path path =
      fs::temp_directory_path() / ("gatepost-fuzz-" + std::to_string(round) + "-" + seeds[index].name);
  for_each_round(seeds, index, round, [&](long n, const std::string& input) {
    if (n == round) std::ofstream(path, std::ios::binary) << input;
  });
  return path.string();
}

bool survives(const std::vector<Seed>& seeds, std::size_t index, long rounds, volatile long* round) {
  std::fflush(stdout);
  const ::pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kSeconds);
    for_each_round(seeds, index, rounds, [&](long n, const std::string& input) {
      *round = n;
      run(input);
    });
    std::_Exit(0);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  if (status == 0) return true;
  const std::string input = save(seeds, index, *round);
  std::printf("%s: died in round %ld (wait status %d), see %s\n", seeds[index].name.c_str(), *round, status,
              input.c_str());
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s CORPUS-FOLDER|FILE\n", argv[0]);
    return 2;
  }
  if (fs::is_regular_file(argv[1])) {
    run(read_file(argv[1]));
    std::printf("1 passed, 0 failed\n");
    return 0;
  }
  const char* const given = std::getenv("GATEPOST_FUZZ_ROUNDS");
  const long rounds = given != nullptr ? std::atol(given) : 2000;
  const std::vector<Seed> seeds = read_seeds(argv[1]);
  void* const shared = ::mmap(nullptr, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  std::size_t passed = 0;
  for (std::size_t i = 0; i < seeds.size(); ++i)
    passed += survives(seeds, i, rounds, static_cast<long*>(shared)) ? 1 : 0;
  const bool nothing = seeds.empty();  // a corpus that is not found is no success
  std::printf("%zu passed, %zu failed\n", passed, seeds.size() - passed + (nothing ? 1 : 0));
  return passed == seeds.size() && !nothing ? 0 : 1;
}
