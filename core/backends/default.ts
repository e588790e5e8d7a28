/** What computes unless something else is asked for. */
import { setBackend } from "../backend.ts";
import { wasmBackend } from "./wasm/mod.ts";

setBackend(wasmBackend);
