#include "app/forge.hpp"

#include <optional>
#include <string_view>
#include <utility>

namespace gatepost::app {
namespace {

// What the variables must be by which a CI is recognised (ci.hpp).
std::optional<std::string> announced(std::string_view name, std::string_view forge,
                                     const std::optional<std::string>& value) {
  if (name == "GITHUB_ACTIONS") return forge == "github" ? std::optional<std::string>("true") : std::nullopt;
  if (forge != "gitlab") return std::nullopt;
  return value ? value : std::optional<std::string>("true");
}

}  // namespace

Ports for_forge(Ports ports, const std::string& forge) {
  if (forge.empty()) return ports;
  const auto real = std::move(ports.environment);
  ports.environment = [real, forge](const char* name) {
    const std::string_view asked = name;
    const bool announces = asked == "GITHUB_ACTIONS" || asked == "GITLAB_CI" || asked == "CI_PROJECT_ID";
    return announces ? announced(asked, forge, real(name)) : real(name);
  };
  return ports;
}

}  // namespace gatepost::app
