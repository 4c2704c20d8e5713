/** How long after a first SIGINT another one counts as the same key press. */
const SAME_PRESS_MS = 500;

/** What the shell gives a program that Ctrl-C ended: 128 + the number of SIGINT. */
export const INTERRUPTED = 130;

/**
 * Turns the first Ctrl-C into an abort of the signal that it returns, and the second one into an exit at once.
 *
 * A terminal sends SIGINT to npm and to the program that npm runs, and npm passes it on: one key press arrives here
 * twice. So a second signal counts as a second press only some time after the first.
 */
export function listenForInterrupt(): AbortSignal {
  const controller = new AbortController();
  let pressedAt: number | undefined;
  process.on('SIGINT', () => {
    if (pressedAt === undefined) {
      pressedAt = performance.now();
      controller.abort();
    } else if (performance.now() - pressedAt > SAME_PRESS_MS) {
      process.exit(INTERRUPTED);
    }
  });
  return controller.signal;
}
