// Issues of GitHub that are no pull requests.
const MOST_ASSIGNEES = 10;

const labels_of = (names) => (names ?? []).map((name) => ({ id: 1, node_id: 'L', url: '', name, color: 'ededed', default: false, description: null }));
const issue_of = ({ repository, request }, it) => ({
  id: it.id, node_id: `I_${it.id}`, number: it.number, url: `${request.api}/repos/${repository.full_name}/issues/${it.number}`, html_url: `${request.origin}/${repository.full_name}/issues/${it.number}`,
  title: it.title, body: it.body, state: it.state, state_reason: it.state_reason, labels: labels_of(it.labels), assignees: it.assignees.map((login) => ({ login, id: 1 })), user: it.user, closed_by: it.state === 'closed' ? it.closed_by ?? it.user : null, created_at: it.created_at, updated_at: it.created_at, comments: 0,
});

const find = (ctx) => {
  const number = Number(ctx.params.issue_number);
  const issue = ctx.repository.issues.find((it) => it.number === number);
  if (!issue) throw ctx.github.refusal(404, 'Not Found');
  if (issue.deleted) throw ctx.github.refusal(410, 'This issue was deleted');
  return issue;
};

// What a person does: {number, state, state_reason, title, labels, deleted, closed_by: login}; a number that is not there is a new issue of a stranger.
export function seed_issue(github, repository, { user = 'author', ...given }) {
  const known = repository.issues.find((it) => it.number === given.number);
  if (known) return Object.assign(known, given, given.closed_by ? { closed_by: github.user(given.closed_by) } : {});
  return add(github, repository, github.user(user), given);
}

function add(github, repository, user, given) {
  const number = 100 + repository.issues.length;
  const issue = { id: github.id(), number, state: 'open', state_reason: null, labels: [], assignees: [], created_at: github.world.iso(), ...given, user };
  repository.issues.push(issue);
  return issue;
}

export const issue_operations = (ok, paged) => ({
  'GET /repos/{owner}/{repo}/issues': (ctx) => {
    const wanted = ctx.query.labels?.split(',') ?? [];
    const shown = ctx.repository.issues.filter((it) => !it.deleted && (ctx.query.state === 'all' || it.state === (ctx.query.state ?? 'open')) && wanted.every((name) => it.labels.includes(name)));
    return paged(ctx, shown.reverse(), (it) => issue_of(ctx, it));
  },
  'POST /repos/{owner}/{repo}/issues': (ctx) => ok(issue_of(ctx, add(ctx.github, ctx.repository, ctx.token.user, { assignees: [], labels: [], ...ctx.body })), 201),
  'GET /repos/{owner}/{repo}/issues/{issue_number}': (ctx) => ok(issue_of(ctx, find(ctx))),
  'PATCH /repos/{owner}/{repo}/issues/{issue_number}': (ctx) => {
    const issue = find(ctx);
    if ((ctx.body.assignees ?? []).length > MOST_ASSIGNEES) throw ctx.github.invalid({ resource: 'Issue', code: 'invalid', field: 'assignees' });
    Object.assign(issue, ctx.body);
    if (ctx.body.state === 'open') issue.state_reason = 'reopened';
    return ok(issue_of(ctx, issue));
  },
});
