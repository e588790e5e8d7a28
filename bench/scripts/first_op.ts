/** A whole process to its first operation, with ours. */
import { add, tensor } from "../../mod.ts";

add(tensor([1, 2, 3]), 1).dataSync();
