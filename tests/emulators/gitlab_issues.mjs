// Issues of GitLab.
const list = (text) => (text ? [].concat(text).flatMap((it) => it.split(',')).filter(Boolean) : []);
const issue_of = ({ project, request }, it) => ({
  id: it.id, iid: it.iid, project_id: project.id, title: it.title, description: it.description, state: it.state, labels: it.labels, due_date: it.due_date, assignees: it.assignees, created_at: it.created_at, updated_at: it.created_at,
  author: { id: 1, username: it.author }, closed_by: it.state === 'closed' ? { id: 1, username: it.closed_by ?? it.author } : null, web_url: `${request.server}/${project.path}/-/issues/${it.iid}`,
});

const find = ({ gitlab, project, params }) => {
  const issue = project.issues.find((it) => it.iid === Number(params.iid) && !it.deleted);
  if (!issue) throw gitlab.refusal(404, '404 Not found');
  return issue;
};

// What a person does: {iid, state, labels, title, deleted, closed_by: username}
export function seed_gitlab_issue(project, given) {
  const known = project.issues.find((it) => it.iid === given.iid);
  if (!known) throw new Error(`there is no issue ${given.iid}`);
  Object.assign(known, given);
}

export const gitlab_issue_operations = (ok, paged) => ({
  'GET /projects/:id/issues': (ctx) => {
    const wanted = list(ctx.query.labels);
    return paged(ctx, ctx.project.issues.filter((it) => !it.deleted && (!ctx.query.state || it.state === ctx.query.state) && wanted.every((name) => it.labels.includes(name))), (it) => issue_of(ctx, it));
  },
  'POST /projects/:id/issues': (ctx) => {
    const { labels, assignee_ids = [], due_date = null, ...plain } = ctx.body;
    const issue = { id: ctx.gitlab.id(), iid: ctx.project.issues.length + 1, state: 'opened', labels: list(labels), due_date, assignees: assignee_ids.map((id) => [...ctx.gitlab.users.values()].find((it) => it.id === id)), notes: [], author: ctx.token.username, created_at: ctx.gitlab.world.iso(), ...plain };
    ctx.project.issues.push(issue);
    return ok(issue_of(ctx, issue), 201);
  },
  'GET /projects/:id/issues/:iid': (ctx) => ok(issue_of(ctx, find(ctx))),
  'PUT /projects/:id/issues/:iid': (ctx) => {
    const issue = find(ctx);
    const { labels, state_event, assignee_ids, ...plain } = ctx.body;
    Object.assign(issue, plain);
    if (labels !== undefined) issue.labels = list(labels);
    if (assignee_ids) issue.assignees = assignee_ids.map((id) => [...ctx.gitlab.users.values()].find((it) => it.id === id));
    if (state_event) issue.state = state_event === 'close' ? 'closed' : 'opened';
    return ok(issue_of(ctx, issue));
  },
  'GET /projects/:id/issues/:iid/notes': (ctx) => paged(ctx, find(ctx).notes, (it) => it),
  'POST /projects/:id/issues/:iid/notes': (ctx) => {
    const issue = find(ctx);
    for (const line of ctx.body.body.split('\n')) if (line.startsWith('/')) ctx.gitlab.world.violation(ctx.request.entry, 'quick-action', line);
    issue.notes.push({ id: ctx.gitlab.id(), body: ctx.body.body, author: { username: ctx.token.username } });
    return ok(issue.notes.at(-1), 201);
  },
  'DELETE /projects/:id/issues/:iid/notes/:note': (ctx) => {
    const issue = find(ctx);
    issue.notes = issue.notes.filter((it) => it.id !== Number(ctx.params.note));
    return { status: 204, headers: {} };
  },
});
