/**
 * The vendor's name and color while they are typed, in the examples of the phone page; and a logo before it is uploaded.
 */
import { drawn, isDrawing } from "./logo.js";

/** Milliseconds without a key pressed after which the examples follow. */
const PAUSE = 400;
const COLOUR = /^#[0-9a-f]{6}$/i;

/** @type {HTMLIFrameElement[]} */
const examples = [...document.querySelectorAll("iframe")].filter((frame) => "example" in frame.dataset);

/** Whether something else stands in the form than what came with the page. @param {HTMLFormElement} form */
function isTyped(form) {
  return [...form.elements].some((field) => field instanceof HTMLInputElement && field.value !== field.defaultValue);
}

/** Show what is typed: the server makes the examples, since it knows which shades can be read. @param {HTMLFormElement} form */
function showTyped(form) {
  if (!form.checkValidity()) return;
  for (const frame of examples) {
    const address = new URL(frame.src);
    for (const name of ["name", "privacy", "color"]) {
      const field = form.elements.namedItem(name);
      if (field instanceof HTMLInputElement) address.searchParams.set(name, field.value);
    }
    // Not by `src`: each change would be a step in the history of the browser.
    if (address.href !== frame.dataset.shown) frame.contentWindow?.location.replace(address);
    frame.dataset.shown = address.href;
  }
}

for (const form of document.querySelectorAll("form[data-shows-examples]")) {
  if (!(form instanceof HTMLFormElement)) continue;
  let pause = 0;
  form.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(() => showTyped(form), PAUSE);
  });
  // On a slow line somebody has typed before this script ran; a browser that comes back fills forms in, too.
  if (isTyped(form)) showTyped(form);
}

const colors = document.querySelector("[data-says-colors]");
if (colors instanceof HTMLElement) {
  const text = document.getElementById("color");
  let pause = 0;
  const say = async () => {
    if (!(text instanceof HTMLInputElement) || !COLOUR.test(text.value)) return;
    const answer = await fetch(`${colors.dataset.saysColors}?${new URLSearchParams({ color: text.value })}`);
    const words = colors.querySelector("span");
    if (!answer.ok || !words) return;
    words.textContent = await answer.text();
    colors.hidden = false;
    document.getElementById("color-fault")?.remove();
  };
  // What a picker writes into the field comes as its own event.
  document.querySelector("form[data-shows-examples]")?.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(say, PAUSE);
  });
}

for (const picker of document.querySelectorAll("input[data-picks]")) {
  const text = document.getElementById(picker instanceof HTMLInputElement ? (picker.dataset.picks ?? "") : "");
  if (!(picker instanceof HTMLInputElement && text instanceof HTMLInputElement)) continue;
  picker.hidden = false;
  picker.addEventListener("input", () => {
    text.value = picker.value;
  });
  text.addEventListener("input", () => {
    if (COLOUR.test(text.value)) picker.value = text.value;
  });
}

/** @type {string | null} a logo that is chosen and not uploaded yet */
let chosen = null;

/** @param {HTMLIFrameElement} frame */
function showChosen(frame) {
  const mark = frame.contentDocument?.querySelector(".top .logo");
  if (chosen === null || !mark) return;
  mark.setAttribute("src", chosen);
  mark.classList.add("is-vendor");
}

/** Put a picture in place of a drawing. @param {HTMLInputElement} logo @param {File} file */
async function draw(logo, file) {
  const save = logo.form?.querySelector("button.primary");
  if (!(save instanceof HTMLButtonElement)) return;
  save.disabled = true;
  try {
    const files = new DataTransfer();
    files.items.add(await drawn(file));
    // Another one may have been chosen meanwhile.
    if (logo.files?.[0] === file) logo.files = files.files;
  } catch {
    // It is sent as it is, and the server says what to do.
  } finally {
    save.disabled = false;
  }
}

/**
 * Take back what no server would read, and say so: it would refuse the whole form, with all that was typed.
 *
 * @param {HTMLInputElement} logo
 */
function refuseTooLarge(logo) {
  const isTooLarge = (logo.files?.[0]?.size ?? 0) > Number(logo.dataset.most);
  if (isTooLarge) logo.value = "";
  const fault = document.getElementById("logo-too-large");
  if (fault) fault.hidden = !isTooLarge;
  document.getElementById("logo-fault")?.remove();
}

/** @param {HTMLInputElement} logo */
async function choose(logo) {
  const [wanted] = logo.files ?? [];
  if (wanted && (isDrawing(wanted) || wanted.size > Number(logo.dataset.most))) await draw(logo, wanted);
  if (wanted) refuseTooLarge(logo);
  const [file] = logo.files ?? [];
  if (chosen !== null) URL.revokeObjectURL(chosen);
  chosen = file ? URL.createObjectURL(file) : null;
  const now = document.querySelector("img.logo-now");
  if (chosen !== null && now instanceof HTMLImageElement) now.src = chosen;
  examples.forEach(showChosen);
}

const logo = document.querySelector('input[type="file"][name="logo"]');
if (logo instanceof HTMLInputElement) {
  // What is too large is found here, before it is sent: so the logo goes along with the rest.
  logo.removeAttribute("form");
  for (const alone of document.querySelectorAll("[data-sends-alone]")) if (alone instanceof HTMLElement) alone.hidden = true;
  // The picture says what was chosen, so its plain field need not.
  const button = document.querySelector("label[data-chooses]");
  if (button instanceof HTMLElement) button.hidden = false;
  logo.classList.replace("in", "vh");
  logo.addEventListener("change", () => choose(logo));
  choose(logo);
}
// Its script has run by then, and put the logo there that counts.
for (const frame of examples) frame.addEventListener("load", () => showChosen(frame));

// The examples are in the theme of this page until another one is wanted.
const dark = matchMedia("(prefers-color-scheme: dark)");
/** @type {HTMLInputElement[]} */
const themes = [...document.querySelectorAll('.phones input[name="theme"]')].filter((turn) => turn instanceof HTMLInputElement);
const follow = () => {
  for (const turn of themes) turn.checked = turn.value === (dark.matches ? "dark" : "light");
};
dark.addEventListener("change", follow);
for (const turn of themes) turn.addEventListener("change", () => dark.removeEventListener("change", follow));
follow();
