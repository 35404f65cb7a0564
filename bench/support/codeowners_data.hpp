// A large monorepo and its CODEOWNERS file, made up; the same on every machine.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::bench {

// Numerical Recipes' linear congruential generator: deterministic everywhere, unlike the standard distributions.
class Random {
 public:
  explicit Random(std::uint32_t seed) : state_(seed) {}
  std::uint32_t below(std::uint32_t limit) {
    state_ = state_ * 1664525U + 1013904223U;
    return static_cast<std::uint32_t>((std::uint64_t{state_} * limit) >> 32U);
  }

 private:
  std::uint32_t state_;
};

// Paths in one block of memory.
class Paths {
 public:
  void add(std::string_view path) {
    text_ += path;
    ends_.push_back(static_cast<std::uint32_t>(text_.size()));
  }
  std::size_t size() const { return ends_.size(); }
  std::size_t bytes() const { return text_.size(); }
  std::string_view operator[](std::size_t i) const {
    const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
    return std::string_view(text_).substr(begin, ends_[i] - begin);
  }
  // The same paths in another order.
  Paths in_order(const std::vector<std::uint32_t>& order) const {
    Paths other;
    other.text_.reserve(text_.size());
    other.ends_.reserve(ends_.size());
    for (const std::uint32_t i : order) other.add((*this)[i]);
    return other;
  }
  Paths sorted() const {
    std::vector<std::uint32_t> order = numbers();
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) { return (*this)[a] < (*this)[b]; });
    return in_order(order);
  }
  Paths shuffled(Random random) const {
    std::vector<std::uint32_t> order = numbers();
    for (std::uint32_t i = static_cast<std::uint32_t>(order.size()); i > 1; --i) {
      std::swap(order[i - 1], order[random.below(i)]);
    }
    return in_order(order);
  }

 private:
  std::vector<std::uint32_t> numbers() const {
    std::vector<std::uint32_t> order(ends_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    return order;
  }
  std::string text_;
  std::vector<std::uint32_t> ends_;
};

inline constexpr std::array<const char*, 24> kTops = {
    "apps", "auth",   "batch", "billing", "build", "cli", "core", "data",   "docs", "edge",  "infra", "lib",
    "ml",   "mobile", "ops",   "pay",     "proto", "rpc", "sdk",  "search", "svc",  "tools", "ui",    "web"};
inline constexpr std::array<const char*, 12> kParts = {"api",    "cmd", "config", "db",   "internal", "migrations",
                                                       "models", "pkg", "src",    "test", "util",     "views"};
inline constexpr std::array<const char*, 10> kExtensions = {"go",  "ts",   "py",    "java", "md",
                                                            "sql", "yaml", "proto", "tf",   "css"};
inline constexpr std::array<const char*, 8> kNames = {"index", "main",   "service", "handler",
                                                      "types", "client", "store",   "model"};
inline constexpr std::uint32_t kUnits = 3200;

// "pay/svc-unit-17", spread over the top-level directories.
inline std::string unit(std::uint32_t number) {
  return std::string(kTops[number % kTops.size()]) + "/svc-unit-" + std::to_string(number / kTops.size());
}
inline std::string part(Random& random) { return kParts[random.below(kParts.size())]; }
inline std::string extension(Random& random) { return kExtensions[random.below(kExtensions.size())]; }

// `count` files in about 100,000 directories, not sorted; mean length about 40 bytes.
inline Paths paths_of_monorepo(std::size_t count) {
  Random random(1);
  Paths paths;
  while (paths.size() < count) {
    std::string directory = unit(random.below(kUnits));
    for (std::uint32_t depth = random.below(10) < 9 ? random.below(3) : 3; depth > 0; --depth)
      directory += "/" + part(random);
    if (random.below(8) == 0) directory += "/pkg" + std::to_string(random.below(8));
    for (std::uint32_t files = 1 + random.below(7); files > 0 && paths.size() < count; --files) {
      const bool common = random.below(3) == 0;
      const std::string name = kNames[random.below(kNames.size())];
      paths.add(directory + "/" + name + (common ? "" : "_" + std::to_string(random.below(100'000))) + "." +
                extension(random));
    }
  }
  return paths;
}

inline std::string owner(Random& random) { return " @acme/team-" + std::to_string(random.below(400)) + "\n"; }

// About 5,000 rules of the kinds that large repositories have.
inline std::string codeowners_of_monorepo() {
  Random random(2);
  std::string text = "* @acme/everyone\n";
  const auto add = [&](const std::string& pattern) { text += pattern + owner(random); };
  for (const char* it : kExtensions) add(std::string("*.") + it);
  for (const char* it : {"Dockerfile", "BUILD", "go.mod", "*_test.go", "*.gen.*", "*_handler*.ts", "README*",
                         "package*.json", "LICENSE*", "*-lock.*"}) {
    add(it);
  }
  for (const char* top : kTops) add("/" + std::string(top) + "/*/migrations");
  for (std::uint32_t i = 0; i < kUnits; ++i) add("/" + unit(i) + "/");
  for (int i = 0; i < 1350; ++i) {
    add("/" + unit(random.below(kUnits)) + "/" + part(random) + "/" + (random.below(2) == 0 ? part(random) + "/" : ""));
  }
  for (int i = 0; i < 300; ++i) add("/" + unit(random.below(kUnits)) + "/" + part(random) + "/*." + extension(random));
  for (int i = 0; i < 80; ++i)
    add("/" + unit(random.below(kUnits)) + "/" + part(random) + "/main." + extension(random));
  for (int i = 0; i < 20; ++i)
    add("/" + std::string(kTops[random.below(kTops.size())]) + "/**/" + part(random) + "/**/*_" + std::to_string(i) +
        "*");
  return text;
}

// Rules that float and hold two stars between letters; nothing can be looked up in a table.
inline std::string floating_globs(int rules) {
  std::string text;
  for (int i = 0; i < rules; ++i) text += "*a" + std::to_string(i % 977) + "*x" + std::to_string(i) + "* @o\n";
  return text;
}

// One directory a rule, `rules` different ones of which some exist; about 36 bytes a rule.
inline std::string long_list(std::uint32_t rules) {
  Random random(3);
  std::string text;
  for (std::uint32_t i = 0; i < rules; ++i) {
    const std::uint32_t round = i / kUnits;
    text += "/" + unit(i % kUnits) + "/" + kParts[round % kParts.size()] + "/pkg" +
            std::to_string(round / kParts.size()) + "/ @o" + std::to_string(random.below(400)) + "\n";
  }
  return text;
}

// How many directories hold the files; `sorted` in byte order.
inline std::size_t directory_count(const Paths& sorted) {
  std::vector<std::string_view> directories;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t slash = sorted[i].find('/'); slash != std::string_view::npos;
         slash = sorted[i].find('/', slash + 1)) {
      directories.push_back(sorted[i].substr(0, slash));
    }
  }
  std::ranges::sort(directories);
  return directories.size() - std::ranges::unique(directories).size();
}

}  // namespace gatepost::bench
