/**
 * Names that customers and vendors chose: kept in their own direction, and out of the reach of translators.
 */
import { el } from "../dom.js";
import { rich, t } from "../i18n.js";

/** Names up to the length that Windows allows its computers are kept in one piece. */
const SHORT_NAME = 15;
/** Longer ones do not stand in headings, nor in sentences. */
const MOST_IN_HEADINGS = 40;
/** Longer ones take lines of their own. */
const MOST_BESIDE_A_LABEL = 24;

/** @param {string} name */
export function properName(name) {
  return el("bdi", { translate: "no", class: name.length <= SHORT_NAME && "name" }, name);
}

/**
 * A name of any length on at most two lines; a tap shows it whole.
 *
 * @param {string} name
 */
export function longName(name) {
  const node = el("bdi", { translate: "no", class: "clamp", title: name }, name);
  node.addEventListener("click", () => node.classList.toggle("is-whole"));
  return { node, isLong: [...name].length > MOST_BESIDE_A_LABEL };
}

/** That a file was saved; its name ends with symbols of a code. @param {string} name */
export function savedAs(name) {
  return el("span", {}, ...rich("key.downloaded", { name: el("bdi", { dir: "ltr", translate: "no" }, name) }));
}

/** Whether a heading can hold the name. @param {string | null} name @returns {name is string} */
export function fitsHeading(name) {
  return name !== null && [...name].length <= MOST_IN_HEADINGS;
}

/**
 * A sentence about a computer, which may have no name, or one that is too long: the catalog holds both forms.
 *
 * @param {string} key of an entry with the forms `named` and `unnamed`
 * @param {string | null} computerName
 * @param {Record<string, string | number>} [values]
 * @returns {(Node | string)[]}
 */
export function aboutComputer(key, computerName, values = {}) {
  if (!fitsHeading(computerName)) return [t(`${key}.unnamed`, values)];
  return keptTogether(rich(`${key}.named`, { ...values, computer: properName(computerName) }));
}

/** What ends or goes on right behind a name, such as a question mark or a comma, stays with it. @param {(Node | string)[]} pieces */
function keptTogether(pieces) {
  const place = pieces.findIndex((piece) => piece instanceof HTMLElement && piece.className === "name");
  const next = pieces[place + 1];
  const sign = place >= 0 && typeof next === "string" ? /^[?.,،؟]/.exec(next) : null;
  if (sign === null || typeof next !== "string") return pieces;
  const whole = el("span", { class: "name" }, pieces[place], sign[0]);
  return [...pieces.slice(0, place), whole, next.slice(1), ...pieces.slice(place + 2)];
}
