// Builds a case and runs what was built: pages in Chromium, with and without what they need for threads, programs in Node.
import { join } from 'node:path';
import { readmeExample } from '../../tools/ci/readme.mjs';
import { serve } from '../browsers/server.mjs';
import { judge, judgeBuild, judgePauses, sameLosses } from './judge.mjs';
import { measure } from './sizes.mjs';

const KINDS = { files: runFiles, server: runServer, node: runNode, policy: runPolicy, frozen: runFrozen };

const STRICT = "script-src 'self' 'wasm-unsafe-eval'";

/**
 * @param {import('./cases.mjs').Case} one
 * @param {{ workspace: object, browser: object }} places
 * @returns the rows of the table
 */
export async function runCase(one, places) {
  const { name, tool } = one;
  const version = tool === 'none' ? '' : places.workspace.versionOf(tool);
  const row = { name, version, sizes: null, result: null, problems: [], seconds: 0 };
  const rows = [row];
  const start = performance.now();
  try {
    const project = places.workspace.makeProject(one);
    if (one.build) row.problems.push(...judgeBuild(await project.run(one.build)));
    if (one.output) row.sizes = measure(join(project.path, one.output));
    await KINDS[one.kind](one, { ...places, project, row, rows });
  } catch (error) {
    row.problems.push(error.stack ?? String(error));
  }
  row.seconds = (performance.now() - start) / 1000;
  return rows;
}

async function runFiles(one, places) {
  const isolated = await openFiles(one, places, { isolated: true });
  judgeBoth(places.row, isolated, await openFiles(one, places, { isolated: false }));
}

async function runServer(one, { workspace, project, browser, row, rows }) {
  const { build, start, config, route, name } = one;
  const open = async where => {
    const server = await where.serve(start);
    try {
      const result = await browser.result(`${server.url}/`, { silent: true });
      const answer = route && (await (await fetch(`${server.url}${route}`)).json());
      return { result, answer };
    } finally {
      await server.close();
    }
  };
  const plain = await open(project);
  const configured = workspace.makeProject(one);
  configured.write(config, readmeExample(config));
  if (build) await configured.run(build);
  const isolated = await open(configured);
  judgeBoth(row, isolated.result, plain.result);
  if (!route) return;
  // Headers are for browsers: the server itself has threads with and without.
  const problems = [...judge(isolated.answer), ...judge(plain.answer)];
  rows.push({ ...row, name: `${name}, server route`, sizes: null, result: isolated.answer, problems, seconds: null });
}

async function runNode({ program }, { project, row }) {
  // A program that does not end by itself, because its workers hold it, is an error.
  row.result = JSON.parse((await project.run(['node', program], { seconds: 60 })).stdout);
  row.problems.push(...judge(row.result));
}

async function runPolicy(one, places) {
  const { row } = places;
  // Chromium reports the Blob worker that the policy forbids; a page with a worker of its own does not try one.
  const silent = one.entry !== undefined;
  row.result = await openFiles(one, places, { isolated: true, csp: STRICT, silent });
  row.problems.push(...judge(row.result, one.threadsOff));
}

async function runFrozen(one, places) {
  const result = await openFiles(one, places, { isolated: true });
  places.row.problems.push(...judgePauses(result));
}

async function openFiles({ output, html }, { workspace, project, browser }, { silent = true, ...headers }) {
  const folders = {
    '/': `${join(project.path, output ?? '')}/`,
    '/node_modules/': `${workspace.folder}/node_modules/`,
  };
  const pages = html ? { '/': `<!doctype html><link rel="icon" href="data:,"><body>${html}` } : {};
  const server = await serve({ folders, pages, ...headers });
  try {
    return await browser.result(`${server.url}/`, { silent });
  } finally {
    await server.close();
  }
}

function judgeBoth(row, isolated, plain) {
  row.result = isolated;
  row.problems.push(
    ...judge(isolated).map(problem => `isolated: ${problem}`),
    ...judge(plain, /Cross-Origin-Opener-Policy/).map(problem => `not isolated: ${problem}`),
    ...sameLosses(isolated, plain),
  );
}
