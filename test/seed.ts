/** The seed of this run's properties: CONVASM_SEED repeats a run. Printed once for each test file that uses it. */
export const seed = Number(process.env.CONVASM_SEED ?? Date.now() % 2 ** 31);
console.log(`CONVASM_SEED=${seed}`);
