// What the emulators know of code they ask a real repository.
import { execFileSync } from 'node:child_process';

const MAX_OUTPUT = 256 * 1024 * 1024;
const ENVIRONMENT = { ...process.env, GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null', LC_ALL: 'C' };
for (const key of Object.keys(ENVIRONMENT)) if (/^GIT_(DIR|WORK_TREE|INDEX_FILE|CEILING)/.test(key)) delete ENVIRONMENT[key];

export class Git {
  constructor(folder) {
    this.folder = folder;
    this.diffs = new Map();
  }

  bytes(...args) {
    return execFileSync('git', ['--git-dir', this.folder, ...args], { env: ENVIRONMENT, maxBuffer: MAX_OUTPUT, stdio: ['ignore', 'pipe', 'ignore'] });
  }

  text(...args) {
    return this.bytes(...args).toString('utf8').replace(/\n$/, '');
  }

  // null when git says no
  maybe(...args) {
    try {
      return this.text(...args);
    } catch {
      return null;
    }
  }

  // The full id of a commit named by id, branch, tag or ref; null when there is none.
  commit(name) {
    if (!name || name.startsWith('-')) return null;
    for (const it of [name, `refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`]) {
      const id = this.maybe('rev-parse', '--verify', '--quiet', `${it}^{commit}`);
      if (id) return id;
    }
    return null;
  }

  merge_base(a, b) {
    return this.maybe('merge-base', a, b);
  }

  // {sha, tree, parents, message, author: {name, email, date}, committer}
  commit_data(id) {
    const [sha, tree, parents, an, ae, ad, cn, ce, cd, message] = this.text('show', '-s', '--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%B', id).split('\0');
    const utc = (date) => new Date(date).toISOString().replace('.000Z', 'Z');
    return {
      sha, tree, parents: parents ? parents.split(' ') : [], message: message.replace(/\n+$/, ''),
      author: { name: an, email: ae, date: utc(ad) }, committer: { name: cn, email: ce, date: utc(cd) },
    };
  }

  // Commits of head that base does not have, oldest first.
  commits_between(base, head) {
    const out = this.text('rev-list', '--reverse', `${base}..${head}`);
    return out ? out.split('\n') : [];
  }

  // [{mode, type, sha, size, path}] of a tree; recursive on request. Null when there is no such tree.
  tree(name, recursive = false) {
    const out = this.maybe('ls-tree', '-z', '-l', ...(recursive ? ['-r', '-t'] : []), name);
    if (out === null) return null;
    return out.split('\0').filter(Boolean).map((line) => {
      const [meta, path] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)];
      const [mode, type, sha, size] = meta.split(/ +/);
      return { mode, type, sha, size: size === '-' ? undefined : Number(size), path };
    });
  }

  // One entry of a commit by path, or null.
  entry(commit, path) {
    const out = this.maybe('ls-tree', '-z', '-l', commit, '--', path);
    if (!out) return null;
    const line = out.split('\0')[0];
    const [mode, type, sha, size] = line.slice(0, line.indexOf('\t')).split(/ +/);
    return { mode, type, sha, size: size === '-' ? undefined : Number(size), path: line.slice(line.indexOf('\t') + 1) };
  }

  blob(sha) {
    try {
      return this.bytes('cat-file', 'blob', sha);
    } catch {
      return null;
    }
  }

  // The files that differ, with the hunks as forges give them: {path, old_path, status: A M D R T, old_mode, new_mode, old_sha, new_sha,
  // patch (absent for binary files), added, removed}. Renames are followed.
  diff(from, to, context = 3) {
    const key = `${from} ${to} ${context}`;
    if (!this.diffs.has(key)) this.diffs.set(key, this.#diff(from, to, context));
    return this.diffs.get(key);
  }

  #diff(from, to, context) {
    const options = ['-M', '--no-color', '--no-ext-diff', '--no-textconv', '--full-index', '--no-abbrev'];
    const fields = this.bytes('diff', ...options, '--raw', '-z', from, to).toString('utf8').split('\0');
    const files = [];
    while (fields.length > 1) {
      const [old_mode, new_mode, old_sha, new_sha, status] = fields.shift().slice(1).split(' ');
      const old_path = fields.shift();
      const path = /^[RC]/.test(status) ? fields.shift() : old_path;
      files.push({ path, old_path, status: status[0], old_mode, new_mode, old_sha, new_sha });
    }
    // The sections of the patch come in the order of the list. Inside a section no line begins with a letter but its head's.
    const sections = this.bytes('diff', ...options, `-U${context}`, from, to).toString('utf8').split(/^(?=diff --git )/m).filter(Boolean);
    files.forEach((file, index) => {
      const section = sections[index] ?? '';
      const start = section.search(/^@@ /m);
      if (start < 0) return Object.assign(file, { added: 0, removed: 0, binary: /^Binary files /m.test(section) });
      const patch = section.slice(start).replace(/\n$/, '');
      const lines = patch.split('\n');
      Object.assign(file, { patch, added: lines.filter((it) => it[0] === '+').length, removed: lines.filter((it) => it[0] === '-').length });
    });
    return files;
  }
}
