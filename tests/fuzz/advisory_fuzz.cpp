// Advisories, inventories and bills of materials of strangers, and versions in every scheme.
#include <utility>

#include "advisory/bom.hpp"
#include "advisory/match.hpp"
#include "advisory/observe.hpp"
#include "base/text.hpp"
#include "doc/json.hpp"
#include "fuzz/check.hpp"

using namespace gatepost;
using namespace gatepost::advisory;

namespace {

Inventory some_inventory() {
  Inventory inventory;
  for (const char* const purl : {"pkg:npm/lodash@4.17.20", "pkg:pypi/django@3.2", "pkg:maven/org.x/y@1.0-rc1",
                                 "pkg:deb/debian/curl@7.88.1-10?distro=debian-12", "pkg:golang/example.com/x@v1.2.3"})
    inventory.add({.purl = purl, .service = "shop"});
  inventory.sort();
  return inventory;
}

void check_record(const std::string& text) {
  const auto document = doc::parse_json(text, "input");
  if (!document) return;
  ReadCounts counts;
  std::vector<Advisory> advisories;
  if (auto advisory = read_record(document->root(), {}, counts)) advisories.push_back(std::move(*advisory));
  FUZZ_CHECK(counts.records + counts.damaged == 1);
  const Inventory inventory = some_inventory();
  const Matches found = PackageIndex(inventory).match(advisories);
  for (const Match& match : found.matches) FUZZ_CHECK(match.component < inventory.size());
  ObservationTable table;
  observe(inventory, advisories, found, true, table);
  FUZZ_CHECK(table.size() == found.matches.size());
  for (const Advisory& advisory : advisories) {
    FUZZ_CHECK(text::is_utf8(advisory.summary) && !text::has_controls(advisory.summary));
    for (const Affected& affected : advisory.affected) {
      const Evaluation said = evaluate(affected, "1.0.0");
      FUZZ_CHECK(said.affected.value_or(false) || said.fixed_versions.empty());
    }
  }
}

// An inventory that was written is read as it was.
void check_bom(const std::string& text) {
  Inventory inventory;
  const auto counts = read_bom(inventory, text, "input", "");
  if (!counts) {
    FUZZ_CHECK(counts.error().message.starts_with("input"));
    return;
  }
  FUZZ_CHECK(counts->added + counts->without_purl == counts->components);
  inventory.sort();
  std::string lines;
  for (std::size_t i = 0; i < inventory.size(); ++i) lines += inventory.line(i);
  Inventory again;
  if (!again.add_lines(lines, "lines")) return;  // escapes may make a long package URL too long
  again.sort();
  FUZZ_CHECK(again.size() == inventory.size());
  for (std::size_t i = 0; i < inventory.size(); ++i) FUZZ_CHECK(again.line(i) == inventory.line(i));
}

void check_versions(std::string_view a, std::string_view b) {
  for (std::size_t i = 0; i < kVersionSchemeNames.size(); ++i) {
    const auto scheme = static_cast<VersionScheme>(i);
    const auto there = compare_versions(scheme, a, b), back = compare_versions(scheme, b, a);
    FUZZ_CHECK(there.has_value() == back.has_value());
    FUZZ_CHECK(!there || (*there < 0) == (*back > 0));
    FUZZ_CHECK(!there || (*there == 0) == (*back == 0));
    const auto self = compare_versions(scheme, a, a);
    FUZZ_CHECK(!self || *self == 0);
    FUZZ_CHECK(!there || self);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, size);
  check_record(text);
  check_bom(text);
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string_view rest = std::string_view(text).substr(std::min(line_end + 1, text.size()));
  check_versions(std::string_view(text).substr(0, line_end), rest.substr(0, rest.find('\n')));
  return 0;
}
