#include "doc/lines.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"

namespace gatepost::doc {

Result<Document> parse_lines(std::string text, const std::string& name, const Limits& limits) {
  const auto refuse = [&](const std::string& why) {
    return error(ErrorKind::bad_input, fmt::format("{}: {}", name, why));
  };
  if (text.size() > limits.document_bytes)
    return refuse(fmt::format("larger than the limit of {} bytes for one document", limits.document_bytes));
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const bool broken = !text::is_utf8(text);
  if (broken) text = text::to_utf8(text);
  TreeBuilder out(name, std::move(text), true);
  if (broken) out.note(Note::Level::warning, "invalid-utf8", "bytes that are not UTF-8 were read as U+FFFD", 0);
  const std::string_view all = out.source();
  out.open(Kind::array, 0);
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = std::min(all.find('\n', begin), all.size());
    if (out.size() >= limits.values) return refuse(fmt::format("more than the limit of {} lines", limits.values));
    std::string_view line = all.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (text::has_controls(line)) line = out.keep(text::without_terminal_codes(line));
    out.scalar(Kind::string, line, begin);
    begin = end + 1;
  }
  out.close();
  return out.finish();
}

}  // namespace gatepost::doc
