/** Settings as text: equal exactly where they are equal by value. */
const identities = new WeakMap<WeakKey, number>();
let identityCount = 0;

/** A setting as text: equal text exactly when the settings are equal by value (by identity, where there is no value). */
export function settingKey(x: unknown): string {
  if (typeof x === "number") return Object.is(x, -0) ? "-0" : String(x);
  if (typeof x === "string") return JSON.stringify(x);
  if (typeof x === "bigint") return `${x}n`;
  if (x === null || x === undefined || typeof x === "boolean") return String(x);
  const registered = typeof x === "symbol" ? Symbol.keyFor(x) : undefined;
  if (registered !== undefined) return `symbol ${JSON.stringify(registered)}`;
  if (Array.isArray(x)) return `[${x.map(settingKey).join()}]`;
  const p = Object.getPrototypeOf(x);
  if (typeof x === "object" && (p === Object.prototype || p === null)) {
    return `{${Object.entries(x).map(([k, y]) => `${JSON.stringify(k)}:${settingKey(y)}`).join()}}`;
  }
  let id = identities.get(x as WeakKey);
  if (id === undefined) identities.set(x as WeakKey, id = ++identityCount);
  return `#${id}`;
}
