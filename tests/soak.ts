/** Loaded before every test by `deno task soak`: properties are tried on twenty times as many inputs. */
import fc from "fast-check";

fc.configureGlobal({ numRuns: 2000 });
