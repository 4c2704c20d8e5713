import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const dist = new URL('../../../dist/', import.meta.url);

/** Runs a script that finds `convasm` and `ops` in a process of its own, and gives what it prints. */
function run(body: string): string {
  const script = `
    const convasm = await import('${dist}index.js');
    const ops = await import('${dist}ops/index.js');
    const convolve = () => convasm.scope(() => {
      ops.conv2d(convasm.zeros([1, 64, 56, 56]), convasm.zeros([64, 64, 3, 3]), null, { padding: 1 });
    });
    const sleep = ms => new Promise(resolve => setTimeout(resolve, ms));
    ${body}`;
  // Killed, and an error, when it does not end by itself.
  const options = { encoding: 'utf8', timeout: 30_000, killSignal: 'SIGKILL' } as const;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], options);
}

describe('a process with threads', () => {
  it('ends by itself with an idle pool', () => {
    const output = run(`
      await convasm.init({ threads: 2 });
      convolve();
      console.log(convasm.runtimeInfo().threads);`);
    expect(output).toBe('2\n');
  });

  it('can end right after init, and while the workers spin', () => {
    expect(run(`await convasm.init({ threads: 3 }); convolve(); process.exitCode = 0;`)).toBe('');
  });

  it('uses no processor time while it has nothing to do', () => {
    const output = run(`
      await convasm.init({ threads: 2 });
      for (let i = 0; i < 20; i++) convolve();
      const after = async pause => {
        await sleep(pause);
        const before = process.cpuUsage();
        await sleep(500);
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      };
      console.log(await after(5));`);
    // Milliseconds of 500: a worker that goes on spinning would take all of them; a timer and garbage collection take some.
    expect(Number(output)).toBeLessThan(50);
    expect(Number(output)).toBeGreaterThanOrEqual(0);
  });

  it('goes on with one thread after shutdown(), and a further init changes nothing', () => {
    const output = run(`
      await convasm.init({ threads: 2 });
      await convasm.shutdown();
      convolve();
      await convasm.init({ threads: 2 });
      console.log(convasm.runtimeInfo().threads, convasm.runtimeInfo().threadsOff);`);
    expect(output).toBe('1 shutdown() ended the threads\n');
  });
});
