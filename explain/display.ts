/** What a notebook shows in place of a value. */

/** The method a notebook calls on a value to learn what to show, by media type: `Symbol.for("Jupyter.display")`. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** A text for terminals, and the same as HTML for notebooks. */
export interface Display {
  /** For a terminal: lines of text. */
  readonly text: string;
  /** For a page: HTML, in which every name is escaped. */
  readonly html: string;
  /** What a notebook shows. */
  readonly [jupyterDisplay]: () => { readonly "text/plain": string; readonly "text/html": string };
}

/** The display of a text and its HTML. */
export const displayOf = (text: string, html: string): Display =>
  Object.freeze({ text, html, [jupyterDisplay]: () => ({ "text/plain": text, "text/html": html }) });
