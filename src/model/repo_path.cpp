#include "model/repo_path.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"

namespace gatepost {
namespace {

constexpr std::size_t kLongestPath = 4096;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool has_drive(std::string_view path) {
  const bool letter = path.size() > 1 && text::is_alnum(path[0]) && !text::is_digit(path[0]);
  return letter && path[1] == ':' && (path.size() == 2 || path[2] == '/');
}

// Segments without "", "." and resolvable ".."; leading ".." stay, but above the root there is nothing.
std::vector<std::string_view> resolve_segments(std::string_view path, bool rooted) {
  std::vector<std::string_view> kept;
  for (const std::string_view segment : text::split(path, '/')) {
    if (segment.empty() || segment == ".") continue;
    const bool up = segment == "..";
    if (up && !kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!up || !rooted) {
      kept.push_back(segment);
    }
  }
  return kept;
}

std::string join_segments(const std::vector<std::string_view>& segments) {
  std::string joined;
  for (const std::string_view segment : segments) joined.append(joined.empty() ? "" : "/").append(segment);
  return joined;
}

// Some other scheme than file: "https://…", "jar:file://…". A single letter is a drive.
bool has_other_scheme(std::string_view uri) {
  const std::size_t colon = uri.find("://");
  if (colon == std::string_view::npos || colon < 2 || text::equal_ignoring_case(uri.substr(0, colon), "file")) {
    return false;
  }
  return std::ranges::all_of(uri.substr(0, colon),
                             [](char c) { return text::is_alnum(c) || c == '+' || c == '-' || c == '.' || c == ':'; });
}

// The path of a file: URI (RFC 8089), including the "file:/x" and "file://C:/x" that tools write.
std::string_view strip_file_scheme(std::string_view uri) {
  constexpr std::string_view kScheme = "file:";
  if (!text::equal_ignoring_case(uri.substr(0, kScheme.size()), kScheme)) return uri;
  uri.remove_prefix(kScheme.size());
  if (uri.starts_with("//")) {
    const std::string_view authority = uri.substr(2, uri.find('/', 2) - 2);
    const bool local = authority.empty() || text::equal_ignoring_case(authority, "localhost");
    if (local) uri.remove_prefix(2 + authority.size());
    if (has_drive(uri.substr(std::min<std::size_t>(2, uri.size())))) uri.remove_prefix(2);
  }
  const bool slash_before_drive = uri.size() > 2 && uri[0] == '/' && has_drive(uri.substr(1));
  if (slash_before_drive) uri.remove_prefix(1);
  return uri;
}

// True of most paths: nothing in them is to be changed, whatever they are taken for.
bool is_normal(std::string_view path) {
  if (path.empty() || path.back() == '/') return false;
  char before = '/';
  for (std::size_t at = path[0] == '/' ? 1 : 0; at < path.size(); ++at) {
    const char c = path[at];
    const bool strange = c == '\\' || c == ':' || c == '%' || c == '\0';
    if (strange || (before == '/' && (c == '/' || c == '.'))) return false;
    before = c;
  }
  return true;
}

}  // namespace

std::optional<RepoPath> RepoPath::parse(std::string_view text) {
  if (text.empty() || text[0] == '/' || text.size() > kLongestPath) return std::nullopt;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const auto segments = resolve_segments(text, false);
  if (segments.empty() || segments.front() == "..") return std::nullopt;
  return RepoPath(join_segments(segments));
}

std::string_view RepoPath::name() const { return std::string_view(value_).substr(value_.rfind('/') + 1); }

std::string_view RepoPath::directory() const {
  const std::size_t slash = value_.rfind('/');
  return slash == std::string::npos ? std::string_view{} : std::string_view(value_).substr(0, slash);
}

std::string percent_decode(std::string_view text) {
  if (text.find('%') == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
    if (low >= 0 && high + low > 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_absolute_path(std::string_view path) { return path.starts_with('/') || has_drive(path); }

std::string normalise_reported_path(std::string_view reported, bool is_uri) {
  reported = text::trim(reported.substr(0, 4 * kLongestPath));
  if (is_normal(reported)) return std::string(reported);
  std::string path(reported);
  std::erase(path, '\0');
  if (is_uri && has_other_scheme(path)) return path;
  std::ranges::replace(path, '\\', '/');
  if (is_uri) {
    path = percent_decode(strip_file_scheme(path));
    std::ranges::replace(path, '\\', '/');
  }
  std::string drive;
  if (has_drive(path)) {
    drive = path.substr(0, 2);
    path.erase(0, 2);
  }
  const bool rooted = path.starts_with('/') || !drive.empty();
  const std::string resolved = join_segments(resolve_segments(path, rooted));
  if (resolved.empty() && !rooted) return {};
  return drive + (rooted ? "/" : "") + resolved;
}

}  // namespace gatepost
