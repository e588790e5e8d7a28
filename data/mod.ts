/**
 * Data: file formats, the data sets read from them, and pipelines that bring examples to a training.
 *
 * Decoders take bytes from outside and give an `Either`: what the bytes hold, or a `FormatError` that says what is wrong
 * with them and where. Encoders throw on a mistake in the program. `orThrow` turns the first into the second.
 *
 * @module
 */

export * from "./augment/mod.ts";
export * from "./balance.ts";
export { batches, type BatchOptions } from "./batches.ts";
export * from "./checkpoint.ts";
export * from "./checkpoints.ts";
export * from "./datasets/cifar.ts";
export * from "./datasets/classified.ts";
export * from "./datasets/diabetes.ts";
export * from "./datasets/digits.ts";
export { type CitationGraph } from "./datasets/citation_graph.ts";
export * from "./datasets/graphs.ts";
export * from "./datasets/housing.ts";
export {
  fashionClasses,
  fashionSource,
  type ImageSets,
  type LabelledImages,
  loadFashionMnist,
} from "./datasets/images.ts";
export * from "./datasets/karate.ts";
export * from "./datasets/mnist.ts";
export * from "./datasets/molecules.ts";
export * from "./datasets/names.ts";
export * from "./datasets/planetoid.ts";
export * from "./datasets/series.ts";
export * from "./datasets/text.ts";
export * from "./datasets/treebank.ts";
export * from "./errors.ts";
export * from "./folds.ts";
export { type Channels, type PictureOptions, type PictureTensor } from "./formats/channels.ts";
export * from "./formats/csv.ts";
export { type CsvEncoding } from "./formats/csv_columns.ts";
export { type CsvOptions } from "./formats/csv_options.ts";
export * from "./formats/csv_stream.ts";
export * from "./formats/csv_writer.ts";
export * from "./formats/idx.ts";
export * from "./formats/import_weights.ts";
export * from "./formats/jpeg.ts";
export * from "./formats/jpeg_writer.ts";
export * from "./formats/named_leaves.ts";
export { decodeNpy, encodeNpy } from "./formats/npy.ts";
export * from "./formats/npz.ts";
export * from "./formats/parquet.ts";
export { type PictureInput } from "./formats/pixels.ts";
export * from "./formats/png.ts";
export * from "./formats/png_writer.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type Safetensors,
  type SafetensorsOptions,
} from "./formats/safetensors.ts";
export * from "./formats/safetensors_index.ts";
export { openSafetensors, type SafetensorsReader, type TensorInfo } from "./formats/safetensors_reader.ts";
export * from "./formats/tar.ts";
export * from "./formats/tokenizer.ts";
export * from "./formats/vocabulary_json.ts";
export * from "./formats/weights_from_flax.ts";
export {
  fromTorch,
  type TorchDenseOptions,
  type TorchGroupsOptions,
  type TorchRecurrentOptions,
  type TorchRules,
} from "./formats/weights_from_torch.ts";
export * from "./gunzip.ts";
export * as pipeline from "./pipeline/mod.ts";
export { type RandomAccess } from "./random_access.ts";
export * from "./show_progress.ts";
export * from "./source.ts";
export * from "./splits.ts";
export { type Labels } from "./strata.ts";
export {
  type BooleanColumn,
  type BytesColumn,
  type Column,
  columnOf,
  type ColumnType,
  type ColumnValues,
  type NumberColumn,
  type StringColumn,
  type Table,
  tableOf,
} from "./table.ts";
export * from "./table_to_tensor.ts";
export { type TokenLevel, type Vocabulary, vocabulary, type VocabularyOptions } from "./vocabulary.ts";
export * from "./windows.ts";
