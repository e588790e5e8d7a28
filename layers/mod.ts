/**
 * Layers: functions of parameters, and the combinators that compose them into networks.
 *
 * @module
 */

export {};
