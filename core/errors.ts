/** The errors a mistake in a program throws. Data from outside comes back as `Either` instead. */

/** What every error thrown by the library extends. */
export class AdjointError extends Error {
  /** `"AdjointError"`. */
  override name: string = "AdjointError";
}

/** Shapes, ranks or axes that do not fit the operation. */
export class ShapeError extends AdjointError {
  /** `"ShapeError"`. */
  override name: string = "ShapeError";
}

/** A dtype the operation does not take. */
export class DTypeError extends AdjointError {
  /** `"DTypeError"`. */
  override name: string = "DTypeError";
}

/** An argument of the wrong kind: not a tensor, not a tree, an option out of its range. */
export class ArgumentError extends AdjointError {
  /** `"ArgumentError"`. */
  override name: string = "ArgumentError";
}

/** A transform asked for something it cannot give: a host branch on a traced value, a non-scalar loss, a missing rule. */
export class TransformError extends AdjointError {
  /** `"TransformError"`. */
  override name: string = "TransformError";
}

/** A traced value used outside the transformation that made it. */
export class LeakedTracerError extends AdjointError {
  /** `"LeakedTracerError"`. */
  override name: string = "LeakedTracerError";
}

/** Storage read after it was donated to a jitted call. */
export class DonatedError extends AdjointError {
  /** `"DonatedError"`. */
  override name: string = "DonatedError";
}

/** A value that `checkNaN` was asked to look for. */
export class NonFiniteError extends AdjointError {
  /** `"NonFiniteError"`. */
  override name: string = "NonFiniteError";
}

/** A program, or its arguments and results, that need more memory than there is. */
export class OutOfMemoryError extends AdjointError {
  /** `"OutOfMemoryError"`. */
  override name: string = "OutOfMemoryError";
}
