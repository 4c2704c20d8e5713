// The suite in an engine with a command line: `node entries/command.mjs '{"variant":"simd"}'` prints the report. It does not end the
// process: an engine that stays because of the library's threads is found by the time limit of the one who started it.
import * as convasm from 'convasm';
import * as ops from 'convasm/ops';
import { runSuite } from '../suite/suite.mjs';

console.log(JSON.stringify(await runSuite(convasm, ops, JSON.parse(process.argv[2]))));
