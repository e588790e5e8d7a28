/** Trees of tensors as the flat, named tensors that files hold, and back. */
import type { DType } from "../../core/dtype.ts";
import { ArgumentError } from "../../core/errors.ts";
import { sameShape, type Shape, show } from "../../core/shape.ts";
import type { Tensor } from "../../core/tensor.ts";
import { flattenTensors, unflattenWith } from "../../core/tree.ts";
import { paths } from "../../core/tree_ops.ts";
import type { Either, FormatError } from "../errors.ts";
import { clip, excerpt } from "./excerpt.ts";
import { left, right } from "fp-ts/lib/Either.js";

/**
 * The leaves of a tree by name, as `encodeSafetensors` takes them: a name is the path from the root, joined by dots.
 *
 * @param tree A tree of tensors.
 * @returns Its leaves by name, such as `0.w`; the name of a tree that is one tensor is empty.
 * @throws {ArgumentError} If `tree` is no tree of tensors, or two leaves would have the same name, which takes keys with
 *   dots in them.
 *
 * @example Parameters of two layers
 * ```ts
 * import { tensor } from "@adjoint/adjoint";
 * import { treeToTensors } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const params = [{ w: tensor([1]), b: tensor(0) }, { w: tensor([2]) }];
 * assertEquals(Object.keys(treeToTensors(params)), ["0.b", "0.w", "1.w"]);
 * ```
 */
export function treeToTensors(tree: unknown): Record<string, Tensor<Shape, DType>> {
  const [leaves] = flattenTensors("treeToTensors", tree);
  const names = leafNames("treeToTensors", tree);
  return Object.fromEntries(leaves.map((leaf, i) => [names[i]!, leaf]));
}

function leafNames(op: string, tree: unknown): string[] {
  const names = paths(tree).map((path) => path.join("."));
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) {
      throw new ArgumentError(
        `${op}: two leaves would be called ${excerpt(name)}; rename the key that has a dot in it`,
      );
    }
    seen.add(name);
  }
  return names;
}

/**
 * The inverse of `treeToTensors`: named tensors put into the structure of a tree.
 *
 * @param like A tree of the structure, shapes and dtypes that are expected, such as freshly initialised parameters.
 * @param tensors Tensors by name, as `decodeSafetensors` gives them.
 * @returns A tree like `like` with the tensors at its leaves; or which ones are missing, unexpected, or of another shape
 *   or dtype. The error's offset is 0, as names have none.
 * @throws {ArgumentError} If `like` is no tree of tensors, or two of its leaves have the same name.
 *
 * @example Parameters from a file
 * ```ts
 * import { tensor, zeros } from "@adjoint/adjoint";
 * import { orThrow, treeFromTensors } from "@adjoint/adjoint/data";
 * import { assertEquals } from "@std/assert";
 * const params = orThrow(treeFromTensors([{ w: zeros([2]) }], { "0.w": tensor([1, 2]) }));
 * assertEquals(params[0]?.w.toArray(), [1, 2]);
 * ```
 */
export function treeFromTensors<T>(
  like: T,
  tensors: Readonly<Record<string, Tensor<Shape, DType>>>,
): Either<FormatError, T> {
  const op = "treeFromTensors";
  const [leaves, structure] = flattenTensors(op, like);
  const names = leafNames(op, like);
  const expected = new Set(names);
  const missing = names.filter((name) => !Object.hasOwn(tensors, name));
  const unexpected = Object.keys(tensors).filter((name) => !expected.has(name));
  const unlike = names.flatMap((name, i) => {
    if (!Object.hasOwn(tensors, name)) return [];
    const x = tensors[name]!, leaf = leaves[i]!;
    if (x.dtype === leaf.dtype && sameShape(x.shape, leaf.shape)) return [];
    return [
      `${excerpt(name)} is ${x.dtype} ${clip(show(x.shape))} where ${leaf.dtype} ${clip(show(leaf.shape))} is expected`,
    ];
  });
  const problems = [
    ...(missing.length > 0 ? [`missing ${some(missing.map(excerpt))}`] : []),
    ...(unexpected.length > 0 ? [`unexpected ${some(unexpected.map(excerpt))}`] : []),
    ...(unlike.length > 0 ? [some(unlike)] : []),
  ];
  if (problems.length > 0) {
    return left({ _tag: "FormatError", format: "safetensors", offset: 0, message: `${op}: ${problems.join("; ")}` });
  }
  return right(unflattenWith(structure, names.map((name) => tensors[name]!)) as T);
}

/** The first few of a list, and how many more there are. */
function some(items: readonly string[]): string {
  const shown = 8;
  return items.slice(0, shown).join(", ") + (items.length > shown ? ` and ${items.length - shown} more` : "");
}
