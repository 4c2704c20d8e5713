// TensorFlow.js's own op suites, as its npm package has them, against a backend: `node test/tfjs/run.mjs`, or with --help. Installs and
// builds what is needed. Plain Node >= 20; imports nothing from node_modules before there is one.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const HELP = `node test/tfjs/run.mjs [--backend NAME] [--filter TEXT] [--stress] [--threads N] [--variant NAME] [--json FILE]

  --backend  convasm (default), or cpu for comparison
  --filter   only specs whose full name contains TEXT
  --stress   memory grows at every allocation, freed blocks are filled with NaN
  --threads  default 1
  --variant  relaxed or simd (default: the better one that runs here)
  --json     where the report goes (default: build/tfjs/report.json)`;

const here = fileURLToPath(new URL('./', import.meta.url));
const root = fileURLToPath(new URL('../../', import.meta.url));

const { values: options } = parseArgs({
  options: {
    backend: { type: 'string', default: 'convasm' },
    filter: { type: 'string', default: '' },
    stress: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
    variant: { type: 'string', default: 'auto' },
    json: { type: 'string', default: `${root}build/tfjs/report.json` },
    help: { type: 'boolean', default: false },
  },
});
if (options.help) {
  console.log(HELP);
  process.exit(0);
}

execFileSync(process.execPath, ['tools/ensure.mjs'], { cwd: root, stdio: 'inherit' });
if (!existsSync(`${here}node_modules`))
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: here, stdio: 'inherit' });

const specs = await bundle();
const report = await run(specs);
mkdirSync(dirname(resolve(options.json)), { recursive: true });
writeFileSync(options.json, JSON.stringify(report, null, 2));
for (const { name, messages } of report.failures) console.log(`FAILED ${name}\n  ${messages[0]}`);
console.log(
  `${report.backend} on Node ${process.version}: ${report.passed} passed, ${report.failures.length} failed, ${report.pending} pending` +
    ` (${report.seconds.toFixed(0)} s)`,
);
// Workers of specs, and timers that they leave behind, would keep the process.
process.exit(report.failures.length === 0 && report.status !== 'incomplete' ? 0 : 1);

/** The specs and everything that they test as one module: the packages' own modules name files without extensions. */
async function bundle() {
  const { build } = await import('esbuild');
  const outfile = `${root}build/tfjs/suite.mjs`;
  await build({
    entryPoints: [`${here}suite/main.mjs`],
    bundle: true,
    outfile,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    mainFields: ['module', 'main'],
    nodePaths: [`${here}node_modules`],
    external: ['jasmine'],
    // The packages say that their specs have no side effects.
    ignoreAnnotations: true,
    logLevel: 'error',
    // CommonJS modules in the bundle ask for Node's own by require.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return pathToFileURL(outfile).href;
}

async function run(specs) {
  const require = createRequire(import.meta.url);
  const jasmineRequire = require('jasmine-core/lib/jasmine-core/jasmine.js');
  const jasmine = jasmineRequire.core(jasmineRequire);
  const env = jasmine.getEnv();
  Object.assign(globalThis, jasmineRequire.interface(jasmine, env), {
    suiteOptions: {
      backend: options.backend,
      threads: Number(options.threads),
      variant: options.variant,
      stressed: options.stress,
    },
  });
  env.configure({ random: false, specFilter: spec => spec.getFullName().includes(options.filter) });
  const counts = { passed: 0, pending: 0 };
  const failures = [];
  env.addReporter({
    specDone({ status, fullName, failedExpectations }) {
      if (status === 'failed')
        failures.push({ name: fullName, messages: failedExpectations.map(each => each.message) });
      else if (status in counts) counts[status]++;
    },
    /** What fails in beforeAll or afterAll. */
    suiteDone({ fullName, failedExpectations }) {
      if (failedExpectations.length > 0)
        failures.push({ name: `${fullName} (suite)`, messages: failedExpectations.map(each => each.message) });
    },
  });
  await import(specs);
  // Specs of the profiler and the debug mode print tables.
  const print = Object.fromEntries(['log', 'warn'].map(name => [name, console[name]]));
  for (const name in print) console[name] = () => {};
  const start = performance.now();
  const { overallStatus } = await env.execute();
  const seconds = (performance.now() - start) / 1000;
  Object.assign(console, print);
  return { backend: options.backend, node: process.version, status: overallStatus, ...counts, failures, seconds };
}
