import type { Measurements, Reading } from './rounds.ts';
import { geometricMean, median, range } from './statistics.ts';
import type { Task } from './tasks.ts';

/** A task in one use. */
export interface Figures {
  /** Milliseconds of a call, over all rounds. */
  readonly median: number;
  readonly least: number;
  /** GFLOP/s of the direct algorithm in the median time. */
  readonly rate: number;
  /** Of the engine's ceiling: the median of the rounds' shares. */
  readonly share: number;
}

/** One row of a table. */
export interface Row {
  readonly shape: string;
  readonly operation: string;
  readonly flops: number;
  readonly user: Figures;
  readonly betweenLayers: Figures;
  /** How many times as long the plain loop takes as `user`: the median of the rounds' ratios. */
  readonly timesPlain: number;
}

/** What the whole run met with. */
export interface Conditions {
  readonly rounds: number;
  /** GFLOP/s, over all readings. */
  readonly ceiling: { readonly median: number; readonly least: number; readonly most: number };
  readonly calls: number;
  /** Of them, those that had to wait for the processor. */
  readonly interrupted: number;
}

export interface Means {
  readonly rate: number;
  readonly share: number;
  readonly timesPlain: number;
  readonly layersRate: number;
  readonly layersShare: number;
}

export function summarise({ shape, operation, flops }: Task, measurements: Measurements): Row {
  const ratios = measurements.user.map(({ times }, i) => (measurements.plain[i] ?? Number.NaN) / median(times));
  return {
    shape: shape.name,
    operation: operation.key,
    flops,
    user: figures(flops, measurements.user),
    betweenLayers: figures(flops, measurements.betweenLayers),
    timesPlain: median(ratios),
  };
}

function figures(flops: number, readings: readonly Reading[]): Figures {
  const all = readings.flatMap(({ times }) => times);
  const middle = median(all);
  const rate = (time: number) => flops / time / 1e6;
  return {
    median: middle,
    least: range(all).least,
    rate: rate(middle),
    share: median(readings.map(({ times, ceiling }) => rate(median(times)) / ceiling)),
  };
}

/** Geometric means over the shapes. */
export function meansOf(rows: readonly Row[]): Means {
  const mean = (of: (row: Row) => number) => geometricMean(rows.map(of));
  return {
    rate: mean(row => row.user.rate),
    share: mean(row => row.user.share),
    timesPlain: mean(row => row.timesPlain),
    layersRate: mean(row => row.betweenLayers.rate),
    layersShare: mean(row => row.betweenLayers.share),
  };
}

export function conditionsOf(measurements: readonly Measurements[]): Conditions {
  const readings = measurements.flatMap(({ user, betweenLayers }) => [...user, ...betweenLayers]);
  const ceilings = readings.map(({ ceiling }) => ceiling);
  return {
    rounds: measurements[0]?.user.length ?? 0,
    ceiling: { median: median(ceilings), ...range(ceilings) },
    calls: readings.reduce((sum, { times }) => sum + times.length, 0),
    interrupted: readings.reduce((sum, reading) => sum + reading.interrupted, 0),
  };
}
