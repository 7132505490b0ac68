/**
 * Keys that do something on their own: "/" searches, "?" helps, and a letter does what stands beside it in the search.
 *
 * Speech input and a slip of the hand press letters, too: so they can be turned off in this browser.
 */
import { atOnce } from "/pwa/js/convenience.js";

const KEPT = "keyferry-single-keys";

const areOn = () => {
  const kept = atOnce(() => localStorage.getItem(KEPT));
  return !(kept.done && kept.result === "off");
};

/** @param {EventTarget | null} target */
const isTypedInto = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

/** @returns {{key: string, run: () => void}[]} */
function offered() {
  const places = JSON.parse(document.getElementById("palette-places")?.textContent ?? "[]");
  const buttons = [...document.querySelectorAll("[aria-keyshortcuts]")].flatMap((one) =>
    one instanceof HTMLElement && !one.closest("[hidden], [disabled]") ? [{ key: one.getAttribute("aria-keyshortcuts") ?? "", run: () => one.click() }] : [],
  );
  return [
    ...buttons,
    ...places.flatMap((/** @type {{key?: string, href: string}} */ one) => (one.key ? [{ key: one.key, run: () => location.assign(one.href) }] : [])),
  ];
}

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat || event.defaultPrevented) return;
  if (!areOn() || isTypedInto(event.target) || document.querySelector("dialog[open]")) return;
  const pressed = event.key.toUpperCase();
  if (pressed === "/") {
    event.preventDefault();
    return document.dispatchEvent(new Event("keyferry:search"));
  }
  const one = offered().find(({ key }) => key.toUpperCase() === pressed);
  if (one === undefined) return;
  event.preventDefault();
  one.run();
});

for (const keys of document.querySelectorAll("[data-keys]")) if (keys instanceof HTMLElement) keys.hidden = false;
for (const choice of document.querySelectorAll("input[data-single-keys]")) {
  if (!(choice instanceof HTMLInputElement)) continue;
  choice.checked = areOn();
  choice.addEventListener("change", () => {
    atOnce(() => (choice.checked ? localStorage.removeItem(KEPT) : localStorage.setItem(KEPT, "off")));
  });
}
