import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import asc from 'assemblyscript/asc';
import { describe, expect, it } from 'vitest';
import * as host from '../../src/runtime/abi.ts';
import { loadBinary } from '../../src/runtime/binaries.ts';
import { LinearMemory } from '../../src/runtime/memory.ts';
import { Struct } from '../../src/runtime/struct.ts';

const binaries = ['simd', 'relaxed'] as const;
const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root));

/** Section ids of a WebAssembly binary, in order. */
function sections(bytes: Uint8Array): number[] {
  const ids: number[] = [];
  let at = 8;
  while (at < bytes.length) {
    ids.push(bytes[at++] as number);
    let size = 0;
    for (let shift = 0, byte = 0x80; byte & 0x80; shift += 7) {
      byte = bytes[at++] as number;
      size |= (byte & 0x7f) << shift;
    }
    at += size;
  }
  return ids;
}

const SECTION = { table: 4, memory: 5, global: 6, start: 8, element: 9, data: 11 };

describe.each(binaries)('binary %s', name => {
  const bytes = read(`build/wasm/${name}.wasm`);

  it('has no Data, Global or Start section, nor a table or memory of its own', () => {
    const found = sections(bytes);
    expect(found).toContain(10); // Code: the walk has come to the end.
    for (const [kind, id] of Object.entries(SECTION)) expect(found, kind).not.toContain(id);
  });

  it.runIf(WebAssembly.validate(bytes))(
    'exports every kernel of the host, and nothing else (left out where the engine does not validate it)',
    async () => {
      const names = WebAssembly.Module.exports(await WebAssembly.compile(bytes)).map(({ name }) => name);
      const kernels = Object.entries(host.KERNELS).flatMap(([kernel, { typed }]) =>
        typed ? [`${kernel}_f32`, `${kernel}_f64`] : [kernel],
      );
      expect(names.sort()).toEqual([...kernels, 'abi', 'fusesMultiplyAdd', 'memory'].sort());
    },
  );

  it('is what the package carries', async () => {
    const { default: base64 } = await import(`../../src/wasm/${name}.ts`);
    expect(inflateRawSync(Buffer.from(base64, 'base64')).equals(bytes)).toBe(true);
  });

  it.runIf(WebAssembly.validate(bytes))(
    'takes a shared memory once one byte is altered, and only then (left out where the engine does not validate it)',
    async () => {
      const connect = (binary: Uint8Array<ArrayBuffer>, shared: boolean) => {
        const memory = new WebAssembly.Memory({ initial: 1, maximum: 2, shared });
        return new WebAssembly.Instance(new WebAssembly.Module(binary), { env: { memory } });
      };
      const [own, shared] = await Promise.all([loadBinary(name, false), loadBinary(name, true)]);
      expect([...own.keys()].filter(i => own[i] !== shared[i])).toHaveLength(1);
      expect(connect(own, false)).toBeInstanceOf(WebAssembly.Instance);
      expect(connect(shared, true)).toBeInstanceOf(WebAssembly.Instance);
      expect(() => connect(own, true)).toThrow(WebAssembly.LinkError);
      expect(() => connect(shared, false)).toThrow(WebAssembly.LinkError);
    },
  );
});

describe('argument structs', () => {
  const structs = new Map(Object.values(host.KERNELS).map(({ struct, mirrors }) => [mirrors, struct as Struct]));

  it('have the same fields, in the same places, as their AssemblyScript classes', async () => {
    const index = read('assembly/index.ts').toString();
    const files = new Map(
      [...index.matchAll(/import \{([^}]*)\} from '(.*)';/g)].flatMap(([, names = '', path = '']) =>
        [...names.matchAll(/\b[A-Z]\w*Args\b/g)].map(([name]) => [name, path] as const),
      ),
    );
    const source: string[] = [];
    const expected: Record<string, number> = {};
    for (const [name, struct] of structs) {
      source.push(`import { ${name} } from '${files.get(name)}';`);
      // The end of the last field, so that a field that only the class has is seen.
      source.push(`export function ${name}_(): usize { return offsetof<${name}>(); }`);
      expected[`${name}_`] = struct.size;
      for (const [field, offset] of Object.entries(struct.offsets)) {
        source.push(`export function ${name}_${field}(): usize { return offsetof<${name}>('${field}'); }`);
        expected[`${name}_${field}`] = offset;
      }
    }
    const { error, stderr, binary } = await compile(source.join('\n'));
    expect(error, stderr).toBeNull();
    const { instance } = await WebAssembly.instantiate(binary);
    const actual = Object.fromEntries(
      Object.keys(expected).map(key => [key, (instance.exports[key] as () => number)()]),
    );
    expect(actual).toEqual(expected);
  });

  it('are written the same field by field and by name', () => {
    const memory = new LinearMemory(new WebAssembly.Memory({ initial: 1, maximum: 1 }), 65536);
    for (const [name, struct] of structs) {
      const values = Object.fromEntries(Object.keys(struct.fields).map((field, i) => [field, 1000 + i]));
      const [written, byName] = [1024, 8192];
      struct.write(memory, written, values);
      struct.writeByName(memory, byName, values);
      const bytes = (address: number) => [...new Uint8Array(memory.buffer, address, struct.size)];
      expect(bytes(written), name).toEqual(bytes(byName));
    }
  });

  it('agree on the constants that both sides name', () => {
    const constant = (path: string, name: string) =>
      Number(new RegExp(`const ${name}: i32 = (\\d+)`).exec(read(`assembly/${path}.ts`).toString())?.[1]);
    expect(host.ABI_VERSION).toBe(constant('index', 'ABI_VERSION'));
    expect(host.PANEL_BYTES).toBe(constant('gemm/args', 'PANEL_BYTES'));
    expect(host.START.zero).toBe(0);
    expect(host.START.bias).toBe(constant('gemm/args', 'START_BIAS'));
    expect(host.START.c).toBe(constant('gemm/args', 'START_C'));
    expect(host.DEPTHWISE_KIND).toEqual({
      taps: constant('depthwise/args', 'KIND_TAPS'),
      rows3: constant('depthwise/args', 'KIND_3X3'),
      rows3Apart: constant('depthwise/args', 'KIND_3X3_APART'),
      gradient3: constant('depthwise/args', 'KIND_3X3_GRADIENT'),
    });
    expect(host.FINISH.clamp).toBe(constant('gemm/args', 'FINISH_CLAMP'));
    expect(host.FINISH.mask).toBe(constant('gemm/args', 'FINISH_MASK'));
    expect(host.ELEMENTWISE_BLOCK).toBe(constant('jobs', 'ELEMENTWISE_BLOCK'));
    expect(host.UNPACK_COLUMNS).toBe(constant('conv/unpackFilter', 'COLUMN_BLOCK'));
    expect(host.LINE_VECTORS).toBe(constant('winograd/filter', 'LINE_VECTORS'));
    expect(host.FILTER_DEPTH).toBe(constant('winograd/filter', 'DEPTH_BLOCK'));
    expect(host.PLANES_ROWS).toBe(constant('planar/planes', 'ROW_BLOCK'));
    expect(host.PLANAR_ROWS).toBe(constant('planar/args', 'TALL_ROWS'));
    expect(host.SUM_CHANNELS).toBe(constant('conv/sumPixels', 'CHANNEL_BLOCK'));
    expect(host.TRANSPOSE_ROWS).toBe(constant('tensor/transpose', 'ROW_BLOCK'));
    expect(host.POOL_GRADIENT_CHANNELS).toBe(constant('pool/args', 'GRADIENT_CHANNELS'));
    expect(host.POOL_PLANE_ROWS).toBe(constant('pool/args', 'PLANE_ROWS'));
    expect(host.SOFTMAX_ROWS).toBe(constant('activation/softmax', 'ROW_BLOCK'));
    const activationKind = (name: string) => constant('activation/activation', `KIND_${name}`);
    expect(host.ACTIVATION_KIND).toEqual({
      leakyRelu: activationKind('LEAKY_RELU'),
      hardSwish: activationKind('HARD_SWISH'),
      sigmoid: activationKind('SIGMOID'),
      tanh: activationKind('TANH'),
      silu: activationKind('SILU'),
    });
    expect(host.LOSS_KIND).toEqual({
      squared: constant('loss/elementwise', 'KIND_SQUARED'),
      bceWithLogits: constant('loss/elementwise', 'KIND_BCE_WITH_LOGITS'),
    });
    expect(host.ROW_PRODUCT_COLUMNS).toBe(constant('gemm/rowProduct', 'ROW_PRODUCT_COLUMNS'));
    expect(host.GATHER_BLOCK).toBe(constant('tensor/gather', 'GATHER_BLOCK'));
    expect(host.REDUCE_COLUMN_BYTES).toBe(constant('tensor/reduce', 'COLUMN_BYTES'));
    expect(host.SCAN_COLUMNS).toBe(constant('tensor/scan', 'SCAN_COLUMNS'));
    const kinds = (path: string, host: Record<string, number>) =>
      Object.keys(host).map(name => constant(path, `KIND_${name.replace(/(?=[A-Z])/g, '_').toUpperCase()}`));
    expect(kinds('tensor/reduce', host.REDUCE_KIND)).toEqual(Object.values(host.REDUCE_KIND));
    expect(kinds('tensor/scan', host.SCAN_KIND)).toEqual(Object.values(host.SCAN_KIND));
    for (const [file, own] of [
      ['elementwise/unary', host.UNARY_KIND],
      ['elementwise/binary', host.BINARY_KIND],
    ] as const) {
      const named = Object.keys(own).map(name => [
        name,
        constant(file, `KIND_${name.replace(/[A-Z]/g, '_$&').toUpperCase()}`),
      ]);
      expect(own).toEqual(Object.fromEntries(named));
    }
    expect(host.OPERAND_TYPE).toEqual({
      float32: constant('elementwise/binary', 'TYPE_FLOAT'),
      int32: constant('elementwise/binary', 'TYPE_INT'),
      bool: constant('elementwise/binary', 'TYPE_BOOL'),
    });
    expect(host.BINARY_SCRATCH).toBe(constant('elementwise/binary', 'SCRATCH_BYTES'));
    expect(host.NORM_CHANNELS).toBe(constant('norm/args', 'NORM_CHANNELS'));
    expect(host.DROPOUT_PIXELS).toBe(constant('dropout/dropout', 'PIXEL_BLOCK'));
  });

  it('are written field by field, addresses above 2 GiB too', () => {
    const struct = new Struct({ a: 'ptr', b: 'f64', c: 'i32' });
    expect(struct.offsets).toEqual({ a: 0, b: 8, c: 16 });
    const memory = new LinearMemory(new WebAssembly.Memory({ initial: 1, maximum: 1 }), 65536);
    struct.write(memory, 64, { a: 3_000_000_000, b: Math.PI, c: -7 });
    const view = new DataView(memory.buffer, 64);
    expect(view.getUint32(0, true)).toBe(3_000_000_000);
    expect(view.getFloat64(8, true)).toBe(Math.PI);
    expect(view.getInt32(16, true)).toBe(-7);
  });
});

async function compile(source: string) {
  const readFile = (path: string) => {
    if (path === 'probe.ts') return source;
    const file = new URL(`assembly/${path}`, root);
    try {
      return readFileSync(file, 'utf8');
    } catch {
      return null;
    }
  };
  let binary = new Uint8Array();
  const writeFile = (_: string, contents: string | Uint8Array) => {
    if (typeof contents !== 'string') binary = Uint8Array.from(contents);
  };
  const args = ['probe.ts', '--outFile', 'probe.wasm', '--runtime', 'stub', '--enable', 'simd'];
  const { error, stderr } = await asc.main(args, { readFile, writeFile, listFiles: () => [] });
  return { error, stderr: stderr.toString(), binary };
}
