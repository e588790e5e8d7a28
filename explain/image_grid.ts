/** Images beside one another. */
import { encodePng } from "../data/formats/png_writer.ts";
import { ArgumentError, type DType, type Shape, ShapeError, type Tensor, tensor } from "../mod.ts";
import { isFloat } from "../core/dtype.ts";
import { requireCount } from "../layers/operands.ts";
import { numberText } from "./number_text.ts";
import { pageOf } from "./page.ts";
import type { Picture } from "./picture.ts";
import { type ImageSizes, pixelsOf } from "./pixels.ts";
import { element, textElement } from "./svg.ts";
import { fitted } from "./text_width.ts";
import { fontSize, pictureWidth } from "./theme.ts";

/** Options of `imageGrid`. */
export interface ImageGridOptions {
  /** How many images stand in a row; as many as fit into the usual width if left out. */
  readonly columns?: number;
  /** What stands beneath each image. */
  readonly captions?: readonly string[];
  /** How many pixels each way show one of an image; if left out, what makes images about 64 pixels large. */
  readonly scale?: number;
  /** The values that are black and white; `[0, 1]` of floats and `[0, 255]` of integers if left out. */
  readonly range?: readonly [number, number];
  /** What stands above the grid. */
  readonly title?: string;
}

/** Pixels beyond which a picture would be too large for those who open it. */
const mostPixels = 4_000_000;

/**
 * Images in a grid, each pixel a sharp square.
 *
 * Values beyond the range are black or white, and pixels that are not finite are orange.
 *
 * @param images Grey or red-green-blue images, `[n, h, w, 1]` or `[n, h, w, 3]`. @param options `columns`, `captions`,
 *   `scale`, `range`, `title`.
 * @returns A promise of the picture.
 * @throws {ShapeError} If the images are of another shape, or empty.
 * @throws {ArgumentError} If an option is out of range, there are not as many captions as images, or there are more than
 *   four million pixels.
 *
 * @example Digits with their labels, in a notebook or for a page
 * ```ts
 * import { type Tensor, zeros } from "@adjoint/adjoint";
 * import { imageGrid } from "@adjoint/adjoint/explain";
 * import { assertRejects } from "@std/assert";
 *
 * const draw = async (digits: Tensor, labels: number[]) =>
 *   (await imageGrid(digits, { columns: 10, captions: labels.map(String) })).svg;
 * await assertRejects(() => draw(zeros([2, 28, 28, 1]), [7]), Error, "2 images have 1 captions");
 * ```
 */
export async function imageGrid(images: Tensor<Shape, DType>, options: ImageGridOptions = {}): Promise<Picture> {
  const op = "imageGrid", { captions, title } = options, sizes = sizesOf(op, images), { n, h, w } = sizes;
  const scale = options.scale ?? Math.max(1, Math.round(64 / Math.max(h, w)));
  // Gaps are whole pixels of the images, since all of it is one image that is enlarged.
  const gap = Math.ceil(4 / scale), beneath = captions === undefined ? 0 : Math.ceil((fontSize + 4) / scale);
  const columns = Math.min(n, options.columns ?? Math.max(1, Math.floor(pictureWidth / ((w + gap) * scale))));
  const { range: [black, white] = isFloat(images.dtype) ? [0, 1] : [0, 255] } = options;
  requireCount(op, "scale", scale, 1);
  requireCount(op, "columns", columns, 1);
  if (!(Number.isFinite(black) && Number.isFinite(white) && black !== white)) {
    throw new ArgumentError(`${op}: range is [${black}, ${white}], not two finite numbers that differ`);
  }
  if (captions !== undefined && captions.length !== n) {
    throw new ArgumentError(`${op}: ${n} images have ${captions.length} captions; give one for each`);
  }
  const width = columns * (w + gap) - gap, height = Math.ceil(n / columns) * (h + gap + beneath) - gap;
  if (width * height * scale * scale > 16 * mostPixels || width * height > mostPixels) {
    throw new ArgumentError(
      `${op}: ${numberText(width)} times ${numberText(height)} pixels, enlarged by ${scale}, are too many; draw a part`,
    );
  }
  const corner = (i: number): readonly [number, number] => [
    (i % columns) * (w + gap),
    Math.floor(i / columns) * (h + gap + beneath),
  ];
  const data = pixelsOf(await images.data(), sizes, { width, height, corner }, [black, white]);
  const png = await encodePng(tensor(data, { shape: [height, width, 3] }));
  const image = element("image", {
    width: width * scale,
    height: height * scale,
    style: "image-rendering:pixelated",
    href: `data:image/png;base64,${btoa(Array.from(png, (b) => String.fromCharCode(b)).join(""))}`,
  });
  const texts = (captions ?? []).map((caption, i) => {
    const [left, top] = corner(i);
    const place = { x: (left + w / 2) * scale, y: (top + h) * scale + fontSize + 1, "text-anchor": "middle" };
    return textElement(fitted(caption, (w + gap) * scale - 2), place);
  });
  return pageOf([{ inside: image + texts.join(""), width: width * scale, height: height * scale }], { title });
}

function sizesOf(op: string, images: Tensor<Shape, DType>): ImageSizes {
  const [n = 0, h = 0, w = 0, channels = 0] = images.shape;
  if (images.rank === 4 && images.size > 0 && (channels === 1 || channels === 3)) return { n, h, w, channels };
  throw new ShapeError(
    `${op}: images are [${images.shape.join(", ")}], not [n, h, w, 1] or [n, h, w, 3] with sizes from 1; reshape them`,
  );
}
