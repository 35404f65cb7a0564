// The page: config/report/posture.html with its style, its script and the data in it. The browser runs nothing but that
// script, and asks nobody for anything: the policy in the page names the hashes of both and allows nothing else.
#include <fmt/core.h>

#include "base/assert.hpp"
#include "report/escape.hpp"
#include "report/page.hpp"
#include "report/posture.hpp"

namespace gatepost::report {
namespace {

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
  const std::string style = page_part("report/vendor/uplot.css") + page_part("report/posture.css");
  const std::string script = page_part("report/vendor/uplot.js") + "\n" + page_part("report/posture.js");
  const std::string title = posture.project.empty() ? "Security posture" : "Security posture of " + posture.project;
  const std::string page = page_part("report/posture.html");
  return write_page(page, sink, [&](std::string_view name, const Sink& out) -> Status {
    if (name == "csp") {
      return out(fmt::format("default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
                             source_hash(style), source_hash(script)));
    }
    if (name == "style") return out(style);
    if (name == "script") return out(script);
    if (name == "data") return write_posture_json(posture, inside_script(out));
    GP_ASSERT(name == "title");
    return out(escape::html_text(title));
  });
}

}  // namespace gatepost::report
