// What all emulated systems share: listening, the clock, the log, violations, faults, the control interface.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';

const MAX_BODY = 128 * 1024 * 1024;
const CREDENTIAL_HEADERS = ['authorization', 'private-token', 'job-token', 'deploy-token', 'cookie', 'proxy-authorization'];
const SHORTEST_SECRET = 8;

// Thrown by handlers: the server says no.
export class Refusal extends Error {
  constructor(status, body, headers = {}) {
    super(typeof body === 'string' ? body : JSON.stringify(body));
    Object.assign(this, { status, body, headers });
  }
}

// One process: the systems, and all that was seen.
export class World {
  constructor() {
    this.systems = new Map();
    this.shift = 0;
    this.reset();
  }

  reset() {
    this.log = [];
    this.violations = [];
    this.faults = [];
    this.shift = 0;
    this.secrets = new Map(); // value -> {system, kind}
    this.lastWrite = new Map(); // system and tenant -> real milliseconds at the end of the last write
    for (const system of this.systems.values()) system.reset();
  }

  now() {
    return Date.now() + this.shift;
  }

  iso(at = this.now()) {
    return new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
  }

  secret(value, system, kind) {
    if (value && value.length >= SHORTEST_SECRET) this.secrets.set(value, { system, kind });
  }

  without_secrets(text) {
    let clean = text;
    for (const [value, it] of this.secrets) if (clean.includes(value)) clean = clean.split(value).join(`[${it.system} ${it.kind}]`);
    return clean;
  }

  violation(entry, kind, text) {
    const { seq, system, tenant, method, path } = entry;
    this.violations.push({ seq, system, tenant, request: `${method} ${path}`, kind, text: this.without_secrets(text) });
    entry.violations = (entry.violations ?? 0) + 1;
  }

  seed(data) {
    for (const [name, it] of Object.entries(data)) {
      const system = this.systems.get(name);
      if (!system) throw new Error(`there is no system ${name}`);
      system.seed(it);
    }
  }
}

// --- listening ------------------------------------------------------------------------------------------------------------

// Starts to listen on loopback, any free port; gives the origin.
export function listen(world, system) {
  world.systems.set(system.name, system);
  const server = createServer((incoming, outgoing) => {
    answer(world, system, incoming, outgoing).catch((error) => {
      console.error(error);
      world.violations.push({ system: system.name, request: `${incoming.method} ${incoming.url}`, kind: 'emulator', text: String(error?.stack ?? error) });
      if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'application/json' });
      outgoing.end(JSON.stringify({ message: `the emulator failed: ${error?.message}` }));
    });
  });
  server.keepAliveTimeout = 120_000; // longer than a scenario pauses: no request goes into a connection that is being closed
  return new Promise((done) => server.listen(0, '127.0.0.1', () => {
    system.origin = `http://127.0.0.1:${server.address().port}`;
    done({ origin: system.origin, close: () => { server.close(); server.closeAllConnections?.(); } });
  }));
}

async function read(incoming) {
  const parts = [];
  let size = 0;
  for await (const part of incoming) {
    size += part.length;
    if (size > MAX_BODY) throw new Error('the body is larger than the emulator takes');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function answer(world, system, incoming, outgoing) {
  const begin = Date.now();
  const raw = await read(incoming);
  const [target, search = ''] = split_once(incoming.url, '?');
  if (target.startsWith('/__ctl/')) return control(world, incoming.method, target, new URLSearchParams(search), raw, outgoing);

  if (target.endsWith('/git-upload-pack')) return no_refs(outgoing);

  const path = target.replace(/^\/__moved/, ''); // where our redirects lead
  const request = { method: incoming.method, path, search, query: query_of(search), headers: incoming.headers, raw, body: undefined, origin: system.origin, moved: path !== target };
  const entry = { seq: world.log.length + 1, at: world.iso(), begin, system: system.name, method: request.method, path: world.without_secrets(target), query: world.without_secrets(search) };
  world.log.push(entry);
  request.entry = entry;
  parse_body(request, world);
  const credential = system.credential(request);
  entry.token_kind = credential?.kind ?? 'none';
  entry.tenant = system.tenant_of(request, credential);
  request.credential = credential;
  watch_credentials(world, system, request, entry);
  watch_pace(world, system, request, entry);

  const fault = next_fault(world, system, request, entry);
  if (fault) entry.fault = fault.kind;
  const reply = await with_fault(world, system, request, fault, outgoing);
  entry.ms = Date.now() - begin;
  if (system.is_write(request)) world.lastWrite.set(`${system.name} ${entry.tenant}`, Date.now());
  if (!reply) return undefined; // the connection is gone
  entry.status = reply.status;
  return send(reply, request, outgoing, fault);
}

// Git over HTTP, version 2 of its protocol: no repository here keeps a ledger.
function no_refs(outgoing) {
  outgoing.writeHead(200, { 'content-type': 'application/x-git-upload-pack-result', 'content-length': 4 });
  return outgoing.end('0000');
}

const split_once = (text, mark) => {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
};

// A name given twice, or as `name[]`, is a list.
function query_of(search) {
  const query = {};
  for (const [name, value] of new URLSearchParams(search)) {
    if (name in query) query[name] = [].concat(query[name], value);
    else query[name] = value;
  }
  return query;
}

function parse_body(request, world) {
  if (request.raw.length === 0) return;
  const text = request.raw.toString('utf8');
  try {
    request.body = JSON.parse(text);
    request.entry.body = JSON.parse(world.without_secrets(text));
  } catch {
    request.unreadable = true;
    request.entry.body = world.without_secrets(text.slice(0, 2000));
  }
}

function send(reply, request, outgoing, fault) {
  const headers = { 'content-type': 'application/json; charset=utf-8', ...reply.headers };
  let bytes = reply.body === undefined || reply.body === null ? Buffer.alloc(0) : Buffer.isBuffer(reply.body) ? reply.body
    : Buffer.from(typeof reply.body === 'string' && reply.raw ? reply.body : JSON.stringify(reply.body));
  if (reply.status === 204 || reply.status === 304) bytes = Buffer.alloc(0);
  if (bytes.length === 0) delete headers['content-type'];
  if (fault?.kind === 'truncated-json') bytes = bytes.subarray(0, Math.floor(bytes.length / 2));
  outgoing.writeHead(reply.status, { ...headers, 'content-length': bytes.length });
  if (fault?.kind === 'cut') {
    outgoing.write(bytes.subarray(0, Math.floor(bytes.length / 2)));
    return setTimeout(() => outgoing.destroy(), 20);
  }
  return outgoing.end(request.method === 'HEAD' ? undefined : bytes);
}

// --- what is always watched -------------------------------------------------------------------------------------------------

function watch_credentials(world, system, request, entry) {
  for (const name of CREDENTIAL_HEADERS) {
    const value = request.headers[name];
    if (!value) continue;
    if (!system.takes_credentials) {
      world.violation(entry, 'credential', `the header ${name} was sent to a host it does not belong to`);
      continue;
    }
    for (const [secret, it] of world.secrets) {
      if (value.includes(secret) && it.system !== system.name) world.violation(entry, 'credential', `a ${it.kind} token of ${it.system} was sent to ${system.name}`);
    }
  }
  const elsewhere = `${decodeURIComponent_or(request.path)}?${decodeURIComponent_or(request.search)}\n${request.raw.toString('utf8')}`;
  for (const [secret, it] of world.secrets) {
    if (elsewhere.includes(secret)) world.violation(entry, 'credential', `a ${it.kind} token of ${it.system} is in the URL or the body`);
  }
}

const decodeURIComponent_or = (text) => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

// Writes of one tenant come one after another, with a pause when the seed asks for one.
function watch_pace(world, system, request, entry) {
  if (!system.is_write(request)) return;
  entry.write = true;
  const pause = system.pause_of(entry.tenant);
  const key = `${system.name} ${entry.tenant}`;
  const last = world.lastWrite.get(key);
  world.lastWrite.set(key, entry.begin); // and again when it has ended
  if (pause && last !== undefined && entry.begin - last < pause) {
    world.violation(entry, 'pace', `a write ${entry.begin - last} ms after the last one, less than ${pause} ms`);
  }
}

// --- faults -------------------------------------------------------------------------------------------------------------------

// {match: {method, path, body: regular expressions; system, tenant}, n: how many times (default 1, 0 = always), after: how many matching
// requests go well first, kind, …}
function next_fault(world, system, request, entry) {
  for (const fault of world.faults) {
    const { match = {} } = fault;
    if (match.system && match.system !== system.name) continue;
    if (match.tenant && match.tenant !== entry.tenant) continue;
    if (match.method && !new RegExp(`^(?:${match.method})$`).test(request.method)) continue;
    if (match.path && !new RegExp(match.path).test(request.search ? `${request.path}?${request.search}` : request.path)) continue;
    if (match.body && !new RegExp(match.body).test(request.raw.toString('utf8'))) continue;
    if (request.moved && fault.kind === 'redirect') continue;
    fault.seen = (fault.seen ?? 0) + 1;
    if (fault.seen <= (fault.after ?? 0)) continue;
    if (fault.n !== 0 && (fault.done ?? 0) >= (fault.n ?? 1)) continue;
    fault.done = (fault.done ?? 0) + 1;
    return fault;
  }
  return null;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

async function with_fault(world, system, request, fault, outgoing) {
  const seconds = Math.floor(world.now() / 1000);
  switch (fault?.kind) {
    case undefined:
    case 'truncated-json':
    case 'cut':
      return system.handle(request);
    case 'status':
      return { status: fault.status, body: fault.body ?? system.error_body(fault.status, fault.message), headers: fault.headers ?? {} };
    case '401':
      return { status: 401, body: system.error_body(401), headers: {} };
    case 'lost': // applied, and nobody hears of it
      await system.handle(request);
      outgoing.destroy();
      return null;
    case 'lost-before':
      outgoing.destroy();
      return null;
    case 'held': // until the other side is gone; applied before that, or never
      if (fault.applied) await system.handle(request);
      fault.holds = true;
      await new Promise((done) => (outgoing.destroyed ? done() : outgoing.once('close', done)));
      return null;
    case 'slow':
      await pause(fault.ms ?? 1000);
      return system.handle(request);
    case 'html-error':
      return { status: fault.status ?? 502, raw: true, body: '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center><h1>502 Bad Gateway</h1></center></body>\r\n</html>', headers: { 'content-type': 'text/html', ...fault.headers } };
    case 'redirect': {
      const origin = fault.to === 'elsewhere' ? world.systems.get('storage').origin : system.origin;
      const location = `${origin}/__moved${request.path}${request.search ? `?${request.search}` : ''}`;
      return { status: fault.status ?? 307, body: { message: 'Moved Permanently', url: location, documentation_url: 'http://127.0.0.1/' }, headers: { location } };
    }
    case 'secondary-limit': // retry_after: seconds, '' for a blank header, null for none
      return { status: fault.status ?? 403, body: { message: 'You have exceeded a secondary rate limit and have been temporarily blocked from content creation. Please retry your request again later.', documentation_url: 'http://127.0.0.1/' },
        headers: fault.retry_after === undefined || fault.retry_after === null ? {} : { 'retry-after': String(fault.retry_after) } };
    case 'primary-limit': // reset: seconds from now; negative for a stale header
      return { status: fault.status ?? 403, body: { message: 'API rate limit exceeded for installation.', documentation_url: 'http://127.0.0.1/' },
        headers: { 'x-ratelimit-limit': '5000', 'x-ratelimit-remaining': '0', 'x-ratelimit-used': '5000', 'x-ratelimit-reset': String(seconds + (fault.reset ?? 60)), 'x-ratelimit-resource': 'core' } };
    case '429-plain':
      return { status: 429, raw: true, body: 'Retry later\n', headers: { 'content-type': 'text/plain', 'retry-after': String(fault.retry_after ?? 60), 'ratelimit-limit': '600', 'ratelimit-name': 'throttle_authenticated_api', 'ratelimit-observed': '601', 'ratelimit-remaining': '0', 'ratelimit-reset': String(seconds + (fault.retry_after ?? 60)) } };
    case '429-json': // GitLab's application limiter: no header says how long
      return { status: 429, body: { message: { error: 'This endpoint has been requested too many times. Try again later.' } }, headers: {} };
    case 'seed': // the world changes just before the request
      world.seed(fault.seed);
      return system.handle(request);
    default:
      throw new Error(`there is no fault ${fault.kind}`);
  }
}

// --- control ------------------------------------------------------------------------------------------------------------------

// tenants: separated by commas. What belongs to nobody is everybody's.
const of_tenants = (list, tenants) => (tenants ? list.filter((it) => !it.tenant || tenants.split(',').includes(it.tenant)) : list);

function control(world, method, target, query, raw, outgoing) {
  const name = `${method} ${target.slice('/__ctl/'.length)}`;
  const tenant = query.get('tenant');
  const tell = (status, body) => {
    outgoing.writeHead(status, { 'content-type': 'application/json' });
    outgoing.end(JSON.stringify(body));
  };
  try {
    const body = raw.length ? JSON.parse(raw.toString('utf8')) : {};
    switch (name) {
      case 'POST seed':
        world.seed(body);
        return tell(200, {});
      case 'POST reset':
        world.reset();
        return tell(200, {});
      case 'POST faults': { // {add: […]}, or a list that replaces all; those of one tenant with ?tenant=
        const own = (it) => !tenant || it.match?.tenant === tenant;
        const given = (Array.isArray(body) ? body : body.add).map((it) => (tenant ? { ...it, match: { ...it.match, tenant } } : it));
        world.faults = [...world.faults.filter((it) => !Array.isArray(body) || !own(it)), ...given];
        return tell(200, { faults: world.faults.length });
      }
      case 'POST clock': // {now: a date} or {advance: seconds}
        if (body.now) world.shift = Date.parse(body.now) - Date.now();
        if (body.advance) world.shift += body.advance * 1000;
        return tell(200, { now: world.iso() });
      case 'GET log':
        return tell(200, of_tenants(world.log, tenant));
      case 'GET violations':
        return tell(200, of_tenants(world.violations, tenant));
      case 'GET faults':
        return tell(200, tenant ? world.faults.filter((it) => it.match?.tenant === tenant) : world.faults);
      case 'GET secrets': // what must not be found anywhere else; for the tear-down of a test
        return tell(200, [...world.secrets.keys()]);
      case 'GET state':
        return tell(200, Object.fromEntries([...world.systems].map(([key, it]) => [key, it.state(tenant)])));
      default:
        return tell(404, { error: `there is no ${name}` });
    }
  } catch (error) {
    return tell(400, { error: String(error?.message ?? error) });
  }
}

// --- for the systems ------------------------------------------------------------------------------------------------------------

export const sha1 = (text) => createHash('sha1').update(text).digest('hex');

export function page_of(list, query, { size = 30, max = 100 } = {}) {
  const per = Math.max(1, Math.min(Number(query.per_page ?? size) || size, max));
  const page = Math.max(1, Number(query.page ?? 1) || 1);
  return { items: list.slice((page - 1) * per, page * per), page, per, total: list.length, pages: Math.max(1, Math.ceil(list.length / per)) };
}

export function link_header(url, query, { page, per, pages }, withLast = true) {
  const link = (to, rel) => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (name !== 'page' && name !== 'per_page') [].concat(value).forEach((one) => parameters.append(name, one));
    parameters.set('per_page', per);
    parameters.set('page', to);
    return `<${url}?${parameters}>; rel="${rel}"`;
  };
  const links = [];
  if (page > 1) links.push(link(page - 1, 'prev'));
  if (page < pages) links.push(link(page + 1, 'next'));
  if (page < pages && withLast) links.push(link(pages, 'last'));
  if (page > 1) links.push(link(1, 'first'));
  return links.join(', ');
}

// Another host, which must not see any credential: GitHub's object store for artifacts.
export class Storage {
  name = 'storage';
  takes_credentials = false;
  objects = new Map(); // path -> {bytes, until}

  constructor(world) {
    this.world = world;
  }
  reset() { this.objects?.clear(); }
  seed() {}
  state() { return { objects: this.objects.size }; }
  credential() { return null; }
  // A request that was sent here by mistake still tells whose it is.
  tenant_of(request) {
    const { systems } = this.world;
    return this.objects.get(request.path)?.tenant ?? systems.get('github').tenant_of(request, null) ?? systems.get('gitlab').tenant_of(request, null);
  }
  is_write() { return false; }
  pause_of() { return 0; }
  error_body(status) { return { message: `error ${status}` }; }

  put(bytes, tenant, type, seconds) {
    const path = `/objects/${sha1(`${this.objects.size} ${bytes.length} ${tenant}`)}`;
    this.objects.set(path, { bytes, tenant, type, until: this.world.now() + seconds * 1000 });
    return `${this.origin}${path}?sig=${sha1(path)}`;
  }

  handle(request) {
    const object = this.objects.get(request.path);
    const error = (status, text) => ({ status, raw: true, body: `<?xml version="1.0"?><Error><Code>${text}</Code></Error>`, headers: { 'content-type': 'application/xml' } });
    if (!object) return error(404, 'BlobNotFound');
    if (this.world.now() > object.until || request.query.sig !== sha1(request.path)) return error(403, 'AuthenticationFailed');
    return { status: 200, body: object.bytes, headers: { 'content-type': object.type } };
  }
}
