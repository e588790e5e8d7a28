/**
 * Data: formats and the data sets read from them.
 *
 * @module
 */

export {};
