// The second stage of a check: what the first found, judged again by rules that its author cannot choose.
#pragma once

#include "app/judge.hpp"
#include "app/result_file.hpp"
#include "base/result.hpp"
#include "context/surroundings.hpp"
#include "model/assessment.hpp"
#include "publish/shown.hpp"

namespace gatepost::app {

// That the result is about this change request as it is now. What it says of itself decides nothing else: the change
// request has to be found by the commit that the CI ran for.
Status check_belongs(const ResultFile& result, const publish::ChangeRequest& request);

// Puts what the first stage read of the code to the surroundings: what imports a package, but not that nothing does; of
// each signal of the change's risk what it says or what the forge shows, whichever counts more.
void take_code_facts(const ResultFile& result, const publish::ChangeRequest& request, context::Surroundings& out);

// The verdict, from the findings of the result and from
//   the forge: which files changed, hence the findings about the change itself. A finding on a line that the forge
//   shows
//     as new is introduced, unless the result says that the tip has no such line; none is lowered. A list of files that
//     the forge cut is missing evidence.
//   `basis`: settings, policy, waivers and CODEOWNERS of what the change goes into (rules_of_base.hpp). Suppressions
//     count for nothing, because nobody knows whose they are.
Assessment rejudge(ResultFile result, const publish::ChangeRequest& request, const Basis& basis);

}  // namespace gatepost::app
