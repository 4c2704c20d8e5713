// What has to hold of what a page or a program reports.

/**
 * Of ten steps of training with init({ threads: 2 }).
 *
 * @param {{ losses: number[], threads: number, threadsOff?: string }} result
 * @param {RegExp} [reason] what threadsOff has to say where there can be but one thread
 * @returns {string[]} what is wrong
 */
export function judge({ losses, threads, threadsOff }, reason) {
  const problems = [];
  if (losses.length !== 10 || !(losses.at(-1) < losses[0] / 2)) {
    problems.push(`the losses of ten steps do not fall by half: ${losses.join(', ')}`);
  }
  const wanted = reason ? 1 : 2;
  if (threads !== wanted) problems.push(`${threads} threads, expected ${wanted}; threadsOff: ${threadsOff}`);
  else if (reason ? !reason.test(threadsOff) : threadsOff !== undefined) problems.push(`threadsOff: ${threadsOff}`);
  return problems;
}

/** A bundler has nothing to say about convasm's files. */
export function judgeBuild({ all }) {
  return /warn|\(!\)|⚠/i.test(all) && all.includes('node_modules/convasm') ? [`the build warns:\n${all}`] : [];
}

/** One thread and two give the same bits. */
export function sameLosses(one, other) {
  if (one.losses.join() === other.losses.join()) return [];
  return [`losses differ with the number of threads: ${one.losses.join(', ')} and ${other.losses.join(', ')}`];
}

/**
 * Of a page whose worker trains: a page that did the work itself would stand still all the while, in one pause or in one for each of
 * 200 steps.
 */
export function judgePauses({ title, longest, milliseconds }) {
  const problems = [];
  if (!(Number(/loss (\d+\.\d+)$/.exec(title)?.[1]) < 1)) problems.push(`the loss did not fall: ${title}`);
  if (milliseconds < 300) problems.push(`too short to tell: ${milliseconds} ms`);
  if (longest > milliseconds / 4) problems.push(`the page stood still for ${longest} of ${milliseconds} ms`);
  return problems;
}
