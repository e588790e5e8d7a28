/** What the examples share: a command line, the width of the terminal, and how they end. */
import { parseArgs } from "node:util";
import type { LoadOptions } from "@adjoint/adjoint/data";

/** An option with a number. */
export interface NumberFlag {
  readonly default: number;
  /** What the help says of it. */
  readonly about: string;
  readonly fits: (x: number) => boolean;
  /** What fits, in words. */
  readonly what: string;
}

/** An option with a text, whose `default` is what stands if it is left out. */
export interface TextFlag {
  readonly default: string;
  readonly about: string;
  /** What it may be; anything if left out. */
  readonly choices?: readonly string[];
}

/** An option that is given or not. */
export interface SwitchFlag {
  readonly default: false;
  readonly about: string;
}

/** The options of a command by name. */
export type Flags = Readonly<Record<string, NumberFlag | TextFlag | SwitchFlag>>;

/** What a command line says. */
export type Options<F extends Flags> =
  & {
    readonly [K in keyof F]: F[K] extends NumberFlag ? number : F[K] extends TextFlag ? string : boolean;
  }
  & { readonly help: boolean };

/** A whole number from `least` to `most`. */
export const whole = (standard: number, about: string, least = 1, most = Number.MAX_SAFE_INTEGER): NumberFlag => ({
  default: standard,
  about,
  fits: (x) => Number.isSafeInteger(x) && x >= least && x <= most,
  what: `a whole number from ${least}${most === Number.MAX_SAFE_INTEGER ? "" : ` to ${most}`}`,
});

/** A number above 0. */
export const positive = (standard: number, about: string): NumberFlag => ({
  default: standard,
  about,
  fits: (x) => Number.isFinite(x) && x > 0,
  what: "a number above 0",
});

/** A text. */
export const text = (standard: string, about: string): TextFlag => ({ default: standard, about });

/** One of some words, the first if it is left out. */
export const oneOf = (choices: readonly [string, ...string[]], about: string): TextFlag => ({
  default: choices[0],
  about: `${about}: ${choices.join(", ")}`,
  choices,
});

/** A number from 0 to below 1. */
export const fraction = (standard: number, about: string): NumberFlag => ({
  default: standard,
  about,
  fits: (x) => x >= 0 && x < 1,
  what: "a number from 0 to below 1",
});

/** Something that is asked for or not. */
export const asked = (about: string): SwitchFlag => ({ default: false, about });

/** The seed of whatever is drawn. */
export const seed: NumberFlag = whole(0, "seed of everything that is drawn", 0);

/** A command: `deno task NAME`. */
export interface Command<F extends Flags> {
  readonly name: string;
  readonly help: string;
  /** What a command line says, or what is wrong with it. */
  readonly parse: (args: readonly string[]) => Options<F> | string;
}

/** The command of a name that does what `about` says. */
export function command<F extends Flags>(name: string, about: string, flags: F): Command<F> {
  const entries = Object.entries({ ...flags, help: { default: false, about: "this text" } } satisfies Flags);
  const shown = (n: string, f: Flags[string]) =>
    `--${n}${f.default === false ? "" : typeof f.default === "number" ? " N" : " TEXT"}`;
  const wide = Math.max(...entries.map(([n, f]) => shown(n, f).length));
  const said = ([n, f]: readonly [string, Flags[string]]) =>
    `  ${shown(n, f).padEnd(wide)}  ${f.about}${f.default === false || f.default === "" ? "" : ` (${f.default})`}`;
  const help = `deno task ${name} [options]    ${about}\n\n${entries.map(said).join("\n")}`;
  return {
    name,
    help,
    parse: (args) => {
      try {
        const { values } = parseArgs({
          args: [...args],
          options: Object.fromEntries(
            entries.map(([n, f]) => [n, f.default === false ? { type: "boolean" } : { type: "string" }]),
          ),
        });
        const read = (n: string, f: Flags[string]): number | string | boolean => {
          const given = values[n];
          if (given === undefined) return f.default;
          if ("choices" in f && f.choices !== undefined && !f.choices.includes(String(given))) {
            throw new Error(`--${n} is ${f.choices.join(" or ")}, not ${given}`);
          }
          if (!("fits" in f)) return given as string | boolean;
          const x = Number(given);
          if (String(given).trim() === "" || !f.fits(x)) throw new Error(`--${n} is ${f.what}, not ${given}`);
          return x;
        };
        return Object.fromEntries(entries.map(([n, f]) => [n, read(n, f)])) as Options<F>;
      } catch (e) {
        return `${name}: ${(e as Error).message}\n\n${help}`;
      }
    },
  };
}

/** Runs a command with the arguments of this process: what is wrong goes to stderr, and out as the exit code. */
export async function run<F extends Flags>(c: Command<F>, main: (options: Options<F>) => Promise<void>): Promise<void> {
  const options = c.parse(Deno.args);
  if (typeof options === "string") {
    console.error(options);
    Deno.exitCode = 2;
  } else if (options.help) console.log(c.help);
  else {
    try {
      await main(options);
    } catch (e) {
      console.error(`${c.name}: ${(e as Error).message}`);
      Deno.exitCode = 1;
    }
  }
}

/** Columns of the terminal; 80 where they cannot be told, which some pseudo-terminals say with a 0. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80;
  }
}

/** Seconds since a moment of `performance.now()`, to a tenth. */
export const secondsSince = (begun: number): string => ((performance.now() - begun) / 1000).toFixed(1);

/** A fraction as per cent. */
export const percent = (x: number, digits = 2): string => `${(100 * x).toFixed(digits)} %`;

/** Where data are looked for: as `loadFile` does, and with a word on stderr when a file is fetched. */
export const looking: LoadOptions = {
  onProgress: ({ file, received, total }) => {
    if (received === total || !said.has(file)) console.error(`${said.has(file) ? "fetched" : "fetching"} ${file}`);
    said.add(file);
  },
};

const said = new Set<string>();

/** Where Deno puts the packages that `examples/deno.json` asks for: MNIST comes in one, of which no code is run. */
export const installed: LoadOptions = { directory: `${import.meta.dirname}/node_modules` };
