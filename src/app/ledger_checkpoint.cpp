#include "app/ledger_checkpoint.hpp"

#include <fmt/core.h>

#include <cstdint>
#include <utility>

#include "app/write_output.hpp"
#include "base/file.hpp"
#include "git/library.hpp"
#include "ledger/chain.hpp"
#include "ledger/checkpoint.hpp"
#include "report/sink.hpp"
#include "store/store.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestKey = 65'536;
constexpr const char* kKey = "GATEPOST_LEDGER_KEY";
constexpr const char* kKeyFile = "GATEPOST_LEDGER_KEY_FILE";

Result<Secret> key_in(const std::string& path, const std::string& where) {
  auto text = read_file(path, kLargestKey);
  if (!text) return error(ErrorKind::usage, fmt::format("{}: {}", where, text.error().message));
  return Secret(std::move(*text));
}

Result<Secret> signing_key(const Ports& ports, const std::string& file) {
  if (!file.empty()) return key_in(file, "--key");
  if (auto value = ports.environment(kKey)) return Secret(*std::move(value));
  if (const auto path = ports.environment(kKeyFile)) return key_in(*path, kKeyFile);
  return error(ErrorKind::usage, "there is no key to sign with",
               fmt::format("give --key FILE, or set {} or {}; make one with: openssl genpkey -algorithm ed25519", kKey,
                           kKeyFile));
}

// The end of the ledger, which verifies.
Result<ledger::Head> end_of(const LedgerText& text, Timestamp now) {
  ledger::Verifier verifier(now);
  for (const std::string_view line : text.lines()) {
    if (auto status = verifier.add(line); !status) return std::move(status).error().context(text.name);
  }
  if (verifier.head().seq == 0) {
    return error(ErrorKind::bad_input, text.name + " has no events yet",
                 "run gatepost nightly on the default branch first");
  }
  return verifier.head();
}

// Nothing but the document is written, and only behind the event that was signed.
Status keep_in_store(const Ports& ports, const LedgerSource& source, const ledger::Head& head,
                     const ledger::Checkpoint& checkpoint) {
  if (!source.file.empty())
    return error(ErrorKind::usage, "--keep puts the checkpoint into a store, and --file names a file",
                 "give --store, or --output alone");
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const auto store, open_store(ports, source));
  return store->append(head, {}, {{ledger::document_name(checkpoint), ledger::to_text(checkpoint) + "\n"}});
}

}  // namespace

Result<ExitCode> ledger_checkpoint(const Ports& ports, const LedgerCheckpointRequest& request) {
  const Timestamp now = request.source.now ? *request.source.now : ports.clock();
  GP_TRY(const Secret key, signing_key(ports, request.key));
  GP_TRY(const LedgerText text, read_ledger(ports, request.source));
  GP_TRY(const ledger::Head head, end_of(text, now));
  GP_TRY(const ledger::Checkpoint checkpoint, ledger::make_checkpoint(head, now, key));
  if (request.keep) GP_CHECK(keep_in_store(ports, request.source, head, checkpoint));
  GP_CHECK(write_output(ports, request.output,
                        [&](const report::Sink& sink) -> Status { return sink(ledger::to_text(checkpoint) + "\n"); }));
  return ExitCode::done;
}

}  // namespace gatepost::app
