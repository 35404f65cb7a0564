// YAML configuration files, read strictly: one document, unique keys, no anchors, aliases or merge keys.
#pragma once

#include <string>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

// Plain scalars have the types of YAML 1.2's core schema (null, true/false, numbers in decimal), quoted ones are texts.
// An empty file is a document without a root. Errors carry "name:line:column".
Result<Document> parse_yaml(std::string text, std::string name, const Limits& limits = {});

}  // namespace gatepost::doc
