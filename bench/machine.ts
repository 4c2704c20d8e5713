import { createRequire } from 'node:module';
import { arch, cpus, platform } from 'node:os';
import { runtimeInfo } from 'convasm';

/** Where the figures come from. */
export interface Machine {
  /** Version of convasm. */
  readonly convasm: string;
  readonly variant: 'relaxed' | 'simd';
  readonly threads: number;
  readonly node: string;
  readonly v8: string;
  readonly cpu: string;
  /** Logical CPUs. */
  readonly cpus: number;
  readonly platform: string;
}

export function describeMachine(): Machine {
  const { variant, threads } = runtimeInfo();
  const { version } = createRequire(import.meta.url)('convasm/package.json') as { version: string };
  return {
    convasm: version,
    variant,
    threads,
    node: process.versions.node,
    v8: process.versions.v8,
    cpu: cpus()[0]?.model.trim() ?? 'unknown CPU',
    cpus: cpus().length,
    platform: `${platform()} ${arch()}`,
  };
}
