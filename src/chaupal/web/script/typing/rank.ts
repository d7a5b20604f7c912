// How far apart two spellings are: what somebody typed, and how the word would be written.
import { ELSE_PUT, ELSE_SWAP, type Habit, TABLES } from "./costs.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyzAIUMNQR";
const SIZE = LETTERS.length;

/** In natural logarithms, as how often a word is used is: by letter, and for swaps by the letter typed times SIZE plus the word's. */
export interface Costs {
  extra: Float64Array;
  missing: Float64Array;
  swap: Float64Array;
}

function read(table: string, otherwise: number): Float64Array {
  const pairs = table.split(" ").map((one) => /^(\D+)(\d+)$/.exec(one)!);
  const width = pairs[0]![1]!.length;
  const costs = new Float64Array(SIZE ** width).fill(otherwise / 10);
  for (const [, letters, cost] of pairs) costs[[...letters!].reduce((at, one) => at * SIZE + LETTERS.indexOf(one), 0)] = Number(cost) / 10;
  return costs;
}

/** What is costly where people spell like this. */
export function costsOf(habit: Habit): Costs {
  const { extra, missing, swap } = TABLES[habit];
  const costs = { extra: read(extra, ELSE_PUT), missing: read(missing, ELSE_PUT), swap: read(swap, ELSE_SWAP) };
  for (let i = 0; i < SIZE; i++) costs.swap[i * SIZE + i] = 0;
  return costs;
}

const PLACE = Uint8Array.from({ length: 128 }, (_, code) => Math.max(0, LETTERS.indexOf(String.fromCharCode(code))));

let above = new Float64Array(64);
let row = new Float64Array(64);

/** The least that it costs to type the one normed spelling for the other; Infinity as soon as it is known to be more than `most`. */
export function distance(typed: string, own: string, costs: Costs, most: number): number {
  const width = own.length + 1;
  if (row.length < width) [above, row] = [new Float64Array(2 * width), new Float64Array(2 * width)];
  above[0] = 0;
  for (let j = 1; j < width; j++) above[j] = above[j - 1]! + costs.missing[PLACE[own.charCodeAt(j - 1)]!]!;
  for (let i = 0; i < typed.length; i++) {
    const letter = PLACE[typed.charCodeAt(i)]!;
    const extra = costs.extra[letter]!;
    let least = (row[0] = above[0]! + extra);
    for (let j = 1; j < width; j++) {
      const beside = PLACE[own.charCodeAt(j - 1)]!;
      const cost = Math.min(above[j - 1]! + costs.swap[letter * SIZE + beside]!, above[j]! + extra, row[j - 1]! + costs.missing[beside]!);
      row[j] = cost;
      if (cost < least) least = cost;
    }
    if (least > most) return Infinity;
    [above, row] = [row, above];
  }
  return above[width - 1]!;
}
