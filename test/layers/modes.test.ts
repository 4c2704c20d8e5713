import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Layer, ReLU, Residual, Sequential } from '../../src/index.ts';
import { rememberModes } from '../../src/layers/modes.ts';
import { runs } from '../helpers/property.ts';

it('brings each layer back to its mode, whatever the others are in', () => {
  const modes = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 });
  fc.assert(
    fc.property(modes, modes, (before, between) => {
      const inner = new Sequential([new ReLU(), new ReLU()]);
      const residual = new Residual(inner);
      // Each before those inside it.
      const net = new Sequential([residual, new ReLU()]);
      const layers: Layer[] = [net, residual, inner, ...inner.layers, net.layers[1] as Layer];
      const set = (training: readonly boolean[]) =>
        layers.forEach((layer, i) => {
          if (training[i]) layer.train();
          else layer.eval();
        });
      set(before);
      const restore = rememberModes(net);
      set(between);
      restore();
      expect(layers.map(layer => layer.training)).toEqual(before);
    }),
    runs(50),
  );
});
