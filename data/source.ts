/** Files of data sets: from a folder, or fetched once, checked and kept. */
import type { DataError, DataReason, TaskEither } from "./errors.ts";
import { gunzip } from "./gunzip.ts";
import { codeOf, granted, variable, wordsOf, writeWhole } from "./host.ts";
import { type Either, left, right } from "fp-ts/lib/Either.js";

/** A file of a data set, as it was published. */
export interface DataFile {
  /** Where it lies in a folder of data: `text/tinyshakespeare.txt`. */
  readonly path: string;
  /** Where it is published; none if it cannot be fetched. What comes from an address that ends in `.gz` is unpacked. */
  readonly urls: readonly string[];
  /** How many bytes it has. */
  readonly bytes: number;
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly sha256: string;
}

/** A data set: what it is and whose. */
export interface DataSource {
  /** Its name. */
  readonly name: string;
  /** Where it comes from. */
  readonly origin: string;
  /** The licence as its publisher states it. */
  readonly licence: string;
  /** A package of npm that carries its files, if one does: under `node_modules`, which may be the `directory`. */
  readonly npm?: string;
  /** Its files. */
  readonly files: readonly DataFile[];
}

/** How far a download is. */
export interface DownloadProgress {
  /** The file's path in a folder of data. */
  readonly file: string;
  /** Bytes that have come. */
  readonly received: number;
  /** Bytes that will; for a packed file, at most, until all have come. */
  readonly total: number;
}

/** What fetches: the global `fetch`, or a function like it. */
export type Fetch = (url: string, options: { readonly signal?: AbortSignal }) => Promise<Response>;

/** Where files are looked for. */
export interface LoadOptions {
  /** A folder of data, tried first. */
  readonly directory?: string;
  /** The folder where what is fetched is kept, `adjoint_data` if left out; `false` keeps nothing. */
  readonly cache?: string | false;
  /** `false` fetches nothing; a function is fetched with in place of the global `fetch`, which needs `--allow-net`. */
  readonly fetch?: false | Fetch;
  /** Called while a file is fetched. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  /** Gives up when it aborts. */
  readonly signal?: AbortSignal;
}

/**
 * The bytes of a file of a data set.
 *
 * It is looked for in `directory`, in the folder that the variable `ADJOINT_DATA` names, in the cache, and then at its
 * addresses. Its length and SHA-256 are checked wherever it is found. What is fetched is written to the cache, whole or
 * not at all. A folder may hold it packed, as its path with `.gz` behind. Nothing is asked for: the variable, the cache and the network are used only as far as permissions are
 * granted (`--allow-env=ADJOINT_DATA`, `--allow-read`, `--allow-write`, `--allow-net`).
 *
 * @param file The file. @param options Where to look.
 * @returns Its bytes, or why they cannot be had.
 *
 * @example A file that is nowhere
 * ```ts
 * import { loadFile } from "@adjoint/adjoint/data";
 * import { assert } from "@std/assert";
 *
 * const file = { path: "no/such.txt", urls: [], bytes: 0, sha256: "" };
 * const loaded = await loadFile(file, { fetch: false })();
 * assert(loaded._tag === "Left" && loaded.left.reason === "absent");
 * ```
 */
export function loadFile(file: DataFile, options: LoadOptions = {}): TaskEither<DataError, Uint8Array> {
  return async () => {
    const cache = options.cache ?? "adjoint_data", mirror = variable("ADJOINT_DATA");
    const asked = options.directory === undefined ? [] : [options.directory];
    const offered = [mirror, cache === false ? undefined : cache].filter((d) => d !== undefined);
    for (const folder of [...asked, ...offered]) {
      for (const end of ["", ".gz"]) {
        const path = joined(folder, file.path) + end;
        // A folder that was asked for may lead to a question; one that was not must not.
        if (!asked.includes(folder) && !granted("read", path)) continue;
        const found = await readChecked(file, path);
        if (found._tag === "Right" || found.left.reason !== "absent") return found;
      }
    }
    const looked = [...asked, ...offered].join(", ");
    if (options.fetch === false || file.urls.length === 0) {
      return failed(
        file,
        "absent",
        `is in none of the folders ${looked}; put it there as ${file.path}${published(file)}; ${another}`,
      );
    }
    const fetched = await fetchChecked(file, options);
    if (fetched._tag === "Left" || cache === false || !granted("write", cache)) return fetched;
    try {
      await writeWhole(joined(cache, file.path), fetched.right);
    } catch (e) {
      return failed(file, "disk", `cannot be kept in ${cache}: ${wordsOf(e)}; pass { cache: false } to keep nothing`);
    }
    return fetched;
  };
}

const joined = (folder: string, path: string): string => `${folder.replace(/[\\/]+$/, "")}/${path}`;

const another = "ADJOINT_DATA may name another folder";

/** A folder to put a file into. */
const cacheOf = ({ directory, cache }: LoadOptions): string => directory ?? (cache || "adjoint_data");

const published = (file: DataFile): string => file.urls.length === 0 ? "" : `, from ${file.urls[0]}`;

const failed = (file: DataFile, reason: DataReason, what: string): Either<DataError, never> =>
  left({ _tag: "DataError", reason, file: file.path, message: `loadFile: ${file.path} ${what}` });

async function readChecked(file: DataFile, path: string): Promise<Either<DataError, Uint8Array>> {
  let bytes: Uint8Array;
  const packed = isPacked(path) && !isPacked(file.path);
  try {
    const { readFile, stat } = await import("node:fs/promises");
    const { size } = await stat(path);
    if (packed ? size > mostPacked(file) : size !== file.bytes) {
      return failed(file, "damaged", `at ${path} has ${size} bytes, not ${file.bytes}; remove it`);
    }
    bytes = await readFile(path);
  } catch (e) {
    const code = codeOf(e);
    if (code === "ENOENT" || code === "ENOTDIR") return failed(file, "absent", `is not at ${path}`);
    if (code !== "EPERM" && code !== "EACCES") return failed(file, "disk", `cannot be read at ${path}: ${wordsOf(e)}`);
    return failed(file, "denied", `may not be read at ${path}; run with --allow-read=${path}`);
  }
  const whole = packed ? await unpacked(file, bytes) : bytes;
  if (whole !== null && await hashOf(whole) === file.sha256) return right(whole);
  return failed(file, "damaged", `at ${path} is not the file that was published (SHA-256 differs); remove it`);
}

async function fetchChecked(file: DataFile, options: LoadOptions): Promise<Either<DataError, Uint8Array>> {
  let last = failed(file, "network", "has no address");
  for (const url of file.urls) {
    if (!options.fetch && !granted("net", new URL(url).host)) {
      last = failed(
        file,
        "denied",
        `is in no folder and may not be fetched; run with --allow-net=${new URL(url).host}`,
      );
      continue;
    }
    try {
      const bytes = await download(file, url, options);
      if (bytes !== null && await hashOf(bytes) === file.sha256) return right(bytes);
      last = failed(file, "damaged", `as it comes from ${url} is not the file that was published`);
    } catch (e) {
      if (options.signal?.aborted === true) return failed(file, "aborted", "was given up while it was fetched");
      last = failed(
        file,
        "network",
        `cannot be fetched from ${url}: ${wordsOf(e)}; or put it into ${cacheOf(options)} as ${file.path}; ${another}`,
      );
    }
  }
  return last;
}

/** Whether a path or an address names packed bytes. */
const isPacked = (path: string): boolean => path.endsWith(".gz");

/** No packed file is larger: gzip adds a few bytes to what it cannot make smaller. */
const mostPacked = (file: DataFile): number => file.bytes + (file.bytes >> 10) + 1024;

/** What packed bytes hold; null if that is not as long as it should be. */
async function unpacked(file: DataFile, bytes: Uint8Array): Promise<Uint8Array | null> {
  const out = await gunzip(bytes, { limit: file.bytes })();
  return out._tag === "Right" && out.right.length === file.bytes ? out.right : null;
}

/** The bytes at an address; null as soon as they are not as many as they should be. */
async function download(file: DataFile, url: string, options: LoadOptions): Promise<Uint8Array | null> {
  const response = await (options.fetch || fetch)(url, options.signal === undefined ? {} : { signal: options.signal });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the server answers ${response.status} ${response.statusText}`.trimEnd());
  }
  const packed = isPacked(url) && !isPacked(file.path), total = packed ? mostPacked(file) : file.bytes;
  const bytes = new Uint8Array(total);
  let received = 0;
  for await (const chunk of response.body) {
    if (received + chunk.length > bytes.length) return null;
    bytes.set(chunk, received);
    received += chunk.length;
    options.onProgress?.({ file: file.path, received, total });
  }
  if (packed) {
    options.onProgress?.({ file: file.path, received, total: received });
    return await unpacked(file, bytes.subarray(0, received));
  }
  return received === total ? bytes : null;
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
}
