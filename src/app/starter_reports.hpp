// Reports that lie in a work tree before anybody has named them: what `gatepost config init` proposes.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "git/repository.hpp"

namespace gatepost::app {

struct StarterReports {
  std::vector<std::string> patterns;  // globs below the root; none when no report was found
  std::size_t files = 0;              // so many reports they match
  std::vector<std::string> tools;     // who wrote them, sorted
};
// Looks at files that git does not track and whose names end as those of reports do, at most 400 of at most 32 MiB, and
// takes those in a format that is known. A pattern never matches a file with the same ending that is no report: it
// would be missing evidence from then on. When every such file is tracked, the usual names of reports are looked for.
StarterReports starter_reports(const git::Repository& repository);

}  // namespace gatepost::app
