#include "app/rules_of_base.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "app/gather_evidence.hpp"
#include "app/gather_services.hpp"
#include "app/owners_file.hpp"

namespace gatepost::app {

Result<RulesOfBase> rules_of_base(const ReadFile& read, std::optional<OwnersDialect> forge,
                                  const std::function<Status(config::Files&)>& add_more) {
  GP_TRY(config::Files files, settings_files(read));
  if (add_more) GP_CHECK(add_more(files));
  GP_TRY(config::Settings settings, config::load(files));
  std::map<std::string, std::string, std::less<>> seen;
  const auto exists = [&](std::string_view path) -> Result<bool> {
    GP_TRY(auto text, read(path));
    if (!text) return false;
    seen.emplace(path, std::move(*text));
    return true;
  };
  const auto take = [&](const std::string& path) -> Result<OwnersFile> {
    return OwnersFile{std::move(seen[path]), ""};
  };
  const auto dialect = settings.codeowners_dialect ? settings.codeowners_dialect : forge;
  GP_TRY(context::CodeOwners owners, find_owners(exists, take, dialect));
  context::Surroundings surroundings;
  GP_TRY(surroundings.services, services_without_tree(settings.services, read));
  surroundings.teams = context::TeamDirectory(
      context::merge_teams(settings.teams, surroundings.services.groups, surroundings.services.notes));
  GP_TRY(surroundings.evidence, evidence_without_tree(settings, read));
  return RulesOfBase{std::move(settings), std::move(owners), std::move(surroundings)};
}

}  // namespace gatepost::app
