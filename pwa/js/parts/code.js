/**
 * Codes as a person reads them: in groups of five, left to right in every language, never translated.
 */
import { el } from "../dom.js";
import { t } from "../i18n.js";

const GROUPS_IN_A_ROW = 6;

/**
 * A short code within a line; it breaks between groups only.
 *
 * @param {string} code groups with dashes
 */
export function inlineCode(code) {
  const groups = code.split("-");
  const pieces = groups.flatMap((group, place) =>
    place === groups.length - 1 ? [el("span", {}, group)] : [el("span", {}, `${group}-`), el("wbr")],
  );
  return el("span", { class: "code", dir: "ltr", translate: "no" }, ...pieces);
}

/**
 * Symbols, with digits set apart from letters, so that 5 and S, 8 and B, 2 and Z are told apart at a glance.
 *
 * @param {string} group
 */
function symbols(group) {
  const runs = group.match(/\d+|\D+/g) ?? [];
  return runs.map((run) => (/\d/.test(run) ? el("span", { class: "digits" }, run) : run));
}

/**
 * @param {string} group
 * @param {number} number counted from 1 over the whole key, as the License Wizard counts
 */
function groupItem(group, number) {
  // As an image with a spelled-out name, a group is heard symbol by symbol in one go, not as a word.
  const spelled = group.split("").join(" ");
  return el(
    "li",
    { class: "group" },
    el("span", { class: "number" }, String(number)),
    el("span", { class: "symbols", role: "img", "aria-label": spelled }, ...symbols(group)),
  );
}

/**
 * @param {string[]} groups
 * @param {number} first the number of the first of them
 */
export function groupList(groups, first) {
  const items = groups.map((group, place) => groupItem(group, first + place));
  return el("ol", { class: "groups", start: first, dir: "ltr", translate: "no" }, ...items);
}

/**
 * The steps in which a key is typed: groups of a short key, rows of a long one.
 *
 * @param {string} key groups with dashes
 */
export function keySteps(key) {
  const groups = key.split("-");
  const length = groups.length > GROUPS_IN_A_ROW ? GROUPS_IN_A_ROW : 1;
  return Array.from({ length: groups.length / length }, (_, step) => {
    const start = step * length;
    return { groups: groups.slice(start, start + length), first: start + 1 };
  });
}

/** @param {string[]} groups @param {number} row counted from 0 */
function labelledRow(groups, row) {
  const label = el("h2", { class: "row-label", id: `row-${row + 1}` }, t("key.row", { row: row + 1 }));
  const start = row * GROUPS_IN_A_ROW;
  const part = groups.slice(start, start + GROUPS_IN_A_ROW);
  return el("section", { class: "row", "aria-labelledby": label.id }, label, groupList(part, start + 1));
}

/**
 * A computer key to be typed: one block when short, labeled rows when long.
 *
 * @param {string} key groups with dashes
 */
export function typedKey(key) {
  const groups = key.split("-");
  const rows = Math.ceil(groups.length / GROUPS_IN_A_ROW);
  const parts = rows === 1 ? [groupList(groups, 1)] : Array.from({ length: rows }, (_, row) => labelledRow(groups, row));
  const look = rows === 1 ? "typed-key is-short" : "typed-key is-long";
  return el("div", { id: "computer-key", class: look }, ...parts);
}
