// Every script of the package has a source map that leads to a line of its source, so that a stack trace can be read.
import { readdirSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';

/** Modules of base64: a map would hold it once more. */
const UNMAPPED = /^wasm\//;

/** @param {string} dist the folder of the installed package @throws Error naming a script whose map is missing or wrong */
export function checkMaps(dist) {
  const files = readdirSync(dist, { recursive: true });
  const scripts = files.filter(file => file.endsWith('.js') && !UNMAPPED.test(file));
  if (scripts.length === 0) throw new Error(`${dist} has no scripts`);
  for (const file of scripts) {
    const fail = why => new Error(`${file}: ${why}`);
    const text = readFileSync(join(dist, file), 'utf8');
    const [, name] = /^\/\/# sourceMappingURL=(\S+)$/m.exec(text) ?? [];
    if (!name) throw fail('no sourceMappingURL');
    const payload = JSON.parse(readFileSync(join(dist, file, '..', name), 'utf8'));
    if (!payload.sourcesContent?.[0]) throw fail('the map does not hold the source');
    checkLines(text, payload, fail);
  }
  const unmapped = files.filter(file => UNMAPPED.test(file));
  for (const file of unmapped) {
    const text = file.endsWith('.js') ? readFileSync(join(dist, file), 'utf8') : '';
    if (file.endsWith('.map') || text.includes('sourceMappingURL')) throw new Error(`${file}: it should have no map`);
  }
  console.log(`source maps: ${scripts.length} scripts`);
}

/** The name that a line of code declares must stand on the line of the source that the map leads to. */
function checkLines(text, payload, fail) {
  const map = new SourceMap(payload);
  const source = payload.sourcesContent[0].split('\n');
  text.split('\n').forEach((line, i) => {
    const [, name] = /^(?:export )?(?:async )?(?:function\*?|class|const|let) (\w+)/.exec(line) ?? [];
    if (!name) return;
    const { originalLine } = map.findEntry(i, line.indexOf(name));
    if (!source[originalLine]?.includes(name)) {
      throw fail(`line ${i + 1}, ${name}, is led to line ${originalLine + 1}: ${source[originalLine]}`);
    }
  });
}
