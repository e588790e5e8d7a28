/** The functions by which a module's kernels are shared out among threads. */
import { Func, type Label } from "./function.ts";
import { control } from "./threads.ts";

/** What a module exports to workers, and calls itself. */
export interface Crew {
  /** `(task, units, chunk)`: runs all units of a task, whoever does them; the arguments are in the control words. */
  readonly fork: Func;
  /** `(thread)`: takes part in the present job, if it is this module's. */
  readonly join: Func;
  readonly functions: readonly Func[];
}

/** Times that a flag is looked at before the waiting thread sleeps for a moment. */
const patience = 10000;
/** Nanoseconds of such a moment. */
const moment = 50000n;

/** The functions for the module of a number, whose scratch memory serves so many threads. */
export function crewOf(module: number, threads: number): Crew {
  const take = new Func(null, []);
  {
    const from = take.local("i32"), to = take.local("i32"), units = take.local("i32"), chunk = take.local("i32");
    load(take, control.units).set(units);
    load(take, control.chunk).set(chunk);
    take.block((finished) =>
      take.loop((again) => {
        take.i32(control.taken).get(chunk).memory("i32.atomic.rmw.add").tee(from).get(units).op("i32.ge_s").brIf(
          finished,
        );
        take.get(from).get(chunk).op("i32.add").tee(to).get(units).get(to).get(units).op("i32.lt_s", "select").set(to);
        take.get(from).get(to);
        load(take, control.task).callIndirect(0);
        take.i32(control.done).get(to).get(from).op("i32.sub").memory("i32.atomic.rmw.add").op("drop").br(again);
      })
    );
  }

  const fork = new Func(null, ["i32", "i32", "i32"]);
  {
    const [task, units, chunk] = fork.args as [typeof fork.args[0], typeof fork.args[0], typeof fork.args[0]];
    // Nobody may still be looking at the last job when this one is written down.
    waitUntil(fork, control.inside, () => fork.i32(0));
    store(fork, control.module, () => fork.i32(module));
    store(fork, control.task, () => fork.get(task!));
    store(fork, control.units, () => fork.get(units!));
    store(fork, control.chunk, () => fork.get(chunk!));
    store(fork, control.taken, () => fork.i32(0));
    store(fork, control.done, () => fork.i32(0));
    store(fork, control.open, () => fork.i32(1));
    fork.i32(control.sequence).i32(1).memory("i32.atomic.rmw.add").op("drop");
    load(fork, control.asleep).if(() => fork.i32(control.sequence).i32(-1).memory("memory.atomic.notify").op("drop"));
    fork.call(take);
    store(fork, control.open, () => fork.i32(0));
    waitUntil(fork, control.done, () => fork.get(units!));
  }

  const join = new Func("join", ["i32"]);
  {
    const thread = join.args[0]!;
    join.get(thread).setGlobal(1);
    join.i32(control.inside).i32(1).memory("i32.atomic.rmw.add").op("drop");
    load(join, control.open);
    load(join, control.module).i32(module).op("i32.eq", "i32.and");
    join.get(thread).i32(threads).op("i32.lt_s", "i32.and").if(() => join.call(take));
    join.i32(control.inside).i32(1).memory("i32.atomic.rmw.sub").op("drop");
  }
  return { fork, join, functions: [take, fork, join] };
}

const load = (f: Func, address: number): Func => f.i32(address).memory("i32.atomic.load");

function store(f: Func, address: number, value: () => void): void {
  f.i32(address);
  value();
  f.memory("i32.atomic.store");
}

/** Waits for a control word to have a value: looking again and again first, then between naps. */
function waitUntil(f: Func, address: number, value: () => void): void {
  const looks = f.local("i32"), now = f.local("i32");
  const check = (done: Label): void => {
    load(f, address).tee(now);
    value();
    f.op("i32.eq").brIf(done);
  };
  f.i32(0).set(looks);
  f.block((done) =>
    f.loop((again) => {
      check(done);
      f.step(looks, 1).get(looks).i32(patience).op("i32.lt_s").brIf(again);
      f.i32(address).get(now).i64(moment).memory("memory.atomic.wait32").op("drop").br(again);
    })
  );
  f.free(looks, now);
}
