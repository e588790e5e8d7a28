import { full, tensor } from "../mod.ts";
import { attentionMap } from "./attention_map.ts";
import { confusionPicture } from "./confusion_picture.ts";
import { shareColor } from "./theme.ts";
import { assert, assertEquals, assertRejects } from "@std/assert";

Deno.test("shareColor() goes from pale to dark, and is grey of what is no share", () => {
  assertEquals([0, 0.5, 1].map(shareColor), ["#f7fbff", "#6baed6", "#08306b"]);
  assertEquals([NaN, -0.1, 1.1].map(shareColor), ["#dddddd", "#dddddd", "#dddddd"]);
});

Deno.test("confusionPicture() writes counts, or shares of the row; a class without examples has none", async () => {
  const { svg } = await confusionPicture([[3, 1], [0, 0]]);
  assertEquals([...svg.matchAll(/>(\d+)</g)].map((m) => m[1]), ["3", "1", "0", "0", "0", "1", "0", "1"]);
  const shares = (await confusionPicture([[3, 1], [0, 0]], { normalise: true })).svg;
  assertEquals([...shares.matchAll(/>([\d.]+ %)</g)].map((m) => m[1]), ["75.0 %", "25.0 %", "0.0 %", "0.0 %"]);
});

Deno.test("confusionPicture() draws the same of a tensor as of rows", async () => {
  const rows = [[3, 1, 0], [0, 9, 2], [1, 1, 1]];
  assertEquals((await confusionPicture(tensor(rows, { dtype: "i32" }))).svg, (await confusionPicture(rows)).svg);
});

Deno.test("confusionPicture() rejects what is no square of counts", async () => {
  await assertRejects(() => confusionPicture([]), Error, "confusionPicture: the matrix is [0, 0], not [k, k]");
  await assertRejects(() => confusionPicture([[1, 2]]), Error, "the matrix is [1, 2]");
  await assertRejects(() => confusionPicture(full([2, 3], 1)), Error, "the matrix is [2, 3]");
  await assertRejects(() => confusionPicture(full([2], 1)), Error, "the matrix is [2]");
  await assertRejects(() => confusionPicture([[NaN]]), Error, "a count is NaN; counts are 0 or more, and finite");
  await assertRejects(() => confusionPicture([[1]], { labels: [] }), Error, "1 classes have 0 labels");
});

Deno.test("attentionMap() draws the largest weight darkest, zeros not at all, and NaN grey", async () => {
  const { svg } = await attentionMap(tensor([[0.2, 0.1], [0, NaN]]));
  const map = svg.slice(svg.indexOf(">weight<"));
  for (const color of ["#08306b", "#6baed6", "#dddddd"]) assert(map.includes(color), color);
  assert((await attentionMap(full([1, 1], 0))).svg.includes(">0<"));
});

Deno.test("attentionMap() rejects other ranks, no weights, negative ones, and names that are too few", async () => {
  await assertRejects(() => attentionMap(full([3], 1)), Error, "attentionMap: weights are [3], not [Tq, Tk]");
  await assertRejects(() => attentionMap(full([0, 3], 1)), Error, "weights are [0, 3]");
  await assertRejects(() => attentionMap(tensor([[-1]])), Error, "a weight is negative");
  await assertRejects(() => attentionMap(full([1, 2], 1), { columns: ["a"] }), Error, "columns names 1 of 2 keys");
});

Deno.test("attentionMap() and confusionPicture() reject what no reader could open", async () => {
  await assertRejects(() => attentionMap(full([2, 201, 200], 0)), Error, "80,400 cells are more than the 40,000");
  await assertRejects(() => confusionPicture(full([201, 201], 1)), Error, "40,401 cells are more");
});
