import { describe, expect, it } from 'vitest';
import {
  Adam,
  AdamW,
  ArgumentError,
  type Conv2D,
  DisposedError,
  DTypeError,
  ForeignTensorError,
  type Layer,
  Linear,
  type Optimizer,
  type OptimizerState,
  OutOfMemoryError,
  Residual,
  runtimeInfo,
  Sequential,
  SGD,
  ShapeError,
  StateError,
  scope,
  zeros,
} from '../../src/index.ts';
import { expectExactly } from '../helpers/compare.ts';
import { range } from '../helpers/convCases.ts';
import { expectArgumentError, expectError, shown } from '../helpers/errors.ts';
import { withMemoryFor } from '../helpers/memory.ts';
import { made, read } from '../helpers/tensors.ts';
import { paramsOf, smallNet, train } from '../helpers/training.ts';
import { dtypes, random, type Values } from '../helpers/values.ts';

const optimizers: [string, (net: Layer) => Optimizer, kinds: string[]][] = [
  ['SGD', net => new SGD(net, { learningRate: 0.1 }), []],
  ['SGD with momentum', net => new SGD(net, { learningRate: 0.1, momentum: 0.9 }), ['velocity']],
  ['SGD, dampened', net => new SGD(net, { learningRate: 0.1, momentum: 0.9, dampening: 0.5 }), ['velocity']],
  ['Adam', net => new Adam(net, { learningRate: 0.01 }), ['firstMoment', 'secondMoment']],
  ['AdamW', net => new AdamW(net, { learningRate: 0.01 }), ['firstMoment', 'secondMoment']],
];

/** What it gives back when it is disposed of. */
function bytesOf(optimizer: Optimizer): number {
  const { used } = runtimeInfo().memory;
  optimizer.dispose();
  return used - runtimeInfo().memory.used;
}

const parameterNames = ['0.W', '0.b', '4.W', '4.b'];

describe.each(optimizers)('%s', (_, make, kinds) => {
  it.each(dtypes)('goes on from its state to the very same bits, in %s', dtype => {
    const net = smallNet(dtype);
    const optimizer = make(net);
    train(net, optimizer, 4, dtype);
    const state = optimizer.state();
    // As a file would bring it.
    const steps = JSON.parse(JSON.stringify(state.steps)) as OptimizerState['steps'];
    const params = paramsOf(net).map(read);
    const losses = train(net, optimizer, 4, dtype);

    const other = smallNet(dtype, 99);
    paramsOf(other).forEach((param, i) => {
      param.set((params[i] as Values).data);
    });
    const resumed = make(other);
    train(other, resumed, 1, dtype);
    paramsOf(other).forEach((param, i) => {
      param.set((params[i] as Values).data);
    });
    resumed.load({ steps, tensors: state.tensors });
    expect(resumed.steps).toBe(4);
    expect(train(other, resumed, 4, dtype)).toEqual(losses);
    paramsOf(other).forEach((param, i) => {
      expectExactly(param, read(paramsOf(net)[i] as never), `parameter ${i}`);
    });
    const [first, second] = [optimizer.state(), resumed.state()];
    expect(second.steps).toEqual(first.steps);
    for (const [name, tensor] of Object.entries(second.tensors))
      expectExactly(tensor, read(first.tensors[name] as never), name);
  });

  it('tells its kind', () => {
    const optimizer = make(smallNet());
    expect(optimizer.kind).toBe(optimizer.constructor.name);
    // What the kind of an optimizer of one's own is taken from; these do without, since bundlers rename classes.
    expect(Object.hasOwn(Object.getPrototypeOf(optimizer), 'kind')).toBe(true);
  });

  it("names its state after the network's parameters, and gives copies", () => {
    const net = smallNet();
    const optimizer = make(net);
    expect(optimizer.state()).toEqual({ steps: { all: 0, parameters: {} }, tensors: {} });
    train(net, optimizer, 2, 'float32');
    const { steps, tensors } = optimizer.state();
    expect(steps).toEqual({ all: 2, parameters: Object.fromEntries(parameterNames.map(name => [name, 2])) });
    expect(Object.keys(net.params)).toEqual(parameterNames);
    expect(Object.keys(tensors)).toEqual(parameterNames.flatMap(name => kinds.map(kind => `${name}.${kind}`)));
    const copies = Object.values(tensors).map(read);
    train(net, optimizer, 1, 'float32');
    Object.values(tensors).forEach((tensor, i) => {
      expectExactly(tensor, copies[i] as Values);
    });
  });

  it('copies what it loads, and gives all memory back', () => {
    const net = smallNet();
    train(net, make(net), 1, 'float32');
    const { used } = runtimeInfo().memory;
    const optimizer = make(net);
    scope(() => {
      optimizer.step();
      optimizer.load(optimizer.state());
      optimizer.load(optimizer.state());
    });
    optimizer.step();
    expect(optimizer.steps).toBe(2);
    optimizer.dispose();
    expect(optimizer.steps).toBe(0);
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it('keeps what it has for a layer that is frozen for a while, whose parameters and steps stay', () => {
    const net = smallNet();
    const conv = net.layers[0] as Conv2D;
    const optimizer = make(net);
    train(net, optimizer, 2, 'float32');
    const before = { ...conv.params };
    const values = Object.values(before).map(read);
    const state = optimizer.state();
    conv.optimizable = false;
    train(net, optimizer, 3, 'float32');
    Object.values(before).forEach((param, i) => {
      expectExactly(param, values[i] as Values);
    });
    const { steps, tensors } = optimizer.state();
    expect(steps).toEqual({ all: 5, parameters: { '0.W': 2, '0.b': 2, '4.W': 5, '4.b': 5 } });
    for (const kind of kinds) {
      expectExactly(tensors[`0.W.${kind}`] as never, read(state.tensors[`0.W.${kind}`] as never));
      expect(read(tensors[`4.W.${kind}`] as never).data).not.toEqual(read(state.tensors[`4.W.${kind}`] as never).data);
    }
  });

  it('begins anew with a parameter that takes the place of another, and gives back what that one had', () => {
    const net = smallNet();
    const conv = net.layers[0] as Conv2D;
    const optimizer = make(net);
    train(net, optimizer, 2, 'float32');
    conv.filters.dispose();
    conv.filters = made(random([4, 1, 3, 3], 77, 'float32'));
    train(net, optimizer, 1, 'float32');
    expect(optimizer.state().steps.parameters).toEqual({ '0.W': 1, '0.b': 3, '4.W': 3, '4.b': 3 });
    const fresh = make(net);
    fresh.step();
    expect(bytesOf(optimizer)).toBe(bytesOf(fresh));
  });

  it('refuses a step without any gradient, and does nothing then', () => {
    const net = smallNet();
    const optimizer = make(net);
    expectError(() => optimizer.step(), StateError, 'backward');
    expect(optimizer.steps).toBe(0);
  });

  it('takes a learning rate of 0 from a schedule, and then changes no parameter', () => {
    const net = smallNet();
    const optimizer = make(net);
    train(net, optimizer, 1, 'float32');
    const before = paramsOf(net).map(read);
    optimizer.learningRate = 0;
    optimizer.step();
    paramsOf(net).forEach((param, i) => {
      expectExactly(param, before[i] as Values);
    });
    for (const value of [-0.1, Number.NaN, Number.POSITIVE_INFINITY, '0.1'])
      expectArgumentError(
        () => {
          optimizer.learningRate = value as number;
        },
        ArgumentError,
        'learningRate',
        shown(value),
      );
  });
});

describe('names', () => {
  it('in the state are those of the network, in lists and in residual connections', () => {
    const net = new Sequential([
      new Residual(
        new Sequential([new Linear({ inFeatures: 3, outFeatures: 3 })]),
        new Linear({ inFeatures: 3, outFeatures: 3 }),
      ),
      new Linear({ inFeatures: 3, outFeatures: 2 }),
    ]);
    const optimizer = new SGD(net, { learningRate: 0.1, momentum: 0.9 });
    const y = net.forward(zeros([2, 3]));
    net.backward(zeros(y.shape));
    optimizer.step();
    const names = Object.keys(net.params);
    expect(names).toContain('0.body.0.W');
    expect(Object.keys(optimizer.state().steps.parameters)).toEqual(names);
  });
});

describe('without memory', () => {
  // Two moments for each of four parameters.
  it.each(range(0, 7))('for more than %i tensors, step changes no parameter, and goes on when there is some', count => {
    const net = smallNet();
    train(net, new SGD(net, { learningRate: 0.1 }), 1, 'float32');
    const before = paramsOf(net).map(read);
    const optimizer = new Adam(net);
    const { used } = runtimeInfo().memory;
    withMemoryFor(count, () => expectError(() => optimizer.step(), OutOfMemoryError));
    paramsOf(net).forEach((param, i) => {
      expectExactly(param, before[i] as Values);
    });
    expect(optimizer.state()).toEqual({ steps: { all: 0, parameters: {} }, tensors: {} });
    optimizer.step();
    expect(optimizer.steps).toBe(1);
    optimizer.dispose();
    expect(runtimeInfo().memory.used).toBe(used);
  });

  it.each(range(0, 7))('for more than %i tensors, state and load give back what they took', count => {
    const net = smallNet();
    const optimizer = new Adam(net);
    train(net, optimizer, 2, 'float32');
    scope(() => {
      const state = optimizer.state();
      const { used } = runtimeInfo().memory;
      withMemoryFor(count, () => expectError(() => optimizer.state(), OutOfMemoryError));
      withMemoryFor(count, () => expectError(() => optimizer.load(state), OutOfMemoryError));
      expect(runtimeInfo().memory.used).toBe(used);
      const { steps, tensors } = optimizer.state();
      expect(steps).toEqual(state.steps);
      for (const [name, tensor] of Object.entries(tensors)) expectExactly(tensor, read(state.tensors[name] as never));
    });
  });
});

describe('load', () => {
  const trained = () => {
    const net = smallNet();
    const optimizer = new Adam(net);
    train(net, optimizer, 2, 'float32');
    return { net, optimizer };
  };

  /** `load` throws, and the optimizer is as it was. */
  function expectRefused(change: (state: OptimizerState) => unknown, refused: (load: () => void) => void): void {
    const { optimizer } = trained();
    const before = optimizer.state();
    refused(() => optimizer.load(change(optimizer.state()) as OptimizerState));
    const { steps, tensors } = optimizer.state();
    expect(steps).toEqual(before.steps);
    for (const [name, tensor] of Object.entries(tensors)) expectExactly(tensor, read(before.tensors[name] as never));
  }

  it.each([undefined, null, 1, {}, { steps: {}, tensors: {} }, { steps: { all: 1, parameters: {} } }])(
    'refuses %j for a state',
    state =>
      expectRefused(
        () => state,
        load => expectArgumentError(load, ArgumentError, 'state', 'state()'),
      ),
  );

  it.each([-1, 0.5, '2', undefined])('refuses %s for the number of steps', all =>
    expectRefused(
      ({ steps, tensors }) => ({ steps: { ...steps, all }, tensors }),
      load => expectArgumentError(load, ArgumentError, 'state.steps.all', shown(all)),
    ),
  );

  it.each([-1, 0, 0.5, '2'])('refuses %s for the steps of a parameter', count =>
    expectRefused(
      ({ steps, tensors }) => ({ steps: { ...steps, parameters: { ...steps.parameters, '0.W': count } }, tensors }),
      load => expectError(load, ArgumentError, "state.steps.parameters['0.W']", shown(count)),
    ),
  );

  it('refuses a parameter that the network has not, and names those that it has', () =>
    expectRefused(
      ({ steps, tensors }) => ({ steps: { ...steps, parameters: { '7.W': 1 } }, tensors }),
      load => expectError(load, ArgumentError, 'state.steps.parameters', '7.W', '0.W, 0.b, 4.W, 4.b'),
    ));

  const name = '0.W.secondMoment';
  const withTensor = (tensor: unknown) => (state: OptimizerState) => ({
    ...state,
    tensors: { ...state.tensors, [name]: tensor },
  });

  it('refuses a tensor of another shape or dtype, disposed, foreign, left out or too many', () => {
    const gone = zeros([4, 1, 3, 3]);
    gone.dispose();
    expectRefused(withTensor(zeros([4, 9])), load => expectError(load, ShapeError, name, '[4, 9]', '[4, 1, 3, 3]'));
    expectRefused(withTensor(zeros([4, 1, 3, 3], 'float64')), load =>
      expectError(load, DTypeError, name, 'float64', 'float32'),
    );
    expectRefused(withTensor(gone), load => expectError(load, DisposedError, name));
    expectRefused(withTensor([1]), load => expectError(load, ForeignTensorError, name));
    expectRefused(withTensor(undefined), load => expectError(load, ArgumentError, name));
    expectRefused(
      ({ steps, tensors }) => ({ steps, tensors: { ...tensors, '0.W.velocity': zeros([4, 1, 3, 3]) } }),
      load => expectError(load, ArgumentError, 'state.tensors', '0.W.velocity', name),
    );
  });

  it('refuses the state of an optimizer of another kind', () => {
    const { net, optimizer } = trained();
    const other = new SGD(net, { learningRate: 0.1 });
    expectError(() => other.load(optimizer.state()), ArgumentError, 'state.tensors', 'firstMoment');
  });
});

describe('names of parameters', () => {
  it('are those of the params of a Sequential, nested ones too, and of a layer by itself', () => {
    const linear = () => new Linear({ inFeatures: 2, outFeatures: 2 });
    const names = (net: Layer) => {
      const optimizer = new SGD(net, { learningRate: 0.1 });
      net.forward(zeros([1, 2]));
      net.backward(zeros([1, 2]));
      optimizer.step();
      return Object.keys(optimizer.state().steps.parameters);
    };
    const nested = new Sequential([linear(), new Sequential([linear()])]);
    expect(names(nested)).toEqual(['0.W', '0.b', '1.0.W', '1.0.b']);
    expect(names(nested)).toEqual(Object.keys(nested.params));
    expect(names(linear())).toEqual(['W', 'b']);
  });
});
