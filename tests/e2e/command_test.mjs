// Comment commands: what developers answer on a change of an emulated forge, and what the ledger then has of it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gate, pause, result_of, say, status_of, summary_of } from './comments.mjs';
import { github, gitlab } from './harness.mjs';
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
async function events(pr) {
  const { stdout } = await pr.gatepost(['ledger', 'log', '--json', '--type', 'command']);
  for (const name of Object.keys(PEOPLE)) assert.ok(!stdout.includes(`@${name}`), `names stand beside the ledger: ${name}`);
  return JSON.parse(stdout);
}

describe('commands on GitHub', { concurrency: 4 }, () => {
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
    assert.match((await say(pr, 'will', '/gatepost explain GP-AAAAAAAA')).answer, /nobody found GP-AAAAAAAA/);
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
});
