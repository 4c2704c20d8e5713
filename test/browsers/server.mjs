// A static server for pages under test, with the headers that a test wants to see.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, normalize } from 'node:path';
import { pipeline } from 'node:stream';

const TYPES = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** What makes a page cross-origin isolated. Workers' scripts need them as pages do. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/**
 * @typedef {object} ServerOptions
 * @property {Record<string, string>} folders  address prefix -> folder, both ending in a slash: { '/': '/srv/out/' }; the longest prefix wins
 * @property {Record<string, string>} [pages]  address -> HTML, for pages that are no files
 * @property {boolean} [isolated]  whether pages are cross-origin isolated (which threads need). Default false
 * @property {string} [csp]  Content-Security-Policy of every response
 * @property {Record<string, string>} [headers]  more headers for every response
 */

/**
 * Serves on a free port of the loopback interface, which browsers take for a secure context.
 *
 * @param {ServerOptions} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} url: without a slash at the end
 */
export async function serve({ folders, pages = {}, isolated = false, csp, headers = {} }) {
  const common = {
    'Cache-Control': 'no-store',
    'Cross-Origin-Resource-Policy': 'same-origin',
    ...(isolated ? ISOLATION : {}),
    ...(csp ? { 'Content-Security-Policy': csp } : {}),
    ...headers,
  };
  const prefixes = Object.keys(folders).sort((a, b) => b.length - a.length);

  const server = createServer((request, response) => {
    // Normalized, so that no address leads out of its folder.
    const address = normalize(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
    const page = pages[address];
    if (page !== undefined) {
      response.writeHead(200, { ...common, 'Content-Type': TYPES['.html'] }).end(page);
      return;
    }
    const prefix = prefixes.find(start => address.startsWith(start));
    const path =
      prefix && `${folders[prefix]}${address.slice(prefix.length)}${address.endsWith('/') ? 'index.html' : ''}`;
    if (!path || !existsSync(path) || !statSync(path).isFile()) {
      response.writeHead(404, { ...common, 'Content-Type': 'text/plain' }).end(`nothing at ${address}`);
      return;
    }
    response.writeHead(200, { ...common, 'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream' });
    pipeline(createReadStream(path), response, () => {}); // A page that has gone away is no error.
  });

  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
