#include "app/ledger_source.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>

#include "app/ci.hpp"
#include "app/gather.hpp"
#include "app/ledger_store.hpp"
#include "app/settings_files.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "config/settings.hpp"
#include "git/library.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestLedger = std::uint64_t{4} << 30;
constexpr std::string_view kCheckpoints = "checkpoints/";

Result<LedgerText> read_ledger_file(const std::string& file) {
  LedgerText text{.name = file == "-" ? "standard input" : file};
  GP_TRY(const Bytes bytes, Bytes::open(file).context(text.name));
  GP_TRY(text.bytes, bytes.all(kLargestLedger).context(text.name));
  return text;
}

Status add_documents(store::Store& store, LedgerText& text) {
  GP_TRY(const std::vector<std::string> names, store.document_names(kCheckpoints));
  for (const std::string& name : names) {
    GP_TRY(const auto document, store.document(name));
    if (document) text.checkpoints.emplace_back(name, *document);
  }
  GP_TRY(const auto people, store.document(ledger::People::kDocument));
  if (!people) return Done{};
  // Names are for reading only: without them the pseudonyms are shown.
  auto parsed = ledger::People::parse(*people);
  if (!parsed) log::warning(parsed.error().message);
  if (parsed) text.people = std::move(*parsed);
  return Done{};
}

}  // namespace

Result<std::unique_ptr<store::Store>> open_store(const Ports& ports, const LedgerSource& source) {
  GP_TRY(const git::Repository repository, open_repository(ports, source.repository, detect_ci(ports)));
  config::Files files;
  if (!repository.is_bare()) {
    GP_TRY(files, settings_files(repository.work_tree()));
  }
  // Only the settings themselves say where the ledger is.
  files = {.settings = std::move(files.settings)};
  GP_CHECK(use_config(source.config, files));
  GP_TRY(config::Settings settings, config::load(files));
  return open_chosen_ledger(ports, std::move(settings), repository, source.store);
}

std::vector<std::string_view> LedgerText::lines() const {
  std::vector<std::string_view> all;
  for (std::string_view rest = bytes; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    all.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return all;
}

Result<LedgerText> read_ledger(const Ports& ports, const LedgerSource& source) {
  if (!source.file.empty() && !source.store.empty())
    return error(ErrorKind::usage, "--file and --store name two ledgers", "give one of them");
  if (!source.file.empty()) return read_ledger_file(source.file);
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const auto store, open_store(ports, source));
  LedgerText text{.name = store->name()};
  GP_TRY(text.stored, store->read(0));
  for (const ledger::Line& line : text.stored) text.bytes.append(line.text).append("\n");
  GP_CHECK(add_documents(*store, text));
  return text;
}

}  // namespace gatepost::app
