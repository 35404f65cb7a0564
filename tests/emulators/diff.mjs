// Unified diffs as forges show them: which lines can hold a comment, and where a line went.

// `patch`: hunks only, as GitHub's `patch` and GitLab's `diff` have them. Each line: {kind: ' ', '+' or '-', old, new}.
export function hunks_of(patch) {
  const hunks = [];
  let at = null;
  for (const line of (patch ?? '').split('\n')) {
    const header = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (header) {
      at = { lines: [], old: Number(header[1]), new: Number(header[3]), left: Number(header[2] ?? 1), right: Number(header[4] ?? 1), header: line };
      hunks.push(at);
      continue;
    }
    // What the header counted is read, and nothing after it.
    if (!at || (at.left <= 0 && at.right <= 0)) continue;
    const kind = line[0] ?? ' ';
    if (kind === '\\') continue;
    const step = { ' ': [1, 1], '-': [1, 0], '+': [0, 1] }[kind];
    if (!step) continue;
    at.lines.push({ kind, old: step[0] ? at.old : null, new: step[1] ? at.new : null, text: line });
    at.old += step[0];
    at.new += step[1];
    at.left -= step[0];
    at.right -= step[1];
  }
  return hunks;
}

// Index of the hunk that shows this line on this side (RIGHT: the new file), or -1.
export function hunk_with(hunks, side, line) {
  const key = side === 'LEFT' ? 'old' : 'new';
  return hunks.findIndex((hunk) => hunk.lines.some((it) => it[key] === line));
}

// A line of the new file as the diff shows it, or null when no hunk holds it.
export function line_in(hunks, side, line) {
  const key = side === 'LEFT' ? 'old' : 'new';
  for (const hunk of hunks) for (const it of hunk.lines) if (it[key] === line) return it;
  return null;
}

// 1-based position in the diff, counted as GitHub does: the line after the first header is 1, later headers count.
export function position_of(hunks, side, line) {
  const key = side === 'LEFT' ? 'old' : 'new';
  let position = 0;
  for (const [index, hunk] of hunks.entries()) {
    if (index > 0) position += 1;
    for (const it of hunk.lines) {
      position += 1;
      if (it[key] === line) return position;
    }
  }
  return null;
}

// Where a line of the old file is in the new one; null when it was changed or removed. `hunks`: of a diff of the two files.
export function moved_line(hunks, line) {
  let shift = 0;
  for (const hunk of hunks) {
    for (const it of hunk.lines) {
      if (it.old === line) return it.kind === ' ' ? it.new : null;
      if (it.kind === '-' && it.old < line) shift -= 1;
      if (it.kind === '+' && it.new - shift <= line) shift += 1;
    }
  }
  return line + shift;
}
