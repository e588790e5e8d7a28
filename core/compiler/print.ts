/** Programs as text: one equation a line, values named a, b, …, z, aa, … in order of appearance. */
import type { DType } from "../dtype.ts";
import type { Shape } from "../shape.ts";
import type { Equation, Program, Var } from "./program.ts";

function letters(i: number): string {
  const last = String.fromCharCode(97 + i % 26);
  return i < 26 ? last : letters(Math.floor(i / 26) - 1) + last;
}

/** `f32[2,3]`. */
export const showSpec = (s: { readonly shape: Shape; readonly dtype: DType }): string =>
  `${s.dtype}[${s.shape.join(",")}]`;

/** The text of a program, every line after the first indented by `indent`. */
export function printProgram(program: Program, indent = ""): string {
  const names = new Map<Var, string>();
  const name = (v: Var): string => {
    let n = names.get(v);
    if (n === undefined) names.set(v, n = letters(names.size));
    return n;
  };
  const typed = (v: Var) => `${name(v)}:${showSpec(v)}`;
  const hidden = program.captured.length;
  const captured = program.inputs.slice(0, hidden).map(typed), args = program.inputs.slice(hidden).map(typed);
  const head = `{ ${captured.length > 0 ? `(${captured.join(" ")}) ` : ""}${args.join(" ")} ->`;
  const line = (e: Equation) =>
    `${indent}  ${e.outputs.map(typed).join(" ")}${e.outputs.length > 0 ? " = " : ""}${e.prim.name}${
      printParams(e.params, indent + "    ")
    }${e.inputs.map((v) => " " + name(v)).join("")}`;
  return [head, ...program.equations.map(line), `${indent}  -> ${program.outputs.map(name).join(" ")} }`].join("\n");
}

const isProgram = (x: unknown): x is Program =>
  typeof x === "object" && x !== null && "equations" in x && "captured" in x;

// Functions in parameters (custom rules) are told apart by identity, for equal text must mean equal structure.
const functionIds = new WeakMap<object, number>();
let functionCount = 0;
function functionId(f: object): number {
  let id = functionIds.get(f);
  if (id === undefined) functionIds.set(f, id = ++functionCount);
  return id;
}

function printParams(params: unknown, indent: string): string {
  if (typeof params !== "object" || params === null) return "";
  const parts = Object.entries(params).filter(([, v]) => v !== undefined && !(typeof v === "boolean" && !v))
    .map(([k, v]) => `${k}=${printParam(v, indent)}`);
  return parts.length > 0 ? `[${parts.join(" ")}]` : "";
}

function printParam(v: unknown, indent: string): string {
  if (isProgram(v)) return "\n" + indent + printProgram(v, indent);
  if (typeof v === "function") return `<function ${v.name}#${functionId(v)}>`;
  if (Array.isArray(v)) {
    return v.some(isProgram)
      ? v.map((x) => printParam(x, indent)).join("")
      : `(${v.map((x) => printParam(x, indent)).join(",")})`;
  }
  if (typeof v === "object" && v !== null) {
    return `{${Object.entries(v).map(([k, x]) => `${k}:${printParam(x, indent)}`).join(",")}}`;
  }
  return Object.is(v, -0) ? "-0" : String(v);
}
