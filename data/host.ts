/** Files and variables of the host: Deno, Node or Bun; what was not granted is not asked for. */
import { AdjointError } from "../core/errors.ts";

interface Permissions {
  readonly querySync: (p: { name: string; path?: string | URL; variable?: string; host?: string }) => { state: string };
}

/** The host's permissions, where it has them. */
const permissions = (): Permissions | undefined =>
  (globalThis as { readonly Deno?: { readonly permissions?: Permissions } }).Deno?.permissions;

/** Whether a permission is granted already, so that using it asks nobody. */
export function granted(name: "read" | "write" | "env" | "net", of: string): boolean {
  const query = permissions();
  if (query === undefined) return true;
  if (name === "env") return query.querySync({ name, variable: of }).state === "granted";
  if (name === "net") return query.querySync({ name, host: of }).state === "granted";
  return query.querySync({ name, path: of }).state === "granted";
}

/** A variable of the environment, if it may be read and is not empty. */
export function variable(name: string): string | undefined {
  if (!granted("env", name)) return undefined;
  const { process } = globalThis as {
    readonly process?: { readonly env: Readonly<Record<string, string | undefined>> };
  };
  const value = process?.env[name];
  return value === "" ? undefined : value;
}

/** The code of an error of the file system, such as `ENOENT`; `EPERM` where the runtime refused. */
export function codeOf(e: unknown): string {
  const { name, code } = e as { readonly name?: string; readonly code?: string };
  if (name === "NotCapable" || name === "PermissionDenied") return "EPERM";
  if (name === "NotFound") return "ENOENT";
  return code ?? "";
}

/** An error's own words. */
export const wordsOf = (e: unknown): string => e instanceof Error ? e.message : String(e);

/**
 * Writes a file so that it is there whole or not at all: to another name beside it, synced, then renamed.
 *
 * The folder is synced as well where the system can, so that the name survives a loss of power. What writers that were
 * killed left in the folder is removed once it is `stale`.
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const { mkdir, open, rename, rm } = await import("node:fs/promises");
  const { dirname } = await import("node:path");
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.${crypto.randomUUID()}.part`;
  let written = 0;
  try {
    const file = await open(part, "wx");
    try {
      await file.writeFile(bytes);
      await file.sync();
      written = (await file.stat()).mtimeMs;
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (e) {
    await rm(part, { force: true });
    throw e;
  }
  try {
    const folder = await open(dirname(path), "r");
    await folder.sync().finally(() => folder.close());
  } catch {
    // Some systems open no folders; the file is whole in any case.
  }
  await removeStale(dirname(path), written - stale);
}

/**
 * Milliseconds after its last change that a half-written file is nobody's: a writer at work changes it all the time, but
 * for the sync at its end, which may take minutes.
 */
const stale = 600_000;

const partial = /\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/;

/** Removes the half-written files of a folder that were last changed before a moment of the file system's own clock. */
async function removeStale(folder: string, before: number): Promise<void> {
  if (!granted("read", folder)) return;
  const { lstat, readdir, rm } = await import("node:fs/promises");
  try {
    for (const name of await readdir(folder)) {
      if (partial.test(name) && (await lstat(`${folder}/${name}`)).mtimeMs < before) await rm(`${folder}/${name}`);
    }
  } catch {
    // Another may have removed it, and the next writer tries again; what was to be written is.
  }
}

/**
 * A package that one feature needs and most users do not: loaded when the feature is used.
 *
 * Deno fetches a package named in any `import("…")` it can read, whether or not that line ever runs; so the name is put
 * together here, and nobody downloads what they do not use. Outside Deno it must be installed.
 */
export async function optionalPackage<M>(feature: string, name: string, version: string): Promise<M> {
  const specifier = "Deno" in globalThis ? `npm:${name}@${version}` : name;
  try {
    return await import(specifier) as M;
  } catch (e) {
    throw new AdjointError(
      `${feature}: the package ${name}@${version} cannot be loaded; fetch it once with \`deno cache npm:${name}@${version}\` or \`npm install ${name}@${version}\` (${
        wordsOf(e)
      })`,
      { cause: e },
    );
  }
}
