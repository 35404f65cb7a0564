// The page: config/report/posture.html with its style, its script and the data in it. The browser runs nothing but that
// script, and asks nobody for anything: the policy in the page names the hashes of both and allows nothing else.
#include <fmt/core.h>

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/resource.hpp"
#include "report/escape.hpp"
#include "report/posture.hpp"

namespace gatepost::report {
namespace {

std::string_view part(std::string_view name) {
  const auto found = find_resource(name);
  GP_ASSERT(found.has_value());
  return *found;
}

std::string source_hash(std::string_view content) {
  const Digest256 digest = sha256(content);
  const std::string bytes(digest.begin(), digest.end());
  return fmt::format("'sha256-{}'", base64_encode(bytes));
}

// JSON inside a script element: no "<" of it may end the element.
Sink inside_script(const Sink& sink) {
  return [&sink](std::string_view bytes) -> Status {
    std::string out;
    out.reserve(bytes.size());
    for (const char c : bytes) {
      if (c == '<')
        out += "\\u003c";
      else
        out += c;
    }
    return sink(out);
  };
}

}  // namespace

Status write_posture_html(const Posture& posture, const Sink& sink) {
  const std::string style = std::string(part("report/vendor/uplot.css")) + std::string(part("report/posture.css"));
  const std::string script =
      std::string(part("report/vendor/uplot.js")) + "\n" + std::string(part("report/posture.js"));
  const std::string title = posture.project.empty() ? "Security posture" : "Security posture of " + posture.project;
  std::string_view page = part("report/posture.html");
  while (!page.empty()) {
    const std::size_t open = page.find("{{");
    GP_CHECK(sink(page.substr(0, open)));
    if (open == std::string_view::npos) break;
    const std::size_t close = page.find("}}", open);
    GP_ASSERT(close != std::string_view::npos);
    const std::string_view name = page.substr(open + 2, close - open - 2);
    page.remove_prefix(close + 2);
    if (name == "csp") {
      GP_CHECK(sink(fmt::format("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
                                source_hash(style), source_hash(script))));
    } else if (name == "style") {
      GP_CHECK(sink(style));
    } else if (name == "script") {
      GP_CHECK(sink(script));
    } else if (name == "data") {
      GP_CHECK(write_posture_json(posture, inside_script(sink)));
    } else {
      GP_ASSERT(name == "title");
      GP_CHECK(sink(escape::html_text(title)));
    }
  }
  return Done{};
}

}  // namespace gatepost::report
