/** SVG to PNG, by a renderer in WebAssembly and letters that come with it: the same bytes on every machine. */
import { optionalPackage } from "../data/host.ts";
import { paper } from "./theme.ts";

interface Renderer {
  readonly Resvg: {
    readonly async: (svg: string, options: unknown) => Promise<{
      readonly render: () => { readonly asPng: () => Uint8Array; readonly free: () => void };
      readonly free: () => void;
    }>;
  };
}

interface Fonts {
  readonly default: { readonly normal: string };
}

/**
 * The PNG of an SVG document, two pixels to one.
 *
 * Both packages carry their WebAssembly and their font in code, so that no file is read and no permission needed.
 */
export async function rasterize(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const [{ Resvg }, { default: { normal } }] = await Promise.all([
    optionalPackage<Renderer>("png", "@cf-wasm/resvg", "0.3.5"),
    optionalPackage<Fonts>("png", "roboto-base64", "0.1.2"),
  ]);
  const font = Uint8Array.from(atob(normal), (c) => c.charCodeAt(0));
  const drawing = await Resvg.async(svg, {
    font: { fontBuffers: [font], defaultFontFamily: "Roboto", sansSerifFamily: "Roboto" },
    fitTo: { mode: "zoom", value: 2 },
    background: paper,
    // The renderer does not know `pixelated`; 1 is `optimizeSpeed`, which leaves pixels sharp.
    imageRendering: 1,
  });
  try {
    const image = drawing.render(), png = new Uint8Array(image.asPng());
    image.free();
    return png;
  } finally {
    drawing.free();
  }
}
