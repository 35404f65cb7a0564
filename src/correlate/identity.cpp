#include "correlate/identity.hpp"

#include "correlate/url_template.hpp"
#include "model/purl.hpp"

namespace gatepost::correlate {
namespace {

std::string_view bytes_of(const Digest128& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

}  // namespace

std::string_view image_repository(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const std::size_t slash = image.rfind('/');
  const std::size_t colon = image.find(':', slash == std::string_view::npos ? 0 : slash);
  return image.substr(0, colon);
}

Sha256& Identifier::begin(std::string_view algorithm) { return hasher_.field(algorithm).field(in_.repository); }

std::string_view Identifier::path_of(const ObservationRow& row) const {
  const std::uint32_t file = in_.placement.file_of(row.path);
  const std::string_view path =
      file == Placement::kNoFile ? in_.table.text(row.path) : std::string_view(in_.files.files()[file]);
  return in_.current_path ? in_.current_path(path) : path;
}

Digest128 Identifier::context_of(const ObservationRow& row, Row index) const {
  const Digest128 from_source = index < in_.contexts.size() ? in_.contexts[index] : Digest128{};
  return from_source.empty() ? row.context : from_source;
}

IdentityKey Identifier::key(Row index) {
  const ObservationRow& row = in_.table.row(index);
  switch (row.kind) {
    case Kind::sca:
    case Kind::container:
    case Kind::license:
    case Kind::malware:
      // A dependency finding without a package has only its place.
      return row.component == ObservationRow::kNone ? code_key(row, index) : dependency_key(row, true);
    case Kind::secret:
      return secret_key(row, index);
    case Kind::iac:
    case Kind::cspm:
      return resource_key(row, index);
    case Kind::dast:
    case Kind::api:
      return endpoint_key(row, index);
    default:
      return code_key(row, index);
  }
}

// sast.ctx.v1: repository, engine, rule, path, the code around the place. Without code: sast.place.v1, the symbol.
IdentityKey Identifier::code_key(const ObservationRow& row, Row index) {
  const RuleInfo& rule = in_.table.rule_of(row);
  const Digest128 context = context_of(row, index);
  begin(context.empty() ? "sast.place.v1" : "sast.ctx.v1");
  hasher_.field(in_.table.text(rule.engine)).field(in_.table.text(rule.id)).field(path_of(row));
  hasher_.field(context.empty() ? in_.table.text(row.symbol) : bytes_of(context));
  return {hasher_.finish128(), true};
}

// secret.loc.v1: the secret's keyed hash and where it is. When the value is not known: secret.masked.v1, the code
// around.
IdentityKey Identifier::secret_key(const ObservationRow& row, Row index) {
  const ObservationDetail* const detail = in_.table.detail_of(row);
  if (detail != nullptr && detail->secret && !detail->secret->id.empty()) {
    begin("secret.loc.v1").field(path_of(row)).field(detail->secret->kind).field(detail->secret->id);
    return {hasher_.finish128(), true};
  }
  const RuleInfo& rule = in_.table.rule_of(row);
  begin("secret.masked.v1").field(path_of(row)).field(in_.table.text(rule.id)).field(bytes_of(context_of(row, index)));
  return {hasher_.finish128(), true};
}

// A CVE if there is one: the names that others share.
std::string_view Identifier::advisory_of(const ObservationRow& row) const {
  const auto advisories = in_.table.texts(row.advisories);
  for (const std::string_view prefix : {"CVE-", "GHSA-", ""}) {
    for (const TextId id : advisories) {
      if (in_.table.text(id).starts_with(prefix)) return in_.table.text(id);
    }
  }
  return in_.table.text(in_.table.rule_of(row).id);
}

// sca.v1: repository, manifest, scope, package, version, advisory; img.v1 has the image's repository for the manifest.
// The .pkg forms leave the version out.
IdentityKey Identifier::dependency_key(const ObservationRow& row, bool with_version) {
  const StoredComponent& component = *in_.table.component_of(row);
  const ObservationDetail* const detail = in_.table.detail_of(row);
  const bool image = row.kind == Kind::container && detail != nullptr && !detail->image.empty();
  const auto purl = Purl::parse(in_.table.text(component.purl));
  begin(image ? (with_version ? "img.v1" : "img.pkg.v1") : (with_version ? "sca.v1" : "sca.pkg.v1"));
  hasher_.field(image ? image_repository(detail->image) : path_of(row));
  hasher_.field(to_string(row.kind == Kind::license ? Kind::license : Kind::sca));
  hasher_.field(to_string(component.scope));
  hasher_.field(purl ? purl->package() : std::string(in_.table.text(component.package)));
  if (with_version)
    hasher_.field(purl && !purl->version().empty() ? purl->version() : in_.table.text(component.version));
  hasher_.field(advisory_of(row));
  return {hasher_.finish128(), false};
}

Digest128 Identifier::package_key(Row index) {
  const ObservationRow& row = in_.table.row(index);
  if (!is_dependency_kind(row.kind) || row.component == ObservationRow::kNone) return {};
  return dependency_key(row, false).digest;
}

// iac.v1: repository, engine, rule, resource. Without a resource's address the place in the file has to do.
IdentityKey Identifier::resource_key(const ObservationRow& row, Row index) {
  const ObservationDetail* const detail = in_.table.detail_of(row);
  if (detail == nullptr || detail->resource.empty()) return code_key(row, index);
  const RuleInfo& rule = in_.table.rule_of(row);
  begin("iac.v1")
      .field(in_.table.text(rule.engine))
      .field(in_.table.text(rule.id))
      .field(path_of(row))
      .field(detail->resource);
  return {hasher_.finish128(), true};
}

// dast.v1: engine, rule, method, URL without host and values, parameter.
IdentityKey Identifier::endpoint_key(const ObservationRow& row, Row index) {
  const ObservationDetail* const detail = in_.table.detail_of(row);
  if (detail == nullptr || !detail->endpoint) return code_key(row, index);
  const RuleInfo& rule = in_.table.rule_of(row);
  begin("dast.v1").field(in_.table.text(rule.engine)).field(in_.table.text(rule.id));
  hasher_.field(detail->endpoint->method).field(url_template(detail->endpoint->url)).field(detail->endpoint->parameter);
  return {hasher_.finish128(), false};
}

FindingId finding_id(const Digest128& key, std::uint32_t occurrence, Sha256& hasher) {
  if (occurrence == 0) return {key};
  return {hasher.field("occurrence").field(bytes_of(key)).field(std::uint64_t{occurrence}).finish128()};
}

}  // namespace gatepost::correlate
