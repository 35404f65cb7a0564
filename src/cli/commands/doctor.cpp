#include "app/doctor.hpp"
#include "app/forge.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {

void declare_doctor(CLI::App& app, Action& action) {
  struct Options {
    EvidenceOptions evidence;
    bool json = false;
  };
  auto chosen = options<Options>();
  declare_evidence(app, chosen->evidence);
  app.add_flag("--json", chosen->json, "As JSON");
  app.callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      const app::DoctorRequest request{
          .gather = chosen->evidence.resolved(globals), .json = chosen->json, .version = std::string(kVersion)};
      return app::doctor(app::for_forge(ports, chosen->evidence.forge), request);
    };
  });
}

}  // namespace gatepost::cli
