#include "context/vex.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "context/vex_parts.hpp"
#include "doc/json.hpp"
#include "model/advisory_id.hpp"
#include "model/purl.hpp"

namespace gatepost::context {
namespace vex {
namespace {

constexpr std::size_t kMostNotes = 20, kMostIds = 32;
constexpr std::size_t kLongestWords = 500, kLongestId = 512;

struct Format {
  std::string_view name;
  bool (*is)(const doc::View& root);
  Status (*read)(const doc::View& root, Collector& out);
};
constexpr Format kFormats[] = {{"OpenVEX", is_openvex, read_openvex},
                               {"CSAF", is_csaf, read_csaf},
                               {"CycloneDX", is_cyclonedx, read_cyclonedx},
                               {"SPDX", is_spdx, read_spdx}};
constexpr Limits kLimits{.values = 5'000'000};

// Behind blanks and a byte order mark.
bool looks_like_xml(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text::trim(text.substr(0, 4096)).starts_with('<');
}

Error no_format(const doc::View& root, const std::string& name) {
  const std::string_view context = root.at("@context").text();
  return error(
      ErrorKind::bad_input,
      fmt::format("{}: no VEX document{}; expected OpenVEX, CSAF of the category csaf_vex, CycloneDX with "
                  "vulnerabilities, as JSON or XML, or SPDX 3 with VEX relationships",
                  name, context.empty() ? "" : fmt::format(" (its @context is \"{}\")", text::printable(context, 80))));
}

}  // namespace

void Collector::add(VexStatement statement, const doc::View& about) {
  if (full_) return;
  statement.origin = origin_;
  statement.pointer = about.pointer();
  out_.statements.push_back(std::move(statement));
}

bool Collector::take() {
  full_ = full_ || ++targets_ > kMostVexTargets;
  return !full_;
}

void Collector::reject(const doc::View& about, std::string_view why) {
  note(about, fmt::format("this VEX statement does not count: {}", why));
}

void Collector::tell(const doc::View& about, std::string text) { note(about, std::move(text)); }

void Collector::note(const doc::View& about, std::string text) {
  if (++notes_ > kMostNotes) return;
  if (notes_ == kMostNotes) text = "more of its statements lack something; they are not listed";
  out_.notes.push_back({Note::Level::warning, "vex-statement", about.where() + ": " + std::move(text), {}});
}

std::string words(const doc::View& text) {
  return text::to_utf8(text::fold_whitespace(text::strip_controls(std::string(text.text().substr(0, 4096)), "\n\t")),
                       kLongestWords);
}

std::optional<Timestamp> time_of(const doc::View& text) {
  return text.is_string() ? parse_timestamp(text.text()) : std::nullopt;
}

void add_id(std::vector<std::string>& ids, std::string_view id) {
  const auto parsed = AdvisoryId::parse(id);
  if (!parsed || ids.size() >= kMostIds || std::ranges::find(ids, parsed->value()) != ids.end()) return;
  ids.push_back(parsed->value());
}

VexProduct product(std::string_view id) {
  VexProduct it{.id = std::string(text::trim(id.substr(0, kLongestId))), .purl = {}, .versions = {}, .cpe = {}};
  // One that is cut could be another one.
  if (const auto purl = Purl::parse(id); purl && id.size() <= kLongestId) it.purl = purl->to_string();
  return it;
}

VexProduct at_version(VexProduct it, std::string_view version) {
  const auto purl = version.empty() ? std::nullopt : Purl::parse(it.purl);
  if (!purl) return it;
  const auto one = Purl::make(purl->type(), purl->name_space(), purl->name(), version);
  const std::size_t qualifiers = it.purl.find_first_of("?#");
  const std::string rest = qualifiers == std::string::npos ? "" : it.purl.substr(qualifiers);
  it.purl = one ? one->to_string() + rest : "";
  return it;
}

VexProduct package(std::string_view purl, std::string_view name, std::string_view version, bool image) {
  if (!purl.empty()) {
    VexProduct it = product(purl);
    const auto parsed = Purl::parse(it.purl);
    return parsed && parsed->version().empty() ? at_version(std::move(it), version) : it;
  }
  if (!image || version.empty()) return product(name);
  return product(fmt::format("{}{}{}", name, version.starts_with("sha256:") ? "@" : ":", version));
}

}  // namespace vex

Result<VexDocument> read_vex(std::string text, const std::string& name, VexOrigin origin) {
  if (text.size() > kLargestVexFile) {
    return error(ErrorKind::bad_input, fmt::format("{}: larger than {} MiB, which is too large for a VEX document",
                                                   name, kLargestVexFile >> 20U));
  }
  const bool xml = vex::looks_like_xml(text);
  GP_TRY(const doc::Document document, xml ? vex::cyclonedx_of_xml(std::move(text), name, vex::kLimits)
                                           : doc::parse_json(std::move(text), name, vex::kLimits));
  const doc::View root = document.root();
  const auto* const format = std::ranges::find_if(vex::kFormats, [&](const auto& it) { return it.is(root); });
  if (format == std::end(vex::kFormats)) return vex::no_format(root, name);
  VexDocument out{.format = std::string(format->name), .statements = {}, .notes = {}};
  vex::Collector collector(out, origin);
  GP_CHECK(format->read(root, collector));
  if (collector.full()) {
    return error(ErrorKind::bad_input,
                 fmt::format("{}: more than {} products in statements; none of them counts", name, kMostVexTargets));
  }
  for (VexStatement& statement : out.statements) {
    statement.document = name;
    if (xml) statement.pointer = vex::xml_pointer(statement.pointer);
  }
  return out;
}

}  // namespace gatepost::context
