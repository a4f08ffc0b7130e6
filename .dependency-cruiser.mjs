/*
 * Imports run one way: functions → shared; infra → the pure parts of shared; test → all.
 * test/ci/imports.test.ts shows that each rule finds what it forbids.
 */

/**
 * Parts of `shared` that compute and nothing else: safe for infrastructure, tools and tests to import. So is the client
 * of the API, which runs in browsers and phones.
 */
const PURE =
  '^shared/(client/|contract/|artist\\.ts|clock\\.ts|errors\\.ts|http/messages|cache/(artist-codec|keys)|artists/scoring|metrics/names)';

/** What runs in the browser, of the local stack. */
const CONSOLE = '^infra/local/console/';

/** What reaches outside of the process. */
const INPUT_OUTPUT = [
  '^(node:)?(child_process|cluster|dgram|dns|fs|http|http2|https|net|readline|tls|worker_threads)(/|$)',
  '(^|node_modules/)(@aws-sdk|@smithy|@aws-lambda-powertools|@middy)/',
  '^shared/(storage|http/(?!messages)|spotify|platforms|metrics/(?!names)|statistics)',
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'functions-import-shared-only',
      comment: 'A function parses, calls shared and replies; two functions share through shared.',
      severity: 'error',
      from: { path: '^functions/' },
      to: { path: '^(functions|infra|test)/' },
    },
    {
      name: 'nothing-imports-functions',
      comment: 'Functions are entry points: infrastructure knows them by name, only tests call them.',
      severity: 'error',
      from: { pathNot: '^(functions|test)/' },
      to: { path: '^functions/' },
    },
    {
      name: 'shared-imports-nothing-above-it',
      severity: 'error',
      from: { path: '^shared/' },
      to: { path: '^(infra|test)/' },
    },
    {
      name: 'infra-imports-no-test',
      severity: 'error',
      from: { path: '^infra/' },
      to: { path: '^test/' },
    },
    {
      name: 'infra-imports-pure-parts-only',
      comment: 'Names, routes and schemas are shared with the infrastructure; code that talks to AWS is not.',
      severity: 'error',
      from: { path: '^infra/', pathNot: CONSOLE },
      to: { path: '^shared/', pathNot: PURE },
    },
    {
      name: 'console-is-a-client',
      comment: 'The console page runs in a browser: it knows the service by its client only.',
      severity: 'error',
      from: { path: CONSOLE },
      to: { path: '^(shared|infra)/', pathNot: `^shared/client/|${CONSOLE}` },
    },
    {
      name: 'what-is-deployed-knows-no-local-stack',
      severity: 'error',
      from: { path: '^(infra|shared|functions)/', pathNot: '^infra/local/' },
      to: { path: '^infra/local/' },
    },
    {
      name: 'pure-parts-reach-no-input-output',
      comment: 'Directly or through others: what is pure stays quick to test and safe to import anywhere.',
      severity: 'error',
      from: { path: PURE },
      to: { path: INPUT_OUTPUT, reachable: true },
    },
    {
      name: 'cache-knows-no-platform',
      comment: 'The cache knows the error PlatformRevoked, never Spotify.',
      severity: 'error',
      from: { path: '^shared/cache/' },
      to: { path: '^shared/(spotify|platforms)/' },
    },
    {
      name: 'deployed-code-needs-no-dev-dependency',
      severity: 'error',
      from: { path: '^(functions|shared)/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'every-import-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  required: [
    {
      name: 'functions-lean-on-shared',
      comment:
        'Also a look at the checker: without a TypeScript that it can drive it sees no import, and says nothing.',
      severity: 'error',
      module: { path: '^functions/' },
      to: { path: '^shared/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The other caches that the bench measures are installed by the bench alone.
    exclude: { path: '^test/bench/subjects' },
    // Types too: an import that is erased still ties two parts together.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.cjs', '.js', '.json', '.d.ts'],
    },
  },
};
