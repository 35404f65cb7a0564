#include "correlate/comparable_purl.hpp"

#include "base/text.hpp"

namespace gatepost::correlate {
namespace {

bool is_of_distribution(const Purl& purl) {
  return purl.type() == "deb" || purl.type() == "rpm" || purl.type() == "apk";
}

// A Go proxy writes "!azure" for "Azure"; purls of Go have no capital letters anyway.
std::string without_case_marks(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '!') out += c;
  }
  return out;
}

}  // namespace

std::string comparable(const Purl& purl) {
  std::string out = purl.package();
  if (purl.type() == "golang") out = without_case_marks(text::replace_all(out, "%21", "!"));
  if (purl.type() == "nuget") out = text::lower(out);
  if (!is_of_distribution(purl)) return out;
  for (const auto& [key, value] : purl.qualifiers()) {
    if (key == "distro" || key == "arch" || key == "epoch") out.append("?").append(key).append("=").append(value);
  }
  return out;
}

}  // namespace gatepost::correlate
