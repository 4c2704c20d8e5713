import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A process that answers each line with a line, both JSON. */
export class Child {
  #name;
  #process;
  #lines;

  /**
   * @param {string} name for messages
   * @param {string} command
   * @param {readonly string[]} args
   * @param {Record<string, string>} [env] besides our own
   */
  constructor(name, command, args, env = {}) {
    this.#name = name;
    this.#process = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  /** @param {object} request */
  ask(request) {
    this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  async answer() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#name}: the process has ended`);
    const reply = JSON.parse(value);
    if (reply.error) throw new Error(`${this.#name}: ${reply.error}`);
    return reply;
  }

  close() {
    this.#process.stdin.end();
  }
}
