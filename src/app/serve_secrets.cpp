#include "app/serve_secrets.hpp"

#include <sys/stat.h>

#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/log.hpp"
#include "base/text.hpp"

namespace gatepost::app {
namespace {

constexpr std::uint64_t kLargestFile = 65'536;

Secret trimmed(std::string text) {
  Secret secret{std::string(text::trim(text))};
  wipe(text);
  return secret;
}

// What a container or a service manager puts below /run is there for one program alone, whatever its mode says.
void warn_of_readers(const std::string& variable, const std::string& path) {
  struct stat of_file{};
  if (::stat(path.c_str(), &of_file) != 0 || (of_file.st_mode & S_IROTH) == 0) return;
  if (path.starts_with("/run/") || path.starts_with("/var/run/")) return;
  log::warning(variable + ": everybody on this machine may read " + text::printable(path, 200) + "; chmod o-r it");
}

Status add_lines(const Ports& ports, const std::string& name, std::vector<Secret>& secrets) {
  GP_TRY(const Secret all, secret_named(ports, name));
  for (const std::string_view line : text::split(all.reveal(), '\n')) {
    if (const std::string_view one = text::trim(line); !one.empty()) secrets.emplace_back(std::string(one));
  }
  return Done{};
}

}  // namespace

Result<Secret> secret_named(const Ports& ports, const std::string& name) {
  if (auto value = ports.environment(name.c_str())) return trimmed(*std::move(value));
  const std::string file = name + "_FILE";
  const auto path = ports.environment(file.c_str());
  if (!path) return Secret();
  auto text = read_file(*path, kLargestFile);
  if (!text) return error(ErrorKind::config, file + ": " + text.error().message);
  Secret secret = trimmed(*std::move(text));
  if (secret.empty()) return error(ErrorKind::config, file + ": " + *path + " holds nothing");
  warn_of_readers(file, *path);
  return secret;
}

Result<bot::WebhookSecrets> webhook_secrets(const Ports& ports) {
  bot::WebhookSecrets secrets;
  GP_CHECK(add_lines(ports, "GATEPOST_GITHUB_WEBHOOK_SECRET", secrets.github));
  GP_CHECK(add_lines(ports, "GATEPOST_GITLAB_WEBHOOK_TOKEN", secrets.gitlab_tokens));
  GP_CHECK(add_lines(ports, "GATEPOST_GITLAB_WEBHOOK_SIGNING", secrets.gitlab_signing));
  GP_CHECK(add_lines(ports, "GATEPOST_JIRA_WEBHOOK_SECRET", secrets.jira));
  GP_CHECK(add_lines(ports, "GATEPOST_LINEAR_WEBHOOK_SECRET", secrets.linear));
  const bool none = secrets.github.empty() && secrets.gitlab_tokens.empty() && secrets.gitlab_signing.empty() &&
                    secrets.jira.empty() && secrets.linear.empty();
  if (!none) return secrets;
  return error(ErrorKind::config, "there is no secret of a webhook: nobody who calls would be believed",
               "set GATEPOST_GITHUB_WEBHOOK_SECRET, or GATEPOST_GITHUB_WEBHOOK_SECRET_FILE to a file that has it; "
               "docs/bot.md names those of the other senders");
}

}  // namespace gatepost::app
