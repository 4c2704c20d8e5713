// The suite in a Web Worker: the page sends the options for init, and gets the report.
import * as convasm from '/node_modules/convasm/dist/index.js';
import * as ops from '/node_modules/convasm/dist/ops/index.js';
import { runSuite } from '../suite/suite.mjs';

globalThis.onmessage = async ({ data: options }) => {
  try {
    postMessage(await runSuite(convasm, ops, options));
  } catch (error) {
    postMessage({ error: { name: error.name, message: error.message } });
  }
};
