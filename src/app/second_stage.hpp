// The parts of the second stage: asking the forge, judging a stored result again, telling the forge. `publish` runs
// them once, a comment command as often as it has to.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "app/ci.hpp"
#include "app/inputs.hpp"
#include "app/ports.hpp"
#include "app/result_file.hpp"
#include "app/rules_of_base.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "forge/forge.hpp"
#include "model/assessment.hpp"
#include "publish/plan.hpp"
#include "publish/shown.hpp"
#include "report/input.hpp"

namespace gatepost::app {

// Everything that the second stage asks the forge for.
struct Asked {
  publish::Shown shown;
  RulesOfBase rules;
};
// The change request of the run, and the rules of what it goes into. ErrorKind::conflict when it is closed, or at
// another commit than `result`, if there is one.
Result<Asked> ask_forge(const Ports& ports, forge::Forge& forge, const CiFacts& ci, const Inputs& inputs,
                        const ResultFile* result);

// The lines of findings at the tip of the change, as the result says: it can only choose among those that the forge
// shows. Nobody here has the files, and reading them would take as many questions as the change has files.
class TipLines {
 public:
  explicit TipLines(const ResultFile& result) : known_(result.head_lines) {
    judged_the_tip_ = result.change.change_head.empty() || result.change.change_head == result.change.head;
  }
  [[nodiscard]] std::optional<publish::Lines> of(const Finding& finding) const;

 private:
  std::map<FindingId, std::optional<publish::Lines>> known_;
  bool judged_the_tip_ = false;
};

// The verdict of now about what the result has. `asked` keeps what was read for it.
Assessment judge_again(const Ports& ports, const CiFacts& ci, ResultFile result, Asked& asked, Timestamp now);

// The words are still those of the run that looked: one that looks again at the same commit may write over them, and
// the next run over its words.
publish::Stamp stamp_of_words(const publish::Shown& shown, const publish::Stamp& own);

// `input` and `lines` have to outlive it.
publish::Input plan_input(const report::Input& input, const CiFacts& ci, const publish::Shown& shown,
                          const TipLines& lines);

}  // namespace gatepost::app
