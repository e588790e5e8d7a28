/** How all pictures look: sizes in pixels, letters and colours. */

/** Width of a picture that nothing else determines. */
export const pictureWidth = 640;

/** Height of the part of it that is drawn on. */
export const panelHeight = 320;

/** Size of letters, and of those of a title. */
export const fontSize = 12, titleSize = 15;

/** Width of an average letter, by which room is left for labels; of a Latin sans serif it is about half the size. */
export const letterWidth = 0.56 * fontSize;

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

/** The scheme of shares from none to all, by its name in d3. */
export const shareScheme = "blues";
