#!/usr/bin/env node
// How many webhooks a bot takes over, and how fast it answers. `webhooks.mjs --help` tells how to run it.
import { spawn } from 'node:child_process';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BINARY = fileURLToPath(new URL('../../build/release/src/gatepost', import.meta.url));
const CHANGES = 1000; // that the deliveries are about, one after the other
const START_SECONDS = 20;

const HELP = `How many webhooks gatepost serve takes over, and how fast it answers.

  node bench/support/webhooks.mjs [OPTION…]

Starts the bot on loopback, sends at a steady rate, each delivery over a connection of its own, and ends the bot. Nothing has to
be set up: jobs that the deliveries ask for fail at once, for they have no forge. Build what is measured first:
./dev build release

  --binary FILE    the bot. Default: build/release/src/gatepost
  --queue PLACE    as of gatepost serve: sqlite:FILE or postgresql://…. Default: a new SQLite file in the folder for
                   temporary files, which should be on a disk, not in memory
  --rate N         deliveries a second. Default: 500
  --seconds N      how long. Default: 60
  --body BYTES     size of a delivery, about. Default: 8000
  --url URL        a bot that runs already, such as one behind a proxy, instead of starting one: its secret for /github is
                   in GATEPOST_GITHUB_WEBHOOK_SECRET. Its memory and its own figures are not told.
                   NODE_EXTRA_CA_CERTS names the file of an authority of your own
  --json           one line of JSON instead of text
  --help           this

The exit code is 0 when every delivery was answered with 202, 1 when not, 2 when the bot could not be started. A machine with
other work makes times that say nothing: look at the load that is printed.`;

const fail = (text) => {
  console.error(`webhooks.mjs: ${text}`);
  process.exit(2);
};

function read_options() {
  const texts = Object.fromEntries(['binary', 'queue', 'rate', 'seconds', 'body', 'url'].map((it) => [it, { type: 'string' }]));
  let given;
  try {
    given = parseArgs({ options: { ...texts, json: { type: 'boolean' }, help: { type: 'boolean' } } }).values;
  } catch (error) {
    fail(`${error.message}; --help lists the options`);
  }
  if (given.help) {
    console.log(HELP);
    process.exit(0);
  }
  const options = { binary: BINARY, rate: '500', seconds: '60', body: '8000', ...given };
  for (const name of ['rate', 'seconds', 'body']) {
    if (!(Number(options[name]) >= 1)) fail(`--${name} is "${options[name]}"; expected a number from 1 on`);
    options[name] = Number(options[name]);
  }
  if (options.url && !/^https?:\/\//.test(options.url)) fail(`--url is "${options.url}"; expected https://… or http://…`);
  if (!options.url && !existsSync(options.binary)) fail(`${options.binary} is not there; ./dev build release makes it, or name another with --binary`);
  if (options.url && !process.env.GATEPOST_GITHUB_WEBHOOK_SECRET) fail('--url needs the secret of that bot in GATEPOST_GITHUB_WEBHOOK_SECRET');
  return options;
}

// A bot of its own: {url, pid, secret, metrics(), end()}.
async function start_bot(options) {
  const folder = mkdtempSync(join(tmpdir(), 'gatepost-load-'));
  const secret = randomBytes(16).toString('hex');
  const args = ['--quiet', 'serve', '--listen', '127.0.0.1:0', '--queue', options.queue ?? `sqlite:${folder}/queue.db`, '--workers', '1', '--attempts', '1'];
  const child = spawn(options.binary, args, { env: { PATH: process.env.PATH, GATEPOST_GITHUB_WEBHOOK_SECRET: secret, TMPDIR: folder }, stdio: ['ignore', 'ignore', 'pipe'] });
  const end = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', end);
  const port = await new Promise((done) => {
    let said = '';
    const give_up = (why) => fail(`${options.binary} did not start: ${why}\n${said}`);
    const too_long = setTimeout(() => give_up(`nothing listens after ${START_SECONDS} s`), START_SECONDS * 1000);
    child.on('error', (error) => give_up(error.message));
    child.on('exit', (code) => give_up(`it ended with ${code}`));
    child.stderr.on('data', (part) => {
      said += part;
      const found = /listening on 127\.0\.0\.1:(\d+)/.exec(said);
      if (!found) return;
      clearTimeout(too_long);
      child.removeAllListeners('exit');
      done(Number(found[1]));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  return { url, pid: child.pid, secret, metrics: async () => (await fetch(`${url}/metrics`)).text() };
}

// Deliveries about so many changes; each is sent with another id every time.
function make_events(secret, size) {
  const pad = 'x'.repeat(size);
  return Array.from({ length: CHANGES }, (_, i) => {
    const body = JSON.stringify({
      action: 'synchronize', number: i + 1, before: '1'.repeat(40), after: '2'.repeat(40), pad, repository: { full_name: `acme/shop${i % 50}`, default_branch: 'main' }, sender: { login: 'author', id: 1 },
      pull_request: { number: i + 1, draft: false, head: { sha: '2'.repeat(40), ref: 'x', repo: { full_name: 'acme/shop' } }, base: { sha: '1'.repeat(40), ref: 'main' }, user: { login: 'author', id: 1 } },
    });
    return { body, signature: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
  });
}

class Sender {
  constructor(url) {
    this.url = new URL('/github', url);
    this.request = this.url.protocol === 'https:' ? secure : plain;
    this.times = [];
    this.counts = {};
    this.open = 0;
    this.most_open = 0;
  }

  send({ body, signature }) {
    this.open += 1;
    this.most_open = Math.max(this.most_open, this.open);
    const begin = performance.now();
    const end = (what) => {
      this.open -= 1;
      this.counts[what] = (this.counts[what] ?? 0) + 1;
      this.times.push(performance.now() - begin);
    };
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-github-event': 'pull_request', 'x-github-delivery': randomUUID(), 'x-hub-signature-256': signature };
    const call = this.request(this.url, { method: 'POST', agent: false, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => end(answer.statusCode));
    });
    call.on('error', (failure) => end(failure.code));
    call.end(body);
  }
}

const memory_mb = (pid) => (pid ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024 : 0);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

// Sends at the rate whether answers come or not. How long it took, and how much memory the bot had.
async function load(sender, events, { rate, seconds }, pid) {
  const before = memory_mb(pid);
  let most = before;
  const begin = performance.now();
  for (let sent = 0; sent < rate * seconds;) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - begin) / 1000) * rate));
    for (; sent < due; sent += 1) sender.send(events[sent % events.length]);
    most = Math.max(most, memory_mb(pid));
    await sleep(2);
  }
  while (sender.open > 0) await sleep(10);
  return { took: (performance.now() - begin) / 1000, before, most };
}

function figures(sender, { took, before, most }, load_before) {
  const times = sender.times.sort((a, b) => a - b);
  const at = (share) => Number(times[Math.min(times.length - 1, Math.floor(times.length * share))].toFixed(1));
  return {
    deliveries: times.length, seconds: Number(took.toFixed(1)), per_second: Math.round(times.length / took), answers: sender.counts,
    p50_ms: at(0.5), p90_ms: at(0.9), p99_ms: at(0.99), most_ms: at(1), most_open: sender.most_open,
    ...(most ? { memory_mb: { before: Math.round(before), most: Math.round(most) } } : {}), cores: cpus().length, load: { before: load_before, after: Number(loadavg()[0].toFixed(1)) },
  };
}

function tell(it) {
  const answers = Object.entries(it.answers).map(([status, count]) => `${count} times ${status}`).join(', ');
  console.log(`sent       ${it.deliveries} deliveries in ${it.seconds} s, ${it.per_second} a second, at most ${it.most_open} open at once`);
  console.log(`answers    ${answers}`);
  console.log(`latency    half within ${it.p50_ms} ms, 90 of 100 within ${it.p90_ms} ms, 99 of 100 within ${it.p99_ms} ms, all within ${it.most_ms} ms`);
  if (it.memory_mb) console.log(`memory     ${it.memory_mb.before} MB before, ${it.memory_mb.most} MB at most`);
  console.log(`machine    ${it.cores} cores, load ${it.load.before} before, ${it.load.after} after (this program and the bot count, too)`);
}

const options = read_options();
const load_before = Number(loadavg()[0].toFixed(1));
const bot = options.url ? { url: options.url, secret: process.env.GATEPOST_GITHUB_WEBHOOK_SECRET } : await start_bot(options);
const sender = new Sender(bot.url);
const result = figures(sender, await load(sender, make_events(bot.secret, options.body), options, bot.pid), load_before);
if (options.json) console.log(JSON.stringify(result));
else tell(result);
if (bot.metrics && !options.json) console.log((await bot.metrics()).split('\n').filter((it) => /^gatepost_(deliveries|queue|answer_seconds_(count|bucket))/.test(it)).join('\n'));
process.exit(result.answers[202] === result.deliveries ? 0 : 1);
