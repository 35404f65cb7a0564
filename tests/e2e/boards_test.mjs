// From a pushed commit to the boards of three teams, to its repair, and to a waiver by comment; all of it in the ledger.
//
// The reports of Semgrep and Checkov are genuine (tests/data/reports, made of tests/data/scanned), cut to the places that this
// world has. Snyk's is written by hand, in the form of `snyk test --json` as Snyk documents it.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { words_of } from '../emulators/adf.mjs';
import { gate, pause, say, status_of } from './comments.mjs';
import { emulators, github } from './harness.mjs';

const data = (path) => readFileSync(new URL(`../data/${path}`, import.meta.url), 'utf8');
const lines_of = (path) => data(`scanned/${path}`).trimEnd().split('\n');

// --- what the scanners say -----------------------------------------------------------------------------------------------------

const SEMGREP = JSON.parse(data('reports/semgrep/semgrep.json'));
const CHECKOV = JSON.parse(data('reports/checkov/checkov.json')).find((it) => it.check_type === 'terraform');
const CHECKS = ['CKV_AWS_20', 'CKV_AWS_17']; // a public bucket, a public database

const semgrep = (rules, more = []) => ({ ...SEMGREP, results: [...SEMGREP.results.filter((it) => rules.includes(it.check_id)), ...more], paths: { scanned: [...SEMGREP.paths.scanned, ...more.map((it) => it.path)] } });
function checkov(checks) {
  const failed_checks = CHECKOV.results.failed_checks.filter((it) => checks.includes(it.check_id));
  return { ...CHECKOV, results: { ...CHECKOV.results, failed_checks }, summary: { ...CHECKOV.summary, failed: failed_checks.length } };
}
const PYYAML = {
  id: 'SNYK-PYTHON-PYYAML-559098', title: 'Arbitrary Code Execution', packageName: 'pyyaml', name: 'pyyaml', version: '5.1', language: 'python', packageManager: 'pip',
  severity: 'critical', cvssScore: 9.8, CVSSv3: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', identifiers: { CVE: ['CVE-2020-1747'], CWE: ['CWE-20'] }, fixedIn: ['5.3.1'],
  from: ['payments@0.0.0', 'pyyaml@5.1'], upgradePath: [false, 'pyyaml@5.3.1'], isUpgradable: true, isPatchable: false, exploit: 'Not Defined', description: '## Overview\nUntrusted documents run code.',
};
const snyk = (vulnerabilities) => ({
  vulnerabilities, ok: vulnerabilities.length === 0, dependencyCount: 14, org: 'acme', policy: '', isPrivate: true, licensesPolicy: null, packageManager: 'pip', ignoreSettings: null,
  summary: vulnerabilities.length ? `${vulnerabilities.length} vulnerable dependency path` : 'No known vulnerabilities', filesystemPolicy: false, uniqueCount: vulnerabilities.length,
  projectName: 'payments', displayTargetFile: 'services/payments/requirements.txt', path: '/home/runner/work/shop/shop',
});

const reports_of = (of_semgrep, of_checkov, of_snyk, more = []) => ({ 'scans/semgrep.json': { json: semgrep(of_semgrep, more) }, 'scans/checkov.json': { json: checkov(of_checkov) }, 'scans/snyk.json': { json: snyk(of_snyk) } });
const FOUND = reports_of(['rules.javascript-eval'], CHECKS, [PYYAML]);
const REPAIRED = reports_of([], [], []);

// --- the world -------------------------------------------------------------------------------------------------------------------

const FLAWS = { 'services/payments/requirements.txt': lines_of('services/payments/requirements.txt'), 'infra/main.tf': lines_of('infra/main.tf'), 'web/server.js': lines_of('web/server.js') };
const FIXES = {
  'services/payments/requirements.txt': FLAWS['services/payments/requirements.txt'].map((it) => it.replace('PyYAML==5.1', 'PyYAML==5.3.1')),
  'infra/main.tf': FLAWS['infra/main.tf'].map((it) => it.replace('public-read', 'private').replace('publicly_accessible = true', 'publicly_accessible = false')),
  'web/server.js': FLAWS['web/server.js'].map((it) => it.replace('String(eval(req.query.code))', 'req.query.code')),
};
// A flaw of its own for the second change: the same rule, elsewhere.
const REFUND = { 'web/refund.js': ['const express = require("express");', 'const app = express();', 'app.get("/refund", (req, res) => res.send(String(eval(req.query.sum))));'] };
const at_refund = { ...SEMGREP.results.find((it) => it.check_id === 'rules.javascript-eval'), path: 'web/refund.js', start: { line: 3, col: 56, offset: 128 }, end: { line: 3, col: 75, offset: 147 } };

const PEOPLE = { ada: 'maintain', carl: 'write', will: 'write', author: 'write' };
const TEAMS = `teams:
  - {id: payments, parent: engineering, aliases: {github: [acme/payments]}, jira: {project: PAY, labels: [appsec], component: api}, sla: {critical: 5d}}
  - {id: platform, parent: engineering, aliases: {github: [acme/platform]}, jira: {kind: data-center, project: OPS, labels: [appsec]}}
  - {id: web, parent: engineering, aliases: {github: [acme/web]}, linear: {team: WEB, labels: [appsec]}}
  - {id: engineering, aliases: {github: [acme/engineering]}, jira: {project: ENG}}
`;
const OWNERS = '/services/payments/ @acme/payments\n/infra/ @acme/platform\n/web/ @carl @acme/web\n';
const settings = (forge) => `version: 1
ledger: {store: git, remote: ../../../origin/.git}
publish: {status: true, inline_comments: 0}
tickets:
  jira:
    - {url: "${forge.addresses.jira.server}"}
    - {url: "${forge.addresses.jira_dc.server}/jira", kind: data-center}
  linear: {url: "${forge.addresses.linear.graphql}"}
  create_at: medium
`;

const DAY_MS = 24 * 3600 * 1000;
const BEGIN = Date.now() - 12 * DAY_MS;
const day = (n) => new Date(BEGIN + n * DAY_MS).toISOString().replace(/\.\d+/, '');
const PAGES = 'https://forge.example'; // links are https ones only
const SCHEDULED = { GITHUB_EVENT_NAME: 'schedule', GITHUB_EVENT_PATH: undefined, GITHUB_SERVER_URL: PAGES };

async function world() {
  const forge = await emulators();
  const pr = await github({
    emulators: forge, depth: 'full', reports: FOUND, change: FLAWS, token: { kind: 'actions', permissions: { contents: 'write', 'pull-requests': 'write', checks: 'write', statuses: 'write', 'security-events': 'write', issues: 'write' } },
    base: { 'README.md': 'shop\n', CODEOWNERS: OWNERS, '.gatepost.yml': settings(forge), '.gatepost/teams.yml': TEAMS },
    repo: { collaborators: PEOPLE }, users: Object.keys(PEOPLE).filter((it) => it !== 'author').map((login, i) => ({ login, id: 200 + i })),
  });
  const tokens = { cloud: pr.secret(randomBytes(16).toString('hex')), dc: pr.secret(randomBytes(16).toString('hex')), linear: pr.secret(`lin_api_${randomBytes(16).toString('hex')}`) };
  const tenant = { tenant: pr.tenant };
  await forge.seed({
    jira: { tokens: [{ token: tokens.cloud, user: 'bot@acme.example', ...tenant }], sites: [{ ...tenant, pace_ms: 400, projects: [{ key: 'PAY', components: [{ id: '7', name: 'api' }] }, { key: 'ENG' }] }] },
    jira_dc: { tokens: [{ token: tokens.dc, ...tenant }], sites: [{ ...tenant, context: '/jira', pace_ms: 400, projects: [{ key: 'OPS' }] }] },
    linear: { tokens: [{ token: tokens.linear, ...tenant }], workspaces: [{ ...tenant, teams: [{ key: 'WEB' }], labels: [{ name: 'appsec' }] }] },
  });
  pr.env_of_boards = { GATEPOST_JIRA_USER: 'bot@acme.example', GATEPOST_JIRA_TOKEN: tokens.cloud, GATEPOST_JIRA_DC_TOKEN: tokens.dc, GATEPOST_LINEAR_TOKEN: tokens.linear };
  return pr;
}

// The change is merged; the branch of the change goes on from there.
async function merge(pr) {
  pr.origin.git('checkout', '--quiet', 'main');
  pr.origin.git('merge', '--quiet', '--no-ff', '--message', 'Merge', pr.branch);
  pr.sha.base = pr.sha.fork_point = pr.origin.git('rev-parse', 'HEAD');
  await pr.moved();
}

// The job of a night on the default branch, and `tickets sync` there.
async function on_main(pr, args, at, reports) {
  pr.event = 'push';
  pr.options.depth = 50;
  pr.options.reports = reports;
  pr.run_id += 1;
  pr.prepare();
  await pause();
  return pr.gatepost([...args, ...(at === undefined ? [] : ['--now', day(at)])], { env: { ...SCHEDULED, ...pr.env_of_boards } });
}
const night = (pr, at, reports) => on_main(pr, ['nightly', '--report', 'scans/*.json'], at, reports);

async function boards(pr) {
  const of = async (kind) => (await pr.forge.state(kind, pr.tenant)).issues;
  const [cloud, dc, linear] = [await of('jira'), await of('jira_dc'), await of('linear')];
  return { cloud, dc, linear };
}
const of_boards = (run) => run.writes.filter((it) => it.system !== 'github');
const log_of = async (pr, ...more) => JSON.parse((await on_main(pr, ['ledger', 'log', '--json', ...more], undefined, REPAIRED)).stdout);

describe('the boards of three teams', { concurrency: 2 }, () => {
  test('from a pushed commit to three boards, once; repaired, closed; waived by comment on the same commit; all in the ledger', async () => {
    const pr = await world();
    const closed = await gate(pr, 'scans/*.json');
    assert.equal(closed.run.code, 1, closed.run.stdout + closed.run.stderr);
    assert.equal(status_of(closed.run.state, pr.sha.head), 'failure');
    assert.deepEqual(of_boards(closed.run), [], 'a change that nobody merged has no tickets');
    assert.equal(closed.findings.length, 4);

    // Before the merge the branch is clean; the night after it has tickets.
    assert.match((await night(pr, 0, REPAIRED)).stdout, /baseline of 0 findings/);
    await merge(pr);
    const plan = await on_main(pr, ['nightly', '--report', 'scans/*.json', '--dry-run'], 1, FOUND);
    assert.deepEqual(of_boards(plan), [], plan.stdout);
    const first = await night(pr, 1, FOUND);
    assert.match(first.stdout, /4 new/, first.stderr);
    await check_boards(await boards(pr), first, closed.findings, pr);

    // Once.
    const again = await on_main(pr, ['tickets', 'sync'], 1, FOUND);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /nothing to do/);
    assert.deepEqual(of_boards(await night(pr, 2, FOUND)), []);

    // The code is repaired, and only the next complete scan closes the tickets.
    await pr.push(FIXES);
    await merge(pr);
    assert.match((await on_main(pr, ['tickets', 'sync'], 2, FOUND)).stdout, /nothing to do/);
    const repaired = await night(pr, 3, REPAIRED);
    assert.match(repaired.stdout, /4 repaired/, repaired.stderr);
    const { cloud, dc, linear } = await boards(pr);
    assert.deepEqual([cloud, dc].flat().map((it) => [it.status, it.resolution]), [['Done', 'Done'], ['Done', 'Done'], ['Done', 'Done']], repaired.stderr);
    assert.deepEqual(linear.map((it) => it.type), ['completed']);
    for (const it of [...cloud, ...dc, ...linear]) assert.match(it.comments.map((one) => words_of(one.body ?? one)).join().replaceAll('\\', ''), new RegExp(`Repaired: a complete scan no longer reports it at ${pr.sha.base.slice(0, 12)}`));
    assert.deepEqual(of_boards(await night(pr, 4, REPAIRED)), []);

    await waive_by_comment(pr);
    await check_ledger(pr);
    await pr.end();
  });

  test('late, and escalated to the board of the team above', async () => {
    const pr = await world();
    await merge(pr);
    const only_snyk = reports_of([], [], [PYYAML]);
    await night(pr, 0, only_snyk);
    const soon = await night(pr, 4, only_snyk);
    assert.match(soon.stdout, /due_soon/, soon.stdout + soon.stderr);
    const late = await night(pr, 6, only_snyk);
    assert.match(late.stdout, /PAY-1 late/, late.stdout + late.stderr);
    const { cloud } = await boards(pr);
    assert.deepEqual(cloud.map((it) => [it.key, it.summary]), [['PAY-1', cloud[0].summary], ['ENG-1', '1 finding of payments is late']]);
    assert.match(cloud[0].comments.map((it) => words_of(it.body ?? it)).join(), /Late: .*escalated to the team engineering/);
    assert.match(words_of(cloud[1].description), /PAY-1/);
    assert.deepEqual(of_boards(await night(pr, 7, only_snyk)), []);
    await pr.push(FIXES);
    await merge(pr);
    const repaired = await night(pr, 8, REPAIRED);
    assert.deepEqual((await boards(pr)).cloud.map((it) => it.status), ['Done', 'Done'], repaired.stdout + repaired.stderr);
    await pr.end();
  });
});

// Whose, how urgent, until when, by which labels and where: on one scale.
async function check_boards({ cloud, dc, linear }, run, findings, pr) {
  assert.deepEqual([cloud.map((it) => it.project), dc.map((it) => it.project), linear.map((it) => it.identifier)], [['PAY'], ['OPS', 'OPS'], ['WEB-1']], run.stdout + run.stderr);
  const words = { Highest: 1, High: 2, Medium: 3, Low: 4 };
  const bands = { critical: 1, high: 2, medium: 3, low: 4 };
  const band = (title) => findings.find((it) => title.startsWith(it.title.slice(0, 40))).band;
  for (const it of [...cloud, ...dc]) assert.equal(words[it.priority], bands[band(it.summary)], `${it.summary}: ${it.priority}`);
  assert.equal(linear[0].priority, bands[band(linear[0].title)]);

  const key = /^gatepost-[a-z2-7]{26}$/;
  for (const it of [...cloud, ...dc]) assert.ok(it.labels.includes('appsec') && it.labels.some((label) => key.test(label)), it.labels.join());
  assert.deepEqual([cloud[0].components, linear[0].labels], [[{ id: '7' }], ['label-0']]);
  assert.equal(cloud[0].duedate, day(6).slice(0, 10), "the team's own service level");
  for (const due of [...dc.map((it) => it.duedate), linear[0].dueDate]) assert.match(due, /^\d{4}-\d{2}-\d{2}$/);

  const place = (path, lines) => `${PAGES}/${pr.tenant}/blob/${pr.sha.base}/${path}${lines}`;
  for (const [it, url] of [[cloud[0].description, place('services/payments/requirements.txt', '')], [dc.find((one) => /publicly acc/.test(one.summary)).description, place('infra/main.tf', '#L16-L21')], [linear[0].description, place('web/server.js', '#L19')]]) {
    assert.ok(JSON.stringify(it).includes(url), `${url} in ${JSON.stringify(it)}`);
    for (const part of ['What', 'Where', 'Why it matters here', 'How to fix', 'Until when']) assert.match(words_of(it), new RegExp(part), words_of(it));
  }
}

// A second change; the waiver is asked for by its author's colleague and approved by the owner of the code.
async function waive_by_comment(pr) {
  pr.options.reports = reports_of([], [], [], [at_refund]);
  await pr.push(REFUND);
  const { run, id } = await gate(pr, 'scans/*.json');
  assert.equal(run.code, 1, run.stdout + run.stderr);
  const head = pr.sha.head;
  const until = new Date(Date.now() + 20 * DAY_MS).toISOString().slice(0, 10);
  const asked = await say(pr, 'will', `/gatepost waive ${id} until ${until} reason only staff can reach it`);
  assert.match(asked.answer, /asks to count GP-\w{8} as accepted/, asked.stderr);
  assert.equal(status_of(asked.state, head), 'failure', 'asking opens nothing');
  const approved = await say(pr, 'carl', `/gatepost approve ${id}`);
  assert.match(approved.answer, /is approved by @carl \(owner\)/, approved.answer);
  assert.equal(status_of(approved.state, head), 'success', 'the same commit');
  assert.equal((await gate(pr, 'scans/*.json')).run.code, 0);
  assert.equal(pr.sha.head, head);

  // Merged: the night knows of the decision, and nobody gets a ticket.
  await merge(pr);
  const after = await night(pr, undefined, pr.options.reports);
  assert.equal(after.code, 0, after.stdout + after.stderr);
  assert.deepEqual(of_boards(after), [], after.stdout);
}

async function check_ledger(pr) {
  const all = await log_of(pr);
  const count = (type, fact, value) => all.filter((it) => it.type === type && (!fact || it.data[fact] === value)).length;
  assert.deepEqual([count('detected'), count('ticketed', 'deed', 'planned'), count('ticketed', 'deed', 'created'), count('fixed'), count('ticketed', 'deed', 'closed')], [5, 4, 4, 4, 4], JSON.stringify(all.map((it) => [it.type, it.data.deed])));
  assert.deepEqual(all.filter((it) => it.type === 'command').map((it) => [it.data.command, it.data.outcome, it.data.because]).sort(), [['approve', 'granted', 'owner'], ['waive', 'granted', 'write']]);
  assert.equal(count('waived'), 1);
  const told = await on_main(pr, ['ledger', 'log'], undefined, REPAIRED);
  for (const word of ['PAY-1', 'OPS-1', 'OPS-2', 'WEB-1', 'fixed', 'waive', '@carl']) assert.ok(told.stdout.includes(word), `${word} in ${told.stdout}`);
  assert.equal((await on_main(pr, ['ledger', 'verify'], undefined, REPAIRED)).code, 0);
}
