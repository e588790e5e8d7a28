/** What the engine has. */
import { Func } from "./function.ts";
import { assemble } from "./module.ts";

/** Whether products are added with one rounding: relaxed SIMD, which Node has from version 22 on. */
export const relaxedSimd: boolean = ((): boolean => {
  const f = new Func(null, ["v128"], ["v128"]), [x] = f.args;
  f.get(x!).get(x!).get(x!).op("f32x4.relaxed_madd");
  const memory = { initial: 1, maximum: 1, shared: false };
  return WebAssembly.validate(assemble({ imports: [], functions: [f], table: [], memory }));
})();
