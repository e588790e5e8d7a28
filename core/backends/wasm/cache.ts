/** Compiled programs, kept as long as the programs are. */
import { programsIn } from "../../compiler/nested.ts";
import { type Program, trace } from "../../compiler/program.ts";
import { bind } from "../../interpreter.ts";
import type { Primitive } from "../../primitive.ts";
import { settingKey } from "../../setting_key.ts";
import type { Concrete } from "../../tensor.ts";
import { compile, type Compiled } from "./compile.ts";

/** Codes that are known again by the text of the program or operation; the least recently used goes first. */
const kept = 512;

let compiled = new WeakMap<Program, Compiled>();
const byText = new Map<string, Compiled>();
const stats = { programs: 0, codeBytes: 0, scratchBytes: 0 };
const ended = new FinalizationRegistry<{ readonly codeBytes: number; readonly generation: number }>((c) => {
  if (c.generation !== generation) return;
  stats.programs--;
  stats.codeBytes -= c.codeBytes;
});
let generation = 0;

/** The code of a program. Programs of one text, such as a loop's that is traced anew at each call, have one code. */
export function codeOf(program: Program): Compiled {
  let code = compiled.get(program);
  if (code === undefined) compiled.set(program, code = remembered(program.toString(), () => program));
  return code;
}

/** The code of one operation. */
export function codeOfOne<P>(prim: Primitive<P>, inputs: readonly Concrete[], params: P): Compiled {
  const traced = () => trace(prim.name, (xs) => bind(prim, xs, params), inputs);
  if (programsIn(params).length > 0) return codeOf(traced());
  const key = `${prim.name} ${inputs.map((x) => `${x.dtype}${x.shape.join("x")}`)} ${settingKey(params)}`;
  return remembered(key, traced);
}

// Code holds on to no tensor, so that what a program captured can be collected while its code is remembered.
function remembered(text: string, program: () => Program): Compiled {
  const code = byText.get(text) ?? made(program());
  byText.delete(text);
  byText.set(text, code);
  if (byText.size > kept) byText.delete(byText.keys().next().value!);
  return code;
}

function made(program: Program): Compiled {
  const code = compile(program), { codeBytes, scratchBytes } = code;
  stats.programs++;
  stats.codeBytes += codeBytes;
  stats.scratchBytes = Math.max(stats.scratchBytes, scratchBytes);
  ended.register(code, { codeBytes, generation });
  return code;
}

/** Programs whose code is kept, its bytes, and the most scratch memory that one of them needed. */
export const cacheStats = (): Readonly<typeof stats> => ({ ...stats });

/** Forgets all code. */
export function clearCompiled(): void {
  compiled = new WeakMap();
  byText.clear();
  generation++;
  stats.programs = stats.codeBytes = stats.scratchBytes = 0;
}
