// End-to-end tests: the gatepost binary in a CI job of an emulated forge. README.md tells how to use it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { check_out, Origin, write_files } from './repository.mjs';

const EMULATORS = fileURLToPath(new URL('../emulators/', import.meta.url));
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const BINARY = process.env.GATEPOST_BINARY ?? join(ROOT, 'build/release/src/gatepost');
const RUN_SECONDS = 120;
const WRITE_PAUSE_MS = 500; // gatepost writes at most once a second; less here, because the emulators of a busy machine are late
const LARGEST_FILE_SEARCHED = 16 * 1024 * 1024;

export const WRITE_PERMISSIONS = { contents: 'read', 'pull-requests': 'write', checks: 'write', statuses: 'write', 'security-events': 'write' };
export const READ_PERMISSIONS = { contents: 'read', 'pull-requests': 'read', checks: 'read', statuses: 'read' };

// --- the emulators ------------------------------------------------------------------------------------------------------------

export class Emulators {
  static async start() {
    const child = spawn(process.execPath, [join(EMULATORS, 'server.mjs')], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, GATEPOST_EMULATOR_WATCH_STDIN: '1' } });
    const line = await new Promise((done, fail) => {
      let text = '';
      child.stdout.on('data', (part) => {
        text += part;
        if (text.includes('\n')) done(text);
      });
      child.on('exit', (code) => fail(new Error(`the emulators ended with code ${code}; were the packages of tests/emulators installed (npm ci)?`)));
    });
    // They never keep the tests from ending, and end with them.
    for (const it of [child, child.stdout, child.stdin]) it.unref?.();
    process.on('exit', () => child.kill());
    return new Emulators(child, JSON.parse(line));
  }

  constructor(child, addresses) {
    this.child = child;
    this.addresses = addresses;
  }

  async ask(method, path, body) {
    const answer = await fetch(`${this.addresses.control}/${path}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
    const value = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}`);
    return value;
  }

  seed(data) { return this.ask('POST', 'seed', data); }
  reset() { return this.ask('POST', 'reset'); }
  faults(tenant, list) { return this.ask('POST', `faults?tenant=${encodeURIComponent(tenant)}`, list); }
  clock(change) { return this.ask('POST', 'clock', change); }
  log(tenant) { return this.ask('GET', `log?tenant=${encodeURIComponent(tenant)}`); }
  violations(tenant) { return this.ask('GET', `violations?tenant=${encodeURIComponent(tenant)}`); }
  async state(system, tenant) { return (await this.ask('GET', `state?tenant=${encodeURIComponent(tenant)}`))[system][tenant]; }
  secrets() { return this.ask('GET', 'secrets'); }

  stop() {
    this.child.stdin.end();
    this.child.kill();
  }
}

let shared_emulators;

// One process of emulators for all scenarios of a test file; stops with it.
export function emulators() {
  shared_emulators ??= Emulators.start();
  return shared_emulators;
}

// --- a scenario -----------------------------------------------------------------------------------------------------------------

let scenarios = 0;
const folders = new Set();
process.on('exit', () => folders.forEach(remove)); // of scenarios that a failed test left
process.setMaxListeners(100);

function remove(folder) {
  folders.delete(folder);
  if (!process.env.GATEPOST_E2E_KEEP) rmSync(folder, { recursive: true, force: true });
}
const new_token = (prefix) => `${prefix}${randomBytes(16).toString('hex')}`;

class Scenario {
  constructor(system, forge, options) {
    scenarios += 1;
    this.system = system;
    this.forge = forge;
    this.options = options;
    this.serial = scenarios;
    this.folder = mkdtempSync(join(tmpdir(), 'gatepost-e2e-'));
    folders.add(this.folder);
    this.origin = new Origin(this.folder);
    this.secrets = [];
    this.texts = []; // all that gatepost ever said, for the search for secrets
    this.runNumber = 1;
    this.attempt = 1;
    for (const name of ['home', 'temp']) mkdirSync(join(this.folder, name));
    const { base = { 'README.md': 'shop\n' }, change = {}, on_base, branch = 'change' } = options;
    this.branch = branch;
    this.sha = {};
    this.sha.fork_point = this.origin.commit('main', base, 'Begin');
    this.sha.head = this.origin.commit(branch, change, options.message ?? 'Change', this.sha.fork_point);
    this.sha.base = on_base ? this.origin.commit('main', on_base, 'Meanwhile on main') : this.sha.fork_point;
  }

  secret(value) {
    this.secrets.push(value);
    return value;
  }

  // More commits on the branch of the change. force: the branch begins again at the fork point.
  async push(changes, { force = false, message = 'More' } = {}) {
    const from = force ? this.sha.fork_point : undefined;
    this.sha.head = this.origin.commit(this.branch, changes, message, from);
    return this.moved();
  }

  // More commits on the base branch.
  async push_base(changes) {
    this.sha.base = this.origin.commit('main', changes, 'Later on main');
    return this.moved();
  }

  async moved() {
    this.runNumber += 1;
    this.attempt = 1;
    this.make_merge();
    await this.seed_change();
    this.prepare();
  }

  // The same commit again, as "re-run job" does.
  rerun() {
    this.attempt += 1;
    this.prepare();
  }

  // Puts the work tree and the files of the job in place.
  prepare() {
    if (this.options.checkout === false) mkdirSync(this.workspace, { recursive: true });
    else check_out(this.origin, this.workspace, this.checkout());
    write_files(this.workspace, this.options.reports);
    this.env = this.environment();
  }

  // Files in the work tree that the job's scanners would have written.
  write(files) {
    write_files(this.workspace, files);
  }

  faults(list) {
    return this.forge.faults(this.tenant, list);
  }

  // Runs gatepost with these arguments in the job. inputs: of the action, as GATEPOST_INPUT_*.
  async gatepost(args, { env = {}, inputs = {}, stdin = '', seconds = RUN_SECONDS, binary = BINARY } = {}) {
    const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`GATEPOST_INPUT_${name.toUpperCase().replace(/-/g, '_')}`, String(value)]));
    const before = (await this.forge.log(this.tenants())).length;
    const begin = Date.now();
    const done = await run(binary, args, { cwd: this.workspace, env: without_undefined({ ...this.env, ...given, ...env }), stdin, seconds });
    const log = (await this.forge.log(this.tenants())).slice(before);
    this.texts.push({ what: 'standard output', text: done.stdout }, { what: 'standard error', text: done.stderr });
    return {
      ...done, ms: Date.now() - begin, outputs: this.read_outputs(), summary: this.read('summary.md'), log, writes: log.filter((it) => it.write),
      state: await this.state(), violations: await this.forge.violations(this.tenants()),
    };
  }

  // The log and the violations are those of the fork, too.
  tenants() {
    const fork = this.fork && `${this.fork}/${this.tenant.split('/')[1]}`;
    return [this.tenant, fork].filter(Boolean).join(',');
  }

  state() {
    return this.forge.state(this.system, this.tenant);
  }

  read(name) {
    const file = join(this.folder, 'temp', name);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }

  // A file of the work tree, e.g. of the output folder.
  file(path) {
    return readFileSync(join(this.workspace, path), 'utf8');
  }

  read_outputs() {
    return parse_outputs(this.read('output'));
  }

  // Nothing was violated and no token is anywhere. allow: regular expressions of violations that the test provokes.
  async end({ allow = [] } = {}) {
    try {
      const violations = await this.forge.violations(this.tenants());
      const unexpected = violations.filter((it) => !allow.some((one) => one.test(`${it.kind}: ${it.text}`)));
      assert.deepEqual(unexpected, [], 'the forge was addressed against its rules');
      await this.search_secrets();
    } finally {
      remove(this.folder);
    }
  }

  async search_secrets() {
    const secrets = [...this.secrets, ...(await this.forge.secrets())];
    const places = [...this.texts, { what: 'the log of the forge', text: JSON.stringify(await this.forge.log(this.tenants())) }, { what: 'the state of the forge', text: JSON.stringify(await this.state()) }];
    for (const file of files_below(this.workspace).concat(files_below(join(this.folder, 'temp')), files_below(join(this.folder, 'home')))) {
      if (lstatSync(file).size <= LARGEST_FILE_SEARCHED) places.push({ what: file, text: readFileSync(file, 'latin1') });
    }
    const found = places.filter((place) => secrets.some((it) => place.text.includes(it))).map((it) => it.what);
    assert.deepEqual(found, [], 'a token was found');
  }
}

function files_below(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((it) => {
    const path = join(folder, it.name);
    if (it.isDirectory()) return it.name === '.git' ? [] : files_below(path);
    return it.isFile() ? [path] : [];
  });
}

const without_undefined = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined && value !== null));

export function run(binary, args, { cwd, env, stdin = '', seconds = RUN_SECONDS }) {
  return new Promise((done, fail) => {
    const child = spawn(binary, args, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
    const parts = { stdout: [], stderr: [] };
    for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => parts[name].push(part));
    const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
    child.on('error', fail);
    child.stdin.on('error', () => {}); // it may end without reading
    child.stdin.end(stdin);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const text = (name) => Buffer.concat(parts[name]).toString('utf8');
      done({ code, signal, stdout: text('stdout'), stderr: text('stderr') });
    });
  });
}

// The step outputs as the runner reads them: name=value, or name<<DELIMITER, lines, DELIMITER. Throws where the runner does.
export function parse_outputs(text) {
  const outputs = {};
  const lines = text.split('\n');
  while (lines.length) {
    const line = lines.shift();
    if (line === '') continue;
    const equals = line.indexOf('=');
    const heredoc = line.indexOf('<<');
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      outputs[line.slice(0, equals)] = line.slice(equals + 1);
      continue;
    }
    if (heredoc < 1) throw new Error(`not an output: ${line}`);
    const [name, delimiter] = [line.slice(0, heredoc), line.slice(heredoc + 2)];
    const end = lines.indexOf(delimiter);
    if (end < 0 || delimiter === '') throw new Error(`the output ${name} has no end`);
    outputs[name] = lines.splice(0, end).join('\n');
    lines.shift();
  }
  return outputs;
}

// --- GitHub -------------------------------------------------------------------------------------------------------------------------

class GitHubScenario extends Scenario {
  constructor(forge, options) {
    super('github', forge, options);
    this.event = options.event ?? 'pull_request';
    this.number = options.number ?? 1;
    this.owner = options.owner ?? 'acme';
    this.tenant = `${this.owner}/${options.name ?? `shop-${this.serial}-${process.pid}`}`;
    this.fork = options.fork ? (options.fork === true ? 'stranger' : options.fork) : null;
    this.name = this.tenant.split('/')[1];
    this.workspace = join(this.folder, 'work', this.name, this.name);
    this.run_id = 5_000_000_000 + this.serial;
    this.make_merge();
  }

  make_merge() {
    this.sha.merge = this.origin.merge(this.sha.base, this.sha.head, `Merge ${this.sha.head} into ${this.sha.base}`);
    this.origin.ref(`refs/pull/${this.number}/head`, this.sha.head);
    this.origin.ref(`refs/pull/${this.number}/merge`, this.sha.merge);
  }

  async seed() {
    const { options } = this;
    const settings = { owner: this.owner, name: this.name, id: 7_000_000_000 + this.serial, git_dir: this.origin.git_dir, pace_ms: WRITE_PAUSE_MS, ...options.repo };
    const repos = [settings];
    if (this.fork) repos.push({ owner: this.fork, name: this.name, id: 8_000_000_000 + this.serial, git_dir: this.origin.git_dir, fork_of: this.tenant, private: false });
    await this.forge.seed({ github: { repos, tokens: this.make_tokens(), apps: this.make_app(), organisations: options.organisations ?? [], users: [{ login: 'author', id: 101 }, ...(options.users ?? [])] } });
    await this.seed_change();
  }

  make_tokens() {
    const { token } = this.options;
    if (token === null) return [];
    const permissions = this.fork && this.event === 'pull_request' ? READ_PERMISSIONS : WRITE_PERMISSIONS;
    const prefix = { actions: 'ghs_', installation: 'ghs_', pat: 'ghp_', 'fine-grained': 'github_pat_' }[token?.kind ?? 'actions'];
    this.token = this.secret(new_token(prefix));
    return [{ kind: 'actions', permissions, repositories: [this.tenant], ...token, token: this.token }];
  }

  // app: true, or {permissions}: a GitHub App is installed, and the job knows its key.
  make_app() {
    const { app } = this.options;
    if (!app) return [];
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    this.privateKey = privateKey;
    privateKey.split('\n').filter((it) => it && !it.startsWith('-')).forEach((it) => it.length > 20 && this.secret(it));
    this.app = { id: 90_000 + this.serial, slug: `gatepost-app-${this.serial}`, client_id: `Iv1.${randomBytes(8).toString('hex')}`, public_key: publicKey };
    const permissions = { contents: 'read', pull_requests: 'write', checks: 'write', statuses: 'write', security_events: 'write', metadata: 'read', ...app.permissions };
    this.installation = 70_000 + this.serial;
    return [{ ...this.app, installations: [{ id: this.installation, repositories: [this.tenant], permissions }] }];
  }

  async seed_change() {
    const pull = {
      number: this.number, title: this.options.title ?? 'A change', user: 'author', head: { sha: this.sha.head, ref: this.branch, repo: this.head_repository() }, base: { sha: this.sha.base, ref: 'main' },
      merge_commit_sha: this.sha.merge, ...this.options.pull,
    };
    await this.forge.seed({ github: { repos: [{ owner: this.owner, name: this.name, pulls: [pull] }] } });
  }

  head_repository() {
    return this.fork ? `${this.fork}/${this.name}` : this.tenant;
  }

  // What the workflow run is about: the commit checked out, and its ref.
  subject() {
    const queue = `gh-readonly-queue/main/pr-${this.number}-${this.sha.base}`;
    return {
      pull_request: { sha: this.sha.merge, ref: `refs/pull/${this.number}/merge`, name: `${this.number}/merge` },
      pull_request_target: { sha: this.sha.base, ref: 'refs/heads/main', name: 'main' },
      issue_comment: { sha: this.sha.base, ref: 'refs/heads/main', name: 'main' },
      workflow_run: { sha: this.sha.base, ref: 'refs/heads/main', name: 'main' },
      push: { sha: this.sha.base, ref: 'refs/heads/main', name: 'main' },
      merge_group: { sha: this.sha.merge, ref: `refs/heads/${queue}`, name: queue },
    }[this.event];
  }

  checkout() {
    const { sha, ref } = this.subject();
    const depth = this.options.depth ?? 1;
    const local = ref.replace(/^refs\/pull\//, 'refs/remotes/pull/').replace(/^refs\/heads\//, 'refs/remotes/origin/');
    const refspecs = depth === 'full' ? ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*', `+${sha}:${local}`] : [`+${sha}:${local}`];
    const { enterprise } = this.options;
    return { refspecs: [...new Set(refspecs)], at: this.options.at_head ? this.sha.head : sha, depth, url: `${this.addresses().server}/${this.tenant}`, enterprise };
  }

  addresses() {
    const { github } = this.forge.addresses;
    return this.options.enterprise ? { server: github.server, api: github.enterprise_api, graphql: github.enterprise_graphql } : github;
  }

  environment() {
    const { sha, ref, name } = this.subject();
    const { server, api, graphql } = this.addresses();
    const temp = join(this.folder, 'temp');
    for (const it of ['output', 'summary.md', 'env', 'path', 'state']) writeFileSync(join(temp, it), '');
    writeFileSync(join(temp, 'event.json'), JSON.stringify(this.event_file(), null, 1));
    const of_pull = this.event === 'pull_request' || this.event === 'pull_request_target';
    return {
      PATH: process.env.PATH, HOME: join(this.folder, 'home'), LANG: 'C.UTF-8', CI: 'true', GITHUB_ACTIONS: 'true', GITHUB_SERVER_URL: server, GITHUB_API_URL: api, GITHUB_GRAPHQL_URL: graphql, GITHUB_REPOSITORY: this.tenant,
      GITHUB_REPOSITORY_ID: String(7_000_000_000 + this.serial), GITHUB_REPOSITORY_OWNER: this.owner, GITHUB_REPOSITORY_OWNER_ID: '1000', GITHUB_REPOSITORY_VISIBILITY: 'private', GITHUB_SHA: sha, GITHUB_REF: ref, GITHUB_REF_NAME: name, GITHUB_REF_TYPE: 'branch', GITHUB_REF_PROTECTED: 'false',
      GITHUB_HEAD_REF: of_pull ? this.branch : '', GITHUB_BASE_REF: of_pull ? 'main' : '', GITHUB_EVENT_NAME: this.event, GITHUB_EVENT_PATH: join(temp, 'event.json'), GITHUB_WORKSPACE: this.workspace, GITHUB_RUN_ID: String(this.run_id),
      GITHUB_RUN_NUMBER: String(this.runNumber), GITHUB_RUN_ATTEMPT: String(this.attempt), GITHUB_RETENTION_DAYS: '90', GITHUB_WORKFLOW: 'CI', GITHUB_WORKFLOW_REF: `${this.tenant}/.github/workflows/ci.yml@${ref}`, GITHUB_WORKFLOW_SHA: sha, GITHUB_JOB: 'gatepost', GITHUB_ACTION: '__run',
      GITHUB_ACTOR: 'author', GITHUB_ACTOR_ID: '101', GITHUB_TRIGGERING_ACTOR: 'author', GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary.md'), GITHUB_ENV: join(temp, 'env'), GITHUB_PATH: join(temp, 'path'), GITHUB_STATE: join(temp, 'state'),
      RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64', RUNNER_NAME: 'runner', RUNNER_ENVIRONMENT: 'github-hosted', RUNNER_TEMP: temp, RUNNER_TOOL_CACHE: temp,
      ...(this.app ? { GATEPOST_APP_ID: String(this.app.id), GATEPOST_APP_PRIVATE_KEY: this.privateKey } : {}), ...(this.token ? { GITHUB_TOKEN: this.token } : {}), ...this.options.env,
    };
  }

  event_file() {
    const repository = { id: 7_000_000_000 + this.serial, name: this.name, full_name: this.tenant, private: true, fork: false, owner: { login: this.owner, id: 1000, type: 'Organization' }, default_branch: 'main', html_url: `${this.addresses().server}/${this.tenant}`, url: `${this.addresses().api}/repos/${this.tenant}` };
    const head_repository = this.fork ? { ...repository, id: 8_000_000_000 + this.serial, full_name: this.head_repository(), private: false, fork: true, owner: { login: this.fork, id: 1001, type: 'User' } } : repository;
    const sender = { login: 'author', id: 101, type: 'User' };
    const common = { repository, sender, organization: { login: this.owner, id: 1000 } };
    switch (this.event) {
      case 'pull_request':
      case 'pull_request_target':
        return { ...this.pull_event(repository, head_repository), ...this.options.payload };
      case 'merge_group':
        return { action: 'checks_requested', merge_group: { head_sha: this.sha.merge, head_ref: this.subject().ref, base_sha: this.sha.base, base_ref: 'refs/heads/main', head_commit: { id: this.sha.merge } }, ...common, ...this.options.payload };
      case 'push':
        return { ref: 'refs/heads/main', before: this.sha.fork_point, after: this.sha.base, created: false, deleted: false, forced: false, commits: [], head_commit: { id: this.sha.base }, pusher: { name: 'author' }, ...common, ...this.options.payload };
      case 'workflow_run':
        return { action: 'completed', workflow: { id: 1, name: 'CI', path: '.github/workflows/ci.yml' }, workflow_run: this.workflow_run(head_repository), ...common, ...this.options.payload };
      default:
        return { ...common, ...this.options.payload };
    }
  }

  // The sample of the vendor with our facts in it: the many members that we do not read are there as in life.
  pull_event(repository, head_repository) {
    const samples = createRequire(join(EMULATORS, 'package.json'))('@octokit/webhooks-examples').find((it) => it.name === 'pull_request').examples;
    const event = structuredClone(samples.find((it) => it.action === 'synchronize'));
    const side = (sample, repo, sha, ref) => ({ ...sample, label: `${repo.owner.login}:${ref}`, ref, sha, repo: { ...sample.repo, ...repo }, user: { ...sample.user, ...repo.owner } });
    Object.assign(event, { action: this.runNumber === 1 ? 'opened' : 'synchronize', number: this.number, repository: { ...event.repository, ...repository }, sender: { ...event.sender, login: 'author', id: 101 } });
    Object.assign(event.pull_request, {
      number: this.number, title: this.options.title ?? 'A change', merge_commit_sha: null, draft: false, user: { ...event.pull_request.user, login: 'author', id: 101 },
      head: side(event.pull_request.head, head_repository, this.sha.head, this.branch), base: side(event.pull_request.base, repository, this.sha.fork_point, 'main'),
    });
    delete event.installation;
    return event;
  }

  workflow_run(head_repository) {
    return {
      id: this.options.run?.id ?? this.run_id - 1_000_000, name: 'CI', path: '.github/workflows/ci.yml', event: 'pull_request', status: 'completed', conclusion: 'failure', head_sha: this.sha.head, head_branch: this.branch, run_number: 1, run_attempt: 1, workflow_id: 1,
      pull_requests: this.fork ? [] : [{ number: this.number, head: { sha: this.sha.head, ref: this.branch }, base: { sha: this.sha.base, ref: 'main' } }], head_repository, repository: { full_name: this.tenant }, ...this.options.run,
    };
  }
}

// A pull request on GitHub, seeded, checked out, ready to run. README.md lists the options.
export async function github(options = {}) {
  const scenario = new GitHubScenario(options.emulators ?? (await emulators()), options);
  await scenario.seed();
  scenario.prepare();
  return scenario;
}

// --- GitLab -------------------------------------------------------------------------------------------------------------------------

class GitLabScenario extends Scenario {
  constructor(forge, options) {
    super('gitlab', forge, options);
    this.event = options.event ?? 'merge_request_event';
    this.iid = options.iid ?? 1;
    this.tenant = `${options.group ?? 'acme'}/${options.name ?? `shop-${this.serial}-${process.pid}`}`;
    this.project_id = 6_000_000_000 + this.serial;
    this.fork = options.fork ? (options.fork === true ? 'stranger' : options.fork) : null;
    this.fork_id = this.fork ? 6_500_000_000 + this.serial : null;
    this.workspace = join(this.folder, 'builds', this.tenant);
    this.make_merge();
  }

  make_merge() {
    this.sha.merge_base = this.origin.merge_base(this.sha.base, this.sha.head);
    this.origin.ref(`refs/merge-requests/${this.iid}/head`, this.sha.head);
    if (this.options.merged_result) {
      this.sha.merge = this.origin.merge(this.sha.base, this.sha.head, 'Merge');
      this.origin.ref(`refs/merge-requests/${this.iid}/merge`, this.sha.merge);
    }
  }

  async seed() {
    const { options } = this;
    const projects = [{ id: this.project_id, path: this.tenant, git_dir: this.origin.git_dir, pace_ms: WRITE_PAUSE_MS, members: { author: 30 }, ...options.project }];
    if (this.fork) projects.push({ id: this.fork_id, path: this.fork_path(), git_dir: this.origin.git_dir, fork_of: this.tenant, members: { author: 40 } });
    this.job_token = this.secret(new_token('glcbt-'));
    const tokens = [{ token: this.job_token, kind: 'job', username: 'author', projects: [this.fork ? this.fork_path() : this.tenant] }];
    // token: null for a job that has its CI_JOB_TOKEN only, or {kind: project or personal, access_level, scopes}
    if (options.token !== null) {
      this.token = this.secret(new_token('glpat-'));
      const username = `project_${this.project_id}_bot_${this.serial}`;
      tokens.push({ kind: 'project', username, access_level: 30, scopes: ['api'], projects: [this.tenant], ...options.token, token: this.token });
    }
    await this.forge.seed({ gitlab: { projects, tokens, users: [{ username: 'author', id: 101 }, ...(options.users ?? [])] } });
    await this.seed_change();
  }

  fork_path() {
    return `${this.fork}/${this.tenant.split('/')[1]}`;
  }

  async seed_change() {
    const request = { iid: this.iid, title: this.options.title ?? 'A change', author: 'author', source_branch: this.branch, target_branch: 'main', source_project: this.fork ? this.fork_path() : this.tenant, head_sha: this.sha.head, target_sha: this.sha.base, ...this.options.merge_request };
    await this.forge.seed({ gitlab: { projects: [{ path: this.tenant, merge_requests: [request] }, this.pipeline_of_job()] } });
  }

  pipeline_of_job() {
    const ref = this.event === 'push' ? 'main' : `refs/merge-requests/${this.iid}/${this.options.merged_result ? 'merge' : 'head'}`;
    return { path: this.fork ? this.fork_path() : this.tenant, pipelines: [{ id: this.pipeline_id(), sha: this.commit_of_job(), ref, source: this.event }] };
  }

  commit_of_job() {
    if (this.event === 'push') return this.sha.base;
    return this.options.merged_result ? this.sha.merge : this.sha.head;
  }

  checkout() {
    const sha = this.commit_of_job();
    return { refspecs: [`+${sha}:refs/pipelines/${this.pipeline_id()}`], at: sha, depth: this.options.depth ?? 20, url: `${this.addresses().server}/${this.tenant}.git` };
  }

  pipeline_id() {
    return 4_000_000_000 + this.serial * 1000 + this.runNumber;
  }

  addresses() {
    const { gitlab } = this.forge.addresses;
    const prefix = this.options.prefix ?? '';
    return { server: `${gitlab.server}${prefix}`, api: `${gitlab.server}${prefix}/api/v4` };
  }

  environment() {
    const { server, api } = this.addresses();
    const path = this.fork ? this.fork_path() : this.tenant;
    const id = this.fork ? this.fork_id : this.project_id;
    const pipeline = this.pipeline_id();
    const job = pipeline * 10 + this.attempt;
    const { merged_result } = this.options;
    const of_request = this.event !== 'merge_request_event' ? {} : {
      CI_MERGE_REQUEST_ID: String(3_000_000_000 + this.serial), CI_MERGE_REQUEST_IID: String(this.iid), CI_MERGE_REQUEST_PROJECT_ID: String(this.project_id), CI_MERGE_REQUEST_PROJECT_PATH: this.tenant, CI_MERGE_REQUEST_PROJECT_URL: `${server}/${this.tenant}`,
      CI_MERGE_REQUEST_REF_PATH: `refs/merge-requests/${this.iid}/${merged_result ? 'merge' : 'head'}`, CI_MERGE_REQUEST_EVENT_TYPE: merged_result ? 'merged_result' : 'detached', CI_MERGE_REQUEST_TITLE: this.options.title ?? 'A change', CI_MERGE_REQUEST_DIFF_BASE_SHA: this.sha.merge_base, CI_MERGE_REQUEST_DIFF_ID: String(pipeline),
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: this.branch, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: merged_result ? this.sha.head : '', CI_MERGE_REQUEST_SOURCE_PROJECT_ID: String(id), CI_MERGE_REQUEST_SOURCE_PROJECT_PATH: path, CI_MERGE_REQUEST_SOURCE_PROJECT_URL: `${server}/${path}`,
      CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', CI_MERGE_REQUEST_TARGET_BRANCH_SHA: merged_result ? this.sha.base : '', CI_MERGE_REQUEST_TARGET_BRANCH_PROTECTED: 'true', CI_OPEN_MERGE_REQUESTS: `${this.tenant}!${this.iid}`,
    };
    const branch = this.event === 'push' ? 'main' : this.branch;
    const host = new URL(server);
    return {
      PATH: process.env.PATH, HOME: join(this.folder, 'home'), LANG: 'C.UTF-8', CI: 'true', GITLAB_CI: 'true', CI_SERVER: 'yes', CI_SERVER_NAME: 'GitLab', CI_SERVER_VERSION: '17.5.0', CI_SERVER_URL: server, CI_SERVER_HOST: host.hostname, CI_SERVER_PORT: host.port, CI_SERVER_PROTOCOL: 'http', CI_API_V4_URL: api,
      CI_PROJECT_ID: String(id), CI_PROJECT_NAME: path.split('/')[1], CI_PROJECT_PATH: path, CI_PROJECT_NAMESPACE: path.split('/')[0], CI_PROJECT_URL: `${server}/${path}`, CI_PROJECT_DIR: this.workspace, CI_PROJECT_VISIBILITY: 'private', CI_DEFAULT_BRANCH: 'main', CI_BUILDS_DIR: join(this.folder, 'builds'),
      CI_COMMIT_SHA: this.commit_of_job(), CI_COMMIT_SHORT_SHA: this.commit_of_job().slice(0, 8), CI_COMMIT_BEFORE_SHA: '0'.repeat(40), CI_COMMIT_REF_NAME: branch, CI_COMMIT_REF_SLUG: branch, ...(this.event === 'push' ? { CI_COMMIT_BRANCH: branch } : {}), CI_COMMIT_TITLE: 'Change',
      CI_PIPELINE_ID: String(pipeline), CI_PIPELINE_IID: String(this.runNumber), CI_PIPELINE_SOURCE: this.event, CI_PIPELINE_URL: `${server}/${path}/-/pipelines/${pipeline}`, CI_JOB_ID: String(job), CI_JOB_NAME: 'gatepost', CI_JOB_STAGE: 'test', CI_JOB_URL: `${server}/${path}/-/jobs/${job}`, CI_JOB_TOKEN: this.job_token,
      CI_RUNNER_ID: '1', GITLAB_USER_ID: '101', GITLAB_USER_LOGIN: 'author', GIT_DEPTH: String(this.options.depth ?? 20), ...of_request, ...(this.token ? { GITLAB_TOKEN: this.token } : {}), ...this.options.env,
    };
  }
}

// A merge request on GitLab, seeded, checked out, ready to run.
export async function gitlab(options = {}) {
  const scenario = new GitLabScenario(options.emulators ?? (await emulators()), options);
  await scenario.seed();
  scenario.prepare();
  return scenario;
}
