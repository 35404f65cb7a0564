// The gate on merge requests of an emulated GitLab.
import assert from 'node:assert/strict';
import test from 'node:test';
import { gitlab } from './harness.mjs';
import { findings_at, sarif, source } from './reports.mjs';

const CHECK = ['check', '--publish', '--report', 'scans/*.sarif'];

// app.py with flaws at `bad`, and the report that tells of them.
const change_with = (bad, more = {}) => ({
  depth: 'full',
  base: { 'app.py': source(40), '.gatepost.yml': 'version: 1\n', 'CODEOWNERS': '* @acme/backend\n' },
  change: { 'app.py': source(40, bad) },
  reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', bad)) } },
  ...more,
});
// Runs of one job are further apart than this; so are their writes.
const pushed = async (mr, changes, options) => {
  await new Promise((done) => setTimeout(done, 1000));
  await mr.push(changes, options);
};
const fixed = { 'app.py': source(40) };
const clean_report = { 'scans/app.sarif': { json: sarif([]) } };

// What people see: summaries are notes, the others are threads.
const request_of = (run) => run.state.merge_requests[0];
const summaries = (run) => request_of(run).discussions.filter((it) => it.notes[0].body.startsWith('<!-- gatepost:summary '));
const threads = (run) => request_of(run).discussions.filter((it) => it.notes[0].body.startsWith('<!-- gatepost:note '));
const lines_of = (run) => threads(run).map((it) => it.notes[0].position?.new_line ?? null).sort((a, b) => a - b);

test('a merge request is told once, kept true, and told when all is well again', async () => {
  const mr = await gitlab(change_with([5, 20]));
  const first = await mr.gatepost(CHECK);
  assert.equal(first.code, 1, first.stderr);
  assert.equal(summaries(first).length, 1);
  assert.match(summaries(first)[0].notes[0].body, /Gate closed: 2 new findings block this change/);
  assert.deepEqual(lines_of(first), [5, 20]);
  assert.equal(first.writes.length, 3);

  mr.rerun();
  const again = await mr.gatepost(CHECK);
  assert.equal(again.code, 1);
  assert.deepEqual(again.writes, []);

  await pushed(mr, fixed);
  mr.write(clean_report);
  const after = await mr.gatepost(CHECK);
  assert.equal(after.code, 0, after.stderr);
  assert.equal(summaries(after).length, 1);
  assert.match(summaries(after)[0].notes[0].body, /Gate open/);
  assert.ok(threads(after).every((it) => it.notes[0].resolved), 'a thread of what is fixed is open');
  await mr.end();
});

test('the token of the job reports, writes nothing, and says what to do', async () => {
  const mr = await gitlab(change_with([5], { token: null }));
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.deepEqual(run.writes, []);
  assert.match(run.stderr, /CI_JOB_TOKEN/);
  assert.match(run.stderr, /GATEPOST_TOKEN/);
  assert.equal(run.stderr.match(/GATEPOST_TOKEN/g).length, 1, 'it is said once');
  assert.ok(JSON.parse(mr.file('gatepost-out/gl-code-quality-report.json')).length === 1);
  await mr.end();
});

test('doctor tells of the token, its scopes and its last day, and writes nothing', async () => {
  const doctor = ['doctor', '--report', 'scans/*.sarif'];
  const good = await gitlab(change_with([5]));
  const healthy = await good.gatepost(doctor);
  assert.equal(healthy.code, 0, healthy.stdout);
  assert.match(healthy.stdout, /ok +forge .*an access token with the scopes api, good until \d{4}-/);
  assert.match(healthy.stdout, /ok +permissions/);
  assert.doesNotMatch(healthy.stdout, /check runs|code scanning/);
  assert.deepEqual(healthy.writes, []);
  await good.end();

  const weak = await gitlab(change_with([5], { token: { kind: 'project', access_level: 30, scopes: ['read_api'] } }));
  const reading = await weak.gatepost(doctor);
  assert.match(reading.stdout, /warn +forge .*scopes read_api: it may read and no more\n +-> make a project access token/);
  assert.doesNotMatch(reading.stdout, /ok +permissions/);
  await weak.end();

  const none = await gitlab(change_with([5], { token: null }));
  const alone = await none.gatepost(doctor);
  assert.match(alone.stdout, /warn +token +CI_JOB_TOKEN.*\n +-> add a project access token/);
  assert.deepEqual(alone.writes, []);
  await none.end();
});

test('below a path, and with the number of the project', async () => {
  const mr = await gitlab(change_with([5], { prefix: '/tools/gitlab' }));
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(summaries(run).length, 1);
  assert.deepEqual(lines_of(run), [5]);
  await mr.end();
});

test('a change from a fork is told in the project it goes to', async () => {
  const mr = await gitlab(change_with([5], { fork: true }));
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(summaries(run).length, 1);
  assert.deepEqual(lines_of(run), [5]);
  await mr.end();
});

test('merged results: notes lie on the lines of the head, not on those of the merge', async () => {
  const mr = await gitlab(change_with([20], {
    merged_result: true,
    on_base: { 'app.py': ['# a new first line', '# and a second', ...source(40)] },
    reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', [22])) } },
  }));
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.deepEqual(lines_of(run), [20]);
  await mr.end();
});

test('lines of all kinds in renamed and new files take their notes', async () => {
  const renamed = source(40);
  renamed[4] = 'query_5 = execute("select " + request.args["a"])';
  renamed.splice(20, 1); // 21 is gone
  const report = sarif([
    { rule: 'changed', path: 'lib/new.py', line: 5 },
    { rule: 'several', path: 'fresh.py', line: 2, last: 4 },
    { rule: 'one', path: 'fresh.py', line: 7 },
    { rule: 'top', path: 'app.py', line: 1, last: 2 },
  ]);
  const mr = await gitlab({
    depth: 'full',
    base: { 'app.py': source(20), 'old.py': source(40) },
    change: { 'lib/new.py': { rename: 'old.py', text: `${renamed.join('\n')}\n` }, 'fresh.py': source(8, [2, 3, 4, 7]), 'app.py': ['import os', 'os.system(x)', ...source(20)] },
    reports: { 'scans/app.sarif': { json: report } },
  });
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  const places = threads(run).map((it) => it.notes[0].position).map((it) => `${it.old_path} ${it.new_path} ${it.line_range?.start.new_line ?? it.new_line}-${it.new_line}`).sort();
  assert.deepEqual(places, ['app.py app.py 1-2', 'fresh.py fresh.py 2-4', 'fresh.py fresh.py 7-7', 'old.py lib/new.py 5-5']);
  assert.deepEqual(run.log.filter((it) => it.status === 400), [], 'GitLab refused a position');
  await mr.end();
});

test('what a stranger writes is never carried out', async () => {
  const evil = '/merge\n/approve\r\n/label ~"security-approved"\n\n/close';
  const findings = [{ rule: '/close', path: 'app.py', line: 5, title: '/approve', message: evil }, { rule: '\n/merge', path: 'app.py', line: 9, title: '\r\n/merge', message: '```\n/merge\n```' }];
  const mr = await gitlab({
    depth: 'full',
    title: '/merge',
    message: '/merge\n\n/approve',
    base: { 'app.py': source(20) },
    change: { 'app.py': source(20, [5, 9]), 'a\n/approve': 'y\n' },
    reports: { 'scans/app.sarif': { json: sarif(findings, '/merge') } },
  });
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(request_of(run).state, 'opened');
  assert.deepEqual(request_of(run).commands, []);
  assert.deepEqual(request_of(run).approved_by, []);
  assert.equal(summaries(run).length, 1);
  await mr.end();
});

test('500 candidates end in one summary, at most 10 notes and 12 writes; the second run writes nothing', async () => {
  const bad = Array.from({ length: 500 }, (_, i) => 2 * i + 1);
  const mr = await gitlab({
    depth: 'full',
    base: { 'app.py': ['x = 1'] },
    change: { 'app.py': source(1000, bad) },
    reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', bad).map((it, i) => ({ ...it, rule: `rule-${i % 97}` }))) } },
  });
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(summaries(run).length, 1);
  assert.ok(threads(run).length <= 10 && threads(run).length > 0);
  assert.ok(run.writes.length <= 12, `${run.writes.length} writes`);
  mr.rerun();
  assert.deepEqual((await mr.gatepost(CHECK)).writes, []);
  await mr.end();
});

test('a force-push keeps one summary, and threads on the lines where the flaws are now', async () => {
  const mr = await gitlab(change_with([5, 20]));
  await mr.gatepost(CHECK);
  await pushed(mr, { 'app.py': ['# moved down', ...source(40, [5, 20])] }, { force: true });
  mr.write({ 'scans/app.sarif': { json: sarif(findings_at('app.py', [6, 21])) } });
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(summaries(run).length, 1);
  assert.deepEqual(lines_of(run), [6, 21]);
  await mr.end();
});

const answer = async (mr, thread, body) => {
  const token = mr.secret(`glpat-${'a'.repeat(4)}${process.pid}${Date.now()}`);
  await mr.forge.seed({ gitlab: { tokens: [{ token, kind: 'personal', username: 'ada', access_level: 30, projects: [mr.tenant] }] } });
  await new Promise((done) => setTimeout(done, 1000));
  const reply = await fetch(`${mr.addresses().api}/projects/${encodeURIComponent(mr.tenant)}/merge_requests/1/discussions/${thread.id}/notes`, {
    method: 'POST', headers: { 'PRIVATE-TOKEN': token, 'Content-Type': 'application/json', 'User-Agent': 'ada' }, body: JSON.stringify({ body }),
  });
  assert.equal(reply.status, 201);
};

test('a thread that somebody answered is never deleted', async () => {
  const mr = await gitlab(change_with([5]));
  const first = await mr.gatepost(CHECK);
  const [thread] = threads(first);
  await answer(mr, thread, 'we are on it');
  await pushed(mr, fixed);
  mr.write(clean_report);
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 0, run.stderr);
  const after = request_of(run).discussions.find((it) => it.id === thread.id);
  assert.equal(after?.notes.length, 2, 'the note was deleted under its answer');
  await mr.end();
});

test('a thread that we resolved is opened again when its finding is back', async () => {
  const change = change_with([5]);
  const mr = await gitlab(change);
  const [thread] = threads(await mr.gatepost(CHECK));
  await answer(mr, thread, 'we are on it');
  const run_with = async (reports) => {
    mr.rerun();
    mr.write(reports);
    return mr.gatepost(CHECK);
  };
  const gone = await run_with(clean_report);
  assert.equal(threads(gone)[0].notes[0].resolved, true);
  const back = await run_with(change.reports);
  assert.equal(back.code, 1, back.stderr);
  assert.equal(threads(back).length, 1);
  assert.equal(threads(back)[0].notes[0].resolved, false);
  await mr.end();
});

test('a stranger who copies our marker is neither believed nor edited', async () => {
  const mr = await gitlab(change_with([5]));
  const forged = `<!-- gatepost:summary gatepost head=${mr.sha.head} run=9999999999.1 -->\n### ✅ Gate open\n`;
  await mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, notes: [{ iid: mr.iid, author: 'author', body: forged }] }] } });
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(summaries(run).length, 2);
  assert.ok(summaries(run).some((it) => it.notes[0].body === forged));
  await mr.end();
});

test('somebody pushes while the gate runs: the old run leaves the talking to the new one', async () => {
  const mr = await gitlab(change_with([5]));
  await mr.faults([{ match: { method: 'GET', path: `/merge_requests/${mr.iid}$` }, after: 1, kind: 'seed',
    seed: { gitlab: { projects: [{ path: mr.tenant, merge_requests: [{ iid: mr.iid, head_sha: mr.sha.base }] }] } } }]);
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(summaries(run).length, 0);
  assert.match(run.stderr, /moved on/);
  await mr.end();
});

test('what GitLab has not compared yet is waited for', async () => {
  const mr = await gitlab(change_with([5], { merge_request: { unprepared: 2 } }));
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.deepEqual(lines_of(run), [5]);
  await mr.end();
});

test('a file that GitLab does not show takes its note as a whole', async () => {
  const mr = await gitlab(change_with([5], { merge_request: { no_diff: ['app.py'] } }));
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(threads(run)[0].notes[0].position.position_type, 'file');
  mr.rerun();
  assert.deepEqual((await mr.gatepost(CHECK)).writes, []);
  await mr.end();
});

test('labels, reviewers and a status when asked for; nothing twice', async () => {
  const mr = await gitlab(change_with([5], {
    base: { 'app.py': source(40), '.gatepost.yml': 'version: 1\n', CODEOWNERS: '* @ada\n' },
    users: [{ username: 'ada', id: 202 }],
    project: { members: { author: 30, ada: 40 } },
  }));
  const inputs = { labels: 'security-gate', status: 'true', reviewers: 'true', 'inline-comments': '0' };
  const run = await mr.gatepost(CHECK, { inputs });
  assert.equal(run.code, 1, run.stderr);
  assert.deepEqual(request_of(run).labels, ['security-gate']);
  assert.deepEqual(request_of(run).reviewers, ['ada']);
  assert.deepEqual(run.state.statuses.map((it) => [it.name, it.state, it.sha]), [['gatepost', 'failed', mr.sha.head]]);
  assert.deepEqual(run.state.pipelines.map((it) => it.source), ['merge_request_event'], 'no pipeline is made up for the status');
  mr.rerun();
  assert.deepEqual((await mr.gatepost(CHECK, { inputs })).writes, []);
  await mr.end();
});

test('a pipeline of merged results sets no status: it would be one of a pipeline that nobody started', async () => {
  const mr = await gitlab(change_with([5], { merged_result: true }));
  const run = await mr.gatepost(CHECK, { inputs: { status: 'on', 'inline-comments': '0' } });
  assert.equal(run.code, 1, run.stderr);
  assert.deepEqual(run.state.statuses, []);
  assert.match(run.stderr, /No commit status is set/);
  await mr.end();
});

test('an external status check is answered once, and without the licence it is one sentence', async () => {
  const of = (licence) => gitlab(change_with([5], {
    base: { 'app.py': source(40), '.gatepost.yml': 'version: 1\npublish:\n  external_check: 3\n  inline_comments: 0\n' },
    project: { members: { author: 30 }, external_status_checks: [{ id: 3, name: 'gatepost' }] },
  })).then(async (mr) => {
    await mr.forge.seed({ gitlab: { licence } });
    return mr;
  });
  const mr = await of('ultimate');
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.deepEqual(run.state.status_check_responses.map((it) => [it.external_status_check_id, it.status, it.sha]), [[3, 'failed', mr.sha.head]]);
  mr.rerun();
  assert.deepEqual((await mr.gatepost(CHECK)).writes, []);
  await mr.end();
  const free = await of('free');
  const refused = await free.gatepost(CHECK);
  assert.equal(refused.code, 1, refused.stderr);
  assert.match(refused.stderr, /Ultimate/);
  await free.end();
});

test('two stages: the first writes a result, the second publishes it', async () => {
  const mr = await gitlab(change_with([5, 20]));
  const first = await mr.gatepost(['check', '--report', 'scans/*.sarif', '--result', 'result.json']);
  assert.equal(first.code, 1, first.stderr);
  assert.deepEqual(first.writes, []);
  const second = await mr.gatepost(['publish', 'result.json']);
  assert.equal(second.code, 0, second.stderr);
  assert.equal(summaries(second).length, 1);
  assert.match(summaries(second)[0].notes[0].body, /Gate closed/);
  assert.deepEqual(lines_of(second), [5, 20]);
  await mr.end();
});

test('a plan is printed and nothing is written with --dry-run', async () => {
  const mr = await gitlab(change_with([5]));
  const run = await mr.gatepost([...CHECK, '--dry-run']);
  assert.equal(run.code, 1, run.stderr);
  assert.deepEqual(run.writes, []);
  assert.match(run.stdout, /comment/);
  await mr.end();
});

test('a token that may only read: the verdict stands, and one sentence says what it lacks', async () => {
  for (const token of [{ scopes: ['read_api'] }, { access_level: 20 }]) {
    const mr = await gitlab(change_with([5], { token }));
    const run = await mr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    if (token.scopes) {
      assert.equal(summaries(run).length, 0);
      assert.match(run.stderr, /scope api and the role Developer/);
    }
    await mr.end();
  }
});

// Every fault: the verdict and the exit code are those without it, nothing is posted twice, no token appears.
const every_write = { method: 'POST|PATCH|PUT|DELETE' };
const NOTE = { method: 'POST', path: '/merge_requests/1/notes$' };
const DISCUSSION = { method: 'POST', path: '/merge_requests/1/discussions$' };
const FAULTS = {
  'the answer to the summary is lost': [{ match: NOTE, kind: 'lost' }],
  'the answer to the note is lost': [{ match: DISCUSSION, kind: 'lost' }],
  'the summary does not arrive': [{ match: NOTE, kind: 'lost-before' }],
  'a proxy answers once with a page': [{ match: every_write, kind: 'html-error', status: 502 }],
  'too many requests, in plain words': [{ match: { method: 'GET', path: '/discussions' }, kind: '429-plain', retry_after: 1 }],
  'the service is down for writes': [{ match: every_write, n: 0, kind: 'status', status: 503 }],
  'the service is down': [{ match: {}, n: 0, kind: 'status', status: 500 }],
  'every answer is a page': [{ match: {}, n: 0, kind: 'html-error', status: 200 }],
  'the token is not accepted': [{ match: {}, n: 0, kind: '401' }],
  'the position is refused': [{ match: DISCUSSION, n: 1, kind: 'status', status: 400, body: { message: '400 Bad request - Note {:line_code=>["can\'t be blank", "must be a valid line code"]}' } }],
  'discussions are forbidden': [{ match: DISCUSSION, n: 0, kind: 'status', status: 403, body: { message: '403 Forbidden' } }],
  'notes are forbidden': [{ match: NOTE, n: 0, kind: 'status', status: 403, body: { message: '403 Forbidden' } }],
  'answers are cut': [{ match: { method: 'GET', path: '/diffs' }, n: 0, kind: 'truncated-json' }],
  'a redirect leads elsewhere': [{ match: { method: 'GET', path: '/merge_requests/1$' }, n: 0, kind: 'redirect', status: 302, to: 'elsewhere' }],
};
for (const [name, faults] of Object.entries(FAULTS)) {
  test(`fault: ${name}`, async () => {
    const mr = await gitlab(change_with([5]));
    await mr.faults(faults);
    const run = await mr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.ok(summaries(run).length <= 1);
    assert.ok(threads(run).length <= 1);
    assert.match(mr.file('gatepost-out/report.md'), /Gate closed/);
    await mr.end();
  });
}

test('what was lost for good in one run is made good by the next, and nothing is there twice', async () => {
  const mr = await gitlab(change_with([5, 20]));
  await mr.faults([{ match: DISCUSSION, after: 1, n: 0, kind: 'status', status: 403, body: { message: '403 Forbidden' } }]);
  const broken = await mr.gatepost(CHECK);
  assert.equal(broken.code, 1, broken.stderr);
  assert.equal(threads(broken).length, 1);
  await mr.faults([]);
  await new Promise((done) => setTimeout(done, 1000));
  mr.rerun();
  const run = await mr.gatepost(CHECK);
  assert.equal(run.code, 1, run.stderr);
  assert.equal(summaries(run).length, 1);
  assert.deepEqual(lines_of(run), [5, 20]);
  await mr.end();
});
