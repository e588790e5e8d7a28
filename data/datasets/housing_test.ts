/** The table of districts: made-up ones, and the real one where a folder of data is at hand. */
import { assert, assertEquals } from "@std/assert";
import { decodeHousing, housingFeatures, loadCaliforniaHousing } from "./housing.ts";

const head = `${housingFeatures.join(",")},median_house_value,ocean_proximity`;
const read = (...rows: readonly string[]) => decodeHousing(new TextEncoder().encode([head, ...rows, ""].join("\n")));
const good = "-122,38,41,880,,322,126,8.5,452600,NEAR BAY";

Deno.test("decodeHousing() reads districts, and NaN for bedrooms that are not known", () => {
  const got = read(good, good.replace(",,", ",7,"));
  assert(got._tag === "Right");
  assertEquals(got.right.inputs.toArray()[0]!.slice(3, 6), [880, NaN, 322]);
  assertEquals(got.right.inputs.toArray()[1]![4], 7);
  assertEquals([got.right.values.toArray(), got.right.proximity.toArray()], [[452600, 452600], [3, 3]]);
  const none = read();
  assert(none._tag === "Right" && none.right.values.shape[0] === 0);
});

Deno.test("decodeHousing() says which line is wrong", () => {
  for (
    const row of [
      "",
      good.replace("-122,", ""),
      `${good},1`,
      good.replace("BAY", "SEA"),
      good.replace("8.5", "rich"),
      good.replace("452600", ""),
    ]
  ) {
    const got = read(good, row);
    assert(got._tag === "Left", row);
    assert(got.left.message.startsWith("decodeHousing: line 3, "), got.left.message);
    assertEquals(got.left.offset, head.length + good.length + 2);
  }
  const other = decodeHousing(new TextEncoder().encode("a,b\n1,2\n"));
  assert(other._tag === "Left" && other.left.offset === 0);
});

const folder = Deno.env.get("ADJOINT_DATA");
Deno.test({
  name: "the districts are those of the census (ignored where ADJOINT_DATA names no folder)",
  ignore: folder === undefined,
  fn: async () => {
    const got = await loadCaliforniaHousing({ fetch: false, cache: false })();
    assert(got._tag === "Right", JSON.stringify(got));
    const { inputs, values } = got.right;
    assertEquals(inputs.shape as readonly number[], [20640, 8]);
    // 207 districts have no number of bedrooms, as the repository states.
    assertEquals(inputs.dataSync().filter((x) => Number.isNaN(x)).length, 207);
    assertEquals([Math.min(...values.dataSync()), Math.max(...values.dataSync())], [14999, 500001]);
  },
});
