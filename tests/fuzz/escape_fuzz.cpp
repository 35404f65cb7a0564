// Every encoder of a stranger's text, on any bytes.
#include <algorithm>

#include "base/text.hpp"
#include "fuzz/check.hpp"
#include "report/escape.hpp"

using namespace gatepost;
namespace escape = gatepost::report::escape;

namespace {

bool has_controls(std::string_view s, std::string_view kept = {}) {
  return std::ranges::any_of(s, [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < ' ' || byte == 0x7F) && kept.find(c) == std::string_view::npos;
  });
}
// None of them is shown, and no byte is left that is no text.
void check_visible(std::string_view s) {
  FUZZ_CHECK(text::is_utf8(s));
  for (std::size_t i = 0; i < s.size();) {
    const auto at = text::code_point_at(s, i);
    FUZZ_CHECK(!text::is_invisible(at.value));
    i += at.bytes;
  }
}

void check_markdown(std::string_view s) {
  const std::string plain = escape::markdown_text(s);
  check_visible(plain);
  FUZZ_CHECK(!has_controls(plain) && plain.size() <= s.size() * 40 + 16);
  // "<" and ">" are ours alone: the empty comment that parts a sign from what it refers to.
  const std::string rest = text::replace_all(plain, "<!-- -->", "");
  FUZZ_CHECK(rest.find_first_of("<>`|\\") == std::string::npos && !rest.starts_with('/'));
  for (const escape::Spot spot : {escape::Spot::paragraph, escape::Spot::table_cell}) {
    const std::string code = escape::markdown_code(s, spot);
    check_visible(code);
    FUZZ_CHECK(!has_controls(code));
    FUZZ_CHECK(spot == escape::Spot::paragraph || code.find('|') == std::string::npos);
  }
  const std::string fence = escape::markdown_fence(s, 1);
  FUZZ_CHECK(fence.ends_with(fence.substr(0, fence.find('\n') + 1)) && fence.find('\r') == std::string::npos);
  const std::string whole = escape::markdown_finish(std::string(s) + "\n" + plain);
  FUZZ_CHECK(whole.find('\r') == std::string::npos);
  for (const std::string_view line : text::split(whole, '\n')) {
    FUZZ_CHECK(!line.substr(std::min(line.find_first_not_of(" \t"), line.size())).starts_with('/'));
  }
}

void check_lines(std::string_view s) {
  const std::string line = escape::log_line(escape::terminal(s));
  check_visible(line);
  FUZZ_CHECK(!has_controls(line) && !text::trim(line).starts_with("::") && line.find("##[") == std::string::npos);
  FUZZ_CHECK(!has_controls(escape::workflow_data(s), "\t"));
  const std::string property = escape::workflow_property(s);
  FUZZ_CHECK(!has_controls(property) && property.find_first_of(":,") == std::string::npos);
  const std::string status = escape::commit_status(s);
  FUZZ_CHECK(status.size() <= 140 && std::ranges::all_of(status, [](char c) { return c >= ' ' && c < 0x7F; }));
  const std::string note = escape::annotation(s, 50);
  check_visible(note);
  FUZZ_CHECK(note.size() <= 50 && !has_controls(note, "\n\t"));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = fuzz::text_of(data, std::min<std::size_t>(size, 1 << 14));
  check_markdown(text);
  check_lines(text);
  const std::string cell = escape::csv_cell(text);
  FUZZ_CHECK(cell.empty() || std::string_view("=+-@").find(cell.front()) == std::string_view::npos);
  FUZZ_CHECK(escape::html_text(text).find_first_of("<>\"'`") == std::string::npos);
  FUZZ_CHECK(!escape::is_allowed_url(text, {}));
  return 0;
}
