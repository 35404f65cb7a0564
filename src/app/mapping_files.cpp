#include "app/mapping_files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "base/file.hpp"
#include "base/glob.hpp"
#include "git/tree.hpp"
#include "ingest/mapping/library.hpp"

namespace gatepost::app {
namespace {

using ingest::mapping::MappingFile;

constexpr const char* kFiles = ".gatepost/mappings/*.{yaml,yml}";
constexpr std::uint64_t kLargest = std::uint64_t{1} << 20;

Result<Mappings> compiled(std::vector<MappingFile> files) {
  if (files.empty()) return Mappings{};
  GP_TRY(auto mappings, ingest::mapping::compile_all(std::move(files)));
  return std::make_shared<const std::vector<ingest::mapping::Mapping>>(std::move(mappings));
}

}  // namespace

Result<Mappings> read_mappings(const std::string& path) {
  if (path.empty()) return Mappings{};
  std::vector<MappingFile> files;
  std::error_code ignored;
  if (!std::filesystem::is_directory(path, ignored)) {
    GP_TRY(std::string text, read_file(path, kLargest));
    files.push_back({path, std::move(text)});
    return compiled(std::move(files));
  }
  GP_TRY(const Glob glob, Glob::compile("*.{yaml,yml}"));
  GP_TRY(const FoundFiles found, find_files(path, glob));
  for (const std::string& name : found.files) {
    const std::string file = (std::filesystem::path(path) / name).generic_string();
    GP_TRY(std::string text, read_file(file, kLargest));
    files.push_back({file, std::move(text)});
  }
  if (files.empty()) return error(ErrorKind::usage, path + ": no mapping (*.yaml) in this folder");
  return compiled(std::move(files));
}

Result<Mappings> read_mappings(const git::Repository& repository, const git::ObjectId& commit) {
  GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
  GP_TRY(const Glob glob, Glob::compile(kFiles));
  GP_TRY(const auto found, tree.matching(glob));
  std::vector<MappingFile> files;
  for (const git::TreeFile& file : found) {
    GP_TRY(auto text, tree.read(file.path, kLargest));
    if (text) files.push_back({file.path, std::move(*text)});
  }
  return compiled(std::move(files));
}

std::string unused_mapping(const git::Repository& repository, const Mappings& used) {
  if (repository.is_bare()) return {};
  const auto glob = Glob::compile(kFiles);
  const auto found = glob ? find_files(repository.work_tree(), *glob) : glob.error();
  if (!found) return {};
  for (const std::string& file : found->files) {
    const bool known =
        used && std::ranges::any_of(*used, [&](const auto& it) { return it.where.starts_with(file + ":"); });
    if (!known)
      return file + " is not in the commit that the change goes into, so it is not used: mappings are read from there";
  }
  return {};
}

}  // namespace gatepost::app
