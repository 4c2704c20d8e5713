// What Node, Bun and Deno import as convasm/tfjs: index.ts, with a message for those who have not installed its peers. Bundlers and
// require() take index.ts itself, in which nothing waits, and name the missing package themselves.
import { ConvasmError } from '../errors.ts';

export const { ConvasmBackend, groupedConv2d } = await load();

async function load(): Promise<typeof import('./index.ts')> {
  try {
    return await import('./index.ts');
  } catch (cause) {
    if (!isMissing(cause)) throw cause;
    throw new ConvasmError(
      'convasm/tfjs needs @tensorflow/tfjs-core and @tensorflow/tfjs-backend-cpu, 4.22 or newer 4.x: ' +
        "run 'npm install @tensorflow/tfjs-core@4 @tensorflow/tfjs-backend-cpu@4'.",
      { cause },
    );
  }
}

/** Whether a package of TensorFlow.js could not be found. */
function isMissing(cause: unknown): boolean {
  const { code, message } = cause as { code?: unknown; message?: unknown };
  return code === 'ERR_MODULE_NOT_FOUND' && String(message).includes('@tensorflow/');
}
