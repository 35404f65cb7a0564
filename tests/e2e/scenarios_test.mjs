// What other bots get wrong, on both forges: races, strangers, people.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { github, gitlab } from './harness.mjs';
import { findings_at, sarif, source } from './reports.mjs';

const CHECK = ['check', '--publish', '--report', 'scans/*.sarif'];
const pause = () => new Promise((done) => setTimeout(done, 1000)); // writes of two runs are as far apart as those of one
const summary_marker = (head, run, attempt = 1) => `<!-- gatepost:summary gatepost head=${head} run=${run}.${attempt} -->`;

// app.py with flaws at `bad`, and the report that tells of them.
const change_with = (bad, more = {}) => ({
  depth: 'full',
  base: { 'app.py': source(40), '.gatepost.yml': 'version: 1\n', CODEOWNERS: '* @acme/backend\n' },
  change: { 'app.py': source(40, bad) },
  reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', bad)) } },
  ...more,
});

// The same questions to both forges.
const of_github = {
  begin: github,
  us: () => 'github-actions[bot]',
  summaries: (run) => run.state.issue_comments.filter((it) => it.body.startsWith('<!-- gatepost:summary ')).map(({ id, user, body }) => ({ id, user, body })),
  notes: (run) => run.state.review_comments.filter((it) => it.body.startsWith('<!-- gatepost:note ')).map((it) => ({ id: it.id, thread: it.id, user: it.user, body: it.body, path: it.path, line: it.line, resolved: it.resolved })),
  seed: (pr, more) => ({ github: { repos: [{ owner: pr.owner, name: pr.name, ...more }] } }),
  comment: (pr, user, body) => of_github.seed(pr, { issue_comments: [{ issue: 1, user, body }] }),
  note: (pr, user, path, line, body) => of_github.seed(pr, { review_comments: [{ pull: 1, user, path, line, body }] }),
  resolve: (pr, note, user) => of_github.seed(pr, { review_comments: [{ pull: 1, id: note.thread, resolved_by: user }] }),
  post_summary: { method: 'POST', path: '/issues/1/comments$' },
  files: { method: 'GET', path: '/pulls/1/files' },
};
const of_gitlab = {
  begin: gitlab,
  us: (mr) => `project_${mr.project_id}_bot_${mr.serial}`,
  first_notes: (run, marker) => run.state.merge_requests[0].discussions.filter((it) => it.notes[0].body.startsWith(marker)).map((it) => ({ ...it.notes[0], thread: it.id, user: it.notes[0].author })),
  summaries: (run) => of_gitlab.first_notes(run, '<!-- gatepost:summary '),
  notes: (run) => of_gitlab.first_notes(run, '<!-- gatepost:note ').map((it) => ({ ...it, path: it.position?.new_path, line: it.position?.new_line })),
  seed: (mr, more) => ({ gitlab: { projects: [{ path: mr.tenant, ...more }] } }),
  comment: (mr, author, body) => of_gitlab.seed(mr, { notes: [{ iid: 1, author, body }] }),
  note: (mr, author, path, line, body) => of_gitlab.seed(mr, { discussions: [{ iid: 1, notes: [{ author, body, position: { old_path: path, new_path: path, new_line: line } }] }] }),
  resolve: (mr, note, user) => of_gitlab.seed(mr, { discussions: [{ iid: 1, id: note.thread, resolved_by: user }] }),
  post_summary: { method: 'POST', path: '/merge_requests/1/notes$' },
  files: { method: 'GET', path: '/merge_requests/1/diffs' },
};

for (const [name, forge] of [['GitHub', of_github], ['GitLab', of_gitlab]]) {
  describe(name, { concurrency: 4 }, () => {
    test('of two summaries of ours the oldest stays, and tells the truth', async () => {
      const it = await forge.begin(change_with([5]));
      for (const text of ['the first', 'the second']) await it.forge.seed(forge.comment(it, forge.us(it), `${summary_marker('a'.repeat(40), 0)}\n${text}`));
      const before = forge.summaries({ state: await it.state() }).map((one) => one.id);
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(forge.summaries(run).map((one) => one.id), [Math.min(...before)]);
      assert.match(forge.summaries(run)[0].body, /Gate closed/);
      await it.end();
    });

    test('another run speaks at the same moment: one summary stays, with the words of the newest run', async () => {
      const it = await forge.begin(change_with([5]));
      await it.faults([{ match: forge.post_summary, kind: 'seed', seed: forge.comment(it, forge.us(it), `${summary_marker(it.sha.head, 0)}\nthe older run`) }]);
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.equal(forge.summaries(run).length, 1);
      assert.match(forge.summaries(run)[0].body, /Gate closed/);
      await it.end();
    });

    test('what a newer run said is not overwritten', async () => {
      const it = await forge.begin(change_with([5]));
      const newer = `${summary_marker(it.sha.head, 9_999_999_999)}\nthe newer run`;
      await it.forge.seed(forge.comment(it, forge.us(it), newer));
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(run.writes, []);
      assert.deepEqual(forge.summaries(run).map((one) => one.body), [newer]);
      assert.match(run.stderr, /which is newer, has spoken/);
      await it.end();
    });

    test('a note of a stranger with our marker hides no finding', async () => {
      const it = await forge.begin(change_with([5]));
      const planned = await it.gatepost([...CHECK, '--dry-run']);
      const [marker] = /<!-- gatepost:note [^>]* -->/.exec(planned.stdout);
      await it.forge.seed(forge.note(it, 'author', 'app.py', 5, `${marker}\nno problem here`));
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(forge.notes(run).map((one) => [one.line, one.user]).sort(), [[5, 'author'], [5, forge.us(it)]].sort());
      await it.end();
    });

    test('lines that move keep their notes, and nobody is told again', async () => {
      const report = (lines) => ({ 'scans/app.sarif': { json: sarif(lines.map((line) => ({ rule: 'sql-injection', path: 'app.py', line, message: 'a request reaches the database' }))) } });
      const it = await forge.begin(change_with([5, 20], { reports: report([5, 20]) }));
      const first = await it.gatepost(CHECK);
      await pause();
      await it.push({ 'app.py': ['# one more', '# and another', ...source(40, [5, 20])] });
      it.write(report([7, 22]));
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(forge.notes(run).map((one) => one.id), forge.notes(first).map((one) => one.id));
      assert.deepEqual(forge.notes(run).map((one) => one.line), [7, 22]);
      assert.deepEqual(run.writes.map((one) => one.method), [name === 'GitHub' ? 'PATCH' : 'PUT'], 'the summary alone is edited');
      await it.end();
    });

    test('what a person resolved stays resolved, and is not said again', async () => {
      const it = await forge.begin(change_with([5]));
      const first = await it.gatepost(CHECK);
      const [note] = forge.notes(first);
      await it.forge.seed(forge.resolve(it, note, 'ada'));
      await pause();
      it.rerun();
      it.write({ 'scans/app.sarif': { json: sarif([{ rule: 'sql-injection', path: 'app.py', line: 5, title: 'Other words for the same flaw', message: 'the tool was updated' }]) } });
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.match(forge.summaries(run)[0].body, /Other words/);
      assert.deepEqual(forge.notes(run).map((one) => [one.id, one.resolved, one.body]), [[note.id, true, note.body]]);
      await it.end();
    });

    test('a scan that broke off takes nothing back', async () => {
      const it = await forge.begin(change_with([5, 20]));
      const first = await it.gatepost(CHECK);
      await pause();
      await it.push({ 'app.py': source(40, [5, 20]), 'more.py': 'x = 1\n' });
      const whole = JSON.stringify(sarif(findings_at('app.py', [5, 20])));
      it.write({ 'scans/app.sarif': whole.slice(0, whole.lastIndexOf('"ruleId"')) });
      const run = await it.gatepost(CHECK, { inputs: name === 'GitHub' ? { 'upload-sarif': 'true' } : {} });
      assert.notEqual(run.code, 0, run.stderr);
      assert.deepEqual(forge.notes(run).map((one) => [one.id, one.body]), forge.notes(first).map((one) => [one.id, one.body]));
      assert.match(forge.summaries(run)[0].body, /in part|incomplete|cut|cannot tell/i);
      if (name === 'GitHub') assert.equal(run.state.sarifs.length, 0, 'GitHub would take what is missing for fixed');
      await it.end();
    });

    test('the list of changed files is too large for the forge: the findings are told elsewhere', async () => {
      const it = await forge.begin(change_with([5]));
      await it.faults([{ match: forge.files, n: 0, kind: 'status', status: 406, body: { message: 'Sorry, the diff exceeded the maximum number of files (300).' } }]);
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.match(forge.summaries(run)[0].body, /app\.py/);
      assert.equal(forge.notes(run).length, 0);
      if (name === 'GitHub') assert.match(run.stderr, /^::error file=app\.py,line=5/m);
      await it.end();
    });

    test('a path as the scanner saw it leads to the file of the repository', async () => {
      const flaws = ['/home/runner/work/shop/shop/services/api/app.py', 'file:///builds/acme/shop/services/web/app.py', 'api/lib.py', '.\\services\\web\\lib.py'];
      const places = ['services/api/app.py', 'services/web/app.py', 'services/api/lib.py', 'services/web/lib.py'];
      const it = await forge.begin({
        depth: 'full',
        base: Object.fromEntries(places.map((path) => [path, source(9, [], path.replace(/\W/g, '_'))])),
        change: Object.fromEntries(places.map((path) => [path, source(9, [5], path.replace(/\W/g, '_'))])),
        reports: { 'scans/app.sarif': { json: sarif(flaws.map((path, i) => ({ rule: `rule-${i}`, path, line: 5 }))) } },
      });
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(forge.notes(run).map((one) => one.path).sort(), [...places].sort());
      await it.end();
    });

    test('names of all kinds take their notes', async () => {
      const names = ['src/Größe und Maß.py', 'src/a b/x[1] #2.py', 'src/100%/q?&=+.py', "src/it's (a) <b>.py"];
      const it = await forge.begin({
        depth: 'full',
        base: { 'README.md': 'shop\n' },
        change: Object.fromEntries(names.map((path, i) => [path, source(9, [5], `n${i}`)])),
        reports: { 'scans/app.sarif': { json: sarif(names.map((path, i) => ({ rule: `rule-${i}`, path: path.split('/').map(encodeURIComponent).join('/'), line: 5 }))) } },
      });
      const run = await it.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(forge.notes(run).map((one) => one.path).sort(), [...names].sort());
      await it.end();
    });

    test('a secret that a scanner found is in nothing that is said', async () => {
      const secret = `${randomBytes(12).toString('hex')}Zq9`;
      const leak = [{ rule: 'generic-api-key', path: 'app.py', line: 5, title: 'Generic API key', message: `found ${secret}` }];
      const report = sarif(leak, 'gitleaks');
      report.runs[0].results[0].locations[0].physicalLocation.region.snippet = { text: secret };
      const it = await forge.begin(change_with([5], { change: { 'app.py': source(40).with(4, `key = "${secret}"`) }, reports: { 'scans/app.sarif': { json: report } } }));
      const run = await it.gatepost([...CHECK, '--output-dir', 'out']);
      assert.notEqual(run.code, 2, run.stderr);
      assert.equal(forge.summaries(run).length, 1);
      const said = [run.stdout, run.stderr, run.summary, JSON.stringify(run.outputs), JSON.stringify(run.state), ...['report.json', 'report.md', 'report.sarif', 'findings.csv'].map((file) => it.file(`out/${file}`))];
      assert.deepEqual(said.map((text) => text.includes(secret)), said.map(() => false));
      await it.end();
    });
  });
}

describe('GitHub alone', { concurrency: 4 }, () => {
  test('a change from a fork, or by Dependabot: no write is tried, and the way out is named', async () => {
    for (const options of [{ fork: true }, { env: { GITHUB_ACTOR: 'dependabot[bot]' } }]) {
      const pr = await github(change_with([5], options));
      const run = await pr.gatepost(CHECK);
      assert.equal(run.code, 1, run.stderr);
      assert.deepEqual(run.log, []);
      assert.match(run.stderr, /docs\/forks\.md/);
      assert.match(run.stderr, /^::error file=app\.py,line=5/m);
      assert.match(run.summary, /Gate closed/);
      await pr.end();
    }
  });

  test('the 1,000 statuses of a commit are used up: that is told, and all else is done', async () => {
    const pr = await github(change_with([5]));
    const status = (state) => ({ sha: pr.sha.head, context: 'gatepost', state, user: 'github-actions[bot]' });
    await pr.forge.seed(of_github.seed(pr, { statuses: Array.from({ length: 1000 }, () => status('pending')) }));
    const run = await pr.gatepost(CHECK, { inputs: { status: 'true' } });
    assert.equal(run.code, 1, run.stderr);
    assert.match(run.stderr, /maximum number of statuses/);
    assert.equal(of_github.summaries(run).length, 1);
    assert.equal(of_github.notes(run).length, 1);
    await pr.end();
  });

  test('our status is found behind hundreds of others, and not set again', async () => {
    const pr = await github(change_with([5]));
    const inputs = { status: 'true', comment: 'never', 'inline-comments': '0' };
    const first = await pr.gatepost(CHECK, { inputs });
    assert.equal(first.state.statuses.length, 1);
    const others = Array.from({ length: 700 }, (_, i) => ({ sha: pr.sha.head, context: `leg-${i}`, state: 'success', user: 'github-actions[bot]' }));
    await pr.forge.seed(of_github.seed(pr, { statuses: others }));
    pr.rerun();
    assert.deepEqual((await pr.gatepost(CHECK, { inputs })).writes, []);
    await pr.end();
  });

  test('the same commit judged again with another result gets another status', async () => {
    const pr = await github(change_with([5]));
    const inputs = { status: 'true', comment: 'never', 'inline-comments': '0' };
    const first = await pr.gatepost(CHECK, { inputs });
    assert.deepEqual(first.state.statuses.map((it) => it.state), ['failure']);
    await pause();
    pr.rerun();
    pr.write({ 'scans/app.sarif': { json: sarif([]) } });
    const run = await pr.gatepost(CHECK, { inputs });
    assert.equal(run.code, 0, run.stderr);
    assert.deepEqual(run.state.statuses.map((it) => it.state), ['failure', 'success']);
    await pr.end();
  });

  test('a token of a workflow writes no check run unless asked to', async () => {
    const pr = await github(change_with([5]));
    const run = await pr.gatepost(CHECK);
    assert.equal(run.state.check_runs.length, 0);
    await pr.end();
  });

  test('256 findings are not zero', async () => {
    const bad = Array.from({ length: 256 }, (_, i) => i + 1);
    const pr = await github(change_with([], { base: { 'app.py': ['x = 1'] }, change: { 'app.py': source(256, bad) }, reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', bad)) } } }));
    assert.equal((await pr.gatepost(CHECK)).code, 1);
    await pr.end();
  });
});
