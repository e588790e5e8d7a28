/** ONNX models written out: the few fields of its protocol buffers that a graph needs. */
import type { HostArray } from "../harness/host.ts";

/** One operation of a graph. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string | readonly string[];
  readonly attributes?: Readonly<Record<string, string | number | readonly number[]>>;
}

/** A graph of named tensors. */
export interface OnnxGraph {
  /** Shapes of what is given at every run. */
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  /** Tensors that are part of the model; whole numbers for shapes, as `Int32Array`. */
  readonly constants?: Readonly<Record<string, HostArray | Int32Array>>;
  readonly nodes: readonly OnnxNode[];
  /** The result's name. */
  readonly output: string;
}

// Attributes that are floats however whole their value looks; onnx.proto types them by name.
const floatAttributes = new Set(["epsilon", "alpha", "beta"]);
const enum Type {
  Float = 1,
  Int64 = 7,
}

type Bytes = Uint8Array<ArrayBuffer>;

function join(parts: readonly Bytes[]): Bytes {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

function varint(n: number): Bytes {
  // Negative numbers are written as 64-bit two's complement.
  let rest = BigInt.asUintN(64, BigInt(n));
  const out: number[] = [];
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    out.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return new Uint8Array(out);
}

const int = (field: number, n: number): Bytes => join([varint(field << 3), varint(n)]);
const bytes = (field: number, b: Bytes): Bytes => join([varint(field << 3 | 2), varint(b.length), b]);
const text = (field: number, s: string): Bytes => bytes(field, new TextEncoder().encode(s));
const float = (field: number, x: number): Bytes =>
  join([varint(field << 3 | 5), new Uint8Array(new Float32Array([x]).buffer)]);

/** AttributeProto. */
function attribute(name: string, value: string | number | readonly number[]): Bytes {
  if (typeof value === "string") return join([text(1, name), text(4, value), int(20, 3)]);
  if (typeof value !== "number") return join([text(1, name), ...value.map((v) => int(8, v)), int(20, 7)]);
  return floatAttributes.has(name)
    ? join([text(1, name), float(2, value), int(20, 1)])
    : join([text(1, name), int(3, value), int(20, 2)]);
}

/** NodeProto. */
const node = ({ op, inputs, output, attributes = {} }: OnnxNode): Bytes =>
  join([
    ...inputs.map((i) => text(1, i)),
    ...[output].flat().map((o) => text(2, o)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => bytes(5, attribute(name, value))),
  ]);

/** TensorProto. */
function constant(name: string, value: HostArray | Int32Array): Bytes {
  const [shape, type, data] = value instanceof Int32Array
    ? [[value.length], Type.Int64, BigInt64Array.from(value, BigInt)] as const
    : [value.shape, Type.Float, value.data] as const;
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return join([...shape.map((d) => int(1, d)), int(2, type), text(8, name), bytes(9, raw)]);
}

/** ValueInfoProto of f32s. */
function value(name: string, shape: readonly number[] | null): Bytes {
  const dims = shape === null ? [] : [bytes(2, join(shape.map((d) => bytes(1, int(1, d)))))];
  return join([text(1, name), bytes(2, bytes(1, join([int(1, Type.Float), ...dims])))]);
}

/** The bytes of a model of operator set 20. */
export function onnxModel({ inputs, constants = {}, nodes, output }: OnnxGraph): Bytes {
  const graph = join([
    ...nodes.map((n) => bytes(1, node(n))),
    text(2, "bench"),
    ...Object.entries(constants).map(([name, c]) => bytes(5, constant(name, c))),
    ...Object.entries(inputs).map(([name, shape]) => bytes(11, value(name, shape))),
    bytes(12, value(output, null)),
  ]);
  return join([int(1, 9), bytes(7, graph), bytes(8, int(2, 20))]);
}
