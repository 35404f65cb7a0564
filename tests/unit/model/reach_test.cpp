#include "model/reach.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

using namespace gatepost;

TEST_CASE("reach: symbols beat packages, what runs beats what does not, in any order") {
  using enum Reach;
  struct Case {
    std::vector<Reach> evidence;
    Reach together;
  };
  const std::vector<Case> cases = {
      {{}, unknown},
      {{unknown, not_loaded}, not_loaded},
      {{loaded, not_loaded}, loaded},
      {{imported, loaded}, loaded},
      {{imported, not_loaded}, imported},
      {{imported, unreachable}, unreachable},
      {{loaded, unreachable}, unreachable_loaded},
      {{not_loaded, unreachable}, unreachable},
      {{called, unreachable}, called},
      {{called, loaded, not_imported}, called},
      {{observed, called}, observed},
      {{unreachable_loaded, unreachable}, unreachable_loaded},
      {{not_loaded, not_imported, test_only}, not_imported},
  };
  for (Case it : cases) {
    std::ranges::sort(it.evidence);
    do {
      CHECK(combined_reach(it.evidence) == it.together);
    } while (std::ranges::next_permutation(it.evidence).found);
  }
}
