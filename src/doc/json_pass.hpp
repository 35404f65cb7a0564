// Passes over values of a JSON text of which nobody asks more, for now, than where they end: a reader of a large
// document looks into its records when they are asked for (json_paged.hpp).
#pragma once

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/limits.hpp"

namespace gatepost::doc {

class JsonPasser {
 public:
  explicit JsonPasser(const Limits& limits) : limits_(limits) {}

  // The length of the object or list at text[at], in bytes: of what a PlainReader would take, without a key that is
  // given twice. It may have `values` values, itself included, and `depth` containers in each other. Nothing when it is
  // large, ends behind the text, is not taken, or would have to be looked at closer.
  std::optional<std::size_t> pass(std::string_view text, std::size_t at, std::size_t values, std::size_t depth);

  // Values that were passed over: those in the containers, without these.
  [[nodiscard]] std::size_t values() const { return values_; }
  // So many of them were read after all.
  void take_back(std::size_t values) { values_ -= values; }

 private:
  struct Open {
    bool object = false;
    std::size_t first_key = 0;
    std::bitset<256> met;  // marks of its keys
  };
  // Each returns the byte behind what it read; nullptr when it is not taken.
  const char* rest_of(const char* p);
  const char* value(const char* p);
  const char* open(const char* p);
  const char* key(const char* p);
  bool is_new(std::string_view key);

  const Limits& limits_;
  const char* end_ = nullptr;
  std::size_t depth_ = 0, met_ = 0;
  std::vector<Open> open_;
  std::vector<std::string_view> keys_;  // of the objects that are open
  std::size_t values_ = 0;
  std::uint64_t passed_ = 0, in_vain_ = 0;  // bytes
};

}  // namespace gatepost::doc
