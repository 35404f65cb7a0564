// GitLab: who may do what, the contract around every request. What the operations do is in gitlab_operations.mjs.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv2019 from 'ajv/dist/2019.js';
import { Contract } from './contract.mjs';
import { Refusal, sha1 } from './emulator.mjs';
import { OPERATIONS, seed_project } from './gitlab_operations.mjs';

const REQUESTS = fileURLToPath(new URL('contracts/gitlab-requests.json', import.meta.url));
const NO_NOTES_FOR_JOBS = /\/(notes|discussions)/;
const NOTES_PER_MINUTE = 300;

export class GitLab {
  name = 'gitlab';
  takes_credentials = true;

  constructor(world, shared) {
    this.world = world;
    this.routes = new Routes(JSON.parse(readFileSync(REQUESTS, 'utf8')));
    const transcribed = `${shared}/contracts/gitlab/gitlab-v4.transcribed.json`;
    this.transcribed = shared && existsSync(transcribed) ? new Contract(transcribed) : null;
    this.reset();
  }

  reset() {
    this.projects = [];
    this.users = new Map();
    this.tokens = new Map();
    this.nextId = 2_500_000_001; // more than 31 bits hold
    this.version = '17.5.0';
    this.licence = 'free'; // free, premium, ultimate
    this.groups = new Map(); // path -> usernames
    this.notesPerMinute = NOTES_PER_MINUTE;
  }

  id() {
    this.nextId += 1;
    return this.nextId;
  }

  user(username, more = {}) {
    if (!this.users.has(username)) this.users.set(username, { id: this.id(), username, name: username, state: 'active', ...more });
    return this.users.get(username);
  }

  // {version, licence, users, groups: {path: [username]}, projects, tokens, limits: {notes_per_minute}}
  seed({ version, licence, users = [], groups = {}, projects = [], tokens = [], limits = {} }) {
    this.version = version ?? this.version;
    this.licence = licence ?? this.licence;
    this.notesPerMinute = limits.notes_per_minute ?? this.notesPerMinute;
    for (const it of users) Object.assign(this.user(it.username), it);
    for (const [path, members] of Object.entries(groups)) this.groups.set(path, members);
    for (const it of projects) seed_project(this, it);
    for (const it of tokens) this.#add_token(it);
  }

  // {token, kind: project, personal, oauth or job, username, scopes, access_level, projects: [path]}
  #add_token(given) {
    const kind = given.kind ?? 'project';
    const token = { scopes: ['api'], notes: [], ...given, kind, user: this.user(given.username, kind === 'project' ? { bot: true } : {}) };
    this.tokens.set(given.token, token);
    this.world.secret(given.token, this.name, kind);
  }

  state(tenant) {
    const shown = this.projects.filter((it) => !tenant || it.path === tenant);
    return Object.fromEntries(shown.map((it) => [it.path, it.plain()]));
  }

  // --- who asks ------------------------------------------------------------------------------------------------------------

  credential({ headers }) {
    const bearer = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    const value = headers['private-token'] ?? headers['job-token'] ?? bearer;
    if (!value) return null;
    const token = this.tokens.get(value);
    const by_job_header = headers['job-token'] !== undefined;
    if (!token || (token.kind === 'job') !== by_job_header) return { kind: 'unknown' };
    return token;
  }

  tenant_of(request, credential) {
    const match = /\/api\/v4\/projects\/([^/]+)/.exec(request.path);
    const project = match && this.find_project(decodeURIComponent(match[1]));
    return project?.path ?? credential?.projects?.[0] ?? null;
  }

  find_project(id) {
    return this.projects.find((it) => String(it.id) === id || it.path === id);
  }

  is_write({ method }) {
    return method !== 'GET' && method !== 'HEAD';
  }

  pause_of(tenant) {
    return this.projects.find((it) => it.path === tenant)?.pace_ms ?? 0;
  }

  level_of(token, project) {
    if (token.projects && !token.projects.includes(project.path)) return token.kind === 'job' && project.job_token_allowlist?.includes(token.projects[0]) ? 20 : 0;
    if (token.kind === 'job') return 30;
    return token.access_level ?? project.members[token.username] ?? (project.visibility === 'public' ? 20 : 0);
  }

  // --- answers ---------------------------------------------------------------------------------------------------------------

  refusal(status, message, key = 'message') {
    return new Refusal(status, { [key]: message });
  }

  error_body(status, message) {
    const known = { 401: '401 Unauthorized', 403: '403 Forbidden', 404: '404 Not Found', 500: '500 Internal Server Error', 502: '502 Bad Gateway' };
    return { message: message ?? known[status] ?? `${status} Error` };
  }

  handle(request) {
    const prefix = /^(.*?)\/api\/v4(?=\/)/.exec(request.path)?.[1] ?? '';
    request.server = `${this.origin}${prefix}`;
    request.api = `${request.server}/api/v4`;
    let reply;
    try {
      reply = this.#answer(request, request.path.slice(prefix.length).replace(/^\/api\/v4/, ''));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply = { status: error.status, body: error.body, headers: error.headers };
      request.entry.refused = error.message;
    }
    this.#check_answer(request, reply);
    const common = { date: new Date(this.world.now()).toUTCString(), 'x-request-id': sha1(String(request.entry.seq)).slice(0, 26).toUpperCase(), 'x-gitlab-meta': '{"version":"1"}' };
    return { ...reply, headers: { ...common, ...reply.headers } };
  }

  #answer(request, path) {
    const { entry, headers } = request;
    if (!headers['user-agent']) this.world.violation(entry, 'header', 'User-Agent is missing');
    const found = this.routes.find(request.method, path);
    if (!found) {
      this.world.violation(entry, 'contract', 'no operation that the emulator knows');
      throw this.refusal(404, '404 Not Found', 'error');
    }
    const { operation, params } = found;
    Object.assign(request, { operation });
    entry.operation = operation.key;
    const token = this.#authenticate(request, operation);
    const project = params.id === undefined ? null : this.#project(token, params.id);
    this.#authorise(token, operation, project);
    this.#check_request(request, operation);
    this.#limit_notes(token, request, operation);
    const run = OPERATIONS[operation.key];
    if (!run) throw new Error(`no handler for ${operation.key}`);
    return run({ gitlab: this, project, params, query: request.query, body: request.body ?? {}, token, request });
  }

  #authenticate(request, operation) {
    const { credential, entry } = request;
    if (!credential) this.world.violation(entry, 'header', 'no token was sent');
    if (!credential || credential.kind === 'unknown') throw this.refusal(401, '401 Unauthorized');
    if (credential.expires_at && Date.parse(credential.expires_at) <= this.world.now()) throw new Refusal(401, { error: 'invalid_token', error_description: 'Token is expired. You can either do re-authorization or token refresh.' });
    if (credential.revoked) throw new Refusal(401, { error: 'invalid_token', error_description: 'Token was revoked. You have to re-authorize from the user.' });
    if (credential.kind === 'job' && !operation.job) throw NO_NOTES_FOR_JOBS.test(operation.key) && operation.method !== 'GET' ? this.refusal(403, '403 Forbidden') : this.refusal(401, '401 Unauthorized');
    return credential;
  }

  #project(token, id) {
    const project = this.find_project(id);
    if (!project || this.level_of(token, project) === 0) throw this.refusal(404, '404 Project Not Found');
    return project;
  }

  #authorise(token, operation, project) {
    const enough = token.kind === 'job' || token.scopes.includes('api') || (operation.scope === 'read_api' && token.scopes.includes('read_api'));
    if (!enough) throw new Refusal(403, { error: 'insufficient_scope', error_description: 'The request requires higher privileges than provided by the access token.', scope: operation.scope === 'api' ? 'api' : 'api read_api' });
    if (project && this.level_of(token, project) < operation.level) throw this.refusal(403, '403 Forbidden');
  }

  #check_request(request, operation) {
    const { entry } = request;
    const errors = request.unreadable ? [{ text: 'body is not JSON', grape: 'body is invalid' }] : this.routes.check(operation, request);
    const more = this.#transcribed_errors(request);
    if (errors.length === 0 && more.length === 0) return;
    entry.contract_errors = [...errors.map((it) => it.text), ...more.map((it) => `transcribed: ${it.where} ${it.text}`)];
    this.world.violation(entry, 'contract', entry.contract_errors.join('; '));
    if (errors.length) throw this.refusal(400, errors[0].grape, 'error');
    throw this.refusal(400, `${more[0].where} is invalid`, 'error');
  }

  // The transcribed document does not have every operation; what it has, it judges too.
  #transcribed_errors(request) {
    if (!this.transcribed || request.unreadable) return [];
    const found = this.transcribed.find(request.method, request.path.replace(/^.*?(?=\/api\/v4\/)/, ''));
    request.transcribed = found?.operation;
    return found?.operation ? this.transcribed.request(found.operation, found.params, request.query, request.body, request.headers['content-type']) : [];
  }

  #check_answer(request, reply) {
    if (!request.transcribed || reply.raw || Buffer.isBuffer(reply.body) || reply.status >= 300 || reply.status === 204) return;
    const errors = this.transcribed.response(request.transcribed, reply.status, reply.body, []);
    if (errors.length) this.world.violation(request.entry, 'emulator', `its own answer ${reply.status}: ${errors.map((it) => `${it.where} ${it.text}`).join('; ')}`);
  }

  #limit_notes(token, request, operation) {
    if (request.method !== 'POST' || !NO_NOTES_FOR_JOBS.test(operation.key)) return;
    const now = this.world.now();
    token.notes = token.notes.filter((at) => now - at < 60_000);
    if (token.notes.length >= this.notesPerMinute) throw new Refusal(429, { message: { error: 'This endpoint has been requested too many times. Try again later.' } });
    token.notes.push(now);
  }
}

// --- the table of operations ----------------------------------------------------------------------------------------------------

class Routes {
  constructor({ operations, definitions, paged }) {
    const ajv = new Ajv2019.default({ strict: false, allErrors: true });
    this.operations = Object.entries(operations).map(([key, it]) => {
      const [method, template] = key.split(' ');
      const names = [];
      const pattern = template.split('/').map((part) => {
        if (!/^[:*]/.test(part)) return part;
        names.push(part.slice(1));
        return part[0] === '*' ? '(.+)' : '([^/]+)';
      }).join('/');
      const schema = it.body && { type: 'object', additionalProperties: false, ...it.body, definitions };
      return { ...it, key, method, names, pattern: new RegExp(`^${pattern}$`), query: { ...it.query, ...(it.paged ? paged : {}) }, validate: schema && ajv.compile(schema), required: it.body?.required };
    });
  }

  find(method, path) {
    for (const operation of this.operations) {
      if (operation.method !== method) continue;
      const match = operation.pattern.exec(path);
      if (match) return { operation, params: Object.fromEntries(operation.names.map((name, i) => [name, decodeURIComponent(match[i + 1])])) };
    }
    return null;
  }

  // [{text, grape: as GitLab says it}]
  check(operation, request) {
    return [...this.#query(operation, request.query), ...this.#body(operation, request)];
  }

  #query(operation, query) {
    return Object.entries(query).flatMap(([name, value]) => {
      const type = operation.query[name];
      if (!type) return [{ text: `query.${name} unknown query parameter`, grape: `${name} is not a known parameter` }];
      const fits = { string: () => true, integer: (it) => /^\d+$/.test(it), boolean: (it) => /^(true|false)$/.test(it) }[type];
      return [].concat(value).every(fits) ? [] : [{ text: `query.${name} must be ${type}`, grape: `${name} is invalid` }];
    });
  }

  #body(operation, { body, raw, headers }) {
    if (!operation.validate) return raw.length ? [{ text: 'no body is allowed here', grape: 'body is not allowed' }] : [];
    if (raw.length && !/^application\/json\b/.test(headers['content-type'] ?? '')) return [{ text: `Content-Type must be application/json, is ${headers['content-type']}`, grape: 'The provided content-type is not supported.' }];
    if (operation.validate(body ?? {})) return [];
    return operation.validate.errors.map((it) => {
      const at = it.instancePath.split('/').slice(1);
      const name = (more = []) => [...at, ...more].map((step, i) => (i ? `[${step}]` : step)).join('');
      const text = `body${it.instancePath} ${it.message} ${JSON.stringify(it.params)}`;
      if (it.keyword === 'required') return { text, grape: `${name([it.params.missingProperty])} is missing` };
      if (it.keyword === 'additionalProperties') return { text, grape: `${name([it.params.additionalProperty])} is not a known parameter` };
      if (it.keyword === 'enum') return { text, grape: `${name()} does not have a valid value` };
      if (it.keyword === 'minProperties') return { text, grape: 'at least one parameter must be provided' };
      if (it.keyword === 'maxProperties') return { text, grape: `${Object.keys(body).join(', ')} are mutually exclusive` };
      return { text, grape: `${name()} is invalid` };
    });
  }
}
