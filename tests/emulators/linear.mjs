// Linear: GraphQL on its schema, states and labels of teams, ids that clients choose, what a question costs.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildSchema, execute, parse, validate } from 'graphql';
import { sha1 } from './emulator.mjs';

const OWN = fileURLToPath(new URL('contracts/linear.graphql', import.meta.url));
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const STATES = ['backlog', 'unstarted', 'started', 'completed', 'canceled', 'duplicate'];
const MOST_COMPLEXITY = 10_000;
const DEFAULT_FIRST = 50;

class Problem extends Error {
  constructor(message, type = 'invalid input') {
    super(message);
    this.extensions = { type, code: type.toUpperCase().replace(/ /g, '_'), userError: true, userPresentableMessage: message };
  }
}

export class Linear {
  name = 'linear';
  takes_credentials = true;

  constructor(world, shared) {
    this.world = world;
    this.schemas = [buildSchema(readFileSync(OWN, 'utf8'))];
    const vendor = shared && `${shared}/contracts/linear/schema.graphql`;
    if (vendor && existsSync(vendor)) this.schemas.push(buildSchema(readFileSync(vendor, 'utf8'), { assumeValidSDL: true }));
    this.reset();
  }

  reset() {
    this.spaces = new Map(); // tenant -> workspace
    this.tokens = new Map();
  }

  // {tokens: [{token, tenant}], workspaces: [{tenant, teams: [{key}], labels: [{name, team}], users: [{id, name, email}], projects}], people}
  seed({ tokens = [], workspaces = [], people = [] }) {
    for (const { tenant, pace_ms, teams = [], labels = [], users = [], projects = [] } of workspaces) {
      const space = this.spaces.get(tenant) ?? { tenant, teams: [], labels: [], users: [], projects: [], issues: [], comments: [], pace_ms };
      for (const it of teams) space.teams.push({ id: `team-${it.key}`, count: 0, states: (it.states ?? STATES).map((type, position) => ({ id: `${it.key}-${type}`, type, position })), ...it });
      for (const it of labels) space.labels.push({ id: `label-${space.labels.length}`, isGroup: false, ...it, team: space.teams.find((one) => one.key === it.team) ?? null });
      space.users.push(...users.map((it) => ({ displayName: it.name, ...it })));
      space.projects.push(...projects.map((it) => ({ id: `project-${it.name}`, ...it })));
      this.spaces.set(tenant, space);
    }
    for (const it of tokens) {
      this.tokens.set(it.token, it);
      this.world.secret(it.token, this.name, 'token');
    }
    for (const it of people) this.#act(it);
  }

  // What a person does: {tenant, issue, by: id of a user, state: type, priority, assignee, title, team (moved), duplicate_of, trashed}
  #act({ tenant, issue: identifier, state, team, duplicate_of, by = null, ...plain }) {
    const space = this.spaces.get(tenant);
    const issue = space.issues.find((it) => it.identifier === identifier);
    if (!issue) throw new Error(`there is no issue ${identifier}`);
    Object.assign(issue, plain);
    if (team) {
      const to = space.teams.find((it) => it.key === team);
      to.count += 1;
      Object.assign(issue, { team: to.id, identifier: `${to.key}-${to.count}`, state: to.states.find((it) => it.type === 'unstarted').id });
    }
    if (state) issue.state = this.team_of(space, issue).states.find((it) => it.type === state).id;
    if (state) issue.history = [{ id: sha1(`${issue.id} ${issue.history?.length}`), createdAt: this.#moment(issue), actor: space.users.find((it) => it.id === by) ?? null, toState: this.team_of(space, issue).states.find((it) => it.type === state) }, ...(issue.history ?? [])];
    if (duplicate_of) {
      issue.state = this.team_of(space, issue).states.find((it) => it.type === 'duplicate').id;
      issue.duplicate_of = space.issues.find((it) => it.identifier === duplicate_of).id;
    }
  }

  // Two changes of an issue are never at one moment.
  #moment(issue) { return new Date(this.world.now() + (issue.history?.length ?? 0)).toISOString(); }
  team_of(space, issue) { return space.teams.find((it) => it.id === issue.team); }
  state(tenant) {
    const plain = (space) => ({ issues: space.issues.map((it) => ({ ...it, type: this.team_of(space, it).states.find((one) => one.id === it.state).type, comments: space.comments.filter((one) => one.issue === it.id).map((one) => one.body) })) });
    return Object.fromEntries([...this.spaces.values()].filter((it) => !tenant || it.tenant === tenant).map((it) => [it.tenant, plain(it)]));
  }

  credential({ headers }) {
    const value = headers.authorization;
    if (!value) return null;
    const personal = this.tokens.get(value);
    const token = personal ?? this.tokens.get(value.replace(/^Bearer /, ''));
    if (!token || (!personal && !token.oauth) || (personal && token.oauth)) return { kind: 'unknown' };
    return { ...token, kind: 'token' };
  }

  tenant_of(request, credential) { return credential?.tenant ?? null; }
  is_write({ body }) { return /^\s*mutation/.test(body?.query ?? ''); }
  pause_of(tenant) { return this.spaces.get(tenant)?.pace_ms ?? 0; }
  error_body(status, message) { return this.errors([new Problem(message ?? `error ${status}`, status === 429 ? 'ratelimited' : 'internal error')]).body; }
  errors(list, status = 200, data = undefined) { return { status, body: { errors: list.map((it) => ({ message: it.message, extensions: it.extensions ?? it.originalError?.extensions ?? { type: 'graphql error', code: 'GRAPHQL_ERROR' } })), ...(data === undefined ? {} : { data }) } }; }

  handle(request) {
    const { entry, credential, body } = request;
    if (!request.headers['user-agent']) this.world.violation(entry, 'header', 'User-Agent is missing');
    if (!credential || credential.kind === 'unknown') return this.errors([new Problem('Authentication required, not authenticated', 'authentication error')], 401);
    if (request.path !== '/graphql' || request.method !== 'POST' || !body?.query) {
      this.world.violation(entry, 'contract', 'no question of GraphQL');
      return this.errors([new Problem('no query')], 400);
    }
    const document = parse(body.query);
    entry.operation = document.definitions[0].selectionSet.selections[0].name.value;
    const wrong = this.schemas.flatMap((schema) => validate(schema, document));
    const cost = complexity(document.definitions[0], 1);
    if (cost > MOST_COMPLEXITY) wrong.push(new Problem(`Query too complex: ${cost}`));
    if (wrong.length) {
      this.world.violation(entry, 'contract', wrong.map((it) => it.message).join('; '));
      return this.errors(wrong, 400);
    }
    return this.#run(request, document, cost);
  }

  #run({ entry, credential, body }, document, cost) {
    const space = this.spaces.get(credential.tenant);
    // The largest schema coerces the variables.
    const result = execute({ schema: this.schemas.at(-1), document, rootValue: roots(this, space), variableValues: body.variables });
    const headers = { 'x-complexity': String(cost), 'x-ratelimit-requests-limit': '2500', 'x-ratelimit-requests-remaining': '2400', 'x-ratelimit-requests-reset': String(this.world.now() + 3_600_000) };
    if (!result.errors) return { status: 200, body: { data: result.data }, headers };
    const of_variables = result.data === undefined;
    if (of_variables) this.world.violation(entry, 'contract', result.errors.map((it) => it.message).join('; '));
    return { ...this.errors(result.errors, of_variables ? 400 : 200, result.data), headers };
  }
}

// 0.1 a property, 1 an object, a connection as often as it is asked for.
function complexity(node, times) {
  if (!node.selectionSet) return 0.1 * times;
  const first = node.arguments?.find((it) => it.name.value === 'first')?.value;
  const many = first ? Number(first.value ?? DEFAULT_FIRST) : node.selectionSet.selections.some((it) => it.name?.value === 'nodes') ? DEFAULT_FIRST : 1;
  return node.selectionSet.selections.reduce((sum, it) => sum + complexity(it, times * many), times);
}

const fits = (comparator, value) => !comparator || ((comparator.eq === undefined || comparator.eq === value) && (!comparator.in || comparator.in.includes(value)));
const nodes = (list, first = DEFAULT_FIRST) => ({ nodes: list.slice(0, first), pageInfo: { hasNextPage: list.length > first, endCursor: null, hasPreviousPage: false } });

function roots(linear, space) {
  const team = (it) => it && { ...it, states: ({ first }) => nodes(it.states, first) };
  const issue_of = (it) => ({
    ...it, url: `https://linear.app/acme/issue/${it.identifier}`, team: () => team(linear.team_of(space, it)), state: linear.team_of(space, it).states.find((one) => one.id === it.state),
    assignee: it.assignee ? { id: it.assignee, name: it.assignee } : null,
    history: ({ first }) => nodes(it.history ?? [], first),
    relations: ({ first }) => nodes(it.duplicate_of ? [{ id: 'r', type: 'duplicate', relatedIssue: () => issue_of(space.issues.find((one) => one.id === it.duplicate_of)) }] : [], first),
  });
  const find = (id) => {
    const issue = space.issues.find((it) => it.id === id || it.identifier === id);
    if (!issue) throw new Problem('Entity not found: Issue');
    return issue;
  };
  const take = (issue, { stateId, assigneeId, ...plain }) => {
    const own = linear.team_of(space, issue);
    if (stateId && !own.states.some((it) => it.id === stateId)) throw new Problem('stateId is not a state of the team of the issue');
    if (plain.priority !== undefined && !(plain.priority >= 0 && plain.priority <= 4)) throw new Problem('priority must be from 0 to 4');
    if (plain.dueDate && !/^\d{4}-\d{2}-\d{2}$/.test(plain.dueDate)) throw new Problem('dueDate is no date');
    Object.assign(issue, plain);
    if (stateId) issue.state = stateId;
    if (assigneeId !== undefined) issue.assignee = assigneeId;
    return issue;
  };
  const payload = (issue) => ({ success: true, lastSyncId: 1, issue: issue_of(issue) });
  return {
    viewer: { id: 'me', name: 'gatepost' },
    teams: ({ filter, first }) => nodes(space.teams.filter((it) => fits(filter?.key, it.key)).map(team), first),
    issueLabels: ({ filter, first }) => nodes(space.labels.filter((it) => fits(filter?.name, it.name)).map((it) => ({ ...it, team: team(it.team) })), first),
    projects: ({ filter, first }) => nodes(space.projects.filter((it) => fits(filter?.name, it.name)), first),
    users: ({ filter, first }) => nodes(space.users.filter((it) => (filter?.or ?? [filter]).some((one) => fits(one?.email, it.email) && fits(one?.displayName, it.displayName))), first),
    issues: ({ filter, first }) => nodes(space.issues.filter((it) => fits(filter?.id, it.id)).map(issue_of), first),
    issue: ({ id }) => issue_of(find(id)),
    comments: ({ filter, first }) => nodes(space.comments.filter((it) => fits(filter?.id, it.id)), first),
    issueCreate: ({ input: { id, teamId, labelIds = [], projectId, ...plain } }) => {
      const own = space.teams.find((it) => it.id === teamId);
      if (!own) throw new Problem('Entity not found: Team');
      if (id && !UUID.test(id)) throw new Problem('id must be a UUID');
      if (id && space.issues.some((it) => it.id === id)) throw new Problem(`Entity with id ${id} already exists`);
      for (const it of labelIds) {
        const label = space.labels.find((one) => one.id === it);
        if (!label || (label.team && label.team.id !== teamId)) throw new Problem('The label does not belong to the team');
      }
      const issue = take({ id: id ?? sha1(String(space.issues.length)), team: teamId, state: own.states.find((it) => it.type === 'unstarted').id, labels: labelIds, project: projectId ?? null, priority: 0, dueDate: null, assignee: null, trashed: null, createdAt: new Date(linear.world.now()).toISOString() }, plain);
      own.count += 1;
      issue.identifier = `${own.key}-${own.count}`;
      space.issues.push(issue);
      return payload(issue);
    },
    issueUpdate: ({ id, input }) => payload(take(find(id), input)),
    commentCreate: ({ input: { id, issueId, body } }) => {
      find(issueId);
      if (!UUID.test(id)) throw new Problem('id must be a UUID');
      if (space.comments.some((it) => it.id === id)) throw new Problem(`Entity with id ${id} already exists`);
      space.comments.push({ id, issue: issueId, body });
      return { success: true, lastSyncId: 1, comment: { id } };
    },
  };
}
