#include "context/catalogue.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::context {
namespace {

// The segments before the first one with a wildcard.
std::string_view literal_folder(std::string_view pattern) {
  std::size_t end = 0;
  while (end < pattern.size()) {
    const std::size_t slash = std::min(pattern.find('/', end), pattern.size());
    if (!Glob::is_literal(pattern.substr(end, slash - end))) return pattern.substr(0, end == 0 ? 0 : end - 1);
    end = slash + 1;
  }
  return pattern;
}

bool covers(const std::vector<Glob>& globs, std::string_view path) {
  return globs.empty() || std::ranges::any_of(globs, [&](const Glob& glob) { return glob.matches(path); });
}

}  // namespace

Result<PathPattern> parse_path_pattern(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return error(ErrorKind::config, fmt::format("path \"{}\" {}", text::printable(text, 60), why));
  };
  if (text.empty()) return refuse("is empty; expected a folder, a file or a glob");
  if (text.size() > kLongestPattern) return refuse(fmt::format("is longer than {} bytes", kLongestPattern));
  const bool is_uri = text.find("://") != std::string_view::npos || text.starts_with("file:");
  if (is_uri) return refuse("is an address; expected a folder, a file or a glob of the repository");
  const std::size_t backslash = text.find('\\');
  if (backslash != std::string_view::npos) return refuse("has a backslash; folders are separated by \"/\"");
  if (is_absolute_path(text) || text.starts_with("~/"))
    return refuse("is absolute; paths begin at the root of the repository, without \"/\"");
  std::string_view rest = text;
  if (rest == "**" || rest == "." || rest == "./") return PathPattern{};
  if (rest.ends_with("/**")) rest.remove_suffix(3);
  const auto path = RepoPath::parse(rest);
  if (!path) return refuse("leaves the repository");
  PathPattern parsed{.folder = std::string(literal_folder(path->value())), .globs = {}};
  if (parsed.folder == path->value()) return parsed;
  for (const char* const below : {"", "/**"}) {
    GP_TRY(Glob glob, Glob::compile(path->value() + below));
    parsed.globs.push_back(std::move(glob));
  }
  return parsed;
}

std::string image_name(std::string_view image) {
  image = text::trim(image);
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash))
    image = image.substr(0, colon);
  std::string name = text::lower(image);
  for (const std::string_view own : {"docker.io/", "index.docker.io/", "library/"}) {
    if (name.starts_with(own)) name.erase(0, own.size());
  }
  return name;
}

Catalogue::Catalogue(std::vector<Service> services) : services_(std::move(services)) {
  for (std::uint32_t service = 0; service < services_.size(); ++service) {
    names_.try_emplace(text::lower(services_[service].name), service);
    for (std::uint32_t claim = 0; claim < services_[service].claims.size(); ++claim) add(service, claim);
  }
  for (auto& [folder, entries] : folders_) std::ranges::stable_sort(entries, std::greater{}, &Entry::length);
}

void Catalogue::add(std::uint32_t service, std::uint32_t claim) {
  const ServiceClaim& it = services_[service].claims[claim];
  if (it.by == ServiceClaim::By::image) {
    images_.try_emplace(image_name(it.pattern), Match{service, claim});
    return;
  }
  auto pattern = parse_path_pattern(it.pattern);
  if (!pattern) return;
  const std::size_t length = pattern->globs.empty() ? pattern->folder.size() : pattern->globs[0].pattern().size();
  folders_[pattern->folder].push_back({length, std::move(pattern->globs), {service, claim}});
}

const Catalogue::Entry* Catalogue::in_folder(std::string_view folder, std::string_view path) const {
  const auto entries = folders_.find(folder);
  if (entries == folders_.end()) return nullptr;
  const auto found = std::ranges::find_if(entries->second, [&](const Entry& it) { return covers(it.globs, path); });
  return found == entries->second.end() ? nullptr : &*found;
}

std::optional<Catalogue::Match> Catalogue::of_path(std::string_view path) const {
  if (folders_.empty() || path.empty() || path.size() > Limits{}.path_bytes) return std::nullopt;
  // From the file itself upwards: the first folder that somebody claims is the deepest one, but a glob that begins
  // higher up may say more.
  const Entry* best = nullptr;
  for (std::string_view folder = path;;) {
    const Entry* const found = in_folder(folder, path);
    if (found != nullptr && (best == nullptr || found->length > best->length)) best = found;
    if (folder.empty()) break;
    const std::size_t slash = folder.rfind('/');
    folder = folder.substr(0, slash == std::string_view::npos ? 0 : slash);
  }
  return best == nullptr ? std::nullopt : std::optional(best->match);
}

std::optional<std::uint32_t> Catalogue::named(std::string_view name) const {
  const auto found = names_.find(text::lower(name));
  return found == names_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Catalogue::Match> Catalogue::of_image(std::string_view image) const {
  if (images_.empty() || image.empty()) return std::nullopt;
  const auto found = images_.find(image_name(image));
  return found == images_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace gatepost::context
