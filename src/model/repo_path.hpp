// A file's path inside the repository, in normal form: relative to the root, "/" between segments, no "." or "..", no
// empty segment. The bytes of the names are git's and are not touched.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost {

class RepoPath {
 public:
  // Accepts "./a//b/" and "a/../b" and normalises them. Empty for the root itself, for absolute paths, for paths that
  // leave the repository, for NUL bytes and for more than 4096 bytes.
  static std::optional<RepoPath> parse(std::string_view text);

  [[nodiscard]] const std::string& value() const { return value_; }
  [[nodiscard]] std::string_view name() const;       // the last segment
  [[nodiscard]] std::string_view directory() const;  // "" for a file at the root
  friend auto operator<=>(const RepoPath&, const RepoPath&) = default;

 private:
  explicit RepoPath(std::string value) : value_(std::move(value)) {}
  std::string value_;
};

// What a report may call a file: "src\\a.c", "file:///home/x/src/a.c", "C:/x/a.c", "./src/a%20b.c" (a URI only when
// `is_uri`). The result has "/" between segments, "." and ".." resolved as far as possible, percent signs decoded when
// it was a URI, and starts with "/" or a drive letter when the report gave an absolute path. A URI of another scheme
// ("https://…") is no path and stays as it is. Never fails; "" for nothing.
std::string normalise_reported_path(std::string_view reported, bool is_uri);
// Decodes %41; a broken escape stays as it is, and so does %00.
std::string percent_decode(std::string_view text);
// True for "/x", "C:/x".
bool is_absolute_path(std::string_view normalised);

}  // namespace gatepost
