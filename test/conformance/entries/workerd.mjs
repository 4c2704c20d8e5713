// The suite as a Worker: a request with ?options= gets the report.
import * as convasm from 'convasm';
import * as ops from 'convasm/ops';
import { runSuite } from '../suite/suite.mjs';

export default {
  async fetch(request) {
    const options = JSON.parse(new URL(request.url).searchParams.get('options'));
    try {
      return Response.json(await runSuite(convasm, ops, options));
    } catch (error) {
      return Response.json({ error: { name: error.name, message: error.message } });
    }
  },
};
