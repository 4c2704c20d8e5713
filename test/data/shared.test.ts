import { describe, expect, it } from 'vitest';
import { ArrayDataset, csvDataset, meanAndDeviation, parseCifar10, parseIdx } from '../../src/index.ts';
import { sharedFile } from '../helpers/shared.ts';

/** How many samples each class has. */
function counts(targets: ArrayLike<number>): number[] {
  const found = new Array<number>(10).fill(0);
  for (const target of Array.from(targets)) found[target] = (found[target] ?? 0) + 1;
  return found;
}

const images = sharedFile('data/mnist/train-images-idx3-ubyte.gz');
describe.skipIf(images.missing)(images.title('MNIST'), () => {
  it('has the mean and deviation that it is known for', async () => {
    const { data, shape } = parseIdx(images.bytes(), 'images', 'uint8');
    const labels = parseIdx(sharedFile('data/mnist/train-labels-idx1-ubyte.gz').bytes(), 'labels', 'uint8');
    expect(shape).toEqual([60000, 28, 28]);
    expect(counts(labels.data)).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    const train = new ArrayDataset({ inputs: data, inputShape: [1, 28, 28], targets: labels.data });
    const { mean, std } = await meanAndDeviation(train);
    expect(mean[0]).toBeCloseTo(0.1307, 4);
    expect(std[0]).toBeCloseTo(0.3081, 4);
  });
});

const cifar = sharedFile('data/cifar10/cifar10_test1000.bin.gz');
describe.skipIf(cifar.missing)(cifar.title('CIFAR-10'), () => {
  it('begins with a cat, two ships and an aeroplane', () => {
    const { inputs, targets } = parseCifar10(cifar.bytes(), 'test batch');
    expect(inputs).toHaveLength(1000 * 3072);
    expect([...targets.subarray(0, 4)]).toEqual([3, 8, 8, 0]);
    expect(counts(targets).every(n => n > 80 && n < 120)).toBe(true);
  });
});

const digits = sharedFile('data/optdigits/optdigits-train-3823.csv.gz');
describe.skipIf(digits.missing)(digits.title('Optical digits'), () => {
  it.each([
    ['train-3823', [376, 389, 380, 389, 387, 376, 377, 387, 380, 382]],
    ['test-1797', [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]],
  ])('%s has as many of each class as its description says, and pixels from 0 to 16', (name, expected) => {
    const text = new TextDecoder().decode(sharedFile(`data/optdigits/optdigits-${name}.csv.gz`).bytes());
    const dataset = csvDataset(text, { label: -1, inputShape: [1, 8, 8], name });
    const { inputs, targets } = dataset.batch(Uint32Array.from({ length: dataset.length }, (_, i) => i));
    expect(counts(targets)).toEqual(expected);
    const seen = [...new Set(inputs)].sort((a, b) => a - b);
    expect(seen).toEqual(Array.from({ length: 17 }, (_, i) => i));
  });
});
