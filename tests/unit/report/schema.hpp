// Documents held against JSON schemas with Debian's python3-jsonschema.
#pragma once

#include <optional>
#include <string>

namespace gatepost::test {

// What is wrong with the document, "" for nothing. `schema` is a path below the shared folder. Nothing when the schema
// or the validator is not there; the running test case is then marked as skipped.
std::optional<std::string> schema_errors(const std::string& document, const std::string& schema);

}  // namespace gatepost::test
