import { ArgumentError } from "../../core/errors.ts";
import { tensor } from "../../core/ops/create.ts";
import { isTensor } from "../../core/tree.ts";
import { leaves, same } from "../../core/tree_ops.ts";
import { orThrow } from "../errors.ts";
import { treeFromTensors, treeToTensors } from "./named_leaves.ts";
import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import fc from "fast-check";

const params = [{ w: tensor([[1, 2]]), b: tensor([3]) }, null, { w: tensor(4) }];

Deno.test("treeToTensors() names leaves by their paths", () => {
  const named = treeToTensors(params);
  assertEquals(Object.keys(named), ["0.b", "0.w", "2.w"]);
  assertStrictEquals(named["0.w"], params[0]!.w);
  assertEquals(Object.keys(treeToTensors(tensor(1))), [""]);
  assertEquals(treeToTensors([null, {}]), {});
});

Deno.test("treeToTensors() rejects two leaves of one name, and what is no tree", () => {
  const clash = { a: { b: tensor(1) }, "a.b": tensor(2) };
  const error = assertThrows(() => treeToTensors(clash), ArgumentError);
  assertEquals(error.message, 'treeToTensors: two leaves would be called "a.b"; rename the key that has a dot in it');
  assertThrows(() => treeToTensors({ a: 3 }), ArgumentError, "treeToTensors: the number 3 at .a is no tree");
});

Deno.test("treeFromTensors() undoes treeToTensors() through a file", () => {
  const trees = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: -9, max: 9 }).map((x) => tensor([x])),
      fc.constant(null),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("w", "b", "0", "__proto__", "constructor"), tie("tree"), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  })).tree;
  fc.assert(fc.property(trees, (tree) => {
    const { tensors } = orThrow(decodeSafetensors(encodeSafetensors(treeToTensors(tree))));
    const back = orThrow(treeFromTensors(tree, tensors));
    assert(same(back, tree));
    assertEquals(leaves(back).map((x) => x.toArray()), leaves(tree).map((x) => x.toArray()));
  }));
});

Deno.test("treeFromTensors() puts the tensors themselves in", () => {
  const w = tensor([5]);
  const back = orThrow(treeFromTensors({ w: tensor([0]), none: null }, { w }));
  assertStrictEquals(back.w, w);
  assertEquals(back.none, null);
  assert(isTensor(orThrow(treeFromTensors(tensor([0]), { "": w }))));
});

Deno.test("treeFromTensors() names what is missing, unexpected and of another shape or dtype", () => {
  const check = (tensors: Parameters<typeof treeFromTensors>[1], message: string) => {
    const result = treeFromTensors(params, tensors);
    assert(result._tag === "Left");
    assertEquals(result.left, {
      _tag: "FormatError",
      format: "safetensors",
      offset: 0,
      message: `treeFromTensors: ${message}`,
    });
  };
  const whole = treeToTensors(params);
  const { "0.b": _, ...rest } = whole;
  check(rest, 'missing "0.b"');
  check({ ...whole, "3.w": tensor(1), toString: tensor(1) }, 'unexpected "3.w", "toString"');
  check(
    { ...whole, "0.w": tensor([[1], [2]]), "2.w": tensor(4, { dtype: "f64" }) },
    '"0.w" is f32 2×1 where f32 1×2 is expected, "2.w" is f64 scalar where f32 scalar is expected',
  );
  check(
    { x: tensor(1), "0.b": tensor(1), "2.w": tensor(1) },
    'missing "0.w"; unexpected "x"; "0.b" is f32 scalar where f32 1 is expected',
  );
  const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x${i}`, tensor(i)]));
  check({ ...whole, ...many }, 'unexpected "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7" and 12 more');
});

Deno.test("treeFromTensors() does not take inherited properties for tensors", () => {
  const result = treeFromTensors({ constructor: tensor(1) }, {});
  assert(result._tag === "Left");
  assertEquals(result.left.message, 'treeFromTensors: missing "constructor"');
});
