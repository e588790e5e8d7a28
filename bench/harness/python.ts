/** PyTorch and JAX, where there is a Python that has them. */

const script = new URL("../python/peers.py", import.meta.url).pathname;

/** The command line that runs a case with a library. */
export const pythonArgs = (library: string, name: string): string[] => [script, library, name];

/** The Python to use: `PYTHON`, or what the path has. */
export const python = (): string => Deno.env.get("PYTHON") ?? "python3";

/** The libraries that are there, with the names of the cases they have. */
export async function pythonLibraries(): Promise<ReadonlyMap<string, readonly string[]>> {
  try {
    const { success, stdout } = await new Deno.Command(python(), { args: [script, "--list"], stderr: "null" }).output();
    return new Map(success ? Object.entries(JSON.parse(new TextDecoder().decode(stdout))) : []);
  } catch {
    // No Python.
    return new Map();
  }
}
