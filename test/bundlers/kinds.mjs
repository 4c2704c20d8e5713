// Builds a case and runs what was built: pages in Chromium, once isolated and once not, programs in Node.
import { join } from 'node:path';
import { readmeExample } from '../../tools/ci/readme.mjs';
import { serve } from '../browsers/server.mjs';
import { judge, sameLosses } from './judge.mjs';
import { measure } from './sizes.mjs';

const KINDS = { files: runFiles, server: runServer, node: runNode };

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
    const project = places.workspace.makeProject();
    if (one.build) await project.run(one.build);
    if (one.output) row.sizes = measure(join(project.path, one.output));
    await KINDS[one.kind](one, { ...places, project, row, rows });
  } catch (error) {
    row.problems.push(error.stack ?? String(error));
  }
  row.seconds = (performance.now() - start) / 1000;
  return rows;
}

async function runFiles({ output, html }, { workspace, project, browser, row }) {
  const folders = {
    '/': `${join(project.path, output ?? '')}/`,
    '/node_modules/': `${workspace.folder}/node_modules/`,
  };
  const pages = html ? { '/': `<!doctype html><link rel="icon" href="data:,"><body>${html}` } : {};
  const open = async isolated => {
    const server = await serve({ folders, pages, isolated });
    try {
      return await browser.result(`${server.url}/`, { silent: true });
    } finally {
      await server.close();
    }
  };
  await judgeBoth(row, await open(true), await open(false));
}

async function runServer(one, { workspace, project, browser, row, rows }) {
  const { build, start, config, route, name } = one;
  const bare = build ? workspace.makeProject() : project;
  const open = async (where, address = '/') => {
    const server = await where.serve(start);
    try {
      const result = await browser.result(`${server.url}${address}`, { silent: true });
      const answer = route && (await (await fetch(`${server.url}${route}`)).json());
      return { result, answer };
    } finally {
      await server.close();
    }
  };
  // Without a configuration first: a server that is already set up would show nothing.
  if (build) await bare.run(build);
  const plain = await open(bare);
  project.write(config, readmeExample(config));
  if (build) await project.run(build);
  const isolated = await open(project);
  await judgeBoth(row, isolated.result, plain.result);
  if (!route) return;
  const { answer } = isolated;
  rows.push({ ...row, name: `${name}, server route`, sizes: null, result: answer, problems: judge(answer, 2) });
}

async function runNode({ program }, { project, row }) {
  // A program that does not end by itself, because its workers hold it, is an error.
  row.result = JSON.parse(await project.run(['node', program], { seconds: 60 }));
  row.problems.push(...judge(row.result, 2));
}

async function judgeBoth(row, isolated, plain) {
  row.result = isolated;
  row.problems.push(
    ...judge(isolated, 2).map(problem => `isolated: ${problem}`),
    ...judge(plain, 1).map(problem => `not isolated: ${problem}`),
    ...sameLosses(isolated, plain),
  );
}
