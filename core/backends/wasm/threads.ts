/**
 * Worker threads that share the memory, and how a kernel's work is shared out among them.
 *
 * The control words in memory say what the present job is: an open flag, the module and the function, its arguments, how
 * many units of work there are, how many have been taken and how many are done. Whoever is free takes the next few; a
 * worker that sleeps, or has not started yet, is not waited for. Any division of units among threads gives the same bits.
 *
 * Workers come from `node:worker_threads`, made from text: that needs no permission, and unreferenced they do not keep
 * the process alive. Where there are none (a browser), programs run on one thread.
 */
import { memory, shared } from "./memory.ts";

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
  /** Units taken, and units done. */
  taken: 320,
  done: 384,
  /** Workers asleep. */
  asleep: 448,
  /** The task's arguments. */
  args: 512,
} as const;

/** The most arguments that a task has. */
export const mostArguments = 64;

/** What `node:worker_threads` is used for here. */
interface Port {
  postMessage(message: unknown): void;
  unref?(): void;
}
interface WorkerThreads {
  readonly Worker: new (source: string, options: object) => { unref(): void; terminate(): unknown };
  readonly MessageChannel: new () => { readonly port1: Port; readonly port2: Port };
}

function workerThreads(): WorkerThreads | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  return process?.getBuiltinModule?.("node:worker_threads") as WorkerThreads | undefined;
}

// A worker spins for a while before it sleeps: kernels of a program follow each other closely.
const workerSource = `
const { workerData, receiveMessageOnPort } = require("node:worker_threads");
const { memory, port, thread, control } = workerData;
const words = new Int32Array(memory.buffer), at = (address) => address >> 2, modules = new Map();
const host = new Proxy({ memory }, { get: (o, name) => name === "memory" ? memory : () => 0 });
let seen = 0;
for (;;) {
  let spins = 0;
  while (Atomics.load(words, at(control.sequence)) === seen) {
    if (++spins < 20000) continue;
    Atomics.add(words, at(control.asleep), 1);
    Atomics.wait(words, at(control.sequence), seen);
    Atomics.sub(words, at(control.asleep), 1);
    spins = 0;
  }
  seen = Atomics.load(words, at(control.sequence));
  const id = Atomics.load(words, at(control.module));
  for (let m; !modules.has(id) && (m = receiveMessageOnPort(port)) !== undefined;) {
    const { id, module } = m.message;
    if (module === null) modules.delete(id);
    else modules.set(id, new WebAssembly.Instance(module, { host }).exports);
  }
  modules.get(id)?.join(thread);
}
`;

let wanted = defaultThreads();
let ports: Port[] | null = null;
let count = 0;

function defaultThreads(): number {
  const cores = (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency;
  return Math.max(1, Math.min(16, cores ?? 1));
}

/** Threads that compute, the main one included. */
export const threads = (): number => shared && workerThreads() !== undefined ? wanted : 1;

/** How many threads compute from now on; programs compiled for fewer stay with fewer. */
export function setThreads(n: number): void {
  wanted = n;
}

/** Starts the workers that are wanted and not yet there. */
function start(): void {
  const node = workerThreads();
  ports ??= [];
  while (node !== undefined && ports.length < wanted - 1) {
    const { port1, port2 } = new node.MessageChannel();
    const worker = new node.Worker(workerSource, {
      eval: true,
      workerData: { memory: memory(), port: port2, thread: ports.length + 1, control },
      transferList: [port2],
    });
    worker.unref();
    port1.unref?.();
    for (const m of published) port1.postMessage(m);
    ports.push(port1);
  }
}

const published = new Set<{ readonly id: number; readonly module: WebAssembly.Module }>();
// Workers keep a module as long as the program that it was made for is kept.
const dropped = new FinalizationRegistry((id: number) => {
  for (const p of published) if (p.id === id) published.delete(p);
  for (const p of ports ?? []) p.postMessage({ id, module: null });
});

/** A number for a module's place among the workers' modules. */
export const nextModule = (): number => ++count;

/** Gives a module to the workers; `owner` is what keeps it needed. */
export function publish(id: number, module: WebAssembly.Module, owner: object): void {
  const message = { id, module };
  for (const p of ports ?? []) p.postMessage(message);
  published.add(message);
  dropped.register(owner, id);
}

/** Nanoseconds of work that could have been shared, after which workers are started: starting one takes as long. */
const patience = 20e6;
let alone = 0;

/** To be called before each run of a program with that many nanoseconds of work to share. */
export function aboutToShare(work: number): void {
  if (ports !== null && ports.length >= wanted - 1) return;
  alone += work;
  if (alone > patience) start();
}
