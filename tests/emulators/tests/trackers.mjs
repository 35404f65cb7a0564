// Jira's and Linear's behaviour: what they refuse, and what their search does not show yet.
import assert from 'node:assert/strict';
import { Emulators } from '../../e2e/harness.mjs';
import { test } from './testing.mjs';

const forge = await Emulators.start();
let serial = 0;

async function jira({ dc = false, ...site } = {}) {
  serial += 1;
  const tenant = `site-${serial}`, token = `token-of-${serial}-${'x'.repeat(8)}`, system = dc ? 'jira_dc' : 'jira';
  await forge.seed({ [system]: { tokens: [{ token, user: dc ? undefined : 'bot@example.com', tenant }], sites: [{ tenant, projects: [{ key: 'PAY' }], ...site }] } });
  const authorization = dc ? `Bearer ${token}` : `Basic ${Buffer.from(`bot@example.com:${token}`).toString('base64')}`;
  const call = async (method, path, body, headers = { authorization }) => {
    const answer = await fetch(`${forge.addresses[system].server}/rest/api/${dc ? 2 : 3}${path}`, { method, headers: { 'user-agent': 't', ...(body ? { 'content-type': 'application/json' } : {}), ...headers }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    return { status: answer.status, json: text ? JSON.parse(text) : undefined };
  };
  return { call, tenant, violations: () => forge.violations(tenant) };
}

const doc = (text) => ({ type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] });
const issue = (more = {}) => ({ fields: { project: { key: 'PAY' }, issuetype: { id: '10001' }, summary: 's', labels: ['a'], ...more } });

for (const [what, body, error] of [
  ['a summary of two lines', issue({ summary: 'a\nb' }), /pattern/],
  ['a label with a blank', issue({ labels: ['a b'] }), /pattern/],
  ['a field that nobody knows', issue({ feilds: 1 }), /unevaluated|additional|feilds/],
  ['a text for a document', issue({ description: 'text' }), /Cloud takes a document/],
  ['a document without version', issue({ description: { type: 'doc', content: [] } }), /version/],
  ['a day in another form', issue({ duedate: '1.2.2026' }), /pattern/],
]) {
  test(`Jira Cloud refuses ${what}`, async () => {
    const it = await jira();
    assert.equal((await it.call('POST', '/issue', body)).status, 400);
    assert.match((await it.violations()).map((one) => one.text).join(), error);
  });
}

test('Jira Data Center takes wiki markup and no document', async () => {
  const it = await jira({ dc: true });
  assert.equal((await it.call('POST', '/issue', issue({ description: '*x*' }))).status, 201);
  assert.equal((await it.call('POST', '/issue', issue({ description: doc('x') }))).status, 400);
});

test("Jira's bulk answer has what was made and what was refused", async () => {
  const it = await jira();
  const { status, json } = await it.call('POST', '/issue/bulk', { issueUpdates: [issue(), issue({ priority: { id: '99' } }), issue()] });
  assert.deepEqual([status, json.issues.map((one) => one.key), json.errors.map((one) => one.failedElementNumber)], [201, ['PAY-1', 'PAY-2'], [1]]);
  assert.deepEqual(await it.violations(), []);
});

test('the index of Jira Cloud has a new issue later, unless asked for by its id', async () => {
  const it = await jira({ lag: 60 });
  const { json: { id } } = await it.call('POST', '/issue', issue());
  const find = async (more) => (await it.call('POST', '/search/jql', { jql: 'labels in ("a")', ...more })).json.issues.length;
  assert.deepEqual([await find(), await find({ reconcileIssues: [Number(id)] })], [0, 1]);
  await forge.clock({ advance: 120 });
  assert.equal(await find(), 1);
  assert.deepEqual(await it.violations(), []);
});

test('a transition is valid from where the issue is, and wants its resolution', async () => {
  const it = await jira();
  await it.call('POST', '/issue', issue());
  const { json: { transitions } } = await it.call('GET', '/issue/PAY-1/transitions');
  const done = transitions.find((one) => one.to.statusCategory.key === 'done');
  assert.equal((await it.call('POST', '/issue/PAY-1/transitions', { transition: { id: done.id } })).status, 400);
  assert.equal((await it.call('POST', '/issue/PAY-1/transitions', { transition: { id: done.id }, fields: { resolution: { id: '10000' } } })).status, 204);
  assert.equal((await it.call('POST', '/issue/PAY-1/transitions', { transition: { id: done.id } })).status, 400);
  assert.deepEqual(await it.violations(), []);
});

test('a wrong token is nobody', async () => {
  const it = await jira();
  assert.equal((await it.call('GET', '/myself', undefined, { authorization: 'Bearer nothing' })).status, 401);
});

// --- Linear -----------------------------------------------------------------------------------------------------------------------

async function linear() {
  serial += 1;
  const tenant = `space-${serial}`, token = `lin_api_${serial}_xxxxxxxx`;
  await forge.seed({ linear: { tokens: [{ token, tenant }], workspaces: [{ tenant, teams: [{ key: 'WEB' }, { key: 'OPS' }], labels: [{ name: 'x', team: 'OPS' }] }] } });
  const ask = async (query, variables = {}, authorization = token) => {
    const answer = await fetch(forge.addresses.linear.graphql, { method: 'POST', headers: { authorization, 'user-agent': 't', 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
    return { status: answer.status, ...(await answer.json()) };
  };
  return { ask, tenant, violations: () => forge.violations(tenant) };
}

const CREATE = 'mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success issue { identifier } } }';
const ID = '11111111-2222-4333-8444-555555555555';

for (const [what, input, error] of [
  ['an id that is no UUID', { teamId: 'team-WEB', title: 't', id: 'x' }, /UUID/],
  ['a label of another team', { teamId: 'team-WEB', title: 't', labelIds: ['label-0'] }, /label/],
  ['a state of another team', { teamId: 'team-WEB', title: 't', stateId: 'OPS-completed' }, /state/],
  ['a priority of five', { teamId: 'team-WEB', title: 't', priority: 5 }, /priority/],
  ['no team', { title: 't' }, /teamId/],
]) {
  test(`Linear refuses ${what}`, async () => {
    const { errors } = await (await linear()).ask(CREATE, { input });
    assert.match(errors.map((it) => it.message).join(), error);
  });
}

test('Linear takes an id once, and a key without Bearer', async () => {
  const it = await linear();
  const input = { teamId: 'team-WEB', title: 't', id: ID };
  assert.equal((await it.ask(CREATE, { input })).data.issueCreate.issue.identifier, 'WEB-1');
  assert.match((await it.ask(CREATE, { input })).errors[0].message, /already exists/);
  assert.equal((await it.ask('query { viewer { name } }', {}, 'Bearer lin_api_1')).status, 401);
  assert.deepEqual(await it.violations(), []);
});

test('a question that costs too much is refused', async () => {
  const it = await linear();
  const { status } = await it.ask('query { teams(first: 250) { nodes { states(first: 250) { nodes { id } } } } }');
  assert.equal(status, 400);
  assert.match((await it.violations())[0].text, /too complex/);
});
