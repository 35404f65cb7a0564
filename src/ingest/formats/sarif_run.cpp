#include "ingest/formats/sarif_run.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "ingest/engine.hpp"
#include "ingest/plain_text.hpp"
#include "model/mask.hpp"
#include "model/repo_path.hpp"
#include "model/sarif_base.hpp"

namespace gatepost::ingest::sarif {
namespace {

constexpr int kDeepestBase = 8;  // base URIs that refer to base URIs

std::string notification_text(doc::View notification) {
  std::string text = text::fold_whitespace(notification.at("message").at("text").text());
  if (text.empty()) text = text::fold_whitespace(notification.at("exception").at("message").text());
  if (text.empty()) text = notification.at("descriptor").at("id").text();
  return text.empty() ? "no text" : mask_tokens(text::to_utf8(text, 300));
}

// "etc/passwd" is "/etc/passwd"; "C%3A/x" is "C:/x".
std::string path_below_root(std::string_view uri) {
  std::string path = normalise_reported_path(uri, true);
  return is_absolute_path(path) ? path : normalise_reported_path("/" + path, false);
}

std::string joined_uri(std::string base, std::string_view relative) {
  if (!base.empty() && !base.ends_with('/')) base += '/';
  return base.append(relative);
}

}  // namespace

std::string strip_checkout_root(std::string path) {
  // "../../home/runner/…": written relative to a directory that nobody knows.
  std::string_view climbed = path;
  while (climbed.starts_with("../")) climbed.remove_prefix(3);
  if (climbed.size() != path.size()) {
    const std::string absolute = "/" + std::string(climbed);
    std::string stripped = strip_checkout_root(absolute);
    return stripped == absolute ? path : stripped;
  }
  std::string_view rest = path;
  const bool drive = rest.size() > 2 && rest[1] == ':';
  if (drive) rest.remove_prefix(2);
  // Roots below which the repository's own name is repeated: "<root>/<repository>/<repository>/".
  for (const std::string_view root : {"/home/runner/work/", "/__w/", "/Users/runner/work/", "/a/", "/runner/_work/"}) {
    if (!rest.starts_with(root)) continue;
    const std::string_view below = rest.substr(root.size());
    const std::size_t first = below.find('/');
    const std::size_t second = first == std::string_view::npos ? first : below.find('/', first + 1);
    if (second == std::string_view::npos) continue;
    if (below.substr(0, first) == below.substr(first + 1, second - first - 1))
      return std::string(below.substr(second + 1));
  }
  for (const std::string_view root : {"/github/workspace/", "/workspace/source/"}) {
    if (rest.starts_with(root)) return std::string(rest.substr(root.size()));
  }
  return path;
}

Run::Component Run::read_component(doc::View view, const char* descriptors) {
  Component component;
  component.view = view;
  for (const doc::View rule : view.at(descriptors).items()) {
    component.positions.emplace(rule.at("id").text(), static_cast<std::uint32_t>(component.rules.size()));
    component.rules.push_back(rule);
  }
  return component;
}

Run::Run(doc::View view, ObservationTable& table) : view_(view), table_(table) {
  const doc::View tool = view.at("tool");
  engine_ = engine_id(tool.at("driver").at("name").text());
  components_.push_back(read_component(tool.at("driver"), "rules"));
  for (const doc::View extension : tool.at("extensions").items())
    components_.push_back(read_component(extension, "rules"));
  for (const doc::View taxonomy : view.at("taxonomies").items())
    taxonomies_.push_back(read_component(taxonomy, "taxa"));
  for (const doc::View artifact : view.at("artifacts").items()) artifacts_.push_back(artifact);
  for (const doc::View invocation : view.at("invocations").items()) {
    for (const doc::View override_ : invocation.at("ruleConfigurationOverrides").items()) {
      const Level level = parse_level(override_.at("configuration").at("level").text());
      const doc::View descriptor = override_.at("descriptor");
      std::string_view id = descriptor.at("id").text();
      const auto index = descriptor.at("index").integer();
      const auto& rules = components_[0].rules;
      if (id.empty() && index && *index >= 0 && static_cast<std::size_t>(*index) < rules.size()) {
        id = rules[static_cast<std::size_t>(*index)].at("id").text();
      }
      if (level != Level::absent && !id.empty()) overrides_[std::string(id)] = level;
    }
  }
}

void Run::describe(ReportWriter& out) const {
  const doc::View driver = view_.at("tool").at("driver");
  const std::string_view version = driver.at("semanticVersion").text();
  out.tool(plain_name(driver.at("name").text()), plain_name(version.empty() ? driver.at("version").text() : version));
  out.engine(engine_);
  const bool has_results = view_.at("results").is_array();
  if (!driver.at("name").text().empty() && has_results) out.evidence_of_a_scan();
  if (view_.at("externalPropertyFileReferences").at("results").is_array()) {
    out.incomplete("external-properties",
                   "the results are in other files (externalPropertyFileReferences), which are not read",
                   view_.pointer());
  } else if (!has_results) {
    out.incomplete("run-without-results", "the run has no list of results: the scan did not get that far",
                   view_.pointer());
  }
  for (const doc::View invocation : view_.at("invocations").items()) describe_invocation(invocation, out);
}

void Run::describe_invocation(doc::View invocation, ReportWriter& out) const {
  const auto successful = invocation.at("executionSuccessful").boolean();
  if (successful && !*successful) {
    const std::string_view why = invocation.at("exitCodeDescription").text();
    out.failed(why.empty() ? "the tool says that its run failed (executionSuccessful is false)"
                           : fmt::format("the tool says that its run failed: {}", mask_tokens(plain_title(why))),
               invocation.pointer());
  }
  for (const char* const key : {"toolExecutionNotifications", "toolConfigurationNotifications"}) {
    for (const doc::View notification : invocation.at(key).items()) {
      const std::string_view level = notification.at("level").text();
      if (level == "error") {
        out.incomplete("tool-notification", notification_text(notification), notification.pointer());
      } else if (level.empty() || level == "warning") {
        out.note(Note::Level::info, "tool-warning", notification_text(notification), notification.pointer());
      }
    }
  }
}

const Run::Component& Run::component_of(const Reference& reference) const {
  if (reference.component >= 0 && static_cast<std::size_t>(reference.component) + 1 < components_.size()) {
    return components_[static_cast<std::size_t>(reference.component) + 1];
  }
  const std::string_view name = table_.text(reference.component_name);
  for (const Component& component : components_) {
    if (!name.empty() && component.view.at("name").text() == name) return component;
  }
  return components_[0];
}

// By id, by the id's parent ("CA1000" of "CA1000/1"), or by index when the id does not contradict it.
doc::View Run::rule_view(const Reference& reference) const {
  const Component& component = component_of(reference);
  const std::string_view id = table_.text(reference.id);
  const bool index_valid = reference.index >= 0 && static_cast<std::size_t>(reference.index) < component.rules.size();
  if (index_valid) {
    const doc::View rule = component.rules[static_cast<std::size_t>(reference.index)];
    const std::string_view rule_id = rule.at("id").text();
    const bool child = id.starts_with(rule_id) && id.size() > rule_id.size() && id[rule_id.size()] == '/';
    if (id.empty() || id == rule_id || child) return rule;
  }
  for (std::string_view wanted = id; !wanted.empty();) {
    for (const Component& candidate : components_) {
      const bool here = &candidate == &component || reference.component < 0;
      const auto found = here ? candidate.positions.find(wanted) : candidate.positions.end();
      if (found != candidate.positions.end()) return candidate.rules[found->second];
    }
    const std::size_t slash = wanted.rfind('/');
    wanted = slash == std::string_view::npos ? std::string_view{} : wanted.substr(0, slash);
  }
  return {};
}

std::size_t Run::ReferenceHash::operator()(const Reference& reference) const {
  return table_hash({reinterpret_cast<const char*>(&reference), sizeof reference});
}

BoundRule& Run::bind(const Reference& reference) {
  if (const auto known = bound_.find(reference); known != bound_.end()) return known->second;
  BoundRule bound;
  const doc::View view = rule_view(reference);
  bound.rule = read_rule(view);
  const std::string_view id = table_.text(reference.id);
  if (!id.empty()) bound.rule.id = id;
  // References are compared as they are written; from here on the id is shown.
  bound.rule.id = text::strip_controls(std::move(bound.rule.id));
  if (!view.exists()) {
    if (const auto advisory = leading_advisory(id)) bound.rule.advisories.push_back(*advisory);
  }
  bound.kind = kind_of(bound.rule, engine_kind(engine_, {bound.rule.id, bound.rule.name}));
  std::vector<std::string> advisories;
  for (const AdvisoryId& advisory : bound.rule.advisories) advisories.push_back(advisory.value());
  bound.advisories = table_.intern_texts(advisories);
  bound.index = table_.add_rule({.id = table_.intern(bound.rule.id),
                                 .title = table_.intern(bound.rule.title),
                                 .help_url = table_.intern(bound.rule.help_url),
                                 .engine = table_.intern(engine_),
                                 .cwes = table_.intern_cwes(bound.rule.cwes),
                                 .kind = bound.kind,
                                 .confidence = bound.rule.confidence});
  return bound_.emplace(reference, std::move(bound)).first->second;
}

std::optional<Cwe> Run::cwe_of_taxon(const Reference& reference) const {
  const std::string_view name = table_.text(reference.component_name);
  for (std::size_t i = 0; i < taxonomies_.size(); ++i) {
    const Component& taxonomy = taxonomies_[i];
    const bool meant =
        name.empty() ? reference.component == static_cast<std::int32_t>(i) : taxonomy.view.at("name").text() == name;
    const bool is_cwe = text::equal_ignoring_case(taxonomy.view.at("name").text(), "CWE");
    if (!meant || !is_cwe) continue;
    if (reference.id != TextId::none) return parse_cwe(table_.text(reference.id));
    const auto index = static_cast<std::size_t>(reference.index);
    if (reference.index >= 0 && index < taxonomy.rules.size()) return parse_cwe(taxonomy.rules[index].at("id").text());
  }
  const std::string_view id = table_.text(reference.id);
  const bool named_cwe = text::equal_ignoring_case(name, "CWE") || text::lower(id).starts_with("cwe");
  return named_cwe ? parse_cwe(id) : std::nullopt;
}

std::string Run::message(const BoundRule& rule, const std::string& id) const {
  if (const auto found = rule.rule.messages.find(id); found != rule.rule.messages.end()) return found->second;
  return std::string(components_[0].view.at("globalMessageStrings").at(id).at("text").text());
}

Level Run::default_level(const BoundRule& rule) const {
  if (const auto found = overrides_.find(rule.rule.id); found != overrides_.end()) return found->second;
  return rule.rule.default_level == Level::absent ? Level::warning : rule.rule.default_level;
}

std::string Run::base_uri(std::string_view id, int depth) const {
  const doc::View base = view_.at("originalUriBaseIds").at(id);
  const std::string uri(base.at("uri").text());
  const std::string_view parent = base.at("uriBaseId").text();
  if (parent.empty() || depth >= kDeepestBase) return uri;
  return joined_uri(base_uri(parent, depth + 1), uri);
}

std::string Run::path_of(std::string_view uri, std::string_view base_id) const {
  if (base_id == kReportBase) return {};
  if (base_id == kFileSystemBase) return strip_checkout_root(path_below_root(uri));
  std::string own = strip_checkout_root(normalise_reported_path(uri, true));
  if (base_id.empty() || is_absolute_path(own)) return own;
  // A base below a known checkout says where in the repository the path starts. Any other base is the root of something
  // on another machine: the path itself is all there is to know.
  const std::string base = base_uri(base_id, 0);
  if (base.empty()) return own;
  const std::string absolute = normalise_reported_path(joined_uri(base, uri), true);
  std::string stripped = strip_checkout_root(absolute);
  return stripped == absolute && is_absolute_path(absolute) ? own : stripped;
}

std::string Run::path_of_artifact(std::size_t index) const {
  if (index >= artifacts_.size()) return {};
  const doc::View location = artifacts_[index].at("location");
  return path_of(location.at("uri").text(), location.at("uriBaseId").text());
}

}  // namespace gatepost::ingest::sarif
