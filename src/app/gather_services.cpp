#include "app/gather_services.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "base/text.hpp"
#include "context/backstage.hpp"
#include "git/tree.hpp"

namespace gatepost::app {
namespace {

constexpr std::size_t kMostDeployBytes = std::size_t{64} << 20;

bool is_file(const git::TreeFile& file) {
  return file.type == git::FileType::regular || file.type == git::FileType::executable;
}

Note limit_note(const std::string& text) { return {Note::Level::warning, "catalogue-limit", text, {}}; }

// Deployment files in the order of their paths, so far as the limits go.
class DeployFiles {
 public:
  explicit DeployFiles(const git::Repository& repository) : repository_(repository) {}

  void add(const git::TreeFile& file) {
    if (full_ || !is_file(file) || !context::may_tell_exposure(file.path)) return;
    auto text = git::read_blob(repository_, file.id, context::kLargestDeployFile, file.path);
    if (!text) return;
    bytes_ += text->size();
    full_ = bytes_ > kMostDeployBytes || all.size() >= context::kMostDeployFiles;
    if (!full_) all.push_back({file.path, std::move(*text)});
  }
  [[nodiscard]] bool full() const { return full_; }

  std::vector<context::DeployFile> all;

 private:
  const git::Repository& repository_;
  std::size_t bytes_ = 0;
  bool full_ = false;
};

// The files of the base with what the change makes of them.
Result<std::vector<context::DeployFile>> after_change(const git::Repository& repository,
                                                      const std::vector<context::DeployFile>& base,
                                                      const ChangeSet& change) {
  std::unordered_set<std::string_view> touched;
  DeployFiles changed(repository);
  GP_TRY(const git::Tree head, git::Tree::of_commit(repository, *git::ObjectId::parse(change.head)));
  for (const FileChange& file : change.files) {
    touched.insert(file.old_path);
    touched.insert(file.new_path);
    if (!context::may_tell_exposure(file.new_path)) continue;
    GP_TRY(const auto found, head.find(file.new_path));
    if (found) changed.add(*found);
  }
  std::vector<context::DeployFile> files = std::move(changed.all);
  for (const context::DeployFile& file : base) {
    if (!touched.contains(file.path)) files.push_back(file);
  }
  std::ranges::sort(files, {}, &context::DeployFile::path);
  return files;
}

bool changes_deployment(const ChangeSet& change) {
  return std::ranges::any_of(change.files, [](const FileChange& file) {
    return context::may_tell_exposure(file.new_path) || context::may_tell_exposure(file.old_path);
  });
}

void apply(std::vector<context::DerivedExposure> before, std::vector<context::DerivedExposure> after,
           context::Surroundings::Services& out) {
  context::Derivation derived = context::apply_exposures(out.catalogue, before, after);
  out.catalogue = context::Catalogue(std::move(derived.services));
  out.changes = std::move(derived.changes);
  out.before = std::move(before);
  out.after = std::move(after);
  std::ranges::move(derived.notes, std::back_inserter(out.notes));
}

}  // namespace

bool is_catalog(std::string_view path) {
  if (!path.ends_with(".yaml") && !path.ends_with(".yml")) return false;
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name == "catalog-info.yaml" || name == "catalog-info.yml";
}

std::vector<context::CatalogFile> catalog_files(const git::Repository& repository, std::span<const git::TreeFile> files,
                                                std::vector<Note>& notes) {
  std::vector<context::CatalogFile> catalogs;
  for (const git::TreeFile& file : files) {
    if (!is_file(file) || !is_catalog(file.path)) continue;
    if (catalogs.size() >= context::kMostCatalogFiles) {
      notes.push_back(limit_note(
          fmt::format("more than {} catalog-info.yaml; the others are not read", context::kMostCatalogFiles)));
      break;
    }
    auto text = git::read_blob(repository, file.id, context::kLargestCatalogFile, file.path);
    if (text) {
      catalogs.push_back({file.path, std::move(*text)});
    } else {
      notes.push_back(limit_note(text.error().message));
    }
  }
  return catalogs;
}

bool may_tell_surroundings(std::string_view path) {
  return is_catalog(path) || context::may_tell_exposure(path) || context::may_name_owners(path);
}

Result<context::Surroundings::Services> gather_services(const git::Repository& repository,
                                                        const std::vector<Service>& stated,
                                                        std::span<const git::TreeFile> files, const ChangeSet& change) {
  context::Surroundings::Services out;
  context::BackstageCatalogue backstage = context::read_backstage(catalog_files(repository, files, out.notes));
  std::ranges::move(backstage.notes, std::back_inserter(out.notes));
  out.groups = std::move(backstage.groups);
  context::Catalogue catalogue(context::merge_services(stated, std::move(backstage.services)));
  if (catalogue.services().empty()) return out;

  DeployFiles deploy(repository);
  for (const git::TreeFile& file : files) deploy.add(file);
  if (deploy.full()) {
    out.notes.push_back(limit_note("there are too many deployment files: exposure is derived from a part of them"));
  }
  auto base = context::derived_exposures(catalogue, context::exposure_facts(deploy.all));
  auto head = base;
  if (changes_deployment(change)) {
    GP_TRY(const auto changed, after_change(repository, deploy.all, change));
    head = context::derived_exposures(catalogue, context::exposure_facts(changed));
  }
  out.catalogue = std::move(catalogue);
  apply(std::move(base), std::move(head), out);
  return out;
}

context::FolderOwners gather_folder_owners(const git::Repository& repository, std::span<const git::TreeFile> files,
                                           std::vector<Note>& notes) {
  std::vector<context::OwnershipFile> found;
  for (const git::TreeFile& file : files) {
    if (!is_file(file) || !context::may_name_owners(file.path)) continue;
    if (found.size() >= context::kMostOwnershipFiles) {
      notes.push_back({Note::Level::warning,
                       "ownership-limit",
                       fmt::format("more than {} ownership files in folders; the others are not read",
                                   context::kMostOwnershipFiles),
                       {}});
      break;
    }
    auto text = git::read_blob(repository, file.id, context::kLargestOwnershipFile, file.path);
    if (text) found.push_back({file.path, std::move(*text)});
  }
  return context::FolderOwners(found);
}

std::vector<CarriedExposure> carried_exposures(const context::Surroundings::Services& services) {
  std::vector<CarriedExposure> carried;
  for (std::size_t i = 0; i < services.before.size(); ++i) {
    const context::DerivedExposure &before = services.before[i], &after = services.after[i];
    if (before.exposure == Exposure::unknown && after.exposure == Exposure::unknown) continue;
    carried.push_back({services.catalogue.services()[i].name, before, after});
  }
  return carried;
}

void take_exposures(context::Surroundings::Services& services, std::span<const CarriedExposure> carried) {
  const std::vector<Service>& all = services.catalogue.services();
  std::vector<context::DerivedExposure> before(all.size()), after(all.size());
  for (const CarriedExposure& it : carried) {
    const auto service = services.catalogue.named(it.service);
    if (!service) continue;
    const auto take = [&](const context::DerivedExposure& said, context::DerivedExposure& taken) {
      if (context::more_exposed(said.exposure, Exposure::unknown)) taken = said;
    };
    take(it.before, before[*service]);
    take(it.after, after[*service]);
    const bool stated = !all[*service].because.exposure.empty();
    if (stated || after[*service].exposure != Exposure::unknown || before[*service].exposure != Exposure::unknown)
      continue;
    services.notes.push_back(
        {Note::Level::info,
         "exposure-not-taken",
         fmt::format("the first stage read that service {} is {} ({}); that would lower risks, so it counts only when "
                     ".gatepost/services.yml says so",
                     text::printable(it.service), kExposureNames[static_cast<std::size_t>(it.before.exposure)],
                     text::printable(it.before.because)),
         {}});
  }
  apply(std::move(before), std::move(after), services);
}

Result<context::Surroundings::Services> services_without_tree(const std::vector<Service>& stated,
                                                              const ReadFile& read) {
  context::Surroundings::Services out;
  std::vector<context::CatalogFile> catalogs;
  for (const std::string_view path : {"catalog-info.yaml", "catalog-info.yml"}) {
    GP_TRY(auto text, read(path));
    if (text && text->size() <= context::kLargestCatalogFile) catalogs.push_back({std::string(path), std::move(*text)});
  }
  context::BackstageCatalogue backstage = context::read_backstage(catalogs);
  out.notes = std::move(backstage.notes);
  out.groups = std::move(backstage.groups);
  out.catalogue = context::Catalogue(context::merge_services(stated, std::move(backstage.services)));
  return out;
}

}  // namespace gatepost::app
