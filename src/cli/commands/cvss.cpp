#include "app/cvss.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_cvss(CLI::App& app, Action& action) {
  auto chosen = options<app::CvssRequest>();
  app.add_option("vectors", chosen->vectors, "CVSS vectors of v2, v3.0, v3.1 or v4.0; - reads one a line")
      ->type_name("VECTOR");
  app.add_flag("--json", chosen->json, "As JSON, one object a line");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals&) { return app::cvss(ports, *chosen); };
  });
}

}  // namespace gatepost::cli
