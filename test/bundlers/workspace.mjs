// A folder outside the repository with the bundlers, the packed library in node_modules, and fresh projects beside it.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readmeExample } from '../../tools/ci/readme.mjs';

/** Examples of the README that are part of the project. */
const README_FILES = ['convasm-worker.js', 'page.js', 'train.worker.js'];

const here = fileURLToPath(new URL('./', import.meta.url));

/** @param {string} root the repository, built */
export function makeWorkspace(root) {
  const folder = mkdtempSync(join(tmpdir(), 'convasm-bundlers-'));
  const npm = (args, cwd) => execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  const quiet = ['--ignore-scripts', '--loglevel=error', '--no-audit', '--no-fund'];
  for (const name of ['package.json', 'package-lock.json', 'node_modules']) {
    cpSync(`${here}${name}`, join(folder, name), { recursive: true, verbatimSymlinks: true });
  }
  const [packed] = JSON.parse(npm(['pack', '--json', ...quiet, '--pack-destination', folder], root));
  npm(['install', '--no-save', ...quiet, join(folder, packed.filename)], folder);

  const running = new Set();
  let projects = 0;

  /** Runs a tool of node_modules/.bin, in a process group of its own: some start helpers that outlive them. */
  const start = (command, cwd) => {
    const [program, ...args] = command;
    const file = program === 'node' ? process.execPath : join(folder, 'node_modules/.bin', program);
    const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NO_COLOR: '1', FORCE_COLOR: undefined };
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let stdout = '';
    let all = '';
    child.stdout.on('data', data => {
      stdout += data;
      all += data;
    });
    child.stderr.on('data', data => {
      all += data;
    });
    const ended = new Promise(resolve => {
      child.once('error', error => resolve(error.message));
      child.once('close', (code, signal) => resolve(code === 0 ? null : `ended with ${signal ?? `code ${code}`}`));
    }).finally(() => running.delete(child));
    return { ended, stdout: () => stdout, all: () => all, stop: () => stop(child) };
  };

  return {
    folder,

    /** A copy of project/ that nothing has been built in. `entry`: what takes the place of src/index.js. */
    makeProject({ entry } = {}) {
      const path = join(folder, `project-${projects++}`);
      cpSync(`${here}project`, path, { recursive: true });
      if (entry) cpSync(join(path, 'src', entry), join(path, 'src/index.js'));
      for (const file of README_FILES) writeFileSync(join(path, 'src', file), readmeExample(file));
      return {
        path,
        write: (name, text) => writeFileSync(join(path, name), text),

        /**
         * Runs a command to its end.
         *
         * @returns what it wrote to its standard output, and all that it wrote
         * @throws Error with all that it wrote, if it fails or takes too long
         */
        async run(command, { seconds = 300 } = {}) {
          const child = start(command, path);
          let late = false;
          const timer = setTimeout(() => {
            late = true;
            child.stop();
          }, seconds * 1000);
          const why = await child.ended;
          clearTimeout(timer);
          if (why) throw new Error(`${command.join(' ')} ${late ? `took over ${seconds} s` : why}\n${child.all()}`);
          return { stdout: child.stdout(), all: child.all() };
        },

        /** Starts a server and waits until it answers. */
        async serve(commandAt, { seconds = 60 } = {}) {
          const port = await freePort();
          const command = commandAt(port);
          const child = start(command, path);
          let why = '';
          child.ended.then(reason => {
            why = reason ?? 'ended';
          });
          const url = `http://127.0.0.1:${port}`;
          const end = Date.now() + seconds * 1000;
          while (!(await answers(url))) {
            if (why === '' && Date.now() < end) continue;
            child.stop();
            throw new Error(`${command.join(' ')} ${why || `did not answer within ${seconds} s`}\n${child.all()}`);
          }
          const close = async () => {
            child.stop();
            await child.ended;
          };
          return { url, close };
        },
      };
    },

    versionOf: name => JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version,

    /** Ends what still runs and deletes the folder. */
    remove() {
      for (const child of running) stop(child);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function stop(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error; // It has ended by itself.
  }
}

async function answers(url) {
  try {
    await (await fetch(url)).arrayBuffer();
    return true;
  } catch {
    await new Promise(resolve => setTimeout(resolve, 50));
    return false;
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
