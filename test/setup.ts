import { afterEach } from 'vitest';
import { init, runtimeInfo } from '../src/index.ts';
import type { Variant } from '../src/runtime/binaries.ts';
import { runtime } from '../src/runtime/init.ts';
import { guardAllocator } from './guard.ts';

// Before each test file: the project's binary and threads, which share whatever has more than one block, and guard bytes around
// every block of its memory, checked after every test.
const threads = Number(process.env.CONVASM_THREADS);
await init({ variant: process.env.CONVASM_VARIANT as Variant, threads });
const { pool } = runtime();
if ((pool?.threads ?? 1) !== threads) throw new Error(`there are not ${threads} threads: ${runtimeInfo().threadsOff}`);
if (pool) pool.limits = { ...pool.limits, share: 0, wake: 0, claim: 0, rest: 0 };
const guards = guardAllocator(runtime());
afterEach(() => guards.check());
