import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { DataError, Either } from "./errors.ts";
import { writeWhole } from "./host.ts";
import { type DataFile, loadFile, type LoadOptions } from "./source.ts";

const words = new TextEncoder().encode("to be, or not to be");
const hash = async (b: Uint8Array) =>
  Array.from(
    new Uint8Array(await crypto.subtle.digest("SHA-256", b as Uint8Array<ArrayBuffer>)),
    (x) => x.toString(16).padStart(2, "0"),
  ).join("");
const file = async (urls: readonly string[]): Promise<DataFile> => ({
  path: "text/words.txt",
  urls,
  bytes: words.length,
  sha256: await hash(words),
});
const reason = (e: Either<DataError, unknown>) => e._tag === "Left" ? e.left.reason : "none";

/** Options of one who fetches from `answer` alone. */
const from = (answer: (url: string) => Response): LoadOptions => ({
  cache: false,
  fetch: (url) => Promise.resolve().then(() => answer(url)),
});

Deno.test("loadFile() asks for no permission: without them a file is absent or may not be fetched", {
  permissions: { net: false, read: true, env: false },
}, async () => {
  const nowhere = await loadFile(await file([]), { cache: "no-such-folder" })();
  assert(nowhere._tag === "Left");
  assertEquals(nowhere.left.reason, "absent");
  assertStringIncludes(nowhere.left.message, "loadFile: text/words.txt is in none of the folders");
  const denied = await loadFile(await file(["https://example.org/words.txt"]), { cache: "no-such-folder" })();
  assert(denied._tag === "Left");
  assertEquals(denied.left.reason, "denied");
  assertStringIncludes(denied.left.message, "run with --allow-net=example.org");
});

Deno.test("loadFile() takes no file of another length or with other bytes", async () => {
  const readme = { path: "README.md", urls: [], bytes: 1, sha256: "" };
  const short = await loadFile(readme, { directory: "." })();
  assert(short._tag === "Left");
  assertEquals(short.left.reason, "damaged");
  assertStringIncludes(short.left.message, "bytes, not 1; remove it");
  const size = Deno.statSync("README.md").size;
  const other = await loadFile({ ...readme, bytes: size }, { directory: "." })();
  assert(other._tag === "Left");
  assertStringIncludes(other.left.message, "is not the file that was published");
  const bytes = Deno.readFileSync("README.md");
  const whole = await loadFile({ ...readme, bytes: size, sha256: await hash(bytes) }, { directory: "./" })();
  assertEquals(whole, { _tag: "Right", right: whole._tag === "Right" ? whole.right : bytes });
  assertEquals(reason(whole), "none");
});

Deno.test("loadFile() fetches what is in no folder, and checks what it gets", async () => {
  const wanted = await file(["https://example.org/words.txt"]), progress: number[] = [];
  const options = {
    ...from(() => new Response(words)),
    onProgress: (p: { received: number }) => progress.push(p.received),
  };
  const got = await loadFile(wanted, options)();
  assert(got._tag === "Right");
  assertEquals([...got.right], [...words]);
  assertEquals(progress.at(-1), words.length);
  const cases: readonly (readonly [() => Response, string])[] = [
    [() => new Response(words.slice(1)), "damaged"],
    [() => new Response(new Uint8Array(words.length)), "damaged"],
    [() => new Response(new Uint8Array(2 * words.length)), "damaged"],
    [() => new Response("no", { status: 404 }), "network"],
    [() => {
      throw new TypeError("no route");
    }, "network"],
  ];
  for (const [answer, want] of cases) assertEquals(reason(await loadFile(wanted, from(answer))()), want);
  assertEquals(reason(await loadFile(wanted, { cache: false, fetch: false })()), "absent");
});

Deno.test("loadFile() goes on to the next address when one fails, and stops when it is told to", async () => {
  const wanted = await file(["https://example.org/gone", "https://example.org/words.txt"]);
  const answer = (url: string) => url.endsWith("gone") ? new Response("", { status: 500 }) : new Response(words);
  assertEquals(reason(await loadFile(wanted, from(answer))()), "none");
  const stop = new AbortController();
  const fetching = (): Promise<Response> => {
    stop.abort();
    return Promise.reject(new Error("aborted"));
  };
  assertEquals(reason(await loadFile(wanted, { cache: false, fetch: fetching, signal: stop.signal })()), "aborted");
});

Deno.test("writeWhole() writes a file whole, or leaves what was there", {
  ignore: Deno.permissions.querySync({ name: "write" }).state !== "granted",
}, async () => {
  const folder = Deno.makeTempDirSync(), path = `${folder}/a/b.bin`;
  await writeWhole(path, words);
  await writeWhole(path, words.slice(1));
  assertEquals(Deno.readFileSync(path).length, words.length - 1);
  assertEquals([...Deno.readDirSync(`${folder}/a`)].length, 1);
  Deno.removeSync(folder, { recursive: true });
});

Deno.test("writeWhole() removes what killed writers left ten minutes ago, and nothing else", {
  ignore: Deno.permissions.querySync({ name: "write" }).state !== "granted",
}, async () => {
  const folder = Deno.makeTempDirSync(), id = "01234567-89ab-cdef-0123-456789abcdef";
  const names = [`old.bin.${id}.part`, `young.bin.${id}.part`, "mine.part", "other.bin"];
  for (const name of names) {
    Deno.writeFileSync(`${folder}/${name}`, words);
    const minutes = name.startsWith("young") ? 9 : 11, then = new Date(Date.now() - minutes * 60_000);
    Deno.utimeSync(`${folder}/${name}`, then, then);
  }
  await writeWhole(`${folder}/new.bin`, words);
  assertEquals([...Deno.readDirSync(folder)].map((f) => f.name).sort(), [
    "mine.part",
    "new.bin",
    "other.bin",
    `young.bin.${id}.part`,
  ]);
  Deno.removeSync(folder, { recursive: true });
});

/** Bytes packed by gzip. */
const packed = async (bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await new Response(
      new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip")),
    ).arrayBuffer(),
  );

Deno.test("loadFile() unpacks what comes from an address that ends in .gz, and checks what comes out", async () => {
  const wanted = await file(["https://example.org/words.txt.gz"]), good = await packed(words);
  let last: readonly number[] = [];
  const onProgress = (p: { received: number; total: number }) => void (last = [p.received, p.total]);
  const got = await loadFile(wanted, { ...from(() => new Response(good)), onProgress })();
  assert(got._tag === "Right");
  assertEquals(last, [good.length, good.length]);
  assertEquals([...got.right], [...words]);
  for (const bad of [words, good.slice(0, -4), await packed(words.slice(1)), await packed(new Uint8Array(1 << 20))]) {
    assertEquals(reason(await loadFile(wanted, from(() => new Response(bad as BodyInit)))()), "damaged");
  }
});
