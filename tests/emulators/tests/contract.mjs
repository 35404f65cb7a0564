// The judge itself: what it refuses, what it fills in, how it agrees with what the vendor once answered.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Contract, validator } from '../contract.mjs';
import { shared_folder } from '../server.mjs';
import { github } from '../../e2e/harness.mjs';
import { github_client, Skip, test } from './testing.mjs';

const file = (name) => new URL(`../contracts/${name}`, import.meta.url).pathname;
const documents = { 'api.github.com': [file('github.rest.json'), file('github.more.json')] };
const shared = shared_folder();
for (const version of ['3.17', '3.19']) documents[`GHES ${version}`] = [`${shared}/contracts/github/rest.ghes-${version}.trim.json`, file('github.more.json')];

const REPO = '/repos/o/r';
const SHA = 'a'.repeat(40);
const check_run = (more) => ({ name: 'gatepost', head_sha: SHA, ...more });
const annotation = (more) => ({ path: 'a.c', start_line: 1, end_line: 1, annotation_level: 'warning', message: 'm', ...more });

// name, method, path, query, body, what the refusal says (nothing: accepted)
const REQUESTS = [
  ['a comment', 'POST', '/issues/1/comments', {}, { body: 'x' }],
  ['a misspelt required member', 'POST', '/issues/1/comments', {}, { bodyy: 'x' }, /required property 'body'.*unevaluated.*bodyy/],
  ['a level that check runs do not have', 'POST', '/check-runs', {}, check_run({ output: { title: 't', summary: 's', annotations: [annotation({ annotation_level: 'error' })] } }), /notice,warning,failure/],
  ['a misspelt optional member, deep inside', 'POST', '/check-runs', {}, check_run({ output: { title: 't', summary: 's', anotations: [] } }), /unevaluated.*anotations/],
  ['a check run of the conditional kind', 'POST', '/check-runs', {}, check_run({ status: 'completed', conclusion: 'failure', output: { title: 't', summary: 's', annotations: [annotation()] } })],
  ['51 annotations', 'POST', '/check-runs', {}, check_run({ output: { title: 't', summary: 's', annotations: Array.from({ length: 51 }, () => annotation()) } }), /more than 50 items/],
  ['a state of another forge', 'POST', `/statuses/${SHA}`, {}, { state: 'failed' }, /error,failure,pending,success/],
  ['a SARIF upload without SARIF', 'POST', '/code-scanning/sarifs', {}, { commit_sha: 'x', ref: 'main' }, /required property 'sarif'.*commit_sha.*pattern.*body\/ref must match pattern/],
  ['an unknown query parameter', 'GET', '/pulls/1/files', { perpage: '5' }, undefined, /query.perpage unknown query parameter/],
  ['a path with slashes', 'GET', '/contents/src/a.c', { ref: 'main' }, undefined],
  ['a range of branches with slashes', 'GET', '/compare/a/b...c/d', {}, undefined],
  ['a number in words', 'GET', '/pulls/one/files', {}, undefined, /path.pull_number must be integer/],
  ['a body where none is taken', 'GET', '/pulls/1', {}, { a: 1 }, /no body is allowed/],
  ['a review', 'POST', '/pulls/1/reviews', {}, { commit_id: SHA, event: 'COMMENT', body: 'b', comments: [{ path: 'a.c', line: 3, side: 'RIGHT', body: 'm', start_line: 1, start_side: 'RIGHT' }] }],
  ['an event in small letters', 'POST', '/pulls/1/reviews', {}, { event: 'comment' }, /APPROVE,REQUEST_CHANGES,COMMENT/],
  ['subject_type inside a review', 'POST', '/pulls/1/reviews', {}, { event: 'COMMENT', comments: [{ path: 'a.c', body: 'm', subject_type: 'file' }] }, /unevaluated.*subject_type/],
  ['labels', 'POST', '/issues/1/labels', {}, { labels: ['a', 'b'] }],
];

for (const [name, files] of Object.entries(documents)) {
  test(`the contract of ${name} judges requests`, () => {
    if (!files.every((it) => existsSync(it))) throw new Skip('no shared test data');
    const contract = new Contract(...files);
    for (const [what, method, path, query, body, refusal] of REQUESTS) {
      const { operation, params } = contract.find(method, REPO + path);
      const said = contract.request(operation, params, query, body, 'application/json').map((it) => `${it.where} ${it.text}`).join('; ');
      if (refusal) assert.match(said, refusal, what);
      else assert.equal(said, '', what);
    }
  });
}

test('a body that is not said to be JSON is refused', () => {
  const contract = new Contract(...documents['api.github.com']);
  const { operation, params } = contract.find('POST', `${REPO}/issues/1/comments`);
  assert.match(contract.request(operation, params, {}, { body: 'x' }, 'text/plain')[0].where, /content-type/);
});

test('an answer filled in from nothing fits its own schema, for every operation', () => {
  const contract = new Contract(...documents['api.github.com']);
  let seen = 0;
  for (const { operations } of contract.routes) {
    for (const operation of Object.values(operations)) {
      for (const status of Object.keys(operation.spec.responses).filter((it) => it < 300)) {
        if (!contract.answer_schema(operation, status)) continue;
        seen += 1;
        // The one thing that cannot be guessed is an id of git.
        const errors = contract.response(operation, Number(status), contract.fill(operation, status, undefined)).filter((it) => !/sha$/.test(it.where));
        assert.deepEqual(errors, [], `${operation.key} ${status}`);
      }
    }
  }
  assert.ok(seen > 50, `${seen} answers`);
});

test('an answer with a wrong type, an undeclared success or a strange error is noticed', () => {
  const contract = new Contract(...documents['api.github.com']);
  const { operation } = contract.find('POST', `${REPO}/statuses/${SHA}`);
  assert.notEqual(contract.response(operation, 201, { state: 1 }).length, 0);
  assert.notEqual(contract.response(operation, 200, {}).length, 0);
  assert.notEqual(contract.response(operation, 422, 'no', ['basic-error']).length, 0);
  assert.deepEqual(contract.response(operation, 422, { message: 'no' }, ['basic-error']), []);
});

test('what GitHub once answered fits the contract, but for members that are newer than the recording', () => {
  const contract = new Contract(...documents['api.github.com']);
  const scenarios = new URL('../node_modules/@octokit/fixtures/scenarios/api.github.com/', import.meta.url).pathname;
  let seen = 0;
  for (const name of readdirSync(scenarios)) {
    for (const recorded of JSON.parse(readFileSync(`${scenarios}${name}/normalized-fixture.json`, 'utf8'))) {
      const [path, search = ''] = recorded.path.split('?');
      const operation = contract.find(recorded.method, path)?.operation;
      if (!operation || recorded.status === 301 || recorded.status === 307 || typeof recorded.response !== 'object') continue;
      seen += 1;
      const errors = contract.response(operation, recorded.status, recorded.response, ['basic-error', 'validation-error', 'validation-error-simple']);
      const younger = (it) => it.keyword === 'required' || it.keyword === 'oneOf' || it.keyword === 'anyOf' || it.keyword === 'enum' || it.params?.type === 'null' || /content-type|\.(type|size)/.test(it.where);
      assert.deepEqual(errors.filter((it) => !younger(it)), [], `${name} ${recorded.method} ${recorded.path}`);
      assert.deepEqual(contract.request(operation, contract.find(recorded.method, path).params, Object.fromEntries(new URLSearchParams(search)), recorded.body || undefined, 'application/json').filter((it) => it.where !== 'body' || it.keyword !== 'required'), [], `${name} ${recorded.method} ${recorded.path}`);
    }
  }
  assert.ok(seen >= 10, `${seen} recordings map to an operation`);
});

const samples = (name) => createRequire(import.meta.url)('@octokit/webhooks-examples').find((it) => it.name === name).examples;

test('pull requests and comments of webhook samples come back from the emulator as they went in', async () => {
  const scenario = await github({ repo: { pace_ms: 0 } });
  const call = github_client(scenario);
  let number = 100;
  for (const { pull_request: it } of samples('pull_request')) {
    number += 1;
    const seed = { number, title: it.title, state: it.state, draft: it.draft, user: it.user.login, head: { sha: scenario.sha.head, ref: it.head.ref, repo: null }, base: { sha: scenario.sha.base, ref: it.base.ref }, labels: it.labels.map((one) => one.name) };
    await scenario.forge.seed({ github: { repos: [{ owner: scenario.owner, name: scenario.name, pulls: [seed] }] } });
    const { status, json } = await call('GET', `/pulls/${number}`);
    assert.equal(status, 200);
    assert.deepEqual([json.title, json.state, json.draft, json.user.login, json.head.ref, json.head.repo, json.labels.map((one) => one.name)], [it.title, it.state, it.draft, it.user.login, it.head.ref, null, seed.labels]);
  }
  const comments = samples('issue_comment').map(({ comment }) => ({ issue: 101, user: comment.user.login, body: comment.body, author_association: comment.author_association }));
  await scenario.forge.seed({ github: { repos: [{ owner: scenario.owner, name: scenario.name, issue_comments: comments }] } });
  const { json } = await call('GET', '/issues/101/comments');
  assert.deepEqual(json.map((it) => [it.user.login, it.body]), comments.map((it) => [it.user, it.body]));
  for (const { check_run: it } of samples('check_run')) {
    const made = await call('POST', '/check-runs', { name: it.name, head_sha: scenario.sha.head, status: it.status, ...(it.conclusion ? { conclusion: it.conclusion } : {}), external_id: it.external_id });
    assert.deepEqual([made.status, made.json.name, made.json.status, made.json.conclusion], [201, it.name, it.status, it.conclusion]);
  }
  await scenario.end();
});

test('the event files of the harness fit the schemas of webhooks', async () => {
  const path = `${shared}/contracts/github/webhooks.trim.json`;
  if (!existsSync(path)) throw new Skip('no shared test data');
  const document = JSON.parse(readFileSync(path, 'utf8'));
  const scenario = await github({ change: { 'a.txt': 'a\n' }, fork: true });
  for (const [event, name] of [['pull_request', 'pull-request-opened'], ['merge_group', 'merge-group-checks-requested']]) {
    scenario.event = event;
    const schema = document.webhooks[name].post.requestBody.content['application/json'].schema;
    const validate = validator(document, schema);
    validate(JSON.parse(JSON.stringify(scenario.event_file())));
    // Samples are older than the schemas, and what we make by hand is short: members may be missing, none may be of another type.
    const wrong = (validate.errors ?? []).filter((it) => !['required', 'anyOf', 'oneOf', 'additionalProperties'].includes(it.keyword));
    assert.deepEqual(wrong.map((it) => `${it.instancePath} ${it.message}`), [], event);
  }
  await scenario.end();
});
