/** Reading the expressions of `einsum`. */
import { ArgumentError, ShapeError } from "../errors.ts";
import { type Shape, show } from "../shape.ts";

/** The labels of every operand's axes, and of the result's. Axes under an ellipsis are labelled `.0`, `.1`, … from the last. */
export interface Expression {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** What stands for one tensor: letters, and perhaps an ellipsis after the first `ellipsis` of them. */
interface Term {
  readonly text: string;
  readonly letters: readonly string[];
  readonly ellipsis: number | null;
}

function term(text: string): Term {
  const at = text.indexOf("..."), rest = at < 0 ? text : text.slice(0, at) + text.slice(at + 3);
  const stray = rest.match(/[^A-Za-z]/);
  if (stray !== null) {
    throw new ArgumentError(
      `einsum: ${JSON.stringify(stray[0])} in ${JSON.stringify(text)} has no meaning; ` +
        'write letters for axes, with commas between operands, "->" before the output and "..." for other axes',
    );
  }
  return { text, letters: [...rest], ellipsis: at < 0 ? null : at };
}

const dots = (n: number): string[] => Array.from({ length: n }, (_, i) => `.${n - 1 - i}`);

/** The term's labels, with `n` axes in place of its ellipsis. */
const labelsOf = ({ letters, ellipsis }: Term, n: number): string[] =>
  ellipsis === null ? [...letters] : [...letters.slice(0, ellipsis), ...dots(n), ...letters.slice(ellipsis)];

/** The labels left unsaid: the ellipsis, then every letter that stands once, capitals first, alphabetically. */
function implicit(terms: readonly Term[], n: number): string[] {
  const all = terms.flatMap((t) => t.letters);
  return [...dots(n), ...all.filter((l) => all.indexOf(l) === all.lastIndexOf(l)).sort()];
}

/** An expression's labels for operands of the given shapes; throws where they do not fit it. */
export function readExpression(expression: string, shapes: readonly Shape[]): Expression {
  const [left, right, ...more] = expression.replaceAll(/\s/g, "").split("->");
  if (more.length > 0) throw new ArgumentError(`einsum: ${JSON.stringify(expression)} has more than one "->"`);
  const terms = left!.split(",").map(term);
  if (terms.length !== shapes.length) {
    throw new ArgumentError(
      `einsum: ${terms.length > shapes.length ? "fewer" : "more"} operands than the expression names; ` +
        `${JSON.stringify(expression)} has ${terms.length}, given are ${shapes.length}`,
    );
  }
  const inputs = terms.map((t, i) => {
    const s = shapes[i]!, free = s.length - t.letters.length;
    if (t.ellipsis === null ? free !== 0 : free < 0) {
      throw new ShapeError(
        `einsum: ${t.text} does not fit the shape ${show(s)} of operand ${i}; it names ${t.letters.length} axes` +
          (t.ellipsis === null ? "" : " or more"),
      );
    }
    return labelsOf(t, free);
  });
  const spread = Math.max(0, ...terms.map((t, i) => t.ellipsis === null ? 0 : shapes[i]!.length - t.letters.length));
  const output = right === undefined ? implicit(terms, spread) : labelsOf(term(right), spread);
  checkSizes(inputs, shapes);
  checkOutput(output, inputs);
  return { inputs, output };
}

function checkSizes(inputs: readonly (readonly string[])[], shapes: readonly Shape[]): void {
  const sizes = new Map<string, number>();
  inputs.forEach((labels, i) =>
    labels.forEach((l, axis) => {
      const d = shapes[i]![axis]!, known = sizes.get(l), ellipsis = l.startsWith(".");
      if (known === undefined || (ellipsis && known === 1)) sizes.set(l, d);
      else if (known !== d && !(ellipsis && d === 1)) {
        throw new ShapeError(
          `einsum: ${ellipsis ? "an axis of the ellipsis" : l} is both ${known} and ${d}; ` +
            `the operands are ${shapes.map(show).join(", ")}`,
        );
      }
    })
  );
}

function checkOutput(output: readonly string[], inputs: readonly (readonly string[])[]): void {
  for (const l of output) {
    if (output.indexOf(l) !== output.lastIndexOf(l)) {
      throw new ArgumentError(`einsum: the output names ${l} twice; name each axis once`);
    }
    if (!inputs.some((labels) => labels.includes(l))) {
      throw new ArgumentError(`einsum: the output names ${l}, which no operand has`);
    }
  }
}
