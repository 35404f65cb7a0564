#include "context/backstage.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "context/catalogue.hpp"
#include "context/teams.hpp"
#include "doc/yaml.hpp"
#include "model/repo_path.hpp"

namespace gatepost::context {
namespace {

constexpr std::size_t kMostEntities = 20'000;
constexpr std::size_t kMostNotes = 20;

template <typename Enum>
using Values = std::initializer_list<std::pair<std::string_view, Enum>>;

// What others call it. "public" is left out: it means open source in one catalogue and reachable in another.
const Values<Criticality> kCriticality = {{"critical", Criticality::mission_critical},
                                          {"missioncritical", Criticality::mission_critical},
                                          {"high", Criticality::high},
                                          {"medium", Criticality::medium},
                                          {"low", Criticality::low}};
const Values<Criticality> kTier = {{"0", Criticality::mission_critical},
                                   {"1", Criticality::mission_critical},
                                   {"2", Criticality::high},
                                   {"3", Criticality::medium},
                                   {"4", Criticality::low},
                                   {"5", Criticality::low}};
const Values<Exposure> kExposure = {{"internet", Exposure::internet},
                                    {"partner", Exposure::external_restricted},
                                    {"externalrestricted", Exposure::external_restricted},
                                    {"internal", Exposure::internal},
                                    {"isolated", Exposure::isolated},
                                    {"none", Exposure::isolated}};
const Values<Environment> kEnvironment = {{"production", Environment::production},
                                          {"prod", Environment::production},
                                          {"staging", Environment::staging},
                                          {"development", Environment::development},
                                          {"dev", Environment::development}};
const Values<DataClass> kDataWords = {{"pii", DataClass::pii},
                                      {"phi", DataClass::health},
                                      {"health", DataClass::health},
                                      {"pci", DataClass::payment},
                                      {"payment", DataClass::payment},
                                      {"credentials", DataClass::credentials},
                                      {"financial", DataClass::financial}};
const Values<DataClass> kDataLevels = {{"public", DataClass::public_data},
                                       {"internal", DataClass::internal},
                                       {"confidential", DataClass::confidential},
                                       {"restricted", DataClass::confidential}};

template <typename Enum>
std::optional<Enum> value_in(const Values<Enum>& values, std::string_view word) {
  for (const auto& [name, value] : values) {
    if (name == word) return value;
  }
  return std::nullopt;
}

// Without case, "-" and "_".
std::string plain(std::string_view word) {
  std::string out = text::lower(text::trim(word));
  std::erase_if(out, [](char c) { return c == '-' || c == '_'; });
  return out;
}

struct Entity {
  Service service;  // name, owners, context and evidence, claims
  std::string kind, type, folder, system, domain;
  bool has_location = false;
  std::vector<std::string> depends_on, provides;
};

// "component:default/payments" and the like in one form; kind and namespace have defaults.
std::string reference(std::string_view text, std::string_view kind) {
  std::string low = text::lower(text::trim(text));
  std::string of(kind);
  if (const std::size_t colon = low.find(':'); colon != std::string::npos) {
    of = low.substr(0, colon);
    low.erase(0, colon + 1);
  }
  return of + ":" + (low.find('/') == std::string::npos ? "default/" + low : low);
}

class Reader {
 public:
  BackstageCatalogue read(std::span<const CatalogFile> files) {
    for (const CatalogFile& file : files) read_file(file);
    for (Entity& entity : entities_) inherit_all(entity);
    translate_owners();
    fill_groups();
    resolve_folders();
    for (Entity& entity : entities_) {
      if (entity.kind == "component") out_.services.push_back(std::move(entity.service));
    }
    return std::move(out_);
  }

 private:
  void note(const char* code, const std::string& text, const std::string& at) {
    if (out_.notes.size() < kMostNotes) out_.notes.push_back({Note::Level::warning, code, text, at});
  }

  void read_file(const CatalogFile& file) {
    const doc::YamlDocuments parsed = doc::parse_yaml_documents(file.text, file.path);
    for (const std::string& problem : parsed.problems) note("catalog-file", problem, {});
    for (const doc::Document& document : parsed.documents) {
      if (entities_.size() + out_.groups.size() + users_.size() >= kMostEntities) {
        return note("catalog-limit", fmt::format("more than {} entities; the others are not read", kMostEntities),
                    file.path);
      }
      entity(file.path, document.root());
    }
  }

  void entity(const std::string& path, const doc::View& root) {
    const doc::View metadata = root.at("metadata"), spec = root.at("spec");
    const std::string kind = text::lower(root.at("kind").text());
    const std::string name(metadata.at("name").text());
    if (!root.at("apiVersion").text().starts_with("backstage.io/")) return;
    if (name.empty())
      return note("catalog-entity", fmt::format("{} without metadata.name", text::printable(kind)), root.where());
    const std::string own =
        reference(std::string(metadata.at("namespace").text().empty() ? std::string_view("default")
                                                                      : metadata.at("namespace").text()) +
                      "/" + name,
                  kind);
    if (kind == "group" || kind == "user") {
      const std::string_view forge =
          metadata.at("annotations").at(kind == "group" ? "github.com/team-slug" : "github.com/user-login").text();
      if (!forge.empty()) forge_names_.emplace(own, "@" + std::string(forge));
      if (kind == "group") group(own, name, root);
      if (kind == "user") users_.try_emplace(own, user(forge.empty() ? std::string_view(name) : forge, root));
      return;
    }
    Entity it{.service = {.name = name, .where = root.where()}, .kind = kind};
    it.type = text::lower(spec.at("type").text());
    it.system = spec.at("system").text().empty() ? "" : reference(spec.at("system").text(), "system");
    it.domain = spec.at("domain").text().empty() ? "" : reference(spec.at("domain").text(), "domain");
    if (const doc::View owner = spec.at("owner"); !owner.text().empty())
      it.service.owners.push_back({TeamId{std::string(owner.text())}, owner.where()});
    for (const doc::View other : spec.at("dependsOn").items())
      it.depends_on.push_back(reference(other.text(), "resource"));
    for (const doc::View other : spec.at("providesApis").items()) it.provides.push_back(reference(other.text(), "api"));
    context(metadata, spec, it.service);
    place(path, metadata, it);
    by_reference_.emplace(own, entities_.size());
    entities_.push_back(std::move(it));
  }

  void group(const std::string& own, const std::string& name, const doc::View& root) {
    if (!group_of_.try_emplace(own, out_.groups.size()).second) return;
    const doc::View metadata = root.at("metadata"), spec = root.at("spec");
    Team it{.id = name, .where = root.where()};
    const auto add = [&](TeamSource source, const doc::View& view) {
      if (!view.text().empty() && view.text().size() <= kLongestTeamName)
        it.aliases.push_back({source, std::string(view.text()), view.where()});
    };
    it.aliases.push_back({TeamSource::backstage, own, root.where()});
    add(TeamSource::github, metadata.at("annotations").at("github.com/team-slug"));
    add(TeamSource::email, spec.at("profile").at("email"));
    it.parent = spec.at("parent").text();
    for (const doc::View member : spec.at("members").items()) {
      if (!member.text().empty())
        members_.push_back({out_.groups.size(), reference(member.text(), "user"), member.where()});
    }
    out_.groups.push_back(std::move(it));
  }

  // The names of one person.
  std::vector<TeamMember> user(std::string_view name, const doc::View& root) {
    const doc::View spec = root.at("spec"), mail = spec.at("profile").at("email");
    std::vector<TeamMember> names = {{std::string(name), root.where()}};
    if (!mail.text().empty()) names.push_back({std::string(mail.text()), mail.where()});
    for (const doc::View of : spec.at("memberOf").items()) belongs_.push_back({reference(of.text(), "group"), names});
    return names;
  }

  // A User is known by its login and its address, a name without a User by itself.
  void fill_groups() {
    for (const Member& it : members_) {
      const auto known = users_.find(it.user);
      auto& members = out_.groups[it.group].members;
      if (known == users_.end()) members.push_back({it.user.substr(it.user.rfind('/') + 1), it.where});
      if (known != users_.end()) members.insert(members.end(), known->second.begin(), known->second.end());
    }
    for (const auto& [group, names] : belongs_) {
      const auto found = group_of_.find(group);
      if (found == group_of_.end()) continue;
      auto& members = out_.groups[found->second].members;
      members.insert(members.end(), names.begin(), names.end());
    }
  }

  // An annotation wins over a label, that over a tag.
  void context(const doc::View& metadata, const doc::View& spec, Service& it) {
    for (const char* const where : {"annotations", "labels"}) {
      for (const auto& [key, value] : metadata.at(where).members()) keyed(key, value, it);
    }
    const bool classes = it.because.data.empty();
    for (const doc::View tag : metadata.at("tags").items()) {
      const std::string word = plain(tag.text());
      if (word.starts_with("tier") && it.because.criticality.empty()) set_tier(word.substr(4), tag, it, false);
      if (const auto data = value_in(kDataWords, word); data && classes) {
        it.context.data.add(*data);
        it.because.data = tag.where();
      }
    }
    const doc::View lifecycle = spec.at("lifecycle");
    if (it.because.environment.empty() && plain(lifecycle.text()) == "production") {
      it.context.environment = Environment::production;
      it.because.environment = lifecycle.where();
    }
  }

  void keyed(std::string_view key, const doc::View& value, Service& it) {
    const std::string name = plain(key.substr(key.rfind('/') + 1));
    if (name == "criticality" || name == "businesscriticality")
      set(kCriticality, value, it.context.criticality, it.because.criticality);
    if (name == "tier" && it.because.criticality.empty()) set_tier(plain(value.scalar()), value, it, true);
    if (name == "exposure") set(kExposure, value, it.context.exposure, it.because.exposure);
    if (name == "internetfacing" && it.because.exposure.empty() && plain(value.scalar()) == "true") {
      it.context.exposure = Exposure::internet;
      it.because.exposure = value.where();
    }
    if (name == "environment" || name == "env")
      set(kEnvironment, value, it.context.environment, it.because.environment);
    if (name == "dataclassification" || name == "dataclass" || name == "dataclasses") data(value, it);
    if ((name == "pii" || name == "phi" || name == "pci") && plain(value.scalar()) == "true") {
      it.context.data.add(*value_in(kDataWords, name));
      it.because.data = value.where();
    }
  }

  template <typename Enum>
  void set(const Values<Enum>& values, const doc::View& view, Enum& target, std::string& because) {
    if (!because.empty()) return;
    const auto found = value_in(values, plain(view.scalar()));
    if (!found) return unmapped(view);
    target = *found;
    because = view.where();
  }

  void set_tier(std::string word, const doc::View& view, Service& it, bool strict) {
    if (word.starts_with("tier")) word.erase(0, 4);
    const auto found = value_in(kTier, word);
    if (!found) {
      if (strict) unmapped(view);
      return;
    }
    it.context.criticality = *found;
    it.because.criticality = view.where();
  }

  void data(const doc::View& view, Service& it) {
    const std::string words = text::replace_all(std::string(view.scalar()), " ", ",");
    for (const std::string_view part : text::split(words, ',')) {
      const std::string word = plain(part);
      if (word.empty()) continue;
      auto found = value_in(kDataWords, word);
      if (!found) found = value_in(kDataLevels, word);
      if (!found) {
        unmapped(view);
        continue;
      }
      it.context.data.add(*found);
      it.because.data = view.where();
    }
  }

  void unmapped(const doc::View& view) {
    note("unmapped-context-value",
         fmt::format("\"{}\" is not known here and does not count", text::printable(view.scalar(), 60)), view.where());
  }

  // The folder of the file, or the one in a source location like url:https://host/org/repository/tree/main/folder/.
  void place(const std::string& path, const doc::View& metadata, Entity& it) {
    const std::size_t slash = path.rfind('/');
    it.folder = slash == std::string::npos ? "" : path.substr(0, slash);
    const doc::View location = metadata.at("annotations").at("backstage.io/source-location");
    const std::string_view url = location.text();
    const std::size_t tree = url.find("/tree/");
    const std::size_t branch = tree == std::string_view::npos ? tree : url.find('/', tree + 6);
    if (branch != std::string_view::npos && branch + 1 < url.size()) {
      const auto folder = RepoPath::parse(percent_decode(url.substr(branch + 1)));
      if (!folder) return;
      it.has_location = true;
      it.service.claims.push_back({ServiceClaim::By::path, folder->value(), location.where()});
    }
  }

  // Of several components in one folder the files belong to the only service among them, or to nobody.
  void resolve_folders() {
    std::map<std::string, std::vector<Entity*>> by_folder;
    for (Entity& it : entities_) {
      if (it.kind == "component" && !it.has_location) by_folder[it.folder].push_back(&it);
    }
    for (auto& [folder, all] : by_folder) {
      Entity* chosen = all.front();
      if (all.size() > 1) {
        const auto is_service = [](const Entity* it) { return it->type == "service"; };
        if (std::ranges::count_if(all, is_service) != 1) {
          note("catalog-ambiguous",
               fmt::format("{} components share a folder, and nothing tells which its files belong to; give them "
                           "backstage.io/source-location, or paths in .gatepost/services.yml",
                           all.size()),
               folder.empty() ? "." : folder);
          continue;
        }
        chosen = *std::ranges::find_if(all, is_service);
      }
      chosen->service.claims.push_back({ServiceClaim::By::path, folder.empty() ? "." : folder, chosen->service.where});
    }
  }

  [[nodiscard]] const Entity* find(const std::string& reference) const {
    const auto found = by_reference_.find(reference);
    return found == by_reference_.end() ? nullptr : &entities_[found->second];
  }

  template <typename T>
  static void take(T& value, std::string& because, const T& other, const std::string& other_because) {
    if (!because.empty() || other_because.empty()) return;
    value = other;
    because = other_because;
  }

  void inherit_all(Entity& it) {
    if (it.kind != "component") return;
    Service& own = it.service;
    for (const std::string& api : it.provides) {
      if (const Entity* from = find(api))
        take(own.context.exposure, own.because.exposure, from->service.context.exposure,
             from->service.because.exposure);
    }
    for (const std::string& resource : it.depends_on) {
      const Entity* const from = find(resource);
      if (from == nullptr || from->kind != "resource") continue;
      for (std::size_t i = 0; i < kDataClassNames.size(); ++i) {
        if (from->service.context.data.has(static_cast<DataClass>(i))) own.context.data.add(static_cast<DataClass>(i));
      }
      if (own.because.data.empty()) own.because.data = from->service.because.data;
    }
    const Entity* const system = find(it.system);
    const Entity* const domain = system == nullptr ? nullptr : find(system->domain);
    for (const Entity* const from : {system, domain}) {
      if (from != nullptr) inherit(from->service, own);
    }
  }

  static void inherit(const Service& from, Service& own) {
    take(own.context.exposure, own.because.exposure, from.context.exposure, from.because.exposure);
    take(own.context.environment, own.because.environment, from.context.environment, from.because.environment);
    take(own.context.criticality, own.because.criticality, from.context.criticality, from.because.criticality);
    take(own.context.data, own.because.data, from.context.data, from.because.data);
    if (own.owners.empty()) own.owners = from.owners;
  }

  void translate_owners() {
    for (Entity& entity : entities_) {
      for (Owner& owner : entity.service.owners) {
        const auto found = forge_names_.find(reference(owner.team.value, "group"));
        if (found != forge_names_.end()) owner.team.value = found->second;
      }
    }
  }

  BackstageCatalogue out_;
  std::vector<Entity> entities_;
  std::map<std::string, std::size_t> by_reference_;
  std::map<std::string, std::string> forge_names_;  // of groups and users
  struct Member {
    std::size_t group = 0;
    std::string user, where;
  };
  std::vector<Member> members_;                                           // as groups say
  std::vector<std::pair<std::string, std::vector<TeamMember>>> belongs_;  // to groups, as users say
  std::map<std::string, std::size_t> group_of_;
  std::map<std::string, std::vector<TeamMember>> users_;
};

void fill(Service& own, Service other) {
  const auto take = [](auto& value, std::string& because, const auto& from, std::string& from_because) {
    if (!because.empty() || from_because.empty()) return;
    value = from;
    because = std::move(from_because);
  };
  take(own.context.exposure, own.because.exposure, other.context.exposure, other.because.exposure);
  take(own.context.environment, own.because.environment, other.context.environment, other.because.environment);
  take(own.context.criticality, own.because.criticality, other.context.criticality, other.because.criticality);
  take(own.context.data, own.because.data, other.context.data, other.because.data);
  if (own.owners.empty()) own.owners = std::move(other.owners);
  const bool has_path =
      std::ranges::any_of(own.claims, [](const ServiceClaim& claim) { return claim.by == ServiceClaim::By::path; });
  if (!has_path) std::ranges::move(other.claims, std::back_inserter(own.claims));
}

}  // namespace

BackstageCatalogue read_backstage(std::span<const CatalogFile> files) { return Reader().read(files); }

std::vector<Service> merge_services(std::vector<Service> stated, std::vector<Service> backstage) {
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < stated.size(); ++i) by_name.emplace(text::lower(stated[i].name), i);
  for (Service& service : backstage) {
    const auto [at, fresh] = by_name.emplace(text::lower(service.name), stated.size());
    if (fresh) {
      stated.push_back(std::move(service));
    } else {
      fill(stated[at->second], std::move(service));
    }
  }
  return stated;
}

}  // namespace gatepost::context
