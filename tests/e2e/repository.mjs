// Real git repositories from a few words.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const BEGINNING = Date.parse('2026-01-05T08:00:00Z');

const environment = (minute) => {
  const date = new Date(BEGINNING + minute * 60_000).toISOString();
  return {
    PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.com', GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.com', GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date,
  };
};

// The server's side of a repository, with a work tree to make commits in.
export class Origin {
  constructor(folder) {
    this.tree = join(folder, 'origin');
    this.git_dir = join(this.tree, '.git');
    this.minute = 0;
    mkdirSync(this.tree, { recursive: true });
    this.git('init', '--quiet', '--initial-branch=main');
    this.git('config', 'uploadpack.allowAnySHA1InWant', 'true');
    this.git('config', 'core.autocrlf', 'false');
  }

  git(...args) {
    return execFileSync('git', args, { cwd: this.tree, env: environment(this.minute), stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 1 << 28 }).toString().trim();
  }

  // Commits changes on a branch (made at `from` when it is new); gives the id.
  commit(branch, changes, message, from = undefined) {
    this.minute += 1;
    if (from) this.git('checkout', '--quiet', '-B', branch, from);
    else if (this.minute > 1) this.git('checkout', '--quiet', branch);
    write_files(this.tree, changes, (old, path) => {
      mkdirSync(dirname(join(this.tree, path)), { recursive: true });
      this.git('mv', old, path);
    });
    this.git('add', '--all', '--force', '.');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  // The merge of head into base, as the forge makes it; at no branch. First parent: base.
  merge(base, head, message) {
    this.minute += 1;
    this.git('checkout', '--quiet', '--detach', base);
    this.git('merge', '--quiet', '--no-ff', '--message', message, head);
    return this.git('rev-parse', 'HEAD');
  }

  ref(name, sha) {
    this.git('update-ref', name, sha);
  }

  merge_base(a, b) {
    return this.git('merge-base', a, b);
  }
}

// changes: {path: text, or lines in an array, or null to delete, or {text, mode, symlink, base64, json, rename: the old path}}
export function write_files(folder, changes, rename = undefined) {
  for (const [path, given] of Object.entries(changes ?? {})) {
    const file = join(folder, path);
    const it = given === null || typeof given !== 'object' || Array.isArray(given) || Buffer.isBuffer(given) ? { content: given } : given;
    if (it.content === null) {
      rmSync(file, { force: true, recursive: true });
      continue;
    }
    if (it.rename) {
      if (!rename) throw new Error('only commits rename files');
      rename(it.rename, path);
    }
    mkdirSync(dirname(file), { recursive: true });
    if (it.symlink) symlinkSync(it.symlink, file);
    const content = it.content ?? it.text ?? (it.base64 === undefined ? undefined : Buffer.from(it.base64, 'base64')) ?? (it.json === undefined ? undefined : `${JSON.stringify(it.json, null, 1)}\n`);
    if (content !== undefined) writeFileSync(file, Array.isArray(content) ? `${content.join('\n')}\n` : content);
    if (it.mode) chmodSync(file, Number.parseInt(it.mode, 8) & 0o777);
  }
}

// What actions/checkout does: the refspecs fetched, one of them checked out, detached. depth: a number, or 'full'.
export function check_out(origin, folder, { refspecs, at, depth, url }) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const git = (...args) => execFileSync('git', args, { cwd: folder, env: environment(0), stdio: ['ignore', 'pipe', 'pipe'] });
  git('init', '--quiet', '--initial-branch=main');
  git('remote', 'add', 'origin', `file://${origin.git_dir}`);
  const limit = depth === 'full' ? [] : [`--depth=${depth}`];
  git('-c', 'protocol.version=2', 'fetch', '--quiet', '--no-tags', '--prune', '--no-recurse-submodules', ...limit, 'origin', ...refspecs);
  git('-c', 'advice.detachedHead=false', 'checkout', '--quiet', '--force', '--detach', at);
  git('remote', 'set-url', 'origin', url);
}
