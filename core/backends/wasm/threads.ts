/** Threads that share the work of a program. */
import { Func, type Label, type Local } from "./function.ts";
import { memory, shared } from "./heap.ts";

// Worker threads that share the memory, and how a kernel's work is shared out among them.
//
// The control words in memory say what the present job is: an open flag, the module and the function, its arguments, how
// many units of work there are, how many of each thread's part have been taken and how many are done. Whoever is free
// takes the next few; a worker that sleeps, or has not started yet, is not waited for. Any division of units among
// threads gives the same bits.
//
// Workers are made from text. In a process they come from `node:worker_threads`: that needs no permission, and
// unreferenced they do not keep the process alive. In a page that shares memory they are Web Workers, which start when
// the page's code next returns to the event loop. Where there are neither, programs run on one thread.

/** Byte addresses of the control words. */
export const control = {
  /** Counts jobs; workers wait for it to change. */
  sequence: 64,
  /** 1 while a job may be joined. */
  open: 128,
  /** Workers that are looking at the job. */
  inside: 192,
  /** The module's number, and the place of its function in its table. */
  module: 256,
  task: 260,
  units: 264,
  chunk: 268,
  /** Messages sent to each Web Worker: one that has read fewer lets the next come in. */
  sent: 272,
  /** Units done. */
  done: 384,
  /** Workers asleep. */
  asleep: 448,
  /** The task's arguments. */
  args: 512,
  /** Units taken of each thread's part, in a cache line for each of 64 threads. */
  taken: 1024,
} as const;

/** Bytes from one thread's count of units taken to the next one's. */
const takenBytes = 64;

/** The most arguments that a task has. */
export const mostArguments = 64;

/** What the workers are told: a module and its number, or that it is needed no more. */
interface Message {
  readonly id: number;
  readonly module: WebAssembly.Module | null;
}

/** Starts the worker of a number; what comes back sends it messages. */
type Start = (thread: number) => (message: Message) => void;

// What a worker does on either side. It spins for a while before it sleeps: kernels of a program follow each other
// closely.
const loopSource = `
const at = (address) => address >> 2, modules = new Map();
let memory, words, control, thread, seen = 0;
const host = new Proxy({}, { get: (_, name) => name === "memory" ? memory : () => 0 });
function learn({ id, module }) {
  if (module === null) modules.delete(id);
  else modules.set(id, new WebAssembly.Instance(module, { host }).exports);
}
function awaitJob() {
  let spins = 0;
  while (Atomics.load(words, at(control.sequence)) === seen) {
    if (++spins < 20000) continue;
    Atomics.add(words, at(control.asleep), 1);
    Atomics.wait(words, at(control.sequence), seen);
    Atomics.sub(words, at(control.asleep), 1);
    spins = 0;
  }
}
function takeJob() {
  seen = Atomics.load(words, at(control.sequence));
  return Atomics.load(words, at(control.module));
}
`;

/** What `node:worker_threads` is used for here. */
interface Port {
  postMessage(message: unknown): void;
  unref?(): void;
}
interface WorkerThreads {
  readonly Worker: new (source: string, options: object) => { unref(): void; terminate(): unknown };
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
}

interface Process {
  /** Gives the runtime's own modules. */
  readonly getBuiltinModule?: (name: string) => unknown;
}

const runtime = (): Process | undefined => (globalThis as { readonly process?: Process }).process;

const nodeSource = `${loopSource}
const { workerData, receiveMessageOnPort } = require("node:worker_threads");
({ memory, control, thread } = workerData);
words = new Int32Array(memory.buffer);
for (;;) {
  awaitJob();
  const id = takeJob();
  for (let m; !modules.has(id) && (m = receiveMessageOnPort(workerData.port)) !== undefined;) learn(m.message);
  modules.get(id)?.join(thread);
}
`;

const startInProcess: Start = (thread) => {
  const node = runtime()!.getBuiltinModule!("node:worker_threads") as WorkerThreads;
  const { port1, port2 } = new node.MessageChannel();
  const worker = new node.Worker(nodeSource, {
    eval: true,
    workerData: { memory: memory(), port: port2, thread, control },
    transferList: [port2],
  });
  worker.unref();
  port1.unref?.();
  for (const m of published) port1.postMessage(m);
  return (message) => port1.postMessage(message);
};

// Messages reach a Web Worker only between its tasks, so it ends its task when one is on the way; the message begins
// another.
const webSource = `${loopSource}
let read;
function work() {
  for (;;) {
    awaitJob();
    if (Atomics.load(words, at(control.sent)) !== read) return;
    modules.get(takeJob())?.join(thread);
  }
}
onmessage = ({ data }) => {
  if (words === undefined) {
    ({ memory, control, thread, read } = data);
    words = new Int32Array(memory.buffer);
    data.published.forEach(learn);
  } else {
    read = (read + 1) | 0;
    learn(data);
  }
  work();
};
`;

let webUrl: string | null = null;

const startInPage: Start = (thread) => {
  webUrl ??= URL.createObjectURL(new Blob([webSource], { type: "text/javascript" }));
  const worker = new Worker(webUrl);
  worker.onerror = () => void (refused = true);
  worker.postMessage({ memory: memory(), control, thread, read: sent, published: [...published] });
  return (message) => worker.postMessage(message);
};

/**
 * How a worker is started here; `null` where threads cannot share memory. It is asked whenever something is compiled, and so
 * loads nothing.
 */
function starter(): Start | null {
  if (!shared || refused) return null;
  if (runtime()?.getBuiltinModule !== undefined) return startInProcess;
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
  return isolated && typeof Worker === "function" ? startInPage : null;
}

/** Whether starting a worker has failed, as a page's content security policy can make it. */
let refused = false;
let wanted = defaultThreads();
let senders: ReturnType<Start>[] | null = null;
let count = 0;
let sent = 0;

function defaultThreads(): number {
  const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency;
  return Math.max(1, Math.min(16, cores ?? 1));
}

/** Threads that compute, the main one included. */
export const threads = (): number => starter() === null ? 1 : wanted;

/** How many threads compute from now on; programs compiled for fewer stay with fewer. */
export function setThreads(n: number): void {
  wanted = n;
}

/** Starts one more worker. */
function start(): void {
  const startOne = starter();
  senders ??= [];
  try {
    if (startOne !== null) senders.push(startOne(senders.length + 1));
  } catch {
    refused = true;
  }
}

const published = new Set<Message>();
// Workers keep a module as long as the program that it was made for is kept.
const dropped = new FinalizationRegistry((id: number) => {
  for (const p of published) if (p.id === id) published.delete(p);
  tell({ id, module: null });
});

/** Sends a message to all workers, the count of messages first: whoever has read as many waits for none. */
function tell(message: Message): void {
  if (senders === null || senders.length === 0) return;
  sent = (sent + 1) | 0;
  Atomics.store(new Int32Array(memory().buffer), control.sent >> 2, sent);
  for (const send of senders) send(message);
}

/** A number for a module's place among the workers' modules. */
export const nextModule = (): number => ++count;

/** Gives a module to the workers; `owner` is what keeps it needed. */
export function publish(id: number, module: WebAssembly.Module, owner: object): void {
  const message = { id, module };
  tell(message);
  published.add(message);
  dropped.register(owner, id);
}

/** Nanoseconds that the caller is held up while a worker starts, about. */
const startTime = 60e6;
/** Nanoseconds of work that could have been shared among more threads than there were. */
let waiting = 0;

/**
 * To be called before each run of a program with that many nanoseconds of work to share. A worker is started once all that
 * are not there would have saved as much time as its start takes: so nobody waits for more than about twice the least.
 */
export function aboutToShare(work: number): void {
  if (senders !== null && senders.length >= wanted - 1) return;
  waiting += work;
  for (;;) {
    const now = 1 + (senders?.length ?? 0), saved = 1 / now - 1 / threads();
    if (!(waiting * saved > startTime)) return;
    waiting -= startTime / saved;
    start();
  }
}

// The functions by which a module's kernels are shared out among threads.

/** What a module exports to workers, and calls itself. */
export interface Crew {
  /** `(task, units, chunk)`: runs all units of a task, whoever does them; the arguments are in the control words. */
  readonly fork: Func;
  /** `(thread)`: takes part in the present job, if it is this module's. */
  readonly join: Func;
  readonly functions: readonly Func[];
}

/**
 * Times that a flag is looked at before the waiting thread sleeps for a moment, a fifth of a millisecond: longer than one
 * thread waits for another's last piece of work as a rule, for a moment's sleep costs as much as a small kernel.
 */
const patience = 500000;
/** Nanoseconds of such a moment. */
const moment = 50000n;

/** The functions for the module of a number, whose scratch memory serves so many threads. */
export function crewOf(module: number, threads: number): Crew {
  // Every thread has a part of the units that is its own, the same at every call: so a kernel finds in a thread's caches
  // what the last one left there. Who is done with its own part helps the others with theirs.
  const take = new Func(null, []);
  {
    const i32 = (): Local => take.local("i32"), units = i32(), chunk = i32(), part = i32();
    const from = i32(), to = i32(), end = i32(), owner = i32(), seen = i32();
    /** Pushes the less of what is pushed and a local. */
    const atMost = (push: () => void, most: Local): void => {
      push();
      take.get(most);
      push();
      take.get(most).op("i32.lt_s", "select");
    };
    load(take, control.units).set(units);
    load(take, control.chunk).set(chunk);
    // Whole chunks, as nearly the same number for everyone as there can be.
    take.get(chunk).i32(threads).op("i32.mul").set(part);
    take.get(units).get(part).op("i32.add").i32(1).op("i32.sub").get(part).op("i32.div_u").get(chunk).op("i32.mul");
    take.set(part).global(1).set(owner);
    take.loop((next) => {
      atMost(() => take.get(owner).i32(1).op("i32.add").get(part).op("i32.mul"), units);
      take.set(end);
      take.block((finished) =>
        take.loop((again) => {
          take.get(owner).i32(takenBytes).op("i32.mul").get(chunk).memory("i32.atomic.rmw.add", control.taken);
          take.get(owner).get(part).op("i32.mul", "i32.add").tee(from).get(end).op("i32.ge_s").brIf(finished);
          atMost(() => take.get(from).get(chunk).op("i32.add"), end);
          take.set(to).get(from).get(to);
          load(take, control.task).callIndirect(0);
          take.i32(control.done).get(to).get(from).op("i32.sub").memory("i32.atomic.rmw.add").op("drop").br(again);
        })
      );
      take.step(owner, 1).i32(0).get(owner).get(owner).i32(threads).op("i32.eq", "select").set(owner);
      take.step(seen, 1).get(seen).i32(threads).op("i32.lt_s").brIf(next);
    });
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
    for (let t = 0; t < threads; t++) store(fork, control.taken + t * takenBytes, () => fork.i32(0));
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

/** Whether this thread may sleep; a page's own must not, and looks again and again. */
const maySleep = ((): boolean => {
  try {
    return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1) === "not-equal";
  } catch {
    return false;
  }
})();

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
      if (!maySleep) {
        f.br(again);
        return;
      }
      f.step(looks, 1).get(looks).i32(patience).op("i32.lt_s").brIf(again);
      f.i32(address).get(now).i64(moment).memory("memory.atomic.wait32").op("drop").br(again);
    })
  );
  f.free(looks, now);
}
