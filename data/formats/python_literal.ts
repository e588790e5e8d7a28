/** The literals of Python that headers of .npy files are written in; read, never evaluated. */
import { clip } from "./excerpt.ts";
import { type Either, left, right } from "fp-ts/lib/Either.js";

/** A tuple or a list is an array, a dictionary a map. */
export type PythonLiteral =
  | string
  | number
  | boolean
  | null
  | readonly PythonLiteral[]
  | ReadonlyMap<string, PythonLiteral>;

/** What is wrong, at which character. */
export interface LiteralError {
  /** Where, from 0. */
  readonly at: number;
  /** What was expected. */
  readonly what: string;
}

const token = /[ \t\r\n]*(?:(-?\d{1,20})L?|([uU]?)'([^'\\\r\n]*)'|([uU]?)"([^"\\\r\n]*)"|(\w+)|([^]))/y;

/** Nobody nests deeper in a header, and reading takes the stack. */
const deepest = 16;

class Refused extends Error {
  constructor(readonly at: number, what: string) {
    super(what);
  }
}

/** Reads one literal: strings without escapes, whole numbers, True, False, None, tuples, lists and dictionaries. */
export function pythonLiteral(text: string): Either<LiteralError, PythonLiteral> {
  let at = 0;
  const refuse = (what: string): never => {
    throw new Refused(at, what);
  };
  const skipSpace = () => {
    while (/[ \t\r\n]/.test(text[at] ?? "")) at++;
  };
  /** Takes a character if it comes next. */
  const takes = (c: string): boolean => {
    skipSpace();
    if (text[at] !== c) return false;
    at++;
    return true;
  };

  function value(depth: number): PythonLiteral {
    if (depth > deepest) refuse(`nested deeper than ${deepest}`);
    skipSpace();
    if (takes("(")) return items(")", depth);
    if (takes("[")) return items("]", depth);
    if (takes("{")) return dictionary(depth);
    token.lastIndex = at;
    const [whole, number, , single, , double, name] = token.exec(text) ?? refuse("it ends where a value should be");
    const start = at;
    at += whole.length;
    if (number !== undefined) return Number(number);
    const string = single ?? double;
    if (string !== undefined) return string;
    if (name === "True" || name === "False") return name === "True";
    if (name === "None") return null;
    at = start;
    return refuse(`"${clip(whole)}" is no value`);
  }

  function items(close: string, depth: number): PythonLiteral[] {
    const found: PythonLiteral[] = [];
    while (!takes(close)) {
      found.push(value(depth + 1));
      if (!takes(",")) {
        // In Python (3) is the number 3; numpy never writes it, and reads it as no tuple.
        if (close === ")" && found.length === 1) refuse("a tuple of one has a comma");
        if (!takes(close)) refuse(`"," or "${close}" should be here`);
        break;
      }
    }
    return found;
  }

  function dictionary(depth: number): ReadonlyMap<string, PythonLiteral> {
    const found = new Map<string, PythonLiteral>();
    while (!takes("}")) {
      const key = value(depth + 1);
      if (typeof key !== "string") return refuse("a key should be a string");
      if (!takes(":")) refuse('":" should be here');
      if (found.has(key)) refuse(`the key "${clip(key)}" is there twice`);
      found.set(key, value(depth + 1));
      if (!takes(",")) {
        if (!takes("}")) refuse('"," or "}" should be here');
        break;
      }
    }
    return found;
  }

  try {
    const read = value(0);
    skipSpace();
    if (at < text.length) refuse("there is more behind it");
    return right(read);
  } catch (e) {
    if (e instanceof Refused) return left({ at: e.at, what: e.message });
    throw e;
  }
}
