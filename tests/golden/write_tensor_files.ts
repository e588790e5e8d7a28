/** Writes files of tensors into the folder that is named, for check_tensor_files.py: `deno run -A write_tensor_files.ts FOLDER`. */
import { encodeNpy, encodeNpz, encodeSafetensors } from "../../data/mod.ts";
import { type DType, reshape, tensor } from "../../mod.ts";

const [folder = "."] = Deno.args;
const save = (name: string, bytes: Uint8Array) => Deno.writeFileSync(`${folder}/${name}`, bytes);

// Element i is i · 0.3 − 3 in floats, i in integers, and whether i is odd among truth values.
const ramp = (dtype: DType, shape: readonly number[]) => {
  const n = shape.reduce((a, b) => a * b, 1);
  const values = Array.from(
    { length: n },
    (_, i) => dtype === "bool" ? i % 2 === 1 : dtype[0] === "f" ? i * 0.3 - 3 : i,
  );
  return reshape(tensor(values as number[], { dtype }), shape);
};
const dtypes: readonly DType[] = ["f32", "f64", "i32", "u32", "u8", "bool"];
const all = Object.fromEntries(dtypes.map((d) => [d, ramp(d, [2, 3, 4])]));
for (const [name, x] of Object.entries(all)) save(`${name}.npy`, encodeNpy(x));
save("f16.npy", encodeNpy(ramp("f32", [5]), { halves: "f16" }));
save("scalar.npy", encodeNpy(ramp("f32", [])));
save("empty.npy", encodeNpy(ramp("f64", [0, 3])));
save("all.npz", encodeNpz({ ...all, "näme": ramp("f32", [1]) }));
save("all.safetensors", encodeSafetensors(all, { metadata: { format: "pt" } }));
save("f16.safetensors", encodeSafetensors(all, { halves: "f16" }));
save("bf16.safetensors", encodeSafetensors(all, { halves: "bf16" }));
