// Paths as reports give them, on their way into an output. An assessment shows no place outside the repository: it
// would differ from machine to machine.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "model/repo_path.hpp"

namespace gatepost::report {

// The path in the repository that a reported path means; "" when it lies outside.
using RepositoryPath = std::function<std::string(std::string_view reported)>;

class ReportedPaths {
 public:
  static ReportedPaths as_given() { return {}; }
  // Without a function relative paths are taken to be the repository's, absolute ones to lie outside.
  static ReportedPaths in_repository(const RepositoryPath& resolve) {
    ReportedPaths paths;
    paths.as_given_ = false;
    paths.resolve_ = resolve ? &resolve : nullptr;
    return paths;
  }

  // "" when the path must not be shown. Valid until the next call.
  std::string_view shown(std::string_view reported) {
    if (as_given_ || reported.empty()) return reported;
    if (resolve_ == nullptr) return is_absolute_path(reported) ? std::string_view() : reported;
    scratch_ = (*resolve_)(reported);
    return scratch_;
  }

 private:
  ReportedPaths() = default;
  bool as_given_ = true;
  const RepositoryPath* resolve_ = nullptr;
  std::string scratch_;
};

}  // namespace gatepost::report
