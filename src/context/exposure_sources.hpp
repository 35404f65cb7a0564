// The files that exposure is read from, one reader for each kind. See context/exposure.hpp.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "context/exposure.hpp"

namespace gatepost::context {

void kubernetes_facts(std::span<const DeployFile> files, std::vector<ExposureFact>& out);
void compose_facts(const DeployFile& file, std::vector<ExposureFact>& out);
void terraform_facts(const DeployFile& file, std::vector<ExposureFact>& out);

bool is_compose_file(std::string_view path);
bool is_terraform_file(std::string_view path);

}  // namespace gatepost::context
