// Tickets on the boards of the teams, night after night.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { words_of } from '../emulators/adf.mjs';
import { emulators, github, gitlab, WRITE_PERMISSIONS } from './harness.mjs';
import { sarif, source } from './reports.mjs';

const TEAMS = {
  jira: { payments: 'jira: {project: PAY, labels: [appsec], component: api}', web: 'linear: {team: WEB, labels: [appsec]}', platform: 'jira: {project: OPS, issuetype: Task}' },
};
const teams_file = (targets) => `teams:\n${Object.entries(targets).map(([id, target]) => `  - {id: ${id}, parent: engineering, aliases: {github: [acme/${id}]}, ${target}}\n`).join('')}  - {id: engineering, aliases: {github: [acme/engineering]}}\n`;

// What three scanners report; `parts` says which of it.
const SCANS = {
  snyk: sarif([{ rule: 'javascript/Sqli', path: 'payments/pay.py', line: 3, severity: 9.1, title: 'SQL Injection' }], 'SnykCode'),
  checkov: sarif([{ rule: 'CKV_AWS_20', path: 'infra/main.tf', line: 2, severity: 9.1, title: 'S3 Bucket has an ACL defined which allows public READ access' }], 'Checkov'),
  semgrep: sarif([{ rule: 'eval-injection', path: 'web/app.py', line: 4, severity: 9.1, title: 'Eval of a request' }], 'semgrep'),
};
const none = (tool) => sarif([], { snyk: 'SnykCode', checkov: 'Checkov', semgrep: 'semgrep' }[tool]);
const scans_of = (parts) => Object.fromEntries(Object.keys(SCANS).map((tool) => [`scans/${tool}.sarif`, { json: parts[tool] ?? none(tool) }]));

const WORLD = {
  'payments/pay.py': source(9, [3], 'pay'), 'web/app.py': source(9, [4], 'web'), 'infra/main.tf': ['resource "aws_s3_bucket" "logs" {', '  acl = "public-read"', '}'],
  CODEOWNERS: '/payments/ @acme/payments\n/web/ @acme/web\n/infra/ @acme/platform\n',
};

// A repository on its default branch, whose teams have boards. options: dc, targets, settings, lag, reports, site
async function boards(options = {}) {
  const forge = await emulators();
  const kind = options.dc ? 'jira_dc' : 'jira';
  const context = options.dc ? '/jira' : '';
  const address = `${forge.addresses[kind].server}${context}`;
  const settings = `version: 1\ntickets:\n  jira: {url: "${address}", kind: ${options.dc ? 'data-center' : 'cloud'}}\n  linear: {url: "${forge.addresses.linear.graphql}"}\n  create_at: low\n${options.settings ?? ''}`;
  const repo = await github({ event: 'push', emulators: forge, base: { ...WORLD, '.gatepost.yml': settings, '.gatepost/teams.yml': teams_file(options.targets ?? TEAMS.jira), ...options.base }, reports: options.reports ?? scans_of(SCANS) });
  const tokens = { jira: repo.secret(randomBytes(16).toString('hex')), linear: repo.secret(`lin_api_${randomBytes(16).toString('hex')}`) };
  const user = options.dc ? undefined : 'bot@acme.example';
  await forge.seed({
    [kind]: { tokens: [{ token: tokens.jira, user, tenant: repo.tenant }], sites: [{ tenant: repo.tenant, context, lag: options.lag ?? 0, pace_ms: 400, projects: [{ key: 'PAY', components: [{ id: '7', name: 'api' }], ...options.site }, { key: 'OPS' }] }] },
    linear: { tokens: [{ token: tokens.linear, tenant: repo.tenant }], workspaces: [{ tenant: repo.tenant, teams: [{ key: 'WEB' }, { key: 'OLD' }], labels: [{ name: 'appsec' }] }] },
  });
  const env = { GATEPOST_JIRA_TOKEN: tokens.jira, GATEPOST_JIRA_USER: user, GATEPOST_LINEAR_TOKEN: tokens.linear };
  let day = 0;
  const ledger = `sqlite:${repo.folder}/temp/ledger.db`;
  const issues = async () => {
    const jira = (await forge.state(kind, repo.tenant)).issues;
    const linear = (await forge.state('linear', repo.tenant)).issues;
    return { jira, linear };
  };
  const run = (args, at, more = {}) => repo.gatepost([...args, '--store', ledger, '--now', `2026-11-${String(at).padStart(2, '0')}T02:00:00Z`], { ...more, env: { ...env, GITHUB_RUN_ID: String(9_000 + at), ...more.env } });
  return {
    repo, forge, kind, env, issues,
    // Another night.
    night: async (more) => {
      day += 1;
      await pause();
      return run(['nightly', '--report', 'scans/*'], day, more);
    },
    sync: async (verb = 'sync', more = {}) => {
      await pause();
      return run(['tickets', verb], day || 1, more);
    },
    act: (people, system = kind) => forge.seed({ [system]: { people: people.map((it) => ({ tenant: repo.tenant, ...it })) } }),
    ledger: async (type = 'ticketed') => JSON.parse((await repo.gatepost(['ledger', 'log', '--store', ledger, '--type', type, '--json'])).stdout),
    end: (more) => repo.end(more),
  };
}

const pause = () => new Promise((done) => setTimeout(done, 1000)); // writes of two runs are as far apart as those of one
const shape = (issue) => ({ key: issue.key ?? issue.identifier, title: issue.summary ?? issue.title, priority: issue.priority });
const said = (issue) => issue.comments.map((it) => words_of(it.body ?? it)).join('\n');
const new_tickets = (run) => run.writes.filter((it) => /\/issue(\/bulk)?$/.test(it.path) || it.operation === 'issueCreate');

describe('tickets', { concurrency: 3 }, () => {
  for (const dc of [false, true]) {
    test(`what Snyk, Checkov and Semgrep find is once on the boards of three teams, on one scale; ${dc ? 'Data Center' : 'Cloud'}`, async () => {
      const it = await boards({ dc });
      const first = await it.night();
      assert.match(first.stdout, /baseline of 3 findings/, first.stderr);
      const { jira, linear } = await it.issues();
      assert.deepEqual(jira.map((one) => one.project).sort(), ['OPS', 'PAY'], first.stderr + first.stdout);
      assert.equal(linear.length, 1);
      const names = { Highest: 1, High: 2, Medium: 3, Low: 4, Lowest: 4 };
      for (const one of jira) assert.equal(names[one.priority], linear[0].priority, `${JSON.stringify(jira.map(shape))} ${JSON.stringify(shape(linear[0]))}`);
      const pay = jira.find((one) => one.project === 'PAY');
      const text = words_of(pay.description);
      for (const part of ['What', 'Where', 'How to fix', 'Until when', 'gatepost explain']) assert.match(text, new RegExp(part));
      assert.deepEqual([pay.labels[0], pay.labels.length, /^gatepost-[a-z2-7]{26}$/.test(pay.labels[1]), pay.components], ['appsec', 2, true, [{ id: '7' }]]);
      assert.ok(pay.duedate && linear[0].dueDate);
      assert.deepEqual(linear[0].labels, ['label-0']);

      const again = await it.sync();
      assert.match(again.stdout, /nothing to do/, again.stderr);
      assert.deepEqual(again.writes, []);
      const second = await it.night();
      assert.deepEqual(second.writes, [], second.stdout);

      it.repo.write(scans_of({}));
      const repaired = await it.night();
      assert.match(repaired.stdout, /3 repaired/, repaired.stderr);
      const after = await it.issues();
      assert.deepEqual([...after.jira.map((one) => one.status), ...after.linear.map((one) => one.type)], ['Done', 'Done', 'completed'], repaired.stderr);
      assert.match(said(after.jira[0]), /Repaired: a complete scan no longer reports it/);

      it.repo.write(scans_of(SCANS));
      const back = await it.night();
      assert.match(back.stdout, /3 came back/);
      assert.deepEqual((await it.issues()).jira.map((one) => one.status), ['To Do', 'To Do']);
      assert.equal((await it.issues()).jira.length, 2, 'the old tickets are opened again');
      await it.end();
    });
  }

  test('a plan writes nothing, and says what would be written', async () => {
    const it = await boards();
    await it.night({ env: { GATEPOST_JIRA_TOKEN: undefined, GATEPOST_LINEAR_TOKEN: undefined } });
    const plan = await it.sync('plan');
    assert.equal(plan.code, 0, plan.stderr);
    assert.equal(plan.stdout.match(/would be done: (jira (PAY|OPS)|linear WEB): created/g)?.length, 3, plan.stdout);
    assert.deepEqual(plan.writes, []);
    await it.end();
  });

  test('without a token the boards stay as they are, the night is recorded, and somebody is told how to give one', async () => {
    const it = await boards();
    const run = await it.night({ env: { GATEPOST_JIRA_TOKEN: undefined } });
    assert.match(run.stderr, /there is no token to write to Jira with.*GATEPOST_JIRA_TOKEN/s);
    assert.match(run.stdout, /baseline of 3 findings/);
    const { jira, linear } = await it.issues();
    assert.deepEqual([jira.length, linear.length], [0, 1], 'the other tracker gets its tickets');
    await it.end();
  });

  test('a token that is refused is tried once, not in a loop', async () => {
    const it = await boards();
    const run = await it.night({ env: { GATEPOST_JIRA_TOKEN: 'x'.repeat(32) } });
    assert.match(run.stderr, /401/);
    assert.equal(run.stderr.match(/401/g).length, 1, run.stderr);
    assert.equal((await it.issues()).jira.length, 0);
    await it.end();
  });

  for (const [what, fault] of [['is lost after it was done', 'lost'], ['is lost before it was done', 'lost-before'], ['is a page of a proxy', 'html-error']]) {
    test(`the answer to a new ticket ${what}: there is one in the end`, async () => {
      const it = await boards({ lag: fault === 'lost' ? 2 : 0 });
      await it.repo.faults([{ match: { system: 'jira', method: 'POST', path: '/issue/bulk' }, kind: fault }, { match: { system: 'linear', body: 'issueCreate' }, kind: fault }]);
      await it.night();
      await it.night();
      await it.night();
      const { jira, linear } = await it.issues();
      assert.deepEqual([jira.length, linear.length], [2, 1]);
      assert.match((await it.sync()).stdout, /nothing to do/);
      await it.end();
    });
  }

  test('the index of Jira lags behind: nothing is made twice', async () => {
    const it = await boards({ lag: 3600 });
    await it.night();
    const second = await it.night();
    assert.deepEqual(new_tickets(second), []);
    assert.equal((await it.issues()).jira.length, 2);
    it.repo.write(scans_of({}));
    await it.night();
    assert.deepEqual((await it.issues()).jira.map((one) => one.status), ['Done', 'Done']);
    await it.end();
  });

  test('two pipelines at the same moment make one ticket', async () => {
    const it = await boards({ lag: 3600 });
    await it.night({ env: { GATEPOST_JIRA_TOKEN: undefined, GATEPOST_LINEAR_TOKEN: undefined } });
    const both = await Promise.all([it.sync(), it.sync()]);
    for (const run of both) assert.equal(run.code, 0, run.stderr);
    const { jira, linear } = await it.issues();
    assert.deepEqual([jira.length, linear.length], [2, 1]);
    await it.end({ allow: [/^pace/] }); // two runs know nothing of each other's pauses
  });

  test('a run that looked at the boards before another made the tickets makes none', async () => {
    const it = await boards({ lag: 3600 });
    await it.night({ env: { GATEPOST_JIRA_TOKEN: undefined, GATEPOST_LINEAR_TOKEN: undefined } });
    await it.repo.faults([{ match: { system: 'jira', path: '/search/jql' }, kind: 'slow', ms: 12_000 }]);
    const late = it.sync();
    await pause();
    await pause();
    const fast = await it.sync();
    assert.equal(fast.stdout.match(/ created: /g)?.length, 3, fast.stdout + fast.stderr);
    assert.match((await late).stdout, /nothing to do/);
    const { jira, linear } = await it.issues();
    assert.deepEqual([jira.length, linear.length], [2, 1]);
    await it.end();
  });

  test('of several tickets one is refused, and is made without what its screen lacks', async () => {
    const many = [1, 2, 3].map((line) => ({ rule: `rule-${line}`, path: 'payments/pay.py', line: line * 2, severity: 9.1, title: `Flaw ${line}` }));
    const it = await boards({ reports: { ...scans_of({}), 'scans/snyk.sarif': { json: sarif(many, 'SnykCode') } }, site: { screen: ['project', 'issuetype', 'summary', 'description', 'labels', 'duedate'] } });
    const run = await it.night();
    assert.equal((await it.issues()).jira.length, 3, run.stderr);
    await it.end();
  });

  test('a project that wants more than we fill refuses one kind of ticket, and somebody is told', async () => {
    const it = await boards({ site: { required: ['environment'] } });
    const run = await it.night();
    assert.match(run.stderr, /environment is required/);
    const { jira, linear } = await it.issues();
    assert.deepEqual([jira.map((one) => one.project), linear.length], [['OPS'], 1]);
    await it.end();
  });

  test('a person closes a ticket: a claim, and the next complete run that still reports it opens it again', async () => {
    const it = await boards();
    await it.night();
    const pay = (await it.issues()).jira.find((one) => one.project === 'PAY').key;
    await it.act([{ issue: pay, status: 'Done' }]);
    const claimed = await it.sync();
    assert.match(claimed.stdout, /claimed/, claimed.stderr);
    assert.equal((await it.ledger('claimed_fixed')).length, 1);
    assert.equal((await it.issues()).jira.find((one) => one.key === pay).status, 'Done');
    const refuted = await it.night();
    assert.match(refuted.stdout, /reopened/);
    const ticket = (await it.issues()).jira.find((one) => one.key === pay);
    assert.equal(ticket.status, 'To Do');
    assert.match(said(ticket), /still reports it/);
    await it.end();
  });

  test("won't do is a wish for a waiver, told once, on Jira and on Linear", async () => {
    const it = await boards();
    await it.night();
    const { jira, linear } = await it.issues();
    await it.act([{ issue: jira[0].key, status: 'Done', resolution: "Won't Do" }]);
    await it.act([{ issue: linear[0].identifier, state: 'canceled' }], 'linear');
    await it.sync();
    const wishes = (await it.ledger()).filter((one) => one.data.deed === 'waiver_requested');
    assert.equal(wishes.length, 2);
    const after = await it.issues();
    assert.match(said(after.jira[0]), /reason: risk_accepted/);
    assert.equal(after.linear[0].type, 'canceled');
    assert.deepEqual((await it.night()).writes, []);
    await it.end();
  });

  test('what was said is not said again, though the ledger forgot it', async () => {
    const it = await boards();
    await it.night();
    await it.act([{ issue: 'PAY-1', status: 'Done', resolution: "Won't Do" }]);
    const kept = readFileSync(`${it.repo.folder}/temp/ledger.db`);
    assert.match((await it.sync()).stdout, /waiver_requested/);
    for (const suffix of ['-wal', '-shm']) rmSync(`${it.repo.folder}/temp/ledger.db${suffix}`, { force: true });
    writeFileSync(`${it.repo.folder}/temp/ledger.db`, kept);
    const again = await it.sync();
    assert.match(again.stdout, /waiver_requested/, again.stderr);
    assert.deepEqual(again.writes, []);
    assert.equal((await it.issues()).jira.find((one) => one.key === 'PAY-1').comments.length, 1);
    await it.end();
  });

  test('two pipelines that comment at the same moment leave one comment', async () => {
    for (const dc of [false, true]) {
      const it = await boards({ dc });
      await it.night();
      const { key } = (await it.issues()).jira.find((one) => one.project === 'PAY');
      await it.act([{ issue: key, status: 'Done', resolution: "Won't Do" }]);
      await it.repo.faults([{ match: { system: it.kind, method: 'POST', path: '/comment$' }, kind: 'slow', ms: 4000, n: 2 }]);
      for (const run of await Promise.all([it.sync(), it.sync()])) assert.equal(run.code, 0, run.stderr);
      const [fault] = await it.repo.forge.ask('GET', `faults?tenant=${encodeURIComponent(it.repo.tenant)}`);
      assert.equal(fault.done, 2, 'both wrote');
      assert.equal((await it.issues()).jira.find((one) => one.key === key).comments.length, 1);
      await it.end({ allow: [/^pace/] });
    }
  });

  test('people move, rename, assign and delete tickets', async () => {
    const it = await boards();
    await it.night();
    const { jira, linear } = await it.issues();
    const pay = jira.find((one) => one.project === 'PAY');
    await it.act([{ issue: pay.key, project: 'OPS', priority: 'Low', summary: 'Injection in the payment' }]);
    await it.act([{ issue: linear[0].identifier, trashed: true }], 'linear');
    const run = await it.night();
    assert.match(run.stdout, /followed/, run.stderr);
    assert.match(run.stderr, /was deleted/);
    const after = await it.issues();
    assert.equal(after.jira.length, 2);
    assert.deepEqual(shape(after.jira.find((one) => one.id === pay.id)), { key: 'OPS-2', title: 'Injection in the payment', priority: 'Low' });
    assert.equal(after.linear.filter((one) => !one.trashed).length, 1, 'a deleted ticket does not repair anything');
    assert.deepEqual((await it.night()).writes, []);
    await it.end();
  });

  test('a ticket that was merged into another is followed, and the other one is never closed for it', async () => {
    const two = [2, 6].map((line) => ({ rule: `rule-${line}`, path: 'payments/pay.py', line, severity: 9.1, title: `Flaw ${line}` }));
    const only = (list) => ({ ...scans_of({}), 'scans/snyk.sarif': { json: sarif(list, 'SnykCode') } });
    const it = await boards({ reports: only(two) });
    await it.night();
    await it.act([{ issue: 'PAY-2', duplicate_of: 'PAY-1' }]);
    const followed = await it.night();
    assert.match(followed.stdout, /PAY-1 followed/, followed.stdout + followed.stderr);
    const gone = (await it.issues()).jira[1].summary;
    it.repo.write(only(two.filter((one) => !gone.startsWith(one.title))));
    const half = await it.night();
    assert.deepEqual((await it.issues()).jira.map((one) => one.status), ['To Do', 'Done'], half.stdout);
    assert.match(said((await it.issues()).jira[0]), /Repaired: a complete scan no longer reports it/);
    assert.deepEqual((await it.night()).writes, []);
    await it.end();
  });

  test('more findings than tickets in a run: one more tells of the others, once, however late the index is', async () => {
    const many = [1, 3, 5, 7].map((line) => ({ rule: `rule-${line}`, path: 'payments/pay.py', line, severity: 9.1, title: `Flaw ${line}` }));
    const it = await boards({ lag: 3600, settings: '  most_new: 2\n', reports: { ...scans_of({}), 'scans/snyk.sarif': { json: sarif(many, 'SnykCode') } } });
    await it.night();
    assert.match((await it.issues()).jira.map(shape).at(-1).title, /^2 more findings of .* wait for a ticket$/);
    const second = await it.night();
    const { jira } = await it.issues();
    assert.deepEqual(jira.map((one) => one.status), ['To Do', 'To Do', 'Done', 'To Do', 'To Do'], second.stdout + second.stderr);
    assert.deepEqual((await it.night()).writes, []);
    await it.end();
  });

  test('what a screen lacks keeps nothing else from being changed', async () => {
    const flaw = (severity) => ({ ...scans_of({}), 'scans/snyk.sarif': { json: sarif([{ rule: 'r', path: 'payments/pay.py', line: 2, severity, title: 'Flaw' }], 'SnykCode') } });
    const it = await boards({ reports: flaw(9.9), site: { screen: ['project', 'issuetype', 'summary', 'description', 'labels'] } });
    await it.night();
    const before = (await it.issues()).jira[0].description;
    it.repo.write(flaw(4.5));
    const run = await it.night();
    assert.match(run.stdout, /updated/, run.stdout + run.stderr);
    assert.ok(!/cannot be set/.test(run.stderr), run.stderr);
    assert.notDeepEqual((await it.issues()).jira[0].description, before);
    assert.deepEqual((await it.night()).writes, []);
    await it.end();
  });

  test('a secret that a scanner found is on no board', async () => {
    const secret = `AKIA${randomBytes(20).toString('hex').toUpperCase().replace(/[^A-Z2-7]/g, 'Q').slice(0, 16)}`;
    const leak = [{ RuleID: 'aws-access-token', Description: 'AWS access token', StartLine: 3, EndLine: 3, StartColumn: 1, EndColumn: 20, Match: `key = "${secret}"`, Secret: secret, File: 'payments/pay.py', SymlinkFile: '', Commit: '', Entropy: 3.5, Author: '', Email: '', Date: '', Message: '', Tags: [], Fingerprint: 'payments/pay.py:aws-access-token:3' }];
    const it = await boards({ reports: { ...scans_of({}), 'scans/gitleaks.json': { json: leak } } });
    const run = await it.night();
    const { jira } = await it.issues();
    assert.equal(jira.length, 1, run.stdout + run.stderr);
    assert.match(words_of(jira[0].description), /Revoke it first/);
    assert.ok(!JSON.stringify(jira).includes(secret) && !run.stdout.includes(secret) && !run.stderr.includes(secret));
    assert.ok(!JSON.stringify(await it.ledger()).includes(secret));
    await it.end();
  });

  test('a limit is waited for as long as the tracker says', async () => {
    const it = await boards();
    await it.repo.faults([{ match: { system: 'jira', method: 'POST', path: '/issue/bulk' }, kind: 'status', status: 429, headers: { 'retry-after': '1', 'ratelimit-reason': 'jira-burst-based' } }, { match: { system: 'linear', body: 'issueCreate' }, kind: 'status', status: 400, body: { errors: [{ message: 'Rate limit exceeded', extensions: { code: 'RATELIMITED', type: 'ratelimited' } }] }, headers: { 'retry-after': '1' } }]);
    await it.night();
    const { jira, linear } = await it.issues();
    assert.deepEqual([jira.length, linear.length], [2, 1]);
    await it.end();
  });

  test('what a stranger writes into a report is text in a ticket', async () => {
    const evil = '{code}[x|http://evil.example]{code} @team <script> "}]}';
    const reports = { ...scans_of({}), 'scans/snyk.sarif': { json: sarif([{ rule: 'r', path: 'payments/pay.py', line: 3, severity: 9.1, title: evil, message: evil }], 'SnykCode') }, 'scans/semgrep.sarif': { json: sarif([{ rule: 'r2', path: 'web/app.py', line: 4, severity: 9.1, title: evil, message: evil }], 'semgrep') } };
    for (const dc of [false, true]) {
      const it = await boards({ dc, reports });
      await it.night();
      const { jira, linear } = await it.issues();
      if (dc) assert.ok(!/\{code\}|\[x\||http:\/\/evil/.test(jira[0].description));
      else assert.match(words_of(jira[0].description), /\{code\}/);
      assert.ok(!/(?<!\\)<script|http:\/\/evil/.test(linear[0].description), linear[0].description);
      await it.end();
    }
  });
});

// --- issues of the forge -----------------------------------------------------------------------------------------------------------

const ISSUES = Object.fromEntries(['payments', 'web', 'platform'].map((team) => [team, 'issues: {labels: [security]}']));
const with_issues = { ...WORLD, '.gatepost.yml': 'version: 1\ntickets: {issues: true, create_at: low}\n', '.gatepost/teams.yml': teams_file(ISSUES) };
const forges = {
  GitHub: {
    begin: () => github({ event: 'push', token: { kind: 'actions', permissions: { ...WRITE_PERMISSIONS, issues: 'write' } }, base: with_issues, reports: scans_of(SCANS) }),
    issues: async (repo) => (await repo.state()).issues,
    act: (repo, issue, more) => repo.forge.seed({ github: { repos: [{ owner: repo.owner, name: repo.name, issues: [{ number: issue.number, ...more }] }] } }),
    text: (issue) => issue.body, closed: 'closed', done: { state: 'closed', state_reason: 'completed' }, declined: () => ({ state: 'closed', state_reason: 'not_planned' }),
    comments: async (repo, issue) => (await repo.state()).issue_comments.filter((it) => it.issue === issue.number), said: '/issues/[0-9]+/comments$', lost: { system: 'github', method: 'POST', path: '/issues$' },
  },
  GitLab: {
    begin: () => gitlab({ event: 'push', base: with_issues, reports: scans_of(SCANS) }),
    issues: async (repo) => (await repo.state()).issues,
    act: (repo, issue, more) => repo.forge.seed({ gitlab: { projects: [{ path: repo.tenant, issues: [{ iid: issue.iid, ...more }] }] } }),
    text: (issue) => issue.description, closed: 'closed', done: { state: 'closed' }, declined: (issue) => ({ state: 'closed', labels: [...issue.labels, 'wontfix'] }),
    comments: async (repo, issue) => (await repo.state()).issues.find((it) => it.iid === issue.iid).notes, said: '/notes$', lost: { system: 'gitlab', method: 'POST', path: '/issues$' },
  },
};

for (const [name, forge] of Object.entries(forges)) {
  test(`issues of ${name}: made once though an answer is lost, closed by a repair, opened again when a person was wrong`, async () => {
    const repo = await forge.begin();
    let day = 0;
    const night = async () => {
      day += 1;
      await pause();
      const env = { GITHUB_RUN_ID: String(9_100 + day), CI_PIPELINE_ID: String(9_100 + day), CI_JOB_ID: String(9_100 + day) };
      return repo.gatepost(['nightly', '--report', 'scans/*', '--store', `sqlite:${repo.folder}/temp/l.db`, '--now', `2026-11-0${day}T02:00:00Z`], { env });
    };
    await repo.faults([{ match: forge.lost, kind: 'lost' }]);
    const first = await night();
    const made = await forge.issues(repo);
    assert.equal(made.length, 3, first.stderr + first.stdout);
    for (const it of made) {
      assert.match(forge.text(it), /^<!-- gatepost:ticket gatepost-[a-z2-7]{26} -->\n/);
      assert.ok(it.labels.includes('gatepost') && it.labels.includes('security') && it.labels.some((label) => label.startsWith('priority: ')), it.labels.join());
    }
    assert.deepEqual((await night()).writes, []);

    await forge.act(repo, made[0], forge.done);
    assert.match((await night()).stdout, /claimed/);
    assert.match((await night()).stdout, /reopened/);
    assert.notEqual((await forge.issues(repo))[0].state, forge.closed);

    repo.write(scans_of({}));
    const repaired = await night();
    assert.deepEqual((await forge.issues(repo)).map((it) => it.state), ['closed', 'closed', 'closed'], repaired.stderr);
    assert.deepEqual((await night()).writes, []);
    await repo.end();
  });
  test(`issues of ${name}: two pipelines that comment at the same moment leave one comment`, async () => {
    const repo = await forge.begin();
    const store = ['--store', `sqlite:${repo.folder}/temp/l.db`, '--now', '2026-11-01T02:00:00Z'];
    await repo.gatepost(['nightly', '--report', 'scans/*', ...store]);
    const [issue] = await forge.issues(repo);
    await forge.act(repo, issue, forge.declined(issue));
    await pause();
    await repo.faults([{ match: { method: 'POST', path: forge.said }, kind: 'slow', ms: 4000, n: 2 }]);
    for (const run of await Promise.all([repo.gatepost(['tickets', 'sync', ...store]), repo.gatepost(['tickets', 'sync', ...store])])) assert.equal(run.code, 0, run.stderr);
    const [fault] = await repo.forge.ask('GET', `faults?tenant=${encodeURIComponent(repo.tenant)}`);
    assert.equal(fault.done, 2, 'both wrote');
    assert.equal((await forge.comments(repo, issue)).length, 1);
    await repo.end({ allow: [/^pace/] });
  });
}
