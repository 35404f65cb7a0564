// GitHub: who may do what, the REST contract around every request, limits. What the operations do is in github_operations.mjs,
// GraphQL in github_graphql.mjs.
import { createVerify, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Contract } from './contract.mjs';
import { Refusal, sha1 } from './emulator.mjs';
import { Git } from './git.mjs';
import { OPERATIONS, push_head, seed_repository } from './github_operations.mjs';
import { GraphQl } from './github_graphql.mjs';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const DOCS = 'https://docs.github.com/rest';
const ACTIONS_APP = { id: 15368, slug: 'github-actions', name: 'GitHub Actions' };
const API_VERSIONS = ['2022-11-28', '2026-03-10'];
const HOUR = 3600;
const LONGEST_JWT_LIFE = 600;
const CLOCK_DRIFT = 60;

const iss_or_pr = (level) => [`issues:${level}`, `pull_requests:${level}`];

// What a token needs for an operation: one of these. What is not listed here needs metadata:read, which all tokens have.
const PERMISSIONS = {
  'GET /repos/{owner}/{repo}/pulls': ['pull_requests:read'],
  'GET /repos/{owner}/{repo}/pulls/{pull_number}': ['pull_requests:read'],
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': ['pull_requests:read'],
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits': ['pull_requests:read'],
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': ['pull_requests:read'],
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews': ['pull_requests:write'],
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments': ['pull_requests:read'],
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments': ['pull_requests:write'],
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies': ['pull_requests:write'],
  'GET /repos/{owner}/{repo}/pulls/comments/{comment_id}': ['pull_requests:read'],
  'PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}': ['pull_requests:write'],
  'DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}': ['pull_requests:write'],
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': ['pull_requests:read'],
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': ['pull_requests:write'],
  'DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': ['pull_requests:write'],
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': iss_or_pr('read'),
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': iss_or_pr('write'),
  'GET /repos/{owner}/{repo}/issues': ['issues:read'],
  'POST /repos/{owner}/{repo}/issues': ['issues:write'],
  'GET /repos/{owner}/{repo}/issues/{issue_number}': ['issues:read'],
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}': ['issues:write'],
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': iss_or_pr('read'),
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': iss_or_pr('write'),
  'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}': iss_or_pr('write'),
  'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions': iss_or_pr('write'),
  'POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions': ['pull_requests:write'],
  'GET /repos/{owner}/{repo}/issues/{issue_number}/labels': iss_or_pr('read'),
  'POST /repos/{owner}/{repo}/issues/{issue_number}/labels': iss_or_pr('write'),
  'PUT /repos/{owner}/{repo}/issues/{issue_number}/labels': iss_or_pr('write'),
  'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}': iss_or_pr('write'),
  'GET /repos/{owner}/{repo}/labels': iss_or_pr('read'),
  'GET /repos/{owner}/{repo}/labels/{name}': iss_or_pr('read'),
  'POST /repos/{owner}/{repo}/labels': iss_or_pr('write'),
  'POST /repos/{owner}/{repo}/check-runs': ['checks:write'],
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': ['checks:write'],
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': ['checks:read'],
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations': ['checks:read'],
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': ['checks:read'],
  'POST /repos/{owner}/{repo}/statuses/{sha}': ['statuses:write'],
  'GET /repos/{owner}/{repo}/commits/{ref}/status': ['statuses:read'],
  'GET /repos/{owner}/{repo}/commits/{ref}/statuses': ['statuses:read'],
  'GET /repos/{owner}/{repo}/codeowners/errors': ['contents:read'],
  'POST /repos/{owner}/{repo}/code-scanning/sarifs': ['security_events:write'],
  'GET /repos/{owner}/{repo}/code-scanning/analyses': ['security_events:read'],
  'GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}': ['security_events:read'],
  'GET /repos/{owner}/{repo}/actions/runs': ['actions:read'],
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': ['actions:read'],
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': ['actions:read'],
  'GET /repos/{owner}/{repo}/actions/artifacts': ['actions:read'],
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}': ['actions:read'],
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': ['actions:read'],
  'GET /repos/{owner}/{repo}/contents/{path}': ['contents:read'],
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': ['contents:read'],
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': ['contents:read'],
  'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': ['contents:read'],
  'GET /repos/{owner}/{repo}/git/ref/{ref}': ['contents:read'],
  'GET /repos/{owner}/{repo}/branches/{branch}': ['contents:read'],
  'GET /repos/{owner}/{repo}/commits/{ref}': ['contents:read'],
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': ['contents:read', 'pull_requests:read'],
  'GET /repos/{owner}/{repo}/compare/{basehead}': ['contents:read'],
};

// Where GitHub answers otherwise than its document says: the repository of a head is null when the fork is gone, the line of a comment
// when it is outdated.
const BEYOND_THE_DOCUMENT = /^body(\/\d+)?\/(head\/repo must be object|(line|position) must be integer)$/;

// Reads that a public repository grants to everybody.
const NEVER_PUBLIC = /code-scanning|\{archive_format\}|codeowners/;
const ORGANISATION = /^GET \/orgs\//;
const LEVELS = ['none', 'read', 'write', 'admin'];

export class GitHub {
  name = 'github';
  takes_credentials = true;

  constructor(world, shared) {
    this.world = world;
    this.shared = shared;
    this.contracts = { 'api.github.com': new Contract(`${HERE}contracts/github.rest.json`, `${HERE}contracts/github.more.json`) };
    this.graphql = new GraphQl(this);
    this.reset();
  }

  reset() {
    this.repositories = new Map(); // "owner/name" in lower case -> repository
    this.users = new Map();
    this.tokens = new Map();
    this.organisations = new Map();
    this.apps = [];
    this.nextId = 3_000_000_001; // more than 32 bits hold
    this.user('github-actions[bot]', 41898282);
    this.contentPerMinute = 80;
    this.primaryLimit = { actions: 1000, other: 5000 };
  }

  id() {
    this.nextId += 1;
    return this.nextId;
  }

  user(login, id) {
    const key = login.toLowerCase();
    if (!this.users.has(key)) {
      this.users.set(key, { login, id: id ?? this.id(), type: login.endsWith('[bot]') ? 'Bot' : 'User', node_id: `U_${sha1(login).slice(0, 10)}`, site_admin: false });
    }
    return this.users.get(key);
  }

  // --- seeding -----------------------------------------------------------------------------------------------------------

  seed({ users = [], apps = [], tokens = [], organisations = [], repos = [], limits = {} }) {
    for (const it of users) Object.assign(this.user(it.login), it);
    for (const it of apps) this.#seed_app(it);
    for (const it of organisations) this.organisations.set(it.login.toLowerCase(), { members: {}, teams: {}, ...it });
    for (const it of repos) seed_repository(this, it);
    for (const it of tokens) this.add_token(it);
    this.contentPerMinute = limits.content_per_minute ?? this.contentPerMinute;
    if (limits.primary !== undefined) this.primaryLimit = { actions: limits.primary, other: limits.primary };
  }

  // {id, slug, client_id, public_key: PEM, installations: [{id, repositories: ["owner/name"], permissions}]}
  #seed_app(app) {
    const known = this.apps.find((it) => it.id === app.id);
    if (known) Object.assign(known, app);
    else this.apps.push({ name: app.slug, ...app });
    this.user(`${app.slug}[bot]`);
  }

  // {token, kind: actions, installation, pat or fine-grained, login, permissions: {name: level}, repositories: ["owner/name"], expires_at}
  add_token(given) {
    const kind = given.kind ?? 'actions';
    const login = given.login ?? { actions: 'github-actions[bot]' }[kind];
    if (!login) throw new Error(`a ${kind} token needs a login`);
    const permissions = Object.fromEntries(Object.entries(given.permissions ?? {}).map(([name, level]) => [name.replace(/-/g, '_'), level]));
    const app = kind === 'actions' ? ACTIONS_APP : kind === 'installation' ? given.app : null;
    const token = { ...given, kind, login, permissions, app, user: this.user(login), content: [], used: 0, reset: 0 };
    this.tokens.set(given.token, token);
    this.world.secret(given.token, this.name, kind);
    return token;
  }

  state(tenant) {
    const shown = [...this.repositories.values()].filter((it) => !tenant || it.full_name.toLowerCase() === tenant.toLowerCase());
    return Object.fromEntries(shown.map((it) => [it.full_name, it.plain()]));
  }

  // --- who asks ------------------------------------------------------------------------------------------------------------

  credential(request) {
    const match = /^(bearer|token) +(\S+)$/i.exec(request.headers.authorization ?? '');
    if (!match) return null;
    const token = this.tokens.get(match[2]);
    if (token) return token;
    if (match[2].split('.').length === 3) {
      this.world.secret(match[2], this.name, 'app-jwt');
      return { kind: 'app-jwt', jwt: match[2], permissions: {} };
    }
    return { kind: 'unknown', permissions: {} };
  }

  tenant_of(request, credential) {
    const match = /\/repos\/([^/]+)\/([^/]+)/.exec(request.path);
    if (match) return `${decodeURIComponent(match[1])}/${decodeURIComponent(match[2])}`;
    if (credential?.repositories?.length) return credential.repositories[0];
    const installation = /\/app\/installations\/(\d+)\//.exec(request.path);
    const found = installation && this.apps.flatMap((it) => it.installations ?? []).find((it) => it.id === Number(installation[1]));
    return found?.repositories?.[0] ?? null;
  }

  is_write(request) {
    if (request.method === 'GET' || request.method === 'HEAD') return false;
    if (/\/access_tokens$/.test(request.path)) return false;
    if (/\/graphql$/.test(request.path)) return /^\s*mutation\b/.test(request.body?.query ?? '');
    return true;
  }

  pause_of(tenant) {
    return this.repositories.get((tenant ?? '').toLowerCase())?.pace_ms ?? 0;
  }

  // The token may do this on this repository, or Refusal.
  authorise(token, operation, repository) {
    if (repository && !this.may_see(token, repository)) throw this.refusal(404, 'Not Found');
    const needed = PERMISSIONS[operation.key] ?? [];
    const open = operation.method === 'GET' && repository && !repository.private && !NEVER_PUBLIC.test(operation.template);
    if (needed.length === 0 || open) return;
    if (needed.some((it) => this.has(token, ...it.split(':')))) return;
    throw this.not_accessible(token, needed);
  }

  not_accessible(token, needed) {
    const text = token.app ? 'Resource not accessible by integration' : 'Resource not accessible by personal access token';
    return this.refusal(403, text, { 'x-accepted-github-permissions': needed.map((it) => it.replace(':', '=')).join('; ') });
  }

  may_see(token, repository) {
    if (!repository.private) return true;
    if (!token.repositories) return true;
    return token.repositories.some((it) => it.toLowerCase() === repository.full_name.toLowerCase());
  }

  has(token, name, level) {
    if (name === 'metadata' && level === 'read') return true;
    if (token.kind === 'pat' && !token.permissions[name]) return name !== 'checks' || level === 'read';
    return LEVELS.indexOf(token.permissions[name] ?? 'none') >= LEVELS.indexOf(level);
  }

  // The app behind a JWT, or Refusal.
  app_of(jwt) {
    const [head, payload, signature] = jwt.split('.');
    const read = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    let claims;
    let header;
    try {
      header = read(head);
      claims = read(payload);
    } catch {
      throw this.refusal(401, 'A JSON web token could not be decoded');
    }
    const app = this.apps.find((it) => String(it.id) === String(claims.iss) || (it.client_id && it.client_id === claims.iss));
    if (!app) throw this.refusal(401, '\'Issuer\' claim (\'iss\') must be an Integer or a client id of an app');
    const valid = header.alg === 'RS256' && createVerify('RSA-SHA256').update(`${head}.${payload}`).verify(app.public_key, signature, 'base64url');
    if (!valid) throw this.refusal(401, 'A JSON web token could not be decoded');
    const now = Math.floor(this.world.now() / 1000);
    if (!Number.isInteger(claims.iat) || claims.iat > now + CLOCK_DRIFT) throw this.refusal(401, '\'Issued at\' claim (\'iat\') must be an Integer representing the time that the assertion was issued');
    if (!Number.isInteger(claims.exp) || claims.exp < now) throw this.refusal(401, '\'Expiration time\' claim (\'exp\') must be a numeric value representing the future time at which the assertion expires');
    if (claims.exp - now > LONGEST_JWT_LIFE) throw this.refusal(401, '\'Expiration time\' claim (\'exp\') is too far in the future');
    return app;
  }

  // --- answers -------------------------------------------------------------------------------------------------------------

  refusal(status, message, headers = {}, errors = undefined) {
    return new Refusal(status, { message, ...(errors ? { errors } : {}), documentation_url: DOCS, status: String(status) }, headers);
  }

  invalid(...errors) {
    return this.refusal(422, 'Validation Failed', {}, errors);
  }

  error_body(status, message) {
    const known = { 401: 'Bad credentials', 403: 'Resource not accessible by integration', 404: 'Not Found', 500: 'Server Error', 502: 'Server Error', 503: 'Service unavailable' };
    return { message: message ?? known[status] ?? `Error ${status}`, documentation_url: DOCS, status: String(status) };
  }

  handle(request) {
    const enterprise = request.path.startsWith('/api/');
    request.prefix = enterprise ? '/api/v3' : '';
    request.api = `${this.origin}${request.prefix}`;
    const path = enterprise ? request.path.replace(/^\/api\/v3/, '') : request.path;
    const { contract, version } = this.#contract_for(enterprise, request.entry.tenant);
    request.contract = contract;
    let reply;
    try {
      this.#check_headers(request);
      const token = this.#authenticate(request);
      this.#spend(token, request);
      const graphql = path === '/graphql' || path === '/api/graphql';
      reply = graphql ? this.graphql.handle(request, token) : this.#rest(request, path, contract, token);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply = { status: error.status, body: error.body, headers: error.headers };
      request.entry.refused = error.body?.message;
    }
    if (request.operation) this.#check_answer(request, contract, reply);
    reply.headers = { ...this.#common_headers(request, version), ...reply.headers };
    return this.#conditional(request, reply);
  }

  #contract_for(enterprise, tenant) {
    if (!enterprise) return { contract: this.contracts['api.github.com'] };
    const version = this.repositories.get((tenant ?? '').toLowerCase())?.ghes ?? '3.19';
    const file = `${this.shared}/contracts/github/rest.ghes-${version}.trim.json`;
    if (!this.contracts[version]) {
      const more = `${HERE}contracts/github.more.json`;
      this.contracts[version] = this.shared && existsSync(file) ? new Contract(file, more) : this.contracts['api.github.com'];
    }
    return { contract: this.contracts[version], version };
  }

  #check_headers(request) {
    const { headers, entry } = request;
    const complain = (text) => this.world.violation(entry, 'header', text);
    if (!headers['user-agent']) {
      complain('User-Agent is missing');
      throw this.refusal(403, 'Request forbidden by administrative rules. Please make sure your request has a User-Agent header.');
    }
    if (!headers.authorization) complain('Authorization is missing');
    if (/\/graphql$/.test(request.path)) return;
    if (!/application\/vnd\.github/.test(headers.accept ?? '')) complain(`Accept is not application/vnd.github…: ${headers.accept}`);
    const version = headers['x-github-api-version'];
    if (!version) complain('X-GitHub-Api-Version is missing');
    else if (!API_VERSIONS.includes(version)) {
      complain(`X-GitHub-Api-Version ${version} is not supported`);
      throw this.refusal(400, `API version ${version} is not supported`);
    }
  }

  #authenticate(request) {
    const { credential } = request;
    if (!credential) throw this.refusal(401, 'Requires authentication');
    if (credential.kind === 'unknown') throw this.refusal(401, 'Bad credentials');
    if (credential.expires_at && Date.parse(credential.expires_at) <= this.world.now()) throw this.refusal(401, 'Bad credentials');
    return credential;
  }

  // Counts against the limits of the token.
  #spend(token, request) {
    if (token.kind === 'app-jwt') return;
    const now = this.world.now() / 1000;
    const limit = token.kind === 'actions' ? this.primaryLimit.actions : this.primaryLimit.other;
    if (now >= token.reset) Object.assign(token, { used: 0, reset: Math.floor(now) + HOUR });
    if (token.used >= limit) throw this.refusal(403, 'API rate limit exceeded for installation.', this.#rate_headers(token));
    token.used += 1;
    if (!this.is_write(request)) return;
    token.content = token.content.filter((at) => now - at < 60);
    if (token.content.length >= this.contentPerMinute) {
      throw this.refusal(403, 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.', { 'retry-after': '60' });
    }
    token.content.push(now);
  }

  #rate_headers(token) {
    if (!token || token.reset === undefined) return {};
    const limit = token.kind === 'actions' ? this.primaryLimit.actions : this.primaryLimit.other;
    return { 'x-ratelimit-limit': String(limit), 'x-ratelimit-remaining': String(Math.max(0, limit - token.used)), 'x-ratelimit-used': String(token.used), 'x-ratelimit-reset': String(token.reset), 'x-ratelimit-resource': 'core' };
  }

  #common_headers(request, version) {
    return {
      date: new Date(this.world.now()).toUTCString(),
      'x-github-request-id': sha1(String(request.entry.seq)).slice(0, 20).toUpperCase(),
      'x-github-media-type': 'github.v3; format=json',
      ...(version ? { 'x-github-enterprise-version': `${version}.0` } : {}),
      ...this.#rate_headers(request.credential),
    };
  }

  #rest(request, path, contract, token) {
    const found = contract.find(request.method, path);
    if (!found?.operation) {
      this.world.violation(request.entry, 'contract', found ? `the path takes ${found.allow}` : 'no operation that the emulator knows');
      throw this.refusal(404, 'Not Found');
    }
    const { operation, params } = found;
    request.operation = operation;
    request.entry.operation = operation.key;
    this.#check_request(request, contract, operation, params);
    if (/^\/app|\/installation$/.test(operation.template) && token.kind !== 'app-jwt') throw this.refusal(401, 'A JSON web token could not be decoded');
    const repository = params.owner ? this.repositories.get(`${params.owner}/${params.repo}`.toLowerCase()) : null;
    if (params.owner && !repository) throw this.refusal(404, 'Not Found');
    if (token.kind !== 'app-jwt') this.authorise(token, operation, repository);
    else if (!/^\/app|\/installation$/.test(operation.template)) throw this.refusal(401, 'Bad credentials');
    if (ORGANISATION.test(operation.key) && !this.has(token, 'members', 'read')) throw this.not_accessible(token, ['members:read']);
    const run = OPERATIONS[operation.key];
    if (!run) throw new Error(`no handler for ${operation.key}`);
    return run({ github: this, repository, params, query: request.query, body: request.body ?? {}, token, request });
  }

  #check_request(request, contract, operation, params) {
    const errors = request.unreadable ? [{ where: 'body', text: 'is not JSON' }]
      : contract.request(operation, params, request.query, request.body, request.headers['content-type']);
    if (errors.length === 0) return;
    request.entry.contract_errors = errors.map(({ where, text }) => `${where} ${text}`);
    this.world.violation(request.entry, 'contract', request.entry.contract_errors.join('; '));
    if (request.unreadable) throw this.refusal(400, 'Problems parsing JSON');
    const of_fifty = errors.find((it) => it.keyword === 'maxItems' && /annotations$/.test(it.where));
    if (of_fifty) throw this.refusal(422, `Invalid request.\n\nNo more than 50 items are allowed; ${request.body.output.annotations.length} were supplied.`);
    const too_long = errors.find((it) => it.keyword === 'maxLength' && it.params.limit === 65535);
    if (too_long) throw this.refusal(422, `Invalid request.\n\nOnly 65535 characters are allowed; ${request.body.output[too_long.where.split('/').pop()].length} were supplied.`);
    throw this.refusal(422, `Invalid request.\n\n${request.entry.contract_errors.join('\n')}`);
  }

  #check_answer(request, contract, reply) {
    if (reply.raw || Buffer.isBuffer(reply.body) || reply.status === 302 || reply.status === 204) return;
    const { operation } = request;
    if (reply.status < 300 && reply.body !== undefined) reply.body = contract.fill(operation, reply.status, reply.body);
    const errors = contract.response(operation, reply.status, reply.body, ['basic-error', 'validation-error', 'validation-error-simple'])
      .filter((it) => !BEYOND_THE_DOCUMENT.test(`${it.where} ${it.text}`));
    if (errors.length) this.world.violation(request.entry, 'emulator', `its own answer ${reply.status}: ${errors.map((it) => `${it.where} ${it.text}`).join('; ')}`);
  }

  // ETag and If-None-Match. What has not changed costs nothing.
  #conditional(request, reply) {
    if (request.method !== 'GET' || reply.status !== 200 || Buffer.isBuffer(reply.body)) return reply;
    const etag = `W/"${sha1(JSON.stringify(reply.body))}"`;
    reply.headers.etag = etag;
    if (request.headers['if-none-match'] !== etag) return reply;
    if (request.credential) request.credential.used -= 1;
    return { status: 304, headers: { ...reply.headers, ...this.#rate_headers(request.credential) } };
  }

  // --- apps ----------------------------------------------------------------------------------------------------------------

  // A new installation token, for a JWT.
  installation_token(app, installation, body) {
    for (const [name, level] of Object.entries(body.permissions ?? {})) {
      const granted = LEVELS.indexOf(installation.permissions[name] ?? 'none');
      if (LEVELS.indexOf(level) > granted) throw this.refusal(422, 'The permissions requested are not granted to this installation.');
    }
    const all = installation.repositories;
    const named = body.repositories?.map((name) => all.find((it) => it.split('/')[1].toLowerCase() === name.toLowerCase()));
    const numbered = body.repository_ids?.map((id) => all.find((it) => this.repositories.get(it.toLowerCase())?.id === id));
    const chosen = named ?? numbered ?? all;
    if (chosen.some((it) => !it)) throw this.refusal(422, 'There is at least one repository that does not exist or is not accessible to the parent installation.');
    return this.add_token({
      token: `ghs_${randomBytes(18).toString('hex')}`, kind: 'installation', login: `${app.slug}[bot]`, app,
      permissions: { ...(body.permissions ?? installation.permissions), metadata: 'read' }, repositories: chosen,
      expires_at: this.world.iso(this.world.now() + HOUR * 1000),
    });
  }

  git_of(folder) {
    return new Git(folder);
  }

  push_head(repository, pull, change) {
    push_head(this, repository, pull, change);
  }
}
