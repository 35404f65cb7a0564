#include <fmt/core.h>

#include "app/convert.hpp"
#include "app/writers.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {

void declare_convert(CLI::App& app, Action& action) {
  auto chosen = options<app::ConvertRequest>();
  app.add_option("reports", chosen->reports, "Report files, - for standard input")->required()->type_name("REPORT");
  app.add_option("--tool", chosen->tool, "Read the files as this format and no other; see gatepost formats")
      ->type_name("FORMAT");
  app.add_option("--format", chosen->format, fmt::format("Write as {}. Default: json", app::table_writer_names()))
      ->type_name("FORMAT");
  app.add_option("--output", chosen->output, "File to write; - is standard output. Default: -")->type_name("FILE");
  app.add_option("--mappings", chosen->mappings, "A mapping of your own, or a folder of them")->type_name("PATH");
  app.add_option("--threads", chosen->threads,
                 "Threads to read large reports with. Default: one for each core, at most 8")
      ->type_name("N");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) {
      app::ConvertRequest request = *chosen;
      request.version = kVersion;
      return app::convert(ports, request);
    };
  });
}

}  // namespace gatepost::cli
