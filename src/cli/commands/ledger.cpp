#include "app/ledger_checkpoint.hpp"
#include "app/ledger_command.hpp"
#include "app/ledger_merge.hpp"

#include "cli/options.hpp"

namespace gatepost::cli {
namespace {

void declare_source(CLI::App& app, app::LedgerSource& source) {
  app.add_option("--file", source.file, "The ledger as a file of its lines; - for standard input")->type_name("FILE");
  declare_store(app, source.store);
}

app::LedgerSource resolved(app::LedgerSource source, const Globals& globals) {
  source.repository = globals.repository;
  source.config = globals.config;
  source.now = globals.point_in_time;
  return source;
}

void declare_log(CLI::App& app, Action& action) {
  auto chosen = options<app::LedgerLogRequest>();
  CLI::App* const log = add_nested(app, "log", "Lists events, the oldest first.",
                                   "gatepost ledger log --finding GP-ABCDEFGH\n"
                                   "gatepost ledger log --file ledger.jsonl --type waived --since 2026-11-01 --json");
  declare_source(*log, chosen->source);
  log->add_option("--finding", chosen->finding, "Only of this finding, also under ids that it had before")
      ->type_name("FINDING");
  log->add_option("--type", chosen->types, "Only events of this type. Repeatable")
      ->type_name("TYPE")
      ->check(one_of(app::ledger_event_types()));
  log->add_option("--since", chosen->since, "Only from this day or point in time on")->type_name("TIME");
  log->add_flag("--json", chosen->json, "As JSON: an array of the events as they are kept");
  log->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::LedgerLogRequest request = *chosen;
      request.source = resolved(request.source, globals);
      return app::ledger_log(ports, request);
    };
  });
}

void declare_verify(CLI::App& app, Action& action) {
  auto chosen = options<app::LedgerVerifyRequest>();
  CLI::App* const verify =
      add_nested(app, "verify", "Checks that nothing was changed; the first broken link is named, with exit code 1.",
                 "gatepost ledger verify\n"
                 "gatepost ledger verify --file ledger.jsonl --public-key ledger.pub --checkpoint checkpoint.json");
  declare_source(*verify, chosen->source);
  verify->add_option("--public-key", chosen->public_key, "Ed25519 key in PEM that checkpoints were signed with")
      ->type_name("FILE");
  verify->add_option("--checkpoint", chosen->checkpoints, "A checkpoint that the ledger has to fit. Repeatable")
      ->type_name("FILE");
  verify->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::LedgerVerifyRequest request = *chosen;
      request.source = resolved(request.source, globals);
      return app::ledger_verify(ports, request);
    };
  });
}

void declare_export(CLI::App& app, Action& action) {
  auto chosen = options<app::LedgerExportRequest>();
  CLI::App* const exported =
      add_nested(app, "export", "Copies a ledger that verifies: its lines, or a table.",
                 "gatepost ledger export --store sqlite:posture.db --format csv --output audit.csv");
  declare_source(*exported, chosen->source);
  exported->add_option("--format", chosen->format, "jsonl or csv. Default: jsonl")
      ->check(one_of({"jsonl", "csv"}))
      ->type_name("FORMAT");
  exported->add_option("--output", chosen->output, "Default: standard output")->type_name("FILE");
  exported->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::LedgerExportRequest request = *chosen;
      request.source = resolved(request.source, globals);
      return app::ledger_export(ports, request);
    };
  });
}

void declare_checkpoint(CLI::App& app, Action& action) {
  auto chosen = options<app::LedgerCheckpointRequest>();
  CLI::App* const checkpoint =
      add_nested(app, "checkpoint", "Signs where the ledger stands, so that nothing before can be changed or cut off.",
                 "gatepost ledger checkpoint --key ledger.pem --output checkpoint.json\n"
                 "gatepost ledger verify --public-key ledger.pub --checkpoint checkpoint.json");
  declare_source(*checkpoint, chosen->source);
  checkpoint
      ->add_option("--key", chosen->key,
                   "Ed25519 key in PEM to sign with. Default: GATEPOST_LEDGER_KEY, or the file that "
                   "GATEPOST_LEDGER_KEY_FILE names")
      ->type_name("FILE");
  checkpoint->add_option("--output", chosen->output, "Default: standard output")->type_name("FILE");
  checkpoint->add_flag("--keep", chosen->keep, "Also puts it beside the events of the store, where verify finds it");
  checkpoint->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::LedgerCheckpointRequest request = *chosen;
      request.source = resolved(request.source, globals);
      return app::ledger_checkpoint(ports, request);
    };
  });
}

void declare_merge(CLI::App& app, Action& action) {
  auto chosen = options<app::LedgerMergeRequest>();
  CLI::App* const merge = add_nested(
      app, "merge",
      "Takes a fork of the ledger into it: an event names both ends, findings that only the fork has follow.",
      "gatepost ledger merge --from fork.jsonl");
  declare_store(*merge, chosen->source.store);
  merge
      ->add_option("--from", chosen->from,
                   "The fork as a file of its lines (gatepost ledger export); - for standard input")
      ->required()
      ->type_name("FILE");
  merge->callback([&action, chosen] {
    action = [chosen](const Ports& ports, const Globals& globals) {
      app::LedgerMergeRequest request = *chosen;
      request.source = resolved(request.source, globals);
      request.dry_run = globals.dry_run;
      return app::ledger_merge(ports, request);
    };
  });
}

}  // namespace

void declare_ledger(CLI::App& app, Action& action) {
  app.require_subcommand(1);
  declare_log(app, action);
  declare_verify(app, action);
  declare_export(app, action);
  declare_checkpoint(app, action);
  declare_merge(app, action);
}

}  // namespace gatepost::cli
