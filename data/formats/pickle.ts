/**
 * Values out of Python's pickles, of protocol 2, as much of it as lists, dictionaries and NumPy's arrays need.
 *
 * A pickle is a program that may call anything; here nothing is called: what would be is told by name, and only the names
 * of arrays and matrices are known further on.
 *
 * @see https://github.com/python/cpython/blob/3.13/Lib/pickletools.py
 */
import { Damage } from "./damage.ts";

/** What a pickle holds: bytes are texts as well, and tuples are lists. */
export type Pickled =
  | null
  | boolean
  | number
  | Uint8Array
  | readonly Pickled[]
  | ReadonlyMap<string | number, Pickled>
  | PickledObject;

/** Something that Python would make by a call. */
export class PickledObject {
  /** What `__setstate__` would be given. */
  state: Pickled = null;
  /** What it holds as a dictionary. */
  readonly items: Map<string | number, Pickled> = new Map();

  /** `maker` is called with `args`, in Python. */
  constructor(readonly maker: string, readonly args: Pickled) {}
}

/** Where lists and tuples begin. */
const mark = Symbol("mark");

type Item = Pickled | typeof mark;

/** The text of bytes, each a character. */
export const latin1 = (bytes: Uint8Array): string => Array.from(bytes, (b) => String.fromCharCode(b)).join("");

/** Names are no longer; a file of noise may have none end. */
const longestName = 200;

/** Reads a pickle; throws `Damage` if it is none, or holds what is not known. */
export function readPickle(bytes: Uint8Array): Pickled {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const stack: Item[] = [], memo = new Map<number, Item>();
  let at = 0;
  const fail = (what: string): never => {
    throw new Damage(at, what);
  };
  const take = (n: number): number => {
    if (n > bytes.length - at) fail("the bytes end too early");
    return (at += n) - n;
  };
  const blob = (n: number): Uint8Array => bytes.subarray(take(n), at);
  const line = (): string => {
    const end = bytes.subarray(at, at + longestName).indexOf(10);
    if (end < 0) fail("a name does not end");
    const text = latin1(blob(end));
    at++;
    return text;
  };
  const pop = (): Pickled => {
    const top = stack.pop();
    return top === undefined || top === mark ? fail("a value is missing") : top;
  };
  const top = (): Pickled => {
    const last = stack.at(-1);
    return last === undefined || last === mark ? fail("a value is missing") : last;
  };
  /** All since the last mark. */
  const marked = (): Pickled[] => {
    const from = stack.lastIndexOf(mark);
    if (from < 0) fail("a mark is missing");
    return stack.splice(from).slice(1) as Pickled[];
  };
  const append = (xs: readonly Pickled[]): void => {
    const list = top();
    if (!Array.isArray(list)) return fail("something is added to what is no list");
    for (const x of xs) list.push(x);
  };
  const set = (pairs: readonly Pickled[]): void => {
    const target = top(), map = target instanceof PickledObject ? target.items : target;
    if (!(map instanceof Map) || pairs.length % 2 !== 0) return fail("something is set in what is no dictionary");
    for (let i = 0; i < pairs.length; i += 2) {
      const key = pairs[i]!, name = key instanceof Uint8Array ? latin1(key) : key;
      if (typeof name !== "string" && typeof name !== "number") fail("a key is neither a text nor a number");
      map.set(name as string | number, pairs[i + 1]!);
    }
  };
  const make = (): PickledObject => {
    const args = pop(), maker = pop();
    if (maker instanceof PickledObject && maker.args === null) return new PickledObject(maker.maker, args);
    return fail("what is called is no name");
  };
  const tuple = (n: number): Pickled[] => {
    const xs = Array.from({ length: n }, pop);
    return xs.reverse();
  };
  const kept = (i: number): Item => memo.has(i) ? memo.get(i)! : fail(`value ${i} is used before it was kept`);

  for (;;) {
    const start = take(1);
    switch (bytes[start]) {
      case 0x80: // PROTO
        if (bytes[take(1)]! > 2) fail("the protocol is newer than 2");
        break;
      case 0x2e: // STOP
        return pop();
      case 0x28: // MARK
        stack.push(mark);
        break;
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x4b: // BININT1
        stack.push(bytes[take(1)]!);
        break;
      case 0x4d: // BININT2
        stack.push(view.getUint16(take(2), true));
        break;
      case 0x55: // SHORT_BINSTRING
        stack.push(blob(bytes[take(1)]!));
        break;
      case 0x54: // BINSTRING
        stack.push(blob(view.getUint32(take(4), true)));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x74: // TUPLE
        stack.push(marked());
        break;
      case 0x85: // TUPLE1
        stack.push(tuple(1));
        break;
      case 0x86: // TUPLE2
        stack.push(tuple(2));
        break;
      case 0x87: // TUPLE3
        stack.push(tuple(3));
        break;
      case 0x61: { // APPEND
        const x = pop();
        append([x]);
        break;
      }
      case 0x65: // APPENDS
        append(marked());
        break;
      case 0x73: // SETITEM
        set(tuple(2));
        break;
      case 0x75: // SETITEMS
        set(marked());
        break;
      case 0x63: // GLOBAL
        stack.push(new PickledObject(`${line()}.${line()}`, null));
        break;
      case 0x52: // REDUCE
      case 0x81: // NEWOBJ
        stack.push(make());
        break;
      case 0x62: { // BUILD
        const state = pop(), object = top();
        if (object instanceof PickledObject) object.state = state;
        else fail("a state is given to what has none");
        break;
      }
      case 0x71: // BINPUT
        memo.set(bytes[take(1)]!, top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(view.getUint32(take(4), true), top());
        break;
      case 0x68: // BINGET
        stack.push(kept(bytes[take(1)]!));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(kept(view.getUint32(take(4), true)));
        break;
      default:
        at = start;
        fail(`there is an instruction 0x${bytes[start]!.toString(16)}, which is not known`);
    }
  }
}
