import { gradients, list, v } from "../../tests/laws/points.ts";
import { atan2, hypot } from "./trigonometric.ts";
import { assertEquals } from "@std/assert";

Deno.test("hypot() does not overflow, and has derivative 0 at the origin", () => {
  assertEquals(list(hypot(v(3 * 2 ** 700, 0), v(4 * 2 ** 700, 0))), [5 * 2 ** 700, 0]);
  assertEquals(gradients((a, b) => hypot(a!, b!), v(0, 3), v(0, 4)), [[0, 0.6], [0, 0.8]]);
});

Deno.test("atan2() covers the circle and has overflow-free derivatives", () => {
  assertEquals(list(atan2(v(0, -0, 1), v(-1, -1, 0))), [Math.PI, -Math.PI, Math.PI / 2]);
  assertEquals(gradients((y, x) => atan2(y!, x!), v(0), v(1e200)), [[1e-200], [-0]]);
});
