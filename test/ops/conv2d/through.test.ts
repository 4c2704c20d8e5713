import { describe, expect, it } from 'vitest';
import { ArgumentError, ShapeError, scope } from '../../../src/index.ts';
import { conv2dInputGrad } from '../../../src/ops/index.ts';
import { range } from '../../helpers/convCases.ts';
import { expectArgumentError, expectError } from '../../helpers/errors.ts';
import { formats, made, read } from '../../helpers/tensors.ts';
import { dtypes, random } from '../../helpers/values.ts';

const LIMITS = { relu: [0, Number.NaN], relu6: [0, 6] } as const;

interface Layer {
  readonly channels: number;
  readonly outChannels: number;
  readonly width: number;
  readonly options: object;
}

const dense = (channels: number, width: number, options: object): Layer => ({
  channels,
  outChannels: 5,
  width,
  options,
});

/** Widths and channels below, at and above the tiles of every algorithm. */
const layers: readonly Layer[] = [
  ...(['direct', 'planar', 'winograd2', 'winograd4'] as const).flatMap(algorithm => [
    ...range(1, 17).map(channels => dense(channels, 5, { algorithm, padding: 1 })),
    ...range(3, 14).map(width => dense(3, width, { algorithm, padding: 1 })),
  ]),
  ...(['direct', 'planar'] as const).map(algorithm => dense(9, 7, { algorithm, stride: 2, padding: [0, 1, 1, 0] })),
  { channels: 6, outChannels: 4, width: 9, options: { groups: 2, padding: 1 } },
  ...(['direct', 'planar'] as const).flatMap(algorithm =>
    range(2, 17).map(channels => ({
      channels,
      outChannels: channels,
      width: 6,
      options: { algorithm, groups: channels, padding: 1 },
    })),
  ),
];

describe.each(dtypes)('conv2dInputGrad through an activation, %s', dtype => {
  it.each(['relu', 'relu6'] as const)(
    'is the gradient where the derivative of %s is 1, and zero elsewhere',
    activation => {
      const [lower, upper] = LIMITS[activation];
      const end = activation === 'relu' ? Number.POSITIVE_INFINITY : upper;
      for (const { channels, outChannels, width, options } of layers) {
        scope(() => {
          const shape = [2, channels, 4, width] as const;
          const { groups = 1, stride = 1 } = options as { groups?: number; stride?: number };
          const w = made(random([outChannels, channels / groups, 3, 3], 1), dtype);
          const size = (n: number) => (stride === 1 ? n : Math.floor((n - 2) / 2) + 1);
          const dy = made(random([2, outChannels, size(4), size(width)], 2), dtype);
          const plain = read(conv2dInputGrad(dy, w, shape, options)).data;
          // From -4 to 12, and exactly at both ends.
          const output = random(shape, 3);
          output.data.forEach((v, i) => {
            output.data[i] = i % 7 === 0 ? lower : i % 7 === 3 ? end : 8 * v + 4;
          });
          for (const format of formats) {
            const through = { activation, output: made(output, dtype, format) };
            const masked = read(conv2dInputGrad(dy, w, shape, { ...options, through }));
            const values = read(through.output).data;
            const expected = Array.from(plain, (v, i) => {
              const at = values[i] as number;
              return at > lower && !(at >= upper) ? v : 0;
            });
            expect(Array.from(masked.data), `${channels} channels, width ${width}, ${JSON.stringify(options)}`).toEqual(
              expected,
            );
          }
        });
      }
    },
  );
});

describe('conv2dInputGrad through an activation', () => {
  it('refuses an activation it does not know, and an output of another shape', () => {
    scope(() => {
      const w = made(random([1, 1, 3, 3], 1), 'float32');
      const dy = made(random([1, 1, 1, 1], 2), 'float32');
      const output = made(random([1, 1, 3, 3], 3), 'float32');
      const call = (through: object) => () => conv2dInputGrad(dy, w, [1, 1, 3, 3], { through } as object);
      expectArgumentError(
        call({ activation: 'tanh', output }),
        ArgumentError,
        'through.activation',
        "'relu' or 'relu6'",
      );
      expectArgumentError(call({ output }), ArgumentError, 'through');
      expectArgumentError(call({ activation: 'relu' }), ArgumentError, 'through');
      expectError(call({ activation: 'relu', output: dy }), ShapeError);
    });
  });
});
