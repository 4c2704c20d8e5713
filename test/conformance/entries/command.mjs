// The suite in an engine with a command line: `node entries/command.mjs '{"variant":"simd"}'` prints the report. It does not end the
// process, and with `threads: 'auto'` not the threads: an engine that stays because of them is found by the runner's time limit.
import * as convasm from 'convasm';
import * as ops from 'convasm/ops';
import { runSuite } from '../suite/suite.mjs';

const options = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await runSuite(convasm, ops, options, { shutdown: options.threads !== 'auto' })));
