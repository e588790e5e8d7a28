/** Compiled programs, kept as long as the programs are. */
import { type Program, trace } from "../../compiler/program.ts";
import { bind } from "../../interpreter.ts";
import type { Primitive } from "../../primitive.ts";
import { settingKey } from "../../setting_key.ts";
import type { Concrete } from "../../tensor.ts";
import { compile, type Compiled } from "./compile.ts";

/** Operations called one by one for which programs are kept; the least recently used goes first. */
const kept = 512;

let compiled = new WeakMap<Program, Compiled>();
const single = new Map<string, Program>();
const stats = { programs: 0, codeBytes: 0, scratchBytes: 0 };
const ended = new FinalizationRegistry<{ readonly codeBytes: number; readonly generation: number }>((c) => {
  if (c.generation !== generation) return;
  stats.programs--;
  stats.codeBytes -= c.codeBytes;
});
let generation = 0;

/** The code of a program. */
export function codeOf(program: Program): Compiled {
  let code = compiled.get(program);
  if (code === undefined) {
    compiled.set(program, code = compile(program));
    stats.programs++;
    stats.codeBytes += code.codeBytes;
    stats.scratchBytes = Math.max(stats.scratchBytes, code.scratchBytes);
    ended.register(code, { codeBytes: code.codeBytes, generation });
  }
  return code;
}

/** The code of one operation. */
export function codeOfOne<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): Compiled {
  const key = `${prim.name} ${inputs.map((x) => `${x.dtype}${x.shape.join("x")}`)} ${settingKey(params)}`;
  let program = single.get(key);
  if (program === undefined) program = trace(prim.name, (xs) => bind(prim, xs, params), inputs);
  else single.delete(key);
  single.set(key, program);
  if (single.size > kept) single.delete(single.keys().next().value!);
  return codeOf(program);
}

/** Programs whose code is kept, its bytes, and the most scratch memory that one of them needed. */
export const cacheStats = (): Readonly<typeof stats> => ({ ...stats });

/** Forgets all code. */
export function clearCompiled(): void {
  compiled = new WeakMap();
  single.clear();
  generation++;
  stats.programs = stats.codeBytes = stats.scratchBytes = 0;
}
