// Takes constants out of those loops that have many. Binaryen leaves each where it is used, whatever the source says, and there V8 makes
// it anew in every turn, by three instructions: e^x, with twelve of them, took 3.3 ns a vector, and 1.8 with them in registers. This
// works on the text that asc writes, since its optimizer would put them back.
import binaryen from 'assemblyscript/binaryen';

/** Loops with fewer gain little; so do those of f64, which are long, and 500 bytes of the package. */
const LEAST = 8;

/** All bits clear or set: one instruction. */
const CHEAP = /^v128\.const i32x4(( 0x00000000){4}|( 0xffffffff){4})$/;

/**
 * @param {string} text of a module, an instruction a line
 * @returns {Uint8Array} its binary, with constants in locals that are set before the outermost loop
 */
export function hoist(text) {
  const lines = functionsOf(text.split('\n')).flatMap(hoistIn);
  const module = binaryen.parseText(lines.join('\n'));
  module.setFeatures(binaryen.Features.All);
  const binary = module.emitBinary();
  module.dispose();
  return binary;
}

/** The lines in pieces: a function each, and what is between them. */
function functionsOf(lines) {
  const pieces = [[]];
  for (const line of lines) {
    if (line.startsWith(' (func ')) pieces.push([]);
    pieces.at(-1).push(line);
    if (line === ' )') pieces.push([]);
  }
  return pieces;
}

function hoistIn(lines) {
  if (!lines[0]?.startsWith(' (func ')) return lines;
  const result = [];
  let locals = 0;
  for (let start = 1; start < lines.length; ) {
    const end = partEnd(lines, start);
    const part = lines.slice(start, end).map(line => line.trim());
    start = end;
    const constants = [...new Set(part.filter(isConstant))];
    if (constants.length < LEAST || part.length === 1 || part.some(line => line.startsWith('f64x2'))) {
      result.push(...part);
      continue;
    }
    // The same constants have the same locals in all loops: that packs better than a local for each.
    const local = new Map(constants.map((constant, i) => [constant, `$constant${i}`]));
    for (const [constant, name] of local) result.push(constant, `local.set ${name}`);
    result.push(...part.map(line => (local.has(line) ? `local.get ${local.get(line)}` : line)));
    locals = Math.max(locals, constants.length);
  }
  return [lines[0], ...Array.from({ length: locals }, (_, i) => `(local $constant${i} v128)`), ...result];
}

/** Behind the line at `start`, or the loop that begins there. */
function partEnd(lines, start) {
  const indent = lines[start].search(/\S/);
  if (!lines[start].startsWith('loop', indent)) return start + 1;
  return lines.findIndex((line, i) => i > start && line.trim() === 'end' && line.search(/\S/) === indent) + 1;
}

function isConstant(line) {
  return line.startsWith('v128.const') && !CHEAP.test(line);
}
