// What has to hold of ten steps of training.

/**
 * @param {{ losses: number[], threads: number, threadsOff?: string }} result
 * @param {number} threads
 * @returns {string[]} what is wrong
 */
export function judge({ losses, threads, threadsOff }, wanted) {
  const problems = [];
  const [first] = losses;
  const last = losses.at(-1);
  if (losses.length !== 10 || !(last < first / 2)) {
    problems.push(`the losses ${losses.join(', ')} of ten steps do not fall by half`);
  }
  if (threads !== wanted) problems.push(`${threads} threads, expected ${wanted}; threadsOff: ${threadsOff}`);
  else if (wanted > 1 && threadsOff !== undefined) problems.push(`${threads} threads, and threadsOff: ${threadsOff}`);
  // One thread on a page that is not isolated: the reason has to name what would help.
  if (wanted === 1 && !/Cross-Origin-Opener-Policy/.test(threadsOff)) {
    problems.push(`threadsOff does not name the headers that are missing: ${threadsOff}`);
  }
  return problems;
}

/** One thread and two give the same bits. */
export function sameLosses(one, other) {
  if (one.losses.join() === other.losses.join()) return [];
  return [`losses differ with the number of threads: ${one.losses.join(', ')} and ${other.losses.join(', ')}`];
}
