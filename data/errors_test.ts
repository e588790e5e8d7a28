import { assertEquals, assertThrows } from "@std/assert";
import { left, right } from "fp-ts/lib/Either.js";
import { AdjointError } from "../core/errors.ts";
import { orThrow } from "./errors.ts";

Deno.test("orThrow() gives the value of a Right", () => {
  assertEquals(orThrow(right([1, 2])), [1, 2]);
});

Deno.test("orThrow() throws a Left's message and keeps the error as the cause", () => {
  const error = { _tag: "FormatError", format: "idx", offset: 2, message: "decodeIdx: wrong" } as const;
  const thrown = assertThrows(() => orThrow(left(error)), AdjointError, "decodeIdx: wrong");
  assertEquals(thrown.cause, error);
});
