#!/usr/bin/env node
// The emulators' own tests. The last line is `N passed, N failed, N skipped`.
import { writeSync } from 'node:fs';
import { count } from './tests/testing.mjs';

process.on('exit', () => {
  writeSync(1, `${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`);
});

const wanted = process.argv.slice(2);
for (const name of wanted.length ? wanted : ['contract', 'github', 'github_limits', 'gitlab', 'trackers', 'harness']) await import(`./tests/${name}.mjs`);
