// GitHub's rights and limits, faults on schedule, and what is always watched.
import assert from 'node:assert/strict';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { Emulators, github, gitlab } from '../../e2e/harness.mjs';
import { get, github_client, test } from './testing.mjs';

const quiet = (options = {}) => github({ base: { 'a.txt': 'a\n' }, change: { 'a.txt': 'b\n' }, ...options, repo: { pace_ms: 0, ...options.repo } });

for (const [method, path, body, accepted] of [
  ['POST', '/issues/1/comments', { body: 'b' }, 'issues=write; pull_requests=write'],
  ['POST', '/pulls/1/reviews', { event: 'COMMENT', body: 'b' }, 'pull_requests=write'],
  ['POST', '/issues/1/labels', { labels: ['a'] }, 'issues=write; pull_requests=write'],
  ['POST', '/check-runs', { name: 'n', head_sha: 'a'.repeat(40) }, 'checks=write'],
  ['POST', `/statuses/${'a'.repeat(40)}`, { state: 'success' }, 'statuses=write'],
  ['POST', '/code-scanning/sarifs', { commit_sha: 'a'.repeat(40), ref: 'refs/heads/a', sarif: 'x' }, 'security_events=write'],
  ['GET', '/actions/runs', undefined, 'actions=read'],
]) {
  test(`the token of a fork may not ${method} ${path.split('/')[1]}`, async () => {
    const pr = await quiet({ fork: true });
    const { status, json, headers } = await github_client(pr)(method, path, body);
    assert.deepEqual([status, json.message, headers['x-accepted-github-permissions']], [403, 'Resource not accessible by integration', accepted]);
    await pr.end();
  });
}

test('who a token is: none, unknown, of another repository, of a job', async () => {
  const [pr, other] = [await quiet(), await quiet()];
  const call = github_client(pr);
  assert.equal((await call('GET', '/pulls/1', undefined, { authorization: undefined })).json.message, 'Requires authentication');
  assert.deepEqual([(await call('GET', '/pulls/1', undefined, { authorization: 'Bearer nobody-knows-me' })).status], [401]);
  assert.equal((await github_client(pr, other.token)('GET', '/pulls/1')).status, 404);
  assert.equal((await call('GET', '//user')).status, 403);
  const kinds = (await pr.forge.log(pr.tenant)).map((it) => it.token_kind);
  assert.deepEqual(kinds, ['none', 'unknown', 'actions', 'actions']);
  await pr.end({ allow: [/Authorization is missing/] });
  await other.end();
});

test('a public repository is read with any token', async () => {
  const pr = await quiet({ token: { permissions: {} }, repo: { private: false } });
  const call = github_client(pr);
  assert.equal((await call('GET', '/pulls/1/files')).status, 200);
  assert.equal((await call('POST', '/issues/1/comments', { body: 'b' })).status, 403);
  await pr.end();
});

// --- apps -----------------------------------------------------------------------------------------------------------------

function jwt(key, issuer, { iat = -30, exp = 500, alg = 'RS256' } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg, typ: 'JWT' })}.${part({ iat: now + iat, exp: now + exp, iss: issuer })}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(key, 'base64url')}`;
}

test('an app proves itself by a JWT and gets a token for an hour', async () => {
  const forge = await Emulators.start(); // the clock is turned
  const pr = await quiet({ token: null, app: true, emulators: forge });
  const as_app = github_client(pr, jwt(pr.privateKey, pr.app.client_id));
  const installation = await as_app('GET', '/installation');
  assert.equal(installation.json.id, pr.installation);
  const path = `//app/installations/${pr.installation}/access_tokens`;
  const made = await as_app('POST', path, { repositories: [pr.name], permissions: { pull_requests: 'write' } });
  assert.equal(made.status, 201);
  const call = github_client(pr, made.json.token);
  assert.equal((await call('POST', '/issues/1/comments', { body: 'b' })).json.user.login, `${pr.app.slug}[bot]`);
  assert.equal((await call('POST', '/check-runs', { name: 'n', head_sha: pr.sha.head })).status, 403, 'only what was asked for');
  assert.equal((await as_app('POST', path, { permissions: { administration: 'write' } })).status, 422);
  await forge.clock({ advance: 3601 });
  assert.equal((await call('GET', '/pulls/1')).json.message, 'Bad credentials');
  await pr.end();
  forge.stop();
});

test('a JWT is refused: another key, too long a life, expired, from the future, another algorithm', async () => {
  const pr = await quiet({ token: null, app: true });
  const { privateKey: stranger } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const id = pr.app.id;
  for (const [what, token, status] of [
    ['the number of the app will do', jwt(pr.privateKey, id), 200], ['another key', jwt(stranger, id), 401], ['too long a life', jwt(pr.privateKey, id, { exp: 700 }), 401],
    ['expired', jwt(pr.privateKey, id, { exp: -5 }), 401], ['from the future', jwt(pr.privateKey, id, { iat: 300 }), 401], ['another algorithm', jwt(pr.privateKey, id, { alg: 'HS256' }), 401], ['another app', jwt(pr.privateKey, 'Iv1.other'), 401],
  ]) assert.equal((await github_client(pr, token)('GET', '/installation')).status, status, what);
  await pr.end();
});

// --- limits -----------------------------------------------------------------------------------------------------------------

test('80 writes a minute are the most; the headers count them', async () => {
  const pr = await quiet();
  const call = github_client(pr);
  for (let i = 0; i < 80; i += 1) assert.equal((await call('POST', `/statuses/${pr.sha.head}`, { state: 'success' })).status, 201);
  const { status, json, headers } = await call('POST', '/issues/1/comments', { body: 'b' });
  assert.deepEqual([status, headers['retry-after']], [403, '60']);
  assert.match(json.message, /secondary rate limit/);
  assert.equal((await call('GET', '/pulls/1')).headers['x-ratelimit-used'], '82');
  await pr.end();
});

test('the primary limit ends with remaining 0 and a time of return', async () => {
  const forge = await Emulators.start();
  await forge.seed({ github: { limits: { primary: 2 } } });
  const pr = await quiet({ emulators: forge });
  const call = github_client(pr);
  await call('GET', '/pulls/1');
  assert.equal((await call('GET', '/pulls/1/files')).headers['x-ratelimit-remaining'], '0');
  const { status, headers } = await call('GET', '/pulls/1');
  assert.deepEqual([status, headers['x-ratelimit-remaining']], [403, '0']);
  assert.ok(Number(headers['x-ratelimit-reset']) > Date.now() / 1000);
  await forge.clock({ advance: 3601 });
  assert.equal((await call('GET', '/pulls/1')).status, 200);
  await pr.end();
  forge.stop();
});

test('writes that follow each other too fast are a violation where the seed asks for a pause', async () => {
  const pr = await quiet({ repo: { pace_ms: 60_000 } });
  const call = github_client(pr);
  await call('POST', '/issues/1/comments', { body: 'a' });
  await call('GET', '/pulls/1');
  await call.graphql('query { viewer { login } }');
  assert.deepEqual(await pr.forge.violations(pr.tenant), []);
  await call('POST', '/issues/1/comments', { body: 'b' });
  assert.deepEqual((await pr.forge.violations(pr.tenant)).map((it) => it.kind), ['pace']);
  await pr.end({ allow: [/^pace/] });
});

// --- headers ------------------------------------------------------------------------------------------------------------------

for (const [what, headers, status, says] of [
  ['no Accept', { accept: '*/*' }, 200, /Accept/], ['no version', { 'x-github-api-version': undefined }, 200, /X-GitHub-Api-Version is missing/],
  ['a version that is no more', { 'x-github-api-version': '2020-01-01' }, 400, /not supported/],
]) {
  test(`${what} is a violation`, async () => {
    const pr = await quiet();
    assert.equal((await github_client(pr)('GET', '/pulls/1', undefined, headers)).status, status);
    assert.match((await pr.forge.violations(pr.tenant))[0].text, says);
    await pr.end({ allow: [/^header/] });
  });
}

// --- faults -------------------------------------------------------------------------------------------------------------------

const comments = async (pr) => (await pr.state()).issue_comments.length;

for (const [what, fault, check] of [
  ['status', { kind: 'status', status: 503, headers: { 'retry-after': '2' } }, (it, applied) => [it.status === 503 && it.headers['retry-after'] === '2', applied === 0]],
  ['401', { kind: '401' }, (it) => [it.status === 401, it.json.message === 'Bad credentials']],
  ['html-error', { kind: 'html-error' }, (it) => [it.status === 502, /^<html>/.test(it.text), /text\/html/.test(it.headers['content-type'])]],
  ['truncated-json', { kind: 'truncated-json' }, (it, applied) => [it.status === 201, it.json === undefined, applied === 1]],
  ['lost', { kind: 'lost' }, (it, applied) => [it === 'lost', applied === 1]],
  ['lost-before', { kind: 'lost-before' }, (it, applied) => [it === 'lost', applied === 0]],
  ['cut', { kind: 'cut' }, (it, applied) => [it === 'lost', applied === 1]],
  ['slow', { kind: 'slow', ms: 200 }, (it, applied, ms) => [it.status === 201, ms >= 200]],
  ['redirect', { kind: 'redirect', status: 307 }, (it, applied) => [it.status === 307, /\/__moved\/repos\//.test(it.headers.location), applied === 0]],
  ['secondary-limit', { kind: 'secondary-limit', retry_after: 3 }, (it) => [it.status === 403, it.headers['retry-after'] === '3', /secondary rate limit/.test(it.json.message)]],
  ['secondary-limit without a header', { kind: 'secondary-limit' }, (it) => [it.status === 403, it.headers['retry-after'] === undefined]],
  ['secondary-limit with a blank header', { kind: 'secondary-limit', retry_after: '' }, (it) => [it.status === 403, it.headers['retry-after'] === '']],
  ['primary-limit with a stale header', { kind: 'primary-limit', reset: -10 }, (it) => [it.status === 403, it.headers['x-ratelimit-remaining'] === '0', Number(it.headers['x-ratelimit-reset']) < Date.now() / 1000]],
  ['429-plain', { kind: '429-plain', retry_after: 1 }, (it) => [it.status === 429, it.text === 'Retry later\n', it.headers['retry-after'] === '1']],
  ['429-json', { kind: '429-json' }, (it) => [it.status === 429, it.headers['retry-after'] === undefined]],
]) {
  test(`the fault ${what}, once, then all is well`, async () => {
    const pr = await quiet();
    const call = github_client(pr);
    await pr.faults([{ match: { method: 'POST', path: '/comments$' }, ...fault }]);
    await call('GET', '/issues/1/comments');
    const begin = Date.now();
    const answer = await call('POST', '/issues/1/comments', { body: 'b' }).catch(() => 'lost');
    const told = check(answer, await comments(pr), Date.now() - begin);
    assert.ok(told.every(Boolean), JSON.stringify([told, answer]));
    assert.equal((await call('POST', '/issues/1/comments', { body: 'b' })).status, 201);
    await pr.end();
  });
}

test('faults wait, repeat, look into bodies, and keep to their tenant', async () => {
  const [pr, other] = [await quiet(), await quiet()];
  await pr.faults([{ match: { method: 'POST', body: 'second' }, after: 1, n: 2, kind: 'status', status: 500 }]);
  const post = async (scenario, body) => (await github_client(scenario)('POST', '/issues/1/comments', { body })).status;
  assert.equal(await post(other, 'second'), 201);
  assert.deepEqual([await post(pr, 'first'), await post(pr, 'second'), await post(pr, 'second'), await post(pr, 'second'), await post(pr, 'second')], [201, 201, 500, 500, 201]);
  await pr.end();
  await other.end();
});

test('a redirect on the same host is followed and answered', async () => {
  const pr = await quiet();
  await pr.faults([{ match: { path: '/pulls/1$' }, kind: 'redirect', status: 301 }]);
  const call = github_client(pr);
  const { headers } = await call('GET', '/pulls/1');
  assert.equal((await get(headers.location, { authorization: `Bearer ${pr.token}`, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', 'user-agent': 't' })).json.number, 1);
  await pr.end();
});

test('a redirect to another host that takes the token along is a violation', async () => {
  const pr = await quiet();
  await pr.faults([{ match: { path: '/pulls/1$' }, kind: 'redirect', to: 'elsewhere' }]);
  const { headers } = await github_client(pr)('GET', '/pulls/1');
  await get(headers.location, { authorization: `Bearer ${pr.token}` });
  assert.match((await pr.forge.violations(pr.tenant))[0].text, /authorization was sent to a host/);
  await pr.end({ allow: [/^credential/] });
});

test('the world may change just before a request: the head moves', async () => {
  const pr = await quiet();
  const call = github_client(pr);
  await pr.faults([{ match: { method: 'POST', path: '/reviews' }, kind: 'seed', seed: { github: { repos: [{ owner: pr.owner, name: pr.name, pulls: [{ number: 1, head: { sha: pr.sha.merge } }] }] } } }]);
  await call('POST', '/pulls/1/reviews', { commit_id: pr.sha.head, event: 'COMMENT', body: 'b', comments: [{ path: 'a.txt', line: 1, side: 'RIGHT', body: 'late' }] });
  const [comment] = (await call('GET', '/pulls/1/comments')).json;
  assert.deepEqual([comment.line, comment.commit_id], [null, pr.sha.head]);
  await pr.end();
});

// --- secrets ------------------------------------------------------------------------------------------------------------------

test('no token is in the log; one in a URL, a body or at another forge is a violation', async () => {
  const [pr, mr] = [await quiet(), await gitlab()];
  const call = github_client(pr);
  await call('POST', '/issues/1/comments', { body: `my token is ${pr.token}` });
  await call('GET', `/pulls/1?access=${pr.token}`);
  await github_client(pr, mr.token)('GET', '/pulls/1');
  const texts = (await pr.forge.violations(pr.tenant)).filter((it) => it.kind === 'credential').map((it) => it.text);
  assert.deepEqual(texts, ['a actions token of github is in the URL or the body', 'a actions token of github is in the URL or the body', 'a project token of gitlab was sent to github']);
  const log = JSON.stringify(await pr.forge.log(pr.tenant));
  assert.ok(!log.includes(pr.token) && !log.includes(mr.token));
  assert.match(log, /my token is \[github actions\]/);
  await assert.rejects(pr.end({ allow: [/^credential/, /^contract/] }), /a token was found/, 'the comment still has it');
  await mr.end();
});
