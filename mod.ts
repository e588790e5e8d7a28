/**
 * Adjoint: immutable shaped tensors and the transformations of functions of them.
 *
 * @module
 */

export {};
