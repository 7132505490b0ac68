/**
 * Whether a typed code has typos, told while it is typed: its last group is a check of the others (Reed-Solomon over GF(32),
 * docs/protocol.md). What is read here is only shown; the server reads what is sent anew.
 */

export const SYMBOLS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP = 5;
const CHECK = 5;

/** How long each kind is, and what it adds to its check group, so that one is not taken for the other. */
const KINDS = {
  activationKey: { length: 25, constant: [24, 4, 21, 17, 30] },
  computerId: { length: 25, constant: [0, 24, 13, 2, 6] },
  computerKey: { length: 30, constant: [9, 25, 9, 30, 4] },
  deactivationCode: { length: 15, constant: [29, 31, 24, 6, 6] },
};

/** Those that the phone page asks for. @type {CodeKind[]} */
const ASKED = ["activationKey", "computerId"];

/** @typedef {keyof typeof KINDS} CodeKind */
/**
 * @typedef {{state: "empty"} | {state: "unreadable"} | {state: "short", count: number} | {state: "long", count: number}
 *   | {state: "right"} | {state: "other", kind: CodeKind} | {state: "wrong"}
 *   | {state: "mistyped", group: number, meant: string, places: number[]}} Finding
 *   `group` is counted from 1, `places` from 0 in the characters without dashes
 */

/** Powers of the field's generator, and their logarithms. */
const EXP = [1];
while (EXP.length < 62) {
  const doubled = EXP[EXP.length - 1] << 1;
  EXP.push(doubled & 32 ? doubled ^ 0b100101 : doubled);
}
const LOG = new Map(EXP.slice(0, 31).map((value, power) => [value, power]));

/** @param {number} value */
const log = (value) => LOG.get(value) ?? 0;
/** @param {number} a @param {number} b */
const times = (a, b) => (a === 0 || b === 0 ? 0 : EXP[log(a) + log(b)]);
/** @param {number} a @param {number} b not 0 */
const over = (a, b) => (a === 0 ? 0 : EXP[log(a) + 31 - log(b)]);

/** @param {number[]} word */
function syndromes(word) {
  return Array.from({ length: CHECK }, (_, power) =>
    word.reduce((sum, symbol, place) => sum ^ times(symbol, EXP[(power * (word.length - 1 - place)) % 31]), 0),
  );
}

/** Remove what is at a locator from syndromes, and shorten them by one. @param {number[]} list @param {number} locator */
function eliminate(list, locator) {
  return list.slice(1).map((each, index) => each ^ times(locator, list[index]));
}

/**
 * The one place that explains syndromes alone, and the error there; null if there is none.
 *
 * @param {number[]} list
 * @param {number} length
 */
function single(list, length) {
  if (list[0] === 0 || list[1] === 0) return null;
  const locator = over(list[1], list[0]);
  const place = length - 1 - log(locator);
  if (place < 0 || list.some((each, index) => index > 0 && each !== times(locator, list[index - 1]))) return null;
  return { place, error: list[0] };
}

/** The wrong places of a word with one or two of them, and the errors there; null if there is no such reading. @param {number[]} word */
function errors(word) {
  const list = syndromes(word);
  const { length } = word;
  const one = single(list, length);
  if (one !== null) return [one];
  for (let place = 0; place < length; place += 1) {
    const other = single(eliminate(list, EXP[length - 1 - place]), length);
    if (other === null || other.place === place) continue;
    // What is left at each of two places when the other one is eliminated, is its error times a known factor.
    const [own, others] = [EXP[length - 1 - place], EXP[length - 1 - other.place]];
    const factor = own ^ others;
    const second = over(other.error, factor);
    return [{ place, error: list[0] ^ second }, { place: other.place, error: second }];
  }
  return null;
}

/** @param {number[]} word @param {CodeKind} kind */
function unmasked(word, kind) {
  const checks = word.length - CHECK;
  return word.map((symbol, place) => (place < checks ? symbol : symbol ^ KINDS[kind].constant[place - checks]));
}

/** @param {number[]} word @param {CodeKind} kind */
function isRight(word, kind) {
  return word.length === KINDS[kind].length && syndromes(unmasked(word, kind)).every((each) => each === 0);
}

/** Groups of five with dashes. @param {string} symbols */
export function grouped(symbols) {
  return (symbols.match(/.{1,5}/g) ?? []).join("-");
}

/**
 * What a typed code says for itself.
 *
 * @param {string} typed
 * @param {CodeKind} kind
 * @param {CodeKind[]} [kinds] for which it may have been taken
 * @returns {Finding}
 */
export function judge(typed, kind, kinds = ASKED) {
  const { length } = KINDS[kind];
  const text = typed.normalize("NFKC").toUpperCase().replace(/[\s\p{P}\p{Cf}]/gu, "").replace(/[IL]/g, "1").replace(/O/g, "0");
  if (text === "") return { state: "empty" };
  const word = [...text].map((symbol) => SYMBOLS.indexOf(symbol));
  const other = word.includes(-1) ? undefined : kinds.find((one) => one !== kind && isRight(word, one));
  if (other !== undefined) return { state: "other", kind: other };
  if (text.length > length) return { state: "long", count: text.length };
  if (word.includes(-1)) return { state: "unreadable" };
  if (text.length < length) return { state: "short", count: text.length };
  if (isRight(word, kind)) return { state: "right" };
  const wrong = errors(unmasked(word, kind));
  if (wrong === null) return { state: "wrong" };
  const meant = word.slice();
  for (const { place, error } of wrong) meant[place] ^= error;
  const places = wrong.map(({ place }) => place).sort((one, other) => one - other);
  return { state: "mistyped", group: Math.floor(places[0] / GROUP) + 1, meant: grouped(meant.map((symbol) => SYMBOLS[symbol]).join("")), places };
}
