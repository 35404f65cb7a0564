// The harness of the end-to-end tests: what a job finds, and what the tear-down catches. A small script stands in for gatepost.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { github, gitlab, parse_outputs } from '../../e2e/harness.mjs';
import { github_client, test } from './testing.mjs';

const base = { 'app.py': ['one', 'two'], 'old.txt': 'old\n' };
const change = { 'app.py': ['one', 'two', 'three'], 'new.txt': { rename: 'old.txt' } };
const git = (scenario, ...args) => execFileSync('git', args, { cwd: scenario.workspace, stdio: ['ignore', 'pipe', 'pipe'] }).toString().trim();
const event = (scenario) => JSON.parse(readFileSync(scenario.env.GITHUB_EVENT_PATH, 'utf8'));
const parents = (scenario) => git(scenario, 'cat-file', '-p', 'HEAD').split('\n').filter((it) => it.startsWith('parent ')).map((it) => it.slice(7));

test('a pull request is checked out as actions/checkout does: the merge commit alone', async () => {
  const pr = await github({ base, change, on_base: { 'later.txt': 'x\n' }, reports: { 'scans/a.sarif': '{}' } });
  assert.equal(git(pr, 'rev-parse', 'HEAD'), pr.env.GITHUB_SHA);
  assert.deepEqual(parents(pr), [pr.sha.base, pr.sha.head]);
  assert.equal(git(pr, 'rev-parse', '--is-shallow-repository'), 'true');
  assert.throws(() => git(pr, 'cat-file', '-e', `${pr.sha.base}^{commit}`));
  assert.equal(git(pr, 'status', '--porcelain'), '?? scans/');
  const { pull_request: it } = event(pr);
  assert.deepEqual([it.head.sha, it.base.sha, it.head.repo.id === it.base.repo.id], [pr.sha.head, pr.sha.fork_point, true], 'the base of the event is frozen');
  await pr.end();
});

for (const [what, options, check] of [
  ['full', { depth: 'full' }, (pr) => assert.equal(git(pr, 'merge-base', 'HEAD^1', 'HEAD^2'), pr.sha.fork_point)],
  ['fork', { fork: true }, (pr) => assert.notEqual(event(pr).pull_request.head.repo.id, event(pr).pull_request.base.repo.id)],
  ['merge_group', { event: 'merge_group' }, (pr) => assert.deepEqual([event(pr).merge_group.head_sha, event(pr).merge_group.base_sha], [git(pr, 'rev-parse', 'HEAD'), pr.sha.base])],
  ['push', { event: 'push' }, (pr) => assert.deepEqual([git(pr, 'rev-parse', 'HEAD'), event(pr).after], [pr.sha.base, pr.sha.base])],
  ['workflow_run of a fork', { event: 'workflow_run', fork: true }, (pr) => assert.deepEqual([git(pr, 'rev-parse', 'HEAD'), event(pr).workflow_run.head_sha, event(pr).workflow_run.pull_requests], [pr.sha.base, pr.sha.head, []])],
]) {
  test(`a job of the kind ${what}`, async () => {
    const pr = await github({ base, change, on_base: { 'later.txt': 'x\n' }, ...options });
    check(pr);
    await pr.end();
  });
}

for (const [what, options, head] of [['detached', {}, 'head'], ['of merged results', { merged_result: true }, 'merge'], ['of a fork', { fork: true }, 'head'], ['of a push', { event: 'push' }, 'base']]) {
  test(`a pipeline ${what} on GitLab`, async () => {
    const mr = await gitlab({ base, change, on_base: { 'later.txt': 'x\n' }, ...options });
    assert.deepEqual([git(mr, 'rev-parse', 'HEAD'), mr.env.CI_COMMIT_SHA], [mr.sha[head], mr.sha[head]]);
    if (options.fork) assert.notEqual(mr.env.CI_PROJECT_ID, mr.env.CI_MERGE_REQUEST_PROJECT_ID);
    if (options.event === 'push') assert.equal(mr.env.CI_MERGE_REQUEST_IID, undefined);
    else assert.equal(mr.env.CI_MERGE_REQUEST_DIFF_BASE_SHA, mr.sha.fork_point);
    await mr.end();
  });
}

test('a push makes the next commit, run, event and checkout; by force the old one is gone', async () => {
  const pr = await github({ base, change });
  const { head } = pr.sha;
  await pr.push({ 'more.txt': 'x\n' });
  assert.deepEqual([pr.env.GITHUB_RUN_NUMBER, event(pr).action, event(pr).pull_request.head.sha], ['2', 'synchronize', pr.sha.head]);
  assert.equal((await pr.state()).pulls[0].head.sha, pr.sha.head);
  await pr.push({ 'other.txt': 'x\n' }, { force: true });
  assert.throws(() => execFileSync('git', ['merge-base', '--is-ancestor', head, pr.sha.head], { cwd: pr.origin.tree, stdio: 'ignore' }));
  pr.rerun();
  assert.equal(pr.env.GITHUB_RUN_ATTEMPT, '2');
  await pr.end();
});

// Runs a script with node in the place of gatepost.
const script = (scenario, code, options = {}) => {
  const file = join(scenario.folder, 'script.mjs');
  writeFileSync(file, code);
  return scenario.gatepost([file], { binary: process.execPath, ...options });
};

const POST_COMMENT = `
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository, GITHUB_TOKEN: token } = process.env;
  const headers = { authorization: 'Bearer ' + token, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28', 'content-type': 'application/json' };
  const answer = await fetch(api + '/repos/' + repository + '/issues/1/comments', { method: 'POST', headers, body: JSON.stringify({ body: 'hello' }) });
  const { appendFileSync } = await import('node:fs');
  appendFileSync(process.env.GITHUB_OUTPUT, 'verdict=fail\\nreport<<X\\na\\nb\\nX\\n');
  appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# done\\n');
  console.log(answer.status, process.env.GATEPOST_INPUT_FAIL_ON, process.env.CI_JOB_TOKEN);
  process.exitCode = 3;`;

test('a run gives the exit code, outputs, summary, requests, writes and the state after it', async () => {
  const pr = await github({ base, change });
  const run = await script(pr, POST_COMMENT, { inputs: { 'fail-on': 'high' } });
  assert.deepEqual([run.code, run.stdout, run.outputs, run.summary], [3, '201 high undefined\n', { verdict: 'fail', report: 'a\nb' }, '# done\n']);
  assert.deepEqual(run.writes.map((it) => [it.method, it.status, it.token_kind]), [['POST', 201, 'actions']]);
  assert.equal(run.state.issue_comments[0].body, 'hello');
  await pr.end();
});

for (const [what, code] of [
  ['standard output', 'console.log(process.env.GITHUB_TOKEN)'],
  ['a file of the work tree', 'import { writeFileSync } from "node:fs"; writeFileSync("x.txt", "token: " + process.env.GITHUB_TOKEN)'],
  ['the step summary', 'import { writeFileSync } from "node:fs"; writeFileSync(process.env.GITHUB_STEP_SUMMARY, process.env.GITHUB_TOKEN)'],
]) {
  test(`the tear-down finds a token in ${what}`, async () => {
    const pr = await github({ base, change });
    await script(pr, code);
    await assert.rejects(pr.end(), /a token was found/);
  });
}

test('the tear-down finds a line of the key of an app, and a violation', async () => {
  const pr = await github({ base, change, app: true, token: null });
  await script(pr, 'console.log(process.env.GATEPOST_APP_PRIVATE_KEY.split("\\n")[3])');
  await assert.rejects(pr.end(), /a token was found/);
  const other = await github({ base, change });
  await github_client(other)('GET', '/pulls/1?perpage=1');
  await assert.rejects(other.end(), /against its rules/);
});

test('step outputs are read as the runner reads them', () => {
  assert.deepEqual(parse_outputs('a=1\nb=x<<y\nc<<D\nl1\n\nD=\nD\nd=\n'), { a: '1', b: 'x<<y', c: 'l1\n\nD=', d: '' });
  assert.throws(() => parse_outputs('c<<D\nno end\n'), /no end/);
  assert.throws(() => parse_outputs('nonsense\n'), /not an output/);
});
