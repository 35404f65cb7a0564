#!/usr/bin/env node
// How many webhooks a bot takes over, and how fast it answers: webhooks.mjs [--binary FILE] [--queue PLACE] [--rate N]
// [--seconds N] [--body BYTES]. Starts `gatepost serve` on loopback with jobs that fail at once, sends at a steady rate, each delivery
// over a connection of its own, and prints the latencies as the sender sees them, and the memory of the bot.
import { spawn } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const options = { binary: fileURLToPath(new URL('../../build/release/src/gatepost', import.meta.url)), rate: '500', seconds: '60', body: '8000' };
for (let i = 2; i + 1 < process.argv.length; i += 2) options[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
const [rate, seconds, size] = [options.rate, options.seconds, options.body].map(Number);
const folder = mkdtempSync(join(tmpdir(), 'gatepost-load-'));
const secret = randomBytes(16).toString('hex');
const bot = spawn(options.binary, ['--quiet', 'serve', '--listen', '127.0.0.1:0', '--queue', options.queue ?? `sqlite:${folder}/queue.db`, '--workers', '1', '--attempts', '1'], {
  env: { ...process.env, GATEPOST_GITHUB_WEBHOOK_SECRET: secret, TMPDIR: folder }, stdio: ['ignore', 'ignore', 'pipe'],
});
const port = await new Promise((done) => {
  let text = '';
  bot.stderr.on('data', (part) => {
    text += part;
    const found = /listening on 127\.0\.0\.1:(\d+)/.exec(text);
    if (found) done(Number(found[1]));
  });
});

const pad = 'x'.repeat(size);
const events = []; // a thousand changes, and their deliveries with another id each
for (let i = 0; i < 1000; i += 1) {
  const body = JSON.stringify({
    action: 'synchronize', number: i + 1, before: '1'.repeat(40), after: '2'.repeat(40), pad, repository: { full_name: `acme/shop${i % 50}`, default_branch: 'main' }, sender: { login: 'author', id: 1 },
    pull_request: { number: i + 1, draft: false, head: { sha: '2'.repeat(40), ref: 'x', repo: { full_name: 'acme/shop' } }, base: { sha: '1'.repeat(40), ref: 'main' }, user: { login: 'author', id: 1 } },
  });
  events.push({ body, signature: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` });
}

const times = [];
const counts = {};
let open = 0, most_open = 0;
function send({ body, signature }) {
  open += 1;
  most_open = Math.max(most_open, open);
  const begin = performance.now();
  const end = (what) => {
    open -= 1;
    counts[what] = (counts[what] ?? 0) + 1;
    times.push(performance.now() - begin);
  };
  const call = request({ port, host: '127.0.0.1', method: 'POST', path: '/github', agent: false, headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-github-event': 'pull_request', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': signature } }, (answer) => {
    answer.resume();
    answer.on('end', () => end(answer.statusCode));
  });
  call.on('error', (failure) => end(failure.code));
  call.end(body);
}

const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${bot.pid}/status`, 'utf8'))[1]) / 1024;
let most_memory = memory();
const first_memory = most_memory;
const begin = performance.now();
for (let sent = 0; sent < rate * seconds;) {
  const due = Math.min(rate * seconds, Math.floor(((performance.now() - begin) / 1000) * rate));
  for (; sent < due; sent += 1) send(events[sent % events.length]);
  most_memory = Math.max(most_memory, memory());
  await new Promise((done) => setTimeout(done, 2));
}
while (open > 0) await new Promise((done) => setTimeout(done, 10));
const took = (performance.now() - begin) / 1000;
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1);
console.log(JSON.stringify({ deliveries: times.length, seconds: Number(took.toFixed(1)), per_second: Math.round(times.length / took), answers: counts, p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), most_ms: at(1), most_open, memory_mb: { before: Math.round(first_memory), most: Math.round(most_memory) } }));
const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
console.log(metrics.split('\n').filter((it) => /^gatepost_(deliveries|queue|answer_seconds_(count|bucket))/.test(it)).join('\n'));
bot.kill('SIGKILL');
rmSync(folder, { recursive: true, force: true });
