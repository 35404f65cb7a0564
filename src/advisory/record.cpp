#include "advisory/record.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatepost::advisory {
namespace {

// Beyond these a record says nothing that anybody could act on.
constexpr std::size_t kMostEvents = 10'000;  // of one range
constexpr std::size_t kMostRanges = 10'000;  // of one record
constexpr std::size_t kMostPackages = 20'000;
constexpr std::size_t kMostAliases = 200;
constexpr std::size_t kLongestText = 1'000;
constexpr std::size_t kLongestVector = 512;

std::string plain(std::string_view text, std::size_t most = kLongestText) {
  return text::fold_whitespace(text::without_terminal_codes(text::to_utf8(text::trim(text), most)));
}

std::string version_text(doc::View view) {
  const std::string_view version = text::trim(view.text());
  return version.size() <= kLongestVersion ? std::string(version) : std::string();
}

std::optional<SeverityMethod> method_of(std::string_view vector) {
  constexpr std::pair<std::string_view, SeverityMethod> kPrefixes[] = {{"CVSS:4.0/", SeverityMethod::cvss40},
                                                                       {"CVSS:3.1/", SeverityMethod::cvss31},
                                                                       {"CVSS:3.0/", SeverityMethod::cvss30},
                                                                       {"AV:", SeverityMethod::cvss2}};
  for (const auto& [prefix, method] : kPrefixes) {
    if (vector.starts_with(prefix)) return method;
  }
  return std::nullopt;
}

// Vectors of `severity`, and the database's own word.
std::vector<SeverityClaim> claims_of(doc::View holder, std::string_view source) {
  std::vector<SeverityClaim> claims;
  for (const doc::View it : holder.at("severity").items()) {
    const std::string_view score = text::trim(it.at("score").text());
    const auto method = method_of(score);
    if (method && score.size() <= kLongestVector)
      claims.push_back({.method = *method, .source = std::string(source), .vector = std::string(score)});
    if (const auto word = method ? std::nullopt : severity_from_word(score))
      claims.push_back({.label = *word, .source = std::string(source), .vector = {}});
  }
  for (const char* const specific : {"database_specific", "ecosystem_specific"}) {
    const auto word = severity_from_word(text::trim(holder.at(specific).at("severity").text()));
    if (word) claims.push_back({.label = *word, .source = std::string(source), .vector = {}});
  }
  std::ranges::sort(claims);
  const auto rest = std::ranges::unique(claims);
  claims.erase(rest.begin(), rest.end());
  return claims;
}

std::vector<Cwe> cwes_of(doc::View record) {
  std::vector<Cwe> cwes;
  for (const doc::View id : record.at("database_specific").at("cwe_ids").items()) {
    if (const auto cwe = parse_cwe(id.text())) cwes.push_back(*cwe);
  }
  std::ranges::sort(cwes);
  const auto rest = std::ranges::unique(cwes);
  cwes.erase(rest.begin(), rest.end());
  return cwes;
}

bool is_zero(std::string_view version) { return version == "0"; }

// "0" comes before everything else.
bool comes_before(VersionScheme scheme, const std::string& a, const std::string& b) {
  if (is_zero(a) || is_zero(b)) return is_zero(a) && !is_zero(b);
  const auto order = compare_versions(scheme, a, b);
  return order && *order < 0;
}

bool is_version(VersionScheme scheme, const std::string& version) {
  return is_zero(version) || compare_versions(scheme, version, version).has_value();
}

void add_event(doc::View event, Range& range) {
  for (const auto& [key, value] : event.members()) {
    if (!value.is_string()) continue;
    std::string version = version_text(value);
    if (key == "introduced")
      range.events.push_back({Event::Kind::introduced, std::move(version)});
    else if (key == "fixed")
      range.events.push_back({Event::Kind::fixed, std::move(version)});
    else if (key == "last_affected")
      range.events.push_back({Event::Kind::last_affected, std::move(version)});
    else if (key == "limit" && version != "*")
      range.limits.push_back(std::move(version));
  }
}

// Events of one version stay as they are written: only that order tells "fixed, then introduced again".
void sort_events(Range& range) {
  const auto good = [&](const std::string& version) { return is_version(range.scheme, version); };
  range.comparable = range.events.size() + range.limits.size() <= kMostEvents &&
                     std::ranges::all_of(range.events, good, &Event::version) &&
                     std::ranges::all_of(range.limits, good);
  if (!range.comparable) return;
  std::ranges::stable_sort(
      range.events, [&](const Event& a, const Event& b) { return comes_before(range.scheme, a.version, b.version); });
}

std::optional<Range> range_of(doc::View view, VersionScheme of_ecosystem, ReadCounts& counts) {
  const std::string_view type = view.at("type").text();
  if (type == "GIT") {
    ++counts.git_ranges;
    return std::nullopt;
  }
  Range range{.scheme = type == "SEMVER" ? VersionScheme::semver : of_ecosystem};
  for (const doc::View event : view.at("events").items()) add_event(event, range);
  sort_events(range);
  range.comparable = range.comparable && (type == "SEMVER" || type == "ECOSYSTEM");
  if (!range.comparable) ++counts.bad_ranges;
  return range;
}

std::optional<PackageKey> package_key(doc::View package) {
  return key_of_package(package.at("ecosystem").text(), text::trim(package.at("name").text()));
}

Affected affected_of(doc::View view, PackageKey key, std::string_view source, ReadCounts& counts) {
  Affected it{.key = std::move(key), .ranges = {}, .versions = {}, .claims = claims_of(view, source)};
  for (const doc::View range : view.at("ranges").items()) {
    if (it.ranges.size() > kMostRanges) break;  // then the whole record is refused
    if (auto read = range_of(range, it.key.ecosystem->scheme, counts)) it.ranges.push_back(std::move(*read));
  }
  for (const doc::View version : view.at("versions").items()) {
    if (std::string text = version_text(version); !text.empty()) it.versions.push_back(std::move(text));
  }
  std::ranges::sort(it.versions);
  return it;
}

// The advisory itself before anything that it refers to.
std::string reference_of(doc::View record) {
  std::string first;
  for (const doc::View reference : record.at("references").items()) {
    const std::string_view url = text::trim(reference.at("url").text());
    if (!url.starts_with("https://") || url.size() > kLongestText) continue;
    if (reference.at("type").text() == "ADVISORY") return plain(url);
    if (first.empty()) first = plain(url);
  }
  return first;
}

// Records of distributions name what they come from: one vulnerability is another name of theirs, several are not.
std::vector<std::string> aliases_of(doc::View record, const std::string& id) {
  std::vector<std::string> aliases;
  const doc::View upstream = record.at("upstream");
  const auto only =
      upstream.size() == 1 ? AdvisoryId::parse(text::trim(upstream.at(std::size_t{0}).text())) : std::nullopt;
  if (only && only->value() != id) aliases.push_back(only->value());
  for (const doc::View alias : record.at("aliases").items()) {
    const auto parsed = AdvisoryId::parse(text::trim(alias.text()));
    if (parsed && parsed->value() != id && aliases.size() < kMostAliases) aliases.push_back(parsed->value());
  }
  std::ranges::sort(aliases);
  const auto rest = std::ranges::unique(aliases);
  aliases.erase(rest.begin(), rest.end());
  return aliases;
}

bool is_unchanged(doc::View record, const ReadOptions& options) {
  const auto modified = options.since ? parse_timestamp(record.at("modified").text()) : std::nullopt;
  return modified && *modified < *options.since;
}

enum class Packages : std::uint8_t { read, none, too_many };

// Reads the packages that are asked for.
Packages read_packages(doc::View record, std::string_view source, const ReadOptions& options, Advisory& out,
                       ReadCounts& counts) {
  std::size_t ranges = 0;
  for (const doc::View view : record.at("affected").items()) {
    auto key = package_key(view.at("package"));
    if (!key) {
      counts.unknown_ecosystems += view.at("package").exists() ? 1 : 0;
      continue;
    }
    if (options.wanted && !options.wanted(*key)) continue;
    out.affected.push_back(affected_of(view, std::move(*key), source, counts));
    ranges += out.affected.back().ranges.size();
    if (ranges > kMostRanges || out.affected.size() > kMostPackages) return Packages::too_many;
  }
  return out.affected.empty() ? Packages::none : Packages::read;
}

}  // namespace

std::optional<Advisory> read_record(doc::View record, const ReadOptions& options, ReadCounts& counts) {
  const auto id = AdvisoryId::parse(text::trim(record.at("id").text()));
  if (!id || !record.at("modified").is_string()) {
    ++counts.damaged;
    return std::nullopt;
  }
  ++counts.records;
  if (is_unchanged(record, options)) {
    ++counts.unchanged;
    return std::nullopt;
  }
  const std::string source = id->value().starts_with("GHSA-") ? "ghsa" : "osv";
  Advisory out{.id = id->value()};
  const Packages packages = read_packages(record, source, options, out, counts);
  if (packages != Packages::read) {
    ++(packages == Packages::none ? counts.other_packages : counts.damaged);
    return std::nullopt;
  }
  out.aliases = aliases_of(record, out.id);
  out.summary = plain(record.at("summary").text());
  if (out.summary.empty()) out.summary = plain(record.at("details").text(), 200);
  out.reference = reference_of(record);
  out.modified = plain(record.at("modified").text(), 64);
  out.published = parse_timestamp(record.at("published").text());
  out.withdrawn = record.at("withdrawn").is_string();
  out.malicious = id->is_malware();
  out.claims = claims_of(record, source);
  out.cwes = cwes_of(record);
  counts.withdrawn += out.withdrawn ? 1 : 0;
  return out;
}

}  // namespace gatepost::advisory
