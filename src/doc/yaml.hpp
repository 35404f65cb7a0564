// YAML: our own configuration strictly, with one document, unique keys, no anchors, aliases or merge keys; the files of
// other tools as far as possible.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/limits.hpp"
#include "base/result.hpp"
#include "doc/document.hpp"

namespace gatepost::doc {

// Plain scalars have the types of YAML 1.2's core schema (null, true/false, numbers in decimal), quoted ones are texts.
// An empty file is a document without a root. Errors carry "name:line:column".
Result<Document> parse_yaml(std::string text, std::string name, const Limits& limits = {});

// The documents of a file that other tools own. An alias is never followed and becomes null, tags do not count, of
// equal keys the last one does; "<<" is a key as any other.
struct YamlDocuments {
  std::vector<Document> documents;    // without empty ones
  std::vector<std::string> problems;  // one for each document that does not parse, "name:line:column: why"
};
YamlDocuments parse_yaml_documents(std::string_view text, const std::string& name, const Limits& limits = {});

}  // namespace gatepost::doc
