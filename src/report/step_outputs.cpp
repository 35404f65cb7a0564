#include "report/step_outputs.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "doc/json_writer.hpp"
#include "report/escape.hpp"
#include "report/facts.hpp"
#include "report/overview.hpp"

namespace gatepost::report {
namespace {

constexpr std::size_t kMostVariables = 20, kDotenvBytes = 5'000;

bool is_name(std::string_view name) {
  const auto stands = [](char c) { return (c >= 'a' && c <= 'z') || text::is_digit(c) || c == '-' || c == '_'; };
  return !name.empty() && std::ranges::all_of(name, stands);
}
bool is_delimiter(std::string_view delimiter) {
  return delimiter.size() >= 16 && std::ranges::all_of(delimiter, [](char c) { return text::is_alnum(c) || c == '_'; });
}

std::string variable_name(std::string_view name) {
  std::string out = "GATEPOST_";
  for (const char c : name) {
    const bool small = c >= 'a' && c <= 'z';
    out += small ? static_cast<char>(c - 'a' + 'A') : text::is_alnum(c) ? c : '_';
  }
  return out;
}

// Quotes, blanks and signs that some shell reads are none of our values' business.
std::string plain_value(std::string_view value) {
  std::string out(value);
  for (char& c : out) {
    const bool stands = text::is_alnum(c) || std::string_view("._-/:,+@%").find(c) != std::string_view::npos;
    if (!stands) c = '_';
  }
  return out;
}

}  // namespace

Outputs step_outputs(const Assessment& assessment, const Outputs& files) {
  const Overview overview = overview_of(assessment);
  Outputs all = {{"verdict", std::string(to_string(assessment.verdict.outcome))},
                 {"risk", points(assessment.totals.pr_risk_tenths)},
                 {"new", std::to_string(overview.introduced + overview.worsened)},
                 {"fixed", std::to_string(overview.fixed.size())},
                 {"blocking", std::to_string(overview.blocking)}};
  all.insert(all.end(), files.begin(), files.end());
  return all;
}

std::optional<std::string> github_outputs(const Outputs& outputs, std::string_view delimiter) {
  if (!is_delimiter(delimiter)) return std::nullopt;
  std::string out;
  for (const auto& [name, value] : outputs) {
    if (!is_name(name)) return std::nullopt;
    for (std::string_view line : text::split(value, '\n')) {
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (line == delimiter) return std::nullopt;
    }
    out += name + "<<" + std::string(delimiter) + "\n" + value + "\n" + std::string(delimiter) + "\n";
  }
  return out;
}

std::string dotenv(const Outputs& outputs) {
  std::string out;
  std::size_t count = 0;
  for (const auto& [name, value] : outputs) {
    const std::string line = variable_name(name) + "=" + plain_value(value) + "\n";
    if (++count > kMostVariables || out.size() + line.size() > kDotenvBytes) break;
    out += line;
  }
  return out;
}

std::string gitlab_annotations(const Outputs& links) {
  doc::JsonWriter json;
  json.begin_object().key("gatepost").begin_array();
  for (const auto& [label, address] : links) {
    const bool web = address.starts_with("https://") || address.starts_with("http://");
    const bool plain = std::ranges::all_of(address, [](char c) { return c > ' ' && c < 0x7F; });
    if (!web || !plain || address.size() > 2000) continue;
    json.line_break().begin_object().key("external_link").begin_object();
    json.field("label", escape::one_line(label, 100)).field("url", address).end_object().end_object();
  }
  json.line_break().end_array().end_object();
  return json.take() + "\n";
}

}  // namespace gatepost::report
