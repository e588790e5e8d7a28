/** Whether packages of npm that only some features need can be loaded here. */

/**
 * Deno fetches them; in Node and in browsers the suite runs with none of them installed, under a `Deno` that has `test`
 * and nothing else.
 */
export const packagesLoad = "version" in Deno;
