/** NumPy's arrays and SciPy's sparse matrices out of pickles. */
import { latin1, type Pickled, PickledObject } from "./pickle.ts";
import { Damage } from "./damage.ts";

/** Numbers in rows. */
export interface PickledMatrix {
  /** Rows and columns. */
  readonly shape: readonly [rows: number, columns: number];
  /** Where the numbers of each row begin among those that are not 0, and behind the last where all end. */
  readonly indptr: ArrayLike<number>;
  /** The column of each number that is not 0. */
  readonly indices: ArrayLike<number>;
  /** The numbers that are not 0. */
  readonly data: ArrayLike<number>;
}

const fail = (what: string): never => {
  throw new Damage(0, what);
};

const isCount = (x: unknown): x is number => typeof x === "number" && Number.isSafeInteger(x) && x >= 0;

function shapeOf(x: Pickled | undefined): readonly number[] {
  return Array.isArray(x) && x.every(isCount) ? x : fail("a shape is no tuple of counts");
}

const readers: Readonly<Record<string, (bytes: ArrayBuffer) => ArrayLike<number>>> = {
  i4: (b) => new Int32Array(b),
  f4: (b) => new Float32Array(b),
  f8: (b) => new Float64Array(b),
  i8: (b) => Float64Array.from(new BigInt64Array(b), Number),
  u1: (b) => new Uint8Array(b),
};

/** The shape of an array, and its elements row by row. */
export function arrayOf(
  x: Pickled | undefined,
): { readonly shape: readonly number[]; readonly data: ArrayLike<number> } {
  // The state of an array: a version, shape, dtype, whether it lies by columns, and its bytes.
  if (!(x instanceof PickledObject) || !Array.isArray(x.state)) return fail("an array is missing");
  const [, shape, dtype, byColumns, bytes] = x.state as readonly Pickled[];
  if (!x.maker.endsWith("multiarray._reconstruct") || !(bytes instanceof Uint8Array)) {
    return fail("an array is missing");
  }
  const sizes = shapeOf(shape), elements = sizes.reduce((a, b) => a * b, 1);
  if (byColumns !== false && sizes.length > 1) return fail("an array lies by columns");
  const kind = dtype instanceof PickledObject && Array.isArray(dtype.args) ? dtype.args[0] : null;
  const order = dtype instanceof PickledObject && Array.isArray(dtype.state) ? dtype.state[1] : null;
  const name = kind instanceof Uint8Array ? latin1(kind) : "", read = Object.hasOwn(readers, name) && readers[name];
  if (!read || order instanceof Uint8Array && latin1(order) === ">") {
    return fail(`an array is of ${JSON.stringify(name)}`);
  }
  if (bytes.length !== elements * Number(name.slice(1))) {
    return fail(`an array of [${sizes.join(", ")}] ${name} has ${bytes.length} bytes`);
  }
  return { shape: sizes, data: read(bytes.slice().buffer) };
}

/** A sparse matrix of compressed rows, whose parts fit each other. */
export function matrixOf(x: Pickled): PickledMatrix {
  if (!(x instanceof PickledObject) || !x.maker.endsWith("csr_matrix") || !(x.state instanceof Map)) {
    return fail("it is no sparse matrix of compressed rows");
  }
  const { state } = x, [rows = 0, columns = 0, ...more] = shapeOf(state.get("_shape") ?? state.get("shape"));
  const [indptr, indices, data] = ["indptr", "indices", "data"].map((name) => arrayOf(state.get(name)).data);
  if (more.length > 0 || indptr!.length !== rows + 1 || indices!.length !== data!.length || indptr![0] !== 0) {
    return fail("the parts of a sparse matrix do not fit each other");
  }
  for (let row = 0; row < rows; row++) {
    if (!(indptr![row]! <= indptr![row + 1]!)) return fail(`row ${row} of a sparse matrix ends before it begins`);
  }
  if (indptr![rows] !== indices!.length) return fail("a sparse matrix has more numbers than its rows, or fewer");
  for (let i = 0; i < indices!.length; i++) {
    if (!(indices![i]! >= 0 && indices![i]! < columns)) return fail(`a column of a sparse matrix is ${indices![i]}`);
  }
  return { shape: [rows, columns], indptr: indptr!, indices: indices!, data: data! };
}
