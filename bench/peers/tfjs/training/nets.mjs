// The networks that are trained, and how.

/**
 * @typedef {object} Training
 * @property {string} name
 * @property {number[]} input shape of a sample
 * @property {number[]} widths channels of the convolutions, each with an activation and a pool of 2x2 behind it
 * @property {boolean} norm batch normalisation behind each convolution
 * @property {'adam' | 'momentum'} optimizer
 */

export const BATCH = 32;
export const CLASSES = 10;
/** Steps whose losses are compared. */
export const COMPARED_STEPS = 20;

const MNIST = { input: [28, 28, 1], widths: [8, 16], norm: false };

/** @type {readonly Training[]} */
export const TRAININGS = [
  { name: 'MNIST-like, Adam', ...MNIST, optimizer: 'adam' },
  { name: 'MNIST-like, SGD with momentum', ...MNIST, optimizer: 'momentum' },
  { name: 'CIFAR-like, batch norm, Adam', input: [32, 32, 3], widths: [16, 32], norm: true, optimizer: 'adam' },
];
