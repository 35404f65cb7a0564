#include "report/markdown.hpp"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <string>

#include "base/text.hpp"
#include "support/cmark.hpp"
#include "support/golden.hpp"
#include "unit/report/cases.hpp"

namespace gatepost::report {
namespace {

std::string markdown_of(const Input& input) {
  std::string out;
  REQUIRE(write_markdown(input, [&](std::string_view piece) {
    out += piece;
    return Done{};
  }));
  return out;
}

std::size_t count_of(const std::string& s, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = s.find(part); at != std::string::npos; at = s.find(part, at + 1)) ++count;
  return count;
}

// `s` without what the pattern matches.
std::string without(std::string s, const RE2& pattern) {
  RE2::GlobalReplace(&s, pattern, "");
  return s;
}

}  // namespace

TEST_CASE("markdown: the comment") {
  for (const cases::Case& it : cases::all()) {
    test::check_golden("report/" + it.name + "/comment.md", markdown_of(cases::input_for(it.built)));
  }
}

TEST_CASE("markdown: a clean run is the marker and one line") {
  const auto all = cases::all();
  REQUIRE(all[0].name == "clean");
  Input input = cases::input_for(all[0].built);
  CHECK(markdown_of(input) == "<!-- gatepost:summary -->\n✅ **Gate open**: nothing new in this change\n\n");
  input.markdown.marker.clear();
  CHECK(markdown_of(input) == "✅ **Gate open**: nothing new in this change\n\n");
}

TEST_CASE("markdown: nothing but our own tags and links, every row of three cells, no line that starts with a slash") {
  static const RE2 tag(
      "</?(p|h3|ul|ol|li|strong|code|sub|details|summary|table|thead|tbody|tr)>|<br ?/?>|<t[hd]( "
      "align=\"[a-z]+\")?>|</t[hd]>|"
      "</a>|<a "
      "href=\"https://(github\\.com/acme/shop/|nvd\\.nist\\.gov/vuln/detail/CVE-|github\\.com/advisories/)[^\"]*\">");
  for (const cases::Case& it : cases::all()) {
    CAPTURE(it.name);
    const std::string markdown = markdown_of(cases::input_for(it.built));
    for (const std::string_view line : text::split(markdown, '\n')) CHECK_FALSE(text::trim(line).starts_with('/'));
    const auto html = test::html_of(markdown);
    if (!html) return;
    const std::string tags = test::parse_html(*html).tags;
    CAPTURE(tags);
    CHECK(without(tags, tag) == "");
    CHECK(count_of(tags, "<td") == 3 * (count_of(tags, "<tr>") - count_of(tags, "<thead>")));
    CHECK(count_of(tags, "<details>") == count_of(tags, "</details>"));
    for (const std::string& node : test::parse_html(*html).texts) {
      CAPTURE(node);
      CHECK_FALSE(RE2::PartialMatch(node, "@[A-Za-z0-9]|#[0-9]"));
    }
  }
}

TEST_CASE("markdown: ten thousand findings stay within the budget, and what is left out is said") {
  const auto built = cases::ten_thousand();
  for (const std::size_t budget : {8'000U, 9'999U, 20'000U, 60'000U}) {
    Input input = cases::input_for(built);
    input.markdown.budget = budget;
    const std::string markdown = markdown_of(input);
    CAPTURE(budget);
    CHECK(markdown.size() <= budget);
    CHECK(markdown.size() > budget / 4);
    CHECK(markdown.find("left out to keep this short") != std::string::npos);
    CHECK(count_of(markdown, "<details>") == count_of(markdown, "</details>"));
    CHECK(markdown.find("[the whole report](https://github.com/acme/shop/actions/runs/1)") != std::string::npos);
  }
}

TEST_CASE("markdown: at a forge's limit no character is cut in two") {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    auto builder = test::an_assessment();
    for (int i = 0; i < 900; ++i) {
      std::string title = std::to_string(1000 + i) + std::string(shift, 'x');
      for (int j = 0; j < 20 + i % 50; ++j) title += "\U0001F525é";
      builder.finding(test::a_finding(title).at("src/größe.c", static_cast<std::uint32_t>(i + 1)).blocks());
    }
    const auto built = builder.says(Outcome::fail).build();
    for (const std::size_t budget : {59'999U, 60'000U, 60'001U, 65'535U, 65'536U, 65'537U}) {
      CAPTURE(shift);
      CAPTURE(budget);
      Input input = cases::input_for(built);
      input.markdown.budget = budget;
      input.markdown.most_findings = 900;
      const std::string markdown = markdown_of(input);
      CHECK(markdown.size() <= budget);
      CHECK(markdown.size() > budget / 4);
      CHECK(text::is_utf8(markdown));
      CHECK(markdown.find("left out to keep this short") != std::string::npos);
      CHECK(markdown.starts_with("<!-- gatepost:summary"));
    }
  }
}

TEST_CASE("markdown: hostile texts of any length stay within the budget") {
  const std::string evil(50'000, '@');
  auto builder = test::an_assessment();
  for (int i = 0; i < 200; ++i) {
    builder.finding(test::a_finding(std::to_string(i) + evil)
                        .by(evil, evil)
                        .at("src/" + std::string(3000, '|') + std::to_string(i), 1)
                        .owned_by(evil, evil)
                        .because(evil, evil, 1, evil)
                        .fix(evil)
                        .blocks());
    builder.reason(evil + std::to_string(i), Action::block, evil);
    builder.note({Note::Level::warning, evil, evil, evil});
    builder.report({.path = evil + std::to_string(i), .state = ReportState::unrecognised});
  }
  const auto built = builder.says(Outcome::fail).build();
  for (const std::size_t budget : {8'000U, 60'000U}) {
    Input input = cases::input_for(built);
    input.markdown.budget = budget;
    const std::string markdown = markdown_of(input);
    CHECK(markdown.size() <= budget);
    CHECK(count_of(markdown, "<details>") == count_of(markdown, "</details>"));
    CHECK(markdown.find("Gate closed") != std::string::npos);
  }
}

}  // namespace gatepost::report
