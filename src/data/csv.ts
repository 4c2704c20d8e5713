import { ArgumentError, DataFormatError } from '../errors.ts';
import { CsvReader, decimal } from './csvReader.ts';

export interface CsvOptions {
  /** What to call the file in an error. Default 'CSV'. */
  name?: string | undefined;
  /**
   * Whether the first line names the columns. Default 'auto': it does if none of its cells is a number (the label's, which may be a
   * word in any line, aside).
   */
  header?: boolean | 'auto' | undefined;
  /** The character between cells, such as ';' or '\t'. Default ','. */
  delimiter?: string | undefined;
}

/** Numbers of a CSV file. */
export interface CsvTable {
  /** Names of the columns; null where the file has none. */
  header: string[] | null;
  /** [rows, columns] */
  shape: [number, number];
  /** In row-major order. */
  data: Float64Array;
}

/**
 * Reads a CSV file of numbers (RFC 4180, also with LF instead of CRLF, and with a byte order mark). Every cell is a finite number in
 * decimal notation, and every row has as many as the first one; there is a row at least.
 *
 * @param text the whole file
 * @throws DataFormatError that names file, line and column, both counted from 1, and what stands there; ArgumentError
 */
export function parseCsv(text: string, options: CsvOptions = {}): CsvTable {
  const { header, rows, columns, values } = readCsv(text, options, { make: size => new Float64Array(size) });
  return { header, shape: [rows, columns], data: values };
}

/** Which column holds labels, of which `add` is told, and what the other cells are collected in. */
interface CsvTarget<T extends Float32Array | Float64Array> {
  readonly make: (size: number) => T;
  /** Its name, or its place, from the end where it is negative. Default: there is none. */
  readonly label?: string | number;
  /** `where` gives the cell as errors name it. */
  readonly add?: (label: string, where: () => string) => void;
}

/** The walk over all cells. `columns` counts those of numbers. */
export function readCsv<T extends Float32Array | Float64Array>(
  text: string,
  options: CsvOptions,
  { make, label, add }: CsvTarget<T>,
): { header: string[] | null; rows: number; columns: number; values: T } {
  const { name, header, delimiter } = checkOptions(text, options, label);
  const refuse = (problem: string): never => {
    throw new DataFormatError(problem, name);
  };
  let reader = new CsvReader(text, name, delimiter);
  if (reader.done) refuse('it is empty');
  const first: string[] = [];
  do first.push(reader.text());
  while (!reader.rowEnded);
  const labels = label === undefined ? -1 : placeOf(label, first, refuse);
  const columns = first.length - (label === undefined ? 0 : 1);
  if (columns === 0) refuse('there is no column besides that of the labels');
  const words = first.every((cell, c) => c === labels || decimal(cell) === undefined);
  const named = header === 'auto' ? typeof label === 'string' || words : header;
  if (!named) reader = new CsvReader(text, name, delimiter);
  if (reader.done) refuse('there are no rows after the header');

  const values = make(reader.mostRows(columns) * columns);
  let size = 0;
  let line = 0;
  let column = 0;
  // One for all cells: a function made for each of them would cost more than to read it.
  const where = () => `line ${line}, column ${column + 1}${named ? ` (${quote(first[column] as string)})` : ''}`;
  while (!reader.done) {
    const rowLine = reader.line;
    for (column = 0; column < first.length; column++) {
      line = reader.line;
      if (column === labels) {
        add?.(reader.text(), where);
      } else {
        const value = reader.number();
        if (typeof value === 'string') return refuse(`${where()}: ${quote(value)} is no finite number`);
        // Past the end of the array only in a row that is too short, which is refused when it ends.
        values[size] = value;
        if (Math.abs(values[size++] as number) === Number.POSITIVE_INFINITY)
          refuse(`${where()}: ${value} is too large for float32`);
      }
      if (reader.rowEnded !== (column === first.length - 1)) {
        const cells = reader.rowEnded ? `only ${column + 1}` : 'more';
        refuse(`the row of line ${rowLine} has ${cells} cells, where the first row has ${first.length}`);
      }
    }
  }
  return {
    header: named ? first : null,
    rows: size / columns,
    columns,
    values: size === values.length ? values : (values.slice(0, size) as T),
  };
}

function checkOptions(
  text: unknown,
  options: CsvOptions,
  label: string | number | undefined,
): {
  name: string;
  header: boolean | 'auto';
  delimiter: string;
} {
  const { name = 'CSV', header = 'auto', delimiter = ',' } = options;
  if (typeof text !== 'string') throw new ArgumentError('text', text, 'a string');
  const named = typeof label === 'string';
  if (header !== 'auto' && header !== true && (header !== false || named)) {
    const allowed = named ? "true or 'auto' where label is a column's name" : "true, false or 'auto'";
    throw new ArgumentError('header', header, allowed);
  }
  if (!(typeof delimiter === 'string' && /^[^"\r\n0-9+.eE-]$/.test(delimiter))) {
    throw new ArgumentError('delimiter', delimiter, "one character that no number or quote has, such as ',' or ';'");
  }
  return { name, header, delimiter };
}

/** The column of the labels. */
function placeOf(label: string | number, first: readonly string[], refuse: (problem: string) => never): number {
  if (typeof label === 'number') {
    const place = label < 0 ? first.length + label : label;
    return first[place] === undefined ? refuse(`there is no column ${label}, but ${first.length} in all`) : place;
  }
  const place = first.indexOf(label);
  if (place < 0) refuse(`no column is named ${quote(label)}, but ${quote(first.join(', '))}`);
  if (first.lastIndexOf(label) !== place) refuse(`several columns are named ${quote(label)}`);
  return place;
}

/** What stands in a file, as errors show it: at most 40 characters of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}...` : text);
}
