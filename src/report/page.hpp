// Pages that need nothing but themselves: templates of config/report/ with "{{name}}" where something is put in.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "report/sink.hpp"

namespace gatepost::report {

// A file of config/report/ that the binary carries: "report/posture.css".
std::string page_part(std::string_view name);
// Of a style or script as a Content-Security-Policy names it: "'sha256-…'".
std::string source_hash(std::string_view content);

// Writes the template; `part` writes what a name stands for.
Status write_page(std::string_view page, const Sink& sink,
                  const std::function<Status(std::string_view name, const Sink& sink)>& part);

}  // namespace gatepost::report
