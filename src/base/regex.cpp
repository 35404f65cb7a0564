#include "base/regex.hpp"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.hpp"

namespace gatepost {

Regex::Regex(std::unique_ptr<re2::RE2> compiled)
    : compiled_(std::move(compiled)), names_(compiled_->NamedCapturingGroups()) {}
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;
Regex::~Regex() = default;

Result<Regex> Regex::compile(std::string_view pattern) {
  re2::RE2::Options options(re2::RE2::Quiet);
  options.set_max_mem(std::int64_t{8} << 20);
  auto compiled = std::make_unique<re2::RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (!compiled->ok()) {
    return error(ErrorKind::config,
                 fmt::format("regular expression \"{}\": {}", text::printable(pattern), compiled->error()));
  }
  return Regex(std::move(compiled));
}

bool Regex::found_in(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

std::optional<std::vector<std::string_view>> Regex::match(std::string_view text) const {
  constexpr std::size_t kUsual = 4;
  std::array<re2::StringPiece, kUsual> few;
  std::vector<re2::StringPiece> many;
  std::span<re2::StringPiece> groups = few;
  const auto count = static_cast<std::size_t>(compiled_->NumberOfCapturingGroups()) + 1;
  if (count > kUsual) groups = many = std::vector<re2::StringPiece>(count);
  groups = groups.first(count);
  const re2::StringPiece piece(text.data(), text.size());
  if (!compiled_->Match(piece, 0, text.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(count))) {
    return std::nullopt;
  }
  std::vector<std::string_view> found;
  found.reserve(count);
  for (const re2::StringPiece& group : groups) found.emplace_back(group.data(), group.size());
  return found;
}

std::vector<std::string_view> Regex::find_all(std::string_view text) const {
  std::vector<std::string_view> found;
  const re2::StringPiece piece(text.data(), text.size());
  const int groups = compiled_->NumberOfCapturingGroups() > 0 ? 2 : 1;
  re2::StringPiece match[2];
  for (std::size_t at = 0; at <= text.size();) {
    if (!compiled_->Match(piece, at, text.size(), re2::RE2::UNANCHORED, match, groups)) break;
    const re2::StringPiece& wanted = match[groups - 1];
    if (wanted.data() != nullptr) found.emplace_back(wanted.data(), wanted.size());
    const auto begin = static_cast<std::size_t>(match[0].data() - text.data());
    at = begin + std::max<std::size_t>(match[0].size(), 1);
  }
  return found;
}

std::string Regex::replace_all(std::string_view text, std::string_view replacement) const {
  std::string out(text);
  re2::RE2::GlobalReplace(&out, *compiled_, re2::StringPiece(replacement.data(), replacement.size()));
  return out;
}

std::size_t Regex::group(const std::string& name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? 0 : static_cast<std::size_t>(found->second);
}

}  // namespace gatepost
