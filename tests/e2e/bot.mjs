// `gatepost serve` for tests: the bot as a process, what it is told, and what came of it.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { after } from 'node:test';
import { github } from './harness.mjs';
import { source } from './reports.mjs';

const BINARY = process.env.GATEPOST_BINARY ?? fileURLToPath(new URL('../../build/release/src/gatepost', import.meta.url));
const PEOPLE = { ada: 'maintain', will: 'write', author: 'write' };
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const FAST = [/pace|apart|second/i]; // jobs of several changes write at the same time

const bots_alive = new Set();
after(() => bots_alive.forEach((it) => it.kill('SIGKILL'))); // of tests that failed

export class Bot {
  constructor(scenario, { args = [], env = {} } = {}) {
    this.secret = randomBytes(16).toString('hex');
    this.args = args;
    const { server, api, graphql } = scenario.addresses();
    const forge = scenario.system === 'gitlab' ? { CI_SERVER_URL: server, CI_API_V4_URL: api, GATEPOST_GITLAB_TOKEN: scenario.token, GATEPOST_GITLAB_WEBHOOK_TOKEN: this.secret } : { GITHUB_SERVER_URL: server, GITHUB_API_URL: api, GITHUB_GRAPHQL_URL: graphql };
    this.env = {
      PATH: process.env.PATH, HOME: scenario.folder, TMPDIR: join(scenario.folder, 'temp'), ...forge, GATEPOST_ALLOW_PLAIN_HTTP: '1',
      GATEPOST_GITHUB_WEBHOOK_SECRET: this.secret, GATEPOST_JIRA_WEBHOOK_SECRET: this.secret, GATEPOST_LINEAR_WEBHOOK_SECRET: this.secret,
      ...(scenario.system === 'gitlab' ? {} : scenario.app ? { GATEPOST_APP_ID: String(scenario.app.id), GATEPOST_APP_PRIVATE_KEY: scenario.privateKey } : { GATEPOST_GITHUB_TOKEN: scenario.token }), ...env,
    };
    this.said = '';
  }

  async start() {
    this.child = spawn(BINARY, ['--log-level', 'info', 'serve', '--listen', '127.0.0.1:0', '--lease', '5', ...this.args], { env: this.env, stdio: ['ignore', 'ignore', 'pipe'] });
    const child = this.child;
    bots_alive.add(child);
    this.ended = new Promise((done) => child.on('exit', (code, signal) => done({ code, signal })));
    let text = '';
    this.port = await new Promise((done, fail) => {
      child.stderr.on('data', (part) => {
        text += part;
        this.said += part;
        const found = /listening on 127\.0\.0\.1:(\d+)/.exec(text);
        if (found) done(Number(found[1]));
      });
      child.on('exit', (code) => fail(new Error(`the bot ended with ${code}: ${text}`)));
    });
    return this;
  }

  end(signal) {
    this.child.kill(signal);
    return this.ended;
  }

  async post(path, headers, body) {
    const text = JSON.stringify(body);
    const signature = createHmac('sha256', this.secret).update(text).digest('hex');
    const signed = path === '/github' ? { 'x-hub-signature-256': `sha256=${signature}` } : path === '/gitlab' ? { 'x-gitlab-token': this.secret } : path === '/jira' ? { 'x-hub-signature': `sha256=${signature}` } : { 'linear-signature': signature };
    return (await fetch(`http://127.0.0.1:${this.port}${path}`, { method: 'POST', headers: { 'content-type': 'application/json', ...signed, ...headers }, body: text })).status;
  }

  async get(path) {
    const answer = await fetch(`http://127.0.0.1:${this.port}${path}`);
    return { status: answer.status, text: await answer.text() };
  }

  async jobs() {
    const { text } = await this.get('/metrics');
    return Object.fromEntries([...text.matchAll(/^gatepost_queue_jobs\{state="(\w+)"\} (\d+)$/gm)].map((it) => [it[1], Number(it[2])]));
  }

  // Nothing waits and nothing runs.
  async idle(seconds = 90) {
    for (const until = Date.now() + seconds * 1000; Date.now() < until; await sleep(200)) {
      const { waiting, running } = await this.jobs();
      if (waiting + running === 0) return;
    }
    assert.fail(`the queue is not empty: ${JSON.stringify(await this.jobs())}\n${this.said}`);
  }
}

let next_comment = 950_000;

// A comment at the forge, and its webhook.
export async function comment_on(pr, login, body, number = pr.number) {
  const id = (next_comment += 1);
  const at = '2026-11-20T10:00:00Z';
  await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, issue_comments: [{ issue: number, user: login, body, id, created_at: at, updated_at: at }] }] } });
  pr.event = 'issue_comment';
  const { repository, sender } = pr.event_file();
  return {
    delivery: randomUUID(),
    event: {
      action: 'created', issue: { number, state: 'open', user: { login: 'author', id: 101, type: 'User' }, pull_request: { url: 'https://forge.example/pull' } },
      comment: { id, body, user: { login, id: 1, type: 'User' }, created_at: at, updated_at: at, author_association: 'MEMBER' }, repository, sender: { ...sender, login },
    },
  };
}
export const tell = (bot, comment) => bot.post('/github', { 'x-github-event': 'issue_comment', 'x-github-delivery': comment.delivery }, comment.event);
export const SERVICES = ['services:', '  - {name: cart, paths: [app.py]}', ''].join('\n');
export const BASE = { 'app.py': source(30), '.gatepost.yml': 'version: 1\n', '.gatepost/services.yml': SERVICES };
export const scene = (more = {}) => github({
  base: BASE, change: { 'app.py': source(30, [5]) },
  repo: { collaborators: PEOPLE }, users: Object.keys(PEOPLE).filter((it) => it !== 'author').map((login, i) => ({ login, id: 200 + i })), ...more,
});
export const store_of = (pr) => `sqlite:${pr.folder}/temp/ledger.db`;
export const queue_of = (pr) => `sqlite:${pr.folder}/temp/queue.db`;
export const answers = async (pr) => (await pr.state()).issue_comments.map((it) => it.body).filter((it) => it.includes('gatepost:answer'));
export const commands = async (pr) => JSON.parse((await pr.gatepost(['ledger', 'log', '--json', '--type', 'command', '--store', store_of(pr)])).stdout);

// The forge's git: the repository of the scenario, its default branch at main. The address of the server.
export function git_server(scenario) {
  const { git_dir } = scenario.origin;
  spawnSync('git', ['symbolic-ref', 'HEAD', 'refs/heads/main'], { cwd: git_dir });
  const server = createServer((request, response) => {
    assert.equal(request.url, `/${scenario.tenant}.git/git-upload-pack`);
    const child = spawn('git', ['upload-pack', '--stateless-rpc', git_dir], { env: { PATH: process.env.PATH, HOME: scenario.folder, GIT_PROTOCOL: request.headers['git-protocol'] }, stdio: ['pipe', 'pipe', 'inherit'] });
    response.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result' });
    request.pipe(child.stdin);
    child.stdout.pipe(response);
  });
  return new Promise((done) => server.unref().listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${server.address().port}`)));
}

// A server of its own, on a Unix socket; undefined where none is installed.
export function postgresql() {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql').sort() : [];
  const programs = versions.length ? `/usr/lib/postgresql/${versions.at(-1)}/bin` : '';
  if (!programs || !existsSync(`${programs}/initdb`)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'gatepost-pg-'));
  chmodSync(folder, 0o777);
  const as = process.getuid() === 0 ? ['/usr/sbin/runuser', '-u', 'postgres', '--'] : [];
  const started = (output, command) => {
    const [program, ...args] = [...as, ...command];
    const done = spawnSync(program, args, { encoding: 'utf8', cwd: folder, env: { PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8' }, stdio: ['ignore', output, 'pipe'] });
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  const run = (...command) => started('ignore', command);
  run(`${programs}/initdb`, '-D', `${folder}/data`, '-A', 'trust', '-U', 'postgres', '--no-sync');
  run(`${programs}/pg_ctl`, '-D', `${folder}/data`, '-w', '-l', `${folder}/log`, '-o', `-c listen_addresses='' -c unix_socket_directories=${folder} -c fsync=off -c shared_buffers=32MB`, 'start');
  const stop = () => {
    if (!existsSync(folder)) return;
    spawnSync([...as, `${programs}/pg_ctl`][0], [...as, `${programs}/pg_ctl`].slice(1).concat(['-D', `${folder}/data`, '-m', 'immediate', 'stop']), { cwd: '/' });
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', stop);
  const address_of = (database) => `postgresql:///${database}?host=${folder}&user=postgres`;
  // What psql says to a statement.
  const ask = (database, sql) => started('pipe', [`${programs}/psql`, '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-Atc', sql, address_of(database)]);
  return { address: address_of('postgres'), address_of, ask, stop };
}
