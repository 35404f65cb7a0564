// The state of projects on GitLab, and what each REST operation does with it.
import { hunks_of, moved_line } from './diff.mjs';
import { link_header, page_of, Refusal, sha1 } from './emulator.mjs';
import { Git } from './git.mjs';
import { gitlab_issue_operations, seed_gitlab_issue } from './gitlab_issues.mjs';
import { zip } from './zip.mjs';

const MOST_TOTALS = 10_000;
const FARTHEST_OFFSET = 50_000;
const WHOLE_FILE = 1_000_000; // lines of context
const NO_LINE_CODE = '400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}';
const FINISHED = new Set(['success', 'failed', 'canceled', 'skipped']);
const DEVELOPER = 30;
const MAINTAINER = 40;

// --- seeding --------------------------------------------------------------------------------------------------------------------

// A project; a second seed of the same path adds to it. README.md tells the members.
export function seed_project(gitlab, given) {
  let project = gitlab.projects.find((it) => it.path === given.path);
  if (!project) {
    project = new Project(gitlab, given);
    gitlab.projects.push(project);
  }
  const { merge_requests = [], notes = [], discussions = [], jobs = [], pipelines = [], issues = [], git_dir, path, ...settings } = given;
  if (git_dir) project.git = new Git(git_dir);
  Object.assign(project, settings, settings.members ? { members: { ...project.members, ...settings.members } } : {});
  for (const it of merge_requests) seed_merge_request(gitlab, project, it);
  for (const it of issues) seed_gitlab_issue(project, it);
  for (const it of notes) add_discussion(gitlab, project, project.request(it.iid), it.author, it.body, { individual: true, ...it });
  for (const it of discussions) seed_discussion(gitlab, project, it);
  for (const it of pipelines) if (!project.pipelines.some((one) => one.id === it.id)) project.pipelines.push({ status: 'running', ...it });
  for (const it of jobs) project.jobs.push({ id: gitlab.id(), name: 'job', status: 'success', ...it });
}

class Project {
  constructor(gitlab, given) {
    this.id = given.id ?? gitlab.id();
    this.path = given.path;
    this.visibility = 'private';
    this.default_branch = 'main';
    this.members = {}; // username -> access level
    this.labels = [];
    this.mergeRequests = new Map();
    this.issues = [];
    this.statuses = [];
    this.pipelines = [];
    this.external_status_checks = [];
    this.checkResponses = [];
    this.jobs = [];
  }

  request(iid) {
    const found = this.mergeRequests.get(Number(iid));
    if (!found) throw new Refusal(404, { message: '404 Not found' });
    return found;
  }

  plain() {
    return {
      id: this.id,
      merge_requests: [...this.mergeRequests.values()].map((it) => ({
        iid: it.iid, title: it.title, state: it.state, labels: it.labels, reviewers: it.reviewers.map((one) => one.username), approved_by: it.approvedBy, commands: it.commands, head_sha: it.versions[0].head_sha, versions: it.versions,
        discussions: it.discussions.map((one) => ({ id: one.id, individual_note: one.individual, notes: one.notes.map((note) => ({ ...note, author: note.author.username, resolved_by: note.resolved_by?.username ?? null })) })),
      })),
      statuses: this.statuses.map((it) => ({ ...it, author: it.author.username })),
      pipelines: this.pipelines,
      issues: this.issues,
      status_check_responses: this.checkResponses,
    };
  }
}

// {iid, title, author, state, source_branch, target_branch, source_project, head_sha, target_sha, labels, no_diff: [path], unprepared: n}
// Seeded again with another head or target, it has been pushed to.
function seed_merge_request(gitlab, project, given) {
  const { head_sha, target_sha, author, ...rest } = given;
  let request = project.mergeRequests.get(given.iid);
  if (!request) {
    request = {
      id: gitlab.id(), title: `Merge request ${given.iid}`, state: 'opened', draft: false, labels: [], reviewers: [], approvedBy: [], commands: [], discussions: [], versions: [], author: gitlab.user(author ?? 'author'),
      source_branch: 'change', target_branch: 'main', created_at: gitlab.world.iso(), unprepared: 0, no_diff: [],
    };
    project.mergeRequests.set(given.iid, request);
  }
  Object.assign(request, rest, author ? { author: gitlab.user(author) } : {});
  const latest = request.versions[0];
  const refs = { head_sha: head_sha ?? latest.head_sha, start_sha: target_sha ?? latest?.start_sha };
  if (latest && latest.head_sha === refs.head_sha && latest.start_sha === refs.start_sha) return;
  refs.base_sha = given.base_sha ?? project.git.merge_base(refs.start_sha, refs.head_sha);
  request.versions.unshift({ id: gitlab.id(), ...refs, created_at: gitlab.world.iso() });
  if (latest) request.discussions.forEach((it) => it.notes.forEach((note) => follow_position(project, note, latest, refs)));
}

// A note's position moves with its line; where that is gone it stays with the old version, outdated.
function follow_position(project, note, from, to) {
  const { position } = note;
  if (!position || position.head_sha !== from.head_sha || position.position_type !== 'text' || position.new_line === null) return;
  const change = project.git.diff(from.head_sha, to.head_sha, 0).find((it) => it.old_path === position.new_path);
  const line = !change ? position.new_line : change.status === 'D' ? null : moved_line(hunks_of(change.patch), position.new_line);
  if (line === null) return;
  const moved = { ...position, ...refs_only(to), new_line: line, new_path: change?.path ?? position.new_path };
  const whole = whole_file(project, to, moved);
  const at = whole?.lines.find((it) => it.new === line);
  if (!at) return;
  note.position = { ...moved, old_line: at.kind === '+' ? null : at.old };
}

const refs_only = ({ base_sha, start_sha, head_sha }) => ({ base_sha, start_sha, head_sha });

function seed_discussion(gitlab, project, given) {
  const request = project.request(given.iid);
  const known = request.discussions.find((it) => it.id === given.id);
  if (known) return resolve(gitlab, known, gitlab.user(given.resolved_by), true);
  const [first, ...replies] = given.notes ?? [given];
  const position = first.position ? { ...refs_only(request.versions[0]), position_type: 'text', old_line: null, new_line: null, ...first.position } : undefined;
  const discussion = add_discussion(gitlab, project, request, first.author, first.body, { ...first, position });
  for (const it of replies) add_note(gitlab, request, discussion, gitlab.user(it.author), it.body, it);
  if (given.resolved) resolve(gitlab, discussion, gitlab.user(given.resolved_by ?? 'author'), true);
}

// --- shapes -----------------------------------------------------------------------------------------------------------------------

const of_user = (request, it) => ({ id: it.id, username: it.username, name: it.name, state: it.state, locked: false, avatar_url: null, web_url: `${request.server}/${it.username}` });

const of_project = (request, it) => ({
  id: it.id, name: it.path.split('/').pop(), path: it.path.split('/').pop(), path_with_namespace: it.path, default_branch: it.default_branch, visibility: it.visibility, web_url: `${request.server}/${it.path}`,
  http_url_to_repo: `${request.server}/${it.path}.git`, namespace: { id: 1, path: it.path.split('/')[0], full_path: it.path.split('/').slice(0, -1).join('/'), kind: 'group' }, archived: false, permissions: {},
});

function of_request(ctx, it) {
  const { request, project, gitlab } = ctx;
  const prepared = it.unprepared <= 0;
  const [latest] = it.versions;
  const source = it.source_project === null ? null : gitlab.find_project(it.source_project ?? project.path);
  return {
    id: it.id, iid: it.iid, project_id: project.id, title: it.title, description: it.description ?? '', state: it.state, created_at: it.created_at, updated_at: it.created_at, target_branch: it.target_branch, source_branch: it.source_branch,
    source_project_id: source?.id ?? null, target_project_id: project.id, author: of_user(request, it.author), assignees: [], reviewers: it.reviewers.map((one) => of_user(request, one)), labels: it.labels, draft: it.draft, work_in_progress: it.draft,
    sha: latest.head_sha, merge_commit_sha: null, web_url: `${request.server}/${project.path}/-/merge_requests/${it.iid}`, detailed_merge_status: prepared ? 'mergeable' : 'preparing',
    ...(prepared ? { diff_refs: refs_only(latest) } : {}), changes_count: prepared ? String(files_of(project, it).length) : null, has_conflicts: false, head_pipeline: null, discussion_locked: null,
    blocking_discussions_resolved: it.discussions.every((one) => one.notes.every((note) => !note.resolvable || note.resolved)),
  };
}

const of_diff = (it, hidden) => ({
  diff: hidden || it.patch === undefined ? '' : `${it.patch}\n`, collapsed: Boolean(hidden), too_large: false, old_path: it.old_path, new_path: it.path, a_mode: it.old_mode === '000000' ? '0' : it.old_mode, b_mode: it.new_mode === '000000' ? '0' : it.new_mode,
  new_file: it.status === 'A', renamed_file: it.status === 'R', deleted_file: it.status === 'D', generated_file: false,
});

const of_version = (request, it) => ({ id: it.id, head_commit_sha: it.head_sha, base_commit_sha: it.base_sha, start_commit_sha: it.start_sha, created_at: it.created_at, merge_request_id: request.id, state: 'collected', real_size: '1', patch_id_sha: null });

const of_note = ({ request, project }, merge_request, it) => ({
  id: it.id, type: it.type, body: it.body, author: of_user(request, it.author), created_at: it.created_at, updated_at: it.updated_at, system: it.system, noteable_id: merge_request.id, noteable_type: 'MergeRequest', project_id: project.id, commit_id: null,
  ...(it.position ? { position: it.position } : {}), resolvable: it.resolvable, ...(it.resolvable ? { resolved: it.resolved, resolved_by: it.resolved_by ? of_user(request, it.resolved_by) : null, resolved_at: it.resolved_at } : {}),
  confidential: it.internal, internal: it.internal, imported: false, imported_from: 'none', noteable_iid: merge_request.iid, commands_changes: {},
});

const of_discussion = (ctx, merge_request, it) => ({ id: it.id, individual_note: it.individual, notes: it.notes.map((note) => of_note(ctx, merge_request, note)) });

const of_status = ({ request }, it) => ({
  id: it.id, sha: it.sha, ref: it.ref, status: it.state, name: it.name, target_url: it.target_url ?? null, description: it.description ?? null, created_at: it.at, started_at: null, finished_at: FINISHED.has(it.state) ? it.at : null, allow_failure: false, coverage: null, pipeline_id: it.pipeline_id, author: of_user(request, it.author),
});

const of_commit = ({ request, project }, id) => {
  const it = project.git.commit_data(id);
  return { id: it.sha, short_id: it.sha.slice(0, 8), title: it.message.split('\n')[0], message: it.message, author_name: it.author.name, author_email: it.author.email, authored_date: it.author.date, committer_name: it.committer.name, committer_email: it.committer.email, committed_date: it.committer.date, created_at: it.committer.date, parent_ids: it.parents, web_url: `${request.server}/${project.path}/-/commit/${it.sha}` };
};

// --- helpers ------------------------------------------------------------------------------------------------------------------------

const ok = (body, status = 200, headers = {}) => ({ status, body, headers });

// A page. What the reader may not see is left out after paging, so that a page may be short although more follow.
function paged({ request, project }, list, shape) {
  const { query } = request;
  if (Number(query.page ?? 1) * Number(query.per_page ?? 20) > FARTHEST_OFFSET) throw new Refusal(405, { error: 'Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type Note. Remaining records can be retrieved using keyset pagination.' });
  const page = page_of(list, query, { size: 20 });
  const totals = page.total <= MOST_TOTALS && !project?.hide_totals;
  const link = link_header(`${request.origin}${request.path}`, query, page, totals);
  const headers = {
    'x-page': String(page.page), 'x-per-page': String(page.per), 'x-next-page': page.page < page.pages ? String(page.page + 1) : '', 'x-prev-page': page.page > 1 ? String(page.page - 1) : '',
    ...(totals ? { 'x-total': String(page.total), 'x-total-pages': String(page.pages) } : {}), ...(link ? { link } : {}),
  };
  return ok(page.items.filter((it) => !it.hidden).map(shape), 200, headers);
}

function files_of(project, request, version = request.versions[0]) {
  return project.git.diff(version.base_sha, version.head_sha);
}

const not_found = (what = '404 Not found') => new Refusal(404, { message: what });

function find(list, id, what) {
  const found = list.find((it) => String(it.id) === String(id));
  if (!found) throw not_found(what);
  return found;
}

function commit_at({ project }, name, what = '404 Commit Not Found') {
  const id = project.git.commit(name);
  if (!id) throw not_found(what);
  return id;
}

// --- quick actions ------------------------------------------------------------------------------------------------------------------

const labels_in = (text) => [...text.matchAll(/~"([^"]+)"|~(\S+)/g)].map((it) => it[1] ?? it[2]);

const COMMANDS = {
  merge: (it) => { it.state = 'merged'; },
  close: (it) => { it.state = 'closed'; },
  reopen: (it) => { it.state = 'opened'; },
  approve: (it, _, user) => { it.approvedBy.push(user.username); },
  unapprove: (it, _, user) => { it.approvedBy = it.approvedBy.filter((one) => one !== user.username); },
  label: (it, text) => { it.labels.push(...labels_in(text)); },
  relabel: (it, text) => { it.labels = labels_in(text); },
  unlabel: (it, text) => { it.labels = it.labels.filter((one) => !labels_in(text).includes(one)); },
  title: (it, text) => { it.title = text; },
  draft: (it) => { it.draft = !it.draft; },
  ready: (it) => { it.draft = false; },
};
for (const name of ['assign', 'assign_reviewer', 'reviewer', 'request_review', 'unassign', 'unassign_reviewer', 'milestone', 'remove_milestone', 'target_branch', 'todo', 'done', 'subscribe', 'unsubscribe', 'lock', 'unlock', 'estimate', 'spend', 'react', 'award', 'rebase', 'submit_review', 'shrug', 'tableflip', 'copy_metadata', 'cc', 'move', 'confidential', 'due', 'weight', 'epic', 'create_merge_request', 'promote', 'duplicate', 'zoom', 'page', 'severity', 'link', 'tag', 'ship']) COMMANDS[name] ??= () => {};

// What GitLab does with every text: lines beginning with a slash act with the rights of the writer. Gives what is left to say.
// GitLab spares code fences, but not all that look like one; nothing that gatepost writes may rely on that.
function obey(ctx, merge_request, body) {
  const { gitlab, token, request } = ctx;
  const changes = {};
  const kept = body.replace(/\r/g, '').split('\n').filter((line) => {
    if (!line.startsWith('/')) return true;
    const [, name, text] = /^\/(\w*)\s*(.*)$/.exec(line) ?? [null, '', ''];
    const command = COMMANDS[name.toLowerCase()];
    gitlab.world.violation(request.entry, 'quick-action', command ? `/${name} was carried out` : `a line of a note begins with a slash: ${line.slice(0, 80)}`);
    if (!command) return true;
    command(merge_request, text, token.user);
    merge_request.commands.push({ name, text, user: token.user.username });
    changes[name] = text;
    return false;
  });
  return { text: kept.join('\n').trim(), changes };
}

const only_commands = (changes) => ok({ commands_changes: changes, summary: Object.keys(changes).map((it) => `Applied /${it}.`) }, 202);

// --- notes and discussions ----------------------------------------------------------------------------------------------------------

function add_note(gitlab, merge_request, discussion, user, body, more = {}) {
  const at = more.created_at ?? gitlab.world.iso();
  const resolvable = !discussion.individual && !more.system;
  const note = {
    id: more.id ?? gitlab.id(), type: discussion.individual ? null : discussion.position ? 'DiffNote' : 'DiscussionNote', body, author: user, created_at: at, updated_at: at, system: Boolean(more.system), internal: Boolean(more.internal), hidden: more.hidden,
    resolvable, resolved: false, resolved_by: null, resolved_at: null, position: discussion.position ?? null,
  };
  discussion.notes.push(note);
  return note;
}

function add_discussion(gitlab, project, merge_request, author, body, { individual = false, position, ...more }) {
  const user = typeof author === 'string' ? gitlab.user(author) : author;
  const discussion = { id: sha1(`${project.path} ${merge_request.iid} ${gitlab.id()}`), individual, position: position ?? null, notes: [] };
  merge_request.discussions.push(discussion);
  add_note(gitlab, merge_request, discussion, user, body, more);
  return discussion;
}

function resolve(gitlab, discussion, user, resolved) {
  for (const note of discussion.notes.filter((it) => it.resolvable)) {
    Object.assign(note, { resolved, resolved_by: resolved ? user : null, resolved_at: resolved ? gitlab.world.iso() : null });
  }
}

const all_notes = (merge_request) => merge_request.discussions.flatMap((it) => it.notes);

function may_edit({ gitlab, project, token, request }, note) {
  if (note.author.username !== token.username) {
    gitlab.world.violation(request.entry, 'foreign', `changes what ${note.author.username} wrote`);
    if (gitlab.level_of(token, project) < MAINTAINER) throw new Refusal(403, { message: '403 Forbidden' });
  }
}

function may_resolve({ gitlab, project, token, request }, merge_request, discussion) {
  const [first] = discussion.notes;
  if (!first.resolvable) throw new Refusal(400, { message: '400 Bad request - Note is not resolvable' });
  if (first.author.username !== token.username) gitlab.world.violation(request.entry, 'foreign', `resolves a thread that ${first.author.username} began`);
  if (gitlab.level_of(token, project) < DEVELOPER && merge_request.author.username !== token.username) throw new Refusal(403, { message: '403 Forbidden' });
}

// --- positions ------------------------------------------------------------------------------------------------------------------------

// The diff of one file with all its lines, as {lines, path, old_path, status}; null when the version does not touch the file.
function whole_file(project, version, { old_path, new_path }) {
  const file = project.git.diff(version.base_sha, version.head_sha, WHOLE_FILE).find((it) => it.path === new_path && (it.old_path === old_path || it.status === 'A'));
  if (!file) return null;
  if (file.patch !== undefined) return { ...file, lines: hunks_of(file.patch).flatMap((it) => it.lines) };
  const count = (project.git.blob(file.new_sha)?.toString('utf8') ?? '').split('\n').length;
  return { ...file, lines: Array.from({ length: count }, (_, i) => ({ kind: ' ', old: i + 1, new: i + 1 })) };
}

// The line a position names, or null: an added line has new_line only, a removed one old_line only, an unchanged one both.
function line_of(file, { old_line, new_line }) {
  if (new_line !== undefined && old_line !== undefined) return file.lines.find((it) => it.kind === ' ' && it.old === old_line && it.new === new_line) ?? null;
  if (new_line !== undefined) return file.lines.find((it) => it.kind === '+' && it.new === new_line) ?? null;
  if (old_line !== undefined) return file.lines.find((it) => it.kind === '-' && it.old === old_line) ?? null;
  return null;
}

// GitLab counts the lines of both sides for a line code: for an added line the old one is the next to come, and the other way round. It
// begins with the numbers of the hunk, which are 0 for a side without lines ("@@ -0,0 +1,3 @@").
function line_code(file, at) {
  let [old, next] = [file.lines.some((it) => it.old) ? 1 : 0, file.lines.some((it) => it.new) ? 1 : 0];
  for (const it of file.lines) {
    if (it === at) break;
    old = (it.old ?? old - 1) + 1;
    next = (it.new ?? next - 1) + 1;
  }
  return `${sha1(file.path)}_${at.old ?? old}_${at.new ?? next}`;
}

function checked_position(ctx, merge_request, position) {
  const { gitlab, project, request } = ctx;
  const wrong = (text) => {
    request.entry.refused_because = text;
    return new Refusal(400, { message: NO_LINE_CODE });
  };
  const incomplete = ['old_path', 'new_path'].filter((it) => !position[it]);
  if (incomplete.length) {
    gitlab.world.violation(request.entry, 'contract', `a position without ${incomplete.join(' and ')}`);
    throw new Refusal(400, { message: '400 Bad request - Note {:position=>["is incomplete"]}' });
  }
  const version = merge_request.versions.find((it) => it.head_sha === position.head_sha && it.base_sha === position.base_sha && it.start_sha === position.start_sha);
  if (!version) throw wrong('no version of the merge request has these commits');
  const file = whole_file(project, version, position);
  if (!file) throw wrong('the file is not in the diff under these names');
  const stored = { ...refs_only(version), position_type: position.position_type, old_path: position.old_path, new_path: position.new_path, old_line: position.old_line ?? null, new_line: position.new_line ?? null };
  if (position.position_type === 'file') return stored;
  if (!line_of(file, position)) throw wrong('an added line has new_line only, a removed one old_line only, an unchanged one both');
  if (position.line_range) check_range(ctx, file, position.line_range);
  return { ...stored, ...(position.line_range ? { line_range: position.line_range } : {}) };
}

function check_range({ gitlab, request }, file, range) {
  for (const [name, end] of Object.entries(range)) {
    const [, old, next] = end.line_code.split('_').map(Number);
    const at = file.lines.find((it) => (it.kind === '-' ? it.old === old && end.type === 'old' : it.new === next && (it.kind === '+' || it.old === old)));
    if (!at || line_code(file, at) !== end.line_code) gitlab.world.violation(request.entry, 'contract', `the line code of the range's ${name} is not one of the diff: ${end.line_code}`);
  }
}

// --- operations -------------------------------------------------------------------------------------------------------------------------

const note_operations = {
  'GET /projects/:id/merge_requests/:iid/notes': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const notes = all_notes(merge_request).sort((a, b) => a.id - b.id);
    if ((ctx.query.sort ?? 'desc') === 'desc') notes.reverse();
    return paged(ctx, notes, (it) => of_note(ctx, merge_request, it));
  },
  'POST /projects/:id/merge_requests/:iid/notes': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const { text, changes } = obey(ctx, merge_request, ctx.body.body);
    if (text === '') return only_commands(changes);
    const discussion = add_discussion(ctx.gitlab, ctx.project, merge_request, ctx.token.user, text, { individual: true, internal: ctx.body.internal });
    return ok(of_note(ctx, merge_request, discussion.notes[0]), 201);
  },
  'GET /projects/:id/merge_requests/:iid/notes/:note': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    return ok(of_note(ctx, merge_request, find(all_notes(merge_request), ctx.params.note, '404 Note Not Found')));
  },
  'POST /projects/:id/merge_requests/:iid/notes/:note/award_emoji': (ctx) => {
    const note = find(all_notes(ctx.project.request(ctx.params.iid)), ctx.params.note, '404 Note Not Found');
    note.awards ??= [];
    if (note.awards.some((it) => it.name === ctx.body.name && it.user === ctx.token.username)) throw not_found("404 Award Emoji {:name=>['has already been taken']} Not Found");
    note.awards.push({ name: ctx.body.name, user: ctx.token.username });
    note.updated_at = ctx.gitlab.world.iso(ctx.gitlab.world.now() + 1000); // Note#bump_updated_at
    return ok({ id: ctx.gitlab.id(), name: ctx.body.name, user: of_user(ctx.request, ctx.token.user), created_at: ctx.gitlab.world.iso(), updated_at: ctx.gitlab.world.iso(), awardable_id: note.id, awardable_type: 'Note' }, 201);
  },
  'PUT /projects/:id/merge_requests/:iid/notes/:note': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const note = find(all_notes(merge_request), ctx.params.note, '404 Note Not Found');
    may_edit(ctx, note);
    const { text } = obey(ctx, merge_request, ctx.body.body);
    Object.assign(note, { body: text, updated_at: ctx.gitlab.world.iso() });
    return ok(of_note(ctx, merge_request, note));
  },
  'DELETE /projects/:id/merge_requests/:iid/notes/:note': (ctx) => delete_note(ctx),
};

function delete_note(ctx) {
  const merge_request = ctx.project.request(ctx.params.iid);
  const note = find(all_notes(merge_request), ctx.params.note, '404 Note Not Found');
  may_edit(ctx, note);
  const discussion = merge_request.discussions.find((it) => it.notes.includes(note));
  const others = discussion.notes.filter((it) => it.author !== note.author);
  if (discussion.notes[0] === note && others.length) ctx.gitlab.world.violation(ctx.request.entry, 'foreign', `deletes the beginning of a thread in which ${others[0].author.username} has answered`);
  discussion.notes = discussion.notes.filter((it) => it !== note);
  merge_request.discussions = merge_request.discussions.filter((it) => it.notes.length);
  return { status: 204, headers: {} };
}

const discussion_operations = {
  'GET /projects/:id/merge_requests/:iid/discussions': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    return paged(ctx, merge_request.discussions, (it) => of_discussion(ctx, merge_request, it));
  },
  'POST /projects/:id/merge_requests/:iid/discussions': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const position = ctx.body.position ? checked_position(ctx, merge_request, ctx.body.position) : undefined;
    const { text, changes } = obey(ctx, merge_request, ctx.body.body);
    if (text === '') return only_commands(changes);
    return ok(of_discussion(ctx, merge_request, add_discussion(ctx.gitlab, ctx.project, merge_request, ctx.token.user, text, { position })), 201);
  },
  'GET /projects/:id/merge_requests/:iid/discussions/:discussion': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    return ok(of_discussion(ctx, merge_request, find(merge_request.discussions, ctx.params.discussion, '404 Discussion Not Found')));
  },
  'PUT /projects/:id/merge_requests/:iid/discussions/:discussion': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const discussion = find(merge_request.discussions, ctx.params.discussion, '404 Discussion Not Found');
    may_resolve(ctx, merge_request, discussion);
    resolve(ctx.gitlab, discussion, ctx.token.user, ctx.body.resolved);
    return ok(of_discussion(ctx, merge_request, discussion));
  },
  'POST /projects/:id/merge_requests/:iid/discussions/:discussion/notes': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const discussion = find(merge_request.discussions, ctx.params.discussion, '404 Discussion Not Found');
    if (discussion.individual) throw new Refusal(400, { message: '400 Bad request - Discussion can not be replied to.' });
    const { text, changes } = obey(ctx, merge_request, ctx.body.body);
    if (text === '') return only_commands(changes);
    return ok(of_note(ctx, merge_request, add_note(ctx.gitlab, merge_request, discussion, ctx.token.user, text)), 201);
  },
  'PUT /projects/:id/merge_requests/:iid/discussions/:discussion/notes/:note': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const discussion = find(merge_request.discussions, ctx.params.discussion, '404 Discussion Not Found');
    const note = find(discussion.notes, ctx.params.note, '404 Note Not Found');
    if (ctx.body.resolved !== undefined) {
      may_resolve(ctx, merge_request, discussion);
      resolve(ctx.gitlab, discussion, ctx.token.user, ctx.body.resolved);
    } else {
      may_edit(ctx, note);
      Object.assign(note, { body: obey(ctx, merge_request, ctx.body.body).text, updated_at: ctx.gitlab.world.iso() });
    }
    return ok(of_note(ctx, merge_request, note));
  },
  'DELETE /projects/:id/merge_requests/:iid/discussions/:discussion/notes/:note': (ctx) => delete_note(ctx),
};

const as_list = (value) => (value === undefined ? [] : Array.isArray(value) ? value : value.split(',').map((it) => it.trim()).filter(Boolean));

const request_operations = {
  'GET /projects/:id/merge_requests': (ctx) => {
    const { project, query } = ctx;
    const iids = [].concat(query['iids[]'] ?? []).map(Number);
    const fits = (it) => (!query.state || query.state === 'all' || it.state === query.state) && (!query.source_branch || it.source_branch === query.source_branch) && (!query.target_branch || it.target_branch === query.target_branch) && (!iids.length || iids.includes(it.iid));
    return paged(ctx, [...project.mergeRequests.values()].filter(fits).reverse(), (it) => of_request(ctx, it));
  },
  'GET /projects/:id/merge_requests/:iid': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const body = of_request(ctx, merge_request);
    merge_request.unprepared -= 1;
    return ok(body);
  },
  'PUT /projects/:id/merge_requests/:iid': (ctx) => {
    const { gitlab, project, body } = ctx;
    const merge_request = project.request(ctx.params.iid);
    if (body.labels !== undefined) merge_request.labels = as_list(body.labels);
    merge_request.labels = [...new Set([...merge_request.labels, ...as_list(body.add_labels)])].filter((it) => !as_list(body.remove_labels).includes(it));
    if (body.reviewer_ids) merge_request.reviewers = body.reviewer_ids.map((id) => [...gitlab.users.values()].find((it) => it.id === id)).filter((it) => it && project.members[it.username]);
    return ok(of_request(ctx, merge_request));
  },
  'GET /projects/:id/merge_requests/:iid/diffs': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    return paged(ctx, files_of(ctx.project, merge_request), (it) => of_diff(it, merge_request.no_diff.includes(it.path)));
  },
  'GET /projects/:id/merge_requests/:iid/versions': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    return paged(ctx, merge_request.unprepared > 0 ? [] : merge_request.versions, (it) => of_version(merge_request, it));
  },
  'GET /projects/:id/merge_requests/:iid/versions/:version': (ctx) => {
    const merge_request = ctx.project.request(ctx.params.iid);
    const version = find(merge_request.versions, ctx.params.version, '404 Not found');
    const diffs = files_of(ctx.project, merge_request, version).map((it) => of_diff(it, merge_request.no_diff.includes(it.path)));
    return ok({ ...of_version(merge_request, version), commits: ctx.project.git.commits_between(version.base_sha, version.head_sha).reverse().map((id) => of_commit(ctx, id)), diffs });
  },
  'GET /projects/:id/merge_requests/:iid/commits': (ctx) => {
    const [version] = ctx.project.request(ctx.params.iid).versions;
    return paged(ctx, ctx.project.git.commits_between(version.base_sha, version.head_sha).reverse(), (id) => of_commit(ctx, id));
  },
  'GET /projects/:id/merge_requests/:iid/reviewers': (ctx) => ok(ctx.project.request(ctx.params.iid).reviewers.map((it) => ({ user: of_user(ctx.request, it), state: 'unreviewed', created_at: ctx.gitlab.world.iso() }))),
  'GET /projects/:id/repository/commits/:sha/merge_requests': (ctx) => {
    const sha = commit_at(ctx, ctx.params.sha);
    const holds = (it) => it.versions[0].head_sha === sha || ctx.project.git.commits_between(it.versions[0].base_sha, it.versions[0].head_sha).includes(sha);
    return paged(ctx, [...ctx.project.mergeRequests.values()].filter((it) => holds(it) && (!ctx.query.state || it.state === ctx.query.state)), (it) => of_request(ctx, it));
  },
};

// --- statuses ---------------------------------------------------------------------------------------------------------------------------

const EVENT_OF = { pending: 'enqueue', running: 'run', success: 'success', failed: 'drop', canceled: 'cancel', skipped: 'skip' };
const ALLOWED_FROM = { enqueue: ['created'], run: ['created', 'pending'], success: ['created', 'pending', 'running'], drop: ['created', 'pending', 'running'], cancel: ['created', 'pending', 'running'], skip: ['created', 'pending'] };

function refs_of(project, sha) {
  const out = project.git.maybe('for-each-ref', '--contains', sha, '--format=%(refname)', 'refs/heads', 'refs/merge-requests');
  return out ? out.split('\n').map((it) => it.replace(/^refs\/heads\//, '')) : [];
}

// Without a pipeline of its own a status makes an "external" one.
function pipeline_for(ctx, sha, ref) {
  const { gitlab, project, body } = ctx;
  if (body.pipeline_id !== undefined) {
    const named = project.pipelines.find((it) => it.id === body.pipeline_id && it.sha === sha);
    if (!named) throw not_found('404 Pipeline Not Found');
    return named;
  }
  const known = project.pipelines.filter((it) => it.sha === sha && it.ref === ref).pop();
  if (known) return known;
  const made = { id: gitlab.id(), sha, ref, source: 'external', status: 'pending' };
  project.pipelines.push(made);
  return made;
}

const status_operations = {
  'POST /projects/:id/statuses/:sha': (ctx) => {
    const { gitlab, project, params, body, token } = ctx;
    const sha = commit_at(ctx, params.sha);
    const refs = refs_of(project, sha);
    const ref = body.ref ?? refs[0];
    if (!ref || (body.ref && !refs.includes(body.ref))) throw not_found('404 References for commit Not Found');
    const pipeline = pipeline_for(ctx, sha, ref);
    const name = body.name ?? body.context ?? 'default';
    const latest = project.statuses.filter((it) => it.pipeline_id === pipeline.id && it.name === name).pop();
    const event = EVENT_OF[body.state];
    const current = latest && !FINISHED.has(latest.state) ? latest : null;
    const from = current?.state ?? 'created';
    if (!ALLOWED_FROM[event].includes(from)) throw new Refusal(400, { message: `Cannot transition status via :${event} from :${from} (Reason(s): Status cannot transition via "${event}")` });
    const status = current ?? { id: gitlab.id(), sha, ref, name, pipeline_id: pipeline.id, author: token.user, at: gitlab.world.iso() };
    if (!current) project.statuses.push(status);
    Object.assign(status, { state: body.state }, body.description === undefined ? {} : { description: body.description }, body.target_url === undefined ? {} : { target_url: body.target_url });
    pipeline.status = body.state;
    return ok(of_status(ctx, status), 201);
  },
  'GET /projects/:id/repository/commits/:sha/statuses': (ctx) => {
    const { project, params, query } = ctx;
    const sha = commit_at(ctx, params.sha);
    let list = project.statuses.filter((it) => it.sha === sha && (!query.name || it.name === query.name) && (!query.ref || it.ref === query.ref));
    if (query.all !== 'true') list = list.filter((it) => !list.some((other) => other.name === it.name && other.pipeline_id === it.pipeline_id && other.id > it.id));
    return paged(ctx, list, (it) => of_status(ctx, it));
  },
};

function need_ultimate({ gitlab }) {
  if (gitlab.licence !== 'ultimate') throw new Refusal(401, { message: '401 Unauthorized' });
}

const check_operations = {
  'GET /projects/:id/merge_requests/:iid/status_checks': (ctx) => {
    need_ultimate(ctx);
    const merge_request = ctx.project.request(ctx.params.iid);
    const state = (id) => ctx.project.checkResponses.filter((it) => it.iid === merge_request.iid && it.external_status_check_id === id && it.sha === merge_request.versions[0].head_sha).pop()?.status ?? 'pending';
    return paged(ctx, ctx.project.external_status_checks, (it) => ({ id: it.id, name: it.name, external_url: it.external_url ?? 'https://example.com/', status: state(it.id) }));
  },
  'POST /projects/:id/merge_requests/:iid/status_check_responses': (ctx) => {
    need_ultimate(ctx);
    const { gitlab, project, body, request } = ctx;
    const merge_request = project.request(ctx.params.iid);
    const check = find(project.external_status_checks, body.external_status_check_id, '404 Not Found');
    if (body.sha !== merge_request.versions[0].head_sha) throw new Refusal(409, { message: '409 Conflict: SHA must match HEAD of source branch' });
    project.checkResponses.push({ iid: merge_request.iid, ...body });
    return ok({ id: gitlab.id(), merge_request: of_request(ctx, merge_request), external_status_check: { id: check.id, name: check.name, project_id: project.id, external_url: check.external_url ?? `${request.server}/`, protected_branches: [] } }, 201);
  },
  'GET /projects/:id/external_status_checks': (ctx) => {
    need_ultimate(ctx);
    return paged(ctx, ctx.project.external_status_checks, (it) => ({ id: it.id, name: it.name, project_id: ctx.project.id, external_url: it.external_url ?? 'https://example.com/', protected_branches: [] }));
  },
};

// --- people, code, jobs ---------------------------------------------------------------------------------------------------------------------

// A level, or {level, expires_at, membership_state}.
const of_member = (ctx, username, member) => ({ ...of_user(ctx.request, ctx.gitlab.user(username)), access_level: member.level ?? member, created_at: ctx.gitlab.world.iso(), expires_at: member.expires_at ?? null, membership_state: member.membership_state ?? 'active' });

const people_operations = {
  'GET /version': ({ gitlab }) => ok({ version: gitlab.version, revision: '0000000' }),
  'GET /user': (ctx) => ok({ ...of_user(ctx.request, ctx.token.user), bot: Boolean(ctx.token.user.bot), email: `${ctx.token.username}@noreply.example.com` }),
  'GET /personal_access_tokens/self': (ctx) => ok({ id: ctx.gitlab.id(), name: 'gatepost', revoked: false, active: true, scopes: ctx.token.scopes, user_id: ctx.token.user.id, created_at: ctx.gitlab.world.iso(), last_used_at: null, expires_at: '2999-12-31' }),
  'GET /job': (ctx) => ok({ id: ctx.gitlab.id(), name: 'gatepost', status: 'running', user: of_user(ctx.request, ctx.token.user) }),
  'GET /users': (ctx) => paged(ctx, [...ctx.gitlab.users.values()].filter((it) => !ctx.query.username || it.username.toLowerCase() === ctx.query.username.toLowerCase()), (it) => of_user(ctx.request, it)),
  'GET /projects/:id': (ctx) => ok(of_project(ctx.request, ctx.project)),
  'GET /groups/:group/members/all/:user': (ctx) => {
    const members = ctx.gitlab.groups.get(ctx.params.group);
    const name = members?.find((it) => String(ctx.gitlab.user(it).id) === ctx.params.user);
    if (!name) throw not_found('404 Not found');
    return ok(of_member(ctx, name, 30));
  },
  'GET /projects/:id/members/all': (ctx) => {
    const wanted = [].concat(ctx.query['user_ids[]'] ?? []).map(Number);
    const members = Object.entries(ctx.project.members).filter(([name]) => !wanted.length || wanted.includes(ctx.gitlab.user(name).id));
    return paged(ctx, members, ([name, level]) => of_member(ctx, name, level));
  },
  'GET /projects/:id/members/all/:user': (ctx) => {
    const found = Object.entries(ctx.project.members).find(([name]) => String(ctx.gitlab.user(name).id) === ctx.params.user);
    if (!found) throw not_found('404 Not found');
    return ok(of_member(ctx, ...found));
  },
  'GET /projects/:id/labels': (ctx) => paged(ctx, ctx.project.labels, (it, index) => ({ id: index ?? 1, name: it.name ?? it, color: '#ededed', text_color: '#333333', description: null })),
};

const code_operations = {
  'GET /projects/:id/repository/commits/:sha': (ctx) => ok(of_commit(ctx, commit_at(ctx, ctx.params.sha))),
  'GET /projects/:id/repository/branches/*branch': (ctx) => {
    const sha = ctx.project.git.maybe('rev-parse', '--verify', '--quiet', `refs/heads/${ctx.params.branch}`);
    if (!sha) throw not_found('404 Branch Not Found');
    return ok({ name: ctx.params.branch, commit: of_commit(ctx, sha), merged: false, protected: ctx.params.branch === ctx.project.default_branch, developers_can_push: false, developers_can_merge: false, can_push: true, default: ctx.params.branch === ctx.project.default_branch, web_url: `${ctx.request.server}/x` });
  },
  'GET /projects/:id/repository/files/*file/raw': (ctx) => {
    const commit = commit_at(ctx, ctx.query.ref === undefined || ctx.query.ref === 'HEAD' ? ctx.project.default_branch : ctx.query.ref);
    const entry = ctx.project.git.entry(commit, ctx.params.file);
    if (!entry || entry.type !== 'blob') throw not_found('404 File Not Found');
    return { status: 200, body: ctx.project.git.blob(entry.sha), headers: { 'content-type': 'text/plain; charset=utf-8', 'x-gitlab-blob-id': entry.sha, 'x-gitlab-commit-id': commit, 'x-gitlab-file-path': encodeURIComponent(entry.path), 'x-gitlab-size': String(entry.size) } };
  },
  'GET /projects/:id/repository/tree': (ctx) => {
    const commit = commit_at(ctx, ctx.query.ref ?? ctx.project.default_branch, '404 Tree Not Found');
    const folder = ctx.query.path ?? '';
    const entries = ctx.project.git.tree(folder ? `${commit}:${folder}` : commit, ctx.query.recursive === 'true');
    if (!entries) throw not_found('404 invalid revision or path Not Found');
    return paged(ctx, entries, (it) => ({ id: it.sha, name: it.path.split('/').pop(), type: it.type, path: folder ? `${folder}/${it.path}` : it.path, mode: it.mode }));
  },
  'GET /projects/:id/repository/compare': (ctx) => {
    const { project, query } = ctx;
    const [from, to] = [commit_at(ctx, query.from, '404 Ref Not Found'), commit_at(ctx, query.to, '404 Ref Not Found')];
    const base = query.straight === 'true' ? from : project.git.merge_base(from, to);
    const commits = project.git.commits_between(from, to).map((id) => of_commit(ctx, id));
    return ok({ commit: commits[commits.length - 1] ?? null, commits, diffs: project.git.diff(base, to).map((it) => of_diff(it, false)), compare_timeout: false, compare_same_ref: from === to, web_url: `${ctx.request.server}/x` });
  },
  'GET /projects/:id/pipelines/:pipeline/jobs': (ctx) => paged(ctx, ctx.project.jobs.filter((it) => String(it.pipeline) === ctx.params.pipeline), (it) => ({
    id: it.id, name: it.name, status: it.status, stage: 'test', ref: 'change', artifacts_expire_at: null, artifacts_file: { filename: 'artifacts.zip', size: 1 }, pipeline: { id: it.pipeline, project_id: ctx.project.id, ref: 'change', sha: it.sha ?? '', status: 'success' }, web_url: `${ctx.request.server}/x`, commit: null, created_at: ctx.gitlab.world.iso(),
  })),
  // Those of a fork are in the fork's project.
  'GET /projects/:id/merge_requests/:iid/pipelines': (ctx) => {
    const { iid } = ctx.project.request(ctx.params.iid);
    const list = ctx.gitlab.projects.flatMap((project) => project.pipelines.filter((it) => it.ref?.startsWith(`refs/merge-requests/${iid}/`) && (project === ctx.project || project.fork_of === ctx.project.path)).map((it) => ({ ...it, project_id: project.id })));
    return paged(ctx, list.sort((a, b) => b.id - a.id), (it) => ({
      id: it.id, iid: 1, project_id: it.project_id, sha: it.sha, ref: it.ref, status: it.status, source: it.source ?? 'merge_request_event', created_at: ctx.gitlab.world.iso(), updated_at: ctx.gitlab.world.iso(), web_url: `${ctx.request.server}/x`,
    }));
  },
  // One file, which GitLab unpacks; to another host, as with object storage, when the installation is not proxied.
  'GET /projects/:id/jobs/:job/artifacts/*file': (ctx) => {
    const job = find(ctx.project.jobs, ctx.params.job, '404 Not Found');
    const text = job.expired ? undefined : job.files?.[ctx.params.file];
    if (text === undefined) throw not_found('404 Not Found');
    const bytes = Buffer.from(text);
    if (job.proxied) return { status: 200, body: bytes, headers: { 'content-type': 'application/octet-stream' } };
    return { status: 302, headers: { location: ctx.gitlab.world.systems.get('storage').put(bytes, ctx.project.path, 'application/octet-stream', 600) } };
  },
  // To another host, as with object storage; proxied installations answer themselves.
  'GET /projects/:id/jobs/:job/artifacts': (ctx) => {
    const job = find(ctx.project.jobs, ctx.params.job, '404 Not Found');
    if (job.expired || !(job.files || job.zip)) throw not_found('404 Not Found');
    const bytes = job.zip ? Buffer.from(job.zip, 'base64') : zip(job.files);
    if (job.proxied) return { status: 200, body: bytes, headers: { 'content-type': 'application/octet-stream' } };
    return { status: 302, headers: { location: ctx.gitlab.world.systems.get('storage').put(bytes, ctx.project.path, 'application/zip', 600) } };
  },
};

export const OPERATIONS = { ...gitlab_issue_operations(ok, paged), ...note_operations, ...discussion_operations, ...request_operations, ...status_operations, ...check_operations, ...people_operations, ...code_operations };
