import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { InputError } from '../digits/errors.ts';

/** This file runs as build/examples/tfjs/serve.js. */
const root = fileURLToPath(new URL('../../../', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** Makes the page cross-origin isolated, without which it gets no shared memory, and so no threads. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * Bundles the page, and serves it on the loopback interface until `signal` is aborted.
 *
 * @param port 0: any that is free
 * @throws InputError where the port is taken
 */
export async function servePage(
  port: number,
  { signal, onReady }: { signal: AbortSignal; onReady: (url: string) => void },
): Promise<void> {
  const files = await bundlePage();
  const server = createServer(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const file = files.get(pathname === '/' ? 'index.html' : pathname.slice(1));
    const type = TYPES[extname(pathname)] ?? TYPES['.html'];
    const headers = { ...ISOLATION, 'Cache-Control': 'no-store', 'Content-Type': type };
    response.writeHead(file ? 200 : 404, headers).end(file ?? 'There is no such page.');
  });
  try {
    await once(server.listen(port, '127.0.0.1'), 'listening');
  } catch (error) {
    throw new InputError(`cannot serve on port ${port}: ${(error as Error).message}`);
  }
  onReady(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  if (!signal.aborted) await once(signal, 'abort');
  server.close();
  server.closeAllConnections();
}

/** The page's files by their names. What a bundler does for any page that uses convasm: there is nothing special about it. */
async function bundlePage(): Promise<Map<string, Uint8Array>> {
  const page = `${root}examples/tfjs/page/`;
  const { outputFiles } = await build({
    entryPoints: [`${page}main.ts`, `${page}index.html`, `${page}style.css`],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    loader: { '.html': 'copy' },
    outdir: `${root}build/examples/tfjs/bundle`,
    write: false,
    logLevel: 'error',
    // The packages as their users get them, not the sources that this repository's own configuration points to.
    tsconfigRaw: '{}',
  });
  return new Map(outputFiles.map(({ path, contents }) => [basename(path), contents]));
}
