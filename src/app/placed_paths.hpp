// Which file of the repository a path in a report means.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "app/gather.hpp"

namespace gatepost::app {

// The path as it is when it means no file, "" when it lies outside of the repository.
class PlacedPaths {
 public:
  explicit PlacedPaths(const Evidence& evidence) : evidence_(evidence) {}
  std::string operator()(std::string_view reported);

 private:
  [[nodiscard]] std::string place(std::string_view reported) const;

  const Evidence& evidence_;
  std::unordered_map<std::string, std::string> known_;
};

}  // namespace gatepost::app
