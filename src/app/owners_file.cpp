#include "app/owners_file.hpp"

#include <utility>

#include "context/codeowners_location.hpp"

namespace gatepost::app {

Result<context::CodeOwners> find_owners(const std::function<Result<bool>(std::string_view path)>& exists,
                                        const std::function<Result<OwnersFile>(const std::string& path)>& read,
                                        std::optional<OwnersDialect> dialect) {
  // A place that could not be looked at is not an empty one.
  std::optional<Error> failure;
  const auto is_there = [&](std::string_view path) {
    const auto answer = exists(path);
    if (!answer && !failure) failure = answer.error();
    return answer && *answer;
  };
  const auto place = context::locate_codeowners(is_there, dialect);
  if (failure) return std::move(*failure);
  if (!place) return context::CodeOwners::none(dialect);
  GP_TRY(OwnersFile file, read(place->path));
  if (!file.text || file.text->size() > context::codeowners::kGitLabBytes) {
    return context::CodeOwners::too_large(place->path, place->dialect.value_or(OwnersDialect::github),
                                          context::codeowners::kGitLabBytes + 1);
  }
  const OwnersDialect language =
      place->dialect ? *place->dialect : context::codeowners_dialect(place->path, *file.text);
  return context::CodeOwners({place->path, std::move(*file.text), std::move(file.blob)}, language);
}

}  // namespace gatepost::app
