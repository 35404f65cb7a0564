// The small languages: purls, paths, advisory ids, CWE numbers, times, globs, texts. A line end divides the input into
// two texts for what takes two.
#include "base/bytes.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "doc/shape.hpp"
#include "fuzz/check.hpp"
#include "model/advisory_id.hpp"
#include "model/cwe.hpp"
#include "model/observation.hpp"
#include "model/purl.hpp"
#include "model/repo_path.hpp"
#include "model/severity.hpp"

using namespace gatepost;

namespace {

void check_purl(std::string_view text) {
  const auto purl = Purl::parse(text);
  if (!purl) return;
  const std::string canonical = purl->to_string();
  const auto again = Purl::parse(canonical);
  // Escapes may make a long text longer than a purl may be.
  FUZZ_CHECK(again || canonical.size() > 4096);
  FUZZ_CHECK(!again || (*again == *purl && again->to_string() == canonical));
  const auto made = Purl::make(purl->type(), purl->name_space(), purl->name(), purl->version());
  FUZZ_CHECK(made && made->package() == purl->package());
}

void check_paths(std::string_view text) {
  if (const auto path = RepoPath::parse(text)) {
    FUZZ_CHECK(RepoPath::parse(path->value()) == path);
    FUZZ_CHECK(path->value().ends_with(path->name()));
  }
  for (const bool uri : {false, true}) {
    const std::string path = normalise_reported_path(text, uri);
    FUZZ_CHECK(path.find('\0') == std::string::npos);
    const bool other_scheme = uri && path.find("://") != std::string::npos;
    FUZZ_CHECK(other_scheme || path.find("//") == std::string::npos);
  }
  FUZZ_CHECK(percent_decode(text).size() <= text.size());
}

void check_ids(std::string_view text) {
  if (const auto id = AdvisoryId::parse(text)) FUZZ_CHECK(AdvisoryId::parse(id->value()) == id);
  FUZZ_CHECK(!looks_like_advisory(text) || AdvisoryId::parse(text));
  if (const auto cwe = parse_cwe(text)) FUZZ_CHECK(parse_cwe("CWE-" + std::to_string(cwe->number)) == cwe);
  if (const auto time = parse_timestamp(text)) FUZZ_CHECK(parse_timestamp(to_string(*time)) == time);
  if (const auto day = parse_date(text)) FUZZ_CHECK(to_string(*day) == text);
  if (const auto label = severity_from_word(text)) FUZZ_CHECK(parse_severity_label(to_string(*label)) == label);
  confidence_from_word(text);
}

void check_text(std::string_view text) {
  FUZZ_CHECK(text::is_utf8(text::to_utf8(text, 100)) && text::to_utf8(text, 100).size() <= 100);
  FUZZ_CHECK(text::is_utf8(text::printable(text)));
  FUZZ_CHECK(text::fold_whitespace(text::fold_whitespace(text)) == text::fold_whitespace(text));
  FUZZ_CHECK(text::replace_all(std::string(text), "a", "a") == text);
  constexpr std::string_view kWords[] = {"report", "format", "output"};
  text::nearest(text, kWords);
  FUZZ_CHECK(doc::first_look(text).start <= text.size());
}

void check_glob(std::string_view pattern, std::string_view path) {
  const auto glob = Glob::compile(pattern);
  if (!glob) return;
  const bool matches = glob->matches(path);
  const std::size_t slash = path.rfind('/');
  if (matches && slash != std::string_view::npos) FUZZ_CHECK(glob->may_match_below(path.substr(0, slash)));
  if (Glob::is_literal(pattern) && !pattern.starts_with("./")) FUZZ_CHECK(matches == (pattern == path));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, std::min<std::size_t>(size, 1 << 14));
  const std::size_t line_end = std::min(text.find('\n'), text.size());
  const std::string_view first = std::string_view(text).substr(0, line_end);
  const std::string_view second = std::string_view(text).substr(std::min(line_end + 1, text.size()));
  check_purl(first);
  check_paths(first);
  check_ids(first);
  check_text(text);
  check_glob(first, second);
  if (is_gzip(text)) {
    const auto plain = gunzip(Bytes::of(text), {.unpacked_bytes = 1 << 20});
    FUZZ_CHECK(!plain || plain->size() <= 1 << 20);
  }
  return 0;
}
