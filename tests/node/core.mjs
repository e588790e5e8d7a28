// The package as a stranger to Deno uses it: plain JavaScript in Node 20, every entry point by its public name.
import assert from "node:assert/strict";
import * as A from "@adjoint/adjoint";
import * as L from "@adjoint/adjoint/layers";
import * as O from "@adjoint/adjoint/optim";
import * as D from "@adjoint/adjoint/data";

assert.equal(typeof globalThis.Deno, "undefined");

const pipe = (x, ...fs) => fs.reduce((y, f) => f(y), x);

const checks = {
  "values are read and printed": () => {
    const x = A.tensor([[1, 2], [3, 4]]);
    assert.deepEqual(pipe(x, A.mul(2), A.add(1)).toArray(), [[3, 5], [7, 9]]);
    assert.equal(String(A.sum(x)), "f32[] 10");
  },
  "gradients nest": () => {
    const cube = (x) => A.mul(x, A.mul(x, x));
    assert.equal(A.grad(A.grad(cube))(A.tensor(2)).item(), 12);
    assert.deepEqual(A.hessian((x) => A.sum(cube(x)))(A.tensor([1, 2])).toArray(), [[6, 0], [0, 12]]);
  },
  "vmap, jit and scan agree with a loop": () => {
    const f = (x) => A.scan((c, v) => [A.add(c, v), A.mul(c, v)], A.tensor(0), x)[0];
    const xs = A.tensor([[1, 2, 3], [4, 5, 6]]);
    assert.deepEqual(A.jit(A.vmap(f))(xs).toArray(), [6, 15]);
    assert.deepEqual(A.vmap(A.grad(f))(xs).toArray(), [[1, 1, 1], [1, 1, 1]]);
  },
  "random numbers are JAX's": () => {
    assert.deepEqual(A.split(A.key(42)).map((k) => k.toArray()), [[1832780943, 270669613], [64467757, 2916123636]]);
  },
  "a network learns": () => {
    const net = pipe(L.input([2]), L.dense(8), L.act(A.tanh), L.dense(2)), optimizer = O.adam(0.1);
    const x = A.tensor([[0, 0], [0, 1], [1, 0], [1, 1]]), y = A.tensor([0, 1, 1, 0], { dtype: "i32" });
    const step = A.jit((p, o) => {
      const loss = (q) => L.softmaxCrossEntropy(net.apply(q, [], x, { mode: "train" })[0], y);
      const [l, g] = A.valueAndGrad(loss)(p);
      const [u, next] = optimizer.update(g, o, p);
      return [O.applyUpdates(p, u), next, l];
    });
    let { params } = net.init(A.key(0)), state = optimizer.init(params), loss;
    for (let i = 0; i < 100; i++) [params, state, loss] = step(params, state);
    assert.ok(loss.item() < 0.05, `exclusive or is not learned: ${loss}`);
  },
  "bad data comes back as a Left": () => {
    assert.equal(D.decodeIdx(new Uint8Array([1, 2, 3]))._tag, "Left");
  },
  "errors say what to do": () => {
    assert.throws(() => A.matmul(A.zeros([2, 3]), A.zeros([2, 3])), /matmul: inner sizes differ, 2×3 · 2×3/);
  },
};

for (const [name, check] of Object.entries(checks)) {
  check();
  console.log(`${name} ... ok`);
}
console.log(`${Object.keys(checks).length} passed, 0 failed`);
