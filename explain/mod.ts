/**
 * Seeing what happens: pictures of training and of programs, as SVG and PNG, tables of parameters, and where the time of a
 * program goes.
 *
 * A picture is drawn by packages that are loaded when the first one is asked for; nothing else of the library needs
 * them. A notebook shows what these functions return.
 *
 * @module
 */
export { type Bandwidth, type MachineLimits } from "../core/backends/wasm/limits.ts";
export * from "./attention_map.ts";
export * from "./bar_chart.ts";
export * from "./confusion_picture.ts";
export * from "./draw_program.ts";
export { type Display, jupyterDisplay } from "./display.ts";
export type { TrainingHistory } from "./history.ts";
export * from "./histogram.ts";
export * from "./image_grid.ts";
export * from "./line_chart.ts";
export { type LivePlot, livePlot } from "./live_plot.ts";
export type { Picture } from "./picture.ts";
export * from "./profile.ts";
export * from "./profile_record.ts";
export * from "./program_dot.ts";
export * from "./scatter2d.ts";
export * from "./show_tensor.ts";
export * from "./sparkline.ts";
export * from "./table.ts";
export * from "./training_curves.ts";
