// The bot is killed at every step of a delivery. What is there in the end must be what an undisturbed run leaves: nothing
// is lost, nothing is done twice. README.md has the rules.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'node:test';
import { BASE, Bot, comment_on, FAST, git_server, postgresql, queue_of, scene, sleep, store_of } from './bot.mjs';
import { emulators, github, gitlab, WRITE_PERMISSIONS } from './harness.mjs';
import { findings_at, sarif, source } from './reports.mjs';

const AT_ONCE = Number(process.env.GATEPOST_KILLS_AT_ONCE ?? 8);
const DAY = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10);
const SECONDS = 120; // for each of the two lives of a bot

// --- what happens ---------------------------------------------------------------------------------------------------------------

const comment_story = async (pr, body, login = 'ada') => {
  const comment = await comment_on(pr, login, body);
  const told = ['/github', { 'x-github-event': 'issue_comment', 'x-github-delivery': comment.delivery }, comment.event];
  return { pr, told, ids: [comment.event.comment.id], options: { args: ['--store', store_of(pr)] } };
};

// A gate has judged the change, said so, and left its result.
async function judged({ publish }) {
  const permissions = { ...WRITE_PERMISSIONS, actions: 'read' };
  const pr = await scene({ depth: 'full', token: { permissions }, reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', [5])) } } });
  const output = `${pr.folder}/temp/check.json`;
  const checked = await pr.gatepost(['check', ...(publish ? ['--publish'] : []), '--report', 'scans/*.sarif', '--result', `${pr.folder}/temp/result.json`, '--store', 'none', '--format', 'json', '--output', output]);
  assert.equal(checked.code, 1, checked.stderr);
  const run = pr.run_id - 1_000_000;
  await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, runs: [{ id: run, head_sha: pr.sha.head, event: 'pull_request' }], artifacts: [{ run, name: 'gatepost', files: { 'result.json': pr.read('result.json') } }] }] } });
  return { pr, finding: JSON.parse(pr.read('check.json')).findings[0].id };
}

// A comment that is carried out and answered, and changes nothing else.
const command = async () => comment_story(await scene(), '/gatepost freeze cart');

// The same with the queue in a PostgreSQL of its own.
let server;
async function command_by_postgresql() {
  const story = await command();
  const database = story.pr.name.replace(/\W/g, '_');
  server.ask('postgres', `CREATE DATABASE ${database}`);
  const read = () => JSON.parse(server.ask(database, "SELECT json_build_object('jobs', (SELECT count(*) FROM gatepost_bot.jobs), 'deliveries', (SELECT count(*) FROM gatepost_bot.deliveries))"));
  return { ...story, database: { read, env: { GATEPOST_QUEUE_URL: server.address_of(database) } } };
}

// A decision that the gate's words follow.
async function decision() {
  const { pr } = await judged({ publish: true });
  return comment_story(pr, '/gatepost freeze cart');
}

// Somebody who may not.
const refusal = async () => comment_story(await scene(), '/gatepost freeze cart', 'will');

// A request whose number only the answer tells.
async function request() {
  const { pr, finding } = await judged({ publish: true });
  return comment_story(pr, `/gatepost waive ${finding} until ${DAY} reason behind mTLS`);
}

// The gate's run has ended: its result is judged.
async function evaluation() {
  const { pr } = await judged({ publish: false });
  pr.event = 'workflow_run';
  const event = pr.event_file();
  event.workflow_run.pull_requests.forEach((it) => Object.assign(it.base, { repo: { id: event.repository.id } }));
  return { pr, told: ['/github', { 'x-github-event': 'workflow_run', 'x-github-delivery': randomUUID() }, event], ids: [], options: {} };
}

// A note on a merge request of GitLab.
async function note() {
  const mr = await gitlab({ base: BASE, change: { 'app.py': source(30, [5]) }, project: { members: { ada: 40, author: 30 } }, users: [{ username: 'ada', id: 300 }] });
  await mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, notes: [{ iid: mr.iid, author: 'ada', body: '/gatepost freeze cart' }] }] } });
  const [discussion] = (await mr.state()).merge_requests[0].discussions;
  const { id, body } = discussion.notes[0];
  const event = {
    object_kind: 'note', event_type: 'note', user: { id: 300, username: 'ada', name: 'Ada' }, project_id: mr.project_id, project: { id: mr.project_id, path_with_namespace: mr.tenant, default_branch: 'main' },
    object_attributes: { id, note: body, noteable_type: 'MergeRequest', action: 'create', system: false, discussion_id: discussion.id, author_id: 300 },
    merge_request: { iid: mr.iid, state: 'opened', target_branch: 'main', source_branch: mr.branch, last_commit: { id: mr.sha.head } },
  };
  return { pr: mr, told: ['/gitlab', { 'x-gitlab-event': 'Note Hook', 'x-gitlab-event-uuid': randomUUID() }, event], ids: [id, discussion.id], options: { args: ['--store', store_of(mr)] } };
}

// A repository whose ledger has a finding, and its board on Jira.
async function board() {
  const forge = await emulators();
  const address = forge.addresses.jira.server;
  const pr = await github({
    event: 'push',
    base: { 'pay.py': source(9, [3]), '.gatepost.yml': `version: 1\ntickets:\n  jira: {url: "${address}", kind: cloud}\n  create_at: low\n`, '.gatepost/teams.yml': 'teams:\n  - {id: payments, aliases: {github: [acme/payments]}, jira: {project: PAY}}\n', CODEOWNERS: '* @acme/payments\n' },
    reports: { 'scans/snyk.sarif': { json: sarif([{ rule: 'javascript/Sqli', path: 'pay.py', line: 3, severity: 9.1, title: 'SQL Injection' }], 'SnykCode') } },
  });
  const env = { GATEPOST_JIRA_TOKEN: pr.secret(randomBytes(16).toString('hex')), GATEPOST_JIRA_URL: address, GATEPOST_JIRA_USER: 'bot@acme.example' };
  await forge.seed({ jira: { tokens: [{ token: env.GATEPOST_JIRA_TOKEN, user: env.GATEPOST_JIRA_USER, tenant: pr.tenant }], sites: [{ tenant: pr.tenant, lag: 0, pace_ms: 400, projects: [{ key: 'PAY' }] }] } });
  let nights = 0;
  const night = (more) => pr.gatepost(['nightly', '--report', 'scans/*', '--store', store_of(pr)], { env: { GITHUB_RUN_ID: String(9_000 + (nights += 1)), ...more } });
  return { pr, env, night };
}

async function changed_ticket({ pr, env }) {
  const event = { webhookEvent: 'jira:issue_updated', timestamp: Date.now(), user: { accountId: 'x', displayName: 'Carla' }, issue: { key: 'PAY-9', fields: { project: { key: 'PAY' } } }, changelog: { items: [{ field: 'status', fieldId: 'status' }] } };
  const options = { args: ['--store', store_of(pr), '--tickets-of', `github:${pr.tenant}`], env: { ...env, GITHUB_SERVER_URL: await git_server(pr) } };
  return { pr, told: ['/jira', { 'x-atlassian-webhook-identifier': randomUUID() }, event], ids: [], options };
}

// Somebody changed a ticket: a finding that has none yet gets one.
async function tickets() {
  const it = await board();
  await it.night(); // without a token of Jira
  return changed_ticket(it);
}

// A finding is repaired, and the board does not know yet: its ticket is commented on and closed.
async function repair() {
  const it = await board();
  await it.night(it.env);
  it.pr.write({ 'scans/snyk.sarif': { json: sarif([], 'SnykCode') } });
  await it.night();
  return changed_ticket(it);
}

// --- what came of it --------------------------------------------------------------------------------------------------------------

// Everything but names, numbers and times, which differ from run to run.
function plain(value, { pr, ids }) {
  let text = JSON.stringify(value, (key, it) => (/^(id|node_id|seq|number_of_run|database_id)$|_at$|^(at|ts|touched|time|created|updated|prev|hash)$/.test(key) ? undefined : it), 1);
  for (const it of [pr.tenant, pr.tenant.split('/')[1], ...ids]) text = text.replaceAll(String(it), '…');
  return text.replace(/\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:?00)?/g, 'TIME').replace(/127\.0\.0\.1:\d+/g, 'HOST').replace(/\b[0-9a-f]{32}\b/g, 'HEX').replace(/gatepostnote[0-9a-f]{12}/g, 'MARK').replace(/person:[0-9a-f]{16}/g, 'PERSON').replace(/project_\d+_bot_\d+/g, 'BOT').replace(/\b\d{9,}\b/g, 'NUMBER');
}

// A job that waits for an hour to be over counts as late; any other is work that was not done.
const READ = `
import json, sqlite3, sys, time
queue = sqlite3.connect(sys.argv[1])
check = lambda db: db.execute("PRAGMA integrity_check").fetchall()
late = lambda it: it[0] == "waiting" and it[1] - time.time() * 1000 > 3400000
jobs = queue.execute("SELECT state, due, reason FROM jobs").fetchall()
print(json.dumps({"late": sum(map(late, jobs)), "queue": {
    "integrity": check(queue) + sum((check(sqlite3.connect(it)) for it in sys.argv[2:]), []),
    "jobs": [it for it in jobs if not late(it)],
    "deliveries": queue.execute("SELECT count(*) FROM deliveries").fetchone()[0]}}))`;

// Whether a ticket was made or found, closed or found closed, it is so; how often it was planned says how often somebody died.
const SAME = { linked: 'created', confirmed: 'closed' };
function events_of({ stdout }) {
  const events = JSON.parse(stdout).filter((it) => it.data?.deed !== 'planned');
  return events.map((it) => (SAME[it.data?.deed] ? { ...it, data: { ...it.data, deed: SAME[it.data.deed] } } : it));
}

// `comes_back`: a ticket was planned by a run that was killed; nobody is sure for an hour whether it was made. That hour is over now.
async function outcome(story, comes_back = false) {
  const { pr } = story;
  const ledger = `${pr.folder}/temp/ledger.db`;
  const of_jira = async () => (await pr.forge.ask('GET', `state?tenant=${encodeURIComponent(pr.tenant)}`)).jira?.[pr.tenant];
  const events = async () => (existsSync(ledger) ? events_of(await pr.gatepost(['ledger', 'log', '--json', '--store', store_of(pr)])) : []);
  const rest = async () => plain({ forge: await pr.state(), jira: await of_jira(), events: await events() }, story);
  if (story.database) return { queue: story.database.read(), rest: await rest() };
  const files = [queue_of(pr).slice('sqlite:'.length), ...(existsSync(ledger) ? [ledger] : [])];
  const { late, queue } = JSON.parse(execFileSync('python3', ['-c', READ, ...files], { encoding: 'utf8' }));
  assert.equal(late, comes_back ? 1 : 0, 'a job comes back when it says so');
  if (comes_back) await pr.gatepost(['tickets', 'sync', '--store', store_of(pr), '--now', new Date(Date.now() + 3_700_000).toISOString()], { env: story.options.env });
  return { queue, rest: await rest() };
}

// --- lives and deaths -------------------------------------------------------------------------------------------------------------

const folder = mkdtempSync(join(tmpdir(), 'gatepost-kill-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const LIBRARY = join(folder, 'kill_at.so');
const PRELOADED = { LD_PRELOAD: LIBRARY, ASAN_OPTIONS: 'verify_asan_link_order=0' }; // it does not mind to stand before AddressSanitizer

// Why this cannot be tested here; undefined when it can.
function missing() {
  const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', LIBRARY, fileURLToPath(new URL('../support/kill_at.c', import.meta.url)), '-ldl'], { encoding: 'utf8' });
  return built.status === 0 ? undefined : `the library that kills was not built: ${built.error ?? built.stderr}`;
}

function bot_of({ pr, options, database }) {
  const args = ['--queue', database ? 'postgresql' : queue_of(pr), '--attempts', '20', ...(options.args ?? [])];
  return new Bot(pr, { args, env: { ...options.env, ...database?.env } });
}

// The answer; 0 when the bot died before it gave one. A busy machine may be too slow for the limits of the bot: then it is told again.
async function tell(bot, story) {
  for (;;) {
    const status = await bot.post(...story.told).catch(() => 0);
    if (status !== 0 || bot.child.exitCode !== null || bot.child.signalCode) return status;
    await sleep(100);
  }
}

async function until(condition, what, seconds = SECONDS) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(40)) {
    const value = await condition();
    if (value) return value;
  }
  return assert.fail(`${what}: not within ${seconds} s`);
}
const job_done = (bot) => /: done$/m.test(bot.said);

// A bot that nobody kills. `env`: of its first life.
async function undisturbed(make, env = {}) {
  const story = await make();
  const before = (await story.pr.forge.log(story.pr.tenant)).length;
  const bot = bot_of(story);
  Object.assign(bot.env, env);
  await bot.start();
  assert.notEqual(await tell(bot, story), 0, bot.said);
  await until(() => job_done(bot), `the job\n${bot.said}`);
  await sleep(1500);
  await bot.end('SIGKILL');
  const requests = (await story.pr.forge.log(story.pr.tenant)).slice(before);
  const found = await outcome(story);
  await story.pr.end({ allow: FAST });
  return { requests, found };
}

// The second life of a bot: the forge tells again what was not taken over, and in the end all is as if nobody had been killed.
async function second_life(story, bot, status, expected) {
  assert.ok([0, 200, 202].includes(status), `answered ${status}`);
  await bot.start();
  const again = await tell(bot, story);
  assert.ok(again === 200 || (status === 0 && again === 202), `answered ${status}, and then ${again}: it was lost`);
  assert.equal(await tell(bot, story), 200, 'told again');
  const comes_back = () => bot.said.includes('not all is made; it comes back at');
  await until(async () => {
    const { waiting, running } = await bot.jobs().catch(() => ({}));
    return running === 0 && waiting === (comes_back() ? 1 : 0);
  }, `the queue is not empty\n${bot.said}`);
  assert.deepEqual(await bot.end('SIGTERM'), { code: 0, signal: null });
  const found = await outcome(story, comes_back());
  assert.deepEqual(found.queue, expected.queue);
  assert.equal(found.rest, expected.rest);
  await story.pr.end({ allow: FAST });
}

// The bot dies before its N-th call, or in the midst of it.
async function kill_at(make, at, half, expected) {
  const story = await make();
  const bot = bot_of(story);
  const { env } = bot;
  bot.env = { ...env, ...PRELOADED, KILL_AT: String(at), ...(half ? { KILL_HALF: '1' } : {}) };
  let status = 0;
  const begun = await bot.start().catch(() => undefined);
  if (begun) {
    status = await tell(bot, story);
    await until(() => bot.child.signalCode || job_done(bot), 'the end of the first life');
    await Promise.race([bot.ended, sleep(1500)]); // what it does when the job is done
    if (!bot.child.signalCode) await bot.end('SIGKILL');
  }
  bot.env = env;
  await second_life(story, bot, status, expected);
}

// Bot and child die when the child has sent its k-th request: before the forge does what it asks for, or after.
async function kill_in_request(make, k, applied, expected) {
  const story = await make();
  const { pr } = story;
  const bot = await bot_of(story).start();
  await pr.faults([{ match: {}, after: k, kind: 'held', applied }]);
  const status = await tell(bot, story);
  await until(async () => (await pr.forge.ask('GET', `faults?tenant=${encodeURIComponent(pr.tenant)}`)).some((it) => it.holds), `request ${k}\n${bot.said}`);
  await bot.end('SIGKILL');
  await pr.faults([]);
  await second_life(story, bot, status, expected);
}

// Several at once; all of what went wrong.
async function each(cases, run) {
  assert.ok(cases.length >= 3, 'there is hardly anything to be killed at');
  const failures = [];
  const waiting = [...cases];
  const worker = async () => {
    for (let it = waiting.shift(); it; it = waiting.shift()) await run(it).catch((error) => failures.push(`${it.name}: ${error.message} ${error.cause ?? ''}`));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assert.equal(failures.length, 0, `${failures.length} of ${cases.length}\n${failures.join('\n\n')}`);
}

// What a call is about: the job's folder is one thing, however much is in it; and what happens while the child runs happens again and again.
function kind_of([, name, about = '']) {
  if (/^(mkdir|unlinkat)$/.test(name) || about.includes('/repository.git')) return "the job's folder";
  return `${name} ${about.split('/').pop().replace(/[\d[\].]+/g, '')}`;
}

// Of calls of one kind that follow one another the first, the one in the middle and the last; the last of those that write to the queue also
// by half.
function steps_of(calls) {
  const groups = [];
  let of_child = 0;
  for (const call of calls) {
    if (call[1] === 'fork') of_child = 1;
    if (call[1] === 'waitpid') of_child = 0;
    if (of_child > 0 && (of_child += 1) > 5) continue;
    const kind = kind_of(call);
    if (groups.at(-1)?.kind !== kind) groups.push({ kind, numbers: [] });
    groups.at(-1).numbers.push(Number(call[0]));
  }
  return groups.flatMap(({ kind, numbers }) => {
    const chosen = [...new Set([numbers[0], numbers[numbers.length >> 1], numbers.at(-1)])];
    const halves = /^pwrite/.test(kind) ? [chosen.at(-1)] : [];
    return [...chosen.map((at) => ({ name: `before call ${at}, ${kind}`, at, half: false })), ...halves.map((at) => ({ name: `within call ${at}, ${kind}`, at, half: true }))];
  });
}

// What changes something: not reached, and not answered. Of what is read: what follows a change, and every n-th.
function moments_of(requests, every) {
  return requests.flatMap(({ write, method, path }, k) => {
    const name = `request ${k + 1}, ${method} ${path}`;
    if (write) return [{ name: `before ${name}`, k, applied: false }, { name: `after ${name}`, k, applied: true }];
    return requests[k - 1]?.write || k % every === every - 1 ? [{ name: `before ${name}`, k, applied: false }] : [];
  });
}

// --- the tests --------------------------------------------------------------------------------------------------------------------

async function calls_of(make) {
  const log = join(folder, `${make.name}.calls`);
  const { found } = await undisturbed(make, { ...PRELOADED, KILL_LOG: log });
  return { found, calls: readFileSync(log, 'utf8').trim().split('\n').map((it) => it.split(' ')) };
}

describe('the bot is killed', { concurrency: 2, timeout: 600_000, skip: missing() }, () => {
  test('before and within each kind of its own calls', async () => {
    const { found, calls } = await calls_of(command);
    await each(steps_of(calls), (it) => kill_at(command, it.at, it.half, found));
  });

  test('at one of its calls in twelve, the queue in PostgreSQL', async (context) => {
    server = postgresql();
    if (!server) return context.skip('PostgreSQL is not installed');
    const { found, calls } = await calls_of(command_by_postgresql);
    const steps = calls.filter((_, i) => i % 12 === 6).map((it) => ({ name: `before call ${it[0]}, ${kind_of(it)}`, at: Number(it[0]) }));
    await each(steps, (it) => kill_at(command_by_postgresql, it.at, false, found));
    return server.stop();
  });

  test('while it fetches the settings of a repository whose tickets it syncs', async () => {
    const { found, calls } = await calls_of(tickets);
    const told = calls.findIndex((it) => it[1] === 'send');
    const steps = calls.slice(told).filter((_, i) => i % 6 === 0).map((it) => ({ name: `before call ${it[0]}, ${kind_of(it)}`, at: Number(it[0]) }));
    await each(steps, (it) => kill_at(tickets, it.at, false, found));
  });

  for (const make of [decision, refusal, request, note, evaluation, tickets, repair]) {
    test(`with its child, at each request that changes something: ${make.name}`, async () => {
      const { requests, found } = await undisturbed(make);
      const moments = moments_of(requests, 10);
      assert.ok(moments.some((it) => it.applied), 'the story writes nothing');
      await each(moments, (it) => kill_in_request(make, it.k, it.applied, found));
    });
  }
});
