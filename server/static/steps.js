/**
 * A computer key step by step: one group after the other, large, with its spelling. The key is behind the "#" of the
 * address, as a mail or a printed sheet brings it; it leaves the address bar at once, and no server ever has it.
 */
import { atOnce } from "/pwa/js/convenience.js";

/** @type {{group: string, next: string, done: string, spelled: Record<string, string>}} */
const WORDS = JSON.parse(document.getElementById("step-words")?.textContent ?? "{}");

const KEY = /^[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5})*$/;

/** @param {string} group */
function symbols(group) {
  return group.split(/([0-9]+)/).filter(Boolean).map((run) => {
    if (!/[0-9]/.test(run)) return run;
    const digits = document.createElement("i");
    digits.textContent = run;
    return digits;
  });
}

/** A group's symbols as words; those of digits look like digits. @param {string} group */
function spelling(group) {
  return [...group].flatMap((symbol, place) => {
    const word = document.createElement(/[0-9]/.test(symbol) ? "b" : "span");
    word.className = word.localName === "b" ? "d" : "";
    word.textContent = WORDS.spelled[symbol];
    return place === 0 ? [word] : ["\u00a0· ", word];
  });
}

/** @param {number} past @param {number} count */
function marks(past, count) {
  return Array.from({ length: count }, (_, index) => {
    const mark = document.createElement("i");
    mark.className = index < past ? "past" : "";
    return mark;
  });
}

/** @param {HTMLElement} reel @param {HTMLElement} end @param {string[]} groups */
function walk(reel, end, groups) {
  let at = 0;
  const [heading] = reel.getElementsByTagName("h1");
  const [before, big, after] = reel.querySelectorAll(".k");
  const [back, next] = reel.querySelectorAll("button");
  const label = next.querySelector("span");
  const say = reel.querySelector(".say"), bars = reel.querySelector(".marks");
  if (label === null || say === null || bars === null) return;
  const show = () => {
    const isOver = at === groups.length;
    reel.hidden = isOver;
    end.hidden = !isOver;
    if (isOver) return end.querySelector("h1")?.focus();
    heading.textContent = WORDS.group.replace("{number}", String(at + 1)).replace("{all}", String(groups.length));
    before.replaceChildren(...symbols(groups[at - 1] ?? ""));
    big.replaceChildren(...symbols(groups[at]));
    after.replaceChildren(...symbols(groups[at + 1] ?? ""));
    say.replaceChildren(...spelling(groups[at]));
    bars.replaceChildren(...marks(at + 1, groups.length));
    // What has the focus does not go away without handing it on.
    if (at === 0 && document.activeElement === back) next.focus();
    back.hidden = at === 0;
    label.textContent = at + 1 === groups.length ? WORDS.done : WORDS.next;
  };
  const go = (/** @type {number} */ by) => {
    at = Math.min(groups.length, Math.max(0, at + by));
    show();
  };
  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  end.querySelector("button")?.addEventListener("click", () => go(-1));
  show();
}

const key = decodeURIComponent(location.hash.slice(1)).toUpperCase();
const [none, reel, end] = ["no-key", "reel", "all-typed"].map((id) => document.getElementById(id));
if (KEY.test(key) && none && reel && end) {
  atOnce(() => history.replaceState(null, "", location.pathname));
  none.hidden = true;
  // In another language it is the same key.
  for (const link of document.querySelectorAll(".languages a")) if (link instanceof HTMLAnchorElement) link.hash = key;
  walk(reel, end, key.split("-"));
}
