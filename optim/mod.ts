/**
 * Optimizers: gradient transformations, which compose as a Monoid.
 *
 * @module
 */

export {};
