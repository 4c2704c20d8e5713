import { ArgumentError, DataFormatError, ShapeError } from '../errors.ts';
import { checkDType, type DType } from '../tensor/dtype.ts';
import { checkShape, type Shape, sizeOf } from '../tensor/shape.ts';
import { ArrayDataset } from './arrayDataset.ts';
import { type CsvOptions, quote, readCsv } from './csv.ts';
import { decimal } from './csvReader.ts';

export interface CsvDatasetOptions extends CsvOptions {
  /** The column of the labels: its name, or its place, counted from 0, or from the end where it is negative (-1: the last). */
  label: string | number;
  /**
   * What the labels may be, in the order of their class ids. Default: whole numbers of at least 0 are class ids themselves; the
   * classes of words are sorted (by their UTF-16 units), and a mixture of both is refused. Give the training data's `classes` for the
   * test data.
   */
  classes?: readonly string[] | null | undefined;
  /** Shape of a sample's input, into which the other columns are put in their order. Default: [columns]. */
  inputShape?: Shape | undefined;
  /** Element type of the batches. Default 'float32'. */
  dtype?: DType | undefined;
}

const MAX_CLASS_ID = 0x7fffffff;

/**
 * A dataset from a CSV file as `parseCsv` reads it, of which one column holds class labels, numbers or words. `classes` of the result
 * are those of words.
 *
 * @param text the whole file
 * @throws DataFormatError that names file, line and column, both counted from 1, and what stands there; ArgumentError, ShapeError,
 *   DTypeError
 */
export function csvDataset(text: string, options: CsvDatasetOptions): ArrayDataset {
  const { label, classes = null, inputShape, dtype = 'float32', name = 'CSV' } = options;
  if (typeof label !== 'string' && !Number.isSafeInteger(label)) {
    throw new ArgumentError('label', label, "a column's name or place");
  }
  if (classes !== null && !(Array.isArray(classes) && new Set(classes).size === classes.length)) {
    throw new ArgumentError('classes', classes, 'a list of different names');
  }
  if (inputShape !== undefined) checkShape('inputShape', inputShape);
  checkDType('dtype', dtype);
  const labels = new Labels(name, classes);
  const { columns, values } = readCsv(text, options, {
    make: size => (dtype === 'float32' ? new Float32Array(size) : new Float64Array(size)),
    label,
    add: (cell, where) => labels.add(cell, where),
  });
  if (inputShape !== undefined && sizeOf(inputShape) !== columns) {
    throw new ShapeError(
      'inputShape',
      inputShape,
      `a shape of ${columns} numbers, the columns besides that of the labels`,
    );
  }
  return new ArrayDataset({ inputs: values, inputShape: inputShape ?? [columns], dtype, ...labels.end() });
}

/** The labels of a file, and the classes that they make. */
class Labels {
  readonly #name: string;
  readonly #classes: readonly string[] | null;
  /** Each label's place in the order in which they first came. */
  readonly #places: number[] = [];
  readonly #found = new Map<string, number>();
  /** What the first label was. */
  #words = false;

  constructor(name: string, classes: readonly string[] | null) {
    this.#name = name;
    this.#classes = classes;
  }

  /** @throws DataFormatError for a label that is no class, naming the first line that has it */
  add(label: string, where: () => string): void {
    let place = this.#found.get(label);
    if (place === undefined) {
      place = this.#found.size;
      this.#check(label, where);
      this.#found.set(label, place);
    }
    this.#places.push(place);
  }

  #check(label: string, where: () => string): void {
    const refuse = (problem: string): never => {
      throw new DataFormatError(`${where()}: ${quote(label)} ${problem}`, this.#name);
    };
    if (this.#classes) {
      const shown = [...this.#classes.slice(0, 10).map(quote), ...(this.#classes.length > 10 ? ['...'] : [])];
      if (!this.#classes.includes(label)) refuse(`is none of the classes (${shown.join(', ')})`);
      return;
    }
    const id = decimal(label);
    if (this.#found.size === 0) this.#words = id === undefined;
    if (label.trim() === '') refuse('is no label');
    if (this.#words !== (id === undefined)) refuse(`is no label where others are ${this.#words ? 'words' : 'numbers'}`);
    if (id !== undefined && !(Number.isInteger(id) && id >= 0 && id <= MAX_CLASS_ID)) {
      refuse('is no class id, which is a whole number of at least 0');
    }
  }

  end(): { targets: Int32Array; classes: readonly string[] | null } {
    const labels = [...this.#found.keys()];
    const classes = this.#classes ?? (this.#words ? [...labels].sort() : null);
    const ids = classes
      ? new Map(classes.map((name, id) => [name, id]))
      : new Map(labels.map(label => [label, decimal(label) as number]));
    const idOfPlace = labels.map(label => ids.get(label) as number);
    return { targets: Int32Array.from(this.#places, place => idOfPlace[place] as number), classes };
  }
}
