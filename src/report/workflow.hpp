// The findings as annotations in the log of a GitHub workflow, for runs that may write nowhere else.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "report/input.hpp"

namespace gatepost::report {

struct WorkflowOptions {
  // True for a finding on lines that the change shows: those come first. An empty function knows nothing.
  std::function<bool(std::size_t finding)> in_diff;
  std::function<bool(std::size_t finding)> told;  // beside its lines already: left out
  std::size_t most_of_a_kind = 10;                // errors, warnings and notices each: the runner drops what is beyond
};

// "::error file=src/a.c,line=3,endLine=3,title=…::…": one line each, without its end, what matters most first; the last
// one counts what is left out.
std::vector<std::string> workflow_annotations(const Input& input, const WorkflowOptions& options);

}  // namespace gatepost::report
