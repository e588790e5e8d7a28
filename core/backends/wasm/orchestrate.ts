/** The function that runs a whole program: kernels called in order, loops and branches around them. */
import { aligned, type Buffer } from "../../compiler/graph.ts";
import { alloc, bytesOf } from "../../dtype.ts";
import type { NdArray } from "../../tensor.ts";
import type { HostFunctions } from "./kernels.ts";
import { storeOf } from "./expression.ts";
import type { Func, Local } from "./function.ts";
import { bytesOfBuffer, type KernelStep, type Piece, type Step } from "./piece.ts";
import { control, type Crew } from "./threads.ts";

/** Code that pushes the address of a buffer. */
export type Place = () => void;

/** What orchestration needs besides the function it writes to. */
export interface Orchestra {
  readonly f: Func;
  readonly host: HostFunctions;
  readonly crew: Crew;
  /** The memory that addresses point into. */
  readonly memory: () => ArrayBufferLike;
  /** Where kernels are watched: emits one of a piece's with code around it. */
  readonly around?: (step: KernelStep, piece: Piece, emit: () => void) => void;
}

/** Emits the steps of a piece whose memory begins at `base`; `places` has its inputs, outputs and what is captured. */
export function emitPiece(o: Orchestra, piece: Piece, base: number, places: ReadonlyMap<Buffer, Place>): void {
  const { f } = o;
  const place = (b: Buffer): void => {
    const known = places.get(b.root);
    if (known !== undefined) {
      known();
      return;
    }
    const offset = piece.offsets.get(b.root);
    if (offset === undefined) throw new Error(`a buffer of shape [${b.shape}] has no place`);
    f.i32(base + offset);
  };
  for (const step of piece.steps) emitStep(o, piece, step, base, place, places);
}

function emitStep(
  o: Orchestra,
  piece: Piece,
  step: Step,
  base: number,
  place: (b: Buffer) => void,
  places: ReadonlyMap<Buffer, Place>,
): void {
  const { f } = o;
  switch (step.kind) {
    case "kernel": {
      const { code } = step, emit = (): void => emitKernel(o, piece, step, base, place);
      if (code.units === 0) return;
      if (o.around === undefined) emit();
      else o.around(step, piece, emit);
      return;
    }
    case "scan":
      emitScan(o, step, base + step.scratch, place, places);
      return;
    case "while":
      emitWhile(o, step, base + step.scratch, place, places);
      return;
    case "branch": {
      const { node, branches, scratch } = step, [chosen, ...inputs] = node.inputs, index = f.local("i32");
      place(chosen!);
      f.memory("i32.load").set(index);
      const from = (k: number): void => {
        const { graph } = branches[k]!.fused, inner = new Map(places);
        graph.inputs.forEach((b, i) => inner.set(b, () => place(inputs[i]!)));
        graph.outputs.forEach((b, i) => inner.set(b, () => place(node.outputs[i]!)));
        const run = (): void => emitPiece(o, branches[k]!, base + scratch, inner);
        if (k === branches.length - 1) run();
        else f.get(index).i32(k).op("i32.eq").if(run, () => from(k + 1));
      };
      from(0);
      return;
    }
    case "numbers":
      for (const [b, value] of step.values) {
        place(b);
        f[b.dtype as "f32" | "f64"](value).memory(storeOf[b.dtype]);
      }
      return;
    case "host": {
      const { node } = step;
      node.inputs.forEach(place);
      f.call(o.host.action(node.inputs.length, (...addresses) => {
        node.run(node.inputs.map((b, i) => copyOut(o.memory(), b, addresses[i]!)));
      }));
    }
  }
}

function emitKernel(
  { f, crew }: Orchestra,
  { fused }: Piece,
  { code, scratch, share }: KernelStep,
  base: number,
  place: (b: Buffer) => void,
): void {
  const args = [...code.inputs.map((i) => fused.buffers[i]!), ...code.outputs].map((b) => () => place(b));
  if (code.workBytes > 0) args.push(() => void f.i32(base + scratch));
  if (share === null) {
    for (const push of args) push();
    f.i32(0).i32(code.units).call(code.entry);
  } else {
    args.forEach((push, i) => {
      f.i32(control.args + 4 * i);
      push();
      f.memory("i32.store");
    });
    f.i32(share.task).i32(code.units).i32(share.chunk).call(crew.fork);
  }
  if (code.finish === undefined) return;
  for (const push of args.slice(code.inputs.length)) push();
  f.call(code.finish);
}

/** The elements of a buffer at an address, copied. */
export function copyOut(memory: ArrayBufferLike, { shape, dtype, size }: Buffer, address: number): NdArray {
  const data = alloc(dtype, size), bytes = size * bytesOf(dtype);
  new Uint8Array(data.buffer).set(new Uint8Array(memory, address >>> 0, bytes));
  return { shape, dtype, data };
}

/** Copies a buffer, unless it is there already. */
function copyTo(f: Func, target: Place, source: Place, b: Buffer): void {
  const bytes = b.size * bytesOf(b.dtype);
  if (bytes === 0) return;
  target();
  source();
  f.op("i32.ne").if(() => {
    target();
    source();
    f.i32(bytes).memoryCopy();
  });
}

/** Where a part of a loop's carry is and where its next goes: one place where the body writes over what it is given. */
interface CarryCells {
  readonly now: Local;
  readonly next: Local;
  readonly other: Local;
}

/** A cell that its body writes over: the result's place, where its first value is brought. */
function cellAt(f: Func, result: Place, first: Place, b: Buffer): CarryCells {
  const only = f.local("i32");
  copyTo(f, result, first, b);
  result();
  f.set(only);
  return { now: only, next: only, other: only };
}

/** After a step: what was written is read, and the cell beside it is written next. */
function turn(f: Func, { now, next, other }: CarryCells): void {
  if (now !== next) f.get(next).set(now).get(other).set(next).get(now).set(other);
}

function emitScan(
  o: Orchestra,
  { node, body, over }: Step & { kind: "scan" },
  scratch: number,
  place: (b: Buffer) => void,
  places: ReadonlyMap<Buffer, Place>,
): void {
  const { f } = o, { consts, carry, length, reverse, inputs, outputs } = node, { graph } = body.fused;
  const cells: CarryCells[] = [], inner = new Map(places);
  if (length === 0) {
    for (let k = 0; k < carry; k++) copyTo(f, () => place(outputs[k]!), () => place(inputs[consts + k]!), outputs[k]!);
    return;
  }
  let at = scratch;
  for (let k = 0; k < carry; k++) {
    if (over[k]) {
      cells.push(cellAt(f, () => place(outputs[k]!), () => place(inputs[consts + k]!), outputs[k]!));
      continue;
    }
    const c = { now: f.local("i32"), next: f.local("i32"), other: f.local("i32") }, spare = at;
    at += bytesOfBuffer(outputs[k]!);
    place(inputs[consts + k]!);
    f.set(c.now);
    // The last step writes to the output itself, so the cells alternate from wherever that makes the first one.
    const [first, second] = length % 2 === 1 ? [c.next, c.other] : [c.other, c.next];
    place(outputs[k]!);
    f.set(first).i32(spare).set(second);
    cells.push(c);
  }
  const step = f.local("i32"), index = f.local("i32");
  const slices = [
    ...inputs.slice(consts + carry).map((b, i) => ({ whole: b, part: graph.inputs[consts + carry + i]! })),
    ...outputs.slice(carry).map((b, i) => ({ whole: b, part: graph.outputs[carry + i]! })),
  ].map((s) => ({ ...s, pointer: f.local("i32") }));
  graph.inputs.slice(0, consts).forEach((b, i) => inner.set(b, () => place(inputs[i]!)));
  cells.forEach(({ now, next }, k) => {
    inner.set(graph.inputs[consts + k]!, () => f.get(now));
    inner.set(graph.outputs[k]!, () => f.get(next));
  });
  slices.forEach(({ part, pointer }) => inner.set(part, () => f.get(pointer)));
  f.i32(0).set(step);
  f.while(step, () => f.i32(length), 1, () => {
    if (reverse) f.i32(length - 1).get(step).op("i32.sub");
    else f.get(step);
    f.set(index);
    for (const { whole, part, pointer } of slices) {
      place(whole);
      f.get(index).i32(part.size * bytesOf(part.dtype)).op("i32.mul", "i32.add").set(pointer);
    }
    emitPiece(o, body, at, inner);
    cells.forEach((c) => turn(f, c));
  });
}

function emitWhile(
  o: Orchestra,
  { node, test, body, over }: Step & { kind: "while" },
  scratch: number,
  place: (b: Buffer) => void,
  places: ReadonlyMap<Buffer, Place>,
): void {
  const { f } = o, { testConsts, bodyConsts, inputs, outputs } = node;
  let at = scratch;
  const cells = outputs.map((b, k): CarryCells => {
    const first = (): void => place(inputs[testConsts + bodyConsts + k]!);
    if (over[k]) return cellAt(f, () => place(b), first, b);
    const c = { now: f.local("i32"), next: f.local("i32"), other: f.local("i32") };
    first();
    f.set(c.now).i32(at).set(c.next).i32(at + bytesOfBuffer(b)).set(c.other);
    at += 2 * bytesOfBuffer(b);
    return c;
  });
  const flag = at, testBase = flag + aligned(1), bodyBase = testBase + test.bytes;
  const forTest = new Map(places), forBody = new Map(places);
  const bind = (map: Map<Buffer, Place>, names: readonly Buffer[], from: number, consts: number): void =>
    names.forEach((b, i) =>
      map.set(b, i < consts ? () => place(inputs[from + i]!) : () => f.get(cells[i - consts]!.now))
    );
  bind(forTest, test.fused.graph.inputs, 0, testConsts);
  bind(forBody, body.fused.graph.inputs, testConsts, bodyConsts);
  forTest.set(test.fused.graph.outputs[0]!, () => f.i32(flag));
  body.fused.graph.outputs.forEach((b, k) => forBody.set(b, () => f.get(cells[k]!.next)));
  f.block((done) =>
    f.loop((again) => {
      emitPiece(o, test, testBase, forTest);
      f.i32(flag).memory("i32.load8_u").op("i32.eqz").brIf(done);
      emitPiece(o, body, bodyBase, forBody);
      cells.forEach((c) => turn(f, c));
      f.br(again);
    })
  );
  outputs.forEach((b, k) => copyTo(f, () => place(b), () => f.get(cells[k]!.now), b));
}
