// Runs the README's page, and measures how long the page's own timer has to wait meanwhile.
import './page.js';

const start = performance.now();
let last = start;
let longest = 0;
const timer = setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  if (!document.title.startsWith('step 200:')) return;
  clearInterval(timer);
  globalThis.result = { title: document.title, longest, milliseconds: now - start };
}, 5);
