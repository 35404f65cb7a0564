#include "app/owners.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "app/assess.hpp"
#include "app/ci.hpp"
#include "app/gather.hpp"
#include "app/gather_services.hpp"
#include "app/settings_files.hpp"
#include "base/bytes.hpp"
#include "base/file.hpp"
#include "base/glob.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "context/backstage.hpp"
#include "context/codeowners_location.hpp"
#include "context/owners_check.hpp"
#include "context/teams.hpp"
#include "git/library.hpp"
#include "git/revision.hpp"
#include "git/tree.hpp"
#include "report/owners_json.hpp"
#include "report/owners_text.hpp"
#include "report/routing_counts.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestInput = std::uint64_t{512} << 20;  // lists of paths, CODEOWNERS on disk

// CODEOWNERS and, when it comes from a repository, the files that are there.
struct Loaded {
  context::CodeOwners owners;
  std::optional<std::vector<std::string>> files;
  std::vector<std::string> ignored;
  context::TeamDirectory teams;
  AssigneeChoice assignee = AssigneeChoice::first;
};

// Teams and settings of the commit. With mistakes in them who owns what can be told all the same.
void add_teams(const git::Repository& repository, const git::ObjectId& commit, Loaded& loaded) {
  const auto told = [&]() -> Status {
    GP_TRY(const git::Tree tree, git::Tree::of_commit(repository, commit));
    GP_TRY(const Glob catalog, Glob::compile("**/catalog-info.{yaml,yml}"));
    GP_TRY(const std::vector<git::TreeFile> catalogs, tree.matching(catalog));
    GP_TRY(config::Files files, settings_files(tree));
    // Policies that are elsewhere do not matter here.
    files.policy.reset();
    GP_TRY(const config::Settings settings, config::load(files));
    std::vector<Note> notes;
    const auto groups = context::read_backstage(catalog_files(repository, catalogs, notes)).groups;
    loaded.teams = context::TeamDirectory(context::merge_teams(settings.teams, groups, notes));
    loaded.assignee = settings.assignee;
    return Done{};
  };
  if (const Status status = told(); !status) log::warning("teams are left out: " + status.error().message);
}

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
  add_teams(repository, commit, loaded);
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

Routing routing_of(const Loaded& loaded, const std::vector<Owner>& owners) {
  Routing routing;
  context::route_to_teams(loaded.teams, owners, OwnershipStep::codeowners, loaded.assignee, routing);
  return routing;
}

Status write_json(const Ports& ports, const Loaded& loaded, const std::vector<std::string>& paths) {
  context::OwnershipLookup lookup(loaded.owners);
  constexpr std::size_t kPiece = 1 << 16;
  doc::JsonWriter json;
  json.begin_array();
  for (const std::string& path : paths) {
    const Routing routing = routing_of(loaded, lookup.owners_for(path));
    report::write_owners(json, lookup.answer(path), &routing);
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
  if (request.json) {
    GP_CHECK(write_json(ports, loaded, paths));
    return ExitCode::done;
  }
  context::OwnershipLookup lookup(loaded.owners);
  for (const std::string& path : paths) {
    std::string text = report::owners_text(lookup.answer(path));
    const std::vector<Owner>& named = lookup.owners_for(path);
    if (!loaded.teams.empty() && !named.empty()) text += report::teams_text(routing_of(loaded, named));
    GP_CHECK(ports.output(text));
  }
  return ExitCode::done;
}

Result<ExitCode> owners_findings(const Ports& ports, const CheckRequest& request, bool json) {
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(Evidence evidence, gather(ports, request.gather));
  const Assessment assessment = assess(evidence, request.now ? *request.now : ports.clock());
  GP_CHECK(ports.output(json ? report::routing_json(assessment) : report::routing_text(assessment)));
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
  context::OwnersCheckInput input{.owners = loaded.owners,
                                  .paths = std::nullopt,
                                  .known = known ? &*known : nullptr,
                                  .ignored = loaded.ignored,
                                  .teams = loaded.teams.empty() ? nullptr : &loaded.teams};
  if (loaded.files) input.paths = *loaded.files;
  const OwnersCheck check = context::check_owners(input);
  GP_CHECK(ports.output(request.json ? report::owners_check_json(check) : report::owners_check_text(check)));
  return ExitCode::done;
}

}  // namespace gatepost::app
