// What is built, and how: each bundler as its manual says, with nothing set up for convasm.

/**
 * @typedef {object} Case
 * @property {string} name
 * @property {string} tool  the bundler's package
 * @property {'files' | 'server' | 'node' | 'policy' | 'frozen'} kind  files: a page of static files; server: a page that the tool
 *   itself serves; node: a program for Node; policy: a page under a strict Content-Security-Policy; frozen: the README's page and
 *   worker
 * @property {string[]} [build]  the command that builds
 * @property {string} [entry]  a file of project/src that takes the place of index.js
 * @property {RegExp} [threadsOff]  why there is but one thread
 * @property {string} [output]  where it puts what a page loads
 * @property {string} [html]  what the page consists of, where the tool makes no page
 * @property {(port: number) => string[]} [start]  the command that serves
 * @property {string} [config]  the file that adds isolation headers to that server; its text is an example in the README
 * @property {string} [route]  an address that answers with what the server computed itself
 * @property {string} [program]  what Node runs
 */

/** @type {readonly Case[]} */
export const CASES = [
  {
    name: 'Vite, dev server',
    tool: 'vite',
    kind: 'server',
    start: port => ['vite', '--host', '127.0.0.1', '--port', String(port), '--strictPort'],
    config: 'vite.config.js',
  },
  { name: 'Vite, build', tool: 'vite', kind: 'files', build: ['vite', 'build'], output: 'dist' },
  {
    name: 'webpack',
    tool: 'webpack',
    kind: 'files',
    build: ['webpack', '--mode', 'production'],
    output: 'dist',
    html: '<script src="/main.js"></script>',
  },
  {
    name: 'esbuild, one script',
    tool: 'esbuild',
    kind: 'files',
    build: ['esbuild', 'src/index.js', '--bundle', '--minify', '--outdir=dist'],
    output: 'dist',
    html: '<script src="/index.js"></script>',
  },
  {
    name: 'esbuild, modules',
    tool: 'esbuild',
    kind: 'files',
    build: ['esbuild', 'src/index.js', '--bundle', '--minify', '--splitting', '--format=esm', '--outdir=dist'],
    output: 'dist',
    html: '<script type="module" src="/index.js"></script>',
  },
  {
    name: 'Rollup',
    tool: 'rollup',
    kind: 'files',
    build: ['rollup', 'src/index.js', '--dir', 'dist', '--plugin', 'node-resolve'],
    output: 'dist',
    html: '<script type="module" src="/index.js"></script>',
  },
  {
    name: 'Next.js (Turbopack)',
    tool: 'next',
    kind: 'server',
    build: ['next', 'build'],
    output: '.next/static',
    start: port => ['next', 'start', '--hostname', '127.0.0.1', '--port', String(port)],
    config: 'next.config.mjs',
    route: '/train',
  },
  {
    name: 'Next.js (webpack)',
    tool: 'next',
    kind: 'server',
    build: ['next', 'build', '--webpack'],
    output: '.next/static',
    start: port => ['next', 'start', '--hostname', '127.0.0.1', '--port', String(port)],
    config: 'next.config.mjs',
    route: '/train',
  },
  {
    name: 'no bundler, import map',
    tool: 'none',
    kind: 'files',
    html: `<script type="importmap">
      { "imports": {
        "convasm": "/node_modules/convasm/dist/index.js",
        "convasm/ops": "/node_modules/convasm/dist/ops/index.js"
      } }
    </script>
    <script type="module" src="/src/index.js"></script>`,
  },
  {
    name: 'esbuild for Node, ES module',
    tool: 'esbuild',
    kind: 'node',
    build: ['esbuild', 'src/server.js', '--bundle', '--platform=node', '--format=esm', '--outfile=dist/server.mjs'],
    output: 'dist',
    program: 'dist/server.mjs',
  },
  {
    name: 'esbuild for Node, CommonJS',
    tool: 'esbuild',
    kind: 'node',
    build: ['esbuild', 'src/server.js', '--bundle', '--platform=node', '--format=cjs', '--outfile=dist/server.cjs'],
    output: 'dist',
    program: 'dist/server.cjs',
  },
  {
    name: 'webpack for Node',
    tool: 'webpack',
    kind: 'node',
    build: ['webpack', '--mode', 'production', '--target', 'node', '--entry', './src/server.js'],
    output: 'dist',
    program: 'dist/main.js',
  },
  { name: 'Vite, strict policy', tool: 'vite', kind: 'policy', build: ['vite', 'build'], output: 'dist' },
  {
    name: 'webpack, strict policy',
    tool: 'webpack',
    kind: 'policy',
    build: ['webpack', '--mode', 'production'],
    output: 'dist',
    html: '<script src="/main.js"></script>',
  },
  {
    name: 'esbuild, strict policy, own worker',
    tool: 'esbuild',
    kind: 'policy',
    entry: 'strict.js',
    build: [
      ...['esbuild', 'src/index.js', 'src/convasm-worker.js'],
      ...['--bundle', '--minify', '--splitting', '--format=esm', '--outdir=dist'],
    ],
    output: 'dist',
    html: '<script type="module" src="/index.js"></script>',
  },
  {
    name: 'Rollup, strict policy, own worker',
    tool: 'rollup',
    kind: 'policy',
    entry: 'strict.js',
    build: ['rollup', 'src/index.js', 'src/convasm-worker.js', '--dir', 'dist', '--plugin', 'node-resolve'],
    output: 'dist',
    html: '<script type="module" src="/index.js"></script>',
  },
  {
    name: 'esbuild, strict policy, no worker',
    tool: 'esbuild',
    kind: 'policy',
    build: ['esbuild', 'src/index.js', '--bundle', '--minify', '--splitting', '--format=esm', '--outdir=dist'],
    output: 'dist',
    html: '<script type="module" src="/index.js"></script>',
    threadsOff: /init\(\{ worker \}\)/,
  },
  {
    name: 'Vite, page that does not freeze',
    tool: 'vite',
    kind: 'frozen',
    entry: 'watch.js',
    build: ['vite', 'build'],
    output: 'dist',
  },
  {
    name: 'webpack, page that does not freeze',
    tool: 'webpack',
    kind: 'frozen',
    entry: 'watch.js',
    build: ['webpack', '--mode', 'production'],
    output: 'dist',
    html: '<script src="/main.js"></script>',
  },
  {
    name: 'esbuild, page that does not freeze',
    tool: 'esbuild',
    kind: 'frozen',
    entry: 'watch.js',
    build: [
      ...['esbuild', 'src/index.js', 'src/train.worker.js'],
      ...['--bundle', '--minify', '--splitting', '--format=esm', '--outdir=dist'],
    ],
    output: 'dist',
    html: '<script type="module" src="/index.js"></script>',
  },
  {
    name: 'Vite, TensorFlow.js',
    tool: 'vite',
    kind: 'files',
    entry: 'tfjs.js',
    build: ['vite', 'build'],
    output: 'dist',
  },
  {
    name: 'webpack, TensorFlow.js',
    tool: 'webpack',
    kind: 'files',
    entry: 'tfjs.js',
    build: ['webpack', '--mode', 'production', '--no-performance'],
    output: 'dist',
    html: '<script src="/main.js"></script>',
  },
  {
    // The oldest target: its classes are those of the language, and a function of ES5 cannot extend one.
    name: 'esbuild, TensorFlow.js, ES2015',
    tool: 'esbuild',
    kind: 'files',
    entry: 'tfjs.js',
    build: ['esbuild', 'src/index.js', '--bundle', '--minify', '--target=es2015', '--outdir=dist'],
    output: 'dist',
    html: '<script src="/index.js"></script>',
  },
];
