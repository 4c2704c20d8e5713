import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  BatchNorm2D,
  Conv2D,
  ConvTranspose2D,
  DepthwiseConv2D,
  Dropout,
  Flatten,
  Layer,
  Linear,
  MaxPool2D,
  ReLU,
  Residual,
  runtimeInfo,
  Sequential,
  ShapeError,
  summary,
  type Tensor,
} from '../../src/index.ts';
import { expectArgumentError } from '../helpers/errors.ts';

const conv = (inChannels: number, outChannels: number) =>
  new Conv2D({ inChannels, outChannels, kernelSize: 3, padding: 1 });

const modern = () =>
  new Sequential([
    conv(1, 8),
    new BatchNorm2D({ channels: 8 }),
    new ReLU(),
    new MaxPool2D({ kernelSize: 2 }),
    new Residual(new Sequential([conv(8, 8), new Dropout({ seed: 1 })])),
    new Flatten(),
    new Linear({ inFeatures: 8 * 14 * 14, outFeatures: 10 }),
  ]);

describe('summary', () => {
  it('has a row for each layer, with shape, parameters and multiplications', () => {
    const { rows, ...totals } = summary(modern(), [1, 28, 28]);
    const row = (path: string, type: string, outputShape: number[], parameters: number, macs: number) => ({
      path,
      type,
      depth: path === '' ? 0 : path.split('.').length,
      outputShape,
      parameters,
      macs,
    });
    const inner = 8 * 8 * 9 + 8;
    const innerMacs = 14 * 14 * 8 * 8 * 9;
    expect(rows).toEqual([
      row('', 'Sequential', [10], 80 + 16 + inner + 15690, 28 * 28 * 72 + innerMacs + 15680),
      row('0', 'Conv2D', [8, 28, 28], 80, 28 * 28 * 72),
      row('1', 'BatchNorm2D', [8, 28, 28], 16, 0),
      row('2', 'ReLU', [8, 28, 28], 0, 0),
      row('3', 'MaxPool2D', [8, 14, 14], 0, 0),
      row('4', 'Residual', [8, 14, 14], inner, innerMacs),
      row('4.body', 'Sequential', [8, 14, 14], inner, innerMacs),
      row('4.body.0', 'Conv2D', [8, 14, 14], inner, innerMacs),
      row('4.body.1', 'Dropout', [8, 14, 14], 0, 0),
      row('5', 'Flatten', [1568], 0, 0),
      row('6', 'Linear', [10], 15690, 15680),
    ]);
    expect(totals).toMatchObject({
      inputShape: [1, 28, 28],
      parameters: 80 + 16 + inner + 15690,
      trainable: 80 + 16 + inner + 15690,
      frozen: 0,
      macs: 28 * 28 * 72 + innerMacs + 15680,
      parameterBytes: 4 * (80 + 16 + inner + 15690),
      // The input, three large images, those of pool, convolution and sum, the output.
      activationBytes: 4 * (784 + 3 * 8 * 784 + 3 * 8 * 196 + 10),
    });
  });

  it('prints a table', () => {
    const net = modern();
    (net.layers[0] as Layer).optimizable = false;
    expect(String(summary(net, [1, 28, 28])).split('\n')).toEqual([
      'Layer                     Output  Parameters     MACs',
      '-----------------------------------------------------',
      'input                1 x 28 x 28',
      'Sequential                    10      16,370  185,024',
      '  0 Conv2D           8 x 28 x 28          80   56,448',
      '  1 BatchNorm2D      8 x 28 x 28          16',
      '  2 ReLU             8 x 28 x 28',
      '  3 MaxPool2D        8 x 14 x 14',
      '  4 Residual         8 x 14 x 14         584  112,896',
      '    body Sequential  8 x 14 x 14         584  112,896',
      '      0 Conv2D       8 x 14 x 14         584  112,896',
      '      1 Dropout      8 x 14 x 14',
      '  5 Flatten                 1568',
      '  6 Linear                    10      15,690   15,680',
      '-----------------------------------------------------',
      'Parameters: 16,290 trainable, 80 frozen, 65.5 kB',
      'For each sample: 185,024 MACs, 97.3 kB of activations',
    ]);
  });

  it('counts depthwise, grouped, strided and transposed convolutions by their definition', () => {
    const macs = (layer: Layer, shape: number[]) => summary(layer, shape).macs;
    expect(macs(new DepthwiseConv2D({ channels: 4, kernelSize: 3, multiplier: 2 }), [4, 8, 9])).toBe(8 * 6 * 7 * 9);
    const grouped = new Conv2D({
      inChannels: 4,
      outChannels: 6,
      kernelSize: [3, 1],
      groups: 2,
      stride: 2,
      bias: false,
    });
    expect(macs(grouped, [4, 9, 9])).toBe(6 * 4 * 5 * (2 * 3));
    const transposed = new ConvTranspose2D({ inChannels: 3, outChannels: 5, kernelSize: 2, stride: 2 });
    expect(macs(transposed, [3, 4, 4])).toBe(3 * 16 * 5 * 4);
    expect(summary(transposed, [3, 4, 4]).rows[0]?.outputShape).toEqual([5, 8, 8]);
  });

  it('counts what is shared once, and calls as often as they are made', () => {
    const shared = new Linear({ inFeatures: 3, outFeatures: 3, bias: false, dtype: 'float64' });
    const { rows, parameters, parameterBytes, macs } = summary(new Sequential([shared, new ReLU(), shared]), [3]);
    expect({ parameters, parameterBytes, macs }).toEqual({ parameters: 9, parameterBytes: 72, macs: 18 });
    expect(rows.map(row => row.parameters)).toEqual([9, 9, 0, 9]);
  });

  it('takes the element type of a network that has buffers alone', () => {
    const norm = new BatchNorm2D({ channels: 2, affine: false, dtype: 'float64' });
    expect(summary(new Sequential([new ReLU(), norm]), [2, 3, 3])).toMatchObject({
      parameters: 0,
      activationBytes: 432,
    });
  });

  it('shows layers that the network does not use', () => {
    class Half extends Layer {
      readonly used = new ReLU();
      override get namedChildren() {
        return [['used', this.used] as const, ['spare', new Flatten()] as const];
      }
      override forward(x: Tensor): Tensor {
        return this.used.forward(x);
      }
      override backward(dy: Tensor): Tensor {
        return this.used.backward(dy);
      }
    }
    const made = summary(new Half(), [3]);
    expect(made.rows.map(({ path, outputShape }) => [path, outputShape])).toEqual([
      ['', [3]],
      ['used', [3]],
      ['spare', null],
    ]);
    expect(String(made)).toMatch(/spare Flatten +unused/);
  });

  it('changes nothing', () => {
    const net = modern();
    const [norm, dropout] = [net.layers[1] as BatchNorm2D, (net.layers[4] as Residual).body.children[1] as Dropout];
    norm.eval();
    const { used } = runtimeInfo().memory;
    summary(net, [1, 28, 28]);
    expect(runtimeInfo().memory.used).toBe(used);
    expect([...norm.runningMean.data, ...norm.runningVar.data]).toEqual([...Array(8).fill(0), ...Array(8).fill(1)]);
    expect(dropout.state.draws).toBe(0);
    expect([net.training, norm.training, dropout.training]).toEqual([true, false, true]);
    expect(Object.hasOwn(norm, 'forward')).toBe(false);
  });

  it('leaves all as it was when a layer refuses the input', () => {
    const net = modern();
    const { used } = runtimeInfo().memory;
    const own = net.layers[2] as Layer;
    const forward = own.forward.bind(own);
    own.forward = forward;
    expectArgumentError(() => summary(net, [2, 28, 28]), ShapeError, 'x', '[1, 2, 28, 28]');
    expect(runtimeInfo().memory.used).toBe(used);
    expect(net.training).toBe(true);
    expect(own.forward).toBe(forward);
    expect(Object.hasOwn(net, 'forward')).toBe(false);
  });

  it('refuses what is no network and no shape', () => {
    expectArgumentError(() => summary({} as never, [1]), ArgumentError, 'net');
    expectArgumentError(() => summary(modern(), [1, 0]), ShapeError, 'inputShape');
    expectArgumentError(() => summary(modern(), 28 as never), ShapeError, 'inputShape');
  });
});
