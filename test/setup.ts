import { readFileSync } from 'node:fs';
import { afterEach } from 'vitest';
import { init } from '../src/index.ts';
import { runtime } from '../src/runtime/init.ts';
import { guardAllocator } from './guard.ts';

// Before each test file: the project's binary, and guard bytes around every block of its memory, checked after every test.
const name = process.env.CONVASM_BINARY;
const module = await WebAssembly.compile(readFileSync(new URL(`../build/wasm/${name}.wasm`, import.meta.url)));
await init({ module });
const guards = guardAllocator(runtime());
afterEach(() => guards.check());
