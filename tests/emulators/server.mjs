#!/usr/bin/env node
// Starts the emulators, each on a free port of loopback, and prints one JSON line with their addresses.
//
//   node server.mjs [--seed FILE]
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listen, Storage, World } from './emulator.mjs';
import { GitHub } from './github.mjs';
import { GitLab } from './gitlab.mjs';
import { Jira } from './jira.mjs';
import { Linear } from './linear.mjs';

// The folder of shared test data, or null.
export function shared_folder() {
  const folder = process.env.GATEPOST_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));
  return existsSync(`${folder}/contracts`) ? folder : null;
}

export async function start(shared = shared_folder()) {
  const world = new World();
  const servers = {
    storage: await listen(world, new Storage(world)),
    github: await listen(world, new GitHub(world, shared)),
    gitlab: await listen(world, new GitLab(world, shared)),
    jira: await listen(world, new Jira(world, shared, 'cloud')),
    jira_dc: await listen(world, new Jira(world, shared, 'dc')),
    linear: await listen(world, new Linear(world, shared)),
  };
  const { github, gitlab, jira, jira_dc, linear, storage } = Object.fromEntries(Object.entries(servers).map(([name, it]) => [name, it.origin]));
  const addresses = {
    control: `${github}/__ctl`,
    github: { server: github, api: github, graphql: `${github}/graphql`, enterprise_api: `${github}/api/v3`, enterprise_graphql: `${github}/api/graphql` },
    gitlab: { server: gitlab, api: `${gitlab}/api/v4` },
    jira: { server: jira },
    jira_dc: { server: jira_dc },
    linear: { graphql: `${linear}/graphql` },
    storage,
  };
  return { world, addresses, close: () => Object.values(servers).forEach((it) => it.close()) };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { world, addresses } = await start();
  const at = process.argv.indexOf('--seed');
  if (at > 0) world.seed(JSON.parse(readFileSync(process.argv[at + 1], 'utf8')));
  console.log(JSON.stringify(addresses));
  // The one who started us has gone when standard input closes.
  if (process.env.GATEPOST_EMULATOR_WATCH_STDIN) process.stdin.resume().on('end', () => process.exit(0));
  process.on('SIGTERM', () => process.exit(0));
}
