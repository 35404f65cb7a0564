// The bot: webhooks come in, jobs are done; it is killed, it has a twin, it is told to end.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { answers, BASE, Bot, comment_on, commands, FAST, git_server, postgresql, queue_of, scene, SERVICES, sleep, store_of, tell } from './bot.mjs';
import { emulators, github, gitlab, WRITE_PERMISSIONS } from './harness.mjs';
import { findings_at, sarif, source } from './reports.mjs';

describe('the bot', { concurrency: 3 }, () => {
  test('a comment is answered once, whoever tells of it again, and the answer says so at once', async () => {
    const pr = await scene();
    const bot = await new Bot(pr, { args: ['--queue', queue_of(pr), '--store', store_of(pr)] }).start();
    const comment = await comment_on(pr, 'ada', '/gatepost freeze cart');
    assert.equal(await tell(bot, comment), 202);
    assert.equal(await tell(bot, comment), 200, 'the same delivery');
    assert.equal(await tell(bot, { ...comment, delivery: randomUUID() }), 202, 'the same comment in another delivery');
    assert.equal(await bot.post('/github', { 'x-github-event': 'issue_comment', 'x-hub-signature-256': 'sha256=00' }, comment.event), 401);
    await bot.idle();
    assert.equal((await answers(pr)).length, 1, bot.said);
    assert.match((await answers(pr))[0], /cart/);
    assert.deepEqual((await commands(pr)).map((it) => [it.data.command, it.data.outcome]), [['freeze', 'granted']]);
    assert.match((await bot.get('/metrics')).text, /gatepost_deliveries_total\{sender="github",result="known"\} 1/);
    assert.equal((await bot.get('/readyz')).status, 200);
    assert.deepEqual(await bot.end('SIGTERM'), { code: 0, signal: null }, bot.said);
    pr.texts.push({ what: 'the bot', text: bot.said });
    await pr.end();
  });

  test('as a GitHub App it gives each job a token of the repository, and keeps the key', async () => {
    const pr = await scene({ app: true, token: null });
    const bot = await new Bot(pr, { args: ['--queue', queue_of(pr), '--store', store_of(pr)] }).start();
    await tell(bot, await comment_on(pr, 'will', '/gatepost help'));
    await bot.idle();
    assert.equal((await answers(pr)).length, 1, bot.said);
    await bot.end('SIGTERM');
    pr.texts.push({ what: 'the bot', text: bot.said });
    await pr.end();
  });

  test('a note on a merge request of GitLab is answered', async () => {
    const members = { ada: 40, author: 30 };
    const mr = await gitlab({ base: { 'app.py': source(30), '.gatepost.yml': 'version: 1\n', '.gatepost/services.yml': SERVICES }, change: { 'app.py': source(30, [5]) }, project: { members }, users: [{ username: 'ada', id: 300 }] });
    await mr.forge.seed({ gitlab: { projects: [{ path: mr.tenant, notes: [{ iid: mr.iid, author: 'ada', body: '/gatepost freeze cart' }] }] } });
    const notes = async () => (await mr.state()).merge_requests.flatMap((it) => it.discussions.flatMap((one) => one.notes.map((note) => ({ ...note, discussion: one.id }))));
    const [note] = await notes();
    const bot = await new Bot(mr, { args: ['--queue', queue_of(mr), '--store', store_of(mr)] }).start();
    const event = {
      object_kind: 'note', event_type: 'note', user: { id: 300, username: 'ada', name: 'Ada' }, project_id: mr.project_id, project: { id: mr.project_id, path_with_namespace: mr.tenant, default_branch: 'main' },
      object_attributes: { id: note.id, note: note.body, noteable_type: 'MergeRequest', action: 'create', system: false, discussion_id: note.discussion, author_id: 300 },
      merge_request: { iid: mr.iid, state: 'opened', target_branch: 'main', source_branch: mr.branch, last_commit: { id: mr.sha.head } },
    };
    const headers = { 'x-gitlab-event': 'Note Hook', 'x-gitlab-event-uuid': randomUUID() };
    assert.equal(await bot.post('/gitlab', { ...headers, 'x-gitlab-token': 'wrong' }, event), 401);
    assert.equal(await bot.post('/gitlab', headers, event), 202, bot.said);
    await bot.idle();
    const answered = (await notes()).filter((it) => it.body.includes('gatepost:answer'));
    assert.equal(answered.length, 1, bot.said);
    assert.deepEqual((await commands(mr)).map((it) => [it.data.command, it.data.outcome]), [['freeze', 'granted']]);
    await bot.end('SIGTERM');
    await mr.end();
  });

  test('what cannot succeed is given up, listed, and runs again when somebody says so', async () => {
    const pr = await scene({ base: { 'app.py': source(30), '.gatepost.yml': 'version: 1\nledger: {store: sqlite, path: ledger.db}\n' } });
    const bot = await new Bot(pr, { args: ['--queue', queue_of(pr)] }).start();
    await tell(bot, await comment_on(pr, 'ada', '/gatepost freeze cart'));
    await bot.idle();
    assert.equal((await bot.jobs()).dead, 1, bot.said);
    const dead = await pr.gatepost(['serve', 'dead', 'list', '--queue', queue_of(pr)]);
    assert.match(dead.stdout, new RegExp(`^1\\t.*\\tcommand\\tgithub ${pr.tenant}#1\\t1 attempt\\texit code 2: .*there is no checkout here`));
    assert.equal((await pr.gatepost(['serve', 'dead', 'retry', '1', '--queue', queue_of(pr)])).code, 0);
    await bot.idle();
    assert.equal((await bot.jobs()).dead, 1);
    assert.equal((await pr.gatepost(['serve', 'dead', 'drop', '--queue', queue_of(pr)])).code, 0);
    assert.equal((await bot.jobs()).dead, 0);
    await bot.end('SIGTERM');
    await pr.end();
  });

  test('a run of the gate that ended has its change judged again, also by its commit alone', async () => {
    for (const requests of ['told', 'untold']) {
      const permissions = { ...WRITE_PERMISSIONS, actions: 'read' };
      const pr = await scene({ depth: 'full', token: { permissions }, reports: { 'scans/app.sarif': { json: sarif(findings_at('app.py', [5])) } } });
      const result = `${pr.folder}/temp/result.json`;
      const checked = await pr.gatepost(['check', '--report', 'scans/*.sarif', '--result', result, '--store', 'none']);
      assert.equal(checked.code, 1, checked.stderr);
      const run = pr.run_id - 1_000_000;
      await pr.forge.seed({ github: { repos: [{ owner: pr.owner, name: pr.name, runs: [{ id: run, head_sha: pr.sha.head, event: 'pull_request' }], artifacts: [{ run, name: 'gatepost', files: { 'result.json': pr.read('result.json') } }] }] } });
      const bot = await new Bot(pr, { args: ['--queue', queue_of(pr)] }).start();
      pr.event = 'workflow_run';
      const event = pr.event_file();
      event.workflow_run.pull_requests.forEach((it) => Object.assign(it.base, { repo: { id: event.repository.id } }));
      if (requests === 'untold') Object.assign(event.workflow_run, { pull_requests: [], head_repository: { full_name: 'stranger/shop' } }); // as of a fork
      assert.equal(await bot.post('/github', { 'x-github-event': 'workflow_run', 'x-github-delivery': randomUUID() }, event), 202, bot.said);
      await bot.idle(20);
      const summaries = (await pr.state()).issue_comments.filter((it) => it.body.startsWith('<!-- gatepost:summary'));
      assert.equal(summaries.length, 1, bot.said);
      await bot.end('SIGTERM');
      await pr.end();
    }
  });

  test('a change whose gate has left no result is left alone', async () => {
    const pr = await scene({ token: { permissions: { ...WRITE_PERMISSIONS, actions: 'read' } } });
    const bot = await new Bot(pr, { args: ['--queue', queue_of(pr)] }).start();
    pr.event = 'pull_request';
    assert.equal(await bot.post('/github', { 'x-github-event': 'pull_request', 'x-github-delivery': randomUUID() }, pr.event_file()), 202, bot.said);
    await bot.idle(20);
    assert.match((await bot.get('/metrics')).text, /gatepost_jobs_total\{kind="evaluate",result="done"\} 1/, bot.said);
    assert.deepEqual((await pr.state()).issue_comments, []);
    await bot.end('SIGTERM');
    await pr.end();
  });

  test('a ticket that somebody changed has the boards synced', async () => {
    const forge = await emulators();
    const address = forge.addresses.jira.server;
    const repo = await github({
      event: 'push', emulators: forge,
      base: { 'pay.py': source(9, [3]), '.gatepost.yml': `version: 1\ntickets:\n  jira: {url: "${address}", kind: cloud}\n  create_at: low\n`, '.gatepost/teams.yml': 'teams:\n  - {id: payments, aliases: {github: [acme/payments]}, jira: {project: PAY}}\n', CODEOWNERS: '* @acme/payments\n' },
      reports: { 'scans/snyk.sarif': { json: sarif([{ rule: 'javascript/Sqli', path: 'pay.py', line: 3, severity: 9.1, title: 'SQL Injection' }], 'SnykCode') } },
    });
    const token = repo.secret(randomBytes(16).toString('hex'));
    await forge.seed({ jira: { tokens: [{ token, user: 'bot@acme.example', tenant: repo.tenant }], sites: [{ tenant: repo.tenant, lag: 0, pace_ms: 400, projects: [{ key: 'PAY' }] }] } });
    await repo.gatepost(['nightly', '--report', 'scans/*', '--store', store_of(repo)]); // without a token of Jira
    assert.equal((await forge.state('jira', repo.tenant)).issues.length, 0);
    const bot = await new Bot(repo, { args: ['--queue', queue_of(repo), '--store', store_of(repo), '--tickets-of', `github:${repo.tenant}`], env: { GATEPOST_JIRA_TOKEN: token, GATEPOST_JIRA_URL: address, GATEPOST_JIRA_USER: 'bot@acme.example', GITHUB_SERVER_URL: await git_server(repo) } }).start();
    const event = { webhookEvent: 'jira:issue_updated', timestamp: Date.now(), user: { accountId: 'x', displayName: 'Carla' }, issue: { key: 'PAY-9', fields: { project: { key: 'PAY' } } }, changelog: { items: [{ field: 'status', fieldId: 'status' }] } };
    assert.equal(await bot.post('/jira', { 'x-atlassian-webhook-identifier': randomUUID() }, event), 202, bot.said);
    await bot.idle();
    assert.equal((await forge.state('jira', repo.tenant)).issues.length, 1, bot.said);
    await bot.end('SIGTERM');
    await repo.end();
  });

  test('killed again and again it loses nothing and does nothing twice', { timeout: 400_000 }, async () => {
    const pr = await scene({ base: { ...BASE, '.gatepost.yml': 'version: 1\ncommands: {refused_per_hour: 100}\n' } }); // it is frozen already
    const bot = await new Bot(pr, { args: ['--queue', queue_of(pr), '--store', store_of(pr), '--attempts', '20'] }).start();
    const taken = [];
    for (let round = 0; round < 7; round += 1) {
      const comment = await comment_on(pr, 'ada', `/gatepost freeze cart`);
      const status = await tell(bot, comment).catch(() => 0);
      taken.push(comment);
      assert.equal(status, 202);
      await sleep(Math.random() * 2500);
      await bot.end('SIGKILL');
      await bot.start();
    }
    for (const comment of taken) assert.equal(await tell(bot, comment), 200, 'nothing that was answered is lost');
    await bot.idle(180);
    assert.equal((await bot.jobs()).dead, 0, bot.said);
    assert.equal(readdirSync(join(pr.folder, 'temp')).filter((it) => it.startsWith('gatepost-serve-')).length, 1, 'folders of the killed ones are gone');
    assert.equal((await answers(pr)).length, taken.length, bot.said);
    const events = await commands(pr);
    assert.deepEqual(new Set(events.map((it) => it.data.comment)).size, taken.length);
    assert.equal(events.length, taken.length, 'each comment is one event');
    await bot.end('SIGTERM');
    await pr.end({ allow: FAST });
  });

  test('told to end it gives back what it is at, and the next one does it', async () => {
    const pr = await scene();
    const bot = await new Bot(pr, { args: ['--queue', queue_of(pr), '--store', store_of(pr), '--drain', '0'] }).start();
    await tell(bot, await comment_on(pr, 'ada', '/gatepost freeze cart'));
    while ((await bot.jobs()).running === 0) await sleep(20);
    assert.deepEqual(await bot.end('SIGTERM'), { code: 0, signal: null }, bot.said);
    assert.deepEqual(readdirSync(join(pr.folder, 'temp')).filter((it) => it.startsWith('gatepost-serve-')), [], 'no folder is left');
    await bot.start();
    assert.match(bot.said, /, 1 job waiting/);
    await bot.idle();
    assert.equal((await answers(pr)).length, 1, bot.said);
    assert.equal((await commands(pr)).length, 1);
    await bot.end('SIGTERM');
    await pr.end({ allow: FAST });
  });

  test('two bots share one PostgreSQL, and each job is done by one of them', { timeout: 300_000 }, async (context) => {
    const server = postgresql();
    if (!server) return context.skip('PostgreSQL is not installed');
    const pr = await scene();
    const options = { args: ['--queue', 'postgresql', '--store', store_of(pr)], env: { GATEPOST_QUEUE_URL: server.address } };
    const secret = randomBytes(16).toString('hex');
    const twins = [];
    for (let i = 0; i < 2; i += 1) {
      const bot = new Bot(pr, options);
      bot.secret = bot.env.GATEPOST_GITHUB_WEBHOOK_SECRET = secret;
      twins.push(await bot.start());
    }
    const comments = [];
    for (let i = 0; i < 6; i += 1) comments.push(await comment_on(pr, 'ada', `/gatepost freeze cart`));
    // Both are told of each.
    const told = await Promise.all(comments.flatMap((it) => twins.map((bot) => tell(bot, it))));
    assert.equal(told.filter((it) => it === 202).length, comments.length, JSON.stringify(told));
    assert.equal(told.filter((it) => it === 200).length, comments.length);
    await twins[0].idle(180);
    assert.equal((await twins[1].jobs()).dead, 0);
    assert.equal((await answers(pr)).length, comments.length);
    assert.equal((await commands(pr)).length, comments.length);
    const done = twins.map((it) => (it.said.match(/: done$/gm) ?? []).length);
    assert.equal(done[0] + done[1], comments.length, JSON.stringify(done));
    assert.deepEqual(await twins[0].end('SIGTERM'), { code: 0, signal: null });
    await twins[1].end('SIGTERM');
    server.stop();
    await pr.end({ allow: FAST });
  });
});
