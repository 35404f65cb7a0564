#include "app/stored_result.hpp"

#include <fmt/core.h>

#include <utility>

#include "app/result_file.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

namespace gatepost::app {

Result<FoundResult> named_result(const std::string& path) {
  GP_TRY(std::string text, read_file(path, kLargestResult));
  return FoundResult{.text = std::move(text), .name = path};
}

Result<std::optional<FoundResult>> kept_result(forge::Forge& forge, const publish::ChangeRequest& change,
                                               const config::StoredResult& place) {
  GP_TRY(auto kept,
         forge.stored_result(
             {.request = change.number, .head = change.head, .artifact = place.artifact, .file = place.file}));
  if (!kept) return std::optional<FoundResult>();
  GP_CHECK(read_result(kept->bytes, kept->name));
  return std::optional(
      FoundResult{.text = std::move(kept->bytes), .name = std::move(kept->name), .pipeline = kept->pipeline});
}

std::string nothing_kept(const publish::ChangeRequest& change, const config::StoredResult& place) {
  return fmt::format("no run has left a result for commit {}: no {} in \"{}\"", change.head.substr(0, 10),
                     text::printable(place.file, 100), text::printable(place.artifact, 60));
}

}  // namespace gatepost::app
