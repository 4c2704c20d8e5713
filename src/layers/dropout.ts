import { ArgumentError } from '../errors.ts';
import { checkDraw, checkProbability, dropout } from '../ops/dropout.ts';
import { checkSeed } from '../random.ts';
import { checkSameShape, type Shape } from '../tensor/shape.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import { kept, Layer } from './layer.ts';
import type { Stage } from './stage.ts';

export interface DropoutLayerOptions {
  /** The share of elements that are dropped, from 0 to below 1. Default 0.5. */
  p?: number;
  /** A whole number; the same seed drops the same elements everywhere. Default: another one each time. */
  seed?: number;
}

/** Where a Dropout stands in its random numbers. */
export interface DropoutState {
  readonly seed: number;
  /** Forward passes in training mode that have drawn from the seed. */
  readonly draws: number;
}

/**
 * Inverted dropout (Srivastava et al., 2014): in training each element is 0 with probability p, else x / (1 - p); in `eval()` it
 * hands x itself on. Each forward drops others; which ones follows from `state` and the element's place alone, whatever the number of
 * threads.
 */
export class Dropout extends Layer {
  readonly p: number;
  #state: DropoutState;
  #drawn: { readonly shape: Shape; readonly seed: number; readonly draw: number } | null = null;

  /** @throws ArgumentError */
  constructor(options: DropoutLayerOptions = {}) {
    super();
    this.p = checkProbability(options.p ?? 0.5);
    this.#state = { seed: checkSeed('seed', options.seed ?? Math.floor(Math.random() * 2 ** 32)), draws: 0 };
  }

  /** To be saved, and set again for the same elements to be dropped. */
  override get state(): DropoutState {
    return this.#state;
  }

  /** @throws ArgumentError */
  override set state(value: DropoutState) {
    if (typeof value !== 'object' || value === null) throw new ArgumentError('state', value, '{ seed, draws }');
    this.#state = { seed: checkSeed('state.seed', value.seed), draws: checkDraw('state.draws', value.draws) };
  }

  override forward(x: Tensor): Tensor {
    if (!this.training) {
      checkTensor('x', x);
      this.#drawn = null;
      return x;
    }
    const { seed, draws } = this.#state;
    const y = dropout(x, { p: this.p, seed, draw: draws });
    this.#drawn = { shape: x.shape, seed, draw: draws };
    this.#state = { seed, draws: draws + 1 };
    return y;
  }

  /** In `eval()` it is a sequence of no layers. @internal */
  override get stage(): Stage {
    if (this.training) return { run: x => this.forward(x) };
    return {
      forget: () => {
        this.#drawn = null;
      },
    };
  }

  override backward(dy: Tensor): Tensor {
    const { shape, ...drawn } = kept(this, this.#drawn);
    checkTensor('dy', dy);
    checkSameShape('dy', dy.shape, shape);
    return dropout(dy, { p: this.p, ...drawn });
  }
}
