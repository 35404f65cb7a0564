// GitHub's behaviour: state and rules of each part.
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { github } from '../../e2e/harness.mjs';
import { get, github_client, lines, test } from './testing.mjs';

// app.py has 40 lines; the change adds one after line 10 and one after line 30: two hunks.
const with_lines = (...added) => ({ 'app.py': lines(1, 40).flatMap((it, i) => (added.includes(i + 1) ? [it, `added after ${i + 1}`] : [it])) });
const change = with_lines(10, 30);
const base = { 'app.py': lines(1, 40), 'lib/old.py': lines(1, 20), 'logo.png': { base64: Buffer.from([0, 1, 2, 0, 255]).toString('base64') } };

const quiet = (options = {}) => github({ base, change, ...options, repo: { pace_ms: 0, ...options.repo } });
const LINE_ERROR = 'Pull request review thread line must be part of the diff and Pull request review thread diff hunk can\'t be blank';
const note = (line, more = {}) => ({ path: 'app.py', line, side: 'RIGHT', body: `about ${line}`, ...more });
const review = (scenario, ...comments) => ({ commit_id: scenario.sha.head, event: 'COMMENT', body: 'look', comments });

test('issue comments are listed oldest first, in pages, since a date, and 304 when nothing is new', async () => {
  const pr = await quiet({ repo: { issue_comments: Array.from({ length: 5 }, (_, i) => ({ issue: 1, user: 'ada', body: `c${i}`, created_at: `2026-01-0${i + 1}T00:00:00Z` })), pulls: [{ number: 1, user: 'author', head: { sha: '0'.repeat(40) }, base: { sha: '0'.repeat(40) } }] } });
  const call = github_client(pr);
  const first = await call('GET', '/issues/1/comments?per_page=2');
  assert.deepEqual(first.json.map((it) => it.body), ['c0', 'c1']);
  assert.match(first.headers.link, /page=2>; rel="next".*page=3>; rel="last"/);
  const last = await call('GET', '/issues/1/comments?per_page=2&page=3');
  assert.deepEqual(last.json.map((it) => it.body), ['c4']);
  assert.doesNotMatch(last.headers.link, /rel="next"/);
  assert.equal((await call('GET', '/issues/1/comments?since=2026-01-04T00:00:00Z')).json.length, 2);
  const again = await call('GET', '/issues/1/comments?per_page=2', undefined, { 'if-none-match': first.headers.etag });
  assert.equal(again.status, 304);
  assert.equal(Number(again.headers['x-ratelimit-used']), Number((await call('GET', '/issues/1/comments?per_page=2', undefined, { 'if-none-match': first.headers.etag })).headers['x-ratelimit-used']), '304 costs nothing');
  await pr.end();
});

test('a comment is made, edited, deleted; that of somebody else is a violation', async () => {
  const pr = await quiet({});
  const call = github_client(pr);
  const made = await call('POST', '/issues/1/comments', { body: 'one' });
  assert.equal(made.status, 201);
  assert.equal(made.json.user.login, 'github-actions[bot]');
  assert.ok(made.json.id > 2 ** 31, 'ids need more than 32 bits');
  assert.equal((await call('PATCH', `/issues/comments/${made.json.id}`, { body: 'two' })).json.body, 'two');
  assert.equal((await call('DELETE', `/issues/comments/${made.json.id}`)).status, 204);
  assert.equal((await call('GET', `/issues/comments/${made.json.id}`)).status, 404);
  await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, issue_comments: [{ issue: 1, user: 'ada', body: 'mine', id: 42 }] }] } });
  await call('PATCH', '/issues/comments/42', { body: 'yours' });
  assert.deepEqual((await pr.forge.violations(pr.tenant)).map((it) => it.kind), ['foreign']);
  await pr.end({ allow: [/^foreign/] });
});

for (const [size, status] of [[65536, 201], [65537, 422]]) {
  test(`a comment of ${size} characters: ${status}`, async () => {
    const pr = await quiet({});
    const answer = await github_client(pr)('POST', '/issues/1/comments', { body: 'ü'.repeat(size) });
    assert.equal(answer.status, status);
    if (status === 422) assert.deepEqual(answer.json.errors, [{ resource: 'IssueComment', code: 'unprocessable', field: 'data', message: 'Body is too long (maximum is 65536 characters)' }]);
    await pr.end({ allow: status === 422 ? [/^limit/] : [] });
  });
}

test('one line outside the diff rejects the whole review', async () => {
  const pr = await quiet({});
  const call = github_client(pr);
  const { status, json } = await call('POST', '/pulls/1/reviews', review(pr, note(11), note(20)));
  assert.equal(status, 422);
  assert.equal(json.message, 'Unprocessable Entity');
  assert.deepEqual(json.errors, [LINE_ERROR]);
  assert.deepEqual((await pr.state()).review_comments, []);
  assert.deepEqual((await pr.state()).reviews, []);
  await pr.end();
});

// The hunks show lines 8-14 and 29-35 of the new file, 8-13 and 28-33 of the old one.
for (const [what, comment, expected] of [
  ['an added line', note(11), 200],
  ['the first line of context', note(8), 200],
  ['the line before the context', note(7), LINE_ERROR],
  ['the last line of context', note(14), 200],
  ['the line after the context', note(15), LINE_ERROR],
  ['several lines of a hunk', note(14, { start_line: 9, start_side: 'RIGHT' }), 200],
  ['lines of two hunks', note(32, { start_line: 9, start_side: 'RIGHT' }), 'Pull request review thread start line must be part of the same hunk as the line'],
  ['a start after the end', note(9, { start_line: 11, start_side: 'RIGHT' }), 'Pull request review thread start line must precede the end line'],
  ['a start equal to the end', note(9, { start_line: 9, start_side: 'RIGHT' }), 'Pull request review thread start line must precede the end line'],
  ['a line of the old file', note(33, { side: 'LEFT' }), 200],
  ['a line that only the new file shows', note(35, { side: 'LEFT' }), LINE_ERROR],
  ['a file that has no change', note(1, { path: 'lib/old.py' }), 'Path could not be resolved'],
]) {
  test(`a review comment on ${what}: ${expected === 200 ? 'taken' : expected}`, async () => {
    const pr = await quiet({});
    const { status, json } = await github_client(pr)('POST', '/pulls/1/reviews', review(pr, comment));
    assert.deepEqual(status === 200 ? 200 : json.errors, expected === 200 ? 200 : [expected]);
    await pr.end();
  });
}

test('single comments: a line outside, the file as a whole, an answer, no answer to an answer', async () => {
  const pr = await quiet({});
  const call = github_client(pr);
  const common = { commit_id: pr.sha.head, path: 'app.py', body: 'b' };
  const outside = await call('POST', '/pulls/1/comments', { ...common, line: 20, side: 'RIGHT' });
  assert.equal(outside.status, 422);
  assert.equal(outside.json.errors[0].message, 'pull_request_review_thread.line must be part of the diff');
  const of_file = await call('POST', '/pulls/1/comments', { ...common, subject_type: 'file' });
  assert.deepEqual([of_file.status, of_file.json.subject_type, of_file.json.line], [201, 'file', 1]);
  const root = await call('POST', '/pulls/1/comments', { ...common, line: 11, side: 'RIGHT' });
  const answer = await call('POST', `/pulls/1/comments/${root.json.id}/replies`, { body: 'well' });
  assert.deepEqual([answer.status, answer.json.in_reply_to_id, answer.json.line], [201, root.json.id, 11]);
  assert.equal((await call('POST', '/pulls/1/comments', { ...common, in_reply_to: answer.json.id })).status, 422);
  assert.equal((await call('POST', '/pulls/1/comments', { ...common, commit_id: '1'.repeat(40), line: 11 })).status, 422);
  await pr.end();
});

test('when the head moves a comment follows its line, and is outdated when that is gone', async () => {
  const pr = await quiet({});
  const call = github_client(pr);
  await call('POST', '/pulls/1/reviews', review(pr, note(11), note(32)));
  const moved = lines(1, 40).flatMap((it, i) => (i === 1 ? ['new at the top', it] : i === 9 ? [it, 'added after 10'] : [it]));
  await pr.push({ 'app.py': moved });
  const { json } = await call('GET', '/pulls/1/comments');
  assert.deepEqual(json.map((it) => [it.line, it.original_line, it.commit_id]), [[12, 11, pr.sha.head], [null, 32, json[1].original_commit_id]]);
  await pr.end();
});

const THREADS = `query($owner: String!, $name: String!, $number: Int!) { viewer { login } repository(owner: $owner, name: $name) { pullRequest(number: $number) {
  reviewThreads(first: 50) { pageInfo { hasNextPage } nodes { id isResolved isOutdated path line subjectType comments(first: 10) { nodes { id databaseId fullDatabaseId author { login } body isMinimized } } } } } } }`;
const RESOLVE = 'mutation($id: ID!) { resolveReviewThread(input: {threadId: $id}) { thread { isResolved } } }';
const MINIMIZE = 'mutation($id: ID!) { minimizeComment(input: {subjectId: $id, classifier: RESOLVED}) { minimizedComment { isMinimized } } }';

for (const [contents, resolved] of [['read', false], ['write', true]]) {
  test(`GraphQL shows threads; resolving with contents: ${contents} ${resolved ? 'works' : 'is forbidden'}, hiding works`, async () => {
    const pr = await quiet({ token: { permissions: { contents, 'pull-requests': 'write' } } });
    const call = github_client(pr);
    await call('POST', '/pulls/1/reviews', review(pr, note(11)));
    const { json } = await call.graphql(THREADS, { owner: pr.owner, name: pr.name, number: 1 });
    assert.equal(json.data.viewer.login, 'github-actions[bot]');
    const [thread] = json.data.repository.pullRequest.reviewThreads.nodes;
    assert.deepEqual([thread.isResolved, thread.path, thread.line, thread.comments.nodes[0].author.login], [false, 'app.py', 11, 'github-actions']);
    assert.equal(thread.comments.nodes[0].databaseId, null, 'the id is larger than Int');
    assert.match(thread.comments.nodes[0].fullDatabaseId, /^\d+$/);
    const done = await call.graphql(RESOLVE, { id: thread.id });
    assert.equal(done.status, 200);
    if (resolved) assert.equal(done.json.data.resolveReviewThread.thread.isResolved, true);
    else assert.deepEqual([done.json.data.resolveReviewThread, done.json.errors[0].type, done.json.errors[0].message], [null, 'FORBIDDEN', 'Resource not accessible by integration']);
    assert.equal((await pr.state()).review_comments[0].resolved, resolved);
    assert.equal((await call.graphql(MINIMIZE, { id: thread.comments.nodes[0].id })).json.data.minimizeComment.minimizedComment.isMinimized, true);
    await pr.end();
  });
}

test('GraphQL names what the schema does not have; that is a violation', async () => {
  const pr = await quiet({});
  const { status, json } = await github_client(pr).graphql('query { viewer { login isResolvd } }', {});
  assert.equal(status, 200);
  assert.match(json.errors[0].message, /Cannot query field "isResolvd" on type "User"/);
  assert.equal(json.errors[0].extensions.code, 'undefinedField');
  await pr.end({ allow: [/^contract/] });
});

const annotation = (line, more = {}) => ({ path: 'app.py', start_line: line, end_line: line, annotation_level: 'warning', message: 'm', ...more });
const output = (...annotations) => ({ title: 't', summary: 's', annotations });

test('check runs: annotations are appended, the latest is listed, its conclusion stands', async () => {
  const pr = await quiet({});
  const call = github_client(pr);
  const made = await call('POST', '/check-runs', { name: 'gatepost', head_sha: pr.sha.head, status: 'in_progress', output: output(...lines(1, 50).map((_, i) => annotation(i + 1))) });
  assert.deepEqual([made.status, made.json.output.annotations_count, made.json.app.slug], [201, 50, 'github-actions']);
  const more = await call('PATCH', `/check-runs/${made.json.id}`, { conclusion: 'failure', output: output(annotation(7)) });
  assert.deepEqual([more.json.status, more.json.conclusion, more.json.output.annotations_count], ['completed', 'failure', 51]);
  await call('POST', '/check-runs', { name: 'gatepost', head_sha: pr.sha.head, conclusion: 'success' });
  const listed = await call('GET', `/commits/${pr.sha.head}/check-runs?check_name=gatepost`);
  assert.deepEqual([listed.json.total_count, listed.json.check_runs[0].conclusion], [1, 'success']);
  assert.equal((await call('GET', `/check-runs/${made.json.id}/annotations?per_page=100`)).json.length, 51);
  await pr.end();
});

for (const [what, body, says, allow] of [
  ['51 annotations', { output: output(...lines(1, 51).map((_, i) => annotation(i + 1))) }, /No more than 50 items are allowed; 51 were supplied\./, [/^contract/]],
  ['a summary too long', { output: { title: 't', summary: 's'.repeat(65536) } }, /Only 65535 characters are allowed; 65536 were supplied\./, [/^contract/]],
  ['completed without conclusion', { status: 'completed' }, /conclusion/, [/^contract/]],
  ['columns over several lines', { output: output(annotation(1, { end_line: 2, start_column: 1, end_column: 2 })) }, /columns/, [/^contract/]],
  ['a commit nobody knows', { head_sha: 'a'.repeat(40) }, /No commit found for SHA/, []],
]) {
  test(`a check run is refused: ${what}`, async () => {
    const pr = await quiet({});
    const { status, json } = await github_client(pr)('POST', '/check-runs', { name: 'gatepost', head_sha: pr.sha.head, ...body });
    assert.equal(status, 422);
    assert.match(json.message, says);
    await pr.end({ allow });
  });
}

test('check runs are for apps: a personal token is refused', async () => {
  const pr = await quiet({ token: { kind: 'pat', login: 'ada' } });
  const { status, json } = await github_client(pr)('POST', '/check-runs', { name: 'gatepost', head_sha: pr.sha.head });
  assert.equal(status, 403);
  assert.match(json.message, /not accessible|GitHub App/);
  await pr.end();
});

test('statuses: 140 characters, known commits, the latest of a context counts whatever its case', async () => {
  const pr = await quiet({});
  const call = github_client(pr);
  const post = (body, sha = pr.sha.head) => call('POST', `/statuses/${sha}`, { context: 'gatepost', ...body });
  assert.equal((await post({ state: 'pending', description: 'd'.repeat(140) })).status, 201);
  assert.match((await post({ state: 'pending', description: 'd'.repeat(141) })).json.errors[0].message, /maximum is 140 characters/);
  assert.match((await post({ state: 'success' }, 'b'.repeat(40))).json.message, /No commit found for SHA/);
  await post({ state: 'success', context: 'GATEPOST' });
  const combined = await call('GET', `/commits/${pr.sha.head}/status`);
  assert.deepEqual([combined.json.state, combined.json.total_count], ['success', 1]);
  assert.equal((await call('GET', `/commits/${pr.sha.head}/statuses`)).json.length, 2);
  await pr.end({ allow: [/^limit/] });
});

test('labels: unknown ones come into being, absent ones are not found, names may need escapes', async () => {
  const pr = await quiet({ repo: { labels: [{ name: 'security: high', color: 'ff0000' }] } });
  const call = github_client(pr);
  const added = await call('POST', '/issues/1/labels', { labels: ['security: high', 'new one'] });
  assert.deepEqual(added.json.map((it) => [it.name, it.color]), [['security: high', 'ff0000'], ['new one', 'ededed']]);
  assert.equal((await call('DELETE', `/issues/1/labels/${encodeURIComponent('security: high')}`)).json.length, 1);
  const absent = await call('DELETE', '/issues/1/labels/absent');
  assert.deepEqual([absent.status, absent.json.message], [404, 'Label does not exist']);
  assert.equal((await call('POST', '/labels', { name: 'new one' })).json.errors[0].code, 'already_exists');
  assert.equal((await call('POST', '/labels', { name: 'red', color: '#f00' })).json.errors[0].field, 'color');
  await pr.end();
});

test('reviewers: collaborators only, never the author, teams not with the token of a job', async () => {
  const pr = await quiet({ repo: { collaborators: { ada: 'write' } }, organisations: [{ login: 'acme', teams: { security: ['ada'] } }] });
  const call = github_client(pr);
  const ask = (body) => call('POST', '/pulls/1/requested_reviewers', body);
  assert.deepEqual((await ask({ reviewers: ['ada'] })).json.requested_reviewers.map((it) => it.login), ['ada']);
  assert.match((await ask({ reviewers: ['ada', 'stranger'] })).json.message, /only be requested from collaborators/);
  assert.match((await ask({ reviewers: ['author'] })).json.message, /pull request author/);
  assert.equal((await ask({ team_reviewers: ['security'] })).status, 403);
  assert.equal((await call('GET', '//orgs/acme/teams/security/members')).status, 403);
  assert.deepEqual((await call('GET', '/pulls/1/requested_reviewers')).json.users.map((it) => it.login), ['ada']);
  await pr.end();
});

const sarif = (runs) => ({ version: '2.1.0', runs });
const one_run = (more) => ({ tool: { driver: { name: 't', rules: [] } }, results: [], ...more });
const packed = (log) => gzipSync(JSON.stringify(log)).toString('base64');

test('SARIF: taken, pending, complete; failed with reasons', async () => {
  const pr = await quiet({});
  const call = github_client(pr);
  const upload = (log, more) => call('POST', '/code-scanning/sarifs', { commit_sha: pr.sha.merge, ref: 'refs/pull/1/merge', sarif: packed(log), ...more });
  const good = await upload(sarif([one_run()]));
  assert.equal(good.status, 202);
  const poll = async (id) => (await call('GET', `/code-scanning/sarifs/${id}`)).json;
  assert.equal((await poll(good.json.id)).processing_status, 'pending');
  assert.equal((await poll(good.json.id)).processing_status, 'complete');
  const bad = await upload(sarif([one_run(), one_run()]));
  await poll(bad.json.id);
  assert.deepEqual((await poll(bad.json.id)).errors, ['A delivery cannot contain multiple runs with the same category']);
  assert.equal((await upload(null, { sarif: Buffer.from('no gzip').toString('base64') })).status, 400);
  await pr.end({ allow: [/^sarif/, /^contract/] });
});

test('SARIF is refused where code scanning is off', async () => {
  const pr = await quiet({ repo: { code_scanning: false } });
  const { status, json } = await github_client(pr)('POST', '/code-scanning/sarifs', { commit_sha: pr.sha.head, ref: 'refs/heads/change', sarif: packed(sarif([])) });
  assert.equal(status, 403);
  assert.match(json.message, /Advanced Security must be enabled/);
  await pr.end();
});

test('code: files with patch, binary ones without, contents at a ref, blobs, trees, commits, ranges', async () => {
  const pr = await quiet({ change: { ...change, 'logo.png': { base64: Buffer.from([0, 9, 9]).toString('base64') }, 'lib/new.py': { rename: 'lib/old.py' }, 'ünï/ä b.txt': 'x\n', link: { symlink: 'app.py' } }, on_base: { 'later.txt': 'x\n' } });
  const call = github_client(pr);
  const files = Object.fromEntries((await call('GET', '/pulls/1/files')).json.map((it) => [it.filename, it]));
  assert.deepEqual(Object.keys(files).sort(), ['app.py', 'lib/new.py', 'link', 'logo.png', 'ünï/ä b.txt'].sort());
  assert.match(files['app.py'].patch, /^@@ -8,6 \+8,7 @@/);
  assert.equal(files['logo.png'].patch, undefined);
  assert.deepEqual([files['lib/new.py'].status, files['lib/new.py'].previous_filename, files['lib/new.py'].patch], ['renamed', 'lib/old.py', undefined]);
  const at = await call('GET', `/contents/${encodeURIComponent('ünï')}/${encodeURIComponent('ä b.txt')}?ref=${pr.sha.head}`);
  assert.equal(Buffer.from(at.json.content, 'base64').toString(), 'x\n');
  assert.equal((await call('GET', `/contents/app.py?ref=${pr.sha.base}`, undefined, { accept: 'application/vnd.github.raw+json' })).text, `${lines(1, 40).join('\n')}\n`);
  assert.equal((await call('GET', '/contents/later.txt?ref=refs/pull/1/head')).status, 404);
  assert.equal((await call('GET', '/contents/later.txt?ref=main')).status, 200);
  assert.equal((await call('GET', '/contents/lib?ref=main')).json[0].path, 'lib/old.py');
  const tree = (await call('GET', `/git/trees/${pr.sha.head}?recursive=1`)).json.tree;
  const blob = await call('GET', `/git/blobs/${tree.find((it) => it.path === 'app.py').sha}`);
  assert.match(Buffer.from(blob.json.content, 'base64').toString(), /added after 10/);
  const range = (await call('GET', `/compare/main...${pr.sha.head}`)).json;
  assert.deepEqual([range.merge_base_commit.sha, range.status, range.files.length], [pr.sha.fork_point, 'diverged', 5]);
  assert.deepEqual((await call('GET', `/commits/${pr.sha.head}/pulls`)).json.map((it) => it.number), [1]);
  assert.equal((await call('GET', `/git/commits/${pr.sha.merge}`)).json.parents.length, 2);
  assert.equal((await call('GET', '/git/ref/pull/1/head')).json.object.sha, pr.sha.head);
  assert.equal((await call('GET', '/branches/main')).json.commit.sha, pr.sha.base);
  await pr.end();
});

test('an artifact is fetched from another host, which sees no credential, within a minute', async () => {
  const pr = await quiet({ token: { permissions: { actions: 'read' } }, repo: { runs: [{ id: 9, head_sha: 'a'.repeat(40), event: 'pull_request' }], artifacts: [{ id: 1, run: 9, name: 'gatepost', files: { 'result.json': '{}' } }, { id: 2, run: 9, name: 'old', expired: true }] } });
  const call = github_client(pr);
  const listed = await call('GET', '/actions/runs/9/artifacts?name=gatepost');
  assert.deepEqual([listed.json.total_count, listed.json.artifacts[0].name], [1, 'gatepost']);
  assert.equal((await call('GET', '/actions/artifacts/2/zip')).status, 410);
  const where = await call('GET', '/actions/artifacts/1/zip');
  assert.equal(where.status, 302);
  assert.equal(new URL(where.headers.location).origin, pr.forge.addresses.storage);
  const zip = await get(where.headers.location);
  assert.deepEqual([zip.status, zip.bytes.subarray(0, 2).toString()], [200, 'PK']);
  assert.deepEqual(await pr.forge.violations(pr.tenant), []);
  await get(where.headers.location, { authorization: 'Bearer x' });
  assert.deepEqual((await pr.forge.violations(pr.tenant)).map((it) => it.kind), ['credential']);
  await pr.end({ allow: [/^credential/] });
});

test('the addresses of GitHub Enterprise Server answer the same, with their version', async () => {
  const pr = await quiet({ enterprise: true, repo: { ghes: '3.17' } });
  const call = github_client(pr);
  const answer = await call('POST', '/issues/1/comments', { body: 'b' });
  assert.deepEqual([answer.status, answer.headers['x-github-enterprise-version']], [201, '3.17.0']);
  assert.equal((await call.graphql('{ viewer { login } }')).json.data.viewer.login, 'github-actions[bot]');
  await pr.end();
});
