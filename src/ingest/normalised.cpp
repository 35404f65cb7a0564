#include "ingest/normalised.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "ingest/engine.hpp"
#include "ingest/plain_text.hpp"
#include "ingest/secret_text.hpp"
#include "model/mask.hpp"
#include "model/purl.hpp"
#include "model/repo_path.hpp"

namespace gatepost::ingest {
namespace {

// Of one observation; as many as the other readers let through.
constexpr std::size_t kMostClaims = 256;
constexpr std::size_t kMostLocations = 1000;
constexpr std::size_t kMostFlowSteps = 10'000;
constexpr std::size_t kMostListed = 256;
constexpr std::size_t kMostEdits = 10'000;  // of one fix
constexpr std::size_t kLongestPath = 4096;
constexpr std::size_t kLongestText = std::size_t{1} << 20;  // of an edit
constexpr std::int64_t kMillion = 1'000'000;
constexpr std::size_t kHmacHex = 32, kKeyHex = 8;  // "hmac:<key>:<hash>"

std::string name_of(doc::View text) { return plain_name(text.text()); }
std::string paragraphs_of(doc::View text) {
  return text::strip_controls(text::to_utf8(text.text(), kLongestMessage), "\n\t");
}

std::uint32_t number_of(doc::View number) {
  const auto value = number.integer();
  return value && *value > 0 && *value < 0x7FFFFFFF ? static_cast<std::uint32_t>(*value) : 0;
}

template <class Names, class Enum>
void choose(doc::View word, const Names& names, Enum& chosen) {
  const auto found = std::ranges::find(names, word.text());
  if (found != names.end()) chosen = static_cast<Enum>(found - names.begin());
}

std::string path_of(doc::View path) {
  return normalise_reported_path(text::strip_controls(text::to_utf8(path.text(), kLongestPath)), false);
}

Range range_of(doc::View place) {
  Range range{.first_line = number_of(place.at("line")),
              .first_column = number_of(place.at("column")),
              .last_line = number_of(place.at("end_line")),
              .last_column = number_of(place.at("end_column"))};
  range.last_line = std::max(range.last_line, range.first_line);
  return range;
}

Location location_of(doc::View place) {
  return {.path = path_of(place.at("path")), .range = range_of(place), .symbol = name_of(place.at("symbol"))};
}

std::vector<Location> locations_of(doc::View list, std::size_t most) {
  std::vector<Location> locations;
  for (const doc::View item : list.items()) {
    if (locations.size() == most) break;
    locations.push_back(location_of(item));
  }
  return locations;
}

std::vector<std::string> names_of(doc::View list) {
  std::vector<std::string> names;
  for (const doc::View item : list.items()) {
    if (names.size() == kMostListed) break;
    if (std::string name = name_of(item); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

SeverityClaim claim_of(doc::View stated) {
  SeverityClaim claim{.source = name_of(stated.at("source")), .vector = name_of(stated.at("vector"))};
  claim.label = parse_severity_label(stated.at("label").text()).value_or(SeverityLabel::unknown);
  claim.method = parse_severity_method(stated.at("method").text()).value_or(SeverityMethod::label);
  const auto tenths = stated.at("tenths").integer();
  if (tenths && *tenths >= 0 && *tenths <= 100) claim.tenths = static_cast<int>(*tenths);
  return claim;
}

std::optional<Component> component_of(doc::View record) {
  Component component{.package = name_of(record.at("package")),
                      .version = name_of(record.at("version")),
                      .direct = record.at("direct").boolean(),
                      .fixed_versions = names_of(record.at("fixed_versions")),
                      .dependency_path = names_of(record.at("dependency_path"))};
  if (const auto purl = Purl::parse(name_of(record.at("purl")))) component.purl = purl->to_string();
  choose(record.at("scope"), kScopeNames, component.scope);
  if (component == Component{}) return std::nullopt;
  return component;
}

std::optional<Endpoint> endpoint_of(doc::View stated) {
  if (!stated.is_object()) return std::nullopt;
  return Endpoint{.method = name_of(stated.at("method")),
                  .url = without_userinfo(name_of(stated.at("url"))),
                  .parameter = name_of(stated.at("parameter"))};
}

// Only what can be no secret: a keyed hash as we write it.
bool is_secret_id(std::string_view id) {
  const auto is_hex = [](std::string_view text, std::size_t length) {
    return text.size() == length && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  if (!id.starts_with("hmac:")) return false;
  id.remove_prefix(5);
  const std::size_t colon = id.find(':');
  return colon != std::string_view::npos && is_hex(id.substr(0, colon), kKeyHex) &&
         is_hex(id.substr(colon + 1), kHmacHex);
}

std::optional<SecretMark> secret_of(doc::View record) {
  const doc::View stated = record.at("secret");
  if (!stated.is_object()) return std::nullopt;
  SecretMark mark{.kind = name_of(stated.at("kind")), .verified = record.at("verified").boolean()};
  if (mark.kind != text::kebab_case(name_of(record.at("rule")))) mark.kind = mask_tokens(mark.kind);
  if (const std::string_view id = stated.at("id").text(); is_secret_id(id)) mark.id = id;
  return mark;
}

Fix fix_of(doc::View stated) {
  Fix fix{.description = paragraphs_of(stated.at("description"))};
  for (const doc::View item : stated.at("edits").items()) {
    if (fix.edits.size() == kMostEdits) break;
    Location place = location_of(item);
    fix.edits.push_back({.path = std::move(place.path),
                         .range = place.range,
                         .text = text::strip_controls(text::to_utf8(item.at("text").text(), kLongestText), "\n\r\t")});
  }
  return fix;
}

class Reader {
 public:
  explicit Reader(doc::View record) : record_(record) {}

  Result<Observation> read() {
    draft_.engine = engine_id(record_.at("engine").text());
    if (draft_.engine.empty()) return error(ErrorKind::bad_input, "an observation without \"engine\"");
    const auto kind = parse_kind(record_.at("kind").text());
    if (!kind) return error(ErrorKind::bad_input, "an observation without a known \"kind\"");
    draft_.kind = *kind;
    read_texts();
    read_severity();
    read_places();
    read_subject();
    read_evidence();
    if (draft_.kind == Kind::secret || draft_.secret) guard_secret();
    return std::move(draft_);
  }

 private:
  void read_texts() {
    draft_.rule = name_of(record_.at("rule"));
    draft_.title = plain_title(record_.at("title").text());
    draft_.message = paragraphs_of(record_.at("message"));
    draft_.help_url = web_address(record_.at("help_url").text());
    draft_.uid = name_of(record_.at("uid"));
    draft_.vendor_status = name_of(record_.at("vendor_status"));
  }

  void read_severity() {
    for (const doc::View stated : record_.at("severities").items()) {
      if (draft_.claims.size() == kMostClaims) break;
      draft_.claims.push_back(claim_of(stated));
    }
    choose(record_.at("confidence"), kConfidenceNames, draft_.confidence);
  }

  void read_places() {
    draft_.place = location_of(record_);
    draft_.locations = locations_of(record_.at("locations"), kMostLocations);
    draft_.related = locations_of(record_.at("related"), kMostLocations);
    draft_.flow = locations_of(record_.at("flow"), kMostFlowSteps);
  }

  void read_subject() {
    draft_.component = component_of(record_);
    draft_.resource = name_of(record_.at("resource"));
    draft_.image = name_of(record_.at("image"));
    draft_.endpoint = endpoint_of(record_.at("endpoint"));
    draft_.secret = secret_of(record_);
    for (const std::string& name : names_of(record_.at("advisories"))) {
      if (auto advisory = AdvisoryId::parse(name)) draft_.advisories.push_back(std::move(*advisory));
    }
    for (const doc::View item : record_.at("cwe").items()) {
      if (draft_.cwes.size() == kMostListed) break;
      if (const auto cwe = parse_cwe(item.scalar())) draft_.cwes.push_back(*cwe);
    }
  }

  void read_evidence() {
    choose(record_.at("reach"), kReachNames, draft_.reach);
    const auto epss = record_.at("epss_ppm").integer();
    if (epss && *epss >= 0 && *epss <= kMillion) draft_.epss_ppm = static_cast<std::uint32_t>(*epss);
    draft_.kev = record_.at("kev").boolean();
    draft_.needs_review = record_.at("needs_review").boolean().value_or(false);
    if (const doc::View stated = record_.at("suppressed"); stated.is_object())
      draft_.suppression = Suppression{name_of(stated.at("by")), paragraphs_of(stated.at("reason"))};
    for (const doc::View stated : record_.at("fixes").items()) {
      if (draft_.fixes.size() == kMostListed) break;
      draft_.fixes.push_back(fix_of(stated));
    }
    for (const auto& [name, value] : record_.at("fingerprints").members()) {
      if (draft_.fingerprints.size() == kMostListed) break;
      std::string print = name_of(value);
      if (!print.empty()) draft_.fingerprints.emplace_back(plain_name(name), std::move(print));
    }
    draft_.occurrences = std::max(1U, number_of(record_.at("occurrences")));
  }

  // Who wrote this may have masked nothing: what looks like a token in a text about a secret is hidden.
  void guard_secret() {
    const SecretGuard guard("");
    for (std::string* const text : {&draft_.title, &draft_.message}) *text = guard.masked(std::move(*text));
    if (draft_.suppression) draft_.suppression->reason = guard.masked(std::move(draft_.suppression->reason));
    if (draft_.endpoint) {
      for (std::string* const text : {&draft_.endpoint->method, &draft_.endpoint->url, &draft_.endpoint->parameter})
        *text = guard.masked(std::move(*text));
    }
    // A hash of 64 bits as a decimal number looks like a token, too.
    std::erase_if(draft_.fingerprints, [&](const auto& print) {
      return !std::ranges::all_of(print.second, text::is_digit) && guard.gives_away(print.second);
    });
    for (Fix& fix : draft_.fixes) {
      if (std::ranges::any_of(fix.edits, [&](const Edit& edit) { return guard.gives_away(edit.text); }))
        fix.edits.clear();
      fix.description = guard.masked(std::move(fix.description));
    }
  }

  doc::View record_;
  Observation draft_;
};

}  // namespace

Result<Observation> read_normalised(doc::View record) {
  if (!record.is_object()) return error(ErrorKind::bad_input, "an observation that is not an object");
  return Reader(record).read();
}

std::vector<ToolInfo> normalised_tools(doc::View report) {
  std::vector<ToolInfo> tools;
  const auto add = [&](doc::View stated) {
    ToolInfo tool{name_of(stated.at("name")), name_of(stated.at("version"))};
    if (tool != ToolInfo{} && tools.size() < kMostListed) tools.push_back(std::move(tool));
  };
  for (const doc::View stated : report.at("tools").items()) add(stated);
  if (tools.empty()) add(report.at("tool"));
  return tools;
}

Result<Note> read_normalised_note(doc::View stated) {
  Note note{.code = text::kebab_case(name_of(stated.at("code"))),
            .text = plain_title(stated.at("text").text()),
            .at = name_of(stated.at("at"))};
  const std::string_view level = stated.at("level").text();
  for (const Note::Level known : {Note::Level::info, Note::Level::warning, Note::Level::error}) {
    if (level != to_string(known)) continue;
    note.level = known;
    return note;
  }
  return error(ErrorKind::bad_input, "a note without a known \"level\"");
}

}  // namespace gatepost::ingest
