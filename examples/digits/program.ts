import { ConvasmError } from 'convasm';
import { UsageError } from './arguments.ts';
import { InputError } from './errors.ts';

/**
 * Runs a program on the arguments that it was started with, and leaves with the exit code that it returns: 1 for what could not be done,
 * 2 for a wrong option, each with a line on stderr that says why.
 */
export async function runProgram(main: (args: readonly string[]) => Promise<number>): Promise<void> {
  // The reader of a pipe may leave early (`npm start | head`); that is no reason for a stack trace.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    // These are meant for the user. Anything else is a defect, and its stack trace is wanted.
    const isUsage = error instanceof UsageError;
    const isExpected = isUsage || error instanceof InputError || error instanceof ConvasmError;
    if (!isExpected) throw error;
    complain(error.message);
    process.exitCode = isUsage ? 2 : 1;
  }
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

export function complain(problem: string): void {
  process.stderr.write(`Error: ${problem}\n`);
}
