// The bot as docs/bot.md has it run: secrets in files, and the proxy of examples/bot before it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { request } from 'node:https';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after, describe, test } from 'node:test';
import { github } from './harness.mjs';
import { source } from './reports.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BINARY = process.env.GATEPOST_BINARY ?? join(ROOT, 'build/release/src/gatepost');
const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx'].find(existsSync);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const alive = new Set();
after(() => alive.forEach((it) => it.kill('SIGKILL'))); // of tests that failed

const scene = (more = {}) => github({ base: { 'app.py': source(30), '.gatepost.yml': 'version: 1\n' }, change: { 'app.py': source(30, [5]) }, repo: { collaborators: { will: 'write' } }, users: [{ login: 'will', id: 201 }], ...more });

// Variables NAME_FILE for {NAME: text}, in a folder that only we may read.
function files_of(pr, secrets) {
  const folder = join(pr.folder, 'temp', 'secrets');
  mkdirSync(folder, { mode: 0o700 });
  return Object.fromEntries(Object.entries(secrets).map(([name, text]) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return [`${name}_FILE`, join(folder, name)];
  }));
}

async function bot(pr, secrets, port = 0) {
  const { server, api, graphql } = pr.addresses();
  const env = { PATH: process.env.PATH, HOME: pr.folder, TMPDIR: join(pr.folder, 'temp'), GITHUB_SERVER_URL: server, GITHUB_API_URL: api, GITHUB_GRAPHQL_URL: graphql, GATEPOST_ALLOW_PLAIN_HTTP: '1', ...files_of(pr, secrets) };
  const store = join(pr.folder, 'temp');
  const child = spawn(BINARY, ['--log-level', 'info', 'serve', '--listen', `127.0.0.1:${port}`, '--queue', `sqlite:${store}/queue.db`, '--store', `sqlite:${store}/ledger.db`], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  alive.add(child);
  const it = { said: '', ended: new Promise((done) => child.on('exit', (code) => done(code))) };
  it.port = await new Promise((done, fail) => {
    child.stderr.on('data', (part) => {
      it.said += part;
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(it.said);
      if (found) done(Number(found[1]));
    });
    child.on('exit', (code) => fail(new Error(`the bot ended with ${code}: ${it.said}`)));
  });
  it.end = () => {
    child.kill('SIGTERM');
    return it.ended;
  };
  it.metrics = async () => (await fetch(`http://127.0.0.1:${it.port}/metrics`)).text();
  it.idle = async () => {
    for (const until = Date.now() + 90_000; Date.now() < until; await sleep(200)) {
      if (/state="waiting"\} 0\n.*state="running"\} 0\n/.test(await it.metrics())) return;
    }
    assert.fail(it.said);
  };
  return it;
}

const hmac = (secret, text) => createHmac('sha256', secret).update(text).digest('hex');
// What proves a body, by path.
const PROOFS = {
  '/github': (secret, body) => ({ 'x-github-event': 'ping', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': `sha256=${hmac(secret, body)}` }),
  '/gitlab': (secret) => ({ 'x-gitlab-event': 'Push Hook', 'x-gitlab-event-uuid': randomUUID(), 'x-gitlab-token': secret }),
  '/jira': (secret, body) => ({ 'x-atlassian-webhook-identifier': randomUUID(), 'x-hub-signature': `sha256=${hmac(secret, body)}` }),
  '/linear': (secret, body) => ({ 'linear-event': 'Issue', 'linear-delivery': randomUUID(), 'linear-signature': hmac(secret, body) }),
};
const body_for = () => JSON.stringify({ zen: 'x', webhookEvent: 'ping', object_kind: 'push', type: 'Comment', action: 'create', webhookTimestamp: Date.now() });
const post = async (url, path, secret) => {
  const body = body_for();
  return (await fetch(url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...PROOFS[path](secret, body) }, body })).status;
};

// A comment at the forge, and the delivery that tells of it.
async function comment(pr, text) {
  const id = 970_001;
  const at = '2026-11-20T10:00:00Z';
  await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, issue_comments: [{ issue: pr.number, user: 'will', body: text, id, created_at: at, updated_at: at }] }] } });
  pr.event = 'issue_comment';
  const { repository, sender } = pr.event_file();
  return JSON.stringify({
    action: 'created', issue: { number: pr.number, state: 'open', user: { login: 'author', id: 101, type: 'User' }, pull_request: { url: 'https://forge.example/pull' } },
    comment: { id, body: text, user: { login: 'will', id: 1, type: 'User' }, created_at: at, updated_at: at, author_association: 'MEMBER' }, repository, sender: { ...sender, login: 'will' },
  });
}
const answers = async (pr) => (await pr.state()).issue_comments.map((it) => it.body).filter((it) => it.includes('gatepost:answer'));

const free_port = () => new Promise((done) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

describe('the bot where it lives', { concurrency: 2 }, () => {
  test('every kind of secret comes from a file; several webhook secrets stand one a line, however the lines end', async () => {
    const pr = await scene({ app: true, token: null });
    const of = Object.fromEntries(['github', 'gitlab', 'jira', 'linear'].map((it) => [it, [0, 1].map(() => pr.secret(randomBytes(16).toString('hex')))]));
    const it = await bot(pr, {
      GATEPOST_GITHUB_WEBHOOK_SECRET: `${of.github[0]}\n${of.github[1]}\n`, GATEPOST_GITLAB_WEBHOOK_TOKEN: `${of.gitlab.join('\r\n')}\r\n`,
      GATEPOST_JIRA_WEBHOOK_SECRET: `\n  ${of.jira[0]}  \n\n${of.jira[1]}`, GATEPOST_LINEAR_WEBHOOK_SECRET: of.linear.join('\n'),
      GATEPOST_APP_ID: `${pr.app.id}\n`, GATEPOST_APP_PRIVATE_KEY: pr.privateKey,
    });
    const url = `http://127.0.0.1:${it.port}`;
    for (const [name, secrets] of Object.entries(of)) {
      const said = [];
      for (const secret of [...secrets, `${secrets[0]}\n${secrets[1]}`.replace('\n', ''), '']) said.push(await post(url, `/${name}`, secret));
      assert.deepEqual(said, [202, 202, 401, 401], `${name}: ${it.said}`);
    }
    const body = await comment(pr, '/gatepost help');
    const headers = { 'content-type': 'application/json', ...PROOFS['/github'](of.github[1], body), 'x-github-event': 'issue_comment' };
    assert.equal((await fetch(`${url}/github`, { method: 'POST', headers, body })).status, 202);
    await it.idle();
    assert.equal((await answers(pr)).length, 1, it.said);
    assert.ok(!it.said.includes('everybody'), it.said);
    assert.equal(await it.end(), 0);
    pr.texts.push({ what: 'the bot', text: it.said });
    spawnSync('rm', ['-r', join(pr.folder, 'temp', 'secrets')]);
    await pr.end();
  });

  test('behind the proxy of examples/bot: webhooks come through TLS, nothing else does', { skip: NGINX ? false : 'there is no nginx here' }, async () => {
    const pr = await scene();
    const secret = pr.secret(randomBytes(16).toString('hex'));
    const it = await bot(pr, { GATEPOST_GITHUB_WEBHOOK_SECRET: secret, GATEPOST_GITHUB_TOKEN: pr.token });
    const folder = join(pr.folder, 'temp', 'proxy');
    mkdirSync(folder);
    const openssl = (...args) => assert.equal(spawnSync('openssl', args, { cwd: folder, encoding: 'utf8' }).status, 0, args.join(' '));
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=an authority of this test');
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'tls-key', '-out', 'request.pem', '-subj', '/CN=localhost');
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
    openssl('x509', '-req', '-in', 'request.pem', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', 'tls-certificate');
    const port = await free_port();
    const moved = readFileSync(join(ROOT, 'examples/bot/nginx.conf'), 'utf8').replaceAll('/tmp/', `${folder}/`).replaceAll('/run/secrets/', `${folder}/`).replace('listen 8443', `listen 127.0.0.1:${port}`).replace('http://bot:8080', `http://127.0.0.1:${it.port}`);
    assert.equal(moved.match(/127\.0\.0\.1:/g).length, 2, 'the example has other addresses than the test knows');
    writeFileSync(join(folder, 'nginx.conf'), moved);
    const log = openSync(join(folder, 'log'), 'a'); // a file: /dev/stdout cannot be opened when it is node's socket
    const nginx = spawn(NGINX, ['-e', 'stderr', '-c', join(folder, 'nginx.conf'), '-g', 'daemon off;'], { stdio: ['ignore', log, log] });
    alive.add(nginx);
    const said = () => readFileSync(join(folder, 'log'), 'utf8');
    const ca = readFileSync(join(folder, 'ca.pem'));
    const ask = (method, path, headers = {}, body = '') => new Promise((done) => {
      const call = request({ host: 'localhost', port, method, path, headers, ca, agent: false }, (answer) => {
        answer.resume();
        answer.on('end', () => done(answer.statusCode));
      });
      call.on('error', (error) => done(error.code));
      call.end(body);
    });
    for (let i = 0; i < 100 && (await ask('GET', '/')) !== 404; i += 1) await sleep(100);

    for (const path of ['/metrics', '/healthz', '/readyz', '/', '/github/x', '/GITHUB', '/github/../metrics', '//metrics']) assert.equal(await ask('GET', path), 404, `${path}: ${said()}`);
    assert.equal(await ask('GET', '/github'), 403);
    assert.equal(await ask('POST', '/metrics', { 'content-type': 'application/json' }, '{}'), 404);
    const body = await comment(pr, '/gatepost help');
    const headers = { 'content-type': 'application/json', ...PROOFS['/github'](secret, body), 'x-github-event': 'issue_comment' };
    assert.equal(await ask('POST', '/github', { ...headers, 'x-hub-signature-256': `sha256=${hmac('x', body)}` }, body), 401);
    assert.equal(await ask('POST', '/github', headers, body), 202, said());
    assert.equal(await ask('POST', '/jira', { 'content-type': 'application/json' }, '{}'), 404, 'a sender without a secret');
    const large = `{"a":"${'x'.repeat(26 << 20)}"}`;
    assert.ok([413, 'EPIPE', 'ECONNRESET'].includes(await ask('POST', '/github', { ...headers, 'content-length': large.length }, large)));
    assert.notEqual((await it.metrics()).match(/gatepost_deliveries_total\{sender="github",result="accepted"\} (\d+)/)?.[1], undefined);
    await it.idle();
    assert.equal((await answers(pr)).length, 1, it.said);
    nginx.kill('SIGQUIT');
    assert.equal(await it.end(), 0);
    spawnSync('rm', ['-r', folder, join(pr.folder, 'temp', 'secrets')]);
    await pr.end();
  });
});
