#include "app/write_output.hpp"

#include "base/file.hpp"

namespace gatepost::app {

Status write_output(const Ports& ports, const std::string& path,
                    const std::function<Status(const report::Sink&)>& write) {
  if (path == "-") return write(ports.output);
  GP_TRY(FileWriter file, FileWriter::create(path));
  GP_CHECK(write([&](std::string_view bytes) { return file.write(bytes); }).context(path));
  return std::move(file).commit();
}

}  // namespace gatepost::app
