/**
 * Words, dates and plurals. Every word that a person reads comes from a catalog in words/.
 */
import { atOnce } from "./convenience.js";
import { find } from "./dom.js";

/** @typedef {{[key: string]: string | Catalog}} Catalog */
/** @typedef {Record<string, string | number>} Values */

const PLACEHOLDER = /\{(\w+)\}/g;

/** @type {Catalog} */
let words = {};

/** What sentences may name without being told: the vendor. @type {Values} */
const known = {};

/** A page on a desk says "this computer" where a phone's says "this phone"; with any finger on the glass it is a phone. */
const onDesk = atOnce(() => matchMedia("(any-pointer: coarse)").matches === false);
const DESK = "OnDesk";

/** The language that the server chose by what the browser asks for; its words came with the page. */
export const DELIVERED = document.documentElement.lang;

/** @returns {Catalog} */
export function deliveredWords() {
  return JSON.parse(find("#words").textContent ?? "");
}

/**
 * Languages that have a catalog, by their own names.
 *
 * @returns {Record<string, string>}
 */
export function languages() {
  return /** @type {Record<string, string>} */ (deliveredWords().languages);
}

/**
 * Speak with this catalog from now on.
 *
 * @param {Catalog} catalog
 */
export function useCatalog(catalog) {
  words = catalog;
  document.documentElement.lang = t("meta.language");
  document.documentElement.dir = t("meta.direction");
}

/** @param {object} object @param {string} name */
const has = (object, name) => Object.prototype.hasOwnProperty.call(object, name);

/**
 * Have sentences name this from now on, wherever they ask for it.
 *
 * @param {string} name
 * @param {string} value
 */
export function introduce(name, value) {
  known[name] = value;
}

/** @param {string} key @returns {string | Catalog | undefined} */
function lookUp(key) {
  /** @type {string | Catalog | undefined} */
  let place = words;
  for (const step of key.split(".")) {
    // Own properties only: a code such as "constructor" comes from a server and must not find one.
    if (typeof place !== "object" || !has(place, step)) return undefined;
    place = place[step];
  }
  return place;
}

/** @param {string} key @returns {boolean} */
export function hasWords(key) {
  return lookUp(key) !== undefined;
}

/**
 * The template for a key; a template with plural forms is chosen by the value named count.
 *
 * @param {string} key
 * @param {Record<string, unknown>} values
 * @returns {string}
 */
function template(key, values) {
  let found = (onDesk.done && onDesk.result ? lookUp(key + DESK) : undefined) ?? lookUp(key);
  if (typeof found === "object") {
    const form = new Intl.PluralRules(t("meta.language")).select(Number(values.count));
    found = found[form] ?? found.other;
  }
  if (typeof found === "string") return found;
  // A missing word must not keep anybody from a key; tests listen for this line.
  console.error(`No words for ${key}`);
  return key;
}

/**
 * Say something as text.
 *
 * @param {string} key
 * @param {Values} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  return template(key, values).replace(PLACEHOLDER, (_, name) => String(values[name] ?? known[name] ?? ""));
}

/**
 * Say something with elements in it, such as a name that keeps its own direction.
 *
 * @param {string} key
 * @param {Record<string, Node | string | number>} values `count` chooses the plural form
 * @returns {(Node | string)[]}
 */
export function rich(key, values) {
  // With one capturing group, split() puts the placeholder names at the odd places.
  return template(key, values)
    .split(PLACEHOLDER)
    .map((piece, place) => {
      if (place % 2 === 0) return piece;
      const value = values[piece] ?? known[piece] ?? "";
      return value instanceof Node ? value : String(value);
    });
}

/** @param {Intl.DateTimeFormatOptions} options */
function dates(options) {
  return new Intl.DateTimeFormat(t("meta.dates"), options);
}

/**
 * A day in words.
 *
 * @param {string} day YYYY-MM-DD; a license day is a day in UTC wherever the phone is
 * @returns {string}
 */
export function dayInWords(day) {
  return dates({ year: "numeric", month: "short", day: "numeric", timeZone: "UTC" }).format(new Date(`${day}T00:00:00Z`));
}

/**
 * When something was, as short as a list wants it, by the phone's own clock: today, or a day, with its year if it is another.
 *
 * @param {number} at milliseconds since 1970
 */
export function shortDay(at) {
  const [then, now] = [new Date(at), new Date()];
  if (then.toDateString() === now.toDateString()) return t("history.today");
  const year = then.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return dates({ year, month: "short", day: "numeric" }).format(then);
}

/**
 * A moment in words, by the phone's own clock.
 *
 * @param {number} at milliseconds since 1970
 */
export function moment(at) {
  return dates({ year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" }).format(at);
}

/** @param {string[]} names @returns {string} */
export function list(names) {
  // Safari 14 joins no lists.
  if (typeof Intl.ListFormat !== "function") return names.join(", ");
  return new Intl.ListFormat(t("meta.language"), { type: "unit", style: "short" }).format(names);
}
