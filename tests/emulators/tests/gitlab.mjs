// GitLab's behaviour: positions, quick actions, rights, statuses, pages.
import assert from 'node:assert/strict';
import { Emulators, gitlab } from '../../e2e/harness.mjs';
import { get, gitlab_client, lines, test } from './testing.mjs';

const LINE_CODE = '400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}';
const base = { 'app.py': lines(1, 40), 'lib/old.py': lines(1, 20), 'gone.py': 'x\n' };
const change = { 'app.py': lines(1, 40).flatMap((it, i) => (i === 9 ? ['changed 10'] : i === 29 ? [it, 'added after 30'] : [it])), 'new.py': 'a\nb\n', 'lib/new.py': { rename: 'lib/old.py' }, 'gone.py': null };

const quiet = (options = {}) => gitlab({ checkout: false, base, change, ...options, project: { pace_ms: 0, ...options.project } });
const refs_of = async (call) => (await call('GET', '/merge_requests/1')).json.diff_refs;
const MR = '/merge_requests/1';

for (const [what, method, path, body, error] of [
  ['a note without body', 'POST', `${MR}/notes`, { text: 'x' }, /body is missing/],
  ['an unknown member', 'POST', `${MR}/notes`, { body: 'x', colour: 1 }, /colour is not a known parameter/],
  ['an unknown query parameter', 'GET', `${MR}/notes?perpage=1`, undefined, /perpage/],
  ['a position without start_sha', 'POST', `${MR}/discussions`, { body: 'x', position: { base_sha: 'a'.repeat(40), head_sha: 'a'.repeat(40), position_type: 'text' } }, /position\[start_sha\] is missing/],
  ['a state of another forge', 'POST', `/statuses/${'a'.repeat(40)}`, { state: 'failure' }, /state does not have a valid value/],
  ['a description of 256 characters', 'POST', `/statuses/${'a'.repeat(40)}`, { state: 'failed', description: 'd'.repeat(256) }, /description is invalid/],
  ['body and resolved together', 'PUT', `${MR}/discussions/x/notes/1`, { body: 'x', resolved: true }, /body, resolved are mutually exclusive/],
  ['a note of a million and one', 'POST', `${MR}/notes`, { body: 'x'.repeat(1_000_001) }, /body is invalid/],
]) {
  test(`GitLab refuses ${what}`, async () => {
    const mr = await quiet();
    const { status, json } = await gitlab_client(mr)(method, path, body);
    assert.equal(status, 400);
    assert.match(json.error, error);
    await mr.end({ allow: [/^contract/] });
  });
}

test('a project is found by number and by encoded path, below a path prefix too', async () => {
  const mr = await quiet({ prefix: '/gitlab' });
  const call = gitlab_client(mr);
  assert.equal((await call('GET', '')).json.path_with_namespace, mr.tenant);
  assert.equal((await call('GET', `//projects/${mr.project_id}`)).json.id, mr.project_id);
  assert.match((await call('GET', MR)).json.web_url, /\/gitlab\/acme\//);
  assert.equal((await call('GET', '//projects/404')).json.message, '404 Project Not Found');
  await mr.end();
});

// The old file has 40 lines; line 10 is another, and one was added after 30. Every kind of line, and every way to say it wrong.
const app = (position) => ({ old_path: 'app.py', new_path: 'app.py', ...position });
for (const [what, position, taken] of [
  ['an added line', app({ new_line: 31 }), true],
  ['a removed line', app({ old_line: 10 }), true],
  ['an unchanged line of the diff', app({ old_line: 9, new_line: 9 }), true],
  ['an unchanged line below an addition', app({ old_line: 32, new_line: 33 }), true],
  ['an unchanged line that the diff does not show', app({ old_line: 20, new_line: 20 }), true],
  ['a line of a new file', { old_path: 'new.py', new_path: 'new.py', new_line: 2 }, true],
  ['a line of a file that was only renamed', { old_path: 'lib/old.py', new_path: 'lib/new.py', old_line: 3, new_line: 3 }, true],
  ['a line of a deleted file', { old_path: 'gone.py', new_path: 'gone.py', old_line: 1 }, true],
  ['an added line with its old number', app({ old_line: 30, new_line: 31 }), false],
  ['an unchanged line with the new number only', app({ new_line: 9 }), false],
  ['an unchanged line with a wrong old number', app({ old_line: 33, new_line: 33 }), false],
  ['a removed line with a new number', app({ old_line: 10, new_line: 10 }), false],
  ['a new file with an old line', { old_path: 'new.py', new_path: 'new.py', old_line: 1, new_line: 2 }, false],
  ['a renamed file under its new name twice', { old_path: 'lib/new.py', new_path: 'lib/new.py', old_line: 3, new_line: 3 }, false],
  ['a file without change', { old_path: 'README.md', new_path: 'README.md', new_line: 1 }, false],
  ['a line after the end', app({ new_line: 99 }), false],
]) {
  test(`a discussion on ${what} is ${taken ? 'taken' : 'refused'}`, async () => {
    const mr = await quiet();
    const call = gitlab_client(mr);
    const { status, json } = await call('POST', `${MR}/discussions`, { body: 'x', position: { ...(await refs_of(call)), position_type: 'text', ...position } });
    if (taken) assert.deepEqual([status, json.notes[0].type, json.notes[0].position.new_line ?? null], [201, 'DiffNote', position.new_line ?? null]);
    else assert.deepEqual([status, json.message], [400, LINE_CODE]);
    await mr.end();
  });
}

test('a position of commits that no version has is refused, and one without paths', async () => {
  const mr = await quiet();
  const call = gitlab_client(mr);
  const refs = await refs_of(call);
  const post = (position) => call('POST', `${MR}/discussions`, { body: 'x', position: { ...refs, position_type: 'text', ...position } });
  assert.equal((await post(app({ base_sha: mr.sha.head, new_line: 31 }))).json.message, LINE_CODE);
  assert.match((await post({ new_path: 'app.py', new_line: 31 })).json.message, /position/);
  assert.equal((await post({ old_path: 'app.py', new_path: 'app.py', position_type: 'file' })).status, 201);
  await mr.end({ allow: [/a position without old_path/] });
});

test('after a push there is a new version; a discussion follows its line', async () => {
  const mr = await quiet();
  const call = gitlab_client(mr);
  const refs = await refs_of(call);
  await call('POST', `${MR}/discussions`, { body: 'x', position: { ...refs, position_type: 'text', ...app({ new_line: 31 }) } });
  await mr.push({ 'app.py': ['first', ...change['app.py']] });
  const versions = (await call('GET', `${MR}/versions`)).json;
  assert.deepEqual(versions.map((it) => it.head_commit_sha), [mr.sha.head, refs.head_sha]);
  const [{ notes: [note] }] = (await call('GET', `${MR}/discussions`)).json;
  assert.deepEqual([note.position.head_sha, note.position.new_line, note.position.old_line], [mr.sha.head, 32, null]);
  await mr.end();
});

test('diff_refs come late when the merge request is fresh', async () => {
  const mr = await quiet({ merge_request: { unprepared: 1 } });
  const call = gitlab_client(mr);
  assert.deepEqual((await call('GET', `${MR}/versions`)).json, []);
  assert.deepEqual([(await call('GET', MR)).json.diff_refs, typeof (await call('GET', MR)).json.diff_refs.head_sha], [undefined, 'string']);
  await mr.end();
});

test('diffs come in pages; one too large is collapsed', async () => {
  const mr = await quiet({ merge_request: { no_diff: ['app.py'] } });
  const call = gitlab_client(mr);
  const first = await call('GET', `${MR}/diffs?per_page=3`);
  assert.deepEqual([first.json.length, first.headers['x-next-page'], first.headers['x-total']], [3, '2', '4']);
  const all = [...first.json, ...(await call('GET', `${MR}/diffs?per_page=3&page=2`)).json];
  assert.deepEqual(all.map((it) => [it.new_path, it.new_file, it.renamed_file, it.deleted_file, it.collapsed]), [['app.py', false, false, false, true], ['gone.py', false, false, true, false], ['lib/new.py', false, true, false, false], ['new.py', true, false, false, false]]);
  await mr.end();
});

for (const [what, body, executed, status] of [
  ['a line of its own', 'text\n/merge', 'merge', 201], ['after a carriage return', 'text\r\n/close\r\n', 'close', 201], ['in a fence', '````\n/merge\n````', 'merge', 201], ['nothing else', '/label ~bug', 'label', 202],
]) {
  test(`a quick action is carried out, and is a violation: ${what}`, async () => {
    const mr = await quiet();
    const answer = await gitlab_client(mr)('POST', `${MR}/notes`, { body });
    assert.equal(answer.status, status);
    const [request] = (await mr.state()).merge_requests;
    assert.deepEqual(request.commands.map((it) => it.name), [executed]);
    if (executed === 'merge') assert.equal(request.state, 'merged');
    if (executed === 'label') assert.deepEqual(request.labels, ['bug']);
    assert.deepEqual((await mr.forge.violations(mr.tenant)).map((it) => it.kind), ['quick-action']);
    await mr.end({ allow: [/^quick-action/] });
  });
}

test('a slash that begins no line does nothing; one that begins a path is told', async () => {
  const mr = await quiet();
  const call = gitlab_client(mr);
  await call('POST', `${MR}/notes`, { body: 'see src/merge\n  /merge' });
  assert.deepEqual(await mr.forge.violations(mr.tenant), []);
  await call('POST', `${MR}/notes`, { body: '/usr/bin/env' });
  assert.match((await mr.forge.violations(mr.tenant))[0].text, /begins with a slash/);
  await mr.end({ allow: [/^quick-action/] });
});

for (const [method, path, status] of [
  ['GET', MR, 200], ['GET', `${MR}/notes`, 200], ['GET', '/repository/files/app.py/raw?ref=main', 200], ['POST', `${MR}/notes`, 403], ['POST', `${MR}/discussions`, 403], ['GET', `${MR}/discussions`, 401], ['GET', `${MR}/diffs`, 401], ['POST', `/statuses/${'a'.repeat(40)}`, 401], ['GET', '/members/all', 401], ['GET', '//user', 401],
]) {
  test(`the token of a job: ${method} ${path.split('?')[0]}: ${status}`, async () => {
    const mr = await quiet({ token: null });
    const call = gitlab_client(mr, mr.job_token, 'job-token');
    assert.equal((await call(method, path, method === 'POST' ? { body: 'x', state: 'success' } : undefined)).status, status);
    assert.equal((await gitlab_client(mr, mr.job_token)('GET', MR)).status, 401, 'it is no PRIVATE-TOKEN');
    await mr.end();
  });
}

test('rights: scope, role, membership; who may edit, who may resolve', async () => {
  const mr = await quiet({ project: { notes: [], discussions: [] } });
  const as = async (token) => {
    await mr.forge.seed({ gitlab: { tokens: [{ ...token, projects: [mr.tenant] }] } });
    return gitlab_client(mr, token.token);
  };
  const reader = await as({ token: 'reader-token', kind: 'personal', username: 'rita', access_level: 20, scopes: ['read_api'] });
  const reporter = await as({ token: 'reporter-token', kind: 'personal', username: 'rob', access_level: 20 });
  assert.equal((await reader('GET', MR)).status, 200);
  assert.equal((await reader('POST', `${MR}/notes`, { body: 'x' })).json.error, 'insufficient_scope');
  assert.equal((await reporter('POST', `/statuses/${mr.sha.head}`, { state: 'success' })).json.message, '403 Forbidden');
  const call = gitlab_client(mr);
  const thread = (await call('POST', `${MR}/discussions`, { body: 'x' })).json;
  const plain = (await call('POST', `${MR}/notes`, { body: 'x' })).json;
  assert.equal((await reporter('PUT', `${MR}/discussions/${thread.id}`, { resolved: true })).status, 403);
  assert.equal((await reporter('PUT', `${MR}/notes/${plain.id}`, { body: 'y' })).status, 403);
  const resolved = (await call('PUT', `${MR}/discussions/${thread.id}`, { resolved: true })).json;
  assert.deepEqual([resolved.notes[0].resolved, resolved.notes[0].resolved_by.username], [true, thread.notes[0].author.username]);
  const listed = (await call('GET', `${MR}/discussions`)).json.find((it) => it.individual_note);
  assert.equal((await call('POST', `${MR}/discussions/${listed.id}/notes`, { body: 'x' })).json.message, '400 Bad request - Discussion can not be replied to.');
  assert.equal((await call('PUT', `${MR}/discussions/${listed.id}`, { resolved: true })).json.message, '400 Bad request - Note is not resolvable');
  await mr.end({ allow: [/^foreign/] });
});

test('statuses go from state to state; repeating one is refused, a finished one begins anew', async () => {
  const mr = await quiet();
  const call = gitlab_client(mr);
  const post = (state, more) => call('POST', `/statuses/${mr.sha.head}`, { state, name: 'gatepost', ref: 'change', ...more });
  const refused = (event, from) => `Cannot transition status via :${event} from :${from} (Reason(s): Status cannot transition via "${event}")`;
  assert.equal((await post('pending')).status, 201);
  assert.equal((await post('pending')).json.message, refused('enqueue', 'pending'));
  assert.equal((await post('running')).status, 201);
  assert.equal((await post('running')).json.message, refused('run', 'running'));
  assert.equal((await post('pending')).json.message, refused('enqueue', 'running'));
  assert.equal((await post('failed', { description: 'd'.repeat(255) })).json.status, 'failed');
  assert.equal((await post('success')).status, 201);
  assert.equal((await post('success', { ref: 'nowhere' })).json.message, '404 References for commit Not Found');
  assert.equal((await call('POST', `/statuses/${'a'.repeat(40)}`, { state: 'success' })).json.message, '404 Commit Not Found');
  const state = await mr.state();
  assert.deepEqual([state.statuses.map((it) => it.state), state.pipelines.map((it) => it.source)], [['failed', 'success'], ['merge_request_event', 'external']]);
  assert.deepEqual((await call('GET', `/repository/commits/${mr.sha.head}/statuses?name=gatepost`)).json.map((it) => it.status), ['success']);
  await mr.end();
});

for (const [licence, status] of [['free', 401], ['ultimate', 201]]) {
  test(`an external status check under the licence ${licence}: ${status}`, async () => {
    const forge = await Emulators.start();
    await forge.seed({ gitlab: { licence } });
    const mr = await quiet({ emulators: forge, project: { external_status_checks: [{ id: 5, name: 'gatepost' }] } });
    const call = gitlab_client(mr);
    const post = (sha) => call('POST', `${MR}/status_check_responses`, { sha, external_status_check_id: 5, status: 'failed' });
    assert.equal((await post(mr.sha.head)).status, status);
    if (licence === 'ultimate') {
      assert.equal((await post(mr.sha.base)).status, 409);
      assert.equal((await call('GET', `${MR}/status_checks`)).json[0].status, 'failed');
    }
    await mr.end();
    forge.stop();
  });
}

test('pages: a short one is not the last, totals may be missing', async () => {
  const mr = await quiet({ project: { hide_totals: true } });
  await mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, notes: Array.from({ length: 7 }, (_, i) => ({ iid: 1, author: 'ada', body: `n${i}`, hidden: i === 1 })) }] } });
  const call = gitlab_client(mr);
  const first = await call('GET', `${MR}/notes?per_page=3&sort=asc`);
  assert.deepEqual([first.json.map((it) => it.body), first.headers['x-next-page'], first.headers['x-total']], [['n0', 'n2'], '2', undefined]);
  assert.match(first.headers.link, /rel="next"/);
  assert.doesNotMatch(first.headers.link, /rel="last"/);
  assert.equal((await call('GET', `${MR}/notes?per_page=3&sort=asc&page=3`)).headers['x-next-page'], '');
  assert.equal((await call('GET', `${MR}/notes?per_page=100&page=502`)).status, 405);
  await mr.end();
});

test('code: raw files with slashes, trees, ranges, the requests of a commit', async () => {
  const mr = await quiet();
  const call = gitlab_client(mr);
  assert.equal((await call('GET', `/repository/files/${encodeURIComponent('lib/new.py')}/raw?ref=${mr.sha.head}`)).text, `${lines(1, 20).join('\n')}\n`);
  assert.equal((await call('GET', `/repository/files/absent/raw?ref=${mr.sha.head}`)).json.message, '404 File Not Found');
  assert.deepEqual((await call('GET', '/repository/tree?path=lib&ref=main')).json.map((it) => it.path), ['lib/old.py']);
  assert.equal((await call('GET', `/repository/compare?from=main&to=${mr.sha.head}`)).json.diffs.length, 4);
  assert.deepEqual((await call('GET', `/repository/commits/${mr.sha.head}/merge_requests`)).json.map((it) => it.iid), [1]);
  await mr.end();
});

test('labels and reviewers of a merge request; members', async () => {
  const mr = await quiet({ project: { members: { ada: 30 } }, users: [{ username: 'ada', id: 55 }] });
  const call = gitlab_client(mr);
  const put = (body) => call('PUT', MR, body);
  assert.deepEqual((await put({ add_labels: 'a,b' })).json.labels, ['a', 'b']);
  assert.deepEqual((await put({ remove_labels: ['a'], reviewer_ids: [55, 99] })).json.reviewers.map((it) => it.username), ['ada']);
  assert.deepEqual((await put({ labels: 'c' })).json.labels, ['c']);
  assert.equal((await call('GET', '/members/all/55')).json.access_level, 30);
  assert.equal((await call('GET', '/members/all/99')).status, 404);
  assert.equal((await call('GET', '//users?username=Ada')).json[0].id, 55);
  await mr.end();
});

test('artifacts of a job are at another host', async () => {
  const mr = await quiet({ project: { jobs: [{ id: 8, name: 'gatepost', pipeline: 3, files: { 'result.json': '{}' } }] } });
  const call = gitlab_client(mr);
  assert.equal((await call('GET', '/pipelines/3/jobs')).json[0].id, 8);
  const { status, headers } = await call('GET', '/jobs/8/artifacts');
  assert.equal(status, 302);
  assert.equal((await get(headers.location)).bytes.subarray(0, 2).toString(), 'PK');
  const one = await call('GET', '/jobs/8/artifacts/result.json');
  assert.equal((await get(one.headers.location)).bytes.toString(), '{}');
  assert.equal((await call('GET', '/jobs/8/artifacts/else.json')).status, 404);
  assert.deepEqual((await call('GET', `${MR}/pipelines`)).json.map((it) => [it.id, it.sha]), [[mr.pipeline_id(), mr.sha.head]]);
  await mr.end();
});

test('too many notes: JSON without a header', async () => {
  const forge = await Emulators.start();
  await forge.seed({ gitlab: { limits: { notes_per_minute: 1 } } });
  const mr = await quiet({ emulators: forge });
  const call = gitlab_client(mr);
  await call('POST', `${MR}/notes`, { body: 'x' });
  const { status, json, headers } = await call('POST', `${MR}/notes`, { body: 'x' });
  assert.deepEqual([status, headers['retry-after'], json.message.error], [429, undefined, 'This endpoint has been requested too many times. Try again later.']);
  await mr.end();
  forge.stop();
});
