// The services of a repository, and which of them a path or an image belongs to.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/glob.hpp"
#include "base/result.hpp"
#include "model/service.hpp"

namespace gatepost::context {

// More is an error, never a part of it: a catalogue that was cut would leave services out silently.
inline constexpr std::size_t kMostServices = 20'000;
inline constexpr std::size_t kMostClaims = 100'000;  // paths and images of all services
inline constexpr std::size_t kMostGlobs = 200;       // paths with wildcards but for a "/**" at the end
inline constexpr std::size_t kLongestPattern = 256;

// A path of a service: a folder or file with all that is below it, or a glob (base/glob.hpp) with all that is below
// what it matches.
struct PathPattern {
  std::string folder;       // the segments before the first wildcard; "" is the root
  std::vector<Glob> globs;  // empty: the folder itself; else one of them has to match
};
// "services/payments/", "services/payments/**" and "services/payments" are the same; "." is the whole repository. What
// is absolute or leaves the repository is an error.
Result<PathPattern> parse_path_pattern(std::string_view text);

// "docker.io/library/nginx:1.25@sha256:…" is "nginx": without tag, digest and Docker's own names.
std::string image_name(std::string_view image);

class Catalogue {
 public:
  struct Match {
    std::uint32_t service = 0, claim = 0;  // into services(), and into its claims
    friend bool operator==(const Match&, const Match&) = default;
  };

  Catalogue() = default;
  // A path that does not parse belongs to nobody: readers refuse it before. Of equal claims the first one counts.
  explicit Catalogue(std::vector<Service> services);

  [[nodiscard]] const std::vector<Service>& services() const { return services_; }
  // Of the claims that cover `path`, a path of the repository in normal form, the longest.
  [[nodiscard]] std::optional<Match> of_path(std::string_view path) const;
  [[nodiscard]] std::optional<Match> of_image(std::string_view image) const;
  [[nodiscard]] std::optional<std::uint32_t> named(std::string_view name) const;  // in any case

 private:
  struct Entry {
    std::size_t length = 0;  // of the pattern
    std::vector<Glob> globs;
    Match match;
  };
  void add(std::uint32_t service, std::uint32_t claim);
  [[nodiscard]] const Entry* in_folder(std::string_view folder, std::string_view path) const;

  std::vector<Service> services_;
  std::map<std::string, std::vector<Entry>, std::less<>> folders_;  // entries: the longest first
  std::map<std::string, Match, std::less<>> images_;
  std::map<std::string, std::uint32_t, std::less<>> names_;  // in lower case
};

}  // namespace gatepost::context
