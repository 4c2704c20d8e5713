// Typed errors: each names what was wrong.
import { check, equal, throws } from '../check.mjs';

export const errors = [
  { name: 'errors: ShapeError', run: shapes },
  { name: 'errors: DTypeError', run: dtypes },
  { name: 'errors: ArgumentError', run: argumentErrors },
  { name: 'errors: ForeignTensorError, StateError', run: others },
  { name: 'errors: all are ConvasmError, with names of their own', run: classes },
];

async function shapes({ convasm: { tensor, zeros, ShapeError }, ops }) {
  await throws(() => tensor([[1, 2], [3]]), ShapeError, /row of 1/);
  await throws(() => tensor([1, 2, 3], [2, 2]), ShapeError, /4 numbers/);
  await throws(() => ops.conv2d(zeros([1, 3, 8, 8]), zeros([4, 2, 3, 3])), ShapeError, /^x: .*2 channels/);
  await throws(() => ops.relu(zeros([2, 2]), { out: zeros([2, 3]) }), ShapeError, /^out: /);
}

async function dtypes({ convasm: { zeros, DTypeError }, ops }) {
  const [x, w] = [zeros([1, 2, 5, 5]), zeros([2, 2, 3, 3], 'float64')];
  await throws(() => ops.conv2d(x, w), DTypeError, /^w: got "float64", expected float32/);
  await throws(() => zeros([2], 'float16'), DTypeError, /^dtype: /);
}

async function argumentErrors({ convasm: { Conv2D, zeros, ArgumentError }, ops }) {
  const bad = { inChannels: 3, outChannels: 4, kernelSize: 3, groups: 2 };
  await throws(() => new Conv2D(bad), ArgumentError, /^groups: got 2/);
  const [x, w] = [zeros([1, 2, 8, 8]), zeros([2, 2, 5, 5])];
  await throws(() => ops.conv2d(x, w, null, { algorithm: 'winograd4' }), ArgumentError, /^algorithm: /);
  await throws(() => ops.softmaxCrossEntropy(zeros([1, 3]), Int32Array.of(3)), ArgumentError, /^labels\[0\]: got 3/);
}

async function others({ convasm: { ReLU, ForeignTensorError, StateError, zeros }, ops }) {
  await throws(() => ops.relu({ shape: [1], data: [1] }), ForeignTensorError, /^x: expected a Tensor/);
  await throws(() => new ReLU().backward(zeros([1])), StateError, /forward/);
}

function classes({ convasm }) {
  const names = Object.keys(convasm).filter(name => name.endsWith('Error'));
  check(names.length >= 10, `${names.length} classes of errors, expected at least 10`);
  for (const name of names) {
    const { prototype } = convasm[name];
    check(prototype instanceof Error, `${name} is no Error`);
    check(name === 'ConvasmError' || prototype instanceof convasm.ConvasmError, `${name} is no ConvasmError`);
  }
  equal(new convasm.ShapeError('x', [1], 'two').name, 'ShapeError', 'name');
}
