#include "app/cvss.hpp"

#include <fmt/core.h>

#include <string_view>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "risk/cvss.hpp"

namespace gatepost::app {
namespace {

using risk::CvssScores;
using risk::CvssVector;
using risk::CvssVersion;

constexpr std::size_t kLargestInput = std::size_t{256} << 20;

// One object a line.
std::string as_json(std::string_view text, const Result<CvssVector>& vector) {
  doc::JsonWriter json;
  json.begin_object().field("vector", text);
  if (!vector) {
    json.field("error", vector.error().message).end_object();
    return json.take() + "\n";
  }
  const CvssScores scores = vector->scores();
  json.field("version", to_string(vector->version())).key("base").tenths(scores.base);
  // The two of v4.0 are no steps towards its overall score.
  if (vector->version() != CvssVersion::v40) {
    if (scores.temporal) json.key("temporal").tenths(*scores.temporal);
    if (scores.environmental) json.key("environmental").tenths(*scores.environmental);
  }
  json.key("overall").tenths(scores.overall).field("severity", cvss_rating(vector->version(), scores.overall));
  json.optional_field("nomenclature", vector->nomenclature());
  if (!vector->conforming()) json.field("nonconforming", true);
  json.end_object();
  return json.take() + "\n";
}

std::string score_line(std::string_view name, CvssVersion version, int tenths, std::string_view nomenclature) {
  return fmt::format("  {:<13}  {:>2}.{}  {}{}{}\n", name, tenths / 10, tenths % 10, cvss_rating(version, tenths),
                     nomenclature.empty() ? "" : "  ", nomenclature);
}

std::string as_text(std::string_view text, const CvssVector& vector) {
  const CvssVersion version = vector.version();
  const bool four = version == CvssVersion::v40;
  const CvssScores scores = vector.scores();
  std::string out = fmt::format("{}  (CVSS v{})\n", text::printable(text, 1000), to_string(version));
  out += score_line("base", version, scores.base, four ? "CVSS-B" : "");
  if (scores.temporal)
    out += score_line(four ? "threat" : "temporal", version, *scores.temporal, four ? "CVSS-BT" : "");
  if (scores.environmental) out += score_line("environmental", version, *scores.environmental, four ? "CVSS-BE" : "");
  out += score_line("overall", version, scores.overall, vector.nomenclature());
  if (!vector.conforming()) out += "  the metrics do not stand in the order of the standard\n";
  return out;
}

class Answers {
 public:
  Answers(const Ports& ports, bool json) : ports_(ports), json_(json) {}

  Status add(std::string_view text) {
    const auto vector = CvssVector::parse(text);
    refused_ |= !vector.ok();
    if (json_) {
      out_ += as_json(text, vector);
    } else if (vector) {
      out_ += as_text(text, *vector);
    } else {
      // After what was answered before it.
      GP_CHECK(pass_on());
      log::error(vector.error().message);
    }
    return out_.size() < kPiece ? Status(Done{}) : pass_on();
  }
  Status pass_on() {
    const Status passed = out_.empty() ? Status(Done{}) : ports_.output(out_);
    out_.clear();
    return passed;
  }
  [[nodiscard]] bool refused() const { return refused_; }

 private:
  static constexpr std::size_t kPiece = std::size_t{64} << 10;
  const Ports& ports_;
  bool json_;
  bool refused_ = false;
  std::string out_;
};

// Every line is a vector, also an empty one, so that answers and lines match.
Status add_lines(Answers& answers) {
  GP_TRY(const Bytes bytes, Bytes::open("-").context("standard input"));
  GP_TRY(const std::string text, bytes.all(kLargestInput).context("standard input"));
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    GP_CHECK(answers.add(line));
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  }
  return Done{};
}

}  // namespace

Result<ExitCode> cvss(const Ports& ports, const CvssRequest& request) {
  if (request.vectors.empty()) {
    return error(ErrorKind::usage, "no vector is given",
                 "try: gatepost cvss CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H, or - to read vectors from standard "
                 "input");
  }
  Answers answers(ports, request.json);
  for (const std::string& vector : request.vectors) {
    GP_CHECK(vector == "-" ? add_lines(answers) : answers.add(vector));
  }
  GP_CHECK(answers.pass_on());
  return answers.refused() ? ExitCode::usage : ExitCode::done;
}

}  // namespace gatepost::app
