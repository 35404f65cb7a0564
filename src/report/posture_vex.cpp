// What the ledger says about vulnerabilities in packages, as VEX for others: OpenVEX 0.2.0 and CycloneDX 1.6. The
// product is what the repository builds, and the package a part of it.
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/digest.hpp"
#include "base/text.hpp"
#include "model/purl.hpp"
#include "model/vex.hpp"
#include "report/escape.hpp"
#include "report/posture.hpp"

namespace gatepost::report {
namespace {

using doc::JsonWriter;

constexpr std::size_t kLongestText = 2000;

struct Statement {
  std::string package;
  std::vector<std::string> ids;  // the first names it
  VexStatus status = VexStatus::fixed;
  std::string_view cyclonedx;  // state of the analysis
  std::string why, since;
};

struct Decided {
  VexStatus status = VexStatus::under_investigation;
  std::string_view cyclonedx = "in_triage";
  std::string why;
};

std::string waiver_text(const Posture& posture, const PostureFinding& it) {
  const auto found = std::ranges::find(posture.waivers, it.waiver, &PostureWaiver::id);
  if (found == posture.waivers.end()) return it.waiver.empty() ? "" : "waiver " + it.waiver;
  std::string out = "waiver " + found->id;
  if (!found->expires.empty()) out += " until " + found->expires;
  if (!found->reason.empty()) out += ", " + found->reason;
  return found->justification.empty() ? out : out + ": " + found->justification;
}

// Nothing for what others count or what is no longer there.
std::optional<Decided> decided(const Posture& posture, const PostureFinding& it) {
  if (it.state == "open") {
    const bool confirmed = it.known_exploited || it.triage == "confirmed" || it.triage == "in_progress";
    if (!confirmed) return Decided{};
    return Decided{VexStatus::affected, "exploitable", it.fix.empty() ? "to be repaired" : it.fix};
  }
  if (it.state == "waived")
    return Decided{VexStatus::affected, "exploitable", "accepted by " + waiver_text(posture, it)};
  if (it.state == "false_positive")
    return Decided{VexStatus::not_affected, "false_positive", "false positive, " + waiver_text(posture, it)};
  if (it.state == "not_affected")
    return Decided{VexStatus::not_affected, "not_affected",
                   it.because.empty() ? "a trusted statement says so" : "stated by " + it.because};
  if (it.state == "fixed")
    return Decided{VexStatus::fixed, "resolved", it.because.empty() ? "" : "repaired: " + it.because};
  return std::nullopt;
}

// The CVE first, then by name.
std::vector<std::string> ordered(const std::set<std::string>& ids) {
  std::vector<std::string> all(ids.begin(), ids.end());
  std::ranges::stable_partition(all, [](const std::string& it) { return it.starts_with("CVE-"); });
  return all;
}

// One for each package and vulnerability. Where findings differ the worst counts.
std::vector<Statement> statements_of(const Posture& posture) {
  struct Group {
    Statement statement;
    std::set<std::string> ids;
    bool fresh = true;
  };
  std::map<std::pair<std::string, std::string>, Group> groups;
  for (const PostureFinding& it : posture.findings) {
    if (it.package.empty() || it.advisories.empty() || !Purl::parse(it.package)) continue;
    auto what = decided(posture, it);
    if (!what) continue;
    const std::set<std::string> ids(it.advisories.begin(), it.advisories.end());
    Group& group = groups[{it.package, ordered(ids).front()}];
    group.ids.insert(ids.begin(), ids.end());
    if (!group.fresh && group.statement.status >= what->status) continue;
    group.fresh = false;
    group.statement = {it.package,           {},
                       what->status,         what->cyclonedx,
                       std::move(what->why), it.since.empty() ? it.first_detected : it.since};
  }
  std::vector<Statement> all;
  for (auto& [key, group] : groups) {
    group.statement.ids = ordered(group.ids);
    group.statement.why = escape::one_line(group.statement.why, kLongestText);
    all.push_back(std::move(group.statement));
  }
  return all;
}

// The same document has the same number: a UUID of version 8 out of its contents.
std::string uuid_of(const Posture& posture, const std::vector<Statement>& statements) {
  std::string all = posture.project + "\n" + posture.generated + "\n";
  for (const Statement& it : statements)
    all +=
        it.package + "\n" + text::join(it.ids, " ") + "\n" + std::string(to_string(it.status)) + "\n" + it.why + "\n";
  std::string digits = hex(sha256(all)).substr(0, 32);
  digits[12] = '8';
  digits[16] = '8';
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                     digits.substr(16, 4), digits.substr(20));
}

Result<std::string> product_of(const Posture& posture) {
  const auto purl = Purl::parse("pkg:generic/" + posture.project);
  if (!posture.project.empty() && purl) return purl->to_string();
  return error(ErrorKind::config, "a VEX document names the product it is about, and the repository has no name",
               "set repository in .gatepost.yml, for example acme/shop");
}

void write_openvex(JsonWriter& json, const Statement& it, const std::string& product) {
  json.line_break().begin_object().key("vulnerability").begin_object().field("name", it.ids.front());
  if (it.ids.size() > 1) {
    json.key("aliases").begin_array();
    for (std::size_t i = 1; i < it.ids.size(); ++i) json.value(it.ids[i]);
    json.end_array();
  }
  json.end_object().optional_field("timestamp", it.since);
  json.key("products").begin_array().begin_object().field("@id", product).key("subcomponents").begin_array();
  json.begin_object().field("@id", it.package).end_object().end_array().end_object().end_array();
  json.field("status", to_string(it.status));
  if (it.status == VexStatus::not_affected) json.field("impact_statement", it.why);
  if (it.status == VexStatus::affected) json.field("action_statement", it.why);
  if (it.status != VexStatus::not_affected && it.status != VexStatus::affected)
    json.optional_field("status_notes", it.why);
  json.end_object();
}

void write_cyclonedx(JsonWriter& json, const Statement& it) {
  json.line_break().begin_object().field("id", it.ids.front());
  if (it.ids.size() > 1) {
    json.key("references").begin_array();
    for (std::size_t i = 1; i < it.ids.size(); ++i)
      json.begin_object()
          .field("id", it.ids[i])
          .key("source")
          .begin_object()
          .field("name", it.ids[i].substr(0, it.ids[i].find('-')))
          .end_object()
          .end_object();
    json.end_array();
  }
  json.key("analysis").begin_object().field("state", it.cyclonedx).optional_field("detail", it.why);
  json.optional_field("firstIssued", it.since).end_object();
  json.key("affects").begin_array().begin_object().field("ref", it.package).end_object().end_array().end_object();
}

}  // namespace

bool has_vex_statements(const Posture& posture) { return product_of(posture).ok() && !statements_of(posture).empty(); }

Status write_posture_openvex(const Posture& posture, const Sink& sink) {
  GP_TRY(const std::string product, product_of(posture));
  const std::vector<Statement> statements = statements_of(posture);
  if (statements.empty()) {
    return error(ErrorKind::bad_input,
                 "the ledger has no finding of a package with an advisory, and OpenVEX has no empty document",
                 "--format cyclonedx-vex has one");
  }
  JsonStream out(sink);
  JsonWriter& json = out.json;
  json.begin_object().field("@context", "https://openvex.dev/ns/v0.2.0");
  json.field("@id", "urn:uuid:" + uuid_of(posture, statements)).field("author", posture.project);
  json.field("timestamp", posture.generated).field("version", 1).field("tooling", "gatepost " + posture.version);
  json.key("statements").begin_array();
  for (const Statement& it : statements) {
    write_openvex(json, it, product);
    GP_CHECK(out.pass_on());
  }
  json.line_break().end_array().end_object();
  return out.finish();
}

Status write_posture_cyclonedx_vex(const Posture& posture, const Sink& sink) {
  GP_TRY(const std::string product, product_of(posture));
  const std::vector<Statement> statements = statements_of(posture);
  JsonStream out(sink);
  JsonWriter& json = out.json;
  json.begin_object().field("bomFormat", "CycloneDX").field("specVersion", "1.6");
  json.field("serialNumber", "urn:uuid:" + uuid_of(posture, statements)).field("version", 1);
  json.key("metadata").begin_object().field("timestamp", posture.generated).key("tools").begin_object();
  json.key("components").begin_array().begin_object().field("type", "application").field("name", "gatepost");
  json.optional_field("version", posture.version).end_object().end_array().end_object();
  json.key("component").begin_object().field("type", "application").field("bom-ref", product);
  json.field("name", posture.project).field("purl", product).end_object().end_object();
  std::set<std::string> packages;
  for (const Statement& it : statements) packages.insert(it.package);
  json.key("components").begin_array();
  for (const std::string& it : packages) {
    const auto purl = Purl::parse(it);
    json.line_break().begin_object().field("type", "library").field("bom-ref", it).field("name", purl->name());
    json.optional_field("version", purl->version()).field("purl", it).end_object();
    GP_CHECK(out.pass_on());
  }
  json.end_array().key("vulnerabilities").begin_array();
  for (const Statement& it : statements) {
    write_cyclonedx(json, it);
    GP_CHECK(out.pass_on());
  }
  json.line_break().end_array().end_object();
  return out.finish();
}

}  // namespace gatepost::report
