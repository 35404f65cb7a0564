// `gatepost convert`: any report to normalised observations. `gatepost formats`: which reports are known.
#pragma once

#include <string>
#include <vector>

#include "app/exit_code.hpp"
#include "app/ports.hpp"
#include "base/result.hpp"

namespace gatepost::app {

struct ConvertRequest {
  std::vector<std::string> reports;  // files, "-" for standard input
  std::string tool;                  // id of the only format to try; "" tries all
  std::string format = "json";       // json, jsonl, sarif, csv, summary
  std::string output = "-";
  std::string mappings;  // file or folder of further mappings; "" for none
  unsigned threads = 0;
  std::string version;
};
// Exit code 3 when any report is not read completely; what could be read is written all the same.
Result<ExitCode> convert(const Ports& ports, const ConvertRequest& request);

enum class FormatsStyle { text, json, markdown };
Result<ExitCode> formats(const Ports& ports, FormatsStyle style);

}  // namespace gatepost::app
