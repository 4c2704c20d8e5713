// A worker of one's own, as init({ worker }) takes it, for Web Workers and worker_threads: runs the package's script, and tells
// when it computes. Imports have to be static: a message that comes while a worker waits for import() finds no listener.
import './counting.mjs';
import '../node_modules/convasm/dist/worker.js';
