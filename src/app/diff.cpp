#include "app/diff.hpp"

#include "app/gather.hpp"
#include "base/log.hpp"
#include "git/library.hpp"
#include "report/diff.hpp"

namespace gatepost::app {

Result<ExitCode> diff(const Ports& ports, const DiffRequest& request) {
  GP_TRY(const git::Library library, git::Library::start());
  const CiFacts ci = detect_ci(ports);
  GP_TRY(const git::Repository repository, open_repository(ports, request.repository, ci));
  std::vector<Note> notes;
  GP_TRY(const FoundChange found, find_change(repository, ci, request.base, request.head, notes));
  for (const Note& note : notes) log::warning(note.text);
  if (found.change.base.empty())
    log::warning("there is nothing to compare with: add --base, for example --base origin/main");
  GP_CHECK(request.json ? report::write_diff_json(found.change, ports.output)
                        : report::write_diff_text(found.change, ports.output));
  return ExitCode::done;
}

}  // namespace gatepost::app
