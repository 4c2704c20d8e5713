// Tensors, their memory and its growth, scopes.
import { check, equal, throws } from '../check.mjs';
import { numbers } from '../data.mjs';

export const tensors = [
  { name: 'tensor: nested arrays, shapes, toArray, set, clone', run: values },
  { name: 'tensor: float64 keeps 53 bits, float32 rounds', run: precision },
  { name: 'tensor: reshape shares memory', run: reshape },
  { name: 'tensor: channels-last results are read in NCHW order', run: order },
  { name: 'tensor: dispose', run: dispose },
  { name: 'scope: gives memory back, keeps what is returned', run: scopes },
  { name: 'memory: grows, tensors stay, results too', run: growth },
  { name: 'memory: more than there may be is an OutOfMemoryError', run: tooMuch },
];

function values({ convasm: { tensor, zeros } }) {
  const nested = [
    [1, 2, 3],
    [4, 5, 6],
  ];
  const t = tensor(nested);
  equal(t.shape, [2, 3], 'shape');
  equal(t.data, [1, 2, 3, 4, 5, 6], 'data');
  equal(JSON.stringify(t.toArray()), JSON.stringify(nested), 'toArray');
  const copy = t.clone();
  t.set([6, 5, 4, 3, 2, 1]);
  equal(copy.data, [1, 2, 3, 4, 5, 6], 'the clone, after set');
  equal(t.data, [6, 5, 4, 3, 2, 1], 'data after set');
  equal(tensor(copy.data, [3, 2]).toArray()[2], [5, 6], 'a tensor of another one`s data');
  equal(zeros([2, 2]).data, [0, 0, 0, 0], 'zeros');
}

function precision({ convasm: { tensor } }) {
  equal(tensor([1 + 2 ** -52, 0.1], [2], 'float64').data, [1 + 2 ** -52, 0.1], 'float64');
  equal(tensor([1 + 2 ** -52, 0.1]).data, [1, Math.fround(0.1)], 'float32');
}

function reshape({ convasm: { tensor } }) {
  const t = tensor(numbers(24, 31), [2, 3, 4]);
  const flat = t.reshape([4, -1]);
  equal(flat.shape, [4, 6], 'shape');
  t.data[5] = 42;
  equal(flat.data[5], 42, 'what was written through the other tensor');
  t.dispose();
  equal(flat.data[5], 42, 'what is left when the other tensor is gone');
}

function order({ convasm: { tensor }, ops, record }) {
  const x = tensor(numbers(2 * 8 * 6 * 5, 32), [2, 8, 6, 5]);
  const identity = Float32Array.from({ length: 64 }, (_, i) => Number(i % 9 === 0));
  const y = ops.conv2d(x, tensor(identity, [8, 8, 1, 1]), null, { algorithm: 'direct' });
  record(y.data);
  equal(y.data, x.data, 'a convolution with the identity');
}

async function dispose({ convasm: { tensor, DisposedError } }) {
  const t = tensor([1, 2]);
  check(!t.disposed, 'a new tensor is disposed of');
  t.dispose();
  check(t.disposed, 'a tensor is not disposed of after dispose()');
  await throws(() => t.data, DisposedError, /\[2\] has been disposed of/);
  await throws(() => t.dispose(), DisposedError, /disposed of/);
}

function scopes({ convasm: { tensor, zeros, scope, runtimeInfo }, ops }) {
  const { used } = runtimeInfo().memory;
  const kept = scope(() => {
    const x = tensor(numbers(3000, 33), [1, 3, 20, 50]);
    const y = ops.relu(x);
    return { y, list: [zeros([1000])] };
  });
  check(!kept.y.disposed && !kept.list[0].disposed, 'what a scope returns is disposed of');
  check(runtimeInfo().memory.used > used, 'what a scope returns takes no memory');
  kept.y.dispose();
  kept.list[0].dispose();
  equal(runtimeInfo().memory.used, used, 'memory in use after the scope');
}

function growth({ convasm: { tensor, runtimeInfo }, ops, record }) {
  const x = tensor(numbers(32 * 40 * 40, 34), [1, 32, 40, 40]);
  const w = tensor(numbers(32 * 32 * 9, 35), [32, 32, 3, 3]);
  const before = Float32Array.from(ops.conv2d(x, w, null, { padding: 1 }).data);
  const { reserved } = runtimeInfo().memory;
  const many = [];
  const MEBIBYTE = 2 ** 20;
  for (let i = 0; i < 48; i++) {
    many.push(tensor(new Float32Array(MEBIBYTE / 4).fill(i)));
    // With threads, each of them has to see the memory that is new.
    if (i % 16 === 15) equal(ops.conv2d(x, w, null, { padding: 1 }).data, before, `a convolution after ${i} MiB`);
  }
  check(runtimeInfo().memory.reserved >= reserved + 16 * MEBIBYTE, 'the memory did not grow');
  many.forEach((t, i) => {
    equal([t.data[0], t.data[MEBIBYTE / 8], t.data[MEBIBYTE / 4 - 1]], [i, i, i], `tensor ${i}`);
  });
  equal(ops.relu(many[47]).data.at(-1), 47, 'relu of new memory');
  record(before);
}

async function tooMuch({ convasm: { tensor, zeros, runtimeInfo, OutOfMemoryError } }) {
  const t = tensor([1, 2, 3]);
  const { used } = runtimeInfo().memory;
  await throws(
    () => zeros([2 ** 20, 2 ** 13]),
    OutOfMemoryError,
    /^Out of memory: \d+ bytes asked, \d+ in use, \d+ allowed/,
  );
  equal(runtimeInfo().memory.used, used, 'memory in use');
  equal(t.data, [1, 2, 3], 'a tensor made before');
}
