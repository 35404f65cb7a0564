#include "unit/report/schema.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/skip.hpp"

namespace gatepost::test {

std::optional<std::string> schema_errors(const std::string& document, const std::string& schema) {
  const auto shared = shared_folder();
  if (!shared) return std::nullopt;
  // The schema's own formats are checked, too: a URI must be one.
  static constexpr const char* kScript =
      "import json,sys,warnings\n"
      "warnings.simplefilter('ignore')\n"
      "try:\n"
      "  import jsonschema\n"
      "except ImportError:\n"
      "  print('no validator'); sys.exit()\n"
      "schema=json.load(open(sys.argv[1])); document=json.load(open(sys.argv[2]))\n"
      "kind=jsonschema.validators.validator_for(schema)\n"
      "for e in list(kind(schema,format_checker=jsonschema.FormatChecker()).iter_errors(document))[:5]:\n"
      "  print('/'.join(map(str,e.absolute_path))+': '+e.message[:300])\n";
  const auto stem = std::filesystem::temp_directory_path() / ("gatepost-schema-" + std::to_string(::getpid()));
  const std::string script = stem.string() + ".py", file = stem.string() + ".json";
  std::ofstream(script) << kScript;
  std::ofstream(file, std::ios::binary) << document;
  const std::string command = "python3 '" + script + "' '" + *shared + "/" + schema + "' '" + file + "' 2>&1";
  std::string errors;
  if (FILE* const pipe = ::popen(command.c_str(), "r")) {
    char buffer[4096];
    for (std::size_t n = 0; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;) errors.append(buffer, n);
    ::pclose(pipe);
  }
  std::filesystem::remove(script);
  std::filesystem::remove(file);
  if (errors.starts_with("no validator") || errors.find("not found") != std::string::npos) {
    skip("python3-jsonschema is not installed");
    return std::nullopt;
  }
  return errors;
}

}  // namespace gatepost::test
