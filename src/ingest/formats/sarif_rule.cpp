#include "ingest/formats/sarif_rule.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace gatepost::ingest::sarif {
namespace {

constexpr std::size_t kLongestTitle = 200;

// Tools escape for HTML here; the five entities they use.
std::string unescape_html(std::string text) {
  for (const auto& [entity, character] :
       {std::pair{"&#39;", "'"}, {"&quot;", "\""}, {"&#34;", "\""}, {"&lt;", "<"}, {"&gt;", ">"}, {"&amp;", "&"}}) {
    text = text::replace_all(std::move(text), entity, character);
  }
  return text;
}

std::string title_of(doc::View view) {
  for (const char* const key : {"shortDescription", "fullDescription"}) {
    const std::string text =
        text::strip_controls(text::fold_whitespace(unescape_html(std::string(view.at(key).at("text").text()))));
    if (text.empty()) continue;
    const std::string_view first_sentence = std::string_view(text).substr(0, text.find(". "));
    return text::to_utf8(first_sentence, kLongestTitle);
  }
  const std::string name = text::strip_controls(text::fold_whitespace(view.at("name").text()));
  return name == view.at("id").text() ? std::string{} : text::to_utf8(name, kLongestTitle);
}

// A number from 0 to 10, given as a string or as a number.
std::uint16_t tenths_of(std::string_view number) {
  double value = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool whole = failure == std::errc{} && end == number.data() + number.size();
  return whole && value >= 0 && value <= 10 ? static_cast<std::uint16_t>(std::lround(value * 10)) : kNoTenths;
}

void add_cwe(std::vector<Cwe>& cwes, std::string_view text) {
  const auto cwe = parse_cwe(text);
  if (cwe && std::ranges::find(cwes, *cwe) == cwes.end()) cwes.push_back(*cwe);
}

bool mentions_cwe(std::string_view text) { return text::lower(text).find("cwe") != std::string::npos; }

void read_properties(doc::View properties, Rule& rule) {
  rule.security_tenths = tenths_of(properties.at("security-severity").scalar());
  const std::string_view given = properties.at("security-severity").text();
  // Some tools write a word where the number belongs.
  rule.severity_word = rule.security_tenths == kNoTenths && severity_from_word(given) ? given : std::string_view{};
  for (const char* const key : {"severity", "issue_severity", "problem.severity"}) {
    if (rule.severity_word.empty()) rule.severity_word = properties.at(key).text();
  }
  for (const char* const key : {"precision", "confidence", "issue_confidence"}) {
    if (rule.confidence == Confidence::unknown) rule.confidence = confidence_from_word(properties.at(key).text());
  }
  for (const doc::View tag : properties.at("tags").items()) {
    if (rule.tags.size() >= 100) break;
    rule.tags.push_back(text::lower(tag.text()));
    if (mentions_cwe(tag.text())) add_cwe(rule.cwes, tag.text());
  }
  for (const char* const key : {"cwe", "cwes", "CWE", "cweIds"}) {
    add_cwe(rule.cwes, properties.at(key).scalar());
    for (const doc::View item : properties.at(key).items()) add_cwe(rule.cwes, item.scalar());
  }
}

void read_relationships(doc::View view, Rule& rule) {
  for (const doc::View relationship : view.at("relationships").items()) {
    const doc::View target = relationship.at("target");
    const bool is_cwe = text::equal_ignoring_case(target.at("toolComponent").at("name").text(), "CWE");
    if (is_cwe || mentions_cwe(target.at("id").text())) add_cwe(rule.cwes, target.at("id").text());
  }
}

// Snyk's own id stands for "(CVE-2024-1) lodash@4.17.15", as the description says. One CVE is another name of it;
// several are a bundle, which is no name of any of them.
std::string_view cve_of_snyk(std::string_view id, std::string_view description) {
  constexpr std::size_t kLongest = 64;
  const std::size_t end = description.substr(0, kLongest).find(')');
  if (!id.starts_with("SNYK-") || !description.starts_with("(CVE-") || end == std::string_view::npos) return {};
  const std::string_view listed = description.substr(1, end - 1);
  return listed.find(',') == std::string_view::npos ? listed : std::string_view{};
}

// The id itself ("CVE-2024-1"), its beginning ("CVE-2024-1-lodash") and the ids it replaces.
void read_advisories(doc::View view, Rule& rule) {
  const auto add = [&](std::string_view text) {
    if (const auto advisory = leading_advisory(text);
        advisory && std::ranges::find(rule.advisories, *advisory) == rule.advisories.end()) {
      rule.advisories.push_back(*advisory);
    }
  };
  add(rule.id);
  if (rule.advisories.empty()) return;
  for (const doc::View alias : view.at("deprecatedIds").items()) add(alias.text());
  for (const doc::View alias : view.at("properties").at("aliases").items()) add(alias.text());
  add(cve_of_snyk(rule.id, view.at("fullDescription").at("text").text()));
}

}  // namespace

std::optional<AdvisoryId> leading_advisory(std::string_view text) {
  if (looks_like_advisory(text)) return AdvisoryId::parse(text);
  // "CVE-2024-12345-lodash": digits after the year, then something else.
  if (!text::equal_ignoring_case(text.substr(0, 4), "CVE-") || text.size() < 9) return std::nullopt;
  std::size_t end = 9;
  while (end < text.size() && text::is_digit(text[end])) ++end;
  if (end < text.size() && text[end] != '-' && text[end] != '_') return std::nullopt;
  return AdvisoryId::parse(text.substr(0, end));
}

Rule read_rule(doc::View view) {
  Rule rule;
  rule.id = view.at("id").text();
  rule.name = view.at("name").text();
  rule.title = title_of(view);
  rule.help_url = text::strip_controls(std::string(view.at("helpUri").text()));
  rule.default_level = parse_level(view.at("defaultConfiguration").at("level").text());
  read_properties(view.at("properties"), rule);
  read_relationships(view, rule);
  read_advisories(view, rule);
  for (const auto& [id, message] : view.at("messageStrings").members()) {
    rule.messages.emplace(id, message.at("text").text());
  }
  return rule;
}

Kind kind_of(const Rule& rule, std::optional<Kind> engine_kind) {
  const auto tagged = [&](std::string_view tag) { return std::ranges::find(rule.tags, tag) != rule.tags.end(); };
  if (tagged("misconfiguration")) return Kind::iac;
  if (tagged("secret") || tagged("secrets")) return Kind::secret;
  if (tagged("license")) return Kind::license;
  for (const AdvisoryId& advisory : rule.advisories) {
    if (advisory.is_malware()) return Kind::malware;
  }
  if (engine_kind) return *engine_kind;
  return rule.advisories.empty() ? Kind::sast : Kind::sca;
}

}  // namespace gatepost::ingest::sarif
