#include "risk/cvss.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <bitset>
#include <span>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "risk/cvss_metrics.hpp"

namespace gatepost::risk {
namespace {

using cvss::Group;
using cvss::Metric;

std::span<const Metric> metrics_of(CvssVersion version) {
  switch (version) {
    case CvssVersion::v20:
      return cvss::metrics_of_v2();
    case CvssVersion::v30:
    case CvssVersion::v31:
      return cvss::metrics_of_v3();
    case CvssVersion::v40:
      return cvss::metrics_of_v4();
  }
  return {};
}

CvssScores scores_of(CvssVersion version, const CvssVector::Values& values, cvss::Asked asked) {
  switch (version) {
    case CvssVersion::v20:
      return cvss::scores_of_v2(values, asked);
    case CvssVersion::v30:
    case CvssVersion::v31:
      return cvss::scores_of_v3(values, asked, version);
    case CvssVersion::v40:
      return cvss::scores_of_v4(values, asked);
  }
  return {};
}

constexpr std::pair<std::string_view, CvssVersion> kPrefixes[] = {
    {"CVSS:4.0/", CvssVersion::v40}, {"CVSS:3.1/", CvssVersion::v31}, {"CVSS:3.0/", CvssVersion::v30},
    {"CVSS:2.0/", CvssVersion::v20}, {"CVSS2#", CvssVersion::v20},
};

struct Opened {
  CvssVersion version;
  std::string_view metrics;
};

// The version and what stands after it; or why there is none.
Result<Opened> open(std::string_view text) {
  Opened opened{CvssVersion::v20, text};
  const auto* const prefix =
      std::ranges::find_if(kPrefixes, [&](const auto& known) { return text.starts_with(known.first); });
  if (prefix != std::end(kPrefixes)) {
    opened = {prefix->second, text.substr(prefix->first.size())};
  } else if (text.empty()) {
    return error(ErrorKind::bad_input, "it is empty; expected a vector such as CVSS:3.1/AV:N/AC:L/…");
  } else if (text.starts_with("CVSS")) {
    return error(ErrorKind::bad_input, "expected CVSS:2.0/, CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/ at the start");
  } else if (!text.starts_with('(') && text.find("/PR:") != std::string_view::npos) {
    return error(ErrorKind::bad_input,
                 "these are not metrics of CVSS v2; expected CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/ at the start");
  }
  if (opened.version == CvssVersion::v20 && opened.metrics.starts_with('(')) {
    if (!opened.metrics.ends_with(')')) return error(ErrorKind::bad_input, "expected ) at the end");
    opened.metrics = opened.metrics.substr(1, opened.metrics.size() - 2);
  }
  return opened;
}

// Which of the words it is.
std::optional<std::size_t> position_of(std::string_view value, std::string_view words) {
  for (std::size_t position = 0; !words.empty(); ++position) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (words.substr(0, end) == value) return position;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return std::nullopt;
}

std::string one_of(std::string_view words) {
  std::string shown = text::replace_all(std::string(words), " ", ", ");
  const std::size_t last = shown.rfind(", ");
  return last == std::string::npos ? shown : shown.replace(last, 2, " or ");
}

// The metric of this name. Most vectors are in order: the one that is `due` is looked at first.
std::size_t find_metric(std::span<const Metric> metrics, std::string_view name, std::size_t due) {
  for (std::size_t i = due; i < metrics.size(); ++i) {
    if (metrics[i].name == name) return i;
  }
  for (std::size_t i = 0; i < due; ++i) {
    if (metrics[i].name == name) return i;
  }
  return metrics.size();
}

}  // namespace

std::string_view to_string(CvssVersion version) {
  static constexpr std::array<std::string_view, 4> kNames = {"2.0", "3.0", "3.1", "4.0"};
  return kNames[static_cast<std::size_t>(version)];
}

std::string_view cvss_rating(CvssVersion version, int tenths) {
  const bool old = version == CvssVersion::v20;
  if (tenths >= 90 && !old) return "critical";
  if (tenths >= 70) return "high";
  if (tenths >= 40) return "medium";
  return tenths >= 1 || old ? "low" : "none";
}

// Reads the metrics of one vector.
class CvssVector::Reader {
 public:
  explicit Reader(CvssVersion version) : metrics_(metrics_of(version)) { vector_.version_ = version; }

  Status read(std::string_view part) {
    if (part.empty()) return wrong("a metric is empty; expected NAME:VALUE on both sides of each /");
    const std::size_t colon = part.find(':');
    const std::size_t index = find_metric(metrics_, part.substr(0, colon), due_);
    if (index == metrics_.size()) {
      return wrong(fmt::format("unknown metric \"{}\"; CVSS v{} has {}", text::printable(part.substr(0, colon), 20),
                               to_string(vector_.version_), names([](std::size_t) { return true; })));
    }
    const Metric& metric = metrics_[index];
    const std::string_view value = colon == std::string_view::npos ? "" : part.substr(colon + 1);
    const auto position = position_of(value, metric.values);
    if (!position) {
      return wrong(fmt::format("{} cannot be \"{}\"; expected {}", metric.name, text::printable(value, 20),
                               one_of(metric.values)));
    }
    if (given_[index]) return wrong(fmt::format("{} is given twice; expected it once", metric.name));
    take(index, *position);
    return Done{};
  }

  Result<CvssVector> finish() {
    const auto is_missing = [&](std::size_t i) { return metrics_[i].group == Group::base && !given_[i]; };
    const std::string missing = names(is_missing);
    if (!missing.empty()) return wrong(fmt::format("without {}; expected every base metric", missing));
    return vector_;
  }

 private:
  static Error wrong(std::string why) { return error(ErrorKind::bad_input, std::move(why)); }

  void take(std::size_t index, std::size_t position) {
    given_.set(index);
    vector_.values_[index] = static_cast<std::uint8_t>(position);
    const bool ordered = vector_.version_ == CvssVersion::v20 || vector_.version_ == CvssVersion::v40;
    if (ordered && index < due_) vector_.conforming_ = false;
    due_ = index + 1;
    if (position == 0) return;
    vector_.temporal_ |= metrics_[index].group == Group::temporal;
    vector_.environmental_ |= metrics_[index].group == Group::environmental;
  }

  template <class Predicate>
  [[nodiscard]] std::string names(Predicate wanted) const {
    std::string list;
    for (std::size_t i = 0; i < metrics_.size(); ++i) {
      if (wanted(i)) list.append(list.empty() ? "" : ", ").append(metrics_[i].name);
    }
    return list;
  }

  CvssVector vector_;
  std::span<const Metric> metrics_;
  std::bitset<kMostMetrics> given_;
  std::size_t due_ = 0;  // the metric after the one read last
};

Result<CvssVector> CvssVector::parse(std::string_view text) {
  const auto told = [&](const Error& why) {
    return error(why.kind, fmt::format("CVSS vector \"{}\": {}", text::printable(text, 200), why.message));
  };
  const auto opened = open(text);
  if (!opened) return told(opened.error());
  Reader reader(opened->version);
  for (std::string_view rest = opened->metrics;;) {
    const std::size_t slash = rest.find('/');
    if (const Status read = reader.read(rest.substr(0, slash)); !read) return told(read.error());
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  auto vector = reader.finish();
  if (!vector) return told(vector.error());
  return vector;
}

int CvssVector::base_tenths() const { return scores_of(version_, values_, {}).base; }

CvssScores CvssVector::scores() const {
  return scores_of(version_, values_, {.temporal = temporal_, .environmental = environmental_});
}

std::string_view CvssVector::nomenclature() const {
  if (version_ != CvssVersion::v40) return "";
  if (temporal_) return environmental_ ? "CVSS-BTE" : "CVSS-BT";
  return environmental_ ? "CVSS-BE" : "CVSS-B";
}

}  // namespace gatepost::risk
