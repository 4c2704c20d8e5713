// workerd, the runtime of Cloudflare Workers: no compiling, no threads, modules listed in its configuration.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { runsWithoutThreads, SECONDS } from './engine.mjs';

const binary = fileURLToPath(new URL('../node_modules/.bin/workerd', import.meta.url));
const ENTRY = 'entries/workerd.mjs';

/** @type {readonly import('./engine.mjs').Engine[]} */
export const workers = [
  worker('workerd', '2026-11-01'),
  // Deployments keep the date that they began with: no `process`, no FinalizationRegistry.
  worker('workerd-2023', '2023-01-01'),
];

/**
 * @param {string} name
 * @param {string} date  of compatibility
 */
function worker(name, date) {
  return {
    name,
    runs: [
      ...runsWithoutThreads('relaxed', /Cloudflare Workers have no threads/),
      { options: { variant: 'relaxed', threads: 1 }, wanted: { variant: 'relaxed', threads: 1 } },
    ],
    open: async site => {
      const config = `${site}${name}.capnp`;
      writeFileSync(config, configuration(site, date));
      const { version } = createRequire(import.meta.url)('workerd/package.json');
      return {
        version: () => version,
        run: ({ options }) => withServer(config, url => ask(url, options)),
        close: async () => {},
      };
    },
  };
}

/** Every module of the site by its path, and the package by the name that its exports give it here. */
function configuration(site, date) {
  const { exports } = JSON.parse(readFileSync(`${site}node_modules/convasm/package.json`, 'utf8'));
  const files = readdirSync(site, { recursive: true })
    .map(path => path.replaceAll('\\', '/'))
    .filter(path => /^(suite\/|node_modules\/convasm\/dist\/|entries\/workerd\.mjs$)/.test(path));
  const modules = [
    // The first is the entry.
    embed('esModule', ENTRY),
    ...files.filter(path => path !== ENTRY && /\.m?js$/.test(path)).map(path => embed('esModule', path)),
    ...files.filter(path => path.endsWith('.wasm')).map(path => embed('wasm', path)),
    alias('convasm', exports['.']),
    alias('convasm/ops', exports['./ops']),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .suite)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const suite :Workerd.Worker = (
  compatibilityDate = "${date}",
  modules = [
    ${modules.join(',\n    ')}
  ]
);
`;
}

const embed = (kind, path) => `(name = "${path}", ${kind} = embed "${path}")`;

/** A bare name, as a bundler with the condition "workerd" resolves it; workerd itself looks for it beside the entry. */
function alias(name, conditions) {
  const target = (conditions.workerd ?? conditions.default).replace('./', '/node_modules/convasm/');
  return `(name = "entries/${name}", esModule = "export * from '${target}';")`;
}

/** Serves for the time of one call of `fn`: a process has one copy of the library, which is initialised once. */
async function withServer(config, fn) {
  // It tells the port on a pipe of its own.
  const child = spawn(binary, ['serve', '--control-fd=3', config], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', text => {
      said += text;
    });
  }
  const ended = new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`workerd ended with exit code ${code}\n${said}`)));
  });
  ended.catch(() => {});
  try {
    const port = new Promise(resolve => {
      child.stdio[3].on('data', text => {
        const { port: listening } = JSON.parse(text);
        if (listening) resolve(listening);
      });
    });
    return await Promise.race([ended, port.then(number => fn(`http://127.0.0.1:${number}/`))]);
  } catch (error) {
    throw new Error(`${error.message}\n${said}`);
  } finally {
    child.kill('SIGKILL');
  }
}

async function ask(url, options) {
  const address = `${url}?options=${encodeURIComponent(JSON.stringify(options))}`;
  const response = await fetch(address, { signal: AbortSignal.timeout(SECONDS * 1000) });
  const text = await response.text();
  if (!response.ok) throw new Error(`status ${response.status}: ${text}`);
  return JSON.parse(text);
}
