#include "app/secret_key.hpp"

#include <fmt/core.h>

#include <optional>
#include <string>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

// Where a key comes from.
struct Variables {
  const char* value;
  const char* file;
};
constexpr Variables kCurrent = {"GATEPOST_SECRET_KEY", "GATEPOST_SECRET_KEY_FILE"};
constexpr Variables kPrevious = {"GATEPOST_SECRET_KEY_PREVIOUS", "GATEPOST_SECRET_KEY_PREVIOUS_FILE"};
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

Result<Secret> key_of(const Variables& variables, const Ports& ports) {
  if (auto value = ports.environment(variables.value)) return checked(std::move(*value), variables.value);
  const auto path = ports.environment(variables.file);
  if (!path) return Secret();
  auto text = read_file(*path, kLargestFile);
  if (!text) return error(ErrorKind::usage, fmt::format("{}: {}", variables.file, text.error().message));
  return checked(std::move(*text), variables.file);
}

}  // namespace

Result<SecretKeys> secret_keys(const Ports& ports) {
  SecretKeys keys;
  GP_TRY(keys.current, key_of(kCurrent, ports));
  GP_TRY(keys.previous, key_of(kPrevious, ports));
  if (keys.current.empty() && !keys.previous.empty())
    return error(ErrorKind::usage, fmt::format("{} is set, but not {}", kPrevious.value, kCurrent.value),
                 "set the key of today, too: the previous one only finds again what it marked");
  return keys;
}

}  // namespace gatepost::app
