// What the versions of CVSS are made of: their metrics and values, and a function for each that gives scores.
#pragma once

#include <span>
#include <string_view>

#include "risk/cvss.hpp"

namespace gatepost::risk::cvss {

enum class Group : std::uint8_t { base, temporal, environmental, supplemental };

struct Metric {
  std::string_view name;
  std::string_view values;  // with blanks between them; the first of an optional metric is "not defined"
  Group group = Group::base;
};

struct Asked {
  bool temporal = false, environmental = false;
};

// In the order that the version's standard writes them. The enums of the .cpp files give the positions names.
std::span<const Metric> metrics_of_v2();
std::span<const Metric> metrics_of_v3();
std::span<const Metric> metrics_of_v4();

// Temporal and environmental scores are given when they are asked for, and then count in the overall one.
CvssScores scores_of_v2(const CvssVector::Values& values, Asked asked);
CvssScores scores_of_v3(const CvssVector::Values& values, Asked asked, CvssVersion version);
CvssScores scores_of_v4(const CvssVector::Values& values, Asked asked);

}  // namespace gatepost::risk::cvss
