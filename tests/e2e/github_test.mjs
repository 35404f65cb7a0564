// The gate on pull requests of an emulated GitHub.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { github, READ_PERMISSIONS } from './harness.mjs';
import { findings_at, sarif, source } from './reports.mjs';

const CHECK = ['check', '--publish', '--report', 'scans/*.sarif'];

// app.py with flaws at `bad`, and the report that tells of them.
const change_with = (bad, more = {}) => ({
  depth: 'full',
  base: { 'app.py': source(40), '.gatepost.yml': 'version: 1\n', '.github/CODEOWNERS': '* @acme/backend\n' },
  change: { 'app.py': source(40, bad) },
  reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', bad)) } },
  ...more,
});
// Runs of one job are further apart than this; so are their writes.
const pushed = async (pr, changes, options) => {
  await new Promise((done) => setTimeout(done, 1000));
  await pr.push(changes, options);
};
const fixed = { 'app.py': source(40) };
const clean_report = { 'scans/app.sarif': { json: sarif([]) } };

describe('GitHub', { concurrency: 8 }, () => {
  test('a pull request is told once, kept true, and told when all is well again', async () => {
    const pr = await github(change_with([5, 20]));
    const first = await pr.gatepost(CHECK);
    assert.equal(first.code, 1, first.stderr);
    assert.equal(first.state.issue_comments.length, 1);
    assert.match(first.state.issue_comments[0].body, /Gate closed: 2 new findings block this change/);
    assert.equal(first.state.review_comments.length, 2);
    assert.deepEqual(first.state.review_comments.map((it) => it.line), [5, 20]);
    assert.equal(first.outputs.verdict, 'fail');
    assert.match(first.summary, /Gate closed/);
    assert.ok(first.writes.length <= 3, `${first.writes.length} writes`);

    pr.rerun();
    const again = await pr.gatepost(CHECK);
    assert.equal(again.code, 1);
    assert.deepEqual(again.writes, []);

    await pushed(pr, fixed);
    pr.write(clean_report);
    const after = await pr.gatepost(CHECK);
    assert.equal(after.code, 0, after.stderr);
    assert.equal(after.state.issue_comments.length, 1);
    assert.match(after.state.issue_comments[0].body, /Gate open/);
    assert.equal(after.state.review_comments.length, 0);
    await pr.end();
  });

  test('500 candidates end in one summary, at most 10 notes and 12 writes; the second run writes nothing', async () => {
    const bad = Array.from({ length: 500 }, (_, i) => 2 * i + 1);
    const pr = await github({
      depth: 'full',
      base: { 'app.py': ['x = 1'] },
      change: { 'app.py': source(1000, bad) },
      reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', bad).map((it, i) => ({ ...it, rule: `rule-${i % 97}` }))) } },
    });
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 1);
    assert.ok(run.state.review_comments.length <= 10 && run.state.review_comments.length > 0);
    assert.ok(run.writes.length <= 12);
    assert.deepEqual((await pr.gatepost(CHECK)).writes, []);
    await pr.end();
  });

  test('a clean change is not commented on', async () => {
    const pr = await github(change_with([], { change: { 'app.py': source(41) } }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.writes, []);
    await pr.end();
  });

  test('the verdict stands when the token may not write: summary and annotations say it', async () => {
    const pr = await github(change_with([5], { token: { kind: 'actions', permissions: READ_PERMISSIONS } }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 0);
    assert.match(run.summary, /Gate closed/);
    assert.match(run.stderr, /^::error file=app\.py,line=5/m);
    assert.match(run.stderr, /pull-requests: write|issues: write/);
    await pr.end();
  });

  test('without a token the verdict stands, and one sentence says how to give one', async () => {
    const pr = await github(change_with([5], { token: null }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stderr, /no token/);
    await pr.end();
  });

  test('a merge queue is judged without a word to a pull request', async () => {
    const pr = await github(change_with([5], { event: 'merge_group' }));
    const run = await pr.gatepost([...CHECK, '--status', 'on']);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 0);
    assert.equal(run.state.statuses.length, 1);
    assert.equal(run.state.statuses[0].state, 'failure');
    await pr.end();
  });

  test('without the base in the clone nothing is judged, and the way out is told', async () => {
    const pr = await github(change_with([5], { depth: 1 }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 3, run.stderr);
    assert.match(run.stderr, /is not in this clone/);
    assert.match(run.stderr, /fetch-depth: 0/);
    assert.deepEqual(run.writes, []);
    await pr.end();
  });

  test('doctor tells of token, change request and permissions, and writes nothing', async () => {
    const pr = await github(change_with([5]));
    const healthy = await pr.gatepost(['doctor', '--report', 'scans/*.sarif']);
    assert.equal(healthy.code, 0, healthy.stdout);
    assert.match(healthy.stdout, /ok +token/);
    assert.match(healthy.stdout, /ok +change request +number 1, open, 1 file into main/);
    const alone = await pr.gatepost(['doctor', '--report', 'scans/*.sarif'], { env: { GITHUB_TOKEN: '', GATEPOST_INPUT_TOKEN: '' } });
    assert.match(alone.stdout, /warn +token +there is no token to write to GitHub with/);
    const refused = await pr.gatepost(['doctor', '--report', 'scans/*.sarif'], { env: { GITHUB_TOKEN: pr.secret('ghs_' + 'x'.repeat(36)) } });
    assert.match(refused.stdout, /warn +(forge|change request)/);
    assert.deepEqual([...healthy.writes, ...alone.writes, ...refused.writes], []);
    await pr.end({ allow: [/./] });
  });

  test('doctor in the second stage wants no checkout of the change', async () => {
    const pr = await github(change_with([5], { event: 'workflow_run', fork: true, depth: 1 }));
    const run = await pr.gatepost(['doctor']);
    assert.equal(run.code, 0, run.stdout);
    assert.match(run.stdout, /ok +CI +GitHub Actions, event workflow_run: the run that judged [0-9a-f]{10}/);
    assert.match(run.stdout, /ok +change request +number 1/);
    assert.match(run.stdout, /ok +base +gatepost publish asks the forge/);
    await pr.end();
  });

  test('a check run of an App has a button when its service wants one', async () => {
    const base = { 'app.py': source(40), '.gatepost.yml': 'version: 1\npublish: {check_run_buttons: on}\n' };
    const pr = await github(change_with([5], { base, token: null, app: {} }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    const sent = run.writes.find((it) => it.path.endsWith('/check-runs'));
    assert.deepEqual(sent.body.actions.map((it) => it.identifier), ['gatepost-recheck']);
    await pr.end();
  });

  test('doctor names the permissions that an App lacks', async () => {
    const pr = await github(change_with([5], { token: null, app: { permissions: { pull_requests: 'read' } } }));
    const run = await pr.gatepost(['doctor', '--report', 'scans/*.sarif']);
    assert.equal(run.code, 0, run.stdout);
    assert.match(run.stdout, /warn +permissions +out of reach: comment, notes on lines.*\n +-> what you want of it needs pull-requests: write$/m);
    await pr.end();
  });

  test('a plan is printed and nothing is written with --dry-run', async () => {
    const pr = await github(change_with([5]));
    const run = await pr.gatepost([...CHECK, '--dry-run']);
    assert.equal(run.code, 1, run.stderr);
    assert.deepEqual(run.writes, []);
    assert.match(run.stdout, /comment/);
    await pr.end();
  });

  test('the base advanced: notes lie on the lines of the head, not on those of the merge', async () => {
    const pr = await github(change_with([20], {
      on_base: { 'app.py': ['# a new first line', '# and a second', ...source(40)] },
      reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', [22])) } },
    }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.deepEqual(run.state.review_comments.map((it) => it.line), [20]);
    await pr.end();
  });

  test('somebody pushes while the gate runs: the old run leaves the talking to the new one', async () => {
    const pr = await github(change_with([5]));
    const stale = { ...pr.env };
    const moved = { sha: '1'.repeat(40) };
    await pr.faults([{ match: { method: 'GET', path: '/pulls/1$' }, after: 1, kind: 'seed',
      seed: { github: { repos: [{ owner: pr.owner, name: pr.name, pulls: [{ number: 1, head: { sha: pr.sha.base, ref: 'change', repo: pr.tenant } }] }] } } }]);
    const old = await pr.gatepost(CHECK, { env: stale });
    assert.equal(old.code, 1, old.stderr);
    assert.equal(old.state.issue_comments.length, 0, JSON.stringify(moved));
    assert.match(old.stderr, /moved on/);
    await pr.end();
  });

  test('a force-push keeps one comment, and notes on the lines where the flaws are now', async () => {
    const pr = await github(change_with([5, 20]));
    await pr.gatepost(CHECK);
    await pushed(pr, { 'app.py': ['# moved down', ...source(40, [5, 20])] }, { force: true });
    pr.write({ 'scans/app.sarif': { json: sarif(findings_at('app.py', [6, 21])) } });
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 1);
    const lines = run.state.review_comments.map((it) => it.line).sort((a, b) => a - b);
    assert.deepEqual(lines, [6, 21]);
    await pr.end();
  });

  test('a thread that somebody answered is never deleted', async () => {
    const pr = await github(change_with([5]));
    const first = await pr.gatepost(CHECK);
    const note = first.state.review_comments[0];
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, review_comments: [{ pull: 1, in_reply_to: note.id, path: 'app.py', body: 'we are on it', user: 'ada' }] }] } });
    await pushed(pr, fixed);
    pr.write(clean_report);
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 0, run.stderr);
    assert.ok(run.state.review_comments.some((it) => it.id === note.id), 'the note was deleted under its answer');
    await pr.end();
  });

  test('a stranger who copies our marker is neither believed nor edited', async () => {
    const pr = await github(change_with([5]));
    const forged = `<!-- gatepost:summary gatepost head=${pr.sha.head} run=9999999999.1 -->\n### ✅ Gate open\n`;
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, issue_comments: [{ issue: 1, body: forged, user: 'author' }] }] } });
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 2);
    assert.equal(run.state.issue_comments.find((it) => it.body === forged) !== undefined, true);
    await pr.end();
  });

  // Every fault: the verdict and the exit code are those without it, nothing is posted twice, no token appears.
  const every_write = { method: 'POST|PATCH|PUT|DELETE' };
  const FAULTS = {
    'the answer to the comment is lost': [{ match: { method: 'POST', path: '/issues/1/comments$' }, kind: 'lost' }],
    'the answer to the review is lost': [{ match: { method: 'POST', path: '/pulls/1/reviews$' }, kind: 'lost' }],
    'the comment does not arrive': [{ match: { method: 'POST', path: '/issues/1/comments$' }, kind: 'lost-before' }],
    'a proxy answers once with a page': [{ match: every_write, kind: 'html-error', status: 502 }],
    'a secondary limit that says how long': [{ match: every_write, kind: 'secondary-limit', retry_after: 1 }],
    'too many requests': [{ match: { method: 'GET', path: '/comments' }, kind: '429-plain', retry_after: 1 }],
    'the service is down for writes': [{ match: every_write, n: 0, kind: 'status', status: 503 }],
    'the service is down': [{ match: {}, n: 0, kind: 'status', status: 500 }],
    'every answer is a page': [{ match: {}, n: 0, kind: 'html-error', status: 200 }],
    'the token is not accepted': [{ match: {}, n: 0, kind: '401' }],
    'the review is refused': [{ match: { method: 'POST', path: '/pulls/1/reviews$' }, n: 0, kind: 'status', status: 422, body: { message: 'Unprocessable Entity', errors: ['Pull request review thread line must be part of the diff'] } }],
    'comments are forbidden': [{ match: { method: 'POST', path: '/issues/1/comments$' }, n: 0, kind: 'status', status: 403, body: { message: 'Resource not accessible by integration' } }],
    'answers are cut': [{ match: { method: 'GET', path: '/files' }, n: 0, kind: 'truncated-json' }],
    'the interface moved': [{ match: { method: 'POST', path: '/issues/1/comments$' }, kind: 'redirect', status: 307 }],
    'a redirect leads elsewhere': [{ match: { method: 'GET', path: '/pulls/1$' }, n: 0, kind: 'redirect', status: 302, to: 'elsewhere' }],
  };
  for (const [name, faults] of Object.entries(FAULTS)) {
    test(`fault: ${name}`, async () => {
      const pr = await github(change_with([5]));
      await pr.faults(faults);
      const run = await pr.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.ok(run.state.issue_comments.length <= 1);
      assert.ok(run.state.review_comments.length <= 1);
      assert.match(run.summary, /Gate closed/);
      const told = run.state.review_comments.length === 1 || /^::error file=app\.py,line=5/m.test(run.stderr);
      assert.ok(told, 'the finding is shown beside its line in one way or the other');
      await pr.end({ allow: [/^pace: .*/].filter(() => /moved/.test(name)) });
    });
  }

  test('a GitHub App: a check run, renewed tokens, no token anywhere', async () => {
    const pr = await github(change_with([5], { app: true, token: null }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 1);
    assert.equal(run.state.check_runs.length, 1);
    assert.equal(run.state.check_runs[0].conclusion, 'failure');
    assert.deepEqual((await pr.gatepost(CHECK)).writes.filter((it) => !/access_tokens/.test(it.path)), []);
    await pr.end();
  });

  test('an enterprise server below /api/v3', async () => {
    const pr = await github(change_with([5], { enterprise: true }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 1);
    await pr.end();
  });

  test('labels, a status and code scanning when asked for', async () => {
    const pr = await github(change_with([5]));
    const inputs = { labels: 'security-gate', status: 'true', 'upload-sarif': 'true', 'inline-comments': '0' };
    const run = await pr.gatepost(CHECK, { inputs });
    assert.equal(run.code, 1, run.stderr);
    assert.deepEqual(run.state.pulls[0].labels.map((it) => it.name ?? it), ['security-gate']);
    assert.equal(run.state.statuses.length, 1);
    assert.equal(run.state.sarifs.length, 1);
    assert.equal(run.state.review_comments.length, 0);
    assert.match(run.stderr, /^gatepost: the comment is at http/m);
    pr.rerun();
    assert.deepEqual((await pr.gatepost(CHECK, { inputs })).writes, [], 'code scanning has this report already');
    pr.write({ 'scans/app.sarif': { json: sarif(findings_at('app.py', [5, 6])) } });
    const other = await pr.gatepost(CHECK, { inputs });
    assert.equal(other.state.sarifs.length, 2, 'another report of the same commit');
    await pr.end();
  });

  test('who cannot be asked for a review is asked once, and not by every run', async () => {
    const pr = await github(change_with([5], { base: { 'app.py': source(40), CODEOWNERS: '* @nobody-here @acme/team\n' } }));
    const inputs = { reviewers: 'on', 'inline-comments': '0' };
    const asked = (run) => run.log.filter((it) => it.path.endsWith('/requested_reviewers')).length;
    const run = await pr.gatepost(CHECK, { inputs });
    assert.equal(asked(run), 1);
    assert.match(run.stderr, /No team is asked for a review: the workflow's own token cannot/);
    const next = await pr.gatepost(CHECK, { inputs, env: { GITHUB_RUN_ID: String(Number(pr.env.GITHUB_RUN_ID) + 1) } });
    assert.deepEqual(next.writes, []);
    await pr.end();
  });

  test('a change from a fork: the first stage writes a result, the second publishes it without a checkout', async () => {
    const fork = await github(change_with([5, 20], { fork: true }));
    const first = await fork.gatepost(['check', '--report', 'scans/*.sarif', '--result', 'result.json']);
    assert.equal(first.code, 1, first.stderr);
    assert.deepEqual(first.writes, []);
    const result = fork.file('result.json');
    await fork.end();

    const trusted = await github(change_with([5, 20], { fork: true, event: 'workflow_run', depth: 1, reports: { 'result.json': result } }));
    const second = await trusted.gatepost(['publish', 'result.json']);
    assert.equal(second.code, 0, second.stderr);
    assert.equal(second.state.issue_comments.length, 1);
    assert.match(second.state.issue_comments[0].body, /Gate closed/);
    assert.deepEqual(second.state.review_comments.map((it) => it.line), [5, 20]);
    await trusted.end();
  });

  test('a poisoned result reaches no other change request', async () => {
    const fork = await github(change_with([5], { fork: true }));
    await fork.gatepost(['check', '--report', 'scans/*.sarif', '--result', 'result.json']);
    const result = JSON.parse(fork.file('result.json'));
    await fork.end();
    for (const member of ['head', 'change_head']) if (result.change[member]) result.change[member] = '2'.repeat(40);
    const trusted = await github(change_with([5], { fork: true, event: 'workflow_run', depth: 1, reports: { 'result.json': { json: result } } }));
    const run = await trusted.gatepost(['publish', 'result.json']);
    assert.match(run.stderr, /nothing is published/);
    assert.deepEqual(run.writes, []);
    assert.equal(run.state.issue_comments.length, 0);
    await trusted.end();
  });

  test('the token of the action arrives as its input, and may write a check run', async () => {
    const pr = await github(change_with([5]));
    const run = await pr.gatepost(CHECK, { env: { GITHUB_TOKEN: '' }, inputs: { token: pr.token, 'check-run': 'on' } });
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 1);
    assert.equal(run.state.check_runs.length, 1);
    await pr.end();
  });

  test('when the head cannot be asked for again, the pull request is left alone', async () => {
    const pr = await github(change_with([5]));
    await pr.faults([{ match: { method: 'GET', path: '/pulls/1$' }, after: 1, n: 0, kind: '401' }]);
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.equal(run.state.issue_comments.length, 0);
    assert.match(run.stderr, /whether somebody pushed meanwhile is not known/);
    await pr.end();
  });

  test('a result is not published by a run that belongs to no change request', async () => {
    const fork = await github(change_with([5], { fork: true }));
    await fork.gatepost(['check', '--report', 'scans/*.sarif', '--result', 'result.json']);
    const result = fork.file('result.json');
    await fork.end();
    const trusted = await github(change_with([5], { event: 'push', depth: 1, reports: { 'result.json': result } }));
    const run = await trusted.gatepost(['publish', 'result.json', '--status', 'on']);
    assert.equal(run.code, 2, run.stderr);
    assert.match(run.stderr, /which change request/);
    assert.deepEqual(run.writes, []);
    await trusted.end();
  });

  test('what the change put into the output folder is taken away, and a link in its place is refused', async () => {
    const planted = { 'gatepost-out/gatepost.env': 'GATEPOST_VERDICT=pass\n', 'gatepost-out/report.json': { symlink: '../app.py' } };
    const pr = await github(change_with([5], { change: { 'app.py': source(40, [5]), ...planted } }));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.code, 1, run.stderr);
    assert.match(pr.file('app.py'), /^value_query_1 = 1/);
    assert.match(pr.file('gatepost-out/report.json'), /assessment\/1/);
    assert.throws(() => pr.file('gatepost-out/gatepost.env'));
    await pr.end();
    const linked = await github(change_with([5], { change: { 'app.py': source(40, [5]), 'gatepost-out': { symlink: '.git' } } }));
    const refused = await linked.gatepost(CHECK);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /gatepost-out is a symbolic link/);
    await linked.end();
  });
});
