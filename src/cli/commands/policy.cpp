#include "app/forge.hpp"
#include "app/policy_command.hpp"
#include "cli/options.hpp"

namespace gatepost::cli {

void declare_policy(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  auto checked = options<app::PolicyFilesRequest>();
  CLI::App* const check =
      add_nested(app, "check", "Checks policy and waiver files, and says what is wrong with each and where.",
                 "gatepost policy check\ngatepost policy check org-policy.yml waivers.yml");
  check->add_option("files", checked->files, "Files to check. Default: those of the work tree")->type_name("FILE");
  check->callback([&action, checked] {
    action = [checked](const Ports& ports, const Globals& globals) {
      app::PolicyFilesRequest request = *checked;
      request.repository = globals.repository;
      request.now = globals.point_in_time;
      return app::policy_check(ports, request);
    };
  });

  auto tested = options<app::PolicyFilesRequest>();
  CLI::App* const test = add_nested(app, "test", "Runs fixtures of policies: findings, an event, and what is expected.",
                                    "gatepost policy test\ngatepost policy test examples/policies/tests/*.yml");
  test->add_option("files", tested->files, "Fixtures. Default: .gatepost/policies/tests/*.yml")->type_name("FILE");
  test->add_option("--policy", tested->policy,
                   "Policy file for fixtures that name none. Default: that of the work tree")
      ->type_name("FILE");
  test->callback([&action, tested] {
    action = [tested](const Ports& ports, const Globals& globals) {
      app::PolicyFilesRequest request = *tested;
      request.repository = globals.repository;
      return app::policy_test(ports, request);
    };
  });

  struct Explained {
    CheckOptions check;
    std::string policy, finding, result;
    bool json = false;
  };
  auto explained = options<Explained>();
  CLI::App* const explain =
      add_nested(app, "explain", "Tells the truth of every condition of a policy for one finding.",
                 "gatepost policy explain new-secrets --finding GP-ABCDEFGH --base origin/main --report 'reports/*'");
  explain->add_option("policy", explained->policy, "Id of a policy")->required()->type_name("POLICY");
  explain->add_option("--finding", explained->finding, "Id of a finding, in short or full form")
      ->required()
      ->type_name("FINDING");
  explain
      ->add_option("--result", explained->result,
                   "Judge what check --result wrote, by the rules of the work tree, instead of reading reports")
      ->type_name("FILE");
  explain->add_flag("--json", explained->json, "As JSON");
  declare_evidence(*explain, explained->check.evidence);
  explain->callback([&action, explained] {
    action = [explained](const Ports& ports, const Globals& globals) -> Result<ExitCode> {
      GP_TRY(app::CheckRequest evidence, explained->check.resolved(globals));
      return app::policy_explain(app::for_forge(ports, explained->check.evidence.forge), {.check = std::move(evidence),
                                                                                          .policy = explained->policy,
                                                                                          .finding = explained->finding,
                                                                                          .json = explained->json,
                                                                                          .result = explained->result});
    };
  });
}

}  // namespace gatepost::cli
