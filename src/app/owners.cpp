#include "app/owners.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/ci.hpp"
#include "app/gather.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "context/codeowners_location.hpp"
#include "context/owners_check.hpp"
#include "git/library.hpp"
#include "git/revision.hpp"
#include "git/tree.hpp"
#include "report/owners_json.hpp"
#include "report/owners_text.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestInput = std::uint64_t{512} << 20;  // lists of paths, CODEOWNERS on disk

// CODEOWNERS and, when it comes from a repository, the files that are there.
struct Loaded {
  context::CodeOwners owners;
  std::optional<std::vector<std::string>> files;
  std::vector<std::string> ignored;
};

Result<Loaded> load_from_disk(const OwnersRequest& request) {
  auto text = read_file(request.codeowners, kLargestInput);
  if (!text) return error(ErrorKind::usage, "--codeowners " + text.error().message);
  const OwnersDialect dialect =
      request.dialect ? *request.dialect : context::codeowners_dialect(request.codeowners, *text);
  return Loaded{context::CodeOwners({request.codeowners, std::move(*text), ""}, dialect), std::nullopt, {}};
}

Result<Loaded> load(const Ports& ports, const OwnersRequest& request, bool with_files) {
  if (!request.codeowners.empty()) return load_from_disk(request);
  const CiFacts ci = detect_ci(ports);
  GP_TRY(const git::Repository repository, open_repository(ports, request.repository, ci));
  const bool checked_out = request.revision == "HEAD";
  GP_TRY(const git::ObjectId commit,
         checked_out ? git::head_commit(repository) : git::resolve_commit(repository, request.revision));
  const auto dialect = request.dialect ? request.dialect : dialect_of(ci.system);
  GP_TRY(context::CodeOwners owners, read_owners(repository, commit, dialect));
  Loaded loaded{std::move(owners), std::nullopt, {}};
  if (!with_files) return loaded;
  GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
  GP_TRY(loaded.files, tree.paths());
  const auto exists = [&](std::string_view path) { return std::ranges::binary_search(*loaded.files, path); };
  if (const auto place = context::locate_codeowners(exists, dialect)) loaded.ignored = place->ignored;
  return loaded;
}

void note_missing_file(const context::CodeOwners& owners) {
  if (!owners.exists()) log::warning("there is no CODEOWNERS file, so nobody owns anything");
}

// The paths of the request, "-" replaced by the lines of standard input.
Result<std::vector<std::string>> all_paths(const OwnersRequest& request) {
  std::vector<std::string> paths;
  for (const std::string& path : request.paths) {
    if (path != "-") {
      paths.push_back(path);
      continue;
    }
    GP_TRY(const Bytes bytes, Bytes::open("-").context("standard input"));
    GP_TRY(const std::string text, bytes.all(kLargestInput).context("standard input"));
    for (std::string_view line : text::split(text, '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) paths.emplace_back(line);
    }
  }
  return paths;
}

Status write_json(const Ports& ports, context::OwnershipLookup& lookup, const std::vector<std::string>& paths) {
  constexpr std::size_t kPiece = 1 << 16;
  doc::JsonWriter json;
  json.begin_array();
  for (const std::string& path : paths) {
    report::write_owners(json, lookup.answer(path));
    if (json.text().size() > kPiece) GP_CHECK(ports.output(json.drain()));
  }
  json.end_array();
  return ports.output(json.drain() + "\n");
}

}  // namespace

Result<ExitCode> owners(const Ports& ports, const OwnersRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  if (request.paths.empty())
    return error(ErrorKind::usage, "no path is given",
                 "try: gatepost owners src/main.c, or - to read paths from standard input");
  GP_TRY(const Loaded loaded, load(ports, request, false));
  note_missing_file(loaded.owners);
  GP_TRY(const std::vector<std::string> paths, all_paths(request));
  context::OwnershipLookup lookup(loaded.owners);
  if (request.json) {
    GP_CHECK(write_json(ports, lookup, paths));
    return ExitCode::done;
  }
  for (const std::string& path : paths) GP_CHECK(ports.output(report::owners_text(lookup.answer(path))));
  return ExitCode::done;
}

Result<ExitCode> owners_check(const Ports& ports, const OwnersRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const Loaded loaded, load(ports, request, true));
  note_missing_file(loaded.owners);
  std::optional<context::KnownOwners> known;
  if (!request.known_owners.empty()) {
    const auto text = read_file(request.known_owners, kLargestInput);
    if (!text) return error(ErrorKind::usage, "--known-owners " + text.error().message);
    known = context::KnownOwners::parse(*text);
  }
  context::OwnersCheckInput input{
      .owners = loaded.owners, .paths = std::nullopt, .known = known ? &*known : nullptr, .ignored = loaded.ignored};
  if (loaded.files) input.paths = *loaded.files;
  const OwnersCheck check = context::check_owners(input);
  GP_CHECK(ports.output(request.json ? report::owners_check_json(check) : report::owners_check_text(check)));
  return ExitCode::done;
}

}  // namespace gatepost::app
