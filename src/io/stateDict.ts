import { ArgumentError } from '../errors.ts';
import { Layer } from '../layers/layer.ts';
import { namedTensors } from '../layers/namedLayers.ts';
import type { Tensor } from '../tensor/tensor.ts';

/**
 * All parameters and buffers of a network by the names of PyTorch's `state_dict`: W is 'weight', b 'bias', runningMean
 * 'running_mean', runningVar 'running_var', after the names of the layers on the way and dots, as in '0.weight'. Shapes are those of
 * PyTorch's layers, too, so that a file of it (`encodeSafetensors(stateDict(net))`) is one that PyTorch's `load_state_dict` takes.
 *
 * The tensors are the network's own, no copies. PyTorch's counter 'num_batches_tracked' is not among them: PyTorch counts from 0 where
 * a file has none.
 *
 * @throws ArgumentError if two tensors have one name
 */
export function stateDict(net: Layer): Record<string, Tensor> {
  if (!(net instanceof Layer)) throw new ArgumentError('net', net, 'a Layer');
  const tensors = new Map<string, Tensor>();
  for (const { prefix, name: own, tensor } of namedTensors(net)) {
    const name = prefix + pytorchName(own);
    if (tensors.has(name)) throw new ArgumentError('net', name, 'a name for each tensor, but two have this one');
    tensors.set(name, tensor);
  }
  return Object.fromEntries(tensors);
}

function pytorchName(name: string): string {
  switch (name) {
    case 'W':
      return 'weight';
    case 'b':
      return 'bias';
    case 'runningMean':
      return 'running_mean';
    case 'runningVar':
      return 'running_var';
    default:
      return name;
  }
}
