// Adds up the JSON reports of Vitest in a folder, one line per engine, and fails if an engine ran nothing.
import { readdirSync, readFileSync } from 'node:fs';

const [folder] = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const file of readdirSync(folder).sort()) {
  const report = JSON.parse(readFileSync(`${folder}/${file}`, 'utf8'));
  const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = report;
  if (passed === 0) throw new Error(`${file}: no test ran`);
  console.log(`${file.replace('.json', '').padEnd(10)} ${passed} tests passed, ${failed} failed, ${skipped} skipped`);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (total.failed > 0) process.exitCode = 1;
