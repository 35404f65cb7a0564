// GitHub's GraphQL: the parts gatepost uses, executed on the real schema.
import { readFileSync } from 'node:fs';
import { buildSchema, execute, GraphQLError, parse, validate } from 'graphql';

// The package exports code only; the schema lies beside it.
const SCHEMA = new URL('node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url);
const CLASSIFIERS = ['OUTDATED', 'RESOLVED', 'DUPLICATE', 'OFF_TOPIC', 'SPAM', 'ABUSE'];

export class GraphQl {
  constructor(github) {
    this.github = github;
  }

  // Building takes a while; only who asks pays.
  get schema() {
    if (!this.built) {
      this.built = buildSchema(readFileSync(SCHEMA, 'utf8'), { assumeValidSDL: true });
    }
    return this.built;
  }

  handle(request, token) {
    const { query, variables } = request.body ?? {};
    request.entry.operation = 'GraphQL';
    if (request.method !== 'POST') throw this.github.refusal(404, 'Not Found');
    if (typeof query !== 'string') throw this.github.refusal(400, 'A query attribute must be specified and must be a string.');
    let document;
    try {
      document = parse(query);
    } catch (error) {
      return this.#refused(request, [error], 'parse');
    }
    const errors = validate(this.schema, document);
    if (errors.length) return this.#refused(request, errors, 'undefinedField');
    const result = execute({ schema: this.schema, document, rootValue: this.#root(token, request), variableValues: variables ?? {}, typeResolver: (it) => it.__typename });
    if (result instanceof Promise) throw new Error('a resolver is asynchronous');
    const bad = (result.errors ?? []).filter((it) => !it.originalError?.kind);
    if (bad.length) return this.#refused(request, bad, 'variableMismatch');
    if (result.errors?.length) request.entry.refused = result.errors.map((it) => it.message).join('; ');
    const told = result.errors?.map((it) => ({ type: it.originalError.kind, path: it.path, locations: it.locations, message: it.message }));
    return { status: 200, body: { data: JSON.parse(JSON.stringify(result.data ?? null)), ...(told ? { errors: told } : {}) }, headers: {} };
  }

  #refused(request, errors, code) {
    this.github.world.violation(request.entry, 'contract', errors.map((it) => it.message).join('; '));
    return { status: 200, body: { errors: errors.map((it) => ({ message: it.message, locations: it.locations, extensions: { code } })) }, headers: {} };
  }

  #error(kind, message) {
    const error = new GraphQLError(message);
    error.kind = kind;
    return error;
  }

  #forbidden(token) {
    return this.#error('FORBIDDEN', token.app ? 'Resource not accessible by integration' : 'Resource not accessible by personal access token');
  }

  #need(token, repository, ...needs) {
    if (!this.github.may_see(token, repository)) throw this.#error('NOT_FOUND', 'Could not resolve to a node.');
    for (const [name, level] of needs) {
      if (level === 'read' && !repository.private) continue;
      if (!this.github.has(token, name, level)) throw this.#forbidden(token);
    }
  }

  #root(token, request) {
    return {
      viewer: () => ({ __typename: 'User', id: token.user.node_id, login: token.login, databaseId: database_id(token.user.id) }),
      rateLimit: () => ({ cost: 1, limit: 5000, remaining: 4999, used: 1, nodeCount: 1, resetAt: this.github.world.iso(this.github.world.now() + 3600_000) }),
      repository: ({ owner, name }) => {
        const repository = this.github.repositories.get(`${owner}/${name}`.toLowerCase());
        if (!repository || !this.github.may_see(token, repository)) throw this.#error('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
        return this.#repository(repository, token);
      },
      resolveReviewThread: ({ input }) => ({ clientMutationId: input.clientMutationId, thread: this.#resolve(input.threadId, true, token, request) }),
      unresolveReviewThread: ({ input }) => ({ clientMutationId: input.clientMutationId, thread: this.#resolve(input.threadId, false, token, request) }),
      minimizeComment: ({ input }) => ({ clientMutationId: input.clientMutationId, minimizedComment: this.#minimize(input, token, request) }),
      unminimizeComment: ({ input }) => ({ clientMutationId: input.clientMutationId, unminimizedComment: this.#minimize({ ...input, classifier: null }, token, request) }),
    };
  }

  #repository(repository, token) {
    return {
      __typename: 'Repository', id: `R_${repository.id.toString(36)}`, databaseId: database_id(repository.id), name: repository.name, nameWithOwner: repository.full_name, isPrivate: repository.private,
      pullRequest: ({ number }) => {
        this.#need(token, repository, ['pull_requests', 'read']);
        const pull = repository.pulls.get(number);
        if (!pull) throw this.#error('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`);
        return this.#pull(repository, pull);
      },
    };
  }

  #pull(repository, pull) {
    return {
      __typename: 'PullRequest', id: `PR_${pull.id.toString(36)}`, databaseId: database_id(pull.id), number: pull.number, title: pull.title, headRefOid: pull.head.sha, baseRefOid: pull.base.sha, state: pull.state.toUpperCase(), isDraft: pull.draft,
      headRefName: pull.head.ref ?? 'change', baseRefName: pull.base.ref ?? 'main', isCrossRepository: Boolean(pull.head.repo && pull.head.repo !== repository.full_name), author: actor(pull.user),
      comments: (args) => connection(repository.comments.filter((it) => it.issue === pull.number), args, (it) => ({
        __typename: 'IssueComment', id: it.node_id, databaseId: database_id(it.id), fullDatabaseId: String(it.id), body: it.body, author: actor(it.user), isMinimized: repository.minimized.has(it.node_id), minimizedReason: repository.minimized.get(it.node_id)?.toLowerCase() ?? null, createdAt: it.created_at, updatedAt: it.updated_at, viewerDidAuthor: false,
      })),
      reviewThreads: (args) => connection(repository.reviewComments.filter((it) => it.pull === pull.number && !it.in_reply_to_id), args, (root) => this.#thread(repository, pull, root)),
    };
  }

  #thread(repository, pull, root) {
    const of_file = root.subject_type === 'file';
    const comments = repository.reviewComments.filter((it) => it === root || it.in_reply_to_id === root.id);
    const resolver = repository.resolvedThreads.get(root.id);
    return {
      __typename: 'PullRequestReviewThread', id: thread_id(root), isResolved: Boolean(resolver), resolvedBy: resolver ? { __typename: 'User', login: resolver.login } : null, isOutdated: !of_file && root.line === null, isCollapsed: Boolean(resolver) || (!of_file && root.line === null),
      path: root.path, line: of_file ? null : root.line, originalLine: of_file ? null : root.original_line, startLine: root.start_line, originalStartLine: root.original_start_line, diffSide: root.side, startDiffSide: root.start_side, subjectType: of_file ? 'FILE' : 'LINE',
      viewerCanReply: true, viewerCanResolve: !resolver, viewerCanUnresolve: Boolean(resolver),
      comments: (args) => connection(comments, args, (it) => ({
        __typename: 'PullRequestReviewComment', id: it.node_id, databaseId: database_id(it.id), fullDatabaseId: String(it.id), body: it.body, author: actor(it.user), path: it.path, line: of_file ? null : it.line, originalLine: it.original_line, createdAt: it.created_at, updatedAt: it.updated_at,
        isMinimized: repository.minimized.has(it.node_id), minimizedReason: repository.minimized.get(it.node_id)?.toLowerCase() ?? null, subjectType: of_file ? 'FILE' : 'LINE', outdated: !of_file && it.line === null, commit: { __typename: 'Commit', oid: it.commit_id },
      })),
    };
  }

  // Any repository may hold the node: ids are global.
  #find(matches) {
    for (const repository of this.github.repositories.values()) {
      const found = matches(repository);
      if (found) return { repository, found };
    }
    throw this.#error('NOT_FOUND', 'Could not resolve to a node with the global id.');
  }

  #resolve(id, resolved, token, request) {
    const { repository, found: root } = this.#find((it) => it.reviewComments.find((one) => !one.in_reply_to_id && thread_id(one) === id));
    request.entry.tenant = repository.full_name;
    this.#need(token, repository, ['pull_requests', 'write'], ['contents', 'write']);
    if (root.user.login !== token.login) this.github.world.violation(request.entry, 'foreign', `resolves a thread that ${root.user.login} began`);
    if (resolved) repository.resolvedThreads.set(root.id, token.user);
    else repository.resolvedThreads.delete(root.id);
    return this.#thread(repository, repository.pulls.get(root.pull), root);
  }

  #minimize({ subjectId, classifier }, token, request) {
    const { repository, found } = this.#find((it) => [...it.comments, ...it.reviewComments].find((one) => one.node_id === subjectId));
    request.entry.tenant = repository.full_name;
    this.#need(token, repository, ['pull_requests', 'write']);
    if (classifier !== null && !CLASSIFIERS.includes(classifier)) throw this.#error('UNPROCESSABLE', `${classifier} is not a reason`);
    if (found.user.login !== token.login) this.github.world.violation(request.entry, 'foreign', `hides what ${found.user.login} wrote`);
    if (classifier === null) repository.minimized.delete(subjectId);
    else repository.minimized.set(subjectId, classifier);
    return { __typename: found.path ? 'PullRequestReviewComment' : 'IssueComment', id: subjectId, isMinimized: classifier !== null, minimizedReason: classifier?.toLowerCase() ?? null };
  }
}

// databaseId is an Int of 32 bits; larger ids are told by fullDatabaseId alone.
const database_id = (id) => (id > 0x7fffffff ? null : id);

const thread_id = (root) => `PRRT_kw${root.id.toString(36)}`;

// GraphQL names a bot without [bot].
const actor = (user) => ({ __typename: user.type, login: user.type === 'Bot' ? user.login.replace(/\[bot\]$/, '') : user.login, id: user.node_id, databaseId: database_id(user.id) });

function connection(list, { first, last, after }, shape) {
  if (first === undefined && last === undefined) throw new GraphQLError('You must provide a `first` or `last` value to properly paginate the connection.');
  if ((first ?? last) > 100) throw new GraphQLError(`Requesting ${first ?? last} records on the connection exceeds the \`first\` limit of 100 records.`);
  const start = last !== undefined ? Math.max(0, list.length - last) : after ? Number(Buffer.from(after, 'base64').toString()) : 0;
  const end = last !== undefined ? list.length : Math.min(list.length, start + first);
  const cursor = (index) => Buffer.from(String(index)).toString('base64');
  const nodes = list.slice(start, end).map(shape);
  return {
    totalCount: list.length, nodes, edges: nodes.map((node, index) => ({ node, cursor: cursor(start + index + 1) })),
    pageInfo: { hasNextPage: end < list.length, hasPreviousPage: start > 0, endCursor: nodes.length ? cursor(end) : null, startCursor: nodes.length ? cursor(start + 1) : null },
  };
}
