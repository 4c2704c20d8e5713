/** How long after a first SIGINT another one counts as the same key press. */
const SAME_PRESS_MS = 500;

/** What the shell gives a program that Ctrl-C ended: 128 + the number of SIGINT. */
export const INTERRUPTED = 130;

export interface Interrupt {
  readonly requested: boolean;
}

/**
 * Turns the first Ctrl-C into a request to finish, and the second one into an exit at once.
 *
 * A terminal sends SIGINT to npm and to the program that npm runs, and npm passes it on: one key press arrives here
 * twice. So a second signal counts as a second press only some time after the first.
 */
export function listenForInterrupt(): Interrupt {
  let requestedAt: number | undefined;
  process.on('SIGINT', () => {
    if (requestedAt === undefined) {
      requestedAt = performance.now();
    } else if (performance.now() - requestedAt > SAME_PRESS_MS) {
      process.exit(INTERRUPTED);
    }
  });
  return {
    get requested() {
      return requestedAt !== undefined;
    },
  };
}
