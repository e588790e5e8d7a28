/** WebAssembly modules, and what the engine takes of them. */
import { type Callable, Func, pushUnsigned, typeCode } from "./function.ts";

// Functions assembled into the bytes of a WebAssembly module.

/** A function that the module gets from its host. */
export class Imported implements Callable {
  /** A function of the import object's member `name`. */
  constructor(
    readonly name: string,
    readonly params: Callable["params"],
    readonly results: Callable["results"],
  ) {}
}

/** What a module is made of. */
export interface ModuleParts {
  readonly imports: readonly Imported[];
  readonly functions: readonly Func[];
  /** The named functions that the host may call; all of them if left out. */
  readonly exports?: readonly Func[];
  /** The functions that `callIndirect` reaches, in order of their places. */
  readonly table: readonly Func[];
  /** Whether functions of equal code are to be one. */
  readonly compact?: boolean;
  /** The imported memory `host.memory`: pages of 64 KiB at least and at most, and whether threads share it. */
  readonly memory: { readonly initial: number; readonly maximum: number; readonly shared: boolean };
}

/** For each function the first that has the same code. */
function equals(functions: readonly Func[]): Map<Func, Func> {
  const first = new Map<Func, Func>(), byCode = new Map<string, Func>(), ids = new Map<Callable, number>();
  const latin = new TextDecoder("latin1");
  const visit = (f: Func): void => {
    if (first.has(f)) return;
    first.set(f, f);
    const callees = f.callees.map((c) => {
      if (!(c instanceof Func)) return c;
      visit(c);
      return first.get(c)!;
    });
    for (const c of callees) if (!ids.has(c)) ids.set(c, ids.size);
    const code = latin.decode(Uint8Array.from(f.encode(() => 0)));
    const key = `${f.name} ${f.params}>${f.results} ${callees.map((c) => ids.get(c))} ${code}`, known = byCode.get(key);
    if (known === undefined) byCode.set(key, f);
    else first.set(f, known);
  };
  functions.forEach(visit);
  return first;
}

/** Functions and all that they call, each once. */
export function withCallees(functions: readonly Func[]): Func[] {
  // A set goes through what is added to it meanwhile.
  const all = new Set(functions);
  for (const f of all) for (const c of f.callees) if (c instanceof Func) all.add(c);
  return [...all];
}

const text = new TextEncoder();

function pushName(out: number[], name: string): void {
  const bytes = text.encode(name);
  pushUnsigned(out, bytes.length);
  out.push(...bytes);
}

/**
 * The bytes of a module. Its imports are all of the module `host`; globals 0 and 1 are mutable and zero, and 0
 * stays so. Type 0 is that of
 * `(i32, i32) → ()`, which table functions have.
 */
export function assemble(
  { imports, functions: given, exports, table, memory, compact }: ModuleParts,
): Uint8Array<ArrayBuffer> {
  const same = compact === true ? equals(given) : null;
  const functions = same === null ? given : [...new Set(same.values())];
  const types: string[] = [];
  const typeBytes: number[] = [];
  const typeOf = ({ params, results }: Callable): number => {
    const key = `${params}>${results}`;
    const known = types.indexOf(key);
    if (known >= 0) return known;
    typeBytes.push(0x60);
    for (const list of [params, results]) {
      pushUnsigned(typeBytes, list.length);
      for (const t of list) typeBytes.push(typeCode[t]);
    }
    return types.push(key) - 1;
  };
  typeOf({ params: ["i32", "i32"], results: [] });

  const indices = new Map<Callable, number>();
  for (const f of [...imports, ...functions]) indices.set(f, indices.size);
  const indexOf = (f: Callable): number => {
    const i = indices.get(same?.get(f as Func) ?? f);
    if (i === undefined) throw new Error("a call of a function that is not in the module");
    return i;
  };

  const importSection: number[] = [];
  pushUnsigned(importSection, imports.length + 1);
  pushName(importSection, "host");
  pushName(importSection, "memory");
  importSection.push(2, memory.shared ? 3 : 1);
  pushUnsigned(importSection, memory.initial);
  pushUnsigned(importSection, memory.maximum);
  for (const f of imports) {
    pushName(importSection, "host");
    pushName(importSection, f.name);
    importSection.push(0);
    pushUnsigned(importSection, typeOf(f));
  }

  const functionSection: number[] = [], exportSection: number[] = [], codeSection: number[] = [];
  pushUnsigned(functionSection, functions.length);
  const exported = exports ?? functions.filter((f) => f.name !== null);
  pushUnsigned(exportSection, exported.length);
  for (const f of exported) {
    pushName(exportSection, f.name!);
    exportSection.push(0);
    pushUnsigned(exportSection, indexOf(f));
  }
  pushUnsigned(codeSection, functions.length);
  for (const f of functions) {
    pushUnsigned(functionSection, typeOf(f));
    const body = f.encode(indexOf);
    pushUnsigned(codeSection, body.length);
    for (const b of body) codeSection.push(b);
  }
  const tableSection: number[] = [1, 0x70, 0], elementSection: number[] = [1, 0, 0x41, 0, 0x0b];
  pushUnsigned(tableSection, table.length);
  pushUnsigned(elementSection, table.length);
  for (const f of table) pushUnsigned(elementSection, indexOf(f));

  const typeSection: number[] = [];
  pushUnsigned(typeSection, types.length);
  for (const b of typeBytes) typeSection.push(b);
  const out: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const section = (id: number, body: readonly number[]): void => {
    out.push(id);
    pushUnsigned(out, body.length);
    for (const b of body) out.push(b);
  };
  section(1, typeSection);
  section(2, importSection);
  section(3, functionSection);
  section(4, tableSection);
  // Two mutable i32, zero.
  section(6, [2, 0x7f, 1, 0x41, 0, 0x0b, 0x7f, 1, 0x41, 0, 0x0b]);
  section(7, exportSection);
  section(9, elementSection);
  section(10, codeSection);
  return new Uint8Array(out);
}

// What the engine has.

let fused: boolean | undefined;

/** Whether products are added with one rounding: relaxed SIMD, which Node has from version 22 on. */
export function relaxedSimd(): boolean {
  if (fused !== undefined) return fused;
  const f = new Func(null, ["v128"], ["v128"]), [x] = f.args;
  f.get(x!).get(x!).get(x!).op("f32x4.relaxed_madd");
  const memory = { initial: 1, maximum: 1, shared: false };
  return fused = WebAssembly.validate(assemble({ imports: [], functions: [f], table: [], memory }));
}
