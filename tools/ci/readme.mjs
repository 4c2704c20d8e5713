// The README's examples, so that what is tested is what is read.
import { readFileSync } from 'node:fs';

/**
 * The text of an example: the first, or the one whose first line names the file.
 *
 * @param {string} [file] such as 'vite.config.js'
 * @throws Error where the README has no such example
 */
export function readmeExample(file) {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const examples = [...text.matchAll(/```js\n([\s\S]*?)```/g)].map(([, example]) => example);
  const found = file ? examples.find(example => example.startsWith(`// ${file}\n`)) : examples[0];
  if (!found) throw new Error(`the README has no example${file ? ` that begins with // ${file}` : ''}`);
  return found;
}
