#include "correlate/identity.hpp"

#include "base/text.hpp"
#include "correlate/comparable_purl.hpp"
#include "correlate/url_template.hpp"
#include "model/purl.hpp"

namespace gatepost::correlate {
namespace {

std::string_view bytes_of(const Digest128& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

bool is_image(const ObservationRow& row, const ObservationDetail* detail) {
  return row.kind == Kind::container && detail != nullptr && !detail->image.empty();
}

bool knows_value(const ObservationDetail* detail) {
  return detail != nullptr && detail->secret && !detail->secret->id.empty();
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
      return goes_by_resource(row) ? resource_key(row, index) : endpoint_key(row, index);
    default:
      if (goes_by_resource(row)) return resource_key(row, index);
      return goes_by_endpoint(row) ? endpoint_key(row, index) : code_key(row, index);
  }
}

// A service of a host, an account, an address: what lies in no file goes by what it names.
bool Identifier::goes_by_resource(const ObservationRow& row) const {
  const ObservationDetail* const detail = in_.table.detail_of(row);
  return path_of(row).empty() && detail != nullptr && !detail->endpoint && !detail->resource.empty();
}

bool Identifier::goes_by_endpoint(const ObservationRow& row) const {
  const ObservationDetail* const detail = in_.table.detail_of(row);
  return path_of(row).empty() && detail != nullptr && detail->endpoint.has_value();
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
  if (knows_value(detail)) {
    return {secret_place(row, detail->secret->kind, detail->secret->id), true};
  }
  const RuleInfo& rule = in_.table.rule_of(row);
  begin("secret.masked.v1")
      .field(secret_site(row))
      .field(in_.table.text(rule.id))
      .field(bytes_of(context_of(row, index)));
  return {hasher_.finish128(), true};
}

Digest128 Identifier::secret_place(const ObservationRow& row, std::string_view kind, std::string_view id) {
  begin("secret.loc.v1").field(secret_site(row)).field(kind).field(id);
  return hasher_.finish128();
}

// Where a secret is: its file; a page, a ticket or a setting when it is in none.
std::string_view Identifier::secret_site(const ObservationRow& row) const {
  const std::string_view path = path_of(row);
  const ObservationDetail* const detail = in_.table.detail_of(row);
  if (!path.empty() || detail == nullptr) return path;
  return detail->endpoint ? std::string_view(detail->endpoint->url) : std::string_view(detail->resource);
}

std::optional<Digest128> Identifier::former_key(Row index) {
  const ObservationRow& row = in_.table.row(index);
  const ObservationDetail* const detail = in_.table.detail_of(row);
  if (row.kind != Kind::secret || !knows_value(detail) || detail->secret->former_id.empty()) return std::nullopt;
  return secret_place(row, detail->secret->kind, detail->secret->former_id);
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
  const bool image = is_image(row, in_.table.detail_of(row));
  const auto purl = Purl::parse(in_.table.text(component.purl));
  begin(image ? (with_version ? "img.v1" : "img.pkg.v1") : (with_version ? "sca.v1" : "sca.pkg.v1"));
  hasher_.field(container_of(row));
  // Of a workload or a machine: without it the same package elsewhere would be the same finding.
  if (const ObservationDetail* const detail = in_.table.detail_of(row); detail != nullptr && !image)
    if (!detail->resource.empty()) hasher_.field(detail->resource);
  hasher_.field(to_string(row.kind == Kind::license ? Kind::license : Kind::sca));
  hasher_.field(to_string(component.scope));
  hasher_.field(purl ? purl->package() : std::string(in_.table.text(component.package)));
  if (with_version)
    hasher_.field(purl && !purl->version().empty() ? purl->version() : in_.table.text(component.version));
  hasher_.field(advisory_of(row));
  return {hasher_.finish128(), false};
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

std::string_view Identifier::container_of(const ObservationRow& row) const {
  const ObservationDetail* const detail = in_.table.detail_of(row);
  return is_image(row, detail) ? image_repository(detail->image) : path_of(row);
}

// --- other fingerprints
// -----------------------------------------------------------------------------------------------

std::string_view Identifier::algorithm(Row index) const {
  const ObservationRow& row = in_.table.row(index);
  switch (category(index)) {
    case Category::package:
      return is_image(row, in_.table.detail_of(row)) ? "img.v1" : "sca.v1";
    case Category::secret:
      return "secret.loc.v1";
    case Category::masked_secret:
      return "secret.masked.v1";
    case Category::resource:
      return "iac.v1";
    case Category::named:
      return row.kind == Kind::malware ? "sca.v1" : "dast.v1";
    case Category::code:
      break;
  }
  return context_of(row, index).empty() ? "sast.place.v1" : "sast.ctx.v1";
}

Category Identifier::category(Row index) const {
  const ObservationRow& row = in_.table.row(index);
  const ObservationDetail* const detail = in_.table.detail_of(row);
  switch (row.kind) {
    case Kind::malware:
      return row.component == ObservationRow::kNone ? Category::code : Category::named;
    case Kind::sca:
    case Kind::container:
    case Kind::license:
      return row.component == ObservationRow::kNone ? Category::code : Category::package;
    case Kind::secret:
      return knows_value(detail) ? Category::secret : Category::masked_secret;
    case Kind::iac:
    case Kind::cspm:
      return detail == nullptr || detail->resource.empty() ? Category::code : Category::resource;
    case Kind::dast:
    case Kind::api:
      if (goes_by_resource(row)) return Category::resource;
      return detail == nullptr || !detail->endpoint ? Category::code : Category::named;
    default:
      if (goes_by_resource(row)) return Category::resource;
      return goes_by_endpoint(row) ? Category::named : Category::code;
  }
}

bool Identifier::lacks_code(Row index) const { return context_of(in_.table.row(index), index).empty(); }

std::vector<Fingerprint> Identifier::fingerprints(Row index) {
  const ObservationRow& row = in_.table.row(index);
  const bool image = is_image(row, in_.table.detail_of(row));
  std::vector<Fingerprint> all = {{algorithm(index), key(index).digest}};
  const auto add = [&](std::string_view name, const Digest128& value) {
    if (!value.empty()) all.push_back({name, value});
  };
  switch (category(index)) {
    case Category::code:
      add(row.kind == Kind::ci ? "ci.v1" : "sast.scope.v1", scope_key(row, index));
      add("sast.anywhere.v1", elsewhere_key(row, index));
      add("sast.line.v1", line_key(row));
      break;
    case Category::masked_secret:
      add("sast.line.v1", line_key(row));
      break;
    case Category::secret:
      add("secret.v1", elsewhere_key(row, index));
      break;
    case Category::resource:
      add(row.kind == Kind::cspm ? "cspm.v1" : "iac.address.v1", elsewhere_key(row, index));
      add("sast.line.v1", line_key(row));
      break;
    case Category::package:
      if (row.kind == Kind::license) {
        add("lic.v1", package_key(row, "lic.v1", false));
        break;
      }
      add(image ? "img.purl.v1" : "sca.purl.v1", match_key(Key::content, index));
      add(image ? "img.pkg.v1" : "sca.pkg.v1", dependency_key(row, false).digest);
      break;
    case Category::named:
      if (row.kind == Kind::malware) add("mal.v1", package_key(row, "mal.v1", true));
      break;
  }
  return all;
}

Digest128 Identifier::match_key(Key which, Row index) {
  const ObservationRow& row = in_.table.row(index);
  const Category sort = category(index);
  const bool image = is_image(row, in_.table.detail_of(row));
  switch (which) {
    case Key::content:
      return sort == Category::package ? package_key(row, image ? "img.purl.v1" : "sca.purl.v1", true)
                                       : key(index).digest;
    case Key::group:
      return group_key(row);
    case Key::scope:
      return scope_key(row, index);
    case Key::inner: {
      const Digest128 scope = scope_key(row, index);
      if (scope.empty() || lacks_code(index)) return {};
      return begin("inner").field(bytes_of(scope)).field(bytes_of(context_of(row, index))).finish128();
    }
    case Key::elsewhere:
      return elsewhere_key(row, index);
    case Key::successor:
      return row.kind == Kind::license ? package_key(row, "lic.v1", false) : dependency_key(row, false).digest;
    case Key::symbol:
      return symbol_key(row, index);
  }
  return {};
}

const CodeFacts* Identifier::code_of(Row index) const {
  if (in_.code == nullptr) return nullptr;
  const auto found = in_.code->find(index);
  return found == in_.code->end() ? nullptr : &found->second;
}

std::span<const std::uint64_t> Identifier::words(Row index) const {
  const CodeFacts* const code = code_of(index);
  return code == nullptr ? std::span<const std::uint64_t>{} : std::span(code->words);
}

// As the tool says, else as the code looks.
std::string_view Identifier::symbol_of(const ObservationRow& row, Row index) const {
  if (row.symbol != TextId::none) return in_.table.text(row.symbol);
  const CodeFacts* const code = code_of(index);
  return code == nullptr ? std::string_view{} : std::string_view(code->symbol);
}

// Everything of a rule in a file.
Digest128 Identifier::group_key(const ObservationRow& row) {
  const RuleInfo& rule = in_.table.rule_of(row);
  begin("group").field(in_.table.text(rule.engine)).field(in_.table.text(rule.id)).field(path_of(row));
  return hasher_.finish128();
}

// sast.line.v1: engine, rule, path, line. Of two scans of one commit only.
Digest128 Identifier::line_key(const ObservationRow& row) {
  if (row.range.first_line == 0) return {};
  const RuleInfo& rule = in_.table.rule_of(row);
  begin("sast.line.v1").field(in_.table.text(rule.engine)).field(in_.table.text(rule.id)).field(path_of(row));
  return hasher_.field(std::uint64_t{row.range.first_line}).finish128();
}

// sast.scope.v1: engine, rule, path, enclosing symbol, the text of the own lines. ci.v1: the same of a pipeline, where
// the symbol is the job.
Digest128 Identifier::scope_key(const ObservationRow& row, Row index) {
  const CodeFacts* const code = code_of(index);
  const std::string_view symbol = symbol_of(row, index);
  if (code == nullptr || code->text.empty() || symbol.empty()) return {};
  const RuleInfo& rule = in_.table.rule_of(row);
  begin(row.kind == Kind::ci ? "ci.v1" : "sast.scope.v1");
  hasher_.field(in_.table.text(rule.engine)).field(in_.table.text(rule.id)).field(path_of(row)).field(symbol);
  return hasher_.field(bytes_of(code->text)).finish128();
}

// The identity without the file: secret.v1 is a secret's keyed hash, cspm.v1 and iac.address.v1 a resource's address,
// sast.anywhere.v1 the code around the place.
Digest128 Identifier::elsewhere_key(const ObservationRow& row, Row index) {
  const ObservationDetail* const detail = in_.table.detail_of(row);
  const RuleInfo& rule = in_.table.rule_of(row);
  switch (category(index)) {
    case Category::secret:
      return begin("secret.v1").field(detail->secret->kind).field(detail->secret->id).finish128();
    case Category::resource: {
      // Addresses are unique within a folder, not beyond it; those of a cloud everywhere.
      const bool cloud = row.kind == Kind::cspm;
      const std::string_view path = path_of(row);
      const std::string_view folder = path.substr(0, path.rfind('/') + 1);  // npos + 1 is 0
      begin(cloud ? "cspm.v1" : "iac.address.v1").field(in_.table.text(rule.engine)).field(in_.table.text(rule.id));
      return hasher_.field(cloud ? std::string_view{} : folder).field(detail->resource).finish128();
    }
    case Category::code:
      if (lacks_code(index)) return {};
      begin("sast.anywhere.v1").field(in_.table.text(rule.engine)).field(in_.table.text(rule.id));
      return hasher_.field(bytes_of(context_of(row, index))).finish128();
    default:
      return {};
  }
}

// Rule, symbol and the file's last name: code that moved to another folder, and was edited.
Digest128 Identifier::symbol_key(const ObservationRow& row, Row index) {
  const std::string_view symbol = symbol_of(row, index), path = path_of(row);
  if (symbol.empty() || path.empty()) return {};
  const RuleInfo& rule = in_.table.rule_of(row);
  begin("symbol").field(in_.table.text(rule.engine)).field(in_.table.text(rule.id)).field(symbol);
  return hasher_.field(path.substr(path.rfind('/') + 1)).finish128();
}

// sca.purl.v1, img.purl.v1, lic.v1, mal.v1: packages by the name that all tools mean. A malicious package is one
// wherever it is.
Digest128 Identifier::package_key(const ObservationRow& row, std::string_view algorithm, bool with_version) {
  const StoredComponent& component = *in_.table.component_of(row);
  const auto purl = Purl::parse(in_.table.text(component.purl));
  const bool anywhere = row.kind == Kind::malware;
  begin(algorithm).field(anywhere ? std::string_view{} : container_of(row));
  hasher_.field(anywhere ? std::string_view{} : to_string(component.scope));
  hasher_.field(purl ? comparable(*purl) : std::string(in_.table.text(component.package)));
  if (with_version) {
    const std::string version =
        purl && !purl->version().empty() ? purl->version() : std::string(in_.table.text(component.version));
    hasher_.field(purl && purl->type() == "nuget" ? text::lower(version) : version);
  }
  return hasher_.field(advisory_of(row)).finish128();
}

FindingId finding_id(const Digest128& key, std::uint32_t occurrence, Sha256& hasher) {
  if (occurrence == 0) return {key};
  return {hasher.field("occurrence").field(bytes_of(key)).field(std::uint64_t{occurrence}).finish128()};
}

}  // namespace gatepost::correlate
