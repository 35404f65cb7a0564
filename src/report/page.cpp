#include "report/page.hpp"

#include <fmt/core.h>

#include "base/assert.hpp"
#include "base/base64.hpp"
#include "base/digest.hpp"
#include "base/resource.hpp"

namespace gatepost::report {

std::string page_part(std::string_view name) {
  const auto found = find_resource(name);
  GP_ASSERT(found.has_value());
  return std::string(*found);
}

std::string source_hash(std::string_view content) {
  const Digest256 digest = sha256(content);
  const std::string bytes(digest.begin(), digest.end());
  return fmt::format("'sha256-{}'", base64_encode(bytes));
}

Status write_page(std::string_view page, const Sink& sink,
                  const std::function<Status(std::string_view name, const Sink& sink)>& part) {
  while (!page.empty()) {
    const std::size_t open = page.find("{{");
    GP_CHECK(sink(page.substr(0, open)));
    if (open == std::string_view::npos) break;
    const std::size_t close = page.find("}}", open);
    GP_ASSERT(close != std::string_view::npos);
    GP_CHECK(part(page.substr(open + 2, close - open - 2), sink));
    page.remove_prefix(close + 2);
  }
  return Done{};
}

}  // namespace gatepost::report
