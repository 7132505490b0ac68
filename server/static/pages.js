/**
 * What a browser can do beyond the plain pages: copy, print, and keep codes out of the address bar. Every page works without.
 */
import { inTime, soon } from "/pwa/js/convenience.js";
import "./sending.js";

/** @type {Record<"copied" | "selected", string>} in the language of the page */
const WORDS = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/**
 * Say what a button did, beside it and within what can be seen.
 *
 * @param {Element} button
 * @param {string} text
 */
function say(button, text) {
  // The last one: an earlier one may say what the page came with.
  const place = [...(button.closest(".public-key, .card, dialog") ?? document).querySelectorAll("main .outcome")].at(-1);
  if (!(place instanceof HTMLElement)) return;
  place.hidden = false;
  place.textContent = text;
  place.scrollIntoView({ block: "nearest" });
}

/** @param {HTMLButtonElement} button */
async function copy(button) {
  const source = document.querySelector(button.dataset.copies ?? "");
  if (!(source instanceof HTMLElement)) return;
  const text = source.dataset.key ?? source.textContent ?? "";
  const copied = await soon(inTime(() => navigator.clipboard.writeText(text)));
  if (copied.done) return say(button, WORDS.copied);
  // Selected, it is one key press away.
  getSelection()?.selectAllChildren(source);
  say(button, WORDS.selected);
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => copy(button));
}

for (const button of document.querySelectorAll("button[data-prints]")) {
  if (!(button instanceof HTMLButtonElement)) continue;
  button.hidden = false;
  button.addEventListener("click", () => print());
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {string} [computer] the computer ID that the button stands beside
 * @param {string} [named] what that computer is called
 */
function open(dialog, computer, named) {
  /** @type {NodeListOf<HTMLInputElement | HTMLTextAreaElement>} */
  const fields = dialog.querySelectorAll(`.typed-form :is(input:not([type="hidden"], [type="checkbox"], [type="radio"], [readonly]), textarea)`);
  for (const field of fields) if (computer && field.name === "computer_id") field.value = computer;
  const about = dialog.querySelector("[data-about]");
  const name = about?.querySelector("bdi");
  if (computer && about instanceof HTMLElement && name) {
    about.hidden = !named;
    name.textContent = named ?? "";
  }
  // A page that was made with an open dialog shows it without scripts, too; it is to be modal.
  if (dialog.open) dialog.close();
  dialog.showModal();
  // What is wrong comes first, else what is still to be typed.
  const first = [...fields].find((field) => field.ariaInvalid === "true") ?? [...fields].find((field) => field.required && field.value === "") ?? fields[0];
  // A question has none: then the way back, not the cross, which is no answer. What has an `autofocus` keeps it.
  const wayBack = dialog.querySelector("[autofocus]") ? null : dialog.querySelector("[type='radio']:checked, fieldset [type='checkbox'], .box-foot .btn.second");
  (first ?? (wayBack instanceof HTMLElement ? wayBack : null))?.focus();
}

// A link that opens a dialog leads to a page with the same, for who has no scripts.
for (const opener of document.querySelectorAll(":is(a, button)[data-opens]")) {
  if (!(opener instanceof HTMLElement)) continue;
  opener.addEventListener("click", (event) => {
    const dialog = document.getElementById(opener.dataset.opens ?? "");
    if (!(dialog instanceof HTMLDialogElement) || (event instanceof MouseEvent && (event.ctrlKey || event.metaKey || event.shiftKey))) return;
    event.preventDefault();
    open(dialog, opener.dataset.computer, opener.dataset.named);
  });
}

for (const button of document.querySelectorAll("button[data-closes]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    button.closest("dialog")?.close();
  });
}

const opened = document.querySelector("dialog[data-opened]");
if (opened instanceof HTMLDialogElement) open(opened);

// A wizard's link that is pasted where the computer ID belongs fills the whole dialog.
for (const field of document.querySelectorAll('dialog input[name="computer_id"]')) {
  if (!(field instanceof HTMLInputElement)) continue;
  field.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text") ?? "";
    const link = field.closest("dialog")?.querySelector('input[name="link"]');
    if (!/#|%(?:25)*23/.test(text) || !(link instanceof HTMLInputElement)) return;
    event.preventDefault();
    link.value = text.trim();
    link.form?.requestSubmit();
  });
}

/** Whether a click is meant for what it hit, or selected text. @param {Element} hit */
const isMeant = (hit) => hit.closest("a, button, input, label") !== null || getSelection()?.type === "Range";

// A row leads where its link does. Each row listens itself: Safari on phones clicks nothing else that is no control.
for (const link of document.querySelectorAll("tr a.row-link")) {
  const row = link.closest("tr");
  row?.classList.add("leads");
  row?.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || isMeant(event.target)) return;
    // With the keys that are held: they open a tab or a window.
    const { ctrlKey, metaKey, shiftKey } = event;
    link.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey }));
  });
}

// Another product has other features.
for (const choice of document.querySelectorAll("select[data-shows-features]")) {
  if (!(choice instanceof HTMLSelectElement)) continue;
  const show = () => {
    for (const features of document.querySelectorAll("fieldset[data-product]")) {
      if (!(features instanceof HTMLFieldSetElement)) continue;
      features.hidden = features.disabled = features.dataset.product !== choice.value;
    }
  };
  choice.addEventListener("change", show);
  show();
}

// Who fills in a day or a number of days has chosen that, also before this script ran; what is not chosen is not sent.
/** @type {NodeListOf<HTMLInputElement>} */
const ends = document.querySelectorAll('fieldset input[name="expires"], fieldset input[name="days"]');
for (const field of ends) {
  const kind = field.name === "expires" ? "date" : "days";
  const choice = field.closest("fieldset")?.querySelector(`input[name="term"][value="${kind}"]`);
  if (!(choice instanceof HTMLInputElement)) continue;
  const choose = () => { choice.checked = true; };
  field.addEventListener("input", choose);
  field.form?.addEventListener("formdata", (event) => {
    if (!choice.checked) event.formData.set(field.name, "");
  });
  if (field.value !== field.defaultValue) choose();
}

// Where the views of a list don't fit beside each other, the one that is shown is in sight.
document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
