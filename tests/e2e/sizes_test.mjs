// Large changes. In a file of its own, and one after the other: an emulator that is busy is no judge of pauses.
import assert from 'node:assert/strict';
import test from 'node:test';
import { github, gitlab } from './harness.mjs';
import { sarif, source } from './reports.mjs';

const CHECK = ['check', '--publish', '--report', 'scans/*.sarif'];
const FILES = 3000;
const RESULTS = 25_000;

const summaries_of = {
  GitHub: (run) => run.state.issue_comments,
  GitLab: (run) => run.state.merge_requests[0].discussions.map((it) => it.notes[0]).filter((it) => it.body.startsWith('<!-- gatepost:summary ')),
};
const notes_of = {
  GitHub: (run) => run.state.review_comments,
  GitLab: (run) => run.state.merge_requests[0].discussions.filter((it) => it.notes[0].body.startsWith('<!-- gatepost:note ')),
};
const extra_inputs = { GitHub: { 'upload-sarif': 'true', 'check-run': 'on' }, GitLab: {} };

for (const [name, begin] of [['GitHub', github], ['GitLab', gitlab]]) {
  test(`${name}: 3,000 files and 25,000 results end in one summary, at most 10 notes and 12 writes`, async () => {
    const files = Array.from({ length: FILES }, (_, i) => `src/d${i % 60}/f${i}.py`);
    const results = Array.from({ length: RESULTS }, (_, i) => ({ rule: `rule-${i % 211}`, path: files[i % FILES], line: 1 + Math.floor(i / FILES) }));
    const it = await begin({
      depth: 'full',
      base: { 'README.md': 'shop\n' },
      change: Object.fromEntries(files.map((path, i) => [path, source(9, [1, 2, 3, 4, 5, 6, 7, 8, 9], `f${i}`)])),
      reports: { 'scans/app.sarif': { json: sarif(results) } },
    });
    const run = await it.gatepost(CHECK, { inputs: { status: 'true', labels: 'blocked', ...extra_inputs[name] }, seconds: 400 });
    assert.equal(run.code, 1, run.stderr);
    assert.equal(summaries_of[name](run).length, 1);
    assert.ok(summaries_of[name](run)[0].body.length <= 60_000);
    assert.match(summaries_of[name](run)[0].body, /25,000 new findings/);
    const notes = notes_of[name](run).length;
    assert.ok(notes > 0 && notes <= 10, `${notes} notes`);
    assert.ok(run.writes.length <= 12, `${run.writes.length} writes`);
    if (name === 'GitHub') assert.equal(run.state.sarifs.length, 1);
    await it.end({ allow: [/^pace: /] });
  });
}
