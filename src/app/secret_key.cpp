#include "app/secret_key.hpp"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr const char* kValue = "GATEPOST_SECRET_KEY";
constexpr const char* kFile = "GATEPOST_SECRET_KEY_FILE";
constexpr std::uint64_t kLargestFile = 4096;

Result<Secret> checked(std::string text, const char* variable) {
  std::string key(text::trim(text));
  wipe(text);
  if (key.size() >= kShortestSecretKey) return Secret(std::move(key));
  const std::size_t size = key.size();
  wipe(key);
  return error(ErrorKind::usage,
               fmt::format("{}: the key has {}; expected at least {}", variable, text::count_of(size, "byte"),
                           kShortestSecretKey),
               "make one with: head -c 32 /dev/urandom | base64");
}

}  // namespace

Result<Secret> secret_key(const Ports& ports) {
  if (auto value = ports.environment(kValue)) return checked(std::move(*value), kValue);
  const auto path = ports.environment(kFile);
  if (!path) return Secret();
  auto text = read_file(*path, kLargestFile);
  if (!text) return error(ErrorKind::usage, fmt::format("{}: {}", kFile, text.error().message));
  return checked(std::move(*text), kFile);
}

}  // namespace gatepost::app
