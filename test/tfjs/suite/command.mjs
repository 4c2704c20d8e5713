// Runs the bundle in the Node that runs this: `node command.mjs BUNDLE OPTIONS FILE`, with the options as JSON. The report goes to the
// file, because specs write to the standard output.
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [bundle, options, file] = process.argv.slice(2);
globalThis.suiteOptions = JSON.parse(options);
await import(pathToFileURL(bundle).href);
await globalThis.finished;
writeFileSync(file, JSON.stringify(globalThis.result));
// Workers of specs, and timers that they leave behind, would keep the process.
process.exit();
