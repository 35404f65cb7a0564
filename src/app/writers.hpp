// Writers by the names that people give them.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "report/writers.hpp"

namespace gatepost::app {

// An unknown name is a usage error with the nearest spelling.
Result<const report::Writer*> writer(std::string_view format);             // of `check`
Result<const report::TableWriter*> table_writer(std::string_view format);  // of `convert`
// "terminal, markdown, json …", for help texts.
std::string writer_names();
std::string table_writer_names();

}  // namespace gatepost::app
