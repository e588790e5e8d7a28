/** How all pictures look: sizes in pixels, letters and colours. */

/** Width of a picture that nothing else determines. */
export const pictureWidth = 640;

/** Height of the part of it that is drawn on. */
export const panelHeight = 320;

/** Size of letters, and of those of a title. */
export const fontSize = 12, titleSize = 15;

/** Letters of the page; a PNG is drawn in Roboto, which is loaded with its renderer. */
export const fontFamily = "Roboto, system-ui, sans-serif";

/** Colours of the paper, of text, of the line that a chart stands on, and of what should not distract. */
export const paper = "#ffffff", ink = "#222222", ground = "#888888", faint = "#dddddd";

/**
 * Colours of series, which readers tell apart whatever their vision; the eighth, a yellow, is too faint on paper.
 *
 * See Okabe and Ito, Color universal design, 2008, https://jfly.uni-koeln.de/color/.
 */
export const seriesColors: readonly string[] = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#000000",
];

/** The colour of a series by its place; they come again after the last. */
export const seriesColor = (i: number): string => seriesColors[i % seriesColors.length]!;

/** Shapes of points, by their names in Plot: with the colours they tell more classes apart. */
export const pointSymbols = ["circle", "triangle", "square"] as const;

/** The shape of a point. */
export type PointSymbol = typeof pointSymbols[number];

const shareStops = [[0xf7, 0xfb, 0xff], [0x6b, 0xae, 0xd6], [0x08, 0x30, 0x6b]] as const;

/** The colour of a share from 0, pale, to 1, dark: ColorBrewer's Blues, between three of them. Grey where it is none. */
export function shareColor(share: number): string {
  if (!(share >= 0 && share <= 1)) return faint;
  const at = share * 2, i = Math.min(1, Math.floor(at)), from = shareStops[i]!, to = shareStops[i + 1]!;
  const channel = (c: 0 | 1 | 2) => Math.round(from[c] + (at - i) * (to[c] - from[c])).toString(16).padStart(2, "0");
  return `#${channel(0)}${channel(1)}${channel(2)}`;
}

/** The colour of text on that colour. */
export const onShareColor = (share: number): string => share > 0.5 ? paper : ink;
