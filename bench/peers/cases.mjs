import {
  filterGradElement,
  filterShape,
  flopsOf,
  forwardElement,
  inputGradElement,
  inputShape,
  outputShape,
  randomValues,
  SHAPES,
} from './own.mjs';

/** @typedef {import('../shapes.ts').ConvShape} ConvShape */
/** @typedef {import('../check.ts').HostOperands} HostOperands */
/** @typedef {'forward' | 'inputGrad' | 'filterGrad'} Operation */

/**
 * One operation on one shape: a row of a table.
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {Operation} operation
 * @property {ConvShape} shape
 * @property {number} flops
 * @property {HostOperands} host
 * @property {import('../check.ts').ElementOf} element the exact value of an element of the result
 */

/** @type {Readonly<Record<Operation, import('../check.ts').ElementOf>>} */
const ELEMENTS = { forward: forwardElement, inputGrad: inputGradElement, filterGrad: filterGradElement };

export const OPERATIONS = /** @type {Operation[]} */ (Object.keys(ELEMENTS));

/**
 * The cases whose names have all words of `filter`, any case.
 *
 * @param {string} filter
 * @returns {Case[]}
 */
export function selectCases(filter) {
  const words = filter.toLowerCase().split(/\s+/);
  const named = OPERATIONS.flatMap(operation =>
    SHAPES.map(shape => ({ operation, shape, name: `${operation} ${shape.name}` })),
  );
  const chosen = named.filter(({ name }) => words.every(word => name.toLowerCase().includes(word)));
  /** @type {Map<ConvShape, HostOperands>} */
  const operands = new Map();
  return chosen.map(({ operation, shape, name }) => {
    const host = operands.get(shape) ?? makeOperands(shape);
    operands.set(shape, host);
    return { name, operation, shape, flops: flopsOf(shape), host, element: ELEMENTS[operation] };
  });
}

/** @param {ConvShape} shape @returns {HostOperands} */
function makeOperands(shape) {
  return {
    x: randomValues(inputShape(shape), 1),
    w: randomValues(filterShape(shape), 2),
    dy: randomValues(outputShape(shape), 3),
  };
}
