/**
 * The one place that puts views on the screen: it moves the focus to the new heading and announces it.
 */
import { el, fill, find } from "./dom.js";
import { introduce, t } from "./i18n.js";
import { closeAll } from "./modal.js";
import { arrive, place } from "./motion.js";

/**
 * What a view hands to the screen.
 *
 * @typedef {object} View
 * @property {string} name its name in main[data-view]
 * @property {HTMLElement} heading the h1, which receives the focus
 * @property {Node[]} content everything inside <main>, the heading included
 * @property {HTMLElement} [bar] what to do, at the lower edge
 * @property {HTMLElement} [top] in place of the vendor's name
 * @property {string} [look] the page's classes
 * @property {string} [tone] the classes of <main>
 * @property {string} [announcement] what a listener hears besides the heading
 * @property {string} [problem] the code in main[data-problem]
 * @property {() => void} [leave] what ends when another view takes its place
 */

/** The share of the screen from which the bar gives way to what the screen is for. */
export const CROWDED = 0.3;

/** @param {string} text */
export function announce(text) {
  find("#announcer").textContent = text;
}

/** Makes the view on the screen anew, for instance in another language. @type {(() => View) | null} */
let shown = null;

/** @type {(() => void) | undefined} */
let leave;

/** Opens the help. @type {() => void} */
let help = () => undefined;

/** So many lines of words do not leave room for pictures. */
const LOW = 20;

/** Letters of so many pixels are larger than most people have them: names go to two lines. */
const LARGE = 20;

function letters() {
  return Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
}

/** The height of the screen in letters: pictures give way where it is low. */
function isLow() {
  return window.innerHeight < LOW * letters();
}

/** @param {HTMLElement} bar */
function isCrowdedBy(bar) {
  // Beside what the screen is for, it takes no height from that.
  return bar.offsetWidth > window.innerWidth / 2 ? bar.offsetHeight > window.innerHeight * CROWDED : isLow();
}

/** With large letters on a small screen, only the first button stays in sight; the others come when the page is scrolled. */
function makeRoom() {
  const bar = find(".bar");
  const { classList, style } = document.body;
  classList.remove("is-crowded");
  style.removeProperty("--below");
  classList.toggle("is-low", isLow());
  classList.toggle("is-large", letters() > LARGE);
  if (bar.hidden || !isCrowdedBy(bar)) return;
  classList.add("is-crowded");
  const first = bar.querySelector(".primary, .danger");
  if (first === null) return;
  const below = bar.getBoundingClientRect().bottom - first.getBoundingClientRect().bottom;
  style.setProperty("--below", `${Math.min(0, 8 - below)}px`);
}

/**
 * Show a view.
 *
 * @param {() => View} make is called again when the language changes
 */
export function show(make) {
  leave?.();
  closeAll();
  shown = make;
  const main = find("main");
  const before = place(main);
  const view = make();
  leave = view.leave;
  document.body.className = view.look ?? "";
  main.className = view.tone ?? "";
  main.dataset.view = view.name;
  if (view.problem === undefined) delete main.dataset.problem;
  else main.dataset.problem = view.problem;
  fill(main, ...view.content);
  find("header").replaceWith(view.top ?? vendorTop());
  const bar = el("footer", { class: "bar", hidden: view.bar === undefined });
  find(".bar").replaceWith(view.bar ?? bar);
  const vendor = vendorName();
  const heading = view.heading.textContent ?? "";
  document.title = vendor === "" ? heading : t("page.title", { heading, vendor });
  view.heading.tabIndex = -1;
  view.heading.focus({ preventScroll: true });
  window.scrollTo(0, 0);
  makeRoom();
  arrive(main, before);
  announce(view.announcement ?? "");
}

/** Show the same view again, with the words of now. */
export function showAgain() {
  if (shown !== null) show(shown);
}

/** The name that the server's settings give the vendor, in index.html; "" where they give none. */
export function vendorName() {
  return document.body.dataset.vendor ?? "";
}

/** Whose page it is, and the way to help. */
function vendorTop() {
  const { logo } = document.body.dataset;
  const mark = el("img", { class: logo ? "logo is-vendor" : "logo", src: logo || "/pwa/icons/favicon.svg", alt: "", width: 28, height: 28 });
  // The name says it alone.
  mark.addEventListener("error", () => mark.remove());
  const button = el("button", { type: "button", id: "help", class: "icon-btn", "aria-label": t("help.title") }, helpIcon?.());
  button.addEventListener("click", () => help());
  return el("header", { class: "top" }, mark, el("span", { class: "cut", translate: "no" }, vendorName() || t("page.noVendor")), button);
}

/** @type {(() => Node) | null} */
let helpIcon = null;

/**
 * Fill in what surrounds the views, once the words are there.
 *
 * @param {{help: () => void, icon: () => Node}} options what the button for help does, and its picture
 */
export function dress(options) {
  ({ help, icon: helpIcon } = options);
  introduce("vendor", vendorName() || t("page.theVendor"));
  // In languages with cases: behind a word such as "to" or "of".
  introduce("toVendor", vendorName() || t("page.toTheVendor"));
  window.addEventListener("resize", makeRoom);
}
