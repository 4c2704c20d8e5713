import { ArgumentError, DTypeError } from '../errors.ts';
import { scope, unscoped } from '../tensor/scope.ts';
import { checkSameShape } from '../tensor/shape.ts';
import { checkTensor, type Tensor } from '../tensor/tensor.ts';
import type { NamedParameter } from './parameters.ts';

/** What an optimizer goes on from: see `state` and `load` of the optimizers. */
export interface OptimizerState {
  /** Steps in all, and of each parameter that has been stepped. */
  readonly steps: { readonly all: number; readonly parameters: Readonly<Record<string, number>> };
  /** Velocities or moments, by the parameter's name, a dot, and what they are. */
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** What an optimizer keeps for a parameter. */
export interface Slot {
  steps: number;
  readonly tensors: readonly Tensor[];
}

/**
 * Copies of the tensors of `state`, by parameter; all is checked before.
 *
 * @throws ArgumentError, ShapeError, DTypeError, ForeignTensorError, DisposedError, OutOfMemoryError
 */
export function adoptState(
  state: OptimizerState,
  parameters: readonly NamedParameter[],
  kinds: readonly string[],
): Map<Tensor, Slot> {
  const stepped = checkSteps(state, parameters);
  const wanted = new Set(stepped.flatMap(({ name }) => kinds.map(kind => `${name}.${kind}`)));
  for (const name of Object.keys(state.tensors)) {
    if (!wanted.has(name)) {
      const allowed = `none but those of the parameters in steps.parameters: ${list(wanted)}`;
      throw new ArgumentError('state.tensors', name, allowed);
    }
  }
  for (const { name, parameter } of stepped) {
    for (const kind of kinds) {
      const [label, tensor] = [`state.tensors['${name}.${kind}']`, state.tensors[`${name}.${kind}`]];
      if (tensor === undefined)
        throw new ArgumentError(label, tensor, 'a tensor, since the parameter has been stepped');
      checkTensor(label, tensor);
      if (tensor.dtype !== parameter.dtype)
        throw new DTypeError(label, tensor.dtype, `${parameter.dtype}, that of ${name}`);
      checkSameShape(label, tensor.shape, parameter.shape);
    }
  }
  return copies(state, stepped, kinds);
}

/** The parameters that the state has steps of. */
function checkSteps(state: OptimizerState, parameters: readonly NamedParameter[]): NamedParameter[] {
  if (!(isRecord(state) && isRecord(state.tensors) && isRecord(state.steps) && isRecord(state.steps.parameters)))
    throw new ArgumentError('state', state, 'what state() of an optimizer gives');
  checkStepCount('state.steps.all', state.steps.all, 0);
  const names = new Set(parameters.map(({ name }) => name));
  for (const [name, steps] of Object.entries(state.steps.parameters)) {
    if (!names.has(name))
      throw new ArgumentError('state.steps.parameters', name, `names of the network's parameters: ${list(names)}`);
    checkStepCount(`state.steps.parameters['${name}']`, steps, 1);
  }
  return parameters.filter(({ name }) => Object.hasOwn(state.steps.parameters, name));
}

/** In a scope, which gives back the first copies where there is no memory for the others. */
function copies(state: OptimizerState, stepped: readonly NamedParameter[], kinds: readonly string[]) {
  const copy = (name: string, kind: string) => (state.tensors[`${name}.${kind}`] as Tensor).clone();
  const slots = unscoped(() =>
    scope(() =>
      stepped.map(({ name }) => ({
        steps: state.steps.parameters[name] as number,
        tensors: kinds.map(kind => copy(name, kind)),
      })),
    ),
  );
  return new Map(stepped.map(({ parameter }, i) => [parameter, slots[i] as Slot]));
}

function checkStepCount(argument: string, value: unknown, least: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least)
    throw new ArgumentError(argument, value, `a whole number of at least ${least}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function list(names: ReadonlySet<string>): string {
  return names.size > 0 ? [...names].join(', ') : 'none';
}
