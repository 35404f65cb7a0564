// Reports for end-to-end tests, as scanners would write them.

// A SARIF report of `findings`: {rule, path, line, level, severity, message}.
export function sarif(findings, tool = 'semgrep') {
  const rules = [...new Map(findings.map((it) => [it.rule, it])).values()].map((it) => ({
    id: it.rule,
    shortDescription: { text: it.title ?? it.rule },
    properties: { 'security-severity': String(it.severity ?? 8.1), tags: ['security', 'CWE-89'] },
  }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{
      tool: { driver: { name: tool, version: '1.0.0', rules } },
      results: findings.map((it) => ({
        ruleId: it.rule,
        level: it.level ?? 'error',
        message: { text: it.message ?? `${it.rule} in ${it.path}` },
        locations: [{ physicalLocation: { artifactLocation: { uri: it.path }, region: { startLine: it.line, ...(it.last ? { endLine: it.last } : {}) } } }],
      })),
    }],
  };
}

// A file of `count` different lines; those that `bad` names call a database with what came in.
export function source(count, bad = [], name = 'query') {
  const lines = [];
  for (let line = 1; line <= count; ++line) lines.push(bad.includes(line) ? `${name}_${line} = execute("select " + request.args["${name}${line}"])` : `value_${name}_${line} = ${line}`);
  return lines;
}

export const findings_at = (path, lines, rule = 'sql-injection') => lines.map((line) => ({ rule, path, line, title: 'SQL built from a request', message: `what comes in at line ${line} reaches the database` }));
