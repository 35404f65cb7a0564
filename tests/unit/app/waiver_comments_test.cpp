#include "app/waiver_comments.hpp"

#include <doctest/doctest.h>

using namespace gatepost;

TEST_CASE("waiver comments: the ids that a comment names") {
  using Ids = std::vector<std::string>;
  struct Case {
    const char* line;
    Ids beside, above;
  };
  for (const Case& it :
       {Case{"# gatepost:waive W-2026-014", {"W-2026-014"}, {"W-2026-014"}},
        Case{"  // gatepost:waive W-1 because of mTLS", {"W-1"}, {"W-1"}},
        Case{"<!-- gatepost:waive W-1-->", {"W-1"}, {"W-1"}},
        Case{" * gatepost:waive W-1, gatepost:waive W_2.", {"W-1", "W_2"}, {"W-1", "W_2"}},
        Case{"run(x)  # gatepost:waive W-1", {"W-1"}, {}},  // belongs to the line it stands on
        Case{"gatepost:waive W-1", {}, {}}, Case{"# gatepost:waiveW-1", {}, {}}, Case{"# gatepost:waiver W-1", {}, {}},
        Case{"# gatepost:waive", {}, {}}, Case{"# gatepost:waive ---", {}, {}}, Case{"", {}, {}}}) {
    CAPTURE(it.line);
    CHECK(app::waivers_named(it.line, false) == it.beside);
    CHECK(app::waivers_named(it.line, true) == it.above);
  }
  CHECK(app::waivers_named("# gatepost:waive " + std::string(65, 'a'), false).empty());
  std::string many = "#";
  for (int i = 0; i < 100; ++i) many += " gatepost:waive W-1";
  CHECK(app::waivers_named(many, false).size() == 8);
  CHECK(app::waivers_named("# " + std::string(5000, 'x') + " gatepost:waive W-1", false).empty());
}
