/** @module Keys, and random numbers as functions of them. */
export type { FloatDType, Key, Parameter, ParameterDType, ParametersDType, ParameterShape } from "./arguments.ts";
export { foldIn, key, type Keys, type KeyTuple, split } from "./key.ts";
export { bits } from "./bits.ts";
export { uniform, type UniformOptions } from "./uniform.ts";
export { normal, truncatedNormal, type TruncatedNormalOptions } from "./normal.ts";
export { type DTypeOption, exponential, gumbel, laplace, logistic, type Resolution } from "./logarithmic.ts";
export { type IntDType, randint } from "./integers.ts";
export { bernoulli, categorical, type CategoricalOptions } from "./discrete.ts";
export { beta, dirichlet, gamma, type LastSize, type LeadingAxes } from "./gamma.ts";
export { poisson } from "./poisson.ts";
export { permutation, type PermutationOptions } from "./permutation.ts";
export { choice, type ChoiceOptions } from "./choice.ts";
