// The files of config/, compiled into the binary.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace gatepost {

struct Resource {
  std::string_view name;  // path below config/, for example "rules/engines.yaml"
  std::string_view bytes;
};

std::vector<Resource> resources();  // sorted by name
std::optional<std::string_view> find_resource(std::string_view name);

}  // namespace gatepost
