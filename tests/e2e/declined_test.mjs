// A ticket that a person closed as "won't do" asks for a waiver; a comment on any change approves it, by the roles of every request.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { words_of } from '../emulators/adf.mjs';
import { pause, say } from './comments.mjs';
import { emulators, github } from './harness.mjs';
import { sarif, source } from './reports.mjs';

const PEOPLE = { ada: 'maintain', carl: 'write', will: 'write', author: 'write' };
const FINDING = { 'scans/app.sarif': { json: sarif([{ rule: 'sqli', path: 'app.py', line: 5, severity: 9.1, title: 'SQL injection' }]) } };
const SCHEDULED = { GITHUB_EVENT_NAME: 'schedule', GITHUB_EVENT_PATH: undefined, GITHUB_REF: 'refs/heads/main', GITHUB_HEAD_REF: undefined, GITHUB_BASE_REF: undefined };
const WRITES = { kind: 'actions', permissions: { contents: 'write', 'pull-requests': 'write', issues: 'write', checks: 'write', statuses: 'write', members: 'read' } };
const CONTEXT = { jira: '', jira_dc: '/jira' };

// A finding of the base branch, whose team has its board at `board`; a change is open that has nothing to do with it.
async function world(board, jira = 'jira') {
  const forge = await emulators();
  const settings = `version: 1\nledger: {store: sqlite, path: ../../../ledger.sqlite}\npublish: {status: true, inline_comments: 0}\ntickets:\n  jira: {url: "${forge.addresses[jira].server}${CONTEXT[jira]}", kind: ${jira === 'jira' ? 'cloud' : 'data-center'}}\n  linear: {url: "${forge.addresses.linear.graphql}"}\n  issues: true\n  create_at: low\n`;
  const pr = await github({
    emulators: forge, depth: 'full', token: WRITES, reports: FINDING, change: { 'other.py': source(5) }, repo: { collaborators: PEOPLE },
    base: { 'app.py': source(30, [5]), '.gatepost.yml': settings, '.gatepost/teams.yml': `teams:\n  - {id: shop, aliases: {github: [acme/shop]}, ${board}}\n`, '.github/CODEOWNERS': 'app.py @carl @acme/shop\n' },
    users: Object.keys(PEOPLE).filter((it) => it !== 'author').map((login, i) => ({ login, id: 200 + i })),
  });
  const user = jira === 'jira' ? 'bot@acme.example' : undefined;
  const tokens = { jira: pr.secret(randomBytes(16).toString('hex')), linear: pr.secret(`lin_api_${randomBytes(16).toString('hex')}`) };
  await forge.seed({
    [jira]: { tokens: [{ token: tokens.jira, user, tenant: pr.tenant }], sites: [{ tenant: pr.tenant, context: CONTEXT[jira], pace_ms: 400, projects: [{ key: 'PAY' }] }] },
    linear: { tokens: [{ token: tokens.linear, tenant: pr.tenant }], workspaces: [{ tenant: pr.tenant, teams: [{ key: 'WEB' }], users: [{ id: 'u-mona', name: 'Mona' }] }] },
  });
  const env = { GATEPOST_JIRA_USER: user, GATEPOST_JIRA_TOKEN: tokens.jira, GATEPOST_LINEAR_TOKEN: tokens.linear };
  const on_main = async (args) => {
    await pause();
    return pr.gatepost(args, { env: { ...env, ...SCHEDULED } });
  };
  return {
    pr,
    night: () => on_main(['nightly', '--report', 'scans/*.sarif']),
    sync: () => on_main(['tickets', 'sync']),
    say: (login, text) => say(pr, login, text, { args: ['command'] }),
    act: (system, act) => forge.seed({ [system]: { people: [{ tenant: pr.tenant, ...act }] } }),
    tickets: async (system) => (await forge.state(system, pr.tenant)).issues,
    log: async (type) => JSON.parse((await pr.gatepost(['ledger', 'log', '--json', '--type', type])).stdout),
    request: async () => JSON.parse((await pr.gatepost(['ledger', 'log', '--json', '--type', 'ticketed'])).stdout).filter((it) => it.data.deed === 'waiver_requested'),
  };
}

describe("won't do", { concurrency: 3 }, () => {
  for (const [jira, name] of [['jira', 'jira'], ['jira_dc', 'jira-dc']]) {
    test(`on Jira (${name}): an owner approves what was asked for there, and the finding is waived`, async () => {
      const it = await world('jira: {project: PAY}', jira);
      assert.match((await it.night()).stdout, /PAY-1 created/);
      const closed = { issue: 'PAY-1', status: 'Done', resolution: "Won't Do" };
      await it.act(jira, { ...closed, by: 'Otto Other' });
      await it.act(jira, { issue: 'PAY-1', status: 'To Do', by: 'Otto Other' });
      await it.act(jira, { ...closed, by: 'Mona Board' });
      const synced = await it.sync();
      assert.match(synced.stdout, /waiver_requested/, synced.stdout + synced.stderr);
      const [asked] = await it.request();
      const { request } = asked.data;
      assert.match(request, /^W-[A-Z2-7]{8}$/);
      assert.deepEqual([asked.actor.type, asked.actor.verified_by], ['person', name]);
      assert.ok(!JSON.stringify(asked).includes('Mona'), 'names stand beside the ledger');
      const [ticket] = await it.tickets(jira);
      assert.match(ticket.comments.map((one) => (jira === 'jira' ? words_of(one.body) : one.body.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)))).join(), new RegExp(`/gatepost approve ${request}`));

      assert.match((await it.say('will', '/gatepost status')).answer, new RegExp(`${request} about GP-\\w{8}, asked for by Mona Board \\(${name}\\), waits for approval`));
      assert.match((await it.say('will', `/gatepost approve ${request}`)).answer, /approve needs one of: maintain, owners/);
      assert.match((await it.say('author', `/gatepost approve ${request}`)).answer, /approve needs one of/);
      const approved = await it.say('carl', `/gatepost approve ${request.toLowerCase()}`);
      assert.match(approved.answer, new RegExp(`${request} is approved by @carl \\(owner\\) and counts until \\d{4}-`), approved.stderr);

      const night = await it.night();
      assert.equal(night.code, 0, night.stdout + night.stderr);
      assert.deepEqual((await it.log('waived')).map((one) => one.subject), [asked.subject], night.stdout);
      assert.deepEqual((await it.night()).writes, []);
      assert.match((await it.pr.gatepost(['ledger', 'log'])).stdout, new RegExp(`Mona Board \\(${name}\\)`));
      assert.equal((await it.pr.gatepost(['ledger', 'verify'])).code, 0);
      await it.pr.end();
    });
  }

  test('on Linear: what is asked for can be taken back, and asked for again', async () => {
    const it = await world('linear: {team: WEB}');
    await it.night();
    await it.act('linear', { issue: 'WEB-1', state: 'canceled', by: 'u-mona' });
    await it.sync();
    const [{ data: { request }, subject }] = await it.request();
    assert.match((await it.say('ada', `/gatepost revoke ${subject}`)).answer, /no longer counts/);
    assert.match((await it.say('ada', `/gatepost approve ${request}`)).answer, /there is no request about/);
    await it.act('linear', { issue: 'WEB-1', state: 'started', by: 'u-mona' });
    await it.sync();
    await it.act('linear', { issue: 'WEB-1', state: 'canceled', by: 'u-mona' });
    await it.sync();
    assert.match((await it.say('ada', '/gatepost status')).answer, /asked for by Mona \(linear\), waits/);
    assert.match((await it.say('ada', `/gatepost approve ${subject}`)).answer, /is approved by @ada \(maintain\)/);
    await it.pr.end();
  });

  test('on issues of the forge: who closed it approves nothing, whatever the role', async () => {
    const it = await world('issues: {}');
    const made = await it.night();
    const [issue] = await it.tickets('github').catch(() => []) ?? [];
    const number = issue?.number ?? Number(/#(\d+) created/.exec(made.stdout)?.[1]);
    await it.pr.forge.seed({ github: { repos: [{ owner: it.pr.owner, name: it.pr.name, issues: [{ number, state: 'closed', state_reason: 'not_planned', closed_by: 'ada' }] }] } });
    const synced = await it.sync();
    assert.match(synced.stdout, /waiver_requested/, made.stdout + synced.stdout + synced.stderr);
    const [{ data: { request } }] = await it.request();
    assert.match((await it.say('ada', `/gatepost approve ${request}`)).answer, /nobody approves an own request/);
    assert.match((await it.say('carl', `/gatepost approve ${request}`)).answer, /is approved by @carl \(owner\)/);
    await it.pr.end();
  });
});
