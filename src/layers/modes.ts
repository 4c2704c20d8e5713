import type { Layer } from './layer.ts';
import { namedLayers } from './namedLayers.ts';

/** Remembers which layers are in training mode; the function brings each back to what it was. */
export function rememberModes(net: Layer): () => void {
  const modes = [...namedLayers(net)].map(({ layer }) => ({ layer, training: layer.training }));
  return () => {
    // Outer layers first, since they hand it on. Those that are right already stay, with the filters that eval() keeps prepared.
    for (const { layer, training } of modes) {
      if (layer.training === training) continue;
      if (training) layer.train();
      else layer.eval();
    }
  };
}
