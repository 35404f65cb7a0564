// The state of repositories on GitHub, and what each REST operation does with it.
import { gunzipSync } from 'node:zlib';
import { hunk_with, hunks_of, moved_line, position_of } from './diff.mjs';
import { link_header, page_of, sha1 } from './emulator.mjs';
import { issue_operations, seed_issue } from './github_issues.mjs';
import { zip } from './zip.mjs';

export const LONGEST_BODY = 65536;
const LONGEST_STATUS = 140;
const MOST_STATUSES = 1000;
const LARGEST_SARIF = 10 * 1024 * 1024;
const MOST_RUNS = 20;
const MOST_RESULTS = 25000;
const MOST_FILES_COMPARED = 300;
const LARGEST_INLINE_FILE = 1024 * 1024;
const ARTIFACT_URL_SECONDS = 60;
const STATUS_OF = { A: 'added', D: 'removed', M: 'modified', R: 'renamed', T: 'changed', C: 'copied' };

// --- seeding ----------------------------------------------------------------------------------------------------------------

// A repository; a second seed of the same one adds to it. See README.md for the members.
export function seed_repository(github, given) {
  const full_name = `${given.owner}/${given.name}`;
  const key = full_name.toLowerCase();
  if (!github.repositories.has(key)) github.repositories.set(key, new Repository(github, full_name, given));
  const repository = github.repositories.get(key);
  const { pulls = [], issue_comments = [], review_comments = [], labels = [], runs = [], artifacts = [], check_runs = [], statuses = [], issues = [], owner, name, git_dir, ...settings } = given;
  if (git_dir) repository.git = github.git_of(git_dir);
  Object.assign(repository, settings);
  for (const it of labels) repository.labels.set(it.name.toLowerCase(), { id: github.id(), color: 'ededed', ...it });
  for (const it of pulls) seed_pull(github, repository, it);
  for (const it of issues) seed_issue(github, repository, it);
  for (const it of issue_comments) add_issue_comment(github, repository, it.issue, github.user(it.user), it.body, it);
  for (const it of review_comments) seed_review_comment(github, repository, it);
  for (const it of check_runs) repository.checkRuns.push(new_check_run(github, it.app ?? { id: 1, slug: 'other-app' }, it));
  for (const it of statuses) repository.statuses.push({ id: github.id(), creator: github.user(it.user ?? 'somebody'), at: github.world.iso(), ...it });
  for (const it of runs) repository.runs.push({ id: github.id(), run_number: 1, run_attempt: 1, status: 'completed', conclusion: 'success', ...it });
  for (const it of artifacts) repository.artifacts.push({ id: github.id(), expired: false, created_at: github.world.iso(), ...it });
}

class Repository {
  constructor(github, full_name, given) {
    this.id = given.id ?? github.id();
    this.full_name = full_name;
    [this.owner, this.name] = full_name.split('/');
    this.default_branch = 'main';
    this.private = true;
    this.collaborators = {}; // login -> admin, maintain, write, triage, read
    this.code_scanning = true;
    this.codeowners_errors = [];
    this.pulls = new Map();
    this.issues = [];
    this.comments = [];
    this.reviews = [];
    this.reviewComments = [];
    this.resolvedThreads = new Map(); // id of the first comment -> user
    this.minimized = new Map(); // node id -> classifier
    this.labels = new Map();
    this.checkRuns = [];
    this.statuses = [];
    this.sarifs = [];
    this.runs = [];
    this.artifacts = [];
  }

  plain() {
    return {
      id: this.id,
      pulls: [...this.pulls.values()].map(({ number, title, state, head, base, labels, requested_reviewers, requested_teams }) =>
        ({ number, title, state, head, base, labels, requested_reviewers: requested_reviewers.map((it) => it.login), requested_teams })),
      issues: this.issues.map(({ user, ...it }) => ({ ...it, user: user.login })),
      issue_comments: this.comments.map((it) => ({ id: it.id, issue: it.issue, user: it.user.login, body: it.body, created_at: it.created_at, updated_at: it.updated_at, minimized: this.minimized.get(it.node_id) ?? null, reactions: (it.reactions ?? []).map((one) => `${one.content} ${one.user.login}`) })),
      reviews: this.reviews.map((it) => ({ id: it.id, pull: it.pull, user: it.user.login, state: it.state, body: it.body, commit_id: it.commit_id })),
      review_comments: this.reviewComments.map((it) => ({ ...it, user: it.user.login, diff_hunk: undefined, resolved: this.resolvedThreads.has(it.in_reply_to_id ?? it.id), minimized: this.minimized.get(it.node_id) ?? null })),
      check_runs: this.checkRuns.map((it) => ({ ...it, app: it.app.slug })),
      statuses: this.statuses.map((it) => ({ ...it, creator: it.creator.login })),
      labels: [...this.labels.values()].map((it) => it.name),
      sarifs: this.sarifs.map(({ id, ref, commit_sha, processing_status, errors, log, tool_name }) => ({ id, ref, commit_sha, processing_status, errors, tool_name, sarif: log })),
    };
  }
}

// {number, title, user, state, draft, head: {sha, ref, repo}, base: {sha, ref}, merge_commit_sha, labels, files, no_patch}
// A pull request seeded again with another head has been pushed to.
function seed_pull(github, repository, given) {
  const known = repository.pulls.get(given.number);
  if (known) {
    if (given.head?.sha && given.head.sha !== known.head.sha) return push_head(github, repository, known, given);
    return Object.assign(known, given, given.user ? { user: github.user(given.user) } : {});
  }
  const pull = {
    id: github.id(), title: `Pull request ${given.number}`, state: 'open', draft: false, mergeable: true, requested_reviewers: [], requested_teams: [],
    created_at: github.world.iso(), ...given, labels: given.labels ?? [], user: github.user(given.user ?? 'author'), heads: [given.head.sha],
  };
  repository.pulls.set(given.number, pull);
  return pull;
}

// The head moves. Comments keep their line, follow it, or are outdated.
export function push_head(github, repository, pull, change) {
  const old = pull.head.sha;
  const user = pull.user;
  Object.assign(pull, change, { head: { ...pull.head, ...change.head }, base: { ...pull.base, ...change.base }, user });
  pull.heads.push(pull.head.sha);
  for (const it of repository.reviewComments) {
    if (it.pull !== pull.number || it.subject_type === 'file' || it.line === null) continue;
    follow_line(repository, pull, it, old);
  }
}

function follow_line(repository, pull, comment, old) {
  const files = files_of(repository, pull);
  const file = files.find((it) => it.path === comment.path);
  const hunks = hunks_of(file?.patch);
  let move = (line) => line;
  if (repository.git && comment.side === 'RIGHT') {
    const between = repository.git.diff(old, pull.head.sha, 0).find((it) => it.old_path === comment.path);
    if (between) {
      const changes = hunks_of(between.patch);
      move = (line) => (between.status === 'D' ? null : moved_line(changes, line));
    }
  }
  const line = move(comment.line);
  const start = comment.start_line === null ? null : move(comment.start_line);
  const shown = line !== null && hunk_with(hunks, comment.side, line) >= 0 && (comment.start_line === null || start !== null);
  comment.line = shown ? line : null;
  comment.start_line = shown ? start : null;
  comment.position = shown ? position_of(hunks, comment.side, line) : null;
  if (shown) comment.commit_id = pull.head.sha;
}

function seed_review_comment(github, repository, given) {
  const pull = repository.pulls.get(given.pull);
  if (!pull) throw new Error(`no pull request ${given.pull} to comment on`);
  if (given.resolved_by) return repository.resolvedThreads.set(given.id, github.user(given.resolved_by));
  return add_review_comment(github, repository, pull, github.user(given.user), {
    commit_id: pull.head.sha, side: 'RIGHT', subject_type: given.line ? 'line' : 'file', ...given, in_reply_to: given.in_reply_to,
  }, null);
}

// --- shapes -------------------------------------------------------------------------------------------------------------------

const encode_path = (path) => path.split('/').map(encodeURIComponent).join('/');

const of_repository = (request, it) => ({
  id: it.id, name: it.name, full_name: it.full_name, private: it.private, default_branch: it.default_branch, fork: Boolean(it.fork_of),
  owner: { login: it.owner, id: 1000, type: 'Organization' }, html_url: `${request.origin}/${it.full_name}`, url: `${request.api}/repos/${it.full_name}`,
  archived: false, disabled: false, visibility: it.private ? 'private' : 'public',
});

const of_pull = (ctx, pull) => {
  const { repository, request, github } = ctx;
  const url = `${request.api}/repos/${repository.full_name}/pulls/${pull.number}`;
  const head_repository = pull.head.repo === null ? null : github.repositories.get((pull.head.repo ?? repository.full_name).toLowerCase());
  return {
    url, id: pull.id, number: pull.number, title: pull.title, state: pull.state, locked: false, draft: pull.draft, user: pull.user, body: pull.body ?? null,
    html_url: `${request.origin}/${repository.full_name}/pull/${pull.number}`, issue_url: `${request.api}/repos/${repository.full_name}/issues/${pull.number}`,
    diff_url: `${url}.diff`, patch_url: `${url}.patch`, labels: pull.labels.map((name) => label_of(ctx, name)), created_at: pull.created_at, updated_at: pull.created_at,
    closed_at: null, merged_at: pull.merged_at ?? null, merge_commit_sha: pull.merge_commit_sha ?? null, assignees: [], author_association: pull.author_association ?? 'CONTRIBUTOR', auto_merge: null,
    requested_reviewers: pull.requested_reviewers, requested_teams: pull.requested_teams.map((slug) => team_of(ctx, slug)),
    head: { sha: pull.head.sha, ref: pull.head.ref ?? 'change', label: `${head_repository?.owner ?? repository.owner}:${pull.head.ref ?? 'change'}`, user: { login: head_repository?.owner ?? repository.owner, id: 1000 }, repo: head_repository ? of_repository(request, head_repository) : null },
    base: { sha: pull.base.sha, ref: pull.base.ref ?? 'main', label: `${repository.owner}:${pull.base.ref ?? 'main'}`, user: { login: repository.owner, id: 1000 }, repo: of_repository(request, repository) },
  };
};

const of_full_pull = (ctx, pull) => ({
  ...of_pull(ctx, pull), merged: Boolean(pull.merged_at), mergeable: pull.mergeable, mergeable_state: pull.mergeable ? 'clean' : 'unknown', merged_by: null, maintainer_can_modify: false,
  comments: 0, review_comments: 0, commits: 1, additions: 1, deletions: 0, changed_files: files_of(ctx.repository, pull).length,
});

const of_comment = ({ repository, request }, it) => ({
  id: it.id, node_id: it.node_id, url: `${request.api}/repos/${repository.full_name}/issues/comments/${it.id}`, html_url: `${request.origin}/${repository.full_name}/pull/${it.issue}#issuecomment-${it.id}`,
  issue_url: `${request.api}/repos/${repository.full_name}/issues/${it.issue}`, body: it.body, user: it.user, created_at: it.created_at, updated_at: it.updated_at, author_association: it.author_association,
  performed_via_github_app: it.app ? app_of(it.app) : null,
});

const app_of = (app) => ({ id: app.id, slug: app.slug, name: app.name ?? app.slug, owner: { login: 'github', id: 9919, type: 'Organization' }, permissions: {}, events: [] });

const of_review_comment = ({ repository, request }, it) => ({
  id: it.id, node_id: it.node_id, pull_request_review_id: it.review, url: `${request.api}/repos/${repository.full_name}/pulls/comments/${it.id}`, diff_hunk: it.diff_hunk, path: it.path,
  commit_id: it.commit_id, original_commit_id: it.original_commit_id, user: it.user, body: it.body, created_at: it.created_at, updated_at: it.updated_at,
  html_url: `${request.origin}/${repository.full_name}/pull/${it.pull}#discussion_r${it.id}`, pull_request_url: `${request.api}/repos/${repository.full_name}/pulls/${it.pull}`, author_association: it.author_association,
  _links: { self: { href: `${request.api}/x` }, html: { href: `${request.origin}/x` }, pull_request: { href: `${request.api}/x` } },
  start_line: it.start_line, original_start_line: it.original_start_line, start_side: it.start_line === null ? null : it.start_side, line: it.line, original_line: it.original_line, side: it.side,
  position: it.position, original_position: it.original_position, subject_type: it.subject_type, ...(it.in_reply_to_id ? { in_reply_to_id: it.in_reply_to_id } : {}),
});

const of_review = ({ repository, request }, it) => ({
  id: it.id, node_id: `PRR_${it.id.toString(36)}`, user: it.user, body: it.body, state: it.state, html_url: `${request.origin}/${repository.full_name}/pull/${it.pull}#pullrequestreview-${it.id}`,
  pull_request_url: `${request.api}/repos/${repository.full_name}/pulls/${it.pull}`, _links: { html: { href: `${request.origin}/x` }, pull_request: { href: `${request.api}/x` } },
  submitted_at: it.state === 'PENDING' ? undefined : it.at, commit_id: it.commit_id, author_association: 'NONE',
});

const label_of = ({ repository, request, github }, name) => {
  const known = repository.labels.get(name.toLowerCase()) ?? { id: github.id(), name, color: 'ededed' };
  return { id: known.id, node_id: `LA_${known.id}`, url: `${request.api}/repos/${repository.full_name}/labels/${encode_path(known.name)}`, name: known.name, color: known.color, default: false, description: known.description ?? null };
};

const team_of = ({ request, repository }, slug) => ({ id: 7000, node_id: `T_${slug}`, url: `${request.api}/teams/7000`, name: slug, slug, description: null, privacy: 'closed', permission: 'push', members_url: `${request.api}/teams/7000/members{/member}`, html_url: `${request.origin}/orgs/${repository.owner}/teams/${slug}`, repositories_url: `${request.api}/teams/7000/repos`, parent: null });

const of_file = ({ repository, request }, it, head) => ({
  sha: /^0+$/.test(it.new_sha) ? it.old_sha : it.new_sha, filename: it.path, status: STATUS_OF[it.status] ?? 'changed', additions: it.added, deletions: it.removed, changes: it.added + it.removed,
  blob_url: `${request.origin}/${repository.full_name}/blob/${head}/${encode_path(it.path)}`, raw_url: `${request.origin}/${repository.full_name}/raw/${head}/${encode_path(it.path)}`,
  contents_url: `${request.api}/repos/${repository.full_name}/contents/${encode_path(it.path)}?ref=${head}`,
  ...(it.patch === undefined ? {} : { patch: it.patch }), ...(it.status === 'R' ? { previous_filename: it.old_path } : {}),
});

const of_commit = ({ repository, request }, it) => ({
  url: `${request.api}/repos/${repository.full_name}/commits/${it.sha}`, sha: it.sha, node_id: `C_${it.sha.slice(0, 8)}`, html_url: `${request.origin}/${repository.full_name}/commit/${it.sha}`, comments_url: `${request.api}/x`,
  commit: { url: `${request.api}/x`, author: it.author, committer: it.committer, message: it.message, comment_count: 0, tree: { sha: it.tree, url: `${request.api}/x` } },
  author: null, committer: null, parents: it.parents.map((sha) => ({ sha, url: `${request.api}/x`, html_url: `${request.origin}/x` })),
});

const of_check_run = ({ repository, request }, it) => ({
  id: it.id, node_id: `CR_${it.id.toString(36)}`, head_sha: it.head_sha, external_id: it.external_id ?? null, url: `${request.api}/repos/${repository.full_name}/check-runs/${it.id}`, html_url: `${request.origin}/${repository.full_name}/runs/${it.id}`,
  details_url: it.details_url ?? null, status: it.status, conclusion: it.conclusion ?? null, started_at: it.started_at ?? null, completed_at: it.completed_at ?? null, name: it.name, check_suite: { id: 1 }, app: app_of(it.app), pull_requests: [],
  output: { title: it.output?.title ?? null, summary: it.output?.summary ?? null, text: it.output?.text ?? null, annotations_count: it.annotations.length, annotations_url: `${request.api}/repos/${repository.full_name}/check-runs/${it.id}/annotations` },
});

const of_status = ({ repository, request }, it) => ({
  url: `${request.api}/repos/${repository.full_name}/statuses/${it.sha}`, avatar_url: null, id: it.id, node_id: `SC_${it.id}`, state: it.state, description: it.description ?? null, target_url: it.target_url ?? null, context: it.context, created_at: it.at, updated_at: it.at, creator: it.creator,
});

const of_run = ({ repository, request, github }, it) => {
  const head_repository = github.repositories.get((it.head_repository ?? repository.full_name).toLowerCase());
  return {
    id: it.id, node_id: `WFR_${it.id}`, name: it.name ?? 'CI', path: it.path ?? '.github/workflows/ci.yml', head_branch: it.head_branch ?? null, head_sha: it.head_sha, run_number: it.run_number, run_attempt: it.run_attempt, event: it.event ?? 'pull_request',
    status: it.status, conclusion: it.conclusion, workflow_id: it.workflow_id ?? 1, url: `${request.api}/repos/${repository.full_name}/actions/runs/${it.id}`, html_url: `${request.origin}/${repository.full_name}/actions/runs/${it.id}`,
    pull_requests: it.pull_requests ?? [], created_at: it.created_at ?? github.world.iso(), updated_at: it.updated_at ?? github.world.iso(), actor: github.user(it.actor ?? 'author'), triggering_actor: github.user(it.actor ?? 'author'),
    artifacts_url: `${request.api}/repos/${repository.full_name}/actions/runs/${it.id}/artifacts`, repository: of_repository(request, repository), head_repository: head_repository ? of_repository(request, head_repository) : null,
    head_commit: { id: it.head_sha, tree_id: it.head_sha, message: '', timestamp: github.world.iso(), author: null, committer: null }, display_title: it.name ?? 'CI',
  };
};

const of_artifact = ({ repository, request }, it) => ({
  id: it.id, node_id: `AR_${it.id}`, name: it.name, size_in_bytes: artifact_bytes(it).length, url: `${request.api}/repos/${repository.full_name}/actions/artifacts/${it.id}`, archive_download_url: `${request.api}/repos/${repository.full_name}/actions/artifacts/${it.id}/zip`,
  expired: it.expired, created_at: it.created_at, expires_at: null, updated_at: it.created_at, workflow_run: { id: it.run, repository_id: repository.id, head_repository_id: repository.id, head_branch: 'change', head_sha: repository.runs.find((run) => run.id === it.run)?.head_sha ?? '' },
});

// files: {name: text}, or zip: base64
const artifact_bytes = (it) => (it.zip ? Buffer.from(it.zip, 'base64') : zip(it.files ?? {}));

// --- helpers --------------------------------------------------------------------------------------------------------------------

const ok = (body, status = 200, headers = {}) => ({ status, body, headers });

// One page of a list, in the shape of `wrap` when the answer is an object.
function paged({ request }, list, shape, { wrap, size = 30 } = {}) {
  const page = page_of(list, request.query, { size });
  const items = page.items.map(shape);
  const link = link_header(`${request.origin}${request.path}`, request.query, page);
  return ok(wrap ? { total_count: list.length, [wrap]: items } : items, 200, link ? { link } : {});
}

function pull_of({ github, repository, params }) {
  const pull = repository.pulls.get(Number(params.pull_number ?? params.issue_number));
  if (!pull) throw github.refusal(404, 'Not Found');
  return pull;
}

export function files_of(repository, pull) {
  let files;
  if (pull.files) {
    files = pull.files.map((it) => ({ old_path: it.path, status: 'M', new_sha: sha1(it.path), old_sha: sha1(it.path), added: 0, removed: 0, ...it }));
  } else {
    if (!repository.git) throw new Error(`the pull request ${pull.number} of ${repository.full_name} has neither files nor a git repository`);
    files = repository.git.diff(repository.git.merge_base(pull.base.sha, pull.head.sha), pull.head.sha);
  }
  const hidden = new Set(pull.no_patch ?? []);
  return files.map((it) => (hidden.has(it.path) ? { ...it, patch: undefined } : it));
}

function too_long(github, request, resource) {
  const size = [...(request.body?.body ?? '')].length;
  if (size <= LONGEST_BODY) return;
  github.world.violation(request.entry, 'limit', `a body of ${size} characters`);
  throw github.invalid({ resource, code: 'unprocessable', field: 'data', message: 'Body is too long (maximum is 65536 characters)' });
}

// The bot leaves alone what others wrote.
function foreign(ctx, it, deed) {
  if (it.user.login !== ctx.token.login) ctx.github.world.violation(ctx.request.entry, 'foreign', `${deed} what ${it.user.login} wrote`);
}

const by_id = (ctx, list, id) => {
  const found = list.find((it) => it.id === Number(id));
  if (!found) throw ctx.github.refusal(404, 'Not Found');
  return found;
};

function known_commit({ github, repository }, name) {
  const id = repository.git ? repository.git.commit(name) : name;
  if (!id) throw github.refusal(422, `No commit found for SHA: ${name}`);
  return id;
}

// A ref as paths name it: a branch, a tag, a commit, or a special ref of a pull request.
function commit_at({ github, repository }, name) {
  const reference = /^(?:refs\/)?pull\/(\d+)\/(head|merge)$/.exec(name ?? '');
  const pull = reference && repository.pulls.get(Number(reference[1]));
  const sha = pull ? (reference[2] === 'head' ? pull.head.sha : pull.merge_commit_sha) : repository.git?.commit(name || repository.default_branch);
  if (!sha) throw github.refusal(404, `No commit found for the ref ${name}`);
  return sha;
}

// --- issue comments -----------------------------------------------------------------------------------------------------------------

function add_issue_comment(github, repository, issue, user, body, more = {}) {
  const id = more.id ?? github.id();
  const at = more.created_at ?? github.world.iso();
  const comment = { id, node_id: `IC_kw${id.toString(36)}`, issue, user, body, created_at: at, updated_at: more.updated_at ?? at, author_association: more.author_association ?? (user.type === 'Bot' ? 'NONE' : 'CONTRIBUTOR'), app: more.app };
  repository.comments.push(comment);
  repository.comments.sort((a, b) => a.id - b.id);
  return comment;
}

function since(list, query) {
  return query.since ? list.filter((it) => Date.parse(it.updated_at) >= Date.parse(query.since)) : list;
}

// Somebody reacts in a way once; the second time answers 200.
function react(ctx, comment) {
  comment.reactions ??= [];
  const same = comment.reactions.find((it) => it.user.login === ctx.token.login && it.content === ctx.body.content);
  const reaction = same ?? { id: ctx.github.id(), node_id: 'REA_1', user: ctx.token.user, content: ctx.body.content, created_at: ctx.github.world.iso() };
  if (!same) comment.reactions.push(reaction);
  return ok(reaction, same ? 200 : 201);
}

// An issue, or a pull request.
const commented_of = (ctx) => ctx.repository.issues.find((it) => it.number === Number(ctx.params.issue_number)) ?? pull_of(ctx);

const comment_operations = {
  'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions': (ctx) => react(ctx, by_id(ctx, ctx.repository.comments, ctx.params.comment_id)),
  'POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions': (ctx) => react(ctx, by_id(ctx, ctx.repository.reviewComments, ctx.params.comment_id)),
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments': (ctx) => {
    const pull = commented_of(ctx);
    const comments = ctx.repository.comments.filter((it) => it.issue === pull.number);
    return paged(ctx, since(comments, ctx.query), (it) => of_comment(ctx, it));
  },
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments': (ctx) => {
    const pull = commented_of(ctx);
    too_long(ctx.github, ctx.request, 'IssueComment');
    if (ctx.body.body.trim() === '') throw ctx.github.invalid({ resource: 'IssueComment', code: 'missing_field', field: 'body' });
    const comment = add_issue_comment(ctx.github, ctx.repository, pull.number, ctx.token.user, ctx.body.body, { app: ctx.token.app });
    return ok(of_comment(ctx, comment), 201, { location: `${ctx.request.api}/repos/${ctx.repository.full_name}/issues/comments/${comment.id}` });
  },
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}': (ctx) => ok(of_comment(ctx, by_id(ctx, ctx.repository.comments, ctx.params.comment_id))),
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}': (ctx) => {
    const comment = by_id(ctx, ctx.repository.comments, ctx.params.comment_id);
    foreign(ctx, comment, 'edits');
    too_long(ctx.github, ctx.request, 'IssueComment');
    Object.assign(comment, { body: ctx.body.body, updated_at: ctx.github.world.iso() });
    return ok(of_comment(ctx, comment));
  },
  'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}': (ctx) => {
    const comment = by_id(ctx, ctx.repository.comments, ctx.params.comment_id);
    foreign(ctx, comment, 'deletes');
    ctx.repository.comments = ctx.repository.comments.filter((it) => it !== comment);
    return { status: 204, headers: {} };
  },
};

// --- reviews and their comments --------------------------------------------------------------------------------------------------------

// Why a comment cannot be where it wants to be, as {field, text}; null when it can.
function misplaced(repository, pull, it) {
  const file = files_of(repository, pull).find((one) => one.path === it.path);
  if (!file) return { field: 'pull_request_review_thread.path', text: 'is invalid', review: 'Path could not be resolved' };
  if (it.subject_type === 'file') return null;
  const hunks = hunks_of(file.patch);
  const side = it.side ?? 'RIGHT';
  const outside = { field: 'pull_request_review_thread.line', text: 'must be part of the diff', review: 'Pull request review thread line must be part of the diff and Pull request review thread diff hunk can\'t be blank' };
  if (it.line === undefined && it.position === undefined) return { field: 'pull_request_review_thread.line', text: 'can\'t be blank', review: 'Pull request review thread position is missing' };
  if (it.line === undefined) return hunks.some((hunk) => hunk.lines.length >= it.position) ? null : { ...outside, field: 'pull_request_review_thread.position' };
  const end = hunk_with(hunks, side, it.line);
  if (end < 0) return outside;
  if (it.start_line === undefined || it.start_line === null) return null;
  const start_side = it.start_side ?? side;
  if (start_side === side && it.start_line >= it.line) return { field: 'pull_request_review_thread.start_line', text: 'must precede the end line.', review: 'Pull request review thread start line must precede the end line' };
  const start = hunk_with(hunks, start_side, it.start_line);
  if (start !== end) return { field: 'pull_request_review_thread.start_line', text: 'must be part of the same hunk as the line.', review: 'Pull request review thread start line must be part of the same hunk as the line' };
  return null;
}

function add_review_comment(github, repository, pull, user, given, review) {
  const root = given.in_reply_to ? repository.reviewComments.find((it) => it.id === given.in_reply_to) : null;
  const hunks = hunks_of(files_of(repository, pull).find((it) => it.path === (root ?? given).path)?.patch);
  const side = root?.side ?? given.side ?? 'RIGHT';
  const of_file_only = (root?.subject_type ?? given.subject_type) === 'file';
  const line = of_file_only ? 1 : root ? root.line : given.line ?? null;
  const position = of_file_only ? 1 : line === null ? given.position ?? null : position_of(hunks, side, line);
  const start = root ? root.start_line : given.start_line ?? null;
  const hunk = hunks[hunk_with(hunks, side, line)];
  const id = given.id ?? github.id();
  const at = github.world.iso();
  const comment = {
    id, node_id: `PRRC_kw${id.toString(36)}`, pull: pull.number, review: review?.id ?? null, user, body: given.body, path: root?.path ?? given.path, side, line, start_line: start, start_side: given.start_side ?? (start === null ? null : side),
    original_line: root?.original_line ?? line, original_start_line: root?.original_start_line ?? start, position, original_position: root?.original_position ?? position, subject_type: of_file_only ? 'file' : 'line',
    commit_id: given.commit_id ?? pull.head.sha, original_commit_id: root?.original_commit_id ?? given.commit_id ?? pull.head.sha, in_reply_to_id: root?.id, diff_hunk: root?.diff_hunk ?? (hunk ? [hunk.header, ...hunk.lines.map((it) => it.text)].join('\n') : ''),
    created_at: at, updated_at: at, author_association: user.type === 'Bot' ? 'NONE' : 'CONTRIBUTOR',
  };
  repository.reviewComments.push(comment);
  return comment;
}

function check_commit_id({ github, body }, pull, resource) {
  if (body.commit_id !== undefined && !pull.heads.includes(body.commit_id)) {
    throw github.invalid({ resource, code: 'custom', field: 'commit_id', message: 'commit_id is not part of the pull request' });
  }
}

function post_review(ctx) {
  const { github, repository, body, token, request } = ctx;
  const pull = pull_of(ctx);
  const refuse = (...errors) => github.refusal(422, 'Unprocessable Entity', {}, errors);
  const comments = body.comments ?? [];
  check_commit_id(ctx, pull, 'PullRequestReview');
  if (!body.event) github.world.violation(request.entry, 'pending-review', 'a review without event stays pending');
  if (body.event && body.event !== 'APPROVE' && !body.body && comments.length === 0) throw refuse('Body can\'t be blank');
  if (body.event !== 'COMMENT' && body.event && pull.user.login === token.login) throw refuse(`Can not ${body.event === 'APPROVE' ? 'approve' : 'request changes on'} your own pull request`);
  const pending = repository.reviews.find((it) => it.pull === pull.number && it.user.login === token.login && it.state === 'PENDING');
  if (pending) throw refuse('User can only have one pending review per pull request');
  too_long(github, request, 'PullRequestReview');
  const stale = body.commit_id !== undefined && body.commit_id !== pull.head.sha;
  const wrong = comments.map((it) => (stale ? null : misplaced(repository, pull, it))).filter(Boolean);
  if (wrong.length) throw refuse(...new Set(wrong.map((it) => it.review)));
  for (const it of comments) {
    if ([...it.body].length > LONGEST_BODY) throw refuse('Body is too long (maximum is 65536 characters)');
  }
  const review = { id: github.id(), pull: pull.number, user: token.user, body: body.body ?? '', state: { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' }[body.event] ?? 'PENDING', commit_id: body.commit_id ?? pull.head.sha, at: github.world.iso() };
  repository.reviews.push(review);
  for (const it of comments) {
    const added = add_review_comment(github, repository, pull, token.user, { ...it, commit_id: review.commit_id }, review);
    if (stale) Object.assign(added, { line: null, start_line: null, position: null });
  }
  return ok(of_review(ctx, review));
}

function post_review_comment(ctx) {
  const { github, repository, body, token, request } = ctx;
  const pull = pull_of(ctx);
  too_long(github, request, 'PullRequestReviewComment');
  if (body.in_reply_to) return reply_to(ctx, pull, body.in_reply_to);
  check_commit_id(ctx, pull, 'PullRequestReviewComment');
  const wrong = misplaced(repository, pull, body);
  if (wrong) {
    throw github.invalid({ resource: 'PullRequestReviewComment', code: 'custom', field: wrong.field, message: `${wrong.field} ${wrong.text}` },
      ...(/part of the diff/.test(wrong.text) ? [{ resource: 'PullRequestReviewComment', code: 'missing_field', field: 'pull_request_review_thread.diff_hunk' }] : []));
  }
  const review = { id: github.id(), pull: pull.number, user: token.user, body: '', state: 'COMMENTED', commit_id: body.commit_id, at: github.world.iso() };
  repository.reviews.push(review);
  return ok(of_review_comment(ctx, add_review_comment(github, repository, pull, token.user, body, review)), 201);
}

function reply_to(ctx, pull, id) {
  const { github, repository, body, token } = ctx;
  const root = repository.reviewComments.find((it) => it.id === Number(id) && it.pull === pull.number);
  if (!root) throw github.refusal(404, 'Not Found');
  if (root.in_reply_to_id) throw github.invalid({ resource: 'PullRequestReviewComment', code: 'custom', field: 'in_reply_to', message: 'in_reply_to must be the first comment of a thread' });
  const review = { id: github.id(), pull: pull.number, user: token.user, body: '', state: 'COMMENTED', commit_id: pull.head.sha, at: github.world.iso() };
  repository.reviews.push(review);
  return ok(of_review_comment(ctx, add_review_comment(github, repository, pull, token.user, { body: body.body, in_reply_to: root.id }, review)), 201);
}

const review_operations = {
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews': (ctx) => {
    const pull = pull_of(ctx);
    const seen = ctx.repository.reviews.filter((it) => it.pull === pull.number && (it.state !== 'PENDING' || it.user.login === ctx.token.login));
    return paged(ctx, seen, (it) => of_review(ctx, it));
  },
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews': post_review,
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments': (ctx) => {
    const pull = pull_of(ctx);
    const list = since(ctx.repository.reviewComments.filter((it) => it.pull === pull.number), ctx.query);
    if (ctx.query.direction === 'desc') list.reverse();
    return paged(ctx, list, (it) => of_review_comment(ctx, it));
  },
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments': post_review_comment,
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies': (ctx) => reply_to(ctx, pull_of(ctx), ctx.params.comment_id),
  'GET /repos/{owner}/{repo}/pulls/comments/{comment_id}': (ctx) => ok(of_review_comment(ctx, by_id(ctx, ctx.repository.reviewComments, ctx.params.comment_id))),
  'PATCH /repos/{owner}/{repo}/pulls/comments/{comment_id}': (ctx) => {
    const comment = by_id(ctx, ctx.repository.reviewComments, ctx.params.comment_id);
    foreign(ctx, comment, 'edits');
    too_long(ctx.github, ctx.request, 'PullRequestReviewComment');
    Object.assign(comment, { body: ctx.body.body, updated_at: ctx.github.world.iso() });
    return ok(of_review_comment(ctx, comment));
  },
  'DELETE /repos/{owner}/{repo}/pulls/comments/{comment_id}': (ctx) => {
    const comment = by_id(ctx, ctx.repository.reviewComments, ctx.params.comment_id);
    foreign(ctx, comment, 'deletes');
    const replies = ctx.repository.reviewComments.filter((it) => it.in_reply_to_id === comment.id && it.user.login !== ctx.token.login);
    if (replies.length) ctx.github.world.violation(ctx.request.entry, 'foreign', `deletes a thread in which ${replies[0].user.login} has answered`);
    ctx.repository.reviewComments = ctx.repository.reviewComments.filter((it) => it !== comment);
    return { status: 204, headers: {} };
  },
};

// --- pull requests ------------------------------------------------------------------------------------------------------------------------

function find_reviewers(ctx, pull) {
  const { github, repository, body, token } = ctx;
  for (const login of body.reviewers ?? []) {
    if (login.toLowerCase() === pull.user.login.toLowerCase()) throw github.refusal(422, 'Review cannot be requested from pull request author.');
    if (!Object.keys(repository.collaborators).some((it) => it.toLowerCase() === login.toLowerCase())) {
      throw github.refusal(422, 'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the ' + `${repository.full_name} repository.`);
    }
  }
  if (body.team_reviewers?.length && !github.has(token, 'members', 'read')) throw github.not_accessible(token, ['members:read']);
  const teams = github.organisations.get(repository.owner.toLowerCase())?.teams ?? {};
  for (const slug of body.team_reviewers ?? []) {
    if (!teams[slug]) throw github.refusal(422, `Could not resolve to a node with the global id of '${slug}'.`);
  }
}

const pull_operations = {
  'GET /repos/{owner}/{repo}': (ctx) => ok(of_repository(ctx.request, ctx.repository)),
  'GET /repos/{owner}/{repo}/pulls': (ctx) => {
    const { query } = ctx;
    const state = query.state ?? 'open';
    let list = [...ctx.repository.pulls.values()].filter((it) => state === 'all' || it.state === state).reverse();
    if (query.base) list = list.filter((it) => (it.base.ref ?? 'main') === query.base);
    if (query.head) list = list.filter((it) => of_pull(ctx, it).head.label === query.head);
    return paged(ctx, list, (it) => of_pull(ctx, it));
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}': (ctx) => {
    const pull = pull_of(ctx);
    if (!/vnd\.github[^,]*\.diff/.test(ctx.request.headers.accept ?? '')) return ok(of_full_pull(ctx, pull));
    const files = files_of(ctx.repository, pull);
    if (files.length > MOST_FILES_COMPARED) throw ctx.github.refusal(406, `Sorry, the diff exceeded the maximum number of files (${MOST_FILES_COMPARED}).`, {}, [{ resource: 'PullRequest', field: 'diff', code: 'too_large' }]);
    return { status: 200, raw: true, body: files.map((it) => `diff --git a/${it.old_path} b/${it.path}\n${it.patch ?? ''}\n`).join(''), headers: { 'content-type': 'application/vnd.github.diff; charset=utf-8' } };
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/files': (ctx) => {
    const pull = pull_of(ctx);
    return paged(ctx, files_of(ctx.repository, pull).slice(0, 3000), (it) => of_file(ctx, it, pull.head.sha));
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits': (ctx) => {
    const pull = pull_of(ctx);
    return paged(ctx, ctx.repository.git.commits_between(pull.base.sha, pull.head.sha).slice(0, 250), (sha) => of_commit(ctx, ctx.repository.git.commit_data(sha)));
  },
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': (ctx) => {
    const pull = pull_of(ctx);
    return ok({ users: pull.requested_reviewers, teams: pull.requested_teams.map((slug) => team_of(ctx, slug)) });
  },
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': (ctx) => {
    const pull = pull_of(ctx);
    find_reviewers(ctx, pull);
    for (const login of ctx.body.reviewers ?? []) {
      const user = ctx.github.user(login);
      if (!pull.requested_reviewers.includes(user)) pull.requested_reviewers.push(user);
    }
    for (const slug of ctx.body.team_reviewers ?? []) if (!pull.requested_teams.includes(slug)) pull.requested_teams.push(slug);
    return ok(of_pull(ctx, pull), 201);
  },
  'DELETE /repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers': (ctx) => {
    const pull = pull_of(ctx);
    pull.requested_reviewers = pull.requested_reviewers.filter((it) => !(ctx.body.reviewers ?? []).includes(it.login));
    pull.requested_teams = pull.requested_teams.filter((it) => !(ctx.body.team_reviewers ?? []).includes(it));
    return ok(of_pull(ctx, pull));
  },
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls': (ctx) => {
    const { repository, params } = ctx;
    const sha = commit_at(ctx, params.commit_sha);
    const holds = (it) => it.head.sha === sha || it.merge_commit_sha === sha || (repository.git?.commits_between(it.base.sha, it.head.sha) ?? []).includes(sha);
    return paged(ctx, [...repository.pulls.values()].filter(holds), (it) => of_pull(ctx, it));
  },
};

// --- labels -----------------------------------------------------------------------------------------------------------------------------------

function ensure_label({ github, repository }, given) {
  const name = typeof given === 'string' ? given : given.name;
  if (!repository.labels.has(name.toLowerCase())) repository.labels.set(name.toLowerCase(), { id: github.id(), name, color: 'ededed' });
  return repository.labels.get(name.toLowerCase()).name;
}

const labels_given = (body) => (Array.isArray(body) ? body : typeof body === 'string' ? [body] : body.labels ?? []);

const label_operations = {
  'GET /repos/{owner}/{repo}/issues/{issue_number}/labels': (ctx) => paged(ctx, pull_of(ctx).labels, (it) => label_of(ctx, it)),
  'POST /repos/{owner}/{repo}/issues/{issue_number}/labels': (ctx) => {
    const pull = pull_of(ctx);
    for (const it of labels_given(ctx.body)) {
      const name = ensure_label(ctx, it);
      if (!pull.labels.includes(name)) pull.labels.push(name);
    }
    return ok(pull.labels.map((it) => label_of(ctx, it)));
  },
  'PUT /repos/{owner}/{repo}/issues/{issue_number}/labels': (ctx) => {
    const pull = pull_of(ctx);
    pull.labels = labels_given(ctx.body).map((it) => ensure_label(ctx, it));
    return ok(pull.labels.map((it) => label_of(ctx, it)));
  },
  'DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}': (ctx) => {
    const pull = pull_of(ctx);
    const at = pull.labels.findIndex((it) => it.toLowerCase() === ctx.params.name.toLowerCase());
    if (at < 0) throw ctx.github.refusal(404, 'Label does not exist');
    pull.labels.splice(at, 1);
    return ok(pull.labels.map((it) => label_of(ctx, it)));
  },
  'GET /repos/{owner}/{repo}/labels': (ctx) => paged(ctx, [...ctx.repository.labels.values()], (it) => label_of(ctx, it.name)),
  'GET /repos/{owner}/{repo}/labels/{name}': (ctx) => {
    if (!ctx.repository.labels.has(ctx.params.name.toLowerCase())) throw ctx.github.refusal(404, 'Not Found');
    return ok(label_of(ctx, ctx.params.name));
  },
  'POST /repos/{owner}/{repo}/labels': (ctx) => {
    const { github, repository, body } = ctx;
    if (repository.labels.has(body.name.toLowerCase())) throw github.invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
    if (body.color !== undefined && !/^[0-9a-f]{6}$/i.test(body.color)) throw github.invalid({ resource: 'Label', code: 'invalid', field: 'color' });
    repository.labels.set(body.name.toLowerCase(), { id: github.id(), color: 'ededed', ...body });
    return ok(label_of(ctx, body.name), 201);
  },
};

// --- check runs and statuses ------------------------------------------------------------------------------------------------------------------

function new_check_run(github, app, given) {
  const { output, ...rest } = given;
  const run = { id: github.id(), status: 'queued', ...rest, app, output: {}, annotations: [], updates: 0 };
  add_output(run, output);
  if (run.conclusion) run.status = 'completed';
  return run;
}

function add_output(run, output) {
  if (!output) return;
  const { annotations = [], ...texts } = output;
  Object.assign(run.output, texts);
  run.annotations.push(...annotations);
}

function check_check_run({ github, body, token, request, repository }) {
  if (!token.app) throw github.refusal(403, 'You must authenticate via a GitHub App.');
  if (body.head_sha !== undefined && repository.git && !repository.git.commit(body.head_sha)) throw github.refusal(422, `No commit found for SHA: ${body.head_sha}`);
  if ((body.status === 'completed' || body.completed_at) && !body.conclusion) {
    github.world.violation(request.entry, 'contract', 'a check run is completed without conclusion');
    throw github.refusal(422, 'Invalid request.\n\nMissing conclusion for the status completed.');
  }
  if (body.conclusion === 'stale') throw github.refusal(422, 'Invalid request.\n\nOnly GitHub can set the conclusion stale.');
  for (const it of body.output?.annotations ?? []) {
    if ((it.start_column !== undefined || it.end_column !== undefined) && it.start_line !== it.end_line) {
      github.world.violation(request.entry, 'contract', 'an annotation over several lines has columns');
      throw github.refusal(422, 'Invalid request.\n\nAnnotations support columns only when start_line and end_line are equal.');
    }
    if (/^\.?\//.test(it.path)) github.world.violation(request.entry, 'contract', `the path of an annotation is not relative: ${it.path}`);
    if (it.end_line < it.start_line || it.start_line < 1) throw github.refusal(422, 'Invalid request.\n\nend_line must not precede start_line.');
  }
}

const check_operations = {
  'POST /repos/{owner}/{repo}/check-runs': (ctx) => {
    check_check_run(ctx);
    const run = new_check_run(ctx.github, ctx.token.app, ctx.body);
    ctx.repository.checkRuns.push(run);
    return ok(of_check_run(ctx, run), 201);
  },
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}': (ctx) => ok(of_check_run(ctx, by_id(ctx, ctx.repository.checkRuns, ctx.params.check_run_id))),
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}': (ctx) => {
    const run = by_id(ctx, ctx.repository.checkRuns, ctx.params.check_run_id);
    check_check_run(ctx);
    if (run.app.id !== ctx.token.app.id) throw ctx.github.refusal(403, 'Invalid app_id: check runs can only be changed by the app that made them.');
    const { output, ...rest } = ctx.body;
    Object.assign(run, rest, { updates: run.updates + 1 });
    add_output(run, output);
    if (rest.conclusion) run.status = 'completed';
    return ok(of_check_run(ctx, run));
  },
  'GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations': (ctx) => {
    const run = by_id(ctx, ctx.repository.checkRuns, ctx.params.check_run_id);
    return paged(ctx, run.annotations, (it) => ({ start_column: null, end_column: null, title: null, raw_details: null, blob_href: `${ctx.request.origin}/x`, ...it }));
  },
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs': (ctx) => {
    const { repository, params, query } = ctx;
    const sha = commit_at(ctx, params.ref);
    let runs = repository.checkRuns.filter((it) => it.head_sha === sha);
    if (query.check_name) runs = runs.filter((it) => it.name === query.check_name);
    if (query.app_id) runs = runs.filter((it) => it.app.id === Number(query.app_id));
    if (query.status) runs = runs.filter((it) => it.status === query.status);
    if ((query.filter ?? 'latest') === 'latest') runs = runs.filter((it) => !runs.some((other) => other.name === it.name && other.app.id === it.app.id && other.id > it.id));
    return paged(ctx, runs, (it) => of_check_run(ctx, it), { wrap: 'check_runs' });
  },
  'POST /repos/{owner}/{repo}/statuses/{sha}': (ctx) => {
    const { github, repository, params, body, token, request } = ctx;
    known_commit(ctx, params.sha);
    if ([...(body.description ?? '')].length > LONGEST_STATUS) {
      github.world.violation(request.entry, 'limit', `a status description of ${[...body.description].length} characters`);
      throw github.invalid({ resource: 'Status', code: 'custom', field: 'description', message: 'description is too long (maximum is 140 characters)' });
    }
    if (body.target_url && !/^https?:\/\//.test(body.target_url)) throw github.invalid({ resource: 'Status', code: 'custom', field: 'target_url', message: 'target_url must use http(s) scheme' });
    const context = body.context ?? 'default';
    const same = repository.statuses.filter((it) => it.sha === params.sha && it.context.toLowerCase() === context.toLowerCase());
    if (same.length >= MOST_STATUSES) throw github.invalid({ resource: 'Status', code: 'custom', message: 'This SHA and context has reached the maximum number of statuses.' });
    const status = { id: github.id(), sha: params.sha, context, state: body.state, description: body.description, target_url: body.target_url, creator: token.user, at: github.world.iso() };
    repository.statuses.push(status);
    return ok(of_status(ctx, status), 201);
  },
  'GET /repos/{owner}/{repo}/commits/{ref}/statuses': (ctx) => {
    const sha = commit_at(ctx, ctx.params.ref);
    return paged(ctx, ctx.repository.statuses.filter((it) => it.sha === sha).reverse(), (it) => of_status(ctx, it));
  },
  'GET /repos/{owner}/{repo}/commits/{ref}/status': (ctx) => {
    const sha = commit_at(ctx, ctx.params.ref);
    const latest = new Map(ctx.repository.statuses.filter((it) => it.sha === sha).map((it) => [it.context.toLowerCase(), it]));
    const states = [...latest.values()].map((it) => it.state);
    const state = states.some((it) => it === 'failure' || it === 'error') ? 'failure' : states.length && states.every((it) => it === 'success') ? 'success' : 'pending';
    return ok({ state, statuses: [...latest.values()].map((it) => of_status(ctx, it)), sha, total_count: latest.size, repository: of_repository(ctx.request, ctx.repository), commit_url: `${ctx.request.api}/x`, url: `${ctx.request.api}/x` });
  },
};

// --- code scanning ------------------------------------------------------------------------------------------------------------------------------

function faults_of_sarif(log) {
  const errors = [];
  if (log.version !== '2.1.0') errors.push('rejecting SARIF, as the version is not 2.1.0');
  const runs = Array.isArray(log.runs) ? log.runs : [];
  if (!Array.isArray(log.runs)) errors.push('rejecting SARIF, as there are no runs');
  if (runs.length > MOST_RUNS) errors.push(`rejecting SARIF, as there are more runs than allowed (${runs.length} > ${MOST_RUNS})`);
  const categories = runs.map((it) => `${it.tool?.driver?.name} ${it.automationDetails?.id ?? ''}`);
  if (new Set(categories).size < categories.length) errors.push('A delivery cannot contain multiple runs with the same category');
  for (const run of runs) {
    if (!run.tool?.driver?.name) errors.push('rejecting SARIF, as a run has no tool driver name');
    if ((run.results ?? []).length > MOST_RESULTS) errors.push(`rejecting SARIF, as there are more results per run than allowed (${run.results.length} > ${MOST_RESULTS})`);
    for (const rule of run.tool?.driver?.rules ?? []) {
      const severity = rule.properties?.['security-severity'];
      if (severity !== undefined && !(typeof severity === 'string' && Number(severity) >= 0 && Number(severity) <= 10)) errors.push('could not convert rules: invalid security severity value, is not a number');
    }
    if ((run.results ?? []).some((it) => !it.locations?.length)) errors.push('locationFromSarifResult: expected at least one location');
    if ((run.results ?? []).some((it) => it.locations?.some((one) => !one.physicalLocation?.artifactLocation))) errors.push('locationFromSarifResult: expected artifact location');
  }
  return [...new Set(errors)];
}

const scanning_operations = {
  'POST /repos/{owner}/{repo}/code-scanning/sarifs': (ctx) => {
    const { github, repository, body, request } = ctx;
    if (!repository.code_scanning) throw github.refusal(403, 'Advanced Security must be enabled for this repository to use code scanning.');
    const packed = Buffer.from(body.sarif, 'base64');
    if (packed.length > LARGEST_SARIF) throw github.refusal(413, 'Payload Too Large');
    let text;
    try {
      text = gunzipSync(packed).toString('utf8');
    } catch {
      github.world.violation(request.entry, 'contract', 'sarif is not base64 of gzip');
      throw github.refusal(400, 'Invalid gzip data. SARIF must be gzip compressed and then base64 encoded.');
    }
    if (repository.git && !repository.git.commit(body.commit_sha)) throw github.refusal(404, 'commit not found');
    let log = null;
    let errors;
    try {
      log = JSON.parse(text);
      errors = faults_of_sarif(log);
    } catch {
      errors = ['rejecting SARIF, as it is not JSON'];
    }
    if (errors.length) github.world.violation(request.entry, 'sarif', errors.join('; '));
    const id = `${sha1(`${repository.full_name} ${repository.sarifs.length}`).slice(0, 8)}-0000-4000-8000-000000000000`;
    repository.sarifs.push({ id, ref: body.ref, commit_sha: body.commit_sha, tool_name: body.tool_name, log, errors: repository.sarif_errors ?? errors, polls: repository.sarif_polls ?? 1, processing_status: 'pending' });
    return ok({ id, url: `${request.api}/repos/${repository.full_name}/code-scanning/sarifs/${id}` }, 202);
  },
  'GET /repos/{owner}/{repo}/code-scanning/analyses': (ctx) => {
    const { repository, request, query } = ctx;
    const base = `${request.api}/repos/${repository.full_name}/code-scanning`;
    const done = repository.sarifs.filter((it) => it.processing_status === 'complete' && (!query.ref || it.ref === query.ref));
    const analyses = done.toReversed().flatMap((upload) => upload.log.runs.map((run) => ({ upload, run })));
    const named = analyses.filter(({ run }) => !query.tool_name || run.tool.driver.name === query.tool_name);
    return paged(ctx, named, ({ upload, run }) => ({
      ref: upload.ref, commit_sha: upload.commit_sha, analysis_key: '(default)', environment: '{}', error: '', category: run.automationDetails?.id ?? '', created_at: '2026-01-01T00:00:00Z',
      results_count: run.results.length, rules_count: run.tool.driver.rules?.length ?? 0, id: done.indexOf(upload) + 1, url: `${base}/analyses/${done.indexOf(upload) + 1}`, sarif_id: upload.id, tool: { name: run.tool.driver.name, guid: null, version: null }, deletable: true, warning: '',
    }));
  },
  'GET /repos/{owner}/{repo}/code-scanning/sarifs/{sarif_id}': (ctx) => {
    const { github, repository, params, request } = ctx;
    const upload = repository.sarifs.find((it) => it.id === params.sarif_id);
    if (!upload) throw github.refusal(404, 'No sarif upload found');
    upload.polls -= 1;
    if (upload.polls < 0) upload.processing_status = upload.errors.length ? 'failed' : 'complete';
    const failed = upload.processing_status === 'failed' ? { errors: upload.errors } : {};
    return ok({ processing_status: upload.processing_status, analyses_url: `${request.api}/repos/${repository.full_name}/code-scanning/analyses?sarif_id=${upload.id}`, ...failed });
  },
};

// --- code --------------------------------------------------------------------------------------------------------------------------------------

function contents(ctx) {
  const { github, repository, params, query, request } = ctx;
  const commit = commit_at(ctx, query.ref);
  const path = params.path.replace(/\/+$/, '');
  const entry = repository.git.entry(commit, path);
  if (!entry) throw github.refusal(404, 'Not Found');
  const raw = /vnd\.github[^,]*\.raw/.test(request.headers.accept ?? '');
  const shape = (it) => {
    const url = `${request.api}/repos/${repository.full_name}/contents/${encode_path(it.path)}?ref=${commit}`;
    return { type: it.type === 'tree' ? 'dir' : it.type === 'commit' ? 'submodule' : it.mode === '120000' ? 'symlink' : 'file', size: it.size ?? 0, name: it.path.split('/').pop(), path: it.path, sha: it.sha, url, git_url: url, html_url: url, download_url: url, _links: { self: url, git: url, html: url } };
  };
  if (entry.type === 'tree') {
    const inside = repository.git.tree(`${commit}:${path}`).map((it) => shape({ ...it, path: `${path}/${it.path}` }));
    return ok(inside);
  }
  if (entry.type === 'commit') return ok({ ...shape(entry), submodule_git_url: 'http://127.0.0.1/' });
  const bytes = repository.git.blob(entry.sha);
  if (raw) return { status: 200, body: bytes, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' } };
  if (entry.mode === '120000') return ok({ ...shape(entry), target: bytes.toString('utf8') });
  const inline = bytes.length <= LARGEST_INLINE_FILE;
  return ok({ ...shape(entry), encoding: inline ? 'base64' : 'none', content: inline ? lines_of_base64(bytes) : '' });
}

// GitHub breaks base64 into lines.
const lines_of_base64 = (bytes) => bytes.toString('base64').replace(/(.{60})/g, '$1\n');

function compare(ctx) {
  const { github, repository, params, request } = ctx;
  const [from, to] = params.basehead.split('...');
  if (!to) throw github.refusal(404, 'Not Found');
  const [base, head] = [commit_at(ctx, from.split(':').pop()), commit_at(ctx, to.split(':').pop())];
  const merge_base = repository.git.merge_base(base, head);
  if (!merge_base) throw github.refusal(404, 'No common ancestor between the two commits.');
  const commits = repository.git.commits_between(base, head);
  const behind = repository.git.commits_between(head, base).length;
  const page = page_of(commits, request.query, { size: 250, max: 250 });
  const files = page.page === 1 ? repository.git.diff(merge_base, head).slice(0, MOST_FILES_COMPARED) : [];
  const url = `${request.api}/repos/${repository.full_name}/compare/${base}...${head}`;
  return ok({
    url, html_url: url, permalink_url: url, diff_url: `${url}.diff`, patch_url: `${url}.patch`, base_commit: of_commit(ctx, repository.git.commit_data(base)), merge_base_commit: of_commit(ctx, repository.git.commit_data(merge_base)),
    status: base === head ? 'identical' : commits.length && behind ? 'diverged' : commits.length ? 'ahead' : 'behind', ahead_by: commits.length, behind_by: behind, total_commits: commits.length,
    commits: page.items.map((sha) => of_commit(ctx, repository.git.commit_data(sha))), files: files.map((it) => of_file(ctx, it, head)),
  });
}

const code_operations = {
  'GET /repos/{owner}/{repo}/contents/{path}': contents,
  'GET /repos/{owner}/{repo}/git/blobs/{file_sha}': ({ github, repository, params, request }) => {
    const bytes = repository.git.blob(params.file_sha);
    if (!bytes) throw github.refusal(404, 'Not Found');
    if (/vnd\.github[^,]*\.raw/.test(request.headers.accept ?? '')) return { status: 200, body: bytes, headers: { 'content-type': 'application/vnd.github.raw' } };
    return ok({ sha: params.file_sha, node_id: `B_${params.file_sha}`, size: bytes.length, url: `${request.api}/x`, encoding: 'base64', content: lines_of_base64(bytes) });
  },
  'GET /repos/{owner}/{repo}/git/trees/{tree_sha}': ({ github, repository, params, query, request }) => {
    const entries = repository.git.tree(params.tree_sha, Boolean(query.recursive));
    if (!entries) throw github.refusal(404, 'Not Found');
    const sha = repository.git.maybe('rev-parse', `${params.tree_sha}^{tree}`);
    return ok({ sha, url: `${request.api}/x`, truncated: false, tree: entries.map((it) => ({ ...it, url: `${request.api}/x` })) });
  },
  'GET /repos/{owner}/{repo}/git/commits/{commit_sha}': (ctx) => {
    const data = ctx.repository.git.commit(ctx.params.commit_sha) && ctx.repository.git.commit_data(ctx.params.commit_sha);
    if (!data) throw ctx.github.refusal(404, 'Not Found');
    const url = `${ctx.request.api}/x`;
    return ok({ sha: data.sha, node_id: `C_${data.sha}`, url, html_url: url, author: data.author, committer: data.committer, message: data.message, tree: { sha: data.tree, url }, parents: data.parents.map((sha) => ({ sha, url, html_url: url })), verification: { verified: false, reason: 'unsigned', payload: null, signature: null, verified_at: null } });
  },
  'GET /repos/{owner}/{repo}/git/ref/{ref}': (ctx) => {
    const { params, request, repository, github } = ctx;
    const special = /^pull\//.test(params.ref);
    const sha = special ? commit_at(ctx, params.ref) : repository.git.maybe('rev-parse', '--verify', '--quiet', `refs/${params.ref}`);
    if (!sha) throw github.refusal(404, 'Not Found');
    return ok({ ref: `refs/${params.ref}`, node_id: 'REF_x', url: `${request.api}/x`, object: { type: 'commit', sha, url: `${request.api}/x` } });
  },
  'GET /repos/{owner}/{repo}/branches/{branch}': (ctx) => {
    const sha = ctx.repository.git.maybe('rev-parse', '--verify', '--quiet', `refs/heads/${ctx.params.branch}`);
    if (!sha) throw ctx.github.refusal(404, 'Branch not found');
    return ok({ name: ctx.params.branch, commit: of_commit(ctx, ctx.repository.git.commit_data(sha)), protected: false });
  },
  'GET /repos/{owner}/{repo}/commits/{ref}': (ctx) => ok(of_commit(ctx, ctx.repository.git.commit_data(commit_at(ctx, ctx.params.ref)))),
  'GET /repos/{owner}/{repo}/compare/{basehead}': compare,
  'GET /repos/{owner}/{repo}/codeowners/errors': ({ repository }) => ok({ errors: repository.codeowners_errors }),
};

// --- people, apps, runs --------------------------------------------------------------------------------------------------------------------------

const ROLE = { admin: 'admin', maintain: 'write', write: 'write', triage: 'read', read: 'read', none: 'none' };

const people_operations = {
  'GET /user': ({ github, token }) => {
    if (token.app) throw github.not_accessible(token, []);
    return ok(token.user);
  },
  'GET /rate_limit': ({ github, token }) => {
    token.used -= 1; // asking is free
    const limit = token.kind === 'actions' ? github.primaryLimit.actions : github.primaryLimit.other;
    const core = { limit, used: token.used, remaining: limit - token.used, reset: token.reset };
    return ok({ resources: { core, search: core, graphql: core }, rate: core });
  },
  'GET /meta': () => ok({ verifiable_password_authentication: false }),
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission': ({ github, repository, params }) => {
    const role = Object.entries(repository.collaborators).find(([login]) => login.toLowerCase() === params.username.toLowerCase())?.[1];
    if (!role && !github.users.has(params.username.toLowerCase())) throw github.refusal(404, `${params.username} is not a user`);
    const role_name = role ?? (repository.private ? 'none' : 'read');
    return ok({ permission: ROLE[role_name] ?? 'read', role_name, user: github.user(params.username) });
  },
  'GET /orgs/{org}/teams/{team_slug}/members': (ctx) => {
    const members = ctx.github.organisations.get(ctx.params.org.toLowerCase())?.teams[ctx.params.team_slug];
    if (!members) throw ctx.github.refusal(404, 'Not Found');
    return paged(ctx, members, (login) => ctx.github.user(login));
  },
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}': (ctx) => {
    const members = ctx.github.organisations.get(ctx.params.org.toLowerCase())?.teams[ctx.params.team_slug];
    if (!members?.includes(ctx.params.username)) throw ctx.github.refusal(404, 'Not Found');
    return ok({ url: `${ctx.request.api}/x`, role: 'member', state: 'active' });
  },
  'GET /app': ({ github, token }) => ok(app_of(github.app_of(token.jwt))),
  'GET /repos/{owner}/{repo}/installation': ({ github, repository, token }) => {
    const app = github.app_of(token.jwt);
    const installation = app.installations?.find((it) => it.repositories.some((name) => name.toLowerCase() === repository.full_name.toLowerCase()));
    if (!installation) throw github.refusal(404, 'Not Found');
    return ok({ id: installation.id, app_id: app.id, app_slug: app.slug, permissions: installation.permissions, events: [], target_id: 1000, target_type: 'Organization', account: { login: repository.owner, id: 1000 }, repository_selection: 'selected' });
  },
  'POST /app/installations/{installation_id}/access_tokens': ({ github, token, params, body }) => {
    const app = github.app_of(token.jwt);
    const installation = app.installations?.find((it) => it.id === Number(params.installation_id));
    if (!installation) throw github.refusal(404, 'Not Found');
    const made = github.installation_token(app, installation, body);
    return ok({ token: made.token, expires_at: made.expires_at, permissions: made.permissions, repository_selection: 'selected' }, 201);
  },
};

const run_operations = {
  'GET /repos/{owner}/{repo}/actions/runs': (ctx) => {
    const { repository, query } = ctx;
    let runs = [...repository.runs].reverse();
    for (const name of ['head_sha', 'event', 'status']) if (query[name]) runs = runs.filter((it) => it[name] === query[name] || (name === 'status' && it.conclusion === query[name]));
    if (query.branch) runs = runs.filter((it) => it.head_branch === query.branch);
    return paged(ctx, runs, (it) => of_run(ctx, it), { wrap: 'workflow_runs' });
  },
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}': (ctx) => ok(of_run(ctx, by_id(ctx, ctx.repository.runs, ctx.params.run_id))),
  'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts': (ctx) => {
    const run = by_id(ctx, ctx.repository.runs, ctx.params.run_id);
    const list = ctx.repository.artifacts.filter((it) => it.run === run.id && (!ctx.query.name || it.name === ctx.query.name));
    return paged(ctx, list, (it) => of_artifact(ctx, it), { wrap: 'artifacts' });
  },
  'GET /repos/{owner}/{repo}/actions/artifacts': (ctx) => paged(ctx, ctx.repository.artifacts.filter((it) => !ctx.query.name || it.name === ctx.query.name), (it) => of_artifact(ctx, it), { wrap: 'artifacts' }),
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}': (ctx) => ok(of_artifact(ctx, by_id(ctx, ctx.repository.artifacts, ctx.params.artifact_id))),
  'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}': (ctx) => {
    const artifact = by_id(ctx, ctx.repository.artifacts, ctx.params.artifact_id);
    if (artifact.expired) throw ctx.github.refusal(410, 'Artifact has expired');
    const location = ctx.github.world.systems.get('storage').put(artifact_bytes(artifact), ctx.repository.full_name, 'application/zip', ARTIFACT_URL_SECONDS);
    return { status: 302, headers: { location } };
  },
};

export const OPERATIONS = {
  ...issue_operations(ok, paged), ...comment_operations, ...review_operations, ...pull_operations, ...label_operations, ...check_operations, ...scanning_operations, ...code_operations, ...people_operations, ...run_operations,
};
