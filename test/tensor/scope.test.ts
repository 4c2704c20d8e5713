import { describe, expect, it } from 'vitest';
import {
  Conv2D,
  Flatten,
  Linear,
  MaxPool2D,
  normal,
  ReLU,
  runtimeInfo,
  Sequential,
  SGD,
  SoftmaxCrossEntropy,
  scope,
  type Tensor,
  tensor,
  zeros,
} from '../../src/index.ts';
import { made } from '../helpers/tensors.ts';
import { random } from '../helpers/values.ts';

const used = (): number => runtimeInfo().memory.used;

describe('scope', () => {
  it('returns what its function returns', () => {
    expect(scope(() => 42)).toBe(42);
    expect(scope(() => undefined)).toBeUndefined();
  });

  it('frees all that was made in it', () => {
    const before = used();
    const made: Tensor[] = [];
    scope(() => {
      for (let i = 0; i < 5; i++) made.push(zeros([100]));
      made.push((made[0] as Tensor).clone(), (made[0] as Tensor).reshape([10, 10]));
    });
    expect(made.map(t => t.disposed)).toEqual(made.map(() => true));
    expect(used()).toBe(before);
  });

  it.each<[string, (t: Tensor[]) => unknown]>([
    ['a tensor', ([a]) => a],
    ['an array', ([a, b]) => [a, b]],
    ['an object', ([a, b]) => ({ a, b })],
    ['nested arrays and objects', ([a, b]) => ({ list: [[a], { b }], other: 1, none: null, text: 'x' })],
  ])('keeps what is returned: %s', (_, choose) => {
    const made: Tensor[] = [];
    scope(() => {
      made.push(tensor([1]), tensor([2]), tensor([3]));
      return choose(made);
    });
    const returned = [choose(made)].flat().length === 1 && choose(made) === made[0] ? 1 : 2;
    expect(made.map(t => t.disposed)).toEqual(made.map((_, i) => i >= returned));
    for (const t of made) t[Symbol.dispose]();
  });

  it('leaves alone what was made before it', () => {
    const outside = tensor([1]);
    scope(() => {
      outside.clone();
    });
    expect([...outside.data]).toEqual([1]);
    expect(scope(() => outside)).toBe(outside);
    expect(outside.disposed).toBe(false);
  });

  it('lets its function dispose of tensors itself', () => {
    const before = used();
    scope(() => zeros([10]).dispose());
    expect(used()).toBe(before);
  });

  it('nested: what the inner one returns belongs to the outer one', () => {
    let inner: Tensor | undefined;
    let lost: Tensor | undefined;
    const kept = scope(() => {
      inner = scope(() => {
        lost = tensor([1]);
        return tensor([2]);
      });
      expect([lost?.disposed, inner.disposed]).toEqual([true, false]);
      return tensor([3]);
    });
    expect([inner?.disposed, kept.disposed]).toEqual([true, false]);
    kept.dispose();
  });

  it('frees all when its function throws, and passes the error on', () => {
    const before = used();
    const error = new Error('mine');
    let made: Tensor | undefined;
    expect(() =>
      scope(() => {
        made = zeros([100]);
        throw error;
      }),
    ).toThrow(error);
    expect(made?.disposed).toBe(true);
    expect(used()).toBe(before);
    const after = zeros([1]);
    expect(after.disposed).toBe(false);
  });

  it('is closed after an error: what is made next belongs to nobody', () => {
    expect(() =>
      scope(() =>
        scope(() => {
          throw new Error('mine');
        }),
      ),
    ).toThrow('mine');
    const t = zeros([1]);
    scope(() => 0);
    expect(t.disposed).toBe(false);
  });

  it('takes a result that holds itself', () => {
    const ring: { self?: unknown; t?: Tensor } = {};
    ring.self = ring;
    const { t } = scope(() => {
      ring.t = zeros([1]);
      return ring;
    });
    expect(t?.disposed).toBe(false);
  });

  it('refuses an async function, for it would free too early', () => {
    expect(() => scope(async () => zeros([1]))).toThrow(/synchronous/);
  });
});

describe('leaks', () => {
  const net = (): Sequential =>
    new Sequential([
      new Conv2D({ inChannels: 1, outChannels: 2, kernelSize: 3, initializer: normal({ std: 0.1, seed: 1 }) }),
      new ReLU(),
      new MaxPool2D({ kernelSize: 2 }),
      new Flatten(),
      new Linear({ inFeatures: 2, outFeatures: 2 }),
    ]);
  const labels = Int32Array.of(0, 1);
  const numbers = random([2, 1, 4, 4], 1, 'float32');

  it('10,000 training steps in scopes leave the memory where step 2 left it', () => {
    const [model, loss] = [net(), new SoftmaxCrossEntropy()];
    const optimizer = new SGD(model, { learningRate: 0.01, momentum: 0.9 });
    let second = runtimeInfo().memory;
    for (let step = 1; step <= 10_000; step++) {
      scope(() => {
        loss.forward(model.forward(made(numbers)), labels);
        model.backward(loss.backward());
        optimizer.step();
      });
      if (step === 2) second = runtimeInfo().memory;
    }
    expect(runtimeInfo().memory).toEqual(second);
  });

  it('10,000 training steps without scopes, which dispose of what they got, do, too', () => {
    const [model, loss] = [net(), new SoftmaxCrossEntropy()];
    const optimizer = new SGD(model, { learningRate: 0.01, momentum: 0.9 });
    let second = runtimeInfo().memory;
    for (let step = 1; step <= 10_000; step++) {
      const x = made(numbers);
      const y = model.forward(x);
      loss.forward(y, labels);
      const dy = loss.backward();
      const dx = model.backward(dy);
      optimizer.step();
      for (const t of [x, y, dy, dx]) t.dispose();
      if (step === 2) second = runtimeInfo().memory;
    }
    expect(runtimeInfo().memory).toEqual(second);
  });

  it('making and disposing of a net, its loss and its optimizer leaves nothing behind', () => {
    const run = (): void => {
      const [model, loss] = [net(), new SoftmaxCrossEntropy()];
      const optimizer = new SGD(model, { learningRate: 0.01, momentum: 0.9 });
      scope(() => {
        loss.forward(model.forward(made(numbers)), labels);
        model.backward(loss.backward());
        optimizer.step();
      });
      model.dispose();
      loss.dispose();
      optimizer.dispose();
    };
    run();
    const before = used();
    for (let i = 0; i < 20; i++) run();
    expect(used()).toBe(before);
  });
});
