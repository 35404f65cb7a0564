// The pages about trackers, walked through as a new user would: their settings as they stand there, a look, the first sync, a second one.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { pause } from './comments.mjs';
import { emulators, github, gitlab, WRITE_PERMISSIONS } from './harness.mjs';
import { sarif, source } from './reports.mjs';

// The fenced blocks of a page: {form, text}.
const blocks_of = (page) => [...readFileSync(new URL(`../../docs/${page}`, import.meta.url), 'utf8').matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((it) => ({ form: it[1], text: it[2] }));
const settings_of = (blocks, at) => blocks.filter((it) => it.text.startsWith('# .gatepost.yml'))[at].text;
const teams_of = (blocks) => blocks.find((it) => it.text.startsWith('# .gatepost/teams.yml')).text;
// What the page says that a command answers, line by line.
const answer_of = (blocks, command) => blocks.find((it) => it.form === 'console' && it.text.startsWith(`$ gatepost ${command}\n`) && !it.text.includes('nothing to do')).text.trim().split('\n').slice(1);

const REPORTS = {
  'scans/payments.sarif': { json: sarif([{ rule: 'sqli', path: 'payments/pay.py', line: 3, severity: 9.8, title: 'SQL Injection' }], 'SnykCode') },
  'scans/infra.sarif': { json: sarif([{ rule: 'CKV_AWS_20', path: 'infra/main.tf', line: 2, severity: 9.8, title: 'S3 Bucket has an ACL defined which allows public READ access' }], 'Checkov') },
  'scans/web.sarif': { json: sarif([{ rule: 'eval-injection', path: 'web/app.py', line: 4, severity: 9.8, title: 'Eval of a request' }], 'semgrep') },
};
const WORLD = {
  'payments/pay.py': source(9, [3], 'pay'), 'web/app.py': source(9, [4], 'web'), 'infra/main.tf': ['resource "aws_s3_bucket" "logs" {', '  acl = "public-read"', '}'],
  CODEOWNERS: '/payments/ @acme/payments\n/web/ @acme/web\n/infra/ @acme/platform\n',
  '.gatepost/services.yml': 'services: [{name: shop, paths: ["**"], exposure: internet, criticality: mission_critical}]\n',
};

// Night without a token, then what the page says: plan, sync, sync.
async function walk(repo, blocks, env) {
  const run = async (args) => {
    await pause();
    return repo.gatepost([...args, '--store', `sqlite:${repo.folder}/temp/l.db`, '--now', '2026-11-02T02:00:00Z'], { env });
  };
  const night = await repo.gatepost(['nightly', '--report', 'scans/*', '--store', `sqlite:${repo.folder}/temp/l.db`, '--now', '2026-11-01T02:00:00Z'], { env: { GITHUB_TOKEN: undefined, GITLAB_TOKEN: undefined, GITHUB_RUN_ID: '9001', CI_PIPELINE_ID: '9001' } });
  assert.deepEqual(night.writes, [], night.stdout + night.stderr);
  const plan = await run(['tickets', 'plan']);
  const expected = answer_of(blocks, 'tickets plan').map((it) => it.replace('acme/shop', repo.tenant).replace('github', repo.system));
  assert.deepEqual(plan.stdout.trim().split('\n').filter((it) => expected.includes(it)).sort(), [...expected].sort(), plan.stdout + plan.stderr);
  assert.deepEqual(plan.writes, []);
  const first = await run(['tickets', 'sync']);
  assert.equal(first.code, 0, first.stderr);
  assert.equal(first.stdout.match(/ created: /g)?.length, expected.length, first.stdout + first.stderr);
  const second = await run(['tickets', 'sync']);
  assert.match(second.stdout, /^tickets: nothing to do$/m);
  assert.deepEqual(second.writes, []);
  await repo.end();
}

const at_github = (forge, settings, teams) => github({ event: 'push', emulators: forge, token: { kind: 'actions', permissions: { ...WRITE_PERMISSIONS, issues: 'write' } }, base: { ...WORLD, '.gatepost.yml': settings, '.gatepost/teams.yml': teams }, reports: REPORTS });

describe('the pages about trackers', { concurrency: 2 }, () => {
  ['Jira Cloud', 'Jira Data Center', 'both'].forEach((name, at) => {
    test(`docs/tickets-jira.md: ${name}`, async () => {
      const forge = await emulators();
      const blocks = blocks_of('tickets-jira.md');
      const settings = settings_of(blocks, at).replace('https://acme.atlassian.net', forge.addresses.jira.server).replace('https://jira.example.com', forge.addresses.jira_dc.server);
      const repo = await at_github(forge, settings, teams_of(blocks));
      const token = repo.secret(randomBytes(16).toString('hex'));
      const dc = name === 'Jira Data Center';
      const user = dc ? undefined : 'bot@acme.example';
      const sites = [{ tenant: repo.tenant, context: dc ? '/jira' : '', pace_ms: 400, projects: [{ key: 'PAY', components: [{ id: '7', name: 'api' }] }, { key: 'OPS' }] }];
      await forge.seed({ [dc ? 'jira_dc' : 'jira']: { tokens: [{ token, user, tenant: repo.tenant }], sites } });
      const plan = blocks.map((it) => (dc ? { ...it, text: it.text.replaceAll('would be done: jira ', 'would be done: jira-dc ') } : it));
      await walk(repo, plan, { GATEPOST_JIRA_TOKEN: token, GATEPOST_JIRA_USER: user });
    });
  });

  test('docs/tickets-linear.md', async () => {
    const forge = await emulators();
    const blocks = blocks_of('tickets-linear.md');
    const repo = await at_github(forge, settings_of(blocks, 0).replace('linear: true', `linear: {url: "${forge.addresses.linear.graphql}"}`), teams_of(blocks));
    const token = repo.secret(`lin_api_${randomBytes(16).toString('hex')}`);
    await forge.seed({ linear: { tokens: [{ token, tenant: repo.tenant }], workspaces: [{ tenant: repo.tenant, pace_ms: 400, teams: [{ key: 'WEB' }], labels: [{ name: 'appsec' }] }] } });
    await walk(repo, blocks, { GATEPOST_LINEAR_TOKEN: token });
  });

  test('docs/tickets-issues.md: GitHub', async () => {
    const blocks = blocks_of('tickets-issues.md');
    await walk(await at_github(await emulators(), settings_of(blocks, 0), teams_of(blocks)), blocks, {});
  });

  test('docs/tickets-issues.md: GitLab', async () => {
    const blocks = blocks_of('tickets-issues.md');
    const repo = await gitlab({ event: 'push', base: { ...WORLD, '.gatepost.yml': settings_of(blocks, 0), '.gatepost/teams.yml': teams_of(blocks) }, reports: REPORTS });
    await walk(repo, blocks, {});
  });
});
