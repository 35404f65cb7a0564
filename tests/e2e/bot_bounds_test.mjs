// The bot works for many repositories with what is its own: what the settings of one of them cannot lead it to.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, describe, test } from 'node:test';
import { gate, status_of, summary_of } from './comments.mjs';
import { github, WRITE_PERMISSIONS } from './harness.mjs';
import { sarif, source } from './reports.mjs';

const BINARY = process.env.GATEPOST_BINARY ?? fileURLToPath(new URL('../../build/release/src/gatepost', import.meta.url));
const PEOPLE = { ada: 'maintain', will: 'write', author: 'write' };
const SERVICES = 'services:\n  - {name: cart, paths: [app.py]}\n';
const BASE = { 'app.py': source(30), '.gatepost.yml': 'version: 1\npublish: {status: true, inline_comments: 0}\n', '.gatepost/services.yml': SERVICES };
const scene = (more = {}) => github({
  base: BASE, change: { 'app.py': source(30, [5]) }, repo: { collaborators: PEOPLE },
  users: ['ada', 'will'].map((login, i) => ({ login, id: 200 + i })), token: { permissions: { ...WRITE_PERMISSIONS, actions: 'read' } }, ...more,
});
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const alive = new Set();
after(() => alive.forEach((it) => it.kill('SIGKILL')));

// The bot on a free port; `tell` gives it a webhook of GitHub or Jira and waits until it is idle.
async function bot_of(pr, args = [], more = {}) {
  const { server, api, graphql } = pr.addresses();
  const secret = randomBytes(16).toString('hex');
  const env = {
    PATH: process.env.PATH, HOME: pr.folder, TMPDIR: `${pr.folder}/temp`, GITHUB_SERVER_URL: server, GITHUB_API_URL: api, GITHUB_GRAPHQL_URL: graphql, GATEPOST_ALLOW_PLAIN_HTTP: '1',
    GATEPOST_GITHUB_WEBHOOK_SECRET: secret, GATEPOST_JIRA_WEBHOOK_SECRET: secret, GATEPOST_GITHUB_TOKEN: pr.token, ...more,
  };
  const child = spawn(BINARY, ['--log-level', 'info', 'serve', '--listen', '127.0.0.1:0', '--queue', `sqlite:${pr.folder}/temp/queue.db`, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  alive.add(child);
  const bot = { said: '', end: () => new Promise((done) => child.on('exit', done) && child.kill('SIGTERM')) };
  const port = await new Promise((done, fail) => {
    child.stderr.on('data', (part) => {
      bot.said += part;
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(bot.said);
      if (found) done(found[1]);
    });
    child.on('exit', (code) => fail(new Error(`the bot ended with ${code}: ${bot.said}`)));
  });
  bot.jobs = async () => Object.fromEntries([...(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).matchAll(/^gatepost_queue_jobs\{state="(\w+)"\} (\d+)$/gm)].map((it) => [it[1], Number(it[2])]));
  bot.tell = async (path, headers, body) => {
    const text = JSON.stringify(body);
    const signature = `sha256=${createHmac('sha256', secret).update(text).digest('hex')}`;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', 'x-hub-signature': signature, 'x-hub-signature-256': signature, ...headers }, body: text });
    assert.equal(answer.status, 202, bot.said);
    for (const until = Date.now() + 60_000; Date.now() < until; await sleep(200)) {
      const { waiting, running } = await bot.jobs();
      if (waiting + running === 0) return;
    }
    assert.fail(bot.said);
  };
  bot.hears = (name, event) => bot.tell('/github', { 'x-github-event': name, 'x-github-delivery': randomUUID() }, event);
  return bot;
}

let next_comment = 970_000;
// Somebody comments; `of`: the change that the event says.
async function comment_on(pr, login, body, { of = pr.number } = {}) {
  const id = (next_comment += 1), at = '2026-11-20T10:00:00Z';
  await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, issue_comments: [{ issue: pr.number, user: login, body, id, created_at: at, updated_at: at }] }] } });
  pr.event = 'issue_comment';
  const { repository, sender } = pr.event_file();
  return {
    action: 'created', issue: { number: of, state: 'open', user: { login: 'author', id: 101, type: 'User' }, pull_request: { url: 'https://forge.example/pull' } },
    comment: { id, body, user: { login, id: 1, type: 'User' }, created_at: at, updated_at: at }, repository, sender: { ...sender, login },
  };
}
const answers = async (pr) => (await pr.state()).issue_comments.map((it) => it.body).filter((it) => it.includes('gatepost:answer'));
const FAST = [/pace|apart|second/i];

describe('what the bot keeps apart', { concurrency: 2 }, () => {
  test('the settings of a repository name no file of the machine as their ledger', async () => {
    const pr = await scene();
    const file = `${pr.folder}/temp/of-another-repository.db`;
    const evil = await scene({ base: { ...BASE, '.gatepost.yml': `version: 1\nledger: {store: sqlite, path: ${file}}\n` } });
    const bot = await bot_of(evil);
    await bot.hears('issue_comment', await comment_on(evil, 'ada', '/gatepost freeze cart'));
    assert.equal(existsSync(file), false, bot.said);
    assert.equal((await bot.jobs()).dead, 1, bot.said);
    assert.match(bot.said, /ledger\.path is .* that is a file of the bot's machine/);
    await bot.end();
    await evil.end();
    await pr.end();
  });

  test('the settings of a repository do not say to which address the token of Jira goes', async () => {
    const heard = [];
    const server = createServer((request, response) => {
      heard.push(request.headers.authorization ?? '');
      response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await new Promise((done) => server.on('listening', done));
    const address = `http://127.0.0.1:${server.address().port}`;
    const repo = await github({
      event: 'push', base: { 'pay.py': source(9, [3]), '.gatepost.yml': `version: 1\ntickets:\n  jira: {url: "${address}", kind: cloud}\n  create_at: low\n`, '.gatepost/teams.yml': 'teams:\n  - {id: payments, aliases: {github: [acme/payments]}, jira: {project: PAY}}\n', CODEOWNERS: '* @acme/payments\n' },
      reports: { 'scans/snyk.sarif': { json: sarif([{ rule: 'javascript/Sqli', path: 'pay.py', line: 3, severity: 9.1, title: 'SQL Injection' }], 'SnykCode') } },
    });
    const store = ['--store', `sqlite:${repo.folder}/temp/ledger.db`];
    await repo.gatepost(['nightly', '--report', 'scans/*', ...store]);
    const token = repo.secret(randomBytes(16).toString('hex'));
    const event = { webhookEvent: 'jira:issue_updated', timestamp: Date.now(), user: { accountId: 'x', displayName: 'Carla' }, issue: { key: 'PAY-9', fields: { project: { key: 'PAY' } } }, changelog: { items: [{ field: 'status', fieldId: 'status' }] } };
    for (const [url, said] of [['https://acme.atlassian.net', /is for https:\/\/acme\.atlassian\.net/], ['', /GATEPOST_JIRA_URL is not there/]]) {
      const env = { GATEPOST_JIRA_TOKEN: token, GATEPOST_JIRA_USER: 'bot@acme.example', GITHUB_SERVER_URL: await git_server(repo), ...(url ? { GATEPOST_JIRA_URL: url } : {}) };
      const bot = await bot_of(repo, [...store, '--attempts', '1', '--tickets-of', `github:${repo.tenant}`], env);
      await bot.tell('/jira', { 'x-atlassian-webhook-identifier': randomUUID() }, { ...event, timestamp: event.timestamp + url.length });
      assert.deepEqual(heard, [], bot.said);
      assert.match(bot.said, said);
      await bot.end();
    }
    server.close();
    await repo.end();
  });

  test('what is frozen in the ledger of --store stays so when a change is judged again', async () => {
    const pr = await scene({ depth: 'full', reports: { 'scans/app.sarif': { json: sarif([]) } } });
    const { run } = await gate(pr);
    assert.equal(run.code, 0, run.stderr);
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, runs: [{ id: 77, head_sha: pr.sha.head, event: 'pull_request' }], artifacts: [{ run: 77, name: 'gatepost', files: { 'result.json': pr.read('result.json') } }] }] } });
    const bot = await bot_of(pr, ['--store', `sqlite:${pr.folder}/temp/ledger.db`]);
    await bot.hears('issue_comment', await comment_on(pr, 'ada', '/gatepost freeze cart'));
    assert.equal(status_of(await pr.state(), pr.sha.head), 'failure', bot.said);
    pr.event = 'workflow_run';
    const event = pr.event_file();
    event.workflow_run.pull_requests.forEach((it) => Object.assign(it.base, { repo: { id: event.repository.id } }));
    await bot.hears('workflow_run', event);
    assert.equal(status_of(await pr.state(), pr.sha.head), 'failure', bot.said);
    assert.match(summary_of(await pr.state()), /frozen/);
    await bot.end();
    await pr.end({ allow: FAST });
  });

  test('a job whose settings are long in coming keeps its lease', async () => {
    const repo = await github({ event: 'push', base: { ...BASE, '.gatepost.yml': 'version: 1\ntickets: {issues: true}\n' } });
    const env = { GITHUB_SERVER_URL: await git_server(repo, 7000) };
    const bot = await bot_of(repo, ['--store', `sqlite:${repo.folder}/temp/ledger.db`, '--lease', '5', '--tickets-of', `github:${repo.tenant}`], env);
    const event = { webhookEvent: 'jira:issue_deleted', timestamp: Date.now(), user: { accountId: 'x' }, issue: { key: 'PAY-9', fields: { project: { key: 'PAY' } } } };
    await bot.tell('/jira', { 'x-atlassian-webhook-identifier': randomUUID() }, event);
    assert.match(bot.said, /tickets of .*: done/);
    assert.doesNotMatch(bot.said, /left behind|somebody else has it|attempt 2/);
    await bot.end();
    await repo.end();
  });

  test('a comment is carried out at the change that it stands at alone', async () => {
    const pr = await scene();
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, pulls: [{ number: 2, head: { sha: pr.sha.head, ref: pr.branch, repo: pr.tenant }, base: { sha: pr.sha.base, ref: 'main' } }] }] } });
    const store = `sqlite:${pr.folder}/temp/ledger.db`;
    const bot = await bot_of(pr, ['--store', store]);
    await bot.hears('issue_comment', await comment_on(pr, 'ada', '/gatepost freeze cart', { of: 2 }));
    const log = JSON.parse((await pr.gatepost(['ledger', 'log', '--json', '--type', 'command', '--store', store])).stdout);
    assert.deepEqual(log.map((it) => [it.data.command, it.data.outcome, it.data.because]), [['freeze', 'refused', 'the comment is gone']], bot.said);
    assert.deepEqual(await answers(pr), []);
    await bot.end();
    await pr.end({ allow: FAST });
  });
});

// The forge's git, for jobs about tickets; it answers after a while.
function git_server(scenario, slow = 0) {
  const { git_dir } = scenario.origin;
  spawnSync('git', ['symbolic-ref', 'HEAD', 'refs/heads/main'], { cwd: git_dir });
  const server = createServer(async (request, response) => {
    await sleep(slow);
    const child = spawn('git', ['upload-pack', '--stateless-rpc', git_dir], { env: { PATH: process.env.PATH, HOME: scenario.folder, GIT_PROTOCOL: request.headers['git-protocol'] }, stdio: ['pipe', 'pipe', 'inherit'] });
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
    request.pipe(child.stdin);
    child.stdout.pipe(response);
  });
  return new Promise((done) => server.unref().listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${server.address().port}`)));
}
