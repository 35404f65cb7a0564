// A gate, and the comments below its pull request on the emulated GitHub.

export const pause = () => new Promise((done) => setTimeout(done, 700)); // writes of two runs are as far apart as those of one
export const result_of = (pr) => `${pr.folder}/temp/result.json`;
export const summary_of = (state) => state.issue_comments.map((it) => it.body).find((it) => it.startsWith('<!-- gatepost:summary'));
export const status_of = (state, sha) => state.statuses.filter((it) => it.sha === sha && it.context === 'gatepost').at(-1)?.state;

// The gate of a pull request: its event, its checkout. Returns the run, its findings, and the id of the first.
export async function gate(pr, reports = 'scans/*.sarif') {
  pr.event = 'pull_request';
  pr.options.depth = 'full';
  pr.options.payload = undefined;
  pr.prepare();
  await pause();
  const run = await pr.gatepost(['check', '--publish', '--report', reports, '--result', result_of(pr), '--format', 'json', '--output', `${pr.folder}/temp/check.json`]);
  const { findings } = JSON.parse(pr.read('check.json'));
  return { run, findings, id: findings[0]?.id };
}

let next_comment = 900_000;

// Somebody writes a comment, and the workflow on issue_comment runs. `now`: what the forge shows when that run asks. `args`: of another run than
// that with the result's file.
export async function say(pr, login, body, { now = {}, type = 'User', action = 'created', state = 'open', id, deleted = false, args } = {}) {
  const comment = id ?? (next_comment += 1);
  const at = '2026-11-20T10:00:00Z';
  if (id === undefined && !deleted) {
    const seeded = { issue: pr.number, user: login, body, id: comment, created_at: at, updated_at: at, ...now };
    await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, issue_comments: [seeded] }] } });
  }
  pr.event = 'issue_comment';
  pr.options.depth = 1;
  pr.options.payload = {
    action,
    issue: { number: pr.number, state, user: { login: 'author', id: 101, type: 'User' }, pull_request: { url: 'https://forge.example/pull' } },
    comment: { id: comment, body, user: { login, id: 1, type }, created_at: at, updated_at: at, author_association: 'CONTRIBUTOR' },
  };
  pr.run_id += 1;
  pr.prepare();
  const before = (await pr.state()).issue_comments.map((it) => it.id);
  await pause();
  const run = await pr.gatepost(args ?? ['command', '--result', result_of(pr)]);
  const answers = run.state.issue_comments.filter((it) => !before.includes(it.id)).map((it) => it.body);
  return { ...run, comment, answer: answers.join('\n').replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replaceAll('<!-- -->', ''), answers };
}
