#include "ingest/formats/gitlab_record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "ingest/advice.hpp"
#include "ingest/claims.hpp"
#include "ingest/engine.hpp"
#include "ingest/package_url.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/secret_text.hpp"
#include "model/mask.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest::gitlab {
namespace {

constexpr std::size_t kMostFlowSteps = 1000;
constexpr std::size_t kMostRelated = 64;
constexpr std::size_t kMostIdentifiers = 256;

struct ScanType {
  std::string_view name;
  Kind kind;
};
// A crash found by fuzzing a function is a flaw of the code at hand, like one found by reading it.
constexpr std::array<ScanType, 9> kScanTypes = {{{"sast", Kind::sast},
                                                 {"dependency_scanning", Kind::sca},
                                                 {"container_scanning", Kind::container},
                                                 {"cluster_image_scanning", Kind::container},
                                                 {"secret_detection", Kind::secret},
                                                 {"dast", Kind::dast},
                                                 {"api_fuzzing", Kind::api},
                                                 {"coverage_fuzzing", Kind::sast},
                                                 {"iac_scanning", Kind::iac}}};

std::optional<Kind> kind_of_scan(std::string_view type) {
  const auto* const found = std::ranges::find(kScanTypes, type, &ScanType::name);
  if (found == kScanTypes.end()) return std::nullopt;
  return found->kind;
}

// What a type of identifier names. Everything that is not in the lists is a rule of the tool.
enum class Naming { rule, weakness, advisory, category, nothing };

Naming naming_of(std::string_view type) {
  static constexpr std::array<std::string_view, 3> kCategories = {"owasp", "wasc", "capec"};
  static constexpr std::array<std::string_view, 18> kAdvisories = {"cve",  "ghsa", "gms",   "osv",     "osvdb", "usn",
                                                                   "rhsa", "rhba", "elsa",  "dsa",     "dla",   "alas",
                                                                   "alsa", "rlsa", "pysec", "rustsec", "go",    "snyk"};
  const auto is_in = [&](const auto& list) { return std::ranges::find(list, type) != list.end(); };
  if (type == "cwe") return Naming::weakness;
  if (type == "cxonescan") return Naming::nothing;  // Checkmarx One puts the number of its result here
  if (type.starts_with("owasp") || is_in(kCategories)) return Naming::category;
  return is_in(kAdvisories) ? Naming::advisory : Naming::rule;
}

bool has_blank(std::string_view text) { return text.find_first_of(" \t\n") != std::string_view::npos; }

// The shorter spelling of an identifier: some analyzers write a sentence where its value belongs.
std::string short_form(doc::View identifier) {
  const std::string value = plain_name(identifier.at("value").scalar());
  const std::string name = plain_name(identifier.at("name").scalar());
  return value.empty() || (has_blank(value) && !name.empty() && !has_blank(name)) ? name : value;
}

// "A03:2021", but "WASC-1" where the value is only the number.
std::string category_name(doc::View identifier) {
  const std::string value = short_form(identifier);
  return text::parse_number(value) ? plain_name(identifier.at("name").scalar()) : value;
}

// "servlets.module.lesson.XssLesson.doPost"
std::string symbol_of(doc::View location) {
  std::string symbol = plain_name(location.at("class").text());
  const std::string method = plain_name(location.at("method").text());
  if (!symbol.empty() && !method.empty()) symbol += ".";
  return symbol + method;
}

// Some scanners write the number as a text.
std::uint32_t line_of(doc::View number) {
  const auto line = text::parse_number(number.scalar());
  return line && *line < 0x7FFFFFFF ? static_cast<std::uint32_t>(*line) : 0;
}

Range lines_of(doc::View first, doc::View last) {
  Range range{.first_line = line_of(first), .last_line = line_of(last)};
  if (range.last_line < range.first_line) range.last_line = range.first_line;
  if (range.first_line == 0) range.last_line = 0;
  return range;
}

std::string path_of(doc::View path) { return normalise_reported_path(plain_name(path.text()), false); }

// A "file-location" of the details.
Location detail_location(doc::View file) {
  Location location{.path = path_of(file.at("file_name")),
                    .range = lines_of(file.at("line_start"), file.at("line_end"))};
  location.range.first_column = line_of(file.at("column_start"));
  location.range.last_column = line_of(file.at("column_end"));
  return location;
}

// "http://api" and "/v1/trees" as one address.
std::string address_of(std::string host, const std::string& path) {
  if (host.ends_with('/') && path.starts_with('/')) host.pop_back();
  const bool joined = host.empty() || path.empty() || host.ends_with('/') || path.starts_with('/');
  return without_userinfo(host + (joined ? "" : "/") + path);
}

// Namespace/kind/name:container of a workload in a cluster.
std::string workload_of(doc::View resource) {
  std::string name;
  for (const std::string_view part : {"namespace", "kind", "name"}) {
    const std::string text = plain_name(resource.at(part).text());
    if (!text.empty()) name += (name.empty() ? "" : "/") + text;
  }
  const std::string container = plain_name(resource.at("container_name").text());
  return container.empty() ? name : name + ":" + container;
}

class Reader {
 public:
  Reader(doc::View record, const std::string& at, const Setting& setting, ReportWriter& out)
      : record_(record), location_(record.at("location")), at_(at), setting_(setting), out_(out) {}

  void read() {
    read_engine();
    read_identifiers();
    read_kind();
    read_texts();
    if (draft_.rule.empty() && draft_.title.empty()) {
      return out_.reject(at_, "a record without identifier, name and message");
    }
    read_severity();
    read_place();
    name_problem();
    read_fixes();
    read_details();
    read_tracking();
    read_flags();
    if (draft_.kind == Kind::secret) guard_secret();
    if (shows_credential()) guard_credential();
    out_.add(std::move(draft_), at_);
  }

 private:
  void read_engine() {
    const doc::View scanner = record_.at("scanner");
    draft_.engine = engine_id(scanner.at("id").text());
    if (draft_.engine.empty()) draft_.engine = engine_id(scanner.at("name").text());
    if (draft_.engine.empty()) draft_.engine = setting_.engine;
  }

  void read_identifiers() {
    std::string category, first_url;
    std::size_t count = 0;
    for (const doc::View identifier : record_.at("identifiers").items()) {
      if (++count > kMostIdentifiers) {
        out_.note(Note::Level::warning, "too-many",
                  fmt::format("more than {} identifiers in one record; the rest is not read", kMostIdentifiers), at_);
        break;
      }
      const std::string type = text::lower(plain_name(identifier.at("type").text()));
      const std::string name = short_form(identifier);
      const std::string url = web_address(identifier.at("url").text());
      if (first_url.empty()) first_url = url;
      switch (looks_like_advisory(name) ? Naming::advisory : naming_of(type)) {
        case Naming::weakness:
          add_weakness(identifier);
          break;
        case Naming::advisory:
          add_advisory(name);
          break;
        case Naming::category:
          if (category.empty()) category = category_name(identifier);
          break;
        case Naming::nothing:
          break;
        case Naming::rule:
          if (!draft_.rule.empty()) break;
          draft_.rule = name;
          draft_.help_url = url;
          rule_type_ = type;
      }
    }
    // A vulnerability of a package goes by its public name, not by the key of one vendor's database.
    if (!draft_.advisories.empty() && (draft_.rule.empty() || names_package())) take_advisory_as_rule();
    if (draft_.rule.empty()) draft_.rule = category;
    if (draft_.rule.empty()) draft_.rule = plain_name(location_.at("crash_type").text());
    if (draft_.rule.empty() && !draft_.cwes.empty()) draft_.rule = fmt::format("CWE-{}", draft_.cwes.front().number);
    if (draft_.help_url.empty()) draft_.help_url = first_url;
    if (draft_.help_url.empty()) draft_.help_url = web_address(record_.at("links").at(0).at("url").text());
  }

  [[nodiscard]] bool names_package() const { return location_.at("dependency").at("package").at("name").exists(); }

  void take_advisory_as_rule() {
    auto chosen = std::ranges::find_if(draft_.advisories, &AdvisoryId::is_cve);
    if (chosen == draft_.advisories.end()) chosen = draft_.advisories.begin();
    draft_.rule = chosen->value();
    for (const doc::View identifier : record_.at("identifiers").items()) {
      if (AdvisoryId::parse(short_form(identifier)) != *chosen) continue;
      draft_.help_url = web_address(identifier.at("url").text());
    }
  }

  void add_weakness(doc::View identifier) {
    auto cwe = parse_cwe(identifier.at("value").scalar());
    if (!cwe) cwe = parse_cwe(identifier.at("name").scalar());
    if (cwe && std::ranges::find(draft_.cwes, *cwe) == draft_.cwes.end()) draft_.cwes.push_back(*cwe);
  }

  void add_advisory(std::string_view name) {
    auto id = AdvisoryId::parse(name);
    if (id && std::ranges::find(draft_.advisories, *id) == draft_.advisories.end()) {
      draft_.advisories.push_back(std::move(*id));
    }
  }

  // The type of the scan, unless the engine is known for findings of another kind: old analyzers for secrets and those
  // for infrastructure as code report as "sast".
  void read_kind() {
    const std::string_view category = record_.at("category").text();
    std::string_view type = is_scan_type(setting_.scan_type) ? std::string_view(setting_.scan_type) : category;
    if (type.empty()) type = guessed_type();
    draft_.kind = kind_of_scan(type).value_or(Kind::other);
    // "trufflehog_rule_id" names the engine where the report does not.
    if (setting_.scan_type.empty() && !record_.at("scanner").exists()) adopt_engine_of_rule();
    const auto usual = engine_kind(draft_.engine);
    const bool own_code = draft_.kind == Kind::sast || draft_.kind == Kind::other;
    if (own_code && usual && (*usual == Kind::secret || *usual == Kind::iac)) draft_.kind = *usual;
    if (std::ranges::any_of(draft_.advisories, &AdvisoryId::is_malware)) draft_.kind = Kind::malware;
  }

  void adopt_engine_of_rule() {
    for (const std::string_view ending : {"_rule_id", "_rule_type", "_type", "_id"}) {
      if (!rule_type_.ends_with(ending)) continue;
      const std::string engine = engine_id(rule_type_.substr(0, rule_type_.size() - ending.size()));
      if (engine_kind(engine)) draft_.engine = engine;
      return;
    }
  }

  [[nodiscard]] std::string_view guessed_type() const {
    if (location_.at("image").exists()) return "container_scanning";
    if (names_package()) return "dependency_scanning";
    if (location_.at("hostname").exists()) return "dast";
    return location_.at("file").exists() ? "sast" : "";
  }

  void read_texts() {
    const std::string_view name = record_.at("name").text(), message = record_.at("message").text();
    const std::string_view description = record_.at("description").text();
    draft_.title = plain_title(guarded(name.empty() ? message : name));
    draft_.message = plain_paragraphs(guarded(description.empty() ? message : description));
    // The "id" of some reports is only the advisory again: it does not tell two records apart.
    const std::string id = plain_name(record_.at("id").scalar());
    const bool repeats = id == draft_.rule || looks_like_advisory(id);
    if (!repeats) draft_.uid = id;
  }

  // Records of version 15 need no name, and old ones no identifier.
  void name_problem() {
    if (draft_.rule.empty()) draft_.rule = draft_.title;
    if (!draft_.title.empty()) return;
    const std::string_view description = record_.at("description").text();
    if (draft_.component && !draft_.component->package.empty()) {
      const Component& component = *draft_.component;
      draft_.title = plain_title(fmt::format("{} in {} {}", draft_.rule, component.package, component.version));
    } else if (!description.empty()) {
      draft_.title = plain_title(guarded(description.substr(0, description.find('\n'))));
    } else {
      draft_.title = draft_.rule;
    }
  }

  void read_severity() {
    std::string unmapped;
    if (auto claim = claim_of({.severity = record_.at("severity").text(), .source = draft_.engine}, unmapped)) {
      draft_.claims.push_back(std::move(*claim));
    }
    if (!unmapped.empty()) {
      out_.note(Note::Level::warning, "unmapped-severity", fmt::format("severity \"{}\" is not known", unmapped), at_);
    }
    for (const doc::View cvss : record_.at("cvss_vectors").items()) {
      const std::string vendor = severity_source(cvss.at("vendor").text());
      auto claim = claim_of({.vector = cvss.at("vector").text(), .source = vendor}, unmapped);
      if (claim && draft_.claims.size() < kMostRelated) draft_.claims.push_back(std::move(*claim));
    }
    draft_.confidence = confidence_from_word(record_.at("confidence").text());
  }

  void read_place() {
    draft_.place = {.path = path_of(location_.at("file")),
                    .range = lines_of(location_.at("start_line"), location_.at("end_line")),
                    .symbol = symbol_of(location_)};
    draft_.image = plain_name(location_.at("image").text());
    draft_.resource = workload_of(location_.at("kubernetes_resource"));
    read_component();
    read_endpoint();
    read_crash();
    const bool nowhere = draft_.place.path.empty() && draft_.place.symbol.empty() && draft_.image.empty() &&
                         !draft_.component && !draft_.endpoint;
    if (nowhere) out_.note(Note::Level::warning, "no-place", "the record does not say where the problem is", at_);
  }

  void read_component() {
    const doc::View dependency = location_.at("dependency");
    // Some analyzers write an empty package into every location.
    if (!names_package() && dependency.at("version").scalar().empty()) return;
    Component component = setting_.dependency_files.component(dependency, draft_.place.path);
    const std::string_view system = location_.at("operating_system").text();
    if (component.purl.empty()) component.purl = system_package_url(system, component.package, component.version);
    component.fixed_versions = versions_in_advice(record_.at("solution").text(), component.package);
    draft_.component = std::move(component);
  }

  void read_endpoint() {
    if (draft_.kind != Kind::dast && draft_.kind != Kind::api) return;
    const doc::View request = record_.at("evidence").at("request");
    Endpoint endpoint{
        .method = plain_name(location_.at("method").text()),
        .url = address_of(plain_name(location_.at("hostname").text()), plain_name(location_.at("path").text())),
        .parameter = plain_name(location_.at("param").text())};
    if (endpoint.method.empty()) endpoint.method = plain_name(request.at("method").text());
    if (endpoint.url.empty()) endpoint.url = without_userinfo(plain_name(request.at("url").text()));
    draft_.place.symbol.clear();  // here "method" is that of the request
    if (endpoint != Endpoint{}) draft_.endpoint = std::move(endpoint);
  }

  // A crash is told by the functions on its stack, the innermost first.
  void read_crash() {
    for (const std::string_view frame : text::split(location_.at("crash_state").text(), '\n')) {
      const std::string function = plain_name(frame);
      if (!function.empty() && draft_.flow.size() < kMostRelated) draft_.flow.push_back({.symbol = function});
    }
    if (!draft_.flow.empty()) draft_.place.symbol = draft_.flow.front().symbol;
    std::ranges::reverse(draft_.flow);
  }

  void read_fixes() {
    const std::string solution = plain_paragraphs(guarded(record_.at("solution").text()));
    const bool none = text::lower(solution).find("no solution") != std::string::npos;
    if (!solution.empty() && !none) draft_.fixes.push_back({.description = solution});
    const auto found = setting_.remediations.find(std::string(record_.at("id").scalar()));
    if (found == setting_.remediations.end()) return;
    for (Fix& fix : found->second) {
      draft_.fixes.push_back(fix);
      fix.edits.clear();  // another record of this id gets what the patch does, not the patch again
    }
  }

  void read_details() {
    for (const auto& [name, detail] : record_.at("details").members()) {
      const std::string_view type = detail.at("type").text();
      if (type == "code-flows") read_flows(detail);
      if (type != "file-location" || draft_.related.size() == kMostRelated) continue;
      if (Location location = detail_location(detail); !location.path.empty()) {
        draft_.related.push_back(std::move(location));
      }
    }
  }

  void read_flows(doc::View flows) {
    for (const doc::View flow : flows.at("items").items()) {
      for (const doc::View node : flow.items()) {
        Location step = detail_location(node.at("file_location"));
        if (!step.path.empty() && draft_.flow.size() < kMostFlowSteps) draft_.flow.push_back(std::move(step));
      }
    }
  }

  // Signatures by algorithm, of GitLab's own algorithms only: others write the same text for every record. Of a secret
  // only the place is taken, because a hash of the line or of the value is one of the secret.
  void read_tracking() {
    static constexpr std::array<std::string_view, 4> kAlgorithms = {"scope_offset_compressed", "scope_offset",
                                                                    "location", "hash"};
    const std::size_t usable = draft_.kind == Kind::secret ? 2 : kAlgorithms.size();
    for (const doc::View item : record_.at("tracking").at("items").items()) {
      for (const doc::View signature : item.at("signatures").items()) {
        const std::string_view algorithm = signature.at("algorithm").text();
        const auto* const end = kAlgorithms.begin() + usable;
        if (std::find(kAlgorithms.begin(), end, algorithm) == end) continue;
        const auto is_known = [&](const auto& print) { return print.first == algorithm; };
        std::string value = plain_name(signature.at("value").text());
        if (value.empty() || std::ranges::any_of(draft_.fingerprints, is_known)) continue;
        draft_.fingerprints.emplace_back(algorithm, std::move(value));
      }
    }
  }

  void read_flags() {
    for (const doc::View flag : record_.at("flags").items()) {
      if (flag.at("type").text() != "flagged-as-likely-false-positive") continue;
      draft_.confidence = Confidence::low;
      draft_.vendor_status = "likely_false_positive";
    }
  }

  // A text of the record without the secret that the record may show. Guarded before it is cut: half a secret is one.
  [[nodiscard]] std::string guarded(std::string_view text) const {
    if (draft_.kind != Kind::secret) {
      if (!shows_credential()) return std::string(text);
      return SecretGuard(record_.at("raw_source_code_extract").text()).masked_credential(std::string(text));
    }
    return mask_tokens(without_secret(std::string(text), record_.at("raw_source_code_extract").text()));
  }

  [[nodiscard]] bool shows_credential() const {
    return draft_.kind != Kind::secret && std::ranges::any_of(draft_.cwes, is_about_credentials);
  }

  void guard_credential() {
    const SecretGuard guard(record_.at("raw_source_code_extract").text());
    for (std::string* text : {&draft_.uid, &draft_.place.symbol, &draft_.resource})
      *text = guard.without(std::move(*text));
    std::erase_if(draft_.fingerprints, [&](const auto& print) { return guard.finds(print.second); });
    std::erase_if(draft_.fixes, [&](const Fix& fix) {
      return std::ranges::any_of(fix.edits, [&](const Edit& edit) { return guard.finds(edit.text); });
    });
  }

  // The value leaves here as an HMAC only, and no text may repeat it. The key "cve" and the details of such a record
  // are not kept: they may hold the value's plain hash, or the value.
  void guard_secret() {
    const SecretGuard guard(record_.at("raw_source_code_extract").text());
    for (std::string* text : {&draft_.title, &draft_.rule, &draft_.help_url, &draft_.uid, &draft_.place.symbol,
                              &draft_.image, &draft_.resource}) {
      *text = guard.without(std::move(*text));
    }
    std::erase_if(draft_.fingerprints, [&](const auto& print) { return guard.finds(print.second); });
    for (Fix& fix : draft_.fixes) {
      fix.description = guarded(fix.description);
      fix.edits.clear();
    }
    const std::string_view value = record_.at("raw_source_code_extract").text();
    draft_.secret = mark_secret(out_, text::kebab_case(draft_.rule), std::string(value));
    draft_.related.clear();
    draft_.flow.clear();
  }

  doc::View record_, location_;
  const std::string& at_;
  const Setting& setting_;
  ReportWriter& out_;
  Observation draft_;
  std::string rule_type_;  // the type of the identifier that became the rule
};

}  // namespace

bool is_scan_type(std::string_view type) { return kind_of_scan(type).has_value(); }

void read_record(doc::View record, const std::string& at, const Setting& setting, ReportWriter& out) {
  if (!record.is_object()) return out.reject(at, "a record that is not an object");
  Reader(record, at, setting, out).read();
}

}  // namespace gatepost::ingest::gitlab
