// Comment commands: what developers answer on a change of an emulated forge, and what the ledger then has of it.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gate, pause, result_of, say, status_of, summary_of } from './comments.mjs';
import { github, gitlab, WRITE_PERMISSIONS } from './harness.mjs';
import { findings_at, sarif, source } from './reports.mjs';

// The change's author is "author"; ada maintains, carl owns the code, will writes, rita reads, nobody knows the stranger.
const PEOPLE = { ada: 'maintain', carl: 'write', will: 'write', rita: 'read', author: 'write' };
const SETTINGS = ['version: 1', 'ledger: {store: sqlite, path: ../../../ledger.sqlite}', 'publish: {status: true, inline_comments: 0}', ''].join('\n');
const SERVICES = ['services:', '  - {name: cart, paths: [app.py]}', '  - {name: mail, paths: [mail/]}', ''].join('\n');

const scene = (more = {}) => github({
  depth: 'full',
  base: { 'app.py': source(30), '.gatepost.yml': SETTINGS, '.gatepost/services.yml': SERVICES, '.github/CODEOWNERS': 'app.py @carl @acme/shop\n' },
  change: { 'app.py': source(30, [5]) },
  reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', [5])) } },
  repo: { collaborators: PEOPLE, ...more.repo },
  users: Object.keys(PEOPLE).filter((it) => it !== 'author').map((login, i) => ({ login, id: 200 + i })),
  ...more,
});
const DAY = new Date(Date.now() + 20 * 24 * 3600 * 1000).toISOString().slice(0, 10); // within what its risk may be accepted for

// What the gate's workflow leaves at the forge: a run of this commit, with an artifact.
let next_run = 8_000_000;
async function keep(pr, artifact = {}, run = {}) {
  next_run += 1;
  const kept = { run: next_run, name: 'gatepost', files: { 'report.md': '# report', 'result.json': pr.read('result.json') }, ...artifact };
  await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, runs: [{ id: next_run, head_sha: pr.sha.head, event: 'pull_request', ...run }], artifacts: [kept] }] } });
}
const READS_RUNS = { token: { permissions: { ...WRITE_PERMISSIONS, actions: 'read' } } };
const FETCHES = { args: ['command'] };

async function events(pr) {
  const { stdout } = await pr.gatepost(['ledger', 'log', '--json', '--type', 'command']);
  for (const name of Object.keys(PEOPLE)) assert.ok(!stdout.includes(`@${name}`), `names stand beside the ledger: ${name}`);
  return JSON.parse(stdout);
}

describe('commands on GitHub', { concurrency: 4 }, () => {
  test('nobody approves for an own change below another one', async () => {
    const pr = await scene({ repo: { collaborators: { ...PEOPLE, author: 'admin' } } });
    const { id } = await gate(pr);
    const asked = await say(pr, 'will', `/gatepost waive ${id} until ${DAY} reason x`);
    const [request] = /W-\d+/.exec(asked.answer);
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, pulls: [{ number: 2, user: 'will', head: { sha: pr.sha.head, ref: pr.branch, repo: pr.tenant }, base: { sha: pr.sha.base, ref: 'main' } }] }] } });
    const own = pr.number;
    pr.number = 2;
    assert.match((await say(pr, 'author', `/gatepost approve ${request}`)).answer, /nobody approves for an own change/);
    assert.match((await say(pr, 'ada', `/gatepost approve ${request}`)).answer, /is approved by @ada/);
    pr.number = own;
    await pr.end();
  });

  test('a waiver that is asked for and approved by comments opens the gate on the same commit', async () => {
    const pr = await scene();
    const { run, id } = await gate(pr);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(status_of(run.state, pr.sha.head), 'failure');

    const asked = await say(pr, 'will', `/gatepost waive ${id.slice(0, 11)} until ${DAY} reason behind mTLS, rewrite planned`);
    assert.equal(asked.code, 0, asked.stderr);
    assert.match(asked.answer, /W-\d+ asks to count GP-\w{8} as accepted until \d{4}-/);
    assert.match(asked.answer, /maintain, owners \(owners: @carl, @acme\/shop\)/);
    assert.equal(status_of(asked.state, pr.sha.head), 'failure', 'asking opens nothing');

    const approved = await say(pr, 'carl', `/gatepost approve ${id}`);
    assert.equal(approved.code, 0, approved.stderr);
    assert.match(approved.answer, /W-\d+ is approved by @carl \(owner\) and counts until \d{4}-/);
    assert.match(approved.answer, /Gate open/);
    assert.equal(status_of(approved.state, pr.sha.head), 'success', 'the same commit');
    assert.match(summary_of(approved.state), /Gate open/);

    const again = await gate(pr);
    assert.equal(again.run.code, 0, 'the next run of the gate counts it, too');

    const told = await pr.gatepost(['explain', id, '--report', 'scans/*.sarif']);
    assert.match(told.stdout, /W-\d+/, 'and so does explain');
    const back = await say(pr, 'will', `/gatepost revoke ${id}`);
    assert.match(back.answer, /no longer counts/);
    assert.equal(status_of(back.state, pr.sha.head), 'failure');
    assert.equal((await gate(pr)).run.code, 1);

    const all = await events(pr);
    assert.deepEqual(all.map((it) => [it.data.command, it.data.outcome, it.data.because, it.subject]), [
      ['waive', 'granted', 'write', id], ['approve', 'granted', 'owner', id], ['revoke', 'granted', 'requester', id]]);
    assert.equal(all[0].data.reason, 'behind mTLS, rewrite planned');
    assert.match(all[0].actor.id, /^person:[0-9a-f]{16}$/);
    assert.match((await pr.gatepost(['ledger', 'log'])).stdout, /@carl/);
    assert.equal((await pr.gatepost(['ledger', 'verify'])).code, 0);
    await pr.end();
  });

  test('a result that puts a finding elsewhere makes nobody its owner', async () => {
    const pr = await scene({ base: { 'app.py': source(30), '.gatepost.yml': SETTINGS, '.gatepost/services.yml': SERVICES, '.github/CODEOWNERS': 'app.py @carl\ndocs/ @will\n' } });
    const { id } = await gate(pr);
    const merged = { GITHUB_EVENT_NAME: 'schedule', GITHUB_REF: 'refs/heads/main', GITHUB_HEAD_REF: undefined, GITHUB_BASE_REF: undefined, GITHUB_EVENT_PATH: undefined };
    assert.equal((await pr.gatepost(['nightly', '--report', 'scans/*.sarif'], { env: merged })).code, 0);
    await gate(pr);
    writeFileSync(result_of(pr), pr.read('result.json').replaceAll('"app.py"', '"docs/notes.md"'));
    await say(pr, 'author', `/gatepost waive ${id} until ${DAY} reason x`);
    const tried = await say(pr, 'will', `/gatepost approve ${id}`);
    assert.match(tried.answer, /@will has the role write; approve needs one of: maintain, owners \(@carl\)/);
    await pr.end();
  });

  test('who has another name by now approves no own request', async () => {
    const pr = await scene({ repo: { collaborators: { ...PEOPLE, augusta: 'maintain' } } });
    const { id } = await gate(pr);
    await pr.forge.seed({ github: { users: [{ login: 'augusta', id: 200 }] } }); // as ada
    await say(pr, 'ada', `/gatepost waive ${id} until ${DAY} reason x`);
    assert.match((await say(pr, 'augusta', `/gatepost approve ${id}`)).answer, /nobody approves an own request/);
    await pr.end();
  });

  test('whom a finding is handed to takes it out of no policy', async () => {
    const policy = 'gatepost: 1\npolicies:\n  - id: carls\n    message: of carl\n    match: {all: [{change: {in: [introduced]}}, {owner: {any: ["@carl"]}}]}\n    action: block\n';
    const pr = await scene({ base: { 'app.py': source(30), '.gatepost.yml': SETTINGS, '.gatepost/services.yml': SERVICES, '.github/CODEOWNERS': 'app.py @carl\n', '.gatepost/policy.yml': policy } });
    const { id, run } = await gate(pr);
    assert.equal(run.code, 1, run.stderr);
    assert.match((await say(pr, 'author', `/gatepost assign ${id} @acme/other`)).answer, /is handed to @acme\/other/);
    const again = await say(pr, 'will', '/gatepost recheck');
    assert.match(again.answer, /Gate closed/);
    assert.equal(status_of(again.state, pr.sha.head), 'failure');
    const { run: next } = await gate(pr);
    assert.equal(next.code, 1, next.stderr);
    assert.match(pr.read('check.json'), /@acme\/other/, 'it goes to whom it was handed to');
    await pr.end();
  });

  test('a false positive counts once somebody else agrees', async () => {
    const pr = await scene();
    const { id } = await gate(pr);
    await say(pr, 'author', `/gatepost false-positive ${id} reason the input is a constant`);
    const own = await say(pr, 'author', `/gatepost approve ${id}`);
    assert.match(own.answer, /refused: @author has the role write; approve needs one of: maintain, owners/);
    const agreed = await say(pr, 'ada', `/gatepost approve ${id}`);
    assert.match(agreed.answer, /approved by @ada \(maintain\)/);
    assert.equal(status_of(agreed.state, pr.sha.head), 'success');
    await gate(pr);
    const merged = { GITHUB_EVENT_NAME: 'schedule', GITHUB_REF: 'refs/heads/main', GITHUB_HEAD_REF: undefined, GITHUB_BASE_REF: undefined, GITHUB_EVENT_PATH: undefined };
    const night = await pr.gatepost(['nightly', '--report', 'scans/*.sarif'], { env: merged });
    assert.equal(night.code, 0, night.stderr);
    const [decided] = JSON.parse((await pr.gatepost(['ledger', 'log', '--json', '--type', 'false_positive'])).stdout);
    assert.deepEqual([decided.subject, decided.after], [id, 'false_positive'], 'the night counts it, too');
    await pr.end();
  });

  test('nobody approves an own request, nor for an own change, whatever the role', async () => {
    const pr = await scene({ repo: { collaborators: { ...PEOPLE, author: 'admin' } } });
    const { id } = await gate(pr);
    await say(pr, 'ada', `/gatepost waive ${id} until ${DAY} reason x`);
    assert.match((await say(pr, 'ada', `/gatepost approve ${id}`)).answer, /nobody approves an own request/);
    assert.match((await say(pr, 'author', `/gatepost approve ${id}`)).answer, /nobody approves for an own change/);
    const last = await say(pr, 'will', `/gatepost approve ${id}`);
    assert.match(last.answer, /approve needs one of: maintain, owners/);
    assert.match(last.answer, /may not ask who is in @acme\/shop/);
    assert.equal(status_of(last.state, pr.sha.head), 'failure');
    assert.deepEqual((await events(pr)).map((it) => it.data.outcome), ['granted', 'refused', 'refused', 'refused']);
    await pr.end();
  });

  test('who may not is refused, and the ledger has it', async () => {
    const pr = await scene();
    const { id } = await gate(pr);
    const waive = `/gatepost waive ${id} until ${DAY} reason x`;
    assert.match((await say(pr, 'rita', waive)).answer, /@rita has the role read; waive needs one of: write/);
    assert.match((await say(pr, 'stranger', '/gatepost recheck')).answer, /@stranger has the role none/);
    assert.match((await say(pr, 'will', '/gatepost freeze cart')).answer, /freeze needs one of: maintain/);
    assert.match((await say(pr, 'will', waive, { now: { updated_at: '2026-11-20T10:05:00Z' } })).answer, /was edited/);
    assert.match((await say(pr, 'will', waive, { now: { body: '/gatepost help' } })).answer, /was edited/);
    const bot = await say(pr, 'renovate[bot]', waive, { type: 'Bot' });
    assert.deepEqual(bot.answers, [], 'bots are not answered');
    const gone = await say(pr, 'will', waive, { deleted: true });
    assert.deepEqual(gone.answers, []);
    assert.match((await say(pr, 'will', '/gatepost @2222222 recheck')).answer, /is for commit 2222222/);
    assert.match((await say(pr, 'carl', '/gatepost explain GP-AAAAAAAA')).answer, /nobody found GP-AAAAAAAA/);
    const all = await events(pr);
    assert.equal(all.length, 9);
    assert.ok(all.every((it) => it.data.outcome === 'refused' && it.data.because && it.actor.id));
    await pr.end();
  });

  test('what is no command says nothing, and a near-miss gets one answer', async () => {
    const pr = await scene();
    await gate(pr);
    for (const body of ['looks good', '> /gatepost approve GP-ABCDEFGH', '```\n/gatepost freeze cart\n```', '    /gatepost recheck']) {
      const run = await say(pr, 'ada', body);
      assert.equal(run.code, 0);
      assert.deepEqual(run.writes, [], body);
    }
    assert.deepEqual((await say(pr, 'ada', '/gatepost recheck', { action: 'edited' })).writes, []);
    const slip = await say(pr, 'ada', '/gatepost waive GP-ABCDEFGH until 31.12.2026 reason @acme/all <img src=x>');
    assert.match(slip.answer, /"31\.12\.2026" is no day; expected a day as 2027-01-31; nothing was done/);
    assert.match(slip.answer, /`\/gatepost waive GP-ABCDEFGH until 2027-01-31 reason/);
    assert.match((await say(pr, 'ada', '/g\u0430tepost freeze cart')).answer, /U\+0430/);
    assert.match((await say(pr, 'ada', '/gatepost approve GP-ABCDEFGH\n/gatepost freeze cart')).answer, /more than one command/);
    assert.deepEqual(await events(pr), [], 'who gave no command did nothing');
    await pr.end();
  });

  test('the same comment is carried out and answered once', async () => {
    const pr = await scene();
    await gate(pr);
    const first = await say(pr, 'ada', '/gatepost freeze cart');
    assert.equal(first.answers.length, 1);
    const replay = await say(pr, 'ada', '/gatepost freeze cart', { id: first.comment });
    assert.equal(replay.code, 0);
    assert.deepEqual(replay.answers, []);
    assert.deepEqual(replay.writes, []);
    assert.equal((await events(pr)).length, 1);
    await pr.end();
  });

  test('a frozen service keeps every gate closed until it is lifted', async () => {
    const pr = await scene();
    const { id } = await gate(pr);
    await say(pr, 'will', `/gatepost waive ${id} until ${DAY} reason x`);
    await say(pr, 'ada', `/gatepost approve ${id}`);
    const frozen = await say(pr, 'ada', '/gatepost freeze cart');
    assert.match(frozen.answer, /cart is frozen/);
    assert.equal(status_of(frozen.state, pr.sha.head), 'failure');
    assert.match(summary_of(frozen.state), /frozen since/);
    assert.equal((await gate(pr)).run.code, 1);
    assert.match((await say(pr, 'ada', '/gatepost freeze cart')).answer, /frozen already/);
    assert.match((await say(pr, 'ada', '/gatepost freeze carts')).answer, /there is no service carts/);
    await say(pr, 'ada', '/gatepost freeze mail');
    const lifted = await say(pr, 'ada', '/gatepost unfreeze cart');
    assert.equal(status_of(lifted.state, pr.sha.head), 'success', 'mail has nothing to do with this change');
    await pr.end();
  });

  test('questions are answered from what was found', async () => {
    const pr = await scene();
    const { id } = await gate(pr);
    assert.match((await say(pr, 'rita', '/gatepost help')).answer, /`\/gatepost waive ID until DATE reason TEXT`/);
    assert.match((await say(pr, 'rita', '/gatepost status')).answer, /Gate closed/);
    assert.match((await say(pr, 'rita', `/gatepost explain ${id}`)).answer, /likelihood/);
    assert.match((await say(pr, 'rita', `/gatepost fix ${id}`)).answer, /no upgrade is known/);
    assert.match((await say(pr, 'will', `/gatepost assign ${id} @acme/appsec`)).answer, /is handed to @acme\/appsec/);
    assert.match((await say(pr, 'will', `/gatepost assign ${id} @ada`)).answer, /is handed to @ada/);
    assert.match((await say(pr, 'will', `/gatepost ticket ${id}`)).answer, /wish for a ticket/);
    assert.match((await say(pr, 'will', '/gatepost recheck')).answer, /Gate closed/);
    await gate(pr);
    assert.deepEqual(JSON.parse(pr.read('check.json')).findings[0].owners.map((it) => it.team), ['@ada']);
    await events(pr);
    await pr.end();
  });

  test('a closed change and a result of another commit decide nothing', async () => {
    const pr = await scene();
    const { id } = await gate(pr);
    const waive = `/gatepost waive ${id} until ${DAY} reason x`;
    await pr.push({ 'app.py': source(30, [5, 9]) });
    assert.match((await say(pr, 'will', waive)).answer, /wait for the run of that commit/);
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, pulls: [{ number: pr.number, state: 'closed' }] }] } });
    assert.match((await say(pr, 'will', waive)).answer, /the change is closed/);
    await pr.end();
  });

  test('members of a team that owns the code approve when the token may ask', async () => {
    const pr = await scene({ fork: true, token: { kind: 'pat', login: 'bot', permissions: { contents: 'read', 'pull-requests': 'write', statuses: 'write', members: 'read' } }, organisations: [{ login: 'acme', teams: { shop: ['will'] } }] });
    const { id } = await gate(pr);
    assert.match((await say(pr, 'stranger', `/gatepost waive ${id} until ${DAY} reason x`)).answer, /@stranger has the role none/);
    await say(pr, 'ada', `/gatepost waive ${id} until ${DAY} reason x`);
    const approved = await say(pr, 'will', `/gatepost approve ${id}`);
    assert.match(approved.answer, /owner as a member of @acme\/shop/);
    await pr.end();
  });
});

describe('what the gate left at GitHub', { concurrency: 4 }, () => {
  test('the result of the newest run of the commit is fetched, and the same commit is judged again', async () => {
    const pr = await scene(READS_RUNS);
    const { id } = await gate(pr);
    await keep(pr);
    await keep(pr, { expired: true });
    await keep(pr, { name: 'scans', files: { 'result.json': 'another one' } });
    await keep(pr, { files: { 'result.json': 'of another commit' } }, { head_sha: pr.sha.base });
    assert.match((await say(pr, 'will', `/gatepost waive ${id} until ${DAY} reason x`, FETCHES)).answer, /asks to count/);
    const approved = await say(pr, 'ada', `/gatepost approve ${id}`, FETCHES);
    assert.equal(approved.code, 0, approved.stderr);
    assert.match(approved.answer, /Gate open/);
    assert.equal(status_of(approved.state, pr.sha.head), 'success');
    assert.match(summary_of(approved.state), /Gate open/);
    assert.equal(approved.log.filter((it) => it.system === 'storage' && it.status === 200).length, 1, 'fetched once, without a token');
    await pr.end();
  });

  test('what cannot be had or read decides nothing, and the command is answered all the same', async () => {
    const pr = await scene(READS_RUNS);
    const { id } = await gate(pr);
    const none = await say(pr, 'ada', '/gatepost freeze cart', FETCHES);
    assert.equal(none.code, 0, none.stderr);
    assert.match(none.stderr, /no run has left a result for commit [0-9a-f]{10}: no gatepost-out\/result\.json in "gatepost"/);
    assert.match(none.answer, /cart is frozen/);
    assert.match(none.answer, /is not at hand here/);
    await keep(pr, { files: { 'result.json': '{"gatepost": "result/1", "verdict": "pass"}' } });
    const damaged = await say(pr, 'ada', '/gatepost recheck', FETCHES);
    assert.match(damaged.stderr, /result\.json in artifact "gatepost"/);
    assert.match(damaged.answer, /is not at hand here/);
    await keep(pr, { files: { '../../etc/result.json': 'x', 'other.json': '{}' } });
    assert.match((await say(pr, 'ada', `/gatepost explain ${id}`, FETCHES)).stderr, /has no gatepost-out\/result\.json/);
    assert.equal(status_of(await pr.state(), pr.sha.head), 'failure', 'nothing was opened');
    await pr.end();
  });

  test('without the right to read runs the token says what it lacks', async () => {
    const pr = await scene();
    await gate(pr);
    await keep(pr);
    const told = await say(pr, 'ada', '/gatepost recheck', FETCHES);
    assert.match(told.stderr, /may not read workflow runs and their artifacts.*"actions: read"/s);
    assert.match(told.answer, /is not at hand here/);
    await pr.end();
  });

  test('publish judges a change again by its number, with what was decided since', async () => {
    const pr = await scene(READS_RUNS);
    await gate(pr);
    const nothing = await pr.gatepost(['publish', '--change', '1']);
    assert.equal(nothing.code, 4);
    assert.match(nothing.stderr, /no run has left a result for commit/);
    await keep(pr);
    await say(pr, 'ada', '/gatepost freeze cart', { args: ['command', '--result', result_of(pr)] });
    const words = summary_of(await pr.state());
    await pause();
    const again = await pr.gatepost(['publish', '--change', '1', '--status', 'on']);
    assert.equal(again.code, 0, again.stderr);
    assert.match(summary_of(again.state), /frozen since/);
    assert.equal(summary_of(again.state), words, 'the same evidence and decisions, the same words');
    await pr.push({ 'app.py': source(30, [5, 9]) });
    const later = await pr.gatepost(['publish', '--change', '1']);
    assert.equal(later.code, 4, 'the new commit has no result yet');
    await pr.end();
  });
});

describe('commands by hand and floods of them', { concurrency: 4 }, () => {
  test('somebody is spoken for by name: their rights are asked for, and a dry run says the ruling alone', async () => {
    const pr = await scene();
    const { id } = await gate(pr);
    const by_hand = (login, text, ...more) => pr.gatepost(['command', '--text', text, '--actor', login, '--result', result_of(pr), ...more]);
    const dry = await by_hand('ada', '/gatepost freeze cart', '--dry-run');
    assert.equal(dry.code, 0, dry.stderr);
    assert.equal(dry.stdout, 'freeze by @ada: granted (maintain)\n');
    assert.deepEqual([dry.writes, await events(pr)], [[], []]);
    await pause();
    const frozen = await by_hand('@ada', '/gatepost freeze cart');
    assert.match(frozen.stdout, /freeze by @ada: granted/);
    assert.match(frozen.state.issue_comments.at(-1).body, /to ada, `\/gatepost freeze cart`/);
    await pause();
    const refused = await by_hand('rita', `/gatepost waive ${id} until ${DAY} reason x`);
    assert.match(refused.stdout, /waive by @rita: refused \(@rita has the role read/);
    assert.deepEqual((await events(pr)).map((it) => it.data.outcome), ['granted', 'refused']);
    assert.match((await events(pr))[0].data.comment, /#1\/hand-\d+$/);
    assert.equal((await by_hand('ada', '/gatepost freze cart')).code, 2);
    await pr.end();
  });

  test('whoever may only read is answered ten questions an hour', async () => {
    const pr = await scene();
    const at = new Date().toISOString();
    const seeded = [...Array(13).keys()].map((i) => ({ issue: pr.number, user: 'rita', body: '/gatepost help', id: 980_000 + i, created_at: at, updated_at: at }));
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, issue_comments: [...seeded, { ...seeded[0], user: 'will', id: 980_100 }] }] } });
    pr.event = 'issue_comment';
    pr.options.depth = 1;
    pr.prepare();
    const run = await pr.gatepost(['command', '--change', String(pr.number)]);
    assert.equal(run.code, 0, run.stderr);
    const answers = run.state.issue_comments.filter((it) => it.body.includes('gatepost:answer'));
    assert.equal(answers.length, 11, 'ten of rita, one of will');
    const all = await events(pr);
    assert.deepEqual(all.map((it) => it.data.outcome), [...Array(10).fill('granted'), 'refused', 'granted']);
    assert.match(all[10].data.because, /the limit of 10 questions within an hour is reached/);
    await pr.end();
  });

  test('whoever is refused again and again is answered no more, recorded once, and still carried out when it is right', async () => {
    const settings = `${SETTINGS}commands: {refused_per_hour: 1}\n`;
    const pr = await scene({ base: { 'app.py': source(30), '.gatepost.yml': settings, '.gatepost/services.yml': SERVICES, '.github/CODEOWNERS': 'app.py @carl\n' } });
    await gate(pr);
    const now = () => ({ now: { created_at: new Date().toISOString(), updated_at: new Date().toISOString() } });
    const tell = async (login, body) => {
      const { now: times } = now();
      times.updated_at = times.created_at;
      return say(pr, login, body, { now: times });
    };
    assert.equal((await tell('stranger', '/gatepost recheck')).answers.length, 1);
    assert.equal((await tell('Stranger', '/gatepost freeze cart')).answers.length, 0);
    const third = await tell('stranger', '/gatepost recheck');
    assert.deepEqual([third.code, third.writes], [0, []]);
    assert.equal((await tell('will', '/gatepost freeze cart')).answers.length, 1, 'somebody else is answered');
    assert.equal((await tell('will', '/gatepost freeze mail')).answers.length, 0);
    assert.equal((await tell('will', '/gatepost recheck')).answers.length, 1, 'what may be done is done');
    const all = await events(pr);
    assert.deepEqual(all.map((it) => it.data.outcome), ['refused', 'refused', 'refused', 'refused', 'granted']);
    assert.match(all[1].data.because, /the limit of 1 refused command within an hour is reached; further ones of this person are not answered/);
    assert.equal((await tell('ada', '/gatepost frost cart')).answers.length, 1);
    assert.equal((await tell('ada', '/gatepost frost cart')).answers.length, 0, 'a near-miss is a near-miss');
    await pr.end();
  });
});

// --- GitLab -------------------------------------------------------------------------------------------------------------------------

const MEMBERS = { ada: 40, carl: 30, will: 30, gus: 10, author: 30 };
const merge_request = (more = {}) => gitlab({
  base: { 'app.py': source(30), '.gatepost.yml': SETTINGS, '.gatepost/services.yml': SERVICES, '.gitlab/CODEOWNERS': 'app.py @carl\n' },
  change: { 'app.py': source(30, [5]) },
  reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', [5])) } },
  project: { members: MEMBERS },
  users: Object.keys(MEMBERS).filter((it) => it !== 'author').map((username, i) => ({ username, id: 300 + i })),
  ...more,
});
const gate_of_request = async (mr) => {
  mr.write({ 'scans/app.sarif': { json: sarif(findings_at('app.py', [5])) } });
  const run = await mr.gatepost(['check', '--publish', '--report', 'scans/*.sarif', '--result', result_of(mr), '--format', 'json', '--output', `${mr.folder}/temp/check.json`]);
  return { run, id: JSON.parse(mr.read('check.json')).findings[0]?.id };
};
const comment = (mr, author, body, more = {}) => mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, notes: [{ iid: mr.iid, author, body, ...more }] }] } });
const all_notes = (state) => state.merge_requests.flatMap((it) => it.discussions.flatMap((discussion) => discussion.notes));
const answers_in = (state) => all_notes(state).map((it) => it.body).filter((it) => it.startsWith('<!-- gatepost:answer')).map((it) => it.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replaceAll('<!-- -->', ''));

describe('commands on GitLab', { concurrency: 2 }, () => {
  test('the comments of a merge request are carried out once, in their order', async () => {
    const mr = await merge_request();
    const { run, id } = await gate_of_request(mr);
    assert.equal(run.code, 1, run.stderr);
    await comment(mr, 'will', `/gatepost waive ${id} until ${DAY} reason behind mTLS`);
    await comment(mr, 'gus', `/gatepost approve ${id}`);
    await comment(mr, 'carl', `/gatepost approve ${id}`);
    await comment(mr, 'carl', 'thanks');
    const args = ['command', '--result', result_of(mr)];
    await pause();
    const done = await mr.gatepost(args);
    assert.equal(done.code, 0, done.stderr);
    const said = answers_in(done.state);
    assert.equal(said.length, 3);
    assert.match(said.join('\n'), /asks to count/);
    assert.match(said.join('\n'), /@gus has the role read/);
    assert.match(said.join('\n'), /is approved by @carl \(owner\)/);
    assert.equal(all_notes(done.state).filter((it) => it.awards?.some((one) => one.name === 'eyes')).length, 3);
    const again = await mr.gatepost(args);
    assert.deepEqual(again.writes, []);
    await pause();
    assert.equal((await gate_of_request(mr)).run.code, 0, 'the gate of the same commit is open');
    const all = JSON.parse((await mr.gatepost(['ledger', 'log', '--json', '--type', 'command'])).stdout);
    assert.deepEqual(all.map((it) => [it.data.command, it.data.outcome]), [['waive', 'granted'], ['approve', 'refused'], ['approve', 'granted']]);
    await mr.end();
  });

  test('the answer to an internal note is internal', async () => {
    const mr = await merge_request();
    await comment(mr, 'ada', '/gatepost freeze cart', { internal: true });
    await comment(mr, 'carl', '/gatepost help');
    await pause();
    const done = await mr.gatepost(['command']);
    const answers = all_notes(done.state).filter((it) => it.body.startsWith('<!-- gatepost:answer'));
    assert.deepEqual(answers.map((it) => [/cart is frozen/.test(it.body), Boolean(it.internal)]), [[true, true], [false, false]]);
    await mr.end();
  });

  test('a membership that is over, or not granted yet, is none', async () => {
    const members = { ...MEMBERS, olga: { level: 50, expires_at: '2026-01-01' }, nina: { level: 50, membership_state: 'awaiting' }, tom: { level: 40, expires_at: '2999-01-01' } };
    const mr = await merge_request({ project: { members }, users: Object.keys(members).filter((it) => it !== 'author').map((username, i) => ({ username, id: 300 + i })) });
    for (const name of ['olga', 'nina', 'tom']) await comment(mr, name, '/gatepost freeze cart');
    await pause();
    const done = await mr.gatepost(['command']);
    const said = answers_in(done.state).join('\n');
    assert.match(said, /@olga has the role none/);
    assert.match(said, /@nina has the role none/);
    assert.match(said, /cart is frozen/);
    await mr.end();
  });

  test('a command that could not be recorded is carried out later: no reaction has changed its comment', async () => {
    const mr = await merge_request();
    await comment(mr, 'ada', '/gatepost freeze cart');
    const args = ['command', '--store', `sqlite:${mr.folder}/temp/later/ledger.db`];
    await pause();
    assert.notEqual((await mr.gatepost(args)).code, 0);
    mkdirSync(`${mr.folder}/temp/later`);
    await pause();
    const done = await mr.gatepost(args);
    assert.equal(done.code, 0, done.stderr);
    assert.match(answers_in(done.state).join('\n'), /cart is frozen/);
    await mr.end();
  });

  test('a member of the group that owns the code approves', async () => {
    const mr = await merge_request({ base: { 'app.py': source(30), '.gatepost.yml': SETTINGS, '.gitlab/CODEOWNERS': 'app.py @acme/shop\n' } });
    await mr.forge.seed({ gitlab: { groups: { 'acme/shop': ['carl'] } } });
    const { id } = await gate_of_request(mr);
    await comment(mr, 'author', `/gatepost false-positive ${id} reason the input is a constant`);
    await comment(mr, 'will', `/gatepost approve ${id}`);
    await comment(mr, 'carl', `/gatepost approve ${id}`);
    await pause();
    const done = await mr.gatepost(['command', '--result', result_of(mr)]);
    assert.match(answers_in(done.state).join('\n'), /@will has the role write/);
    assert.match(answers_in(done.state).join('\n'), /owner as a member of @acme\/shop/);
    await mr.end();
  });

  // A job of the merge request's pipeline that kept its result.
  const keep_job = (mr, more = {}) => mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, jobs: [{ name: 'gatepost', pipeline: mr.pipeline_id(), files: { 'gatepost-out/result.json': mr.read('result.json') }, ...more }] }] } });
  const scheduled = (mr) => ({ CI_COMMIT_SHA: mr.sha.base, CI_PIPELINE_SOURCE: 'schedule', CI_COMMIT_BRANCH: 'main', CI_MERGE_REQUEST_IID: undefined, CI_MERGE_REQUEST_PROJECT_ID: undefined, CI_MERGE_REQUEST_SOURCE_PROJECT_ID: undefined, CI_PIPELINE_ID: '4999999999' });

  test('the result of the job that judged is fetched', async () => {
    const mr = await merge_request();
    const { id } = await gate_of_request(mr);
    await keep_job(mr, { name: 'scan', files: { 'gatepost-out/result.json': 'no result' } });
    await keep_job(mr);
    await comment(mr, 'will', `/gatepost waive ${id} until ${DAY} reason behind mTLS`);
    await comment(mr, 'carl', `/gatepost approve ${id}`);
    await pause();
    const done = await mr.gatepost(['command']);
    assert.equal(done.code, 0, done.stderr);
    assert.match(answers_in(done.state).join('\n'), /is approved by @carl \(owner\)[^]*Gate open/);
    assert.equal(done.log.filter((it) => it.system === 'storage').length, 1);
    await mr.end();
  });

  test('a schedule answers the comments of all open merge requests, and sets the status of the pipeline that judged', async () => {
    const mr = await merge_request();
    const { run, id } = await gate_of_request(mr);
    assert.equal(run.code, 1, run.stderr);
    await keep_job(mr);
    const others = [2, 3].map((iid) => ({ iid, source_branch: `change-${iid}`, head_sha: mr.sha.fork_point, target_sha: mr.sha.base, ...(iid === 3 ? { state: 'merged' } : {}) }));
    await mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, merge_requests: others }] } });
    await comment(mr, 'will', `/gatepost waive ${id} until ${DAY} reason behind mTLS`);
    await comment(mr, 'carl', `/gatepost approve ${id}`);
    await mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, notes: [{ iid: 2, author: 'gus', body: '/gatepost help' }, { iid: 3, author: 'gus', body: '/gatepost help' }] }] } });
    await pause();
    const done = await mr.gatepost(['command', '--open-changes'], { env: scheduled(mr) });
    assert.equal(done.code, 0, done.stderr);
    const said = done.state.merge_requests.map((it) => it.discussions.flatMap((one) => one.notes).filter((note) => note.body.startsWith('<!-- gatepost:answer')).length);
    assert.deepEqual(said, [2, 1, 0]);
    const status = done.state.statuses.filter((it) => it.sha === mr.sha.head && it.name === 'gatepost').at(-1);
    assert.deepEqual([status.state, status.pipeline_id], ['success', mr.pipeline_id()]);
    await pause();
    const again = await mr.gatepost(['command', '--open-changes'], { env: scheduled(mr) });
    assert.deepEqual([again.code, again.writes], [0, []]);
    await mr.end();
  });

  test('somebody is spoken for by name', async () => {
    const mr = await merge_request();
    await gate_of_request(mr);
    const args = (login) => ['command', '--change', '1', '--text', '/gatepost freeze cart', '--actor', login];
    assert.equal((await mr.gatepost([...args('ada'), '--dry-run'], { env: scheduled(mr) })).stdout, 'freeze by @ada: granted (maintain)\n');
    const nobody = await mr.gatepost(args('nemo'), { env: scheduled(mr) });
    assert.deepEqual([nobody.code, /nobody is called nemo/.test(nobody.stderr)], [2, true]);
    await pause();
    const refused = await mr.gatepost(args('gus'), { env: scheduled(mr) });
    assert.match(refused.stdout, /freeze by @gus: refused/);
    assert.equal(answers_in(refused.state).length, 1);
    await mr.end();
  });
});
