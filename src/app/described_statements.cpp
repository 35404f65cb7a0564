#include "app/described_statements.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "correlate/families.hpp"
#include "correlate/identity.hpp"
#include "correlate/url_template.hpp"
#include "doc/json.hpp"
#include "ingest/engine.hpp"
#include "model/advisory_id.hpp"
#include "model/purl.hpp"

namespace gatepost::app {
namespace {

using correlate::Statement;

constexpr std::int64_t kLeastSimilar = 50;  // percent, from which on git speaks of a rename

// The first of several keys that is there.
doc::View any(doc::View object, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (const doc::View found = object.at(key); found.exists() && !found.is_null()) return found;
  }
  return {};
}

std::uint32_t small(doc::View view) {
  const auto number = view.integer();
  const bool fits = number && *number > 0 && *number <= std::numeric_limits<std::int32_t>::max();
  return fits ? static_cast<std::uint32_t>(*number) : 0;
}

// Equal values give equal texts.
void append_value(std::string& out, doc::View view) {
  out.append(to_string(view.kind())).append(":").append(view.scalar()).append(";");
  for (const doc::View item : view.items()) append_value(out, item);
  for (const auto& [key, value] : view.members()) append_value(out.append(key).append("="), value);
  out += '.';
}

class Reader {
 public:
  explicit Reader(DescribedStatements& out) : out_(out) {}

  Status add(doc::View view) {
    if (!view.is_object()) return error(ErrorKind::usage, view.where() + ": an observation is an object");
    Statement it;
    GP_CHECK(identity(view, it));
    place(view, it);
    package(view, it);
    secret(view, it);
    resource(view, it);
    endpoint(view, it);
    out_.statements.push_back(std::move(it));
    return Done{};
  }

  void finish() {
    out_.aliases.build();
    for (std::size_t i = 0; i < out_.statements.size(); ++i) out_.statements[i].advisories = groups_of(names_[i]);
    for (Statement& it : out_.statements) {
      const auto handled = it.route.empty() ? handled_.find(it.path) : handled_.end();
      const auto by_symbol = it.route.empty() && !it.symbol.empty() ? handled_.find(it.symbol) : handled_.end();
      const auto found = by_symbol != handled_.end() ? by_symbol : handled;
      if (found == handled_.end() || it.kind == Kind::dast || it.kind == Kind::api) continue;
      it.method = found->second.first, it.route = found->second.second;
    }
  }

 private:
  struct Names {
    std::vector<std::string_view> own, aliases;  // of the record, and what it says are the same
  };

  std::string_view keep(std::string text) { return out_.texts.emplace_back(std::move(text)); }
  // A text, or a number as it is written.
  static std::string_view text_of(doc::View view) { return text::trim(view.scalar()); }

  Status identity(doc::View view, Statement& it) {
    const std::string_view tool = text_of(any(view, {"tool", "engine"}));
    it.engine = keep(ingest::engine_id(text_of(any(view, {"engine", "tool"}))));
    it.rule = text_of(any(view, {"rule_id", "rule"}));
    const doc::View kind = any(view, {"category", "kind"});
    const auto known = parse_kind(kind.text());
    if (kind.exists() && !known)
      return error(ErrorKind::usage, kind.where() + ": \"" + text::printable(kind.scalar(), 40) + "\" is no kind");
    it.kind = known ? *known : ingest::engine_kind(it.engine, {it.rule}).value_or(Kind::other);
    it.repository = text_of(any(view, {"repo", "repository"}));
    it.commit = text_of(view.at("commit"));
    it.service = text_of(view.at("service"));
    it.report = report_of(view, tool, it.commit);
    return Done{};
  }

  // Without a word about reports, what one tool says of one commit is one.
  std::uint32_t report_of(doc::View view, std::string_view tool, std::string_view commit) {
    std::string key;
    if (const doc::View report = view.at("report"); report.exists() && !report.is_null()) {
      append_value(key.append("report "), report);
    } else {
      key.append("tool ").append(text::lower(tool)).append("\n").append(commit);
    }
    return reports_.emplace(std::move(key), static_cast<std::uint32_t>(reports_.size())).first->second;
  }

  void place(doc::View view, Statement& it) {
    it.path = keep(normalise_reported_path(text_of(view.at("path")), false));
    it.first_line = small(any(view, {"start_line", "line"}));
    it.last_line = std::max(it.first_line, small(view.at("end_line")));
    it.first_column = small(any(view, {"start_column", "column"}));
    it.symbol = text_of(view.at("symbol"));
    it.context = text_of(view.at("context_hash"));
    const doc::View rename = view.at("git_rename");
    const bool similar = rename.at("similarity").integer().value_or(100) >= kLeastSimilar;
    if (similar && text_of(rename.at("to")) == it.path) it.renamed_from = text_of(rename.at("from"));
    const doc::View cwes = any(view, {"cwe", "cwes"});
    const auto add = [&](doc::View cwe) {
      if (const auto number = parse_cwe(cwe.scalar())) it.cwes.push_back(*number);
    };
    add(cwes);
    for (const doc::View cwe : cwes.items()) add(cwe);
    std::ranges::sort(it.cwes);
    const auto& families = correlate::RuleFamilies::built_in();
    it.family = families.find(it.engine, it.rule);
    const auto meant = it.cwes.empty() ? families.weakness_of(it.family) : std::nullopt;
    if (meant) it.cwes = {*meant}, it.cwe_of_family = true;
  }

  void names(doc::View list, std::vector<std::string_view>& into) {
    const auto add = [&](doc::View one) {
      const auto id = AdvisoryId::parse(text_of(one));
      if (id) into.push_back(keep(id->value()));
    };
    add(list);
    for (const doc::View one : list.items()) add(one);
  }

  void package(doc::View view, Statement& it) {
    Names names_of;
    names(any(view, {"ids", "advisories", "advisory"}), names_of.own);
    names(view.at("aliases"), names_of.aliases);
    std::vector<std::string_view> all = names_of.own, parts;
    all.insert(all.end(), names_of.aliases.begin(), names_of.aliases.end());
    names(view.at("upstream"), parts);
    out_.aliases.declare(all);
    for (const std::string_view own : names_of.own) out_.aliases.declare_parts(own, parts);
    names_.push_back(std::move(names_of));
    const auto purl = Purl::parse(text_of(view.at("purl")));
    std::string name(text_of(view.at("package")));
    if (!name.empty()) name.append("@").append(text_of(view.at("version")));
    it.package = keep(purl ? purl->to_string() : name);
    it.manifest = text_of(view.at("manifest"));
    if (it.manifest.empty() && it.kind != Kind::container && is_dependency_kind(it.kind)) it.manifest = it.path;
    it.scope = text_of(view.at("scope"));
    it.licence = text_of(any(view, {"license", "licence", "expression"}));
    if (it.licence.empty() && it.kind == Kind::license) it.licence = it.rule;
    it.image = correlate::image_repository(text_of(view.at("image")));
    const doc::View built = view.at("built_from");
    it.built_from_repository = text_of(any(built, {"repo", "repository"}));
    it.built_from_service = text_of(built.at("service"));
    it.built_from_commit = text_of(built.at("commit"));
  }

  // What an observation stands for: the CVEs that it names itself, else what is known of its names.
  std::vector<std::string_view> groups_of(const Names& names) const {
    std::vector<std::string_view> groups;
    const auto add_cves = [&](const std::vector<std::string_view>& ids) {
      std::ranges::copy_if(ids, std::back_inserter(groups), [](std::string_view id) { return id.starts_with("CVE-"); });
    };
    add_cves(names.own);
    if (groups.empty()) add_cves(names.aliases);
    if (groups.empty()) {
      for (const std::string_view id : names.own) {
        const auto known = out_.aliases.groups_of(id);
        groups.insert(groups.end(), known.begin(), known.end());
      }
    }
    std::ranges::sort(groups);
    const auto rest = std::ranges::unique(groups);
    groups.erase(rest.begin(), rest.end());
    return groups;
  }

  void secret(doc::View view, Statement& it) {
    if (it.kind != Kind::secret) return;
    const bool kind_is_free = view.at("category").exists();
    std::string_view kind = text_of(view.at("secret").at("kind"));
    if (kind.empty() && kind_is_free) kind = text_of(view.at("kind"));
    it.secret_kind = keep(text::kebab_case(kind));
    it.secret_hash = text_of(any(view, {"secret_hmac"}));
    if (it.secret_hash.empty()) it.secret_hash = text_of(view.at("secret").at("id"));
  }

  void resource(doc::View view, Statement& it) {
    it.address = text_of(any(view, {"address", "resource"}));
    it.provider_id = text_of(any(view, {"provider_id", "resource_id", "state_id"}));
    if (const auto control = text_of(any(view, {"control_family", "control"})); !control.empty()) it.family = control;
  }

  void endpoint(doc::View view, Statement& it) {
    const doc::View route = view.at("route"), called = view.at("endpoint");
    it.method = text_of(any(route, {"method"}));
    it.route = route.is_object() ? text_of(route.at("template")) : text_of(route);
    it.parameter = text_of(any(route, {"param", "parameter"}));
    const auto fill = [](std::string_view& into, doc::View from) {
      if (into.empty()) into = text_of(from);
    };
    fill(it.method, any(view, {"method"}));
    fill(it.method, called.at("method"));
    fill(it.parameter, any(view, {"param", "parameter"}));
    fill(it.parameter, called.at("parameter"));
    const bool scan = it.kind == Kind::dast || it.kind == Kind::api;
    const std::string_view url = text_of(any(view, {"url"}).exists() ? view.at("url") : called.at("url"));
    if (scan && it.route.empty() && !url.empty()) it.route = keep(correlate::url_template(url));
    const doc::View handler = view.at("handler");
    const std::string_view name = handler.is_object() ? text_of(any(handler, {"symbol", "path"})) : text_of(handler);
    if (scan && !name.empty() && !it.route.empty()) handled_.emplace(name, std::pair(it.method, it.route));
  }

  DescribedStatements& out_;
  std::vector<Names> names_;  // of each statement
  std::map<std::string, std::uint32_t> reports_;
  std::map<std::string_view, std::pair<std::string_view, std::string_view>> handled_;  // handler: method, route
};

// Whether it is one JSON document a line.
bool is_lines(std::string_view text) {
  const std::string_view trimmed = text::trim(text);
  const std::size_t end = trimmed.find('\n');
  return trimmed.starts_with('{') && end != std::string_view::npos &&
         text::trim(trimmed.substr(0, end)).ends_with('}') && text::trim(trimmed.substr(end)).starts_with('{');
}

Status add_all(Reader& reader, doc::View root) {
  const doc::View list = root.is_array() ? root : root.at("observations");
  if (list.is_array()) {
    for (const doc::View item : list.items()) GP_CHECK(reader.add(item));
    return Done{};
  }
  if (!root.at("a").is_object() || !root.at("b").is_object())
    return error(ErrorKind::usage, root.where() +
                                       ": expected a list of observations, an object with \"observations\", or "
                                       "a pair of \"a\" and \"b\"");
  GP_CHECK(reader.add(root.at("a")));
  return reader.add(root.at("b"));
}

Result<doc::Document> parsed(std::string text, const std::string& name) {
  auto document = doc::parse_json(std::move(text), name);
  if (!document) return error(ErrorKind::usage, document.error().message);
  return document;
}

}  // namespace

Result<DescribedStatements> read_statements(std::string text, const std::string& name) {
  DescribedStatements out;
  Reader reader(out);
  if (is_lines(text)) {
    std::size_t number = 0;
    for (const std::string_view line : text::split(text, '\n')) {
      ++number;
      if (text::trim(line).empty()) continue;
      GP_TRY(doc::Document document, parsed(std::string(line), name + ":" + std::to_string(number)));
      out.documents.push_back(std::move(document));
      GP_CHECK(reader.add(out.documents.back().root()));
    }
  } else {
    GP_TRY(doc::Document document, parsed(std::move(text), name));
    out.documents.push_back(std::move(document));
    GP_CHECK(add_all(reader, out.documents.back().root()));
  }
  reader.finish();
  return out;
}

FindingId statement_id(const Statement& it, std::uint32_t occurrence) {
  Sha256 hasher;
  hasher.field("correlate.v1").field(to_string(it.kind)).field(it.repository);
  if (!it.secret_hash.empty()) {
    hasher.field(it.path).field(it.secret_kind).field(it.secret_hash);
  } else if (!it.package.empty()) {
    hasher.field(it.image.empty() ? it.manifest : it.image).field(it.scope).field(it.package).field(it.licence);
    for (const std::string_view advisory : it.advisories) hasher.field(advisory);
  } else {
    hasher.field(it.engine).field(it.rule).field(it.path).field(it.symbol).field(it.context);
    hasher.field(it.address).field(it.provider_id).field(it.method).field(it.route).field(it.parameter);
  }
  return correlate::finding_id(hasher.finish128(), occurrence, hasher);
}

}  // namespace gatepost::app
