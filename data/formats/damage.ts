/** What is wrong with a part of a file, on the way to where its reading began. */

/** Thrown by readers of parts of a file, and caught where the file's reading begins: it is no error of a program. */
export class Damage extends Error {
  /** `at` is the place in the bytes that were read. */
  constructor(readonly at: number, message: string) {
    super(message);
  }
}
