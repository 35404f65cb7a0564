#include "app/advisories.hpp"
#include "cli/options.hpp"
#include "cli/version.hpp"

namespace gatepost::cli {

void declare_advisories(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto matched = options<app::MatchRequest>();
  CLI::App* const match =
      add_nested(app, "match", "Tells which components of bills of materials advisories are about.",
                 "gatepost advisories match --sbom bom.json --osv npm/all.zip\n"
                 "gatepost advisories match --sbom 'stored.jsonl' --osv changed/ --since 2026-11-20 --json");
  match
      ->add_option("--sbom", matched->sboms,
                   "Bill of materials: CycloneDX, SPDX, Syft's JSON, or what --inventory wrote. Repeatable")
      ->required()
      ->type_name("FILE");
  match
      ->add_option("--osv", matched->osv,
                   "Advisories of OSV: a record, a list or lines of them, a folder, an archive. Repeatable")
      ->required()
      ->type_name("PATH");
  match
      ->add_option("--service", matched->service,
                   "Whose components these are. Default: what the bill of materials says it is about")
      ->type_name("NAME");
  match->add_option("--since", matched->since, "Only advisories modified then or later. Default: all")
      ->type_name("TIME");
  match->add_flag("--json", matched->json, "As JSON");
  match
      ->add_option("--inventory", matched->inventory,
                   "Write the components, to be matched again later with --sbom: canonical JSON, one a line")
      ->type_name("FILE");
  match
      ->add_option("--observations", matched->observations,
                   "Write the matches as a report that check, correlate and convert read")
      ->type_name("FILE");
  match->callback([&action, matched] {
    action = [matched](const Ports& ports, const Globals&) {
      app::MatchRequest request = *matched;
      request.version = kVersion;
      return app::match_advisories(ports, request);
    };
  });

  auto compared = options<app::CompareRequest>();
  CLI::App* const compare =
      add_nested(app, "compare", "Compares two versions as their ecosystem orders them, or checks lines \"a < b\".",
                 "gatepost advisories compare PyPI 1.0rc1 1.0\ngatepost advisories compare Debian - <versions.txt");
  compare->add_option("ecosystem", compared->ecosystem, "As OSV names it, or the type of a package URL")
      ->required()
      ->type_name("ECOSYSTEM");
  compare->add_option("versions", compared->versions, "Two versions; - checks lines of standard input")
      ->required()
      ->type_name("VERSION");
  compare->callback([&action, compared] {
    action = [compared](const Ports& ports, const Globals&) { return app::compare_versions(ports, *compared); };
  });
}

}  // namespace gatepost::cli
