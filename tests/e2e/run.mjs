#!/usr/bin/env node
// Runs every *_test.mjs of this folder, or those named. The last line is `N passed, N failed, N skipped`.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const folder = fileURLToPath(new URL('.', import.meta.url));
const wanted = process.argv.slice(2);
const files = readdirSync(folder).filter((it) => it.endsWith('_test.mjs')).filter((it) => !wanted.length || wanted.some((word) => it.includes(word))).sort();
const count = { passed: 0, failed: 0, skipped: 0 };

// Groups are no tests; a file that cannot even be loaded is one that failed.
const is_group = (event) => event.details.type === 'suite' || (event.nesting === 0 && files.some((it) => event.name.endsWith(it)));
const cause = (error) => error?.cause?.stack ?? error?.cause ?? error?.stack ?? error;

// The README's table of tests: "`file` part of a name; `file` part of a name".
function check_table() {
  const cells = readFileSync(join(folder, 'README.md'), 'utf8').split('## Which test would fail')[1].split('\n').map((line) => / \| (`[\w./]+` .*) \|$/.exec(line)?.[1]).filter(Boolean);
  const missing = cells.flatMap((cell) => cell.split(/; (?=`)/)).filter((it) => {
    const [, file, name] = /^`([\w./]+)` (.+)$/.exec(it);
    return !existsSync(join(folder, '..', file)) || !readFileSync(join(folder, '..', file), 'utf8').includes(name);
  });
  const passed = cells.length > 50 && missing.length === 0;
  count[passed ? 'passed' : 'failed'] += 1;
  console.log(passed ? 'passed: every test that the README names is there' : `failed: tests that the README names are not there, or ${cells.length} rows are too few\n${missing.join('\n')}`);
}
check_table();

run({ files: files.map((it) => join(folder, it)), concurrency: 2, timeout: 900_000 })
  .on('test:pass', (event) => {
    if (is_group(event)) return;
    if (event.skip !== undefined) {
      count.skipped += 1;
      console.log(`skipped: ${event.name}: ${event.skip}`);
      return;
    }
    count.passed += 1;
    console.log(`passed: ${event.name} (${Math.round(event.details.duration_ms)} ms)`);
  })
  .on('test:fail', (event) => {
    if (event.details.type === 'suite') return;
    count.failed += 1;
    console.log(`failed: ${event.name}\n${cause(event.details.error)}`);
  })
  .on('end', () => {
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    process.exit(count.failed === 0 && count.passed > 1 ? 0 : 1);
  })
  .resume();
