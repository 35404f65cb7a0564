#include "ingest/mapping/fields.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/secret_text.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest::mapping {
namespace {

constexpr std::size_t kMostItems = 256;  // of one list of one record
constexpr std::size_t kMostFlowSteps = 1000;

std::string name_of(const Value& value) {
  std::string scratch;
  return plain_name(text::trim(value.text(scratch)));
}

std::uint32_t line_of(const Value& value) {
  const auto number = value.number();
  return number && *number >= 1 && *number < 2147483647.0 ? static_cast<std::uint32_t>(*number) : 0;
}

// Words that tools write for yes and no; any other text is a yes with a reason.
bool is_yes(const Value& value) {
  if (value.type() == Value::Type::text) {
    std::string scratch;
    const std::string_view word = text::trim(value.text(scratch));
    for (const std::string_view no : {"false", "no", "n", "0"}) {
      if (text::equal_ignoring_case(word, no)) return false;
    }
  }
  return value.is_true();
}

std::optional<bool> yes_or_no(const Value& value) {
  if (value.is_empty()) return std::nullopt;
  return is_yes(value);
}

template <class Each>
void for_items(const Value& value, Each each) {
  std::size_t count = 0;
  value.each_item([&](const Value& item) {
    if (item.is_empty()) return true;
    if (++count > kMostItems) return false;
    each(item);
    return true;
  });
}

void add_names(std::vector<std::string>& list, const Value& value) {
  for_items(value, [&](const Value& item) {
    std::string name = name_of(item);
    if (!name.empty() && std::ranges::find(list, name) == list.end()) list.push_back(std::move(name));
  });
}

void put_path(Draft& draft, const Value& value, bool is_uri) {
  for_items(value, [&](const Value& item) {
    std::string path = normalise_reported_path(name_of(item), is_uri);
    if (!path.empty()) draft.places.push_back({.path = std::move(path), .range = {}, .symbol = {}});
  });
}

void put_advisories(Draft& draft, const Value& value) {
  auto& ids = draft.observation.advisories;
  for_items(value, [&](const Value& item) {
    auto id = AdvisoryId::parse(name_of(item));
    if (id && std::ranges::find(ids, *id) == ids.end()) ids.push_back(std::move(*id));
  });
}

void put_cwes(Draft& draft, const Value& value) {
  auto& cwes = draft.observation.cwes;
  for_items(value, [&](const Value& item) {
    std::string scratch;
    const auto cwe = parse_cwe(item.text(scratch));
    if (cwe && std::ranges::find(cwes, *cwe) == cwes.end()) cwes.push_back(*cwe);
  });
}

Component& component_of(Draft& draft) {
  auto& component = draft.observation.component;
  if (!component) component.emplace();
  return *component;
}

void put_kind(Draft& draft, const Value& value) {
  std::string scratch;
  const auto kind = parse_kind(value.text(scratch));
  if (kind) draft.observation.kind = *kind;
  if (!kind && !value.is_empty())
    draft.unknown.push_back(fmt::format("kind \"{}\"", text::printable(value.text(), 40)));
}

void put_reach(Draft& draft, const Value& value) {
  if (value.is_empty()) return;
  std::string scratch;
  const auto* const found = std::ranges::find(kReachNames, value.text(scratch));
  if (found == kReachNames.end()) {
    draft.unknown.push_back(fmt::format("reachability \"{}\"", text::printable(value.text(), 40)));
  } else {
    draft.observation.reach = static_cast<Reach>(found - kReachNames.begin());
  }
}

void put_scope(Draft& draft, const Value& value) {
  if (value.is_empty()) return;
  const auto* const found = std::ranges::find(kScopeNames, text::lower(value.text()));
  if (found == kScopeNames.end()) {
    draft.unknown.push_back(fmt::format("scope \"{}\"", text::printable(value.text(), 40)));
  } else {
    component_of(draft).scope = static_cast<Scope>(found - kScopeNames.begin());
  }
}

void put_epss(Draft& draft, const Value& value) {
  const auto share = value.number();
  if (share && *share >= 0 && *share <= 1)
    draft.observation.epss_ppm = static_cast<std::uint32_t>(*share * 1'000'000 + 0.5);
}

void put_fingerprint(Draft& draft, const Value& value) {
  const std::string name = name_of(value);
  if (!name.empty()) draft.observation.fingerprints.emplace_back("tool", name);
}

void put_flow(Draft& draft, const Value& value) {
  for (const Value& item : value.items()) {
    if (draft.observation.flow.size() == kMostFlowSteps) return;
    // "src/a.c:12" or "src/a.c"
    const std::string text = name_of(item);
    const std::size_t colon = text.rfind(':');
    const std::uint32_t line = colon == std::string::npos ? 0 : line_of(Value(text.substr(colon + 1)));
    Location step{
        .path = normalise_reported_path(line > 0 ? text.substr(0, colon) : text, false), .range = {}, .symbol = {}};
    step.range.first_line = step.range.last_line = line;
    if (!step.path.empty()) draft.observation.flow.push_back(std::move(step));
  }
}

void put_occurrences(Draft& draft, const Value& value) {
  const std::uint32_t count = line_of(value);
  if (count > 0) draft.observation.occurrences = count;
}

void put_fix(Draft& draft, const Value& value) {
  const std::string text = plain_paragraphs(value.text());
  if (!text.empty()) draft.observation.fixes.push_back({.description = text, .edits = {}});
}

constexpr std::array<Field, 53> kFields = {{
    {"column", "number from 1", false,
     [](Draft& d, const Value& v) { d.observation.place.range.first_column = line_of(v); }},
    {"component_name", "package as the tool writes it", true, [](Draft& d, const Value& v) { d.package = name_of(v); }},
    {"component_namespace", "group or scope of the package, where it is apart", false,
     [](Draft& d, const Value& v) { d.name_space = name_of(v); }},
    {"component_version", "installed version", false, [](Draft& d, const Value& v) { d.version = name_of(v); }},
    {"confidence", "word: low, medium, high, confirmed and what tools write for them", false,
     [](Draft& d, const Value& v) { d.observation.confidence = confidence_from_word(v.text()); }},
    {"cvss", "CVSS vector, or a list of them; with who says so before it: \"nvd CVSS:3.1/…\"", false,
     [](Draft& d, const Value& v) { add_names(d.vectors, v); }},
    {"cwe", "number or \"CWE-79\", or a list", false, put_cwes},
    {"dependency_path", "list from the root's dependency to the package", false,
     [](Draft& d, const Value& v) { add_names(component_of(d).dependency_path, v); }},
    {"description", "several lines of text", false,
     [](Draft& d, const Value& v) { d.observation.message = v.text(); }},
    {"direct", "yes when the project names the package itself", false,
     [](Draft& d, const Value& v) {
       if (const auto direct = yes_or_no(v)) component_of(d).direct = direct;
     }},
    {"ecosystem", "npm, pypi, maven …: type of a package URL, or a word of the tool for it", false,
     [](Draft& d, const Value& v) { d.ecosystem = name_of(v); }},
    {"end_column", "number from 1", false,
     [](Draft& d, const Value& v) { d.observation.place.range.last_column = line_of(v); }},
    {"end_line", "number from 1", false,
     [](Draft& d, const Value& v) { d.observation.place.range.last_line = line_of(v); }},
    {"engine", "id of the tool behind the record, when reports of several are in one", false,
     [](Draft& d, const Value& v) { d.observation.engine = name_of(v); }},
    {"epss", "share from 0 to 1", false, put_epss},
    {"file_path", "path, or a list: the first is the place, the others further places", true,
     [](Draft& d, const Value& v) { put_path(d, v, false); }},
    {"file_uri", "the same with percent signs and file://", true,
     [](Draft& d, const Value& v) { put_path(d, v, true); }},
    {"fingerprint", "the tool's own, that survives edits", false, put_fingerprint},
    {"fix", "what the tool proposes to do", false, put_fix},
    {"fix_version", "version, or a list", false,
     [](Draft& d, const Value& v) { add_names(component_of(d).fixed_versions, v); }},
    {"flow", "list of \"path:line\" from source to sink", false, put_flow},
    {"help_url", "address of an explanation", false,
     [](Draft& d, const Value& v) {
       std::string scratch;
       d.observation.help_url = web_address(v.text(scratch));
     }},
    {"host", "name or address of a machine", true, [](Draft& d, const Value& v) { d.host = name_of(v); }},
    {"image", "container image", true, [](Draft& d, const Value& v) { d.observation.image = name_of(v); }},
    {"kev", "yes when the tool says that it is known to be exploited", false,
     [](Draft& d, const Value& v) { d.observation.kev = yes_or_no(v); }},
    {"kind", "sast, sca, container, secret, iac, cspm, dast, api, license, malware, ci, quality, infra, other", false,
     put_kind},
    {"line", "number from 1", false,
     [](Draft& d, const Value& v) { d.observation.place.range.first_line = line_of(v); }},
    {"method", "HTTP method", false,
     [](Draft& d, const Value& v) {
       if (!v.is_empty()) (d.observation.endpoint ? *d.observation.endpoint : d.observation.endpoint.emplace()).method = name_of(v);
     }},
    {"needs_review", "yes when the tool asks rather than states", false,
     [](Draft& d, const Value& v) { d.observation.needs_review = is_yes(v); }},
    {"occurrences", "how often the tool has seen it", false, put_occurrences},
    {"parameter", "name of the parameter in question", false,
     [](Draft& d, const Value& v) {
       if (!v.is_empty()) (d.observation.endpoint ? *d.observation.endpoint : d.observation.endpoint.emplace()).parameter = name_of(v);
     }},
    {"port", "number or name", false, [](Draft& d, const Value& v) { d.port = name_of(v); }},
    {"protocol", "tcp, udp, https …", false, [](Draft& d, const Value& v) { d.protocol = text::lower(name_of(v)); }},
    {"purl", "package URL", true, [](Draft& d, const Value& v) { d.purl = name_of(v); }},
    {"reachability", "observed, called, loaded, imported, first_party, not_imported, unreachable_loaded, not_loaded, "
                     "test_only, unreachable, unknown",
     false, put_reach},
    {"resource", "name of what is misconfigured: a resource, workload, account", true,
     [](Draft& d, const Value& v) { d.observation.resource = name_of(v); }},
    {"rule_id", "what the tool calls the check", false,
     [](Draft& d, const Value& v) { d.observation.rule = name_of(v); }},
    {"scope", "runtime, dev, test, optional", false, put_scope},
    {"score", "number from 0 to 10", false, [](Draft& d, const Value& v) { d.score = v.number(); }},
    {"secret", "the secret, or the line that has it: kept as HMAC only", false,
     [](Draft& d, const Value& v) { d.secret = v.text(); }},
    {"secret_kind", "what sort of secret; else the rule", false,
     [](Draft& d, const Value& v) { d.secret_kind = name_of(v); }},
    {"severity", "the tool's word", false, [](Draft& d, const Value& v) { d.severity = name_of(v); }},
    {"severity_source", "who says so, when it is not the tool", false,
     [](Draft& d, const Value& v) { d.severity_source = name_of(v); }},
    {"suppressed", "yes when the tool was told to be silent on it", false,
     [](Draft& d, const Value& v) { d.suppressed = is_yes(v); }},
    {"suppressed_by", "who or what said so", false, [](Draft& d, const Value& v) { d.suppressed_by = name_of(v); }},
    {"suppression_note", "the reason given", false,
     [](Draft& d, const Value& v) { d.suppression_note = plain_title(v.text()); }},
    {"symbol", "function or class around the place", true,
     [](Draft& d, const Value& v) { d.observation.place.symbol = name_of(v); }},
    {"title", "one line", false, [](Draft& d, const Value& v) { d.observation.title = v.text(); }},
    {"uid", "the tool's own id of this finding", false, [](Draft& d, const Value& v) { d.observation.uid = name_of(v); }},
    {"url", "address that was attacked", true,
     [](Draft& d, const Value& v) {
       const std::string url = without_userinfo(name_of(v.item(0)));
       if (!url.empty()) (d.observation.endpoint ? *d.observation.endpoint : d.observation.endpoint.emplace()).url = url;
     }},
    {"vendor_status", "what the vendor says: affected, fixed, will_not_fix …", false,
     [](Draft& d, const Value& v) { d.observation.vendor_status = name_of(v); }},
    {"verified", "yes when the tool has tried the secret and it works, no when it does not", false,
     [](Draft& d, const Value& v) { d.verified = yes_or_no(v); }},
    {"vuln_ids", "CVE, GHSA … , or a list", false, put_advisories},
}};

}  // namespace

std::span<const Field> fields() { return kFields; }

const Field* find_field(std::string_view name) {
  const auto* const found = std::ranges::find(kFields, name, &Field::name);
  return found == kFields.end() ? nullptr : found;
}

}  // namespace gatepost::ingest::mapping
