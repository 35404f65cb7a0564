// CVSS vectors: whatever is read has scores in range, and its metrics in any order have the same.
#include <algorithm>

#include "fuzz/check.hpp"
#include "risk/cvss.hpp"

using namespace gatepost;
using risk::CvssScores;
using risk::CvssVector;

namespace {

bool in_range(int tenths) { return tenths >= 0 && tenths <= 100; }

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, std::min<std::size_t>(size, 1 << 12));
  const auto vector = CvssVector::parse(text);
  if (!vector) {
    FUZZ_CHECK(vector.error().message.find('\n') == std::string::npos);
    return 0;
  }
  const CvssScores scores = vector->scores();
  FUZZ_CHECK(in_range(scores.base) && in_range(scores.overall) && scores.base == vector->base_tenths());
  FUZZ_CHECK(!scores.temporal || (in_range(*scores.temporal) && *scores.temporal <= scores.base));
  FUZZ_CHECK(!scores.environmental || in_range(*scores.environmental));
  FUZZ_CHECK(scores.temporal || scores.environmental || scores.overall == scores.base);
  if (text.starts_with("CVSS:") && !text.ends_with(')')) {
    // The last metric first.
    const std::size_t first = text.find('/') + 1, last = text.rfind('/') + 1;
    std::string turned = text.substr(0, first) + text.substr(last);
    if (last > first) turned += "/" + text.substr(first, last - first - 1);
    const auto again = CvssVector::parse(turned);
    FUZZ_CHECK(again && again->scores() == scores);
  }
  return 0;
}
