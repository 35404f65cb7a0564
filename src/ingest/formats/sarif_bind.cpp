#include "ingest/formats/sarif_bind.hpp"

#include <algorithm>
#include <iterator>
#include <map>

#include "base/assert.hpp"
#include "base/regex.hpp"
#include "base/resource.hpp"
#include "base/text.hpp"
#include "doc/yaml.hpp"
#include "ingest/engine.hpp"
#include "ingest/secret_text.hpp"
#include "model/advisory_id.hpp"
#include "model/mask.hpp"
#include "model/purl.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest::sarif {
namespace {

// How engines write packages, and what they know of their being reached, into SARIF messages
// (config/rules/sarif-packages.yaml), and which ecosystem a manifest
// belongs to (config/rules/manifests.yaml).
struct PackageRules {
  // Names of fingerprints that hold an advisory, and "package@version" of an ecosystem.
  struct Prints {
    std::string advisory, package, ecosystem;
  };
  std::map<std::string, Prints, std::less<>> prints;                                 // by engine
  std::map<std::string, std::vector<Regex>, std::less<>> patterns;                   // by engine
  std::map<std::string, std::vector<std::pair<Regex, Reach>>, std::less<>> reaches;  // by engine
  std::map<std::string, std::string, std::less<>> ecosystems;                        // manifest name -> purl type
};

doc::Document load(const char* name) {
  const auto bytes = find_resource(name);
  GP_ASSERT(bytes.has_value());
  auto document = doc::parse_yaml(std::string(*bytes), name);
  GP_ASSERT(document.ok());
  return std::move(*document);
}

PackageRules load_package_rules() {
  PackageRules rules;
  const doc::Document packages = load("rules/sarif-packages.yaml");
  for (const auto& [engine, patterns] : packages.root().at("packages").members()) {
    for (const doc::View pattern : patterns.items()) {
      auto compiled = Regex::compile(pattern.text());
      GP_ASSERT(compiled.ok());
      rules.patterns[std::string(engine)].push_back(std::move(*compiled));
    }
  }
  for (const auto& [engine, names] : packages.root().at("fingerprints").members()) {
    rules.prints[std::string(engine)] = {std::string(names.at("advisory").text()),
                                         std::string(names.at("package").text()),
                                         std::string(names.at("ecosystem").text())};
  }
  for (const auto& [engine, statements] : packages.root().at("reach").members()) {
    for (const doc::View statement : statements.items()) {
      auto compiled = Regex::compile(statement.at("message").text());
      const auto reach = std::ranges::find(kReachNames, statement.at("is").text());
      GP_ASSERT(compiled.ok() && reach != kReachNames.end());
      rules.reaches[std::string(engine)].emplace_back(std::move(*compiled),
                                                      static_cast<Reach>(reach - kReachNames.begin()));
    }
  }
  const doc::Document manifests = load("rules/manifests.yaml");
  for (const auto& [type, names] : manifests.root().at("manifests").members()) {
    for (const doc::View name : names.items()) rules.ecosystems.emplace(name.text(), type);
  }
  return rules;
}

const PackageRules& package_rules() {
  static const PackageRules rules = load_package_rules();
  return rules;
}

SeverityLabel label_of(Level level, std::string_view engine) {
  struct Meaning {
    std::string_view name;
    SeverityLabel label;
  };
  // In the order of Level.
  static constexpr Meaning kMeanings[] = {{"absent", SeverityLabel::unknown},
                                          {"none", SeverityLabel::info},
                                          {"note", SeverityLabel::low},
                                          {"warning", SeverityLabel::medium},
                                          {"error", SeverityLabel::high}};
  const Meaning& it = kMeanings[static_cast<std::size_t>(level)];
  return engine_level(engine, it.name).value_or(it.label);
}

SeverityClaim number_claim(std::uint16_t tenths, const std::string& engine) {
  return {label_for_tenths(tenths), tenths, SeverityMethod::security_severity, engine, {}};
}

// True when a snippet is the secret and nothing else: one word, or a whole key, that fills the region. Gitleaks puts
// the secret alone there, and the wider match into the region.
bool is_whole_secret(std::string_view snippet, const Range& range, std::string_view engine) {
  const bool key = snippet.starts_with("-----BEGIN ") && snippet.find("-----END ") != std::string_view::npos;
  if (!key && snippet.find_first_of(" \t\r\n\"'`") != std::string_view::npos) return false;
  if (engine == "gitleaks") return true;
  const bool one_line = range.first_line == range.last_line && range.first_column > 0;
  const bool fills = one_line && range.last_column + 1 == range.first_column + snippet.size();
  return fills || (key && range.last_column > 0);
}

// "{0}" and "{1}" become the arguments; "{{" and "}}" are braces.
std::string fill_in(std::string_view pattern, const std::vector<std::string>& arguments) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool doubled = i + 1 < pattern.size() && pattern[i + 1] == pattern[i];
    if ((pattern[i] == '{' || pattern[i] == '}') && doubled) {
      out += pattern[i++];
      continue;
    }
    const std::size_t close = pattern[i] == '{' ? pattern.find('}', i) : std::string_view::npos;
    const auto number =
        close == std::string_view::npos ? std::nullopt : text::parse_number(pattern.substr(i + 1, close - i - 1));
    if (number && *number < arguments.size()) {
      out += arguments[*number];
      i = close;
    } else {
      out += pattern[i];
    }
  }
  return out;
}

// Name and namespace as the ecosystem divides them: "@angular/core", "org.apache:commons", "github.com/x/y".
std::optional<Purl> make_purl(const std::string& type, std::string_view package, std::string_view version) {
  const char separator = type == "maven" ? ':' : '/';
  const std::size_t split = package.rfind(separator);
  if (split == std::string_view::npos) return Purl::make(type, "", package, version);
  return Purl::make(type, package.substr(0, split), package.substr(split + 1), version);
}

// "4.17.15" of a logical location "lodash@4.17.15", where the message names the package alone.
std::string version_behind(std::string_view symbol, std::string_view package) {
  const bool names_it = symbol.starts_with(package) && symbol.substr(package.size()).starts_with('@');
  return package.empty() || !names_it ? std::string{} : std::string(symbol.substr(package.size() + 1));
}

}  // namespace

Binder::Binder(ResultReader& reader, std::vector<Run>& runs, const ReportWriter& out)
    : reader_(reader),
      runs_(runs),
      out_(out),
      paths_(reader.table().text_count()),
      first_location_(reader.first_location()),
      bound_(reader.pending_count()) {}

void Binder::bind_rows() {
  ObservationTable& table = reader_.table();
  for (StoredLocation& location : table.mutable_locations(first_location_)) location.path = path(location.path);
  const Row end = static_cast<Row>(table.size());
  constexpr Row kSoon = 16;  // each row looks its path up somewhere else in memory: what is needed soon is sent for
  for (Row row = reader_.first_row(); row < end; ++row) {
    if (row + kSoon < end) __builtin_prefetch(&paths_[static_cast<std::size_t>(table.row(row + kSoon).path)]);
    bind_row(row);
  }
  reader_.forget_pending();
}

// Paths that were read before the run's base URIs were known, see kUnitSeparator.
std::string Binder::path_text(std::string_view as_reported) const {
  const std::size_t first = as_reported.find(kUnitSeparator);
  const auto run = first == std::string_view::npos ? std::nullopt : text::parse_number(as_reported.substr(0, first));
  if (!run || *run >= runs_.size()) return strip_checkout_root(normalise_reported_path(as_reported, true));
  const std::string_view rest = as_reported.substr(first + 1);
  if (rest.starts_with(kRecordSeparator)) {
    const auto index = text::parse_number(rest.substr(1));
    return index ? runs_[*run].path_of_artifact(*index) : std::string{};
  }
  const std::size_t second = rest.find(kUnitSeparator);
  if (second == std::string_view::npos) return {};
  return runs_[*run].path_of(rest.substr(second + 1), rest.substr(0, second));
}

TextId Binder::path(TextId as_reported) {
  const auto id = static_cast<std::uint32_t>(as_reported);
  if (id == 0) return TextId::none;
  GP_ASSERT(id < paths_.size());
  if (paths_[id] == 0) {
    // Percent-encoded ones have come to light by now.
    const std::string text = text::strip_controls(path_text(reader_.table().text(as_reported)));
    paths_[id] = static_cast<std::uint32_t>(reader_.table().intern(text)) + 1;
  }
  return static_cast<TextId>(paths_[id] - 1);
}

const Binder::Bound& Binder::bound(ListId id) {
  Bound& bound = bound_[static_cast<std::size_t>(id)];
  if (bound.rule != nullptr) return bound;
  const Pending& pending = reader_.pending(id);
  bound.run = &runs_[pending.run];
  bound.rule = &bound.run->bind(pending.rule);
  bound.kind = pending.tagged_secret && bound.rule->rule.advisories.empty() ? Kind::secret : bound.rule->kind;
  bound.claims = claims_of(pending, {}, *bound.run, *bound.rule);
  return bound;
}

void Binder::bind_row(Row index) {
  ObservationTable& table = reader_.table();
  const ListId pending = reader_.pending_of(index);
  const Bound& shared = bound(pending);
  BoundRule& rule = *shared.rule;
  Run& run = *shared.run;
  ObservationRow& row = table.mutable_row(index);
  row.rule = rule.index;
  row.kind = shared.kind;
  row.advisories = rule.advisories;
  row.path = path(row.path);
  if (row.confidence == Confidence::unknown) row.confidence = rule.rule.confidence;
  row.claims = shared.claims;
  // A hash of a line with a secret on it would give the secret away to a dictionary.
  if (row.kind == Kind::secret) row.context = {};
  bind_detail(row);
  if (const RareParts* const rare = reader_.pending(pending).has_rare ? reader_.rare_of(index) : nullptr) {
    if (!rare->severity_word.empty()) row.claims = claims_of(reader_.pending(pending), rare->severity_word, run, rule);
    bind_rare(row, *rare, run, rule);
  }
  if (is_dependency_kind(row.kind)) {
    bind_fingerprints(row, run);
    bind_package(row, run);
    bind_reach(row, run);
  }
  if (row.kind == Kind::secret) {
    hide_secret(index, run);
  } else if (std::ranges::any_of(table.cwes(table.cwes_of(row)), is_about_credentials)) {
    hide_credential(index);
  }
}

ListId Binder::claims_of(const Pending& pending, std::string_view own_word, const Run& run, const BoundRule& rule) {
  const Level level = pending.level == Level::absent ? run.default_level(rule) : pending.level;
  const bool asks = pending.kind == ResultKind::open || pending.kind == ResultKind::review;
  std::vector<SeverityClaim> claims;
  const std::string& engine = run.engine();
  // What the tool says of this result takes the place of what it says of the rule in general.
  const std::uint16_t security =
      pending.security_tenths == kNoTenths ? rule.rule.security_tenths : pending.security_tenths;
  if (security != kNoTenths) claims.push_back(number_claim(security, engine));
  const auto add_word = [&](std::string_view word) {
    if (const auto label = engine_word(engine, word)) claims.push_back({*label, {}, SeverityMethod::label, engine, {}});
  };
  add_word(own_word);
  add_word(rule.rule.severity_word);
  for (const std::string& tag : rule.rule.tags) {
    if (parse_severity_label(tag)) add_word(tag);
  }
  const auto constant = engine_severity(engine);
  if (asks || !constant) {
    claims.push_back({asks ? SeverityLabel::info : label_of(level, engine), {}, SeverityMethod::level, engine, {}});
  } else {
    claims.push_back({*constant, {}, SeverityMethod::derived, engine, {}});
  }
  const bool nothing_else =
      claims.size() == 1 && pending.level == Level::absent && rule.rule.default_level == Level::absent;
  if (nothing_else && pending.rank_tenths != kNoTenths) {
    claims.push_back({label_for_tenths(pending.rank_tenths), pending.rank_tenths, SeverityMethod::rank, engine, {}});
  }
  return reader_.table().intern_claims(claims);
}

void Binder::bind_rare(ObservationRow& row, const RareParts& rare, Run& run, BoundRule& rule) {
  ObservationTable& table = reader_.table();
  std::vector<Cwe> cwes = rule.rule.cwes;
  const auto add = [&](Cwe cwe) {
    if (std::ranges::find(cwes, cwe) == cwes.end()) cwes.push_back(cwe);
  };
  for (const std::uint32_t number : rare.cwes) add(Cwe{number});
  for (const Reference& taxon : rare.taxa) {
    if (const auto cwe = run.cwe_of_taxon(taxon)) add(*cwe);
  }
  if (cwes.size() != rule.rule.cwes.size()) row.cwes = table.intern_cwes(cwes);
  if (rare.message_is_template) {
    row.message = LongText::pooled(table.intern(fill_in(table.message(row), rare.message_arguments)));
  } else if (row.message.empty() && !rare.message_id.empty()) {
    const std::string pattern = run.message(rule, rare.message_id);
    row.message =
        LongText::pooled(table.intern(text::strip_controls(fill_in(pattern, rare.message_arguments), "\n\t")));
  }
  if (const auto purl = Purl::parse(rare.purl)) {
    row.component =
        table.add_component({.purl = purl->to_string(), .package = purl->name(), .version = purl->version()});
  }
}

void Binder::bind_detail(ObservationRow& row) {
  if (row.detail == ObservationRow::kNone) return;
  ObservationDetail& detail = reader_.table().mutable_detail(row.detail);
  for (StoredLocation& location : detail.locations) location.path = path(location.path);
  for (StoredLocation& location : detail.related) location.path = path(location.path);
  for (Fix& fix : detail.fixes) {
    for (Edit& edit : fix.edits) edit.path = text::strip_controls(path_text(edit.path));
  }
}

// The value leaves here as an HMAC only, and no text repeats it. Fingerprints that hold it are left out: masked ones
// would be equal though the values are not. So are edits, which would put the mask into a file.
void Binder::hide_secret(Row index, const Run& run) {
  ObservationTable& table = reader_.table();
  ObservationRow& row = table.mutable_row(index);
  const std::string snippet = table.long_text(row.report, reader_.snippet_of(index));
  const SecretGuard guard(snippet);
  const auto hide = [&](TextId& id) {
    if (guard.finds(table.text(id))) id = table.intern(guard.without(std::string(table.text(id))));
  };
  const bool pooled = row.message.length == LongText::kPooled;
  if (const std::string message = table.long_text(row.report, row.message); pooled || guard.finds(message)) {
    row.message = LongText::pooled(table.intern(guard.masked(text::strip_controls(message, "\n\t"))));
  }
  hide_in_places(row, guard);
  RuleInfo rule = table.rule_of(row);
  for (TextId* const id : {&rule.id, &rule.help_url}) hide(*id);
  rule.title = table.intern(guard.masked(std::string(table.text(rule.title))));
  const RuleInfo& given = table.rule_of(row);
  if (rule.id != given.id || rule.title != given.title || rule.help_url != given.help_url)
    row.rule = table.add_rule(rule);
  hide_secret_in_detail(row, guard);
  const bool known = is_whole_secret(snippet, row.range, run.engine());
  table.mutable_detail(row.detail).secret =
      mark_secret(out_, text::kebab_case(table.text(rule.id)), known ? std::string(text::trim(snippet)) : "");
}

// A finding about code that has a password or key in it: it stays what it is, and no text of it has the value.
void Binder::hide_credential(Row index) {
  ObservationTable& table = reader_.table();
  ObservationRow& row = table.mutable_row(index);
  const SecretGuard guard(table.long_text(row.report, reader_.snippet_of(index)));
  const std::string message = text::strip_controls(table.long_text(row.report, row.message), "\n\t");
  if (std::string hidden = guard.masked_credential(message); hidden != message)
    row.message = LongText::pooled(table.intern(hidden));
  hide_in_places(row, guard);
  if (row.detail != ObservationRow::kNone) hide_secret_in_detail(row, guard);
}

// Symbols, steps of a flow and fingerprints.
void Binder::hide_in_places(ObservationRow& row, const SecretGuard& guard) {
  ObservationTable& table = reader_.table();
  const auto hide = [&](TextId& id) {
    if (guard.finds(table.text(id))) id = table.intern(guard.without(std::string(table.text(id))));
  };
  hide(row.symbol);
  const auto steps = table.locations(row.flow);
  if (std::ranges::any_of(steps, [&](const StoredLocation& step) { return guard.finds(table.text(step.symbol)); })) {
    std::vector<StoredLocation> hidden(steps.begin(), steps.end());
    for (StoredLocation& step : hidden) hide(step.symbol);
    row.flow = table.add_locations(hidden);
  }
  const bool is_secret = row.kind == Kind::secret;
  const auto gives_away = [&](const StoredFingerprint& print) {
    const std::string_view value = table.text(print.value);
    return (is_secret ? guard.gives_away(value) : guard.finds(value)) || guard.finds(table.text(print.name));
  };
  const auto prints = table.fingerprints(row.fingerprints);
  if (std::ranges::any_of(prints, gives_away)) {
    std::vector<StoredFingerprint> kept;
    std::ranges::remove_copy_if(prints, std::back_inserter(kept), gives_away);
    row.fingerprints = table.add_fingerprints(kept);
  }
}

void Binder::hide_secret_in_detail(ObservationRow& row, const SecretGuard& guard) {
  ObservationTable& table = reader_.table();
  if (row.detail == ObservationRow::kNone) row.detail = table.add_detail({.secret = SecretMark{}});
  ObservationDetail& detail = table.mutable_detail(row.detail);
  for (std::vector<StoredLocation>* const places : {&detail.locations, &detail.related}) {
    for (StoredLocation& place : *places) {
      if (guard.finds(table.text(place.symbol)))
        place.symbol = table.intern(guard.without(std::string(table.text(place.symbol))));
    }
  }
  for (std::string* const text : {&detail.title, &detail.help_url, &detail.uid}) *text = guard.without(*text);
  if (detail.suppression) detail.suppression->reason = guard.masked(detail.suppression->reason);
  if (detail.endpoint) {
    for (std::string* const text : {&detail.endpoint->method, &detail.endpoint->url, &detail.endpoint->parameter})
      *text = guard.masked(*text);
  }
  for (Fix& fix : detail.fixes) {
    const bool shown = std::ranges::any_of(fix.edits, [&](const Edit& edit) { return guard.gives_away(edit.text); });
    if (shown) fix.edits.clear();
    fix.description = guard.masked(fix.description);
  }
  std::erase_if(detail.fixes, [](const Fix& fix) { return fix == Fix{}; });
}

// Whether the engine found a way to the vulnerable code, where it says so in its message.
void Binder::bind_reach(ObservationRow& row, const Run& run) {
  const auto statements = package_rules().reaches.find(run.engine());
  if (row.reach != Reach::unknown || statements == package_rules().reaches.end()) return;
  const std::string message = reader_.table().message(row);
  for (const auto& [pattern, reach] : statements->second) {
    if (!pattern.found_in(message)) continue;
    row.reach = reach;
    return;
  }
}

// Some engines tell only in fingerprints which advisory of which package it is.
void Binder::bind_fingerprints(ObservationRow& row, const Run& run) {
  const auto names = package_rules().prints.find(run.engine());
  if (names == package_rules().prints.end()) return;
  ObservationTable& table = reader_.table();
  for (const StoredFingerprint& print : table.fingerprints(row.fingerprints)) {
    const std::string_view name = table.text(print.name);
    const std::string value(table.text(print.value));
    if (name == names->second.advisory) {
      if (const auto advisory = AdvisoryId::parse(value))
        row.advisories = table.intern_texts(std::vector<std::string>{advisory->value()});
    } else if (name == names->second.package && row.component == ObservationRow::kNone) {
      const std::size_t at = value.rfind('@');
      Component component{.package = value.substr(0, at),
                          .version = at == std::string::npos ? "" : value.substr(at + 1)};
      const auto purl = make_purl(names->second.ecosystem, component.package, component.version);
      if (purl) component.purl = purl->to_string();
      row.component = table.add_component(component);
    }
  }
}

// The package of a dependency finding: a purl in the logical location, or the engine's way of writing it in the
// message.
void Binder::bind_package(ObservationRow& row, const Run& run) {
  ObservationTable& table = reader_.table();
  if (row.component != ObservationRow::kNone) return;
  if (const auto purl = Purl::parse(table.text(row.symbol))) {
    row.component =
        table.add_component({.purl = purl->to_string(), .package = purl->name(), .version = purl->version()});
    return;
  }
  const auto patterns = package_rules().patterns.find(run.engine());
  if (patterns == package_rules().patterns.end()) return;
  const std::string message = table.message(row);
  for (const Regex& pattern : patterns->second) {
    const auto groups = pattern.match(message);
    if (!groups) continue;
    const auto group = [&](const char* name) {
      const std::size_t number = pattern.group(name);
      return number == 0 ? std::string_view{} : text::trim((*groups)[number]);
    };
    Component component{.package = std::string(group("package")), .version = std::string(group("version"))};
    if (component.version.empty()) component.version = version_behind(table.text(row.symbol), component.package);
    for (const std::string_view fixed : text::split(group("fixed"), ',')) {
      if (!text::trim(fixed).empty()) component.fixed_versions.emplace_back(text::trim(fixed));
    }
    const std::string_view path = table.text(row.path);
    const auto ecosystem = package_rules().ecosystems.find(path.substr(path.rfind('/') + 1));
    if (ecosystem != package_rules().ecosystems.end()) {
      const auto purl = make_purl(ecosystem->second, component.package, component.version);
      if (purl) component.purl = purl->to_string();
    }
    row.component = table.add_component(component);
    return;
  }
}

}  // namespace gatepost::ingest::sarif
