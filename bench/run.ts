/**
 * The benchmarks beside the peers: `deno task bench`.
 *
 * Every implementation of a case runs in a process of its own; they are timed in turns, so that a noisy moment hits all.
 * Where there is a Python with PyTorch or JAX (`PYTHON` names it, `python3` if not set), these are timed as well.
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { bars, type Standing, standings } from "./bars.ts";
import { compare } from "./harness/compare.ts";
import { pythonLibraries } from "./harness/python.ts";
import { type CaseResult, Measured } from "./harness/results.ts";
import { barTable, caseTable } from "./harness/table.ts";
import { caseNamed, cases } from "./workloads/mod.ts";

const help = `deno task bench [options]    time every case beside the peers, and hold it against the bars

  --only=PATTERN  cases whose name matches, and what their bars need
  --check         exit with 1 and name the bars missed, if there are any
  --json          everything as JSON
  --fast          ours alone, as it is and under V8's flags for speed
  --rounds=N      turns of every implementation (3)
  --budget=MS     length of a turn (300)
  --list          names of the cases
  --help          this text`;

const { values: options } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", default: "" },
    check: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    fast: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    budget: { type: "string", default: "300" },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** The names of the cases of a pattern, and of those that their bars are compared with if bars are held. */
function chosen(pattern: string, held: boolean): Set<string> {
  const matches = new RegExp(pattern, "iu");
  // A bar of a case that is not there would never be held.
  for (const b of bars) for (const n of b.needs) caseNamed(n);
  const names = new Set(cases.map((c) => c.name).filter((n) => matches.test(n)));
  for (const b of held ? bars : []) if (names.has(b.needs[0]!)) { for (const n of b.needs) names.add(n); }
  return names;
}

/** A run as data. */
const report = (results: readonly CaseResult[], held: readonly Standing[]) => ({
  machine: { cpu: cpus()[0]?.model, cores: cpus().length, ...Deno.version },
  cases: results.map(({ case: { name, unit, flops, bytes }, results }) => ({
    name,
    unit: unit ?? "ms",
    flops,
    bytes,
    results,
  })),
  bars: held.map(({ bar: { name, sense, must, aim, unit }, ratio, state }) => ({
    name,
    ratio,
    sense,
    must,
    aim,
    unit,
    state,
  })),
});

async function main(): Promise<number> {
  if (options.help || options.list) {
    console.log(options.help ? help : cases.map((c) => c.name).join("\n"));
    return 0;
  }
  const names = chosen(options.only, !options.fast), results: CaseResult[] = [], python = await pythonLibraries();
  const effort = { rounds: Number(options.rounds), budget: Number(options.budget), fast: options.fast };
  for (const c of cases.filter((c) => names.has(c.name))) {
    const having = [...python].filter(([, names]) => names.includes(c.name)).map(([library]) => library);
    const result = await compare(c, having, effort);
    results.push(result);
    if (!options.json) console.log(`${caseTable(result)}\n`);
  }
  // Bars compare with others.
  const held = options.fast ? [] : standings(new Measured(results));
  console.log(options.json ? JSON.stringify(report(results, held), null, 2) : barTable(held));
  const missed = held.filter((s) => s.state === "missed");
  if (!options.check || missed.length === 0) return 0;
  console.error(`\nmissed:\n${missed.map((s) => `  ${s.bar.name}`).join("\n")}`);
  return 1;
}

Deno.exit(await main());
