#include "app/owners.hpp"
#include "app/forge.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {
namespace {

struct OwnersOptions {
  app::OwnersRequest request;
  std::string dialect = "auto";
};

void declare_owners_options(CLI::App& app, OwnersOptions& chosen) {
  app.add_option("--dialect", chosen.dialect, "Language of CODEOWNERS, and where it is looked for. Default: auto")
      ->check(one_of({"auto", "github", "gitlab"}))
      ->type_name("github|gitlab|auto");
  app.add_option("--codeowners", chosen.request.codeowners, "Read this file on disk; no repository is needed")
      ->type_name("FILE");
  app.add_option("--rev", chosen.request.revision, "Commit to read CODEOWNERS from. Default: HEAD")->type_name("REV");
  app.add_flag("--json", chosen.request.json, "As JSON");
}

app::OwnersRequest resolved(const OwnersOptions& chosen, const Globals& globals) {
  app::OwnersRequest request = chosen.request;
  request.repository = globals.repository;
  request.colour = globals.has_colour;
  if (chosen.dialect == "github") request.dialect = OwnersDialect::github;
  if (chosen.dialect == "gitlab") request.dialect = OwnersDialect::gitlab;
  return request;
}

void declare_owners_findings(CLI::App& app, Action& action) {
  struct Options {
    CheckOptions check;
    bool json = false;
  };
  auto chosen = options<Options>();
  CLI::App* const findings =
      add_nested(app, "findings", "Counts whom findings go to, by the step that names the owner, and by team.",
                 "gatepost owners findings --base origin/main --report 'reports/**/*.sarif'");
  findings->add_flag("--json", chosen->json, "As JSON");
  declare_evidence(*findings, chosen->check.evidence);
  findings->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(const app::CheckRequest request, chosen->check.resolved(globals));
      return app::owners_findings(app::for_forge(ports, chosen->check.evidence.forge), request, chosen->json);
    };
  });
}

}  // namespace

void declare_owners(CLI::App& app, Action& action) {
  auto chosen = options<OwnersOptions>();
  declare_owners_options(app, *chosen);
  app.add_option("paths", chosen->request.paths, "Repository paths; they need not exist. - reads one a line")
      ->type_name("PATH");
  app.callback([&action, chosen] {
    if (action) return;  // a command below was chosen
    action = [chosen](const Ports& ports, const Globals& globals) {
      return app::owners(ports, resolved(*chosen, globals));
    };
  });

  auto checked = options<OwnersOptions>();
  CLI::App* const check = add_nested(app, "check", "Checks CODEOWNERS, and lists paths that nobody owns.",
                                     "gatepost owners check --known-owners teams.txt");
  declare_owners_options(*check, *checked);
  check
      ->add_option("--known-owners", checked->request.known_owners,
                   "Owners that exist, one a line as CODEOWNERS writes them")
      ->type_name("FILE");
  check->callback([&action, checked] {
    action = [checked](const Ports& ports, const Globals& globals) {
      return app::owners_check(ports, resolved(*checked, globals));
    };
  });
  declare_owners_findings(app, action);
}

}  // namespace gatepost::cli
