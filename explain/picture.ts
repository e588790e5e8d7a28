/** Pictures: SVG that a notebook shows, and PNG where it is asked for. */
import { jupyterDisplay } from "./display.ts";
import { rasterize } from "./rasterize.ts";

/** A picture that has been drawn; it never changes. */
export interface Picture {
  /** The picture as an SVG document of its own: no scripts, no references, every label escaped. */
  readonly svg: string;
  /** Its width in pixels. */
  readonly width: number;
  /** Its height in pixels. */
  readonly height: number;
  /**
   * The bytes of a PNG file, with two pixels of each side to one of the SVG, its text in Roboto. Loads
   * `@cf-wasm/resvg` and `roboto-base64`, which need no permission.
   */
  readonly png: () => Promise<Uint8Array<ArrayBuffer>>;
  /** What a notebook shows. */
  readonly [jupyterDisplay]: () => { readonly "image/svg+xml": string };
}

/** The picture of an SVG document. */
export const pictureOf = (svg: string, width: number, height: number): Picture =>
  Object.freeze({
    svg,
    width,
    height,
    png: () => rasterize(svg),
    [jupyterDisplay]: () => ({ "image/svg+xml": svg }),
  });
