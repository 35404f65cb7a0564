#include "support/cmark.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "support/skip.hpp"

namespace gatepost::test {
namespace {

constexpr const char* kProgram = "/usr/bin/cmark-gfm";

std::string decode(std::string s) {
  for (const auto& [entity, character] : std::initializer_list<std::pair<const char*, const char*>>{
           {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}}) {
    for (std::size_t at = 0; (at = s.find(entity, at)) != std::string::npos; ++at) {
      s.replace(at, std::string_view(entity).size(), character);
    }
  }
  return s;
}

}  // namespace

std::optional<std::string> html_of(const std::string& markdown) {
  if (!std::filesystem::exists(kProgram)) {
    skip("cmark-gfm is not installed");
    return std::nullopt;
  }
  const auto file = std::filesystem::temp_directory_path() / ("gatepost-" + std::to_string(::getpid()) + ".md");
  std::ofstream(file, std::ios::binary) << markdown;
  const std::string command = std::string(kProgram) +
                              " --unsafe -e table -e strikethrough -e autolink -e tagfilter -e tasklist '" +
                              file.string() + "'";
  FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string html;
  char buffer[4096];
  for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) html.append(buffer, n);
  CHECK(::pclose(pipe) == 0);
  std::filesystem::remove(file);
  return html;
}

Html parse_html(const std::string& html) {
  Html seen;
  bool in_code = false;
  for (std::size_t i = 0; i < html.size();) {
    if (html.compare(i, 4, "<!--") == 0) {
      i = html.find("-->", i) + 3;
      continue;
    }
    if (html[i] == '<') {
      const std::size_t end = html.find('>', i);
      const std::string tag = html.substr(i, end + 1 - i);
      seen.tags += tag;
      if (tag == "<code>") seen.codes.emplace_back();
      if (tag == "<code>" || tag == "</code>") in_code = tag == "<code>";
      i = end + 1;
      continue;
    }
    const std::size_t end = std::min(html.find('<', i), html.size());
    const std::string content = decode(html.substr(i, end - i));
    if (in_code) {
      seen.codes.back() += content;
    } else {
      seen.texts.push_back(content);
    }
    i = end;
  }
  return seen;
}

}  // namespace gatepost::test
