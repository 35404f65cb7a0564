#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/text.hpp"
#include "context/exposure_sources.hpp"
#include "doc/yaml.hpp"
#include "model/repo_path.hpp"

namespace gatepost::context {
namespace {

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1" || address == "[::1]" || address == "localhost";
}

// Whether others than the machine itself can reach the port; empty when a variable decides.
std::optional<bool> is_published(const doc::View& port) {
  if (port.is_object()) {
    if (!port.at("published").exists()) return false;
    const std::string_view address = port.at("host_ip").scalar();
    if (address.find('$') != std::string_view::npos) return std::nullopt;
    return !is_loopback(address);
  }
  const std::string_view text = port.scalar();
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return false;  // a port of the machine that nobody knows before
  // "127.0.0.1:8080:80": an address stands before two colons.
  const std::size_t address_end = text.substr(0, colon).rfind(':');
  if (text.find('$') != std::string_view::npos) return std::nullopt;
  return address_end == std::string_view::npos || !is_loopback(text.substr(0, address_end));
}

std::string build_folder(const std::string& file, const doc::View& service) {
  const doc::View build = service.at("build");
  const std::string_view context = build.is_object() ? build.at("context").text() : build.text();
  if (context.empty() || context.starts_with('/') || context.find_first_of("$:") != std::string_view::npos) return {};
  const std::size_t slash = file.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : file.substr(0, slash + 1);
  const auto folder = RepoPath::parse(directory + std::string(context));
  return folder ? folder->value() : std::string();
}

}  // namespace

void compose_facts(const DeployFile& file, std::vector<ExposureFact>& out) {
  if (file.text.find("ports") == std::string::npos) return;
  const doc::YamlDocuments parsed = doc::parse_yaml_documents(file.text, file.path);
  if (parsed.documents.empty()) return;
  for (const auto& [name, service] : parsed.documents[0].root().at("services").members()) {
    if (service.at("profiles").exists()) continue;
    const auto ports = service.at("ports").items();
    const auto open = std::ranges::find_if(ports, [](const doc::View& port) { return is_published(port) == true; });
    if (open == ports.end()) continue;
    ExposureFact fact{
        .exposure = Exposure::external_restricted,
        .because =
            fmt::format("{}:{}: compose publishes port {} of {}", file.path, (*open).position().line,
                        text::printable((*open).is_object() ? (*open).at("published").scalar() : (*open).scalar(), 40),
                        text::printable(name, 60)),
        .paths = {},
        .images = {},
        .services = {}};
    if (std::string folder = build_folder(file.path, service); !folder.empty()) fact.paths.push_back(std::move(folder));
    if (const std::string_view image = service.at("image").text(); image.find('$') == std::string_view::npos)
      fact.images.emplace_back(image);
    out.push_back(std::move(fact));
  }
}

}  // namespace gatepost::context
