#include "app/ledger_merge.hpp"

#include <fmt/core.h>

#include <optional>
#include <vector>

#include "app/ledger_access.hpp"
#include "base/text.hpp"
#include "git/library.hpp"
#include "ledger/chain.hpp"
#include "ledger/merge.hpp"
#include "report/escape.hpp"

namespace gatepost::app {
namespace {

// Verified.
Result<std::vector<ledger::Line>> lines_of(const LedgerText& text, Timestamp now) {
  std::vector<ledger::Line> lines;
  for (const std::string_view it : text.lines()) {
    GP_TRY(ledger::Line line, ledger::read_line(it).context(text.name));
    lines.push_back(std::move(line));
  }
  if (auto head = ledger::verify(lines, now); !head) return std::move(head).error().context(text.name);
  return lines;
}

std::string summary_of(const ledger::Merge& merge, std::size_t theirs) {
  if (merge.drafts.empty()) return "nothing to merge: all its events are here";
  return fmt::format("{} in common, {} of the other; {} that only the other knew",
                     text::count_of(merge.common, "event"), theirs - merge.common,
                     text::count_of(merge.drafts.size() - 1, "finding"));
}

}  // namespace

Result<ExitCode> ledger_merge(const Ports& ports, const LedgerMergeRequest& request) {
  const Timestamp now = request.source.now ? *request.source.now : ports.clock();
  GP_TRY(const LedgerText other, read_ledger(ports, LedgerSource{.file = request.from}));
  GP_TRY(const std::vector<ledger::Line> theirs, lines_of(other, now));
  GP_TRY(const git::Library library, git::Library::start());
  GP_TRY(const auto store, open_store(ports, request.source));
  GP_TRY(LedgerView view, read_ledger(*store, now));
  GP_TRY(const ledger::Merge merge, ledger::merge(view.lines, theirs));
  if (!request.dry_run && !merge.drafts.empty()) {
    GP_TRY(const std::vector<ledger::Line> lines, ledger::seal(merge.drafts, view.state.head, view.state.last, now));
    GP_CHECK(ledger::fold_into(view.state, lines));
    GP_CHECK(store->append({.seq = view.lines.back().seq, .hash = view.lines.back().hash}, lines, {}));
  }
  GP_CHECK(ports.output(fmt::format("{}: {}{}\n", report::escape::terminal(store->name()),
                                    summary_of(merge, theirs.size()), request.dry_run ? "; nothing was written" : "")));
  return ExitCode::done;
}

}  // namespace gatepost::app
