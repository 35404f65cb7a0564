// Jira, of Cloud and of Data Center: rights, limits of fields, a workflow, and an index that lags behind.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Ajv2019 from 'ajv/dist/2019.js';
import { adf_judge } from './adf.mjs';
import { Contract } from './contract.mjs';
import { Refusal } from './emulator.mjs';

const REQUESTS = fileURLToPath(new URL('contracts/jira-requests.json', import.meta.url));
const PRIORITIES = ['Highest', 'High', 'Medium', 'Low', 'Lowest'].map((name, i) => ({ id: String(i + 1), name }));
const RESOLUTIONS = ['Done', "Won't Do", 'Duplicate'].map((name, i) => ({ id: String(10_000 + i), name }));
const STATUSES = { 'To Do': 'new', 'In Progress': 'indeterminate', Done: 'done' };
const SCREEN = ['project', 'issuetype', 'summary', 'description', 'labels', 'priority', 'duedate', 'assignee', 'components', 'security'];
const LONGEST_TEXT = 32_767;

export class Jira {
  takes_credentials = true;

  // `kind`: cloud or dc
  constructor(world, shared, kind) {
    this.world = world;
    this.kind = kind;
    this.name = kind === 'dc' ? 'jira_dc' : 'jira';
    this.routes = read_routes(kind);
    this.judge_adf = adf_judge(shared);
    const file = shared && `${shared}/contracts/jira/${kind === 'dc' ? 'dc-10.3-v2' : 'cloud-v3'}.trim.json`;
    this.vendor = file && existsSync(file) ? new Contract(file) : null;
    this.reset();
  }

  reset() {
    this.sites = new Map(); // tenant -> site
    this.tokens = new Map();
    this.nextId = 10_000;
  }

  // {tokens: [{token, user, tenant}], sites: [{tenant, lag, context, projects, users}], people: [{tenant, issue, …}]}
  seed({ tokens = [], sites = [], people = [] }) {
    for (const it of sites) this.#seed_site(it);
    for (const it of tokens) {
      this.tokens.set(it.token, it);
      this.world.secret(it.token, this.name, 'token');
    }
    for (const it of people) this.#act(it);
  }

  #seed_site({ tenant, projects = [], ...more }) {
    const site = this.sites.get(tenant) ?? { tenant, lag: 0, context: '', users: [], projects: new Map(), issues: [] };
    Object.assign(site, more);
    for (const it of projects) {
      site.projects.set(it.key, { types: [{ id: '10001', name: 'Bug', subtask: false }, { id: '10002', name: 'Task', subtask: false }, { id: '10003', name: 'Sub-task', subtask: true }],
        priorities: PRIORITIES, screen: SCREEN, components: [], levels: [], required: [], count: 0, lead: null, ...site.projects.get(it.key), ...it });
    }
    this.sites.set(tenant, site);
  }

  // What a person does: {tenant, issue, by, status, resolution, priority, assignee, summary, project, duplicate_of, deleted, labels}
  #act({ tenant, issue: key, ...act }) {
    const site = this.sites.get(tenant);
    const issue = site.issues.find((it) => it.key === key);
    if (!issue) throw new Error(`there is no issue ${key}`);
    if (act.deleted) site.issues = site.issues.filter((it) => it !== issue);
    if (act.status) this.move(issue, act.status, act.resolution ?? (STATUSES[act.status] === 'done' ? 'Done' : null), act.by ?? 'Mona');
    if (act.priority) issue.priority = act.priority;
    if (act.assignee) issue.assignee = act.assignee;
    if (act.summary) issue.summary = act.summary;
    if (act.labels) issue.labels = act.labels;
    if (act.project) this.#rename(site, issue, act.project);
    if (act.duplicate_of) Object.assign(issue, { status: 'Done', resolution: 'Duplicate', duplicate_of: act.duplicate_of });
    issue.touched = this.world.now();
  }

  // `by` is the name that Jira shows.
  move(issue, status, resolution, by) {
    this.nextId += 1;
    const items = [['status', issue.status, status], ['resolution', issue.resolution, resolution]].map(([field, from, to]) => ({ field, fieldId: field, fieldtype: 'jira', fromString: from ?? undefined, toString: to ?? undefined }));
    issue.history = [...(issue.history ?? []), { id: String(this.nextId), author: { displayName: by }, created: new Date(this.world.now()).toISOString().replace('Z', '+0000'), items }];
    Object.assign(issue, { status, resolution });
  }

  // Cloud shows the newest first, Data Center the eldest.
  changelog_of(issue) {
    const histories = [...(issue.history ?? [])];
    if (this.kind !== 'dc') histories.reverse();
    return { startAt: 0, maxResults: histories.length, total: histories.length, histories };
  }

  #rename(site, issue, project) {
    const to = site.projects.get(project);
    to.count += 1;
    issue.former = [...(issue.former ?? []), issue.key];
    issue.key = `${project}-${to.count}`;
    issue.project = project;
  }

  state(tenant) {
    return Object.fromEntries([...this.sites.values()].filter((it) => !tenant || it.tenant === tenant).map((it) => [it.tenant, { issues: it.issues }]));
  }

  credential({ headers }) {
    const [kind, value = ''] = (headers.authorization ?? '').split(' ');
    if (!kind) return null;
    const [user, secret] = kind === 'Basic' ? Buffer.from(value, 'base64').toString('utf8').split(/:(.*)/s) : [undefined, value];
    const token = this.tokens.get(secret);
    if (!token || (kind === 'Basic' && token.user !== user) || (kind === 'Bearer' && token.user && this.kind === 'cloud')) return { kind: 'unknown' };
    return { ...token, kind: 'token' };
  }

  tenant_of(request, credential) { return credential?.tenant ?? null; }
  is_write({ method, path }) { return method !== 'GET' && !/\/search(\/jql)?$/.test(path); }
  pause_of(tenant) { return this.sites.get(tenant)?.pace_ms ?? 0; }
  error_body(status, message) { return { errorMessages: [message ?? `error ${status}`], errors: {} }; }

  handle(request) {
    let reply;
    try {
      reply = this.#answer(request);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reply = { status: error.status, body: error.body, headers: error.headers };
      request.entry.refused = error.message;
    }
    this.#check_answer(request, reply);
    return { ...reply, headers: { 'x-arequestid': `r${request.entry.seq}`, ...reply.headers } };
  }

  #answer(request) {
    const { entry, headers, credential } = request;
    if (!headers['user-agent']) this.world.violation(entry, 'header', 'User-Agent is missing');
    if (!credential || credential.kind === 'unknown') throw new Refusal(401, undefined, { 'x-seraph-loginreason': 'AUTHENTICATED_FAILED' });
    const site = this.sites.get(credential.tenant);
    const base = `${site.context}/rest/api/${this.kind === 'dc' ? 2 : 3}`;
    const found = request.path.startsWith(`${base}/`) && this.routes.find((it) => it.method === request.method && it.pattern.test(request.path.slice(base.length)));
    if (!found) {
      this.world.violation(entry, 'contract', 'no operation that the emulator knows');
      throw new Refusal(404, this.error_body(404, 'null for uri'));
    }
    entry.operation = found.key;
    const values = found.pattern.exec(request.path.slice(base.length)).slice(1).map(decodeURIComponent);
    const params = Object.fromEntries(found.names.map((name, i) => [name, values[i]]));
    this.#judge(request, found, site);
    return OPERATIONS[found.key]({ jira: this, site, params, query: request.query, body: request.body ?? {}, now: this.world.now() });
  }

  // --- the contract -------------------------------------------------------------------------------------------------------------

  #judge(request, route, site) {
    const errors = [];
    for (const name of Object.keys(request.query)) if (!(route.query ?? []).includes(name)) errors.push(`query.${name} unknown query parameter`);
    if (route.validate && !route.validate(request.body ?? {})) errors.push(...route.validate.errors.map((it) => `body${it.instancePath} ${it.message} ${JSON.stringify(it.params)}`));
    if (request.body && !/^application\/json\b/.test(request.headers['content-type'] ?? '')) errors.push('Content-Type must be application/json');
    errors.push(...this.#vendor_errors(request, site), ...this.#text_errors(request.body));
    if (errors.length === 0) return;
    request.entry.contract_errors = errors;
    this.world.violation(request.entry, 'contract', errors.join('; '));
    throw new Refusal(400, this.error_body(400, errors[0]));
  }

  #vendor_path(path, site) {
    return this.kind === 'dc' ? path.slice(`${site.context}/rest`.length) : path.slice(site.context.length);
  }

  #vendor_errors(request, site) {
    const found = this.vendor?.find(request.method, this.#vendor_path(request.path, site));
    if (!found?.operation) return this.vendor ? ['the vendor knows no such operation'] : [];
    request.vendor = found.operation;
    // Its prose has "expand=transitions.fields", its list of parameters has not.
    if (this.kind === 'dc' && found.operation.key.endsWith('/transitions')) request = { ...request, query: without(request.query, 'expand') };
    return this.vendor.request(found.operation, found.params, request.query, request.body, request.headers['content-type']).map((it) => `vendor: ${it.where} ${it.text}`);
  }

  // Cloud takes documents, Data Center takes texts.
  #text_errors(body) {
    const texts = [body?.body, body?.fields?.description, ...(body?.issueUpdates ?? []).map((it) => it.fields?.description)].filter((it) => it !== undefined);
    return texts.flatMap((it) => {
      if (this.kind === 'dc') return typeof it === 'string' ? (it.length > LONGEST_TEXT ? ['a text is too long'] : []) : ['Data Center takes wiki markup, no document'];
      if (typeof it === 'string') return ['Cloud takes a document, no text'];
      return this.judge_adf(it).map((text) => `ADF ${text}`);
    });
  }

  #check_answer(request, reply) {
    if (!request.vendor || reply.raw || reply.status >= 300 || reply.status === 204) return;
    const errors = this.vendor.response(request.vendor, reply.status, reply.body, []);
    if (errors.length) this.world.violation(request.entry, 'emulator', `its own answer ${reply.status}: ${errors.map((it) => `${it.where} ${it.text}`).join('; ')}`);
  }

  // --- issues -------------------------------------------------------------------------------------------------------------------

  user(site, id) {
    if (!id) return null;
    const known = site.users.find((it) => it.accountId === id || it.name === id);
    return this.kind === 'dc' ? { name: id, displayName: known?.displayName ?? id } : { accountId: id, displayName: known?.displayName ?? id };
  }

  fields_of(site, issue) {
    const original = issue.duplicate_of && site.issues.find((it) => it.key === issue.duplicate_of);
    const link = original && { id: '1', type: { id: '10002', name: 'Duplicate', inward: 'is duplicated by', outward: 'duplicates' }, outwardIssue: { id: original.id, key: original.key } };
    return {
      summary: issue.summary, labels: issue.labels, duedate: issue.duedate ?? null, created: new Date(issue.created).toISOString().replace('Z', '+0000'),
      status: { name: issue.status, statusCategory: { key: STATUSES[issue.status] ?? 'done' } }, resolution: issue.resolution ? { name: issue.resolution } : null,
      priority: issue.priority ? { name: issue.priority } : null, assignee: this.user(site, issue.assignee), issuelinks: link ? [link] : [],
    };
  }

  shown(site, issue) { return { id: issue.id, key: issue.key, self: `${this.origin}/issue/${issue.id}`, fields: this.fields_of(site, issue) }; }

  find(site, key) {
    const issue = site.issues.find((it) => it.id === key || it.key === key || it.former?.includes(key));
    if (!issue) throw new Refusal(404, { errorMessages: ['Issue does not exist or you do not have permission to see it.'], errors: {} });
    return issue;
  }

  // The errors by field, as Jira says them; else the issue.
  take(site, issue, fields, project) {
    const errors = {};
    for (const name of Object.keys(fields)) {
      if (!project.screen.includes(name)) errors[name] = `Field '${name}' cannot be set. It is not on the appropriate screen, or unknown.`;
    }
    for (const name of project.required) if (!(name in fields) && !issue.id) errors[name] = `${name} is required.`;
    const named = (list, it) => list.find((one) => one.id === it.id || one.name === it.name);
    if (fields.priority && !named(project.priorities, fields.priority)) errors.priority = 'The priority selected is invalid.';
    if (fields.security && !named(project.levels, fields.security)) errors.security = 'The security level is invalid.';
    for (const it of fields.components ?? []) if (!named(project.components, it)) errors.components = `Component name '${it.name}' is not valid`;
    if (Object.keys(errors).length) return { errors };
    const { project: _, issuetype, priority, assignee, components, ...plain } = fields;
    Object.assign(issue, plain);
    if (issuetype) issue.issuetype = issuetype.id;
    if (priority) issue.priority = named(project.priorities, priority).name;
    if (assignee !== undefined) issue.assignee = assignee && (assignee.accountId ?? assignee.name);
    if (components) issue.components = components;
    return { issue };
  }

  create(site, { fields }, now) {
    const project = site.projects.get(fields.project.key);
    if (!project) return { errors: { project: 'valid project is required' } };
    if (!project.types.some((it) => it.id === fields.issuetype.id)) return { errors: { issuetype: 'The issue type selected is invalid.' } };
    const taken = this.take(site, { labels: [] }, fields, project);
    if (taken.errors) return taken;
    project.count += 1;
    this.nextId += 1;
    const issue = { id: String(this.nextId), key: `${project.key}-${project.count}`, project: project.key, status: 'To Do', resolution: null, created: now, touched: now, comments: [], ...taken.issue };
    issue.priority ??= 'Medium';
    site.issues.push(issue);
    return { issue };
  }
}

const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

// --- operations -------------------------------------------------------------------------------------------------------------------

const problem = (status, errors) => ({ status, body: { errorMessages: [], errors } });

function search({ jira, site, body, now }) {
  const labels = [...(/^labels in \(([^)]*)\)/.exec(body.jql)?.[1] ?? '').matchAll(/"([^"]+)"/g)].map((it) => it[1]);
  if (labels.length === 0) throw new Refusal(400, { errorMessages: ['Unbounded JQL queries are not allowed here.'], errors: {} });
  const reconciled = new Set((body.reconcileIssues ?? []).map(String));
  const indexed = (it) => now - it.touched >= site.lag * 1000 || reconciled.has(it.id);
  return site.issues.filter((it) => indexed(it) && it.labels.some((label) => labels.includes(label))).map((it) => jira.shown(site, it));
}

const transitions_of = (site, issue) => Object.keys(STATUSES).filter((it) => it !== issue.status && !(site.no_way ?? []).includes(it)).map((to) => ({
  id: String(11 + Object.keys(STATUSES).indexOf(to)), name: to, hasScreen: STATUSES[to] === 'done', to: { name: to, statusCategory: { key: STATUSES[to] } },
  fields: STATUSES[to] === 'done' ? { resolution: { required: true, name: 'Resolution', key: 'resolution', operations: ['set'], schema: { type: 'resolution' }, allowedValues: RESOLUTIONS } } : {},
}));

const OPERATIONS = {
  'GET /myself': () => ({ status: 200, body: { displayName: 'gatepost', accountId: 'gatepost' } }),
  'POST /search/jql': (it) => {
    const found = search(it);
    const from = Number(it.body.nextPageToken ?? 0);
    const to = from + Math.min(it.body.maxResults ?? 50, it.site.page ?? 100);
    return { status: 200, body: { issues: found.slice(from, to), isLast: to >= found.length, ...(to < found.length ? { nextPageToken: String(to) } : {}) } };
  },
  'POST /search': (it) => {
    const found = search(it);
    const from = it.body.startAt ?? 0;
    return { status: 200, body: { startAt: from, maxResults: it.body.maxResults ?? 50, total: found.length, issues: found.slice(from, from + (it.body.maxResults ?? 50)) } };
  },
  'POST /issue': ({ jira, site, body, now }) => {
    const { issue, errors } = jira.create(site, body, now);
    return errors ? problem(400, errors) : { status: 201, body: { id: issue.id, key: issue.key, self: `${jira.origin}/issue/${issue.id}` } };
  },
  'POST /issue/bulk': ({ jira, site, body, now }) => {
    const issues = [], errors = [];
    body.issueUpdates.forEach((it, i) => {
      const made = jira.create(site, it, now);
      if (made.errors) errors.push({ status: 400, elementErrors: { errorMessages: [], errors: made.errors }, failedElementNumber: i });
      else issues.push({ id: made.issue.id, key: made.issue.key, self: `${jira.origin}/issue/${made.issue.id}` });
    });
    return { status: issues.length ? 201 : 400, body: { issues, errors } };
  },
  'GET /issue/:key': ({ jira, site, params, query }) => {
    const issue = jira.find(site, params.key);
    return { status: 200, body: { ...jira.shown(site, issue), ...(query.expand === 'changelog' ? { changelog: jira.changelog_of(issue) } : {}) } };
  },
  'PUT /issue/:key': ({ jira, site, params, body, now }) => {
    const issue = jira.find(site, params.key);
    const { errors } = jira.take(site, issue, body.fields, site.projects.get(issue.project));
    if (errors) return problem(400, errors);
    issue.touched = now;
    return { status: 204 };
  },
  'GET /issue/:key/transitions': ({ jira, site, params }) => ({ status: 200, body: { expand: 'transitions', transitions: transitions_of(site, jira.find(site, params.key)) } }),
  'POST /issue/:key/transitions': ({ jira, site, params, body, now }) => {
    const issue = jira.find(site, params.key);
    const way = transitions_of(site, issue).find((it) => it.id === body.transition.id);
    if (!way) return problem(400, { transition: 'It seems that you have tried to perform a workflow operation that is not valid for the current state of this issue.' });
    if (way.fields.resolution && !body.fields?.resolution) return problem(400, { resolution: 'Resolution is required.' });
    jira.move(issue, way.name, body.fields?.resolution ? RESOLUTIONS.find((it) => it.id === body.fields.resolution.id).name : null, 'gatepost');
    issue.touched = now;
    return { status: 204 };
  },
  'GET /issue/:key/comment': ({ jira, site, params }) => {
    const { comments } = jira.find(site, params.key);
    return { status: 200, body: { startAt: 0, maxResults: 50, total: comments.length, comments: [...comments].reverse() } };
  },
  'POST /issue/:key/comment': ({ jira, site, params, body }) => {
    const issue = jira.find(site, params.key);
    jira.nextId += 1;
    issue.comments.push({ id: String(jira.nextId), author: jira.kind === 'dc' ? { name: 'gatepost' } : { accountId: 'gatepost' }, body: body.body });
    return { status: 201, body: issue.comments.at(-1) };
  },
  'DELETE /issue/:key/comment/:id': ({ jira, site, params }) => {
    const issue = jira.find(site, params.key);
    const at = issue.comments.findIndex((it) => it.id === params.id);
    if (at < 0) throw new Refusal(404, { errorMessages: [`Can not find a comment for the id: ${params.id}.`], errors: {} });
    issue.comments.splice(at, 1);
    return { status: 204 };
  },
  'GET /issue/createmeta/:project/issuetypes': ({ jira, site, params }) => {
    const types = project_of(site, params.project).types;
    const page = { startAt: 0, maxResults: 50, total: types.length };
    return { status: 200, body: jira.kind === 'dc' ? { ...page, values: types } : { ...page, issueTypes: types } };
  },
  'GET /issue/createmeta/:project/issuetypes/:type': ({ jira, site, params }) => {
    const project = project_of(site, params.project);
    const allowed = { priority: project.priorities, components: project.components, security: project.levels };
    const fields = project.screen.map((id) => ({ fieldId: id, key: id, name: id, required: project.required.includes(id), operations: ['set'], schema: { type: 'string' }, ...(allowed[id] ? { allowedValues: allowed[id] } : {}) }));
    const page = { startAt: 0, maxResults: 50, total: fields.length };
    return { status: 200, body: jira.kind === 'dc' ? { ...page, values: fields } : { ...page, fields } };
  },
  'GET /project/:project': ({ jira, site, params }) => {
    const project = project_of(site, params.project);
    return { status: 200, body: { key: project.key, name: project.name ?? project.key, lead: jira.user(site, project.lead) ?? undefined } };
  },
  'GET /user/assignable/search': ({ jira, site, query }) => {
    const wanted = (query.query ?? query.username ?? '').toLowerCase();
    const found = site.users.filter((it) => [it.displayName, it.emailAddress, it.name].some((name) => name?.toLowerCase().includes(wanted)));
    return { status: 200, body: found.map((it) => jira.user(site, jira.kind === 'dc' ? it.name : it.accountId)) };
  },
};

function project_of(site, key) {
  const project = site.projects.get(key);
  if (!project) throw new Refusal(404, { errorMessages: [`No project could be found with key '${key}'.`], errors: {} });
  return project;
}

function read_routes(kind) {
  const { operations, definitions } = JSON.parse(readFileSync(REQUESTS, 'utf8'));
  const ajv = new Ajv2019.default({ strict: false, allErrors: true });
  return Object.entries(operations).filter(([, it]) => !it.only || it.only === kind).map(([key, it]) => {
    const [method, template] = key.split(' ');
    const names = [...template.matchAll(/:(\w+)/g)].map((one) => one[1]);
    const pattern = new RegExp(`^${template.replace(/:\w+/g, '([^/]+)')}$`);
    const body = it.body && (it.body.$ref ? { ...it.body, definitions } : { type: 'object', additionalProperties: false, ...it.body, definitions });
    return { key, method, names, pattern, query: it.query, validate: body && ajv.compile(body) };
  }).sort((a, b) => a.names.length - b.names.length);
}
